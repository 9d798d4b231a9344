/*
 * Certificates and security policies belong to secure listeners, and are refused on all others. So
 * a protocol that changes with a condition takes them under the same condition.
 */
#include "transforms/listener_protocol.h"

/* "HTTPS" or "TLS" if NODE says so, else NULL. */
static const char *secure_name(const CfnNode *node)
{
    static const char *const names[] = { "HTTPS", "TLS" };
    for (size_t i = 0; cfn_node_is_untagged(node) && i < G_N_ELEMENTS(names); i++) {
        if (cfn_node_equals(node, names[i])) {
            return names[i];
        }
    }
    return NULL;
}

/* `Fn::If: [condition, HTTPS, HTTP]`, or the other way round. */
static bool read_choice(CfnListenerProtocol *protocol, const CfnNode *value)
{
    const CfnNode *choice = cfn_argument(value, CFN_FN_IF);
    const CfnNode *condition = cfn_node_item(choice, 0);
    const CfnNode *yes = cfn_node_item(choice, 1);
    const CfnNode *no = cfn_node_item(choice, 2);
    if (!cfn_node_is_untagged(condition) || !cfn_node_is_untagged(yes) ||
        !cfn_node_is_untagged(no)) {
        return false;
    }
    protocol->kind = CFN_PROTOCOL_SECURE_IF;
    protocol->condition = cfn_node_dup_text(condition);
    protocol->inverted = secure_name(yes) == NULL;
    return true;
}

static void set_unseen(CfnListenerProtocol *protocol, char *why)
{
    g_free(protocol->unseen);
    protocol->unseen = why;
    protocol->kind = CFN_PROTOCOL_UNSEEN;
}

/* One of the values that the protocol can have; returns whether it is secure for certain. */
static bool read_branch(CfnListenerProtocol *protocol, const CfnTemplate *template,
                        const CfnNode *branch)
{
    const CfnNode *known = cfn_resolve(template, branch);
    const char *name = secure_name(known);
    if (name != NULL) {
        protocol->name = name;
    }
    if (name != NULL && known != branch) {
        g_autofree char *parameter = cfn_ref_name(branch);
        set_unseen(protocol, g_strdup_printf("the protocol comes from the parameter %s, whose "
                                             "default is %s",
                                             parameter, name));
    } else if (name == NULL && !cfn_node_is_untagged(branch) &&
               !cfn_is_function(branch, CFN_FN_REF)) {
        set_unseen(protocol, g_strdup("the protocol is behind an intrinsic function"));
    }
    return name != NULL && known == branch;
}

CfnListenerProtocol *cfn_listener_protocol_new(const CfnResource *listener)
{
    CfnListenerProtocol *protocol = g_new0(CfnListenerProtocol, 1);
    protocol->key = cfn_node_find_key(listener->properties, "Protocol");
    if (protocol->key == NULL) {
        return protocol;
    }
    const CfnNode *value = cfn_node_value(protocol->key);
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(value, branches);
    guint secure = 0;
    for (guint i = 0; i < branches->len; i++) {
        secure += read_branch(protocol, listener->template, branches->pdata[i]);
    }
    if (protocol->unseen != NULL || secure == 0) {
        return protocol;
    }
    if (secure == branches->len) {
        protocol->kind = CFN_PROTOCOL_SECURE;
    } else if (!read_choice(protocol, value)) {
        set_unseen(protocol, g_strdup("the protocol changes with several conditions"));
    }
    return protocol;
}

void cfn_listener_protocol_free(CfnListenerProtocol *protocol)
{
    g_free(protocol->condition);
    g_free(protocol->unseen);
    g_free(protocol);
}

char *cfn_where_secure(const CfnListenerProtocol *protocol, const char *yaml)
{
    if (protocol->kind != CFN_PROTOCOL_SECURE_IF) {
        return g_strdup(yaml);
    }
    static const char *const nothing = "!Ref 'AWS::NoValue'";
    g_autofree char *condition = cfn_snippet_string(protocol->condition);
    const char *yes = protocol->inverted ? nothing : yaml;
    const char *no = protocol->inverted ? yaml : nothing;
    bool is_list = g_str_has_prefix(yaml, "- ");
    return is_list ? g_strdup_printf("!If\n- %s\n- %s\n- %s\n", condition, yes, no)
                   : g_strdup_printf("!If [%s, %s, %s]", condition, yes, no);
}
