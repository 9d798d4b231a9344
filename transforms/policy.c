/*
 * Every element of a statement comes in two shapes, and any of them can stand inside Fn::If.
 */
#include "transforms/policy.h"

void cfn_policy_values(const CfnNode *element, GPtrArray *out)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(element, branches);
    for (guint i = 0; i < branches->len; i++) {
        const CfnNode *branch = branches->pdata[i];
        if (!cfn_node_is_sequence(branch) || cfn_node_has_tag(branch)) {
            g_ptr_array_add(out, (gpointer)branch);
            continue;
        }
        cfn_node_each_item(item, branch) {
            cfn_branches(item, out);
        }
    }
}

void cfn_policy_statements(const CfnNode *policy, GPtrArray *out)
{
    cfn_policy_values(cfn_node_get(policy, "Statement"), out);
}

bool cfn_statement_has_effect(const CfnNode *statement, const char *effect)
{
    return cfn_node_equals_nocase(cfn_node_get(statement, "Effect"), effect);
}

bool cfn_statement_covers(const CfnNode *statement, const char *action)
{
    g_autoptr(GPtrArray) patterns = g_ptr_array_new();
    cfn_policy_values(cfn_node_get(statement, "Action"), patterns);
    for (guint i = 0; i < patterns->len; i++) {
        g_autofree char *pattern = cfn_flatten(patterns->pdata[i]);
        if (pattern != NULL && cfn_glob_matches(pattern, action, true)) {
            return true;
        }
    }
    return false;
}

static bool has_sid(const GPtrArray *statements, const char *sid)
{
    for (guint i = 0; i < statements->len; i++) {
        if (cfn_node_equals(cfn_node_get(statements->pdata[i], "Sid"), sid)) {
            return true;
        }
    }
    return false;
}

char *cfn_policy_new_sid(const CfnNode *policy, const char *base)
{
    g_autoptr(GPtrArray) statements = g_ptr_array_new();
    cfn_policy_statements(policy, statements);
    char *sid = g_strdup(base);
    for (int i = 2; has_sid(statements, sid); i++) {
        g_free(sid);
        sid = g_strdup_printf("%s%d", base, i);
    }
    return sid;
}
