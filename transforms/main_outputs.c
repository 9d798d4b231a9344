/*
 * One value for each type: what programs and people call the resource by.
 * See "Return values" on the page of each type in the CloudFormation template reference.
 */
#include "transforms/main_outputs.h"

#include <glib.h>
#include <string.h>

static const CfnMainOutput outputs[] = {
    { "AWS::ApiGateway::RestApi", NULL, "Id", "id of the REST API" },
    { "AWS::ApiGatewayV2::Api", "ApiEndpoint", "Endpoint", "endpoint of the API" },
    { "AWS::AppSync::GraphQLApi", "GraphQLUrl", "Url", "URL of the GraphQL API" },
    { "AWS::AutoScaling::AutoScalingGroup", NULL, "Name", "name of the Auto Scaling group" },
    { "AWS::CertificateManager::Certificate", NULL, "Arn", "ARN of the certificate" },
    { "AWS::CloudFront::Distribution", "DomainName", "DomainName",
      "domain name of the distribution" },
    { "AWS::CloudTrail::Trail", "Arn", "Arn", "ARN of the trail" },
    { "AWS::CodePipeline::Pipeline", NULL, "Name", "name of the pipeline" },
    { "AWS::Cognito::UserPool", NULL, "Id", "id of the user pool" },
    { "AWS::Cognito::UserPoolClient", NULL, "Id", "id of the user pool client" },
    { "AWS::DocDB::DBCluster", "Endpoint", "Endpoint", "endpoint of the database cluster" },
    { "AWS::DynamoDB::GlobalTable", NULL, "Name", "name of the table" },
    { "AWS::DynamoDB::Table", NULL, "Name", "name of the table" },
    { "AWS::EC2::Instance", NULL, "Id", "id of the instance" },
    { "AWS::EC2::VPC", NULL, "Id", "id of the VPC" },
    { "AWS::ECR::Repository", "RepositoryUri", "Uri", "URI of the repository" },
    { "AWS::ECS::Cluster", NULL, "Name", "name of the ECS cluster" },
    { "AWS::ECS::Service", "Name", "Name", "name of the ECS service" },
    { "AWS::EFS::FileSystem", NULL, "Id", "id of the file system" },
    { "AWS::EKS::Cluster", "Endpoint", "Endpoint", "endpoint of the Kubernetes API" },
    { "AWS::ElastiCache::ReplicationGroup", NULL, "Id", "id of the replication group" },
    { "AWS::ElastiCache::ServerlessCache", "Endpoint.Address", "Endpoint",
      "endpoint of the cache" },
    { "AWS::ElasticLoadBalancing::LoadBalancer", "DNSName", "DnsName",
      "DNS name of the load balancer" },
    { "AWS::ElasticLoadBalancingV2::LoadBalancer", "DNSName", "DnsName",
      "DNS name of the load balancer" },
    { "AWS::Events::EventBus", "Arn", "Arn", "ARN of the event bus" },
    { "AWS::KMS::Key", "Arn", "Arn", "ARN of the key" },
    { "AWS::Kinesis::Stream", "Arn", "Arn", "ARN of the stream" },
    { "AWS::KinesisFirehose::DeliveryStream", "Arn", "Arn", "ARN of the delivery stream" },
    { "AWS::Lambda::Function", "Arn", "Arn", "ARN of the function" },
    { "AWS::MSK::Cluster", "Arn", "Arn", "ARN of the Kafka cluster" },
    { "AWS::Neptune::DBCluster", "Endpoint", "Endpoint", "endpoint of the database cluster" },
    { "AWS::OpenSearchService::Domain", "DomainEndpoint", "Endpoint",
      "endpoint of the search domain" },
    { "AWS::RDS::DBCluster", "Endpoint.Address", "Endpoint", "endpoint of the database cluster" },
    { "AWS::RDS::DBInstance", "Endpoint.Address", "Endpoint", "endpoint of the database" },
    { "AWS::Redshift::Cluster", "Endpoint.Address", "Endpoint", "endpoint of the warehouse" },
    { "AWS::Route53::HostedZone", NULL, "Id", "id of the hosted zone" },
    { "AWS::S3::Bucket", NULL, "Name", "name of the bucket" },
    { "AWS::SNS::Topic", NULL, "Arn", "ARN of the topic" },
    { "AWS::SQS::Queue", NULL, "Url", "URL of the queue" },
    { "AWS::SecretsManager::Secret", NULL, "Arn", "ARN of the secret" },
    { "AWS::StepFunctions::StateMachine", NULL, "Arn", "ARN of the state machine" },
    { "AWS::WAFv2::WebACL", "Arn", "Arn", "ARN of the web ACL" },
};

const CfnMainOutput *cfn_main_output(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(outputs); i++) {
        if (strcmp(outputs[i].type, type) == 0) {
            return &outputs[i];
        }
    }
    return NULL;
}
