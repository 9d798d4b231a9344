/*
 * The new policy has the document, a logical id made of the role's and the policy's name, the
 * condition that led to it, and the role's own deletion policies.
 */
#include "transforms/moved_policy.h"

#include "model/flatten.h"

/* ---- Names ---- */

/* The words of TEXT as part of a logical id: "s3-read ${Env}" is "S3Read". */
static char *as_id(const char *text)
{
    GString *out = g_string_new(NULL);
    bool begins = true;
    for (; *text != '\0'; text++) {
        const char *end = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
        if (end != NULL) {
            text = end;
            begins = true;
        } else if (g_ascii_isalnum(*text)) {
            g_string_append_c(out, begins ? g_ascii_toupper(*text) : *text);
            begins = false;
        } else {
            begins = true;
        }
    }
    return g_string_free(out, FALSE);
}

/* "ApiRole" and "s3-read" make "ApiRoleS3ReadPolicy". */
static char *name_policy(const CfnPolicyMove *move, const CfnPolicyLeaf *leaf)
{
    g_autofree char *text = cfn_flatten(cfn_node_get(leaf->node, "PolicyName"));
    g_autofree char *own = as_id(text != NULL ? text : "");
    const char *role = move->role->logical_id;
    GString *base = g_string_new(g_str_has_prefix(own, role) ? "" : role);
    g_string_append(base, own);
    if (g_str_has_suffix(base->str, "Policy")) {
        g_string_truncate(base, base->len - strlen("Policy"));
    }
    g_string_append(base, "Policy");
    g_autofree char *key = g_strdup_printf("policy %u", leaf->node->span.start);
    char *id = cfn_pass_new_id(move->pass, key, base->str);
    g_string_free(base, TRUE);
    return id;
}

/* ---- Conditions ---- */

static void put_literal(GString *out, const char *condition, bool holds)
{
    g_autofree char *name = cfn_snippet_string(condition);
    g_string_append_printf(out, holds ? "- !Condition %s\n" : "- !Not [!Condition %s]\n", name);
}

/* A new condition: the turns of LEAF, and that of the role. */
static char *define_condition(const CfnPolicyMove *move, const CfnPolicyLeaf *leaf,
                              const char *policy)
{
    g_autoptr(GString) literals = g_string_new(NULL);
    const char *own = move->role->condition;
    const CfnPolicyTurn *last = &g_array_index(leaf->turns, CfnPolicyTurn, leaf->turns->len - 1);
    g_autofree char *name = cfn_node_dup_text(last->condition);
    bool negation = leaf->turns->len == 1 && own == NULL;
    if (own != NULL) {
        put_literal(literals, own, true);
    }
    for (guint i = 0; i < leaf->turns->len; i++) {
        const CfnPolicyTurn *turn = &g_array_index(leaf->turns, CfnPolicyTurn, i);
        g_autofree char *condition = cfn_node_dup_text(turn->condition);
        put_literal(literals, condition, turn->holds);
    }
    g_autofree char *quoted = cfn_snippet_string(name);
    g_autofree char *yaml = negation ? g_strdup_printf("!Not [!Condition %s]\n", quoted)
                                     : g_strconcat("!And\n", literals->str, NULL);
    g_autofree char *base =
        negation ? g_strconcat("Not", name, NULL) : g_strconcat("Has", policy, NULL);
    char *id = cfn_pass_new_id(move->pass, yaml, base);
    bool is_new;
    CfnChange *change = cfn_finding_shared_change(move->pass, move->finding, yaml, &is_new);
    if (is_new) {
        cfn_edit_add_to_section(change, "Conditions", id, yaml);
    }
    return id;
}

/* The condition that LEAF's policy exists under, as a new string; NULL if always. */
static char *condition_of(const CfnPolicyMove *move, const CfnPolicyLeaf *leaf, const char *policy)
{
    const char *own = move->role->condition;
    if (leaf->turns->len == 0) {
        return g_strdup(own);
    }
    const CfnPolicyTurn *turn = &g_array_index(leaf->turns, CfnPolicyTurn, 0);
    g_autofree char *name = cfn_node_dup_text(turn->condition);
    bool sufficient = leaf->turns->len == 1 && turn->holds &&
                      cfn_condition_implies(move->pass->template, name, own) == CFN_YES;
    return sufficient ? g_steal_pointer(&name) : define_condition(move, leaf, policy);
}

/* ---- The resource ---- */

/* `Key: value` at the end of OUT, VALUE a snippet. */
static void put_pair(GString *out, const char *key, const char *value)
{
    g_autofree char *pair = cfn_snippet_pair(key, value);
    g_string_append(out, pair);
}

/* The role's own attribute, for the policy is to go and to stay with it. */
static void put_attribute(GString *out, const CfnResource *role, const char *name)
{
    const CfnNode *value = cfn_node_get(role->node, name);
    g_autofree char *snippet = value != NULL ? cfn_snippet_of(value) : NULL;
    if (snippet != NULL) {
        put_pair(out, name, snippet);
    }
}

static void add_policy(const CfnPolicyMove *move, const CfnPolicyLeaf *leaf, const char *id,
                       const char *condition)
{
    g_autofree char *document = cfn_snippet_of(cfn_node_get(leaf->node, "PolicyDocument"));
    g_autofree char *properties = cfn_snippet_pair("PolicyDocument", document);
    g_autoptr(GString) resource = g_string_new("Type: AWS::IAM::ManagedPolicy\n");
    if (condition != NULL) {
        g_autofree char *name = cfn_snippet_string(condition);
        put_pair(resource, "Condition", name);
    }
    put_attribute(resource, move->role, "DeletionPolicy");
    put_attribute(resource, move->role, "UpdateReplacePolicy");
    put_pair(resource, "Properties", properties);
    cfn_edit_add_to_section(move->change, "Resources", id, resource->str);
}

/* What stands in ManagedPolicyArns for the policy ID. */
static char *item_for(const CfnPolicyLeaf *leaf, const char *id, const char *condition)
{
    g_autofree char *policy = cfn_snippet_string(id);
    if (leaf->turns->len == 0) {
        return g_strdup_printf("!Ref %s", policy);
    }
    g_autofree char *name = cfn_snippet_string(condition);
    return g_strdup_printf("!If [%s, !Ref %s, !Ref AWS::NoValue]", name, policy);
}

char *cfn_move_policy(const CfnPolicyMove *move, const CfnPolicyLeaf *leaf)
{
    g_autofree char *id = name_policy(move, leaf);
    g_autofree char *condition = condition_of(move, leaf, id);
    add_policy(move, leaf, id, condition);
    return item_for(leaf, id, condition);
}
