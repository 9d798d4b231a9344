/*
 * What the CDK's autoDeleteObjects writes, without an asset to upload: one inline function and
 * its role for the template; for each bucket a custom resource, and a policy that lets the
 * function empty this bucket alone. The policies stand apart from the role, so that the role does
 * not have to know the buckets, some of which may be conditional.
 */
#include "transforms/bucket_emptier.h"

#include "transforms/force_destroy_emptier.py.h"

#define OURS                                                                                       \
    "Metadata:\n"                                                                                  \
    "  cfnfix:\n"                                                                                  \
    "    written-by: force-destroy\n"

static const char role_yaml[] =
    "Type: AWS::IAM::Role\n" OURS "Properties:\n"
    "  AssumeRolePolicyDocument:\n"
    "    Version: '2012-10-17'\n"
    "    Statement:\n"
    "      - Effect: Allow\n"
    "        Principal:\n"
    "          Service: lambda.amazonaws.com\n"
    "        Action: sts:AssumeRole\n"
    "  ManagedPolicyArns:\n"
    "    - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole\n"
    "  Policies:\n"
    "    - PolicyName: DescribeStack\n"
    "      PolicyDocument:\n"
    "        Version: '2012-10-17'\n"
    "        Statement:\n"
    "          - Effect: Allow\n"
    "            Action: cloudformation:DescribeStacks\n"
    "            Resource: !Ref AWS::StackId\n";

static const char function_yaml[] = "Type: AWS::Lambda::Function\n" OURS "Properties:\n"
                                    "  Runtime: python3.13\n"
                                    "  Handler: index.handler\n"
                                    "  Timeout: 900\n"
                                    "  Role: !GetAtt %s.Arn\n"
                                    "  Code:\n"
                                    "    ZipFile: |\n";

static const char policy_yaml[] = "Type: AWS::IAM::Policy\n"
                                  "%s" /* Condition */
    OURS "Properties:\n"
                                  "  PolicyName: '%s'\n"
                                  "  Roles:\n"
                                  "    - !Ref %s\n"
                                  "  PolicyDocument:\n"
                                  "    Version: '2012-10-17'\n"
                                  "    Statement:\n"
                                  "      - Effect: Allow\n"
                                  "        Action:\n"
                                  "          - s3:ListBucket\n"
                                  "          - s3:ListBucketVersions\n"
                                  "        Resource: !GetAtt %s.Arn\n"
                                  "      - Effect: Allow\n"
                                  "        Action:\n"
                                  "          - s3:DeleteObject\n"
                                  "          - s3:DeleteObjectVersion\n"
                                  "        Resource: !Sub ${%s.Arn}/*\n";

static const char emptier_yaml[] = "Type: " CFN_EMPTIER_TYPE "\n"
                                   "%s" /* Condition */
                                   "DependsOn: '%s'\n" OURS "Properties:\n"
                                   "  ServiceToken: !GetAtt %s.Arn\n"
                                   "  BucketName: !Ref %s\n"
                                   "  ForceDestroy: true\n";

/* ---- What all emptiers of a template share ---- */

/* The resource of TYPE that this repair wrote earlier, or NULL. */
static const CfnResource *written_earlier(const CfnTemplate *template, const char *type)
{
    const GPtrArray *resources = cfn_template_resources_of(template, type);
    for (guint i = 0; i < resources->len; i++) {
        const CfnResource *resource = resources->pdata[i];
        const CfnNode *writer =
            cfn_node_at(resource->node, "Metadata", "cfnfix", "written-by", NULL);
        if (cfn_node_equals(writer, "force-destroy") && resource->condition == NULL) {
            return resource;
        }
    }
    return NULL;
}

static char *function_snippet(const char *role)
{
    GString *yaml = g_string_new(NULL);
    g_string_printf(yaml, function_yaml, role);
    g_auto(GStrv) lines = g_strsplit(force_destroy_emptier_py, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_string_append_printf(yaml, "%s%s\n", **line != '\0' ? "      " : "", *line);
    }
    return g_string_free(yaml, FALSE);
}

size_t cfn_emptier_shared_size(const CfnTemplate *template)
{
    bool exists = written_earlier(template, "AWS::Lambda::Function") != NULL;
    g_autofree char *function = function_snippet("");
    return exists ? 0 : strlen(role_yaml) + strlen(function);
}

static void write_shared(CfnPass *pass, CfnFinding *finding, const char *role, const char *function)
{
    bool is_new = false;
    CfnChange *change = cfn_finding_shared_change(pass, finding, "emptier", &is_new);
    if (is_new) {
        g_autofree char *yaml = function_snippet(role);
        cfn_edit_add_to_section(change, "Resources", role, role_yaml);
        cfn_edit_add_to_section(change, "Resources", function, yaml);
    }
}

/* ---- One bucket's ---- */

/* A role's inline policies are told apart by name, of 128 characters; a logical id may have 255. */
static char *policy_name(const char *logical_id)
{
    if (strlen(logical_id) <= 128) {
        return g_strdup(logical_id);
    }
    return g_strdup_printf("%.119s-%08x", logical_id, g_str_hash(logical_id));
}

static char *new_id(CfnPass *pass, const CfnResource *bucket, const char *suffix)
{
    g_autofree char *base = g_strconcat(bucket->logical_id, suffix, NULL);
    return cfn_pass_new_id(pass, base, base);
}

static char *condition_line(const CfnResource *bucket)
{
    return bucket->condition == NULL ? g_strdup("")
                                     : g_strdup_printf("Condition: '%s'\n", bucket->condition);
}

static char *write_own(CfnPass *pass, CfnFinding *finding, const CfnResource *bucket,
                       const char *role, const char *function)
{
    char *emptier = new_id(pass, bucket, "ForceDestroy");
    g_autofree char *policy = new_id(pass, bucket, "ForceDestroyPolicy");
    g_autofree char *name = policy_name(policy);
    g_autofree char *condition = condition_line(bucket);
    const char *id = bucket->logical_id;
    g_autofree char *policy_text = g_strdup_printf(policy_yaml, condition, name, role, id, id);
    g_autofree char *emptier_text = g_strdup_printf(emptier_yaml, condition, policy, function, id);
    CfnChange *change = cfn_finding_change(pass, finding);
    cfn_edit_add_to_section(change, "Resources", policy, policy_text);
    cfn_edit_add_to_section(change, "Resources", emptier, emptier_text);
    return emptier;
}

char *cfn_write_bucket_emptier(CfnPass *pass, CfnFinding *finding, const CfnResource *bucket)
{
    const CfnResource *role = written_earlier(pass->template, "AWS::IAM::Role");
    const CfnResource *function = written_earlier(pass->template, "AWS::Lambda::Function");
    if (role != NULL && function != NULL) {
        return write_own(pass, finding, bucket, role->logical_id, function->logical_id);
    }
    g_autofree char *role_id = cfn_pass_new_id(pass, "emptier-role", "S3ForceDestroyRole");
    g_autofree char *function_id =
        cfn_pass_new_id(pass, "emptier-function", "S3ForceDestroyFunction");
    write_shared(pass, finding, role_id, function_id);
    return write_own(pass, finding, bucket, role_id, function_id);
}
