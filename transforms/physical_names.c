/*
 * From the resource schemas: the name properties, what they may hold, and that nearly all of them
 * are create-only.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
#include "transforms/physical_names.h"

#include <glib.h>

static const CfnPhysicalName names[] = {
    { "AWS::ApiGateway::RestApi", "Name", 1024, CFN_NAME_MUTABLE },
    { "AWS::ApiGateway::UsagePlan", "UsagePlanName", 1024, CFN_NAME_MUTABLE },
    { "AWS::ApiGatewayV2::Api", "Name", 128, CFN_NAME_MUTABLE },
    { "AWS::Athena::WorkGroup", "Name", 128, 0 },
    { "AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName", 255, 0 },
    { "AWS::Backup::BackupVault", "BackupVaultName", 50, CFN_NAME_OF_DATA },
    { "AWS::CloudTrail::Trail", "TrailName", 128, 0 },
    { "AWS::CloudWatch::Alarm", "AlarmName", 255, 0 },
    { "AWS::Cognito::UserPool", "UserPoolName", 128, CFN_NAME_MUTABLE },
    { "AWS::DynamoDB::GlobalTable", "TableName", 255, CFN_NAME_OF_DATA },
    { "AWS::DynamoDB::Table", "TableName", 255, CFN_NAME_OF_DATA },
    { "AWS::EC2::LaunchTemplate", "LaunchTemplateName", 128, 0 },
    { "AWS::EC2::SecurityGroup", "GroupName", 255, 0 },
    { "AWS::ECR::Repository", "RepositoryName", 256, CFN_NAME_OF_DATA },
    { "AWS::ECS::Cluster", "ClusterName", 255, 0 },
    { "AWS::ECS::Service", "ServiceName", 255, 0 },
    { "AWS::EKS::Cluster", "Name", 100, CFN_NAME_OF_DATA },
    { "AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId", 40, CFN_NAME_OF_DATA },
    { "AWS::ElasticLoadBalancingV2::LoadBalancer", "Name", 32, 0 },
    { "AWS::ElasticLoadBalancingV2::TargetGroup", "Name", 32, 0 },
    { "AWS::Events::Rule", "Name", 64, 0 },
    { "AWS::IAM::Group", "GroupName", 128, 0 },
    { "AWS::IAM::InstanceProfile", "InstanceProfileName", 128, 0 },
    { "AWS::IAM::ManagedPolicy", "ManagedPolicyName", 128, 0 },
    { "AWS::IAM::Role", "RoleName", 64, 0 },
    { "AWS::IAM::User", "UserName", 64, 0 },
    { "AWS::KMS::Alias", "AliasName", 256, 0 },
    { "AWS::Kinesis::Stream", "Name", 128, CFN_NAME_OF_DATA },
    { "AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", 64, 0 },
    { "AWS::Lambda::Function", "FunctionName", 64, 0 },
    { "AWS::Logs::LogGroup", "LogGroupName", 512, CFN_NAME_OF_DATA },
    { "AWS::MSK::Cluster", "ClusterName", 64, CFN_NAME_OF_DATA },
    { "AWS::OpenSearchService::Domain", "DomainName", 28, CFN_NAME_OF_DATA },
    { "AWS::RDS::DBCluster", "DBClusterIdentifier", 63, CFN_NAME_OF_DATA },
    { "AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName", 255, 0 },
    { "AWS::RDS::DBInstance", "DBInstanceIdentifier", 63, CFN_NAME_OF_DATA },
    { "AWS::RDS::DBParameterGroup", "DBParameterGroupName", 255, 0 },
    { "AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", 255, 0 },
    { "AWS::Redshift::Cluster", "ClusterIdentifier", 63, CFN_NAME_OF_DATA },
    { "AWS::S3::Bucket", "BucketName", 63, CFN_NAME_OF_DATA },
    { "AWS::SNS::Topic", "TopicName", 256, CFN_NAME_MAY_END },
    { "AWS::SQS::Queue", "QueueName", 80, CFN_NAME_OF_DATA | CFN_NAME_MAY_END },
    { "AWS::SSM::Parameter", "Name", 2048, 0 },
    { "AWS::SecretsManager::Secret", "Name", 512, CFN_NAME_OF_DATA },
    { "AWS::StepFunctions::StateMachine", "StateMachineName", 80, 0 },
    { "AWS::WAFv2::WebACL", "Name", 128, 0 },
};

/* Names under which a service looks for a role. */
static const char *const roles[] = {
    "AWSCloudFormationStackSetAdministrationRole",
    "AWSCloudFormationStackSetExecutionRole",
    "AWSControlTowerExecution",
    "OrganizationAccountAccessRole",
    "dms-access-for-endpoint",
    "dms-cloudwatch-logs-role",
    "dms-vpc-role",
    "vmimport",
};

const CfnPhysicalName *cfn_physical_name(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i].type, type) == 0) {
            return &names[i];
        }
    }
    return NULL;
}

const char *cfn_name_is_fixed(const char *type, const char *name)
{
    if (strcmp(type, "AWS::Logs::LogGroup") == 0 && g_str_has_prefix(name, "/aws/")) {
        return "it must match the resource that writes to it";
    }
    if (strcmp(type, "AWS::S3::Bucket") == 0 && strchr(name, '.') != NULL) {
        return "it looks like a domain that it must match";
    }
    for (size_t i = 0; strcmp(type, "AWS::IAM::Role") == 0 && i < G_N_ELEMENTS(roles); i++) {
        if (strcmp(name, roles[i]) == 0) {
            return "a service looks for the role under this name";
        }
    }
    return NULL;
}
