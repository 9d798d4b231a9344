/*
 * CloudWatch Logs cannot use a key whose policy does not let it.
 *
 * The log group then fails with "The specified KMS key does not exist or is not allowed to be used
 * with Arn …". Who uses the key is looked for in kms_usage.c, what the policy allows in
 * kms_policy.c; here is what gets written.
 */
#include "engine/transform.h"
#include "transforms/attributes.h"
#include "transforms/kms_policy.h"
#include "transforms/kms_usage.h"
#include "transforms/policy.h"
#include "transforms/policy_text.h"

static void apply(CfnPass *pass, const CfnResource *key);

const CfnTransform cfn_transform_kms_logs_statement = {
    .id = "kms-logs-statement",
    .summary = "Let CloudWatch Logs use the KMS key that encrypts its log groups",
    .rationale = "CloudWatch Logs encrypts with a customer managed key only if the key's policy "
                 "allows the service principal "
                 "`logs.<region>.amazonaws.com` to encrypt, decrypt, re-encrypt, generate data "
                 "keys and describe the key. Without "
                 "such a statement the log group fails at deployment: \"The specified KMS key does "
                 "not exist or is not allowed to "
                 "be used with Arn …\".\n\n"
                 "The repair appends the statement from the AWS documentation. Its condition "
                 "admits the log groups of this account "
                 "and region only. It never names a log group by GetAtt, since the log group "
                 "already refers to the key and that "
                 "would be a cycle.\n\n"
                 "A key without any policy gets the default statement for the account as well, "
                 "because a policy that has only the "
                 "logs statement would lock its owner out.",
    .url = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_ACCESS_WIDENED,
    .resource_types = (const char *const[]){ "AWS::KMS::Key", "AWS::KMS::ReplicaKey", NULL },
    .apply = apply,
};

#define ACTIONS                                                                                    \
    "Action:\n"                                                                                    \
    "  - kms:Encrypt*\n"                                                                           \
    "  - kms:Decrypt*\n"                                                                           \
    "  - kms:ReEncrypt*\n"                                                                         \
    "  - kms:GenerateDataKey*\n"                                                                   \
    "  - kms:Describe*\n"

#define LOGS_ARN "!Sub 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"

/* https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
static const char log_group_condition[] =
    "Condition:\n"
    "  ArnLike:\n"
    "    kms:EncryptionContext:aws:logs:arn: " LOGS_ARN "log-group:*'\n";

/* https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/LogsAnomalyDetection-KMS.html */
static const char detector_condition[] =
    "Condition:\n"
    "  ArnLike:\n"
    "    kms:EncryptionContext:aws:logs:arn: " LOGS_ARN "anomaly-detector:*'\n";
static const char detector_crypto_condition[] =
    "Condition:\n"
    "  ArnLike:\n"
    "    kms:EncryptionContext:aws-crypto-ec:aws:logs:arn: " LOGS_ARN "anomaly-detector:*'\n";

static const char root_statement[] =
    "Sid: EnableRootAccess\n"
    "Effect: Allow\n"
    "Principal:\n"
    "  AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'\n"
    "Action: kms:*\n"
    "Resource: '*'\n";

typedef struct {
    const char *sid;
    const char *condition;
} Statement;

static const Statement log_group_statements[] = {
    { "AllowCloudWatchLogs", log_group_condition },
    { NULL, NULL },
};
static const Statement detector_statements[] = {
    { "AllowLogAnomalyDetection", detector_condition },
    { "AllowLogAnomalyDetectionData", detector_crypto_condition },
    { NULL, NULL },
};

static char *statement_yaml(const Statement *statement, const char *sid)
{
    return g_strdup_printf("Sid: %s\n"
                           "Effect: Allow\n"
                           "Principal:\n"
                           "  Service: !Sub 'logs.${AWS::Region}.${AWS::URLSuffix}'\n" ACTIONS
                           "Resource: '*'\n"
                           "%s",
                           sid, statement->condition);
}

/* Within JSON text that Fn::Sub goes over as a whole, `${…}` needs no function of its own. */
static char *without_functions(const char *yaml)
{
    GString *out = g_string_new(yaml);
    g_string_replace(out, "!Sub ", "", 0);
    return g_string_free(out, FALSE);
}

/* ---- Where a policy is there ---- */

static void append_statement(CfnChange *change, const CfnNode *policy, const Statement *statement,
                             bool in_text)
{
    g_autofree char *sid = cfn_policy_new_sid(policy, statement->sid);
    g_autofree char *spelled = statement_yaml(statement, sid);
    g_autofree char *yaml = in_text ? without_functions(spelled) : g_steal_pointer(&spelled);
    g_autoptr(GPtrArray) lists = g_ptr_array_new();
    cfn_branches(cfn_node_get(policy, "Statement"), lists);
    for (guint i = 0; i < lists->len; i++) {
        cfn_edit_wrap_append(change, lists->pdata[i], yaml);
    }
}

static void append_missing(CfnChange *change, const CfnNode *policy, const CfnKmsVerdict *verdict,
                           bool in_text)
{
    const Statement *const sets[] = { verdict->log_groups_admitted ? NULL : log_group_statements,
                                      verdict->detectors_admitted ? NULL : detector_statements };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        for (const Statement *one = sets[i]; one != NULL && one->sid != NULL; one++) {
            append_statement(change, policy, one, in_text);
        }
    }
}

/* What keeps a policy from being repaired, as a new string, or NULL. */
static char *obstacle(const CfnNode *policy, const CfnKmsVerdict *verdict)
{
    if (verdict->denied) {
        return g_strdup("a Deny statement hits CloudWatch Logs, and it would win");
    }
    if (verdict->unreadable != NULL) {
        return g_strdup_printf("%s cannot be read here", verdict->unreadable);
    }
    if (!cfn_kms_policy_has_statements(policy)) {
        return g_strdup("the policy's Statement is not written out here");
    }
    return NULL;
}

/* ---- Where there is none ---- */

static char *indented(const char *yaml)
{
    g_auto(GStrv) lines = g_strsplit(yaml, "\n", -1);
    GString *out = g_string_new(NULL);
    for (char **line = lines; *line != NULL && **line != '\0'; line++) {
        g_string_append_printf(out, "%s%s\n", line == lines ? "  - " : "    ", *line);
    }
    return g_string_free(out, FALSE);
}

static char *whole_policy(const CfnKmsUsage *usage)
{
    g_autofree char *root = indented(root_statement);
    GString *out = g_string_new("Version: '2012-10-17'\nStatement:\n");
    g_string_append(out, root);
    const Statement *const sets[] = { usage->log_groups || !usage->detectors ? log_group_statements
                                                                             : NULL,
                                      usage->detectors ? detector_statements : NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        for (const Statement *one = sets[i]; one != NULL && one->sid != NULL; one++) {
            g_autofree char *yaml = statement_yaml(one, one->sid);
            g_autofree char *item = indented(yaml);
            g_string_append(out, item);
        }
    }
    return g_string_free(out, FALSE);
}

static void add_policy(CfnPass *pass, CfnFinding *finding, const CfnResource *key,
                       const CfnKmsUsage *usage)
{
    if (cfn_resource_has_type(key, "AWS::KMS::ReplicaKey")) {
        cfn_finding_cannot_fix(finding,
                               "a replica key must bring its own KeyPolicy, and there is none to "
                               "append to");
        return;
    }
    g_autofree char *policy = whole_policy(usage);
    cfn_add_property(cfn_finding_change(pass, finding), key, "KeyPolicy", policy);
}

/* ---- The finding ---- */

static CfnFinding *report(CfnPass *pass, const CfnResource *key, const CfnNode *at,
                          const CfnKmsUsage *usage)
{
    if (usage->log_user != NULL) {
        return cfn_report(pass, at,
                          "CloudWatch Logs may not use this key, but %s is encrypted with it",
                          usage->log_user->logical_id);
    }
    CfnFinding *finding = cfn_report(pass, at, "CloudWatch Logs may not use this key");
    if (cfn_template_has_macro(pass->template)) {
        cfn_finding_cannot_fix(
            finding, "the template goes through a macro, so who uses the key cannot be seen");
    } else if (usage->other_user != NULL) {
        cfn_finding_needs_consent(finding, "%s uses it here, and no log group does",
                                  usage->other_user->logical_id);
    }
    return finding;
}

/* POLICY is the document at the node AT, or, if TEXT is not NULL, the one that stands there as
   text. */
static void repair(CfnPass *pass, const CfnResource *key, const CfnNode *at, const CfnNode *policy,
                   CfnPolicyText *text, const CfnKmsUsage *usage)
{
    CfnKmsVerdict verdict = cfn_kms_judge(policy, usage);
    if (verdict.log_groups_admitted && verdict.detectors_admitted) {
        return;
    }
    CfnFinding *finding = report(pass, key, at, usage);
    g_autofree char *why = obstacle(policy, &verdict);
    if (why != NULL) {
        cfn_finding_cannot_fix(finding, "%s", why);
    } else if (text == NULL) {
        append_missing(cfn_finding_change(pass, finding), policy, &verdict, false);
    } else {
        append_missing(cfn_policy_text_change(text), policy, &verdict, true);
        cfn_policy_text_apply(text, cfn_finding_change(pass, finding));
    }
}

static void repair_branch(CfnPass *pass, const CfnResource *key, const CfnNode *branch,
                          const CfnKmsUsage *usage)
{
    if (cfn_node_is_mapping(branch) && cfn_intrinsic(branch).function == CFN_FN_NONE) {
        repair(pass, key, branch, branch, NULL, usage);
        return;
    }
    g_autoptr(CfnPolicyText) text = cfn_policy_text_new(branch);
    if (text == NULL) {
        cfn_finding_cannot_fix(report(pass, key, branch, usage),
                               "its key policy is not written out here");
        return;
    }
    repair(pass, key, branch, cfn_policy_text_root(text), text, usage);
}

static void check(CfnPass *pass, const CfnResource *key, const CfnKmsUsage *usage)
{
    const CfnNode *policy = cfn_resource_property(key, "KeyPolicy");
    if (policy == NULL || cfn_is_ref(policy, "AWS::NoValue")) {
        add_policy(pass, report(pass, key, key->key, usage), key, usage);
        return;
    }
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(policy, branches);
    for (guint i = 0; i < branches->len; i++) {
        repair_branch(pass, key, branches->pdata[i], usage);
    }
}

static void apply(CfnPass *pass, const CfnResource *key)
{
    if (cfn_kms_is_symmetric(pass->template, key)) {
        CfnKmsUsage usage = cfn_kms_usage(pass->template, key);
        check(pass, key, &usage);
        cfn_kms_usage_clear(&usage);
    }
}
