/*
 * Each text repeats one block of resources; @ stands for the number of the repetition.
 */
#include "bench/texts.h"

#include <string.h>

static const char clean_yaml[] = "  # The queue of service @ and who may write to it.\n"
                                 "  Queue@:\n"
                                 "    Type: AWS::SQS::Queue\n"
                                 "    Properties:\n"
                                 "      VisibilityTimeout: 60\n"
                                 "      Tags:\n"
                                 "        - Key: service\n"
                                 "          Value: service-@\n"
                                 "        - Key: cost-centre\n"
                                 "          Value: !Sub '${AWS::StackName}-@'\n"
                                 "  Role@:\n"
                                 "    Type: AWS::IAM::Role\n"
                                 "    Properties:\n"
                                 "      AssumeRolePolicyDocument:\n"
                                 "        Version: '2012-10-17'\n"
                                 "        Statement:\n"
                                 "          - Effect: Allow\n"
                                 "            Principal:\n"
                                 "              Service: lambda.amazonaws.com\n"
                                 "            Action: sts:AssumeRole\n"
                                 "  Function@:\n"
                                 "    Type: AWS::Lambda::Function\n"
                                 "    Properties:\n"
                                 "      Runtime: python3.13\n"
                                 "      Handler: index.handler\n"
                                 "      Role: !GetAtt Role@.Arn\n"
                                 "      Environment:\n"
                                 "        Variables:\n"
                                 "          QUEUE: !Ref Queue@\n"
                                 "      Code:\n"
                                 "        ZipFile: |\n"
                                 "          def handler(event, context):\n"
                                 "              return {'status': 200}\n";

static const char clean_json[] = "    \"Queue@\": {\n"
                                 "      \"Type\": \"AWS::SQS::Queue\",\n"
                                 "      \"Properties\": {\n"
                                 "        \"VisibilityTimeout\": 60,\n"
                                 "        \"Tags\": [\n"
                                 "          {\n"
                                 "            \"Key\": \"service\",\n"
                                 "            \"Value\": \"service-@\"\n"
                                 "          },\n"
                                 "          {\n"
                                 "            \"Key\": \"cost-centre\",\n"
                                 "            \"Value\": {\n"
                                 "              \"Fn::Sub\": \"${AWS::StackName}-@\"\n"
                                 "            }\n"
                                 "          }\n"
                                 "        ]\n"
                                 "      }\n"
                                 "    },\n"
                                 "    \"Role@\": {\n"
                                 "      \"Type\": \"AWS::IAM::Role\",\n"
                                 "      \"Properties\": {\n"
                                 "        \"AssumeRolePolicyDocument\": {\n"
                                 "          \"Version\": \"2012-10-17\",\n"
                                 "          \"Statement\": [\n"
                                 "            {\n"
                                 "              \"Effect\": \"Allow\",\n"
                                 "              \"Principal\": {\n"
                                 "                \"Service\": \"lambda.amazonaws.com\"\n"
                                 "              },\n"
                                 "              \"Action\": \"sts:AssumeRole\"\n"
                                 "            }\n"
                                 "          ]\n"
                                 "        }\n"
                                 "      }\n"
                                 "    }";

static const char faulty_yaml[] =
    "  Key@:\n"
    "    Type: AWS::KMS::Key\n"
    "    Properties:\n"
    "      KeyPolicy:\n"
    "        Version: '2012-10-17'\n"
    "        Statement:\n"
    "          - Effect: Allow\n"
    "            Principal:\n"
    "              AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'\n"
    "            Action: 'kms:*'\n"
    "            Resource: '*'\n"
    "      Tags:\n"
    "        - Key: framework\n"
    "          Value: SOC2,PCI-DSS\n"
    "  Log@:\n"
    "    Type: AWS::Logs::LogGroup\n"
    "    Properties:\n"
    "      KmsKeyId: !Ref Key@\n"
    "  Web@:\n"
    "    Type: AWS::EC2::SecurityGroup\n"
    "    Properties:\n"
    "      GroupDescription: web\n"
    "      SecurityGroupIngress:\n"
    "        - IpProtocol: tcp\n"
    "          FromPort: 80\n"
    "          ToPort: 80\n"
    "          CidrIp: 0.0.0.0/0\n"
    "        - IpProtocol: tcp\n"
    "          FromPort: 443\n"
    "          ToPort: 443\n"
    "          CidrIp: 0.0.0.0/0\n"
    "  Parameters@:\n"
    "    Type: AWS::RDS::DBClusterParameterGroup\n"
    "    Properties:\n"
    "      Description: secure\n"
    "      Family: aurora-mysql8.0\n"
    "      Parameters:\n"
    "        require_secure_transport: '1'\n"
    "  Cluster@:\n"
    "    Type: AWS::RDS::DBCluster\n"
    "    Properties:\n"
    "      Engine: aurora-mysql\n"
    "  Bucket@:\n"
    "    Type: AWS::S3::Bucket\n";

static const char faulty_json[] =
    "    \"Key@\": {\n"
    "      \"Type\": \"AWS::KMS::Key\",\n"
    "      \"Properties\": {\n"
    "        \"KeyPolicy\": {\n"
    "          \"Version\": \"2012-10-17\",\n"
    "          \"Statement\": [\n"
    "            {\n"
    "              \"Effect\": \"Allow\",\n"
    "              \"Principal\": {\n"
    "                \"AWS\": { \"Fn::Sub\": \"arn:${AWS::Partition}:iam::${AWS::AccountId}:root\" "
    "}\n"
    "              },\n"
    "              \"Action\": \"kms:*\",\n"
    "              \"Resource\": \"*\"\n"
    "            }\n"
    "          ]\n"
    "        },\n"
    "        \"Tags\": [\n"
    "          { \"Key\": \"framework\", \"Value\": \"SOC2,PCI-DSS\" }\n"
    "        ]\n"
    "      }\n"
    "    },\n"
    "    \"Log@\": {\n"
    "      \"Type\": \"AWS::Logs::LogGroup\",\n"
    "      \"Properties\": {\n"
    "        \"KmsKeyId\": { \"Ref\": \"Key@\" }\n"
    "      }\n"
    "    },\n"
    "    \"Web@\": {\n"
    "      \"Type\": \"AWS::EC2::SecurityGroup\",\n"
    "      \"Properties\": {\n"
    "        \"GroupDescription\": \"web\",\n"
    "        \"SecurityGroupIngress\": [\n"
    "          { \"IpProtocol\": \"tcp\", \"FromPort\": 80, \"ToPort\": 80, \"CidrIp\": "
    "\"0.0.0.0/0\" },\n"
    "          { \"IpProtocol\": \"tcp\", \"FromPort\": 443, \"ToPort\": 443, \"CidrIp\": "
    "\"0.0.0.0/0\" }\n"
    "        ]\n"
    "      }\n"
    "    },\n"
    "    \"Parameters@\": {\n"
    "      \"Type\": \"AWS::RDS::DBClusterParameterGroup\",\n"
    "      \"Properties\": {\n"
    "        \"Description\": \"secure\",\n"
    "        \"Family\": \"aurora-mysql8.0\",\n"
    "        \"Parameters\": {\n"
    "          \"require_secure_transport\": \"1\"\n"
    "        }\n"
    "      }\n"
    "    },\n"
    "    \"Cluster@\": {\n"
    "      \"Type\": \"AWS::RDS::DBCluster\",\n"
    "      \"Properties\": {\n"
    "        \"Engine\": \"aurora-mysql\"\n"
    "      }\n"
    "    },\n"
    "    \"Bucket@\": {\n"
    "      \"Type\": \"AWS::S3::Bucket\"\n"
    "    }";

static const char recorders_yaml[] = "  RecorderA:\n"
                                     "    Type: AWS::Config::ConfigurationRecorder\n"
                                     "    Properties:\n"
                                     "      RoleARN: arn:aws:iam::123456789012:role/config\n"
                                     "  RecorderB:\n"
                                     "    Type: AWS::Config::ConfigurationRecorder\n"
                                     "    Properties:\n"
                                     "      RoleARN: arn:aws:iam::123456789012:role/config\n";

static const char recorders_json[] =
    ",\n"
    "    \"RecorderA\": {\n"
    "      \"Type\": \"AWS::Config::ConfigurationRecorder\",\n"
    "      \"Properties\": { \"RoleARN\": \"arn:aws:iam::123456789012:role/config\" }\n"
    "    },\n"
    "    \"RecorderB\": {\n"
    "      \"Type\": \"AWS::Config::ConfigurationRecorder\",\n"
    "      \"Properties\": { \"RoleARN\": \"arn:aws:iam::123456789012:role/config\" }\n"
    "    }";

static void put_block(GString *out, const char *block, guint number)
{
    for (const char *at = block; *at != '\0'; at++) {
        if (*at == '@') {
            g_string_append_printf(out, "%u", number);
        } else {
            g_string_append_c(out, *at);
        }
    }
}

static void begin(GString *out, gboolean json)
{
    g_string_append(
        out, json ? "{\n  \"AWSTemplateFormatVersion\": \"2010-09-09\",\n  \"Resources\": {\n"
                  : "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n");
}

static GString *repeated(const char *block, size_t size, gboolean json, const char *end)
{
    GString *out = g_string_sized_new(size + 4096);
    begin(out, json);
    for (guint i = 0; i == 0 || out->len < size; i++) {
        g_string_append(out, json && i > 0 ? ",\n" : "");
        put_block(out, block, i);
    }
    g_string_append(out, end);
    g_string_append(out, json ? "\n  }\n}\n" : "");
    return out;
}

GString *cfn_text_clean(size_t size, gboolean json)
{
    return repeated(json ? clean_json : clean_yaml, size, json, "");
}

GString *cfn_text_faulty(size_t size, gboolean json)
{
    return repeated(json ? faulty_json : faulty_yaml, size, json,
                    json ? recorders_json : recorders_yaml);
}

GString *cfn_text_faulty_once(size_t size, gboolean json)
{
    g_autoptr(GString) end = g_string_new(json ? ",\n" : "");
    put_block(end, json ? faulty_json : faulty_yaml, 0);
    g_string_append(end, json ? recorders_json : recorders_yaml);
    return repeated(json ? clean_json : clean_yaml, size, json, end->str);
}

GString *cfn_text_wide(guint keys)
{
    GString *out = g_string_new("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Metadata:\n");
    for (guint i = 0; i < keys; i++) {
        g_string_append_printf(out, "      Key%u: value\n", i);
    }
    return out;
}

GString *cfn_text_resources(guint resources)
{
    GString *out = g_string_new("Resources:\n");
    for (guint i = 0; i < resources; i++) {
        g_string_append_printf(out, "  Topic%u:\n    Type: AWS::SNS::Topic\n", i);
    }
    return out;
}

GString *cfn_text_findings(guint findings)
{
    GString *out = g_string_new("Resources:\n");
    for (guint i = 0; i < findings; i++) {
        g_string_append_printf(
            out,
            "  Queue%u:\n    Type: AWS::SQS::Queue\n    Properties:\n      Tags:\n"
            "        - Key: a\n          Value: b,c\n",
            i);
    }
    return out;
}
