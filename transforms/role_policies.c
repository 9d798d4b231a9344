/*
 * A statement counts if its resource is, or covers, the key. Conditions are taken to be met:
 * whoever wrote one knew for whom.
 */
#include "transforms/role_policies.h"

#include "transforms/policy.h"
#include "transforms/task_keys.h"

#define DECRYPT "kms:Decrypt"

/* ---- Which policies ---- */

static void add_policy(CfnRolePolicies *policies, const CfnNode *document,
                       const CfnResource *holder, bool shared)
{
    CfnRolePolicy one = { document, holder, shared };
    if (document != NULL) {
        g_array_append_val(policies->policies, one);
    }
}

static void add_embedded(CfnRolePolicies *policies, const CfnResource *role)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    cfn_policy_values(cfn_resource_property(role, "Policies"), items);
    for (guint i = 0; i < items->len; i++) {
        const CfnNode *document = cfn_node_get(items->pdata[i], "PolicyDocument");
        add_policy(policies, document != NULL ? document : items->pdata[i], role, false);
    }
}

/* Whether NODE names ROLE; OTHERS gets whether it names anything else. */
static bool names_role(const CfnNode *node, const CfnResource *role, bool *others)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(node, values);
    bool found = false;
    for (guint i = 0; i < values->len; i++) {
        bool same = cfn_is_ref(values->pdata[i], role->logical_id);
        found = found || same;
        *others = *others || !same;
    }
    return found;
}

/* How many places name POLICY, but for those that only wait for it. */
static guint count_users(const CfnResource *policy)
{
    const GPtrArray *references = cfn_references_to(policy->template, policy->logical_id);
    guint users = 0;
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        users +=
            reference->kind != CFN_REFERS_DEPENDS_ON && reference->kind != CFN_REFERS_CONDITION;
    }
    return users;
}

static void add_attached(CfnRolePolicies *policies, const CfnResource *role)
{
    static const char *const types[] = { "AWS::IAM::Policy", "AWS::IAM::RolePolicy",
                                         "AWS::IAM::ManagedPolicy" };
    const CfnNode *arns = cfn_resource_property(role, "ManagedPolicyArns");
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        const GPtrArray *all = cfn_template_resources_of(role->template, types[i]);
        for (guint k = 0; k < all->len; k++) {
            const CfnResource *policy = all->pdata[k];
            const char *property = i == 1 ? "RoleName" : "Roles";
            bool named = false;
            bool shared = cfn_resource_property(policy, "Users") != NULL ||
                          cfn_resource_property(policy, "Groups") != NULL;
            bool attached = names_role(cfn_resource_property(policy, property), role, &shared) ||
                            names_role(arns, policy, &named);
            if (attached) {
                add_policy(policies, cfn_resource_property(policy, "PolicyDocument"), policy,
                           shared || count_users(policy) > 1);
            }
        }
    }
}

static bool allows_everything(const CfnNode *arns)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(arns, values);
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *arn = cfn_flatten(values->pdata[i]);
        if (arn != NULL && (g_str_has_suffix(arn, ":policy/AdministratorAccess") ||
                            g_str_has_suffix(arn, ":policy/PowerUserAccess"))) {
            return true;
        }
    }
    return false;
}

CfnRolePolicies cfn_role_policies(const CfnResource *role)
{
    CfnRolePolicies policies = {
        .policies = g_array_new(FALSE, FALSE, sizeof(CfnRolePolicy)),
        .allows_everything = allows_everything(cfn_resource_property(role, "ManagedPolicyArns")),
    };
    add_embedded(&policies, role);
    add_attached(&policies, role);
    return policies;
}

void cfn_role_policies_clear(CfnRolePolicies *policies)
{
    g_array_unref(policies->policies);
}

/* ---- What they allow ---- */

/* Whether TEXT, an ARN that ends with a wildcard, covers any key there is. */
static bool covers_all_keys(const char *text)
{
    GString *pattern = g_string_new(NULL);
    bool open = g_str_has_suffix(text, "*");
    while (*text != '\0') {
        const char *end = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
        g_string_append_c(pattern, end != NULL ? '*' : *text);
        text = end != NULL ? end + 1 : text + 1;
    }
    bool covers = open && cfn_glob_matches(pattern->str, "arn:aws:kms:r:1:key/\x01", false);
    g_string_free(pattern, TRUE);
    return covers;
}

static CfnDecrypt resource_covers(const CfnNode *resource, const CfnResource *key)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(resource, values);
    CfnDecrypt covers = key == NULL ? CFN_DECRYPT_YES : CFN_DECRYPT_NO;
    for (guint i = 0; key != NULL && i < values->len; i++) {
        const CfnNode *value = values->pdata[i];
        g_autofree char *text = cfn_flatten(value);
        if (cfn_key_named_by(key->template, value) == key ||
            (text != NULL && (strcmp(text, "*") == 0 || covers_all_keys(text)))) {
            return CFN_DECRYPT_YES;
        }
        covers = text == NULL ? CFN_DECRYPT_UNKNOWN : covers;
    }
    return covers;
}

static CfnDecrypt statement_decrypts(const CfnNode *statement, const CfnResource *key)
{
    if (!cfn_is_written_out(statement)) {
        return CFN_DECRYPT_UNKNOWN;
    }
    bool denies = cfn_statement_has_effect(statement, "Deny");
    if (cfn_node_get(statement, "NotAction") != NULL ||
        cfn_node_get(statement, "NotResource") != NULL) {
        return denies ? CFN_DECRYPT_NO : CFN_DECRYPT_UNKNOWN;
    }
    if (!cfn_statement_covers(statement, DECRYPT)) {
        return CFN_DECRYPT_NO;
    }
    CfnDecrypt covers = resource_covers(cfn_node_get(statement, "Resource"), key);
    if (!denies) {
        return covers;
    }
    bool always = cfn_node_get(statement, "Condition") == NULL;
    return covers == CFN_DECRYPT_YES && always ? CFN_DECRYPT_DENIED : CFN_DECRYPT_NO;
}

static CfnDecrypt document_decrypts(const CfnNode *document, const CfnResource *key)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(document, branches);
    CfnDecrypt result = CFN_DECRYPT_NO;
    for (guint i = 0; i < branches->len; i++) {
        if (!cfn_is_written_out(branches->pdata[i])) {
            result = MAX(result, CFN_DECRYPT_UNKNOWN);
            continue;
        }
        g_autoptr(GPtrArray) statements = g_ptr_array_new();
        cfn_policy_statements(branches->pdata[i], statements);
        for (guint k = 0; k < statements->len; k++) {
            CfnDecrypt one = statement_decrypts(statements->pdata[k], key);
            if (one == CFN_DECRYPT_YES || one == CFN_DECRYPT_DENIED) {
                return one;
            }
            result = MAX(result, one);
        }
    }
    return result;
}

/* ---- The key's own policy ---- */

/* Whether a statement of KEY's policy lets decrypt a principal whose text ends with END. */
static bool key_admits(const CfnResource *key, const char *end, bool *readable)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    g_autoptr(GPtrArray) statements = g_ptr_array_new();
    cfn_branches(cfn_resource_property(key, "KeyPolicy"), branches);
    for (guint i = 0; i < branches->len; i++) {
        *readable = *readable && cfn_is_written_out(branches->pdata[i]);
        cfn_policy_statements(branches->pdata[i], statements);
    }
    for (guint i = 0; i < statements->len; i++) {
        const CfnNode *statement = statements->pdata[i];
        const CfnNode *principal = cfn_node_get(statement, "Principal");
        if (!cfn_statement_has_effect(statement, "Allow") ||
            !cfn_statement_covers(statement, DECRYPT)) {
            continue;
        }
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        cfn_policy_values(
            cfn_is_written_out(principal) ? cfn_node_get(principal, "AWS") : principal, names);
        for (guint k = 0; k < names->len; k++) {
            g_autofree char *name = cfn_flatten(names->pdata[k]);
            *readable = *readable && name != NULL;
            if (name != NULL && (strcmp(name, "*") == 0 || g_str_has_suffix(name, end))) {
                return true;
            }
        }
    }
    return false;
}

bool cfn_key_trusts_iam(const CfnResource *key)
{
    bool readable = true;
    return cfn_resource_property(key, "KeyPolicy") == NULL || key_admits(key, ":root", &readable) ||
           key_admits(key, "${AWS::AccountId}", &readable) || !readable;
}

CfnDecrypt cfn_role_decrypts(const CfnRolePolicies *policies, const CfnResource *role,
                             const CfnResource *key)
{
    bool readable = true;
    g_autofree char *principal = g_strdup_printf("${%s.Arn}", role->logical_id);
    CfnDecrypt result =
        policies->allows_everything || (key != NULL && key_admits(key, principal, &readable))
            ? CFN_DECRYPT_YES
            : CFN_DECRYPT_NO;
    for (guint i = 0; i < policies->policies->len; i++) {
        const CfnRolePolicy *policy = &g_array_index(policies->policies, CfnRolePolicy, i);
        CfnDecrypt one = document_decrypts(policy->document, key);
        if (one == CFN_DECRYPT_DENIED) {
            return one;
        }
        result = result == CFN_DECRYPT_YES || one == CFN_DECRYPT_YES ? CFN_DECRYPT_YES
                                                                     : MAX(result, one);
    }
    return result;
}
