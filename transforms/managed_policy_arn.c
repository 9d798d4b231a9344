/*
 * AWS managed policies are attached by an ARN in which path and name must be right.
 *
 * Otherwise deployment fails with "Policy arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole does
 * not exist or is not attachable": that one stands under service-role/, and which ones do cannot be
 * guessed. Linters look at the pattern only.
 */
#include "engine/transform.h"
#include "text/file.h"
#include "text/hash.h"
#include "transforms/managed_policies.h"
#include "transforms/policy_arn.h"

static void apply(CfnPass *pass, const CfnResource *resource);

#define PERMISSION_SET "AWS::SSO::PermissionSet"

const CfnTransform cfn_transform_managed_policy_arn = {
    .id = "managed-policy-arn",
    .summary = "Attach AWS managed policies by the path and name they have",
    .rationale =
        "The ARN of an AWS managed policy holds its path, which is empty for most, `service-role/` "
        "or `job-function/` for others. An ARN with another path or with a name that does not "
        "exist is not found: «Policy … does not exist or is not attachable». Policies that AWS "
        "has deprecated, AWSConfigRole among them, cannot be attached any more either.\n\n"
        "The repair knows the paths and names of all AWS managed policies as of a date, which its "
        "findings tell. It writes the path under which the name exists, and for some names that "
        "are gone the one that AWS made instead; what that allows may differ a little. Policies "
        "under `aws-service-role/` belong to service-linked roles and are never written.\n\n"
        "It looks at roles, users, groups and permission sets, their permissions boundaries "
        "included, and at ARNs of the partition `aws` or `${AWS::Partition}`.",
    .url = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = (const char *const[]){ "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User",
                                             PERMISSION_SET, NULL },
    .words = (const char *const[]){ "ManagedPolicyArns", "ManagedPolicies", "PermissionsBoundary",
                                    NULL },
    .apply = apply,
};

/* A value where an ARN belongs, and what should be there. */
typedef struct {
    CfnPolicyArn arn;
    const char *right; /* the path and name that exist, attachable or not; NULL if none do */
} Policy;

static void clear_policy(Policy *policy)
{
    cfn_policy_arn_clear(&policy->arn);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Policy, clear_policy)

static bool read_policy(const CfnNode *value, Policy *policy)
{
    if (!cfn_policy_arn_read(value, &policy->arn)) {
        return false;
    }
    policy->right = cfn_managed_policy(cfn_path_name(policy->arn.path));
    return true;
}

/* Whether the catalogue is that of the ARN's partition. */
static bool is_standard(const Policy *policy)
{
    return strcmp(policy->arn.partition, "aws") == 0 ||
           strcmp(policy->arn.partition, "${AWS::Partition}") == 0;
}

static bool has_cure(const Policy *policy)
{
    return policy->right != NULL && cfn_managed_policy_attachable(policy->right);
}

static bool is_right(const Policy *policy)
{
    return has_cure(policy) && strcmp(policy->arn.path, policy->right) == 0;
}

static CfnFinding *report(CfnPass *pass, const CfnNode *value, const Policy *policy)
{
    g_autofree char *cure =
        has_cure(policy) ? g_strdup_printf("; there is '%s'", policy->right) : g_strdup("");
    return cfn_report(pass, value, "no AWS managed policy '%s' can be attached%s", policy->arn.path,
                      cure);
}

/* Why VALUE cannot be made right, as a new string, or NULL if it can. */
static char *find_obstacle(const CfnNode *value, bool is_default, const Policy *policy)
{
    if (policy->right == NULL) {
        return g_strdup_printf("on %s there was none of that name", cfn_managed_policies_date());
    }
    if (!has_cure(policy)) {
        return g_strdup_printf("'%s' is not for one's own roles and users", policy->right);
    }
    if (!is_standard(policy)) {
        return g_strdup("what other partitions have is not known");
    }
    g_autofree char *parameter = is_default ? cfn_ref_name(value) : NULL;
    return is_default ? g_strdup_printf("it is the default of the parameter %s", parameter) : NULL;
}

/*
 * Makes VALUE right. If it stands in a LIST, as its item or in an Fn::If there, LISTED is the set
 * of the paths and names that the list has anyway: it must not have one twice.
 */
static void repair(CfnPass *pass, CfnFinding *finding, const CfnNode *value, const Policy *policy,
                   const CfnNode *list, GHashTable *listed)
{
    CfnChange *change = cfn_finding_change(pass, finding);
    bool is_item = list != NULL && value->parent == list;
    if (list != NULL && g_hash_table_contains(listed, policy->right)) {
        if (is_item) {
            cfn_edit_remove(change, value);
        } else {
            cfn_edit_replace(change, value, "!Ref AWS::NoValue");
        }
    } else if (!cfn_policy_arn_set_path(change, value, &policy->arn, policy->right)) {
        cfn_finding_cannot_fix(finding, "its name is put together from pieces");
    } else if (is_item) {
        g_hash_table_add(listed, g_strdup(policy->right));
    }
}

static void check_value(CfnPass *pass, const CfnNode *value, const CfnNode *list,
                        GHashTable *listed)
{
    const CfnNode *known = cfn_resolve(pass->template, value);
    g_auto(Policy) policy = { 0 };
    if (!read_policy(known, &policy) || is_right(&policy) ||
        (!is_standard(&policy) && !has_cure(&policy))) {
        return;
    }
    CfnFinding *finding = report(pass, value, &policy);
    g_autofree char *obstacle = find_obstacle(value, known != value, &policy);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return;
    }
    repair(pass, finding, value, &policy, list, listed);
}

static void check_branches(CfnPass *pass, const CfnNode *value, const CfnNode *list,
                           GHashTable *listed)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(value, branches);
    for (guint i = 0; i < branches->len; i++) {
        check_value(pass, branches->pdata[i], list, listed);
    }
}

static void check_list(CfnPass *pass, const CfnNode *list)
{
    g_autoptr(GHashTable) listed =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    cfn_node_each_item(item, list) {
        g_auto(Policy) policy = { 0 };
        if (read_policy(item, &policy) && is_right(&policy)) {
            g_hash_table_add(listed, g_strdup(policy.arn.path));
        }
    }
    cfn_node_each_item(item, list) {
        if (!cfn_is_function(item, CFN_FN_IF)) {
            check_value(pass, item, list, listed);
        }
    }
    cfn_node_each_item(item, list) {
        if (cfn_is_function(item, CFN_FN_IF)) {
            check_branches(pass, item, list, listed);
        }
    }
}

static bool is_plain(const CfnNode *node)
{
    return cfn_intrinsic(node).function == CFN_FN_NONE;
}

static void apply(CfnPass *pass, const CfnResource *resource)
{
    bool is_set = cfn_resource_has_type(resource, PERMISSION_SET);
    g_autoptr(GPtrArray) lists = g_ptr_array_new();
    g_autoptr(GPtrArray) boundaries = g_ptr_array_new();
    cfn_branches(cfn_resource_property(resource, is_set ? "ManagedPolicies" : "ManagedPolicyArns"),
                 lists);
    cfn_branches(cfn_resource_property(resource, "PermissionsBoundary"), boundaries);
    for (guint i = 0; i < lists->len; i++) {
        const CfnNode *list = lists->pdata[i];
        if (cfn_node_is_sequence(list) && is_plain(list)) {
            check_list(pass, list);
        } else {
            check_value(pass, list, NULL, NULL);
        }
    }
    for (guint i = 0; i < boundaries->len; i++) {
        const CfnNode *boundary = boundaries->pdata[i];
        check_branches(pass, is_set ? cfn_node_get(boundary, "ManagedPolicyArn") : boundary, NULL,
                       NULL);
    }
}
