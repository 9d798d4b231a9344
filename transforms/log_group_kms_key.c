/*
 * Log groups that no key of the template encrypts, beside a key that could.
 *
 * The key must admit CloudWatch Logs, or the log group cannot be deployed. That is what
 * kms-logs-statement is for; where it was not selected, it is asked from here once the log group
 * has its key.
 */
#include "engine/transform.h"
#include "model/flatten.h"
#include "transforms/attributes.h"
#include "transforms/kms_policy.h"
#include "transforms/policy_text.h"

extern const CfnTransform cfn_transform_kms_logs_statement;

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_log_group_kms_key = {
    .id = "log-group-kms-key",
    .summary = "Encrypt log groups with the template's own key",
    .rationale =
        "Without `KmsKeyId`, CloudWatch Logs encrypts a log group with a key of its own, over "
        "which nobody has control. Reviews ask for a customer managed key where the rest of the "
        "stack has one.\n\n"
        "The repair takes the key if the template has exactly one that fits: symmetric, enabled, "
        "for encryption. A log group that can exist without the key gets it under the key's "
        "condition. Then the key's policy must let CloudWatch Logs use it, which is what "
        "kms-logs-statement writes; it is done along with this repair.\n\n"
        "Deploying it changes the log group in place. What was logged before stays encrypted as "
        "it was. Log groups of the class DELIVERY have no such property.",
    .url = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    .group = CFN_GROUP_SECURITY,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_ACCESS_WIDENED,
    .by_name = true,
    .resource_types = (const char *const[]){ "AWS::Logs::LogGroup", "AWS::KMS::Key",
                                             "AWS::KMS::ReplicaKey", NULL },
    .apply_template = apply_template,
};

/* ---- Keys ---- */

static bool fits(const CfnTemplate *template, const CfnResource *key)
{
    const CfnNode *enabled = cfn_resource_property(key, "Enabled");
    return cfn_kms_is_symmetric(template, key) &&
           (enabled == NULL || cfn_node_equals(enabled, "true"));
}

/* The keys that fit, CfnResource*. */
static GPtrArray *find_keys(const CfnTemplate *template)
{
    static const char *const types[] = { "AWS::KMS::Key", "AWS::KMS::ReplicaKey" };
    GPtrArray *keys = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        const GPtrArray *all = cfn_template_resources_of(template, types[i]);
        for (guint k = 0; k < all->len; k++) {
            if (fits(template, all->pdata[k])) {
                g_ptr_array_add(keys, all->pdata[k]);
            }
        }
    }
    return keys;
}

/* ---- Why not: new strings, or NULL ---- */

static char *obstacle_in_document(const CfnNode *policy, const CfnKmsUsage *usage)
{
    CfnKmsVerdict verdict = cfn_kms_judge(policy, usage);
    if (verdict.log_groups_admitted && !verdict.denied) {
        return NULL;
    }
    bool writable = verdict.unreadable == NULL && cfn_kms_policy_has_statements(policy);
    return verdict.denied ? g_strdup("the key's policy denies CloudWatch Logs its use")
           : writable
               ? NULL
               : g_strdup("what the key's policy allows CloudWatch Logs cannot be read here");
}

static char *obstacle_in_branch(const CfnNode *branch, const CfnKmsUsage *usage)
{
    if (cfn_node_is_mapping(branch) && cfn_intrinsic(branch).function == CFN_FN_NONE) {
        return obstacle_in_document(branch, usage);
    }
    g_autoptr(CfnPolicyText) text = cfn_policy_text_new(branch);
    return text != NULL ? obstacle_in_document(cfn_policy_text_root(text), usage)
                        : g_strdup("the key's policy is not written out here");
}

/* What keeps CloudWatch Logs from being let in for GROUP. */
static char *obstacle_in_key(const CfnResource *key, const CfnResource *group)
{
    const CfnNode *policy = cfn_resource_property(key, "KeyPolicy");
    if (policy == NULL || cfn_is_ref(policy, "AWS::NoValue")) {
        bool replica = cfn_resource_has_type(key, "AWS::KMS::ReplicaKey");
        return replica ? g_strdup("the replica key has no policy to append to") : NULL;
    }
    CfnKmsUsage usage = cfn_kms_usage(key->template, key);
    char *name = cfn_flatten(cfn_resource_property(group, "LogGroupName"));
    usage.log_groups = true;
    g_ptr_array_add(usage.group_names, name != NULL ? name : g_strdup("*"));
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(policy, branches);
    char *obstacle = NULL;
    for (guint i = 0; i < branches->len && obstacle == NULL; i++) {
        obstacle = obstacle_in_branch(branches->pdata[i], &usage);
    }
    cfn_kms_usage_clear(&usage);
    return obstacle;
}

static char *obstacle(const CfnResource *group, const GPtrArray *keys)
{
    const CfnNode *class = cfn_resource_property(group, "LogGroupClass");
    if (keys->len != 1) {
        return g_strdup_printf("the template has %s key that could be meant",
                               keys->len == 0 ? "no" : "more than one");
    }
    if (class != NULL && (!cfn_node_is_scalar(class) || cfn_node_has_tag(class))) {
        return g_strdup("its LogGroupClass is behind an intrinsic function");
    }
    const CfnResource *key = keys->pdata[0];
    if (cfn_conditions_exclude(group->template, group->condition, key->condition) == CFN_YES) {
        return g_strdup("the template's only key never exists together with it");
    }
    if (cfn_depends_on(group->template, key, group)) {
        return g_strdup("the key depends on the log group, and it would be a cycle");
    }
    return obstacle_in_key(key, group);
}

/* ---- Log groups ---- */

static char *value_for(const CfnResource *group, const CfnResource *key)
{
    g_autofree char *path = g_strconcat(key->logical_id, ".Arn", NULL);
    g_autofree char *arn = cfn_snippet_string(path);
    if (cfn_condition_implies(group->template, group->condition, key->condition) == CFN_YES) {
        return g_strconcat("!GetAtt ", arn, NULL);
    }
    g_autofree char *condition = cfn_snippet_string(key->condition);
    return g_strdup_printf("!If [%s, !GetAtt %s, !Ref AWS::NoValue]", condition, arn);
}

static void give_key(CfnPass *pass, const CfnResource *group, const GPtrArray *keys)
{
    CfnFinding *finding =
        cfn_report(pass, group->key, "no key of the template encrypts the log group");
    finding->effects = CFN_EFFECT_IN_PLACE; /* what widens access is the key's finding */
    g_autofree char *why = obstacle(group, keys);
    if (why != NULL) {
        cfn_finding_cannot_fix(finding, "%s", why);
        return;
    }
    g_autofree char *value = value_for(group, keys->pdata[0]);
    cfn_add_property(cfn_finding_change(pass, finding), group, "KmsKeyId", value);
}

static void look_at_group(CfnPass *pass, const CfnResource *group, const GPtrArray *keys)
{
    bool delivery = cfn_node_equals(cfn_resource_property(group, "LogGroupClass"), "DELIVERY");
    if (cfn_resource_property(group, "KmsKeyId") == NULL && !delivery &&
        !cfn_pass_skips(pass, group)) {
        give_key(pass, group, keys);
    }
}

/* Keys that log groups have since the round before. */
static void admit_logs(CfnPass *pass, const GPtrArray *keys)
{
    for (guint i = 0; i < keys->len; i++) {
        const CfnTransform *statement = &cfn_transform_kms_logs_statement;
        CfnKmsUsage usage = cfn_kms_usage(pass->template, keys->pdata[i]);
        if (usage.log_groups && !cfn_pass_skips(pass, keys->pdata[i]) &&
            !cfn_pass_spares(pass, keys->pdata[i], statement)) {
            statement->apply(pass, keys->pdata[i]);
        }
        cfn_kms_usage_clear(&usage);
    }
}

static void apply_template(CfnPass *pass)
{
    g_autoptr(GPtrArray) keys = find_keys(pass->template);
    const GPtrArray *groups = cfn_template_resources_of(pass->template, "AWS::Logs::LogGroup");
    for (guint i = 0; i < groups->len; i++) {
        look_at_group(pass, groups->pdata[i], keys);
    }
    if (!cfn_pass_runs(pass, &cfn_transform_kms_logs_statement)) {
        admit_logs(pass, keys);
    }
}
