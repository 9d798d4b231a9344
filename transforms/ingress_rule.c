/*
 * A rule lets the world to port 80 if its protocol, its two ports and its source all say so.
 *
 * Each is asked by itself. What is written there answers yes or no; a parameter's default, a
 * mapping or one branch of Fn::If can only make it possible.
 */
#include "transforms/ingress_rule.h"

#include "model/flatten.h"
#include "syntax/scalar.h"

typedef bool (*Test)(const char *text);

static bool is_tcp(const char *text)
{
    return g_ascii_strcasecmp(text, "tcp") == 0 || strcmp(text, "6") == 0;
}

static bool is_all_protocols(const char *text)
{
    return strcmp(text, "-1") == 0 || g_ascii_strcasecmp(text, "all") == 0;
}

/* By text: GLib's number readers go by errno, which its own first call in a thread may set. */
static bool is_port_80(const char *text)
{
    return strcmp(text + strspn(text, "0"), "80") == 0;
}

/* Whatever the address, a prefix of length 0 is the world: `::/0`, `0:0:0:0:0:0:0:0/0`. */
static bool is_world(const char *text)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL || slash[1] == '\0' || slash[1 + strspn(slash + 1, "0")] != '\0') {
        return false;
    }
    g_autofree char *address = g_strndup(text, (gsize)(slash - text));
    return g_hostname_is_ip_address(address);
}

/* ---- Asking one value ---- */

/* Who asks, and why an answer is not certain (the first reason stays). */
typedef struct {
    const CfnTemplate *template;
    char *why;
} Query;

static CfnAnswer ask(Query *query, const CfnNode *value, Test test);

static CfnAnswer doubt(Query *query, const char *format, ...) G_GNUC_PRINTF(2, 3);

static CfnAnswer doubt(Query *query, const char *format, ...)
{
    if (query->why == NULL) {
        va_list arguments;
        va_start(arguments, format);
        query->why = g_strdup_vprintf(format, arguments);
        va_end(arguments);
    }
    return CFN_UNKNOWN;
}

static CfnAnswer ask_branches(Query *query, const CfnNode *choice, Test test)
{
    CfnAnswer one = ask(query, cfn_node_item(choice, 1), test);
    CfnAnswer other = ask(query, cfn_node_item(choice, 2), test);
    if (one == other) {
        return one;
    }
    g_autofree char *condition = cfn_node_dup_text(choice->first);
    return doubt(query, "it depends on the condition %s",
                 condition != NULL ? condition : "of an Fn::If");
}

static CfnAnswer ask_parameter(Query *query, const CfnNode *ref, Test test)
{
    const CfnNode *preset = cfn_resolve(query->template, ref);
    if (preset == ref) {
        return CFN_NO;
    }
    g_autofree char *text = cfn_node_dup_text(preset);
    g_autofree char *name = cfn_ref_name(ref);
    return test(text) ? doubt(query, "it depends on the parameter %s, whose default says so", name)
                      : CFN_NO;
}

static bool any_scalar_passes(const CfnNode *node, Test test)
{
    if (cfn_node_is_scalar(node)) {
        g_autofree char *text = cfn_node_dup_text(node);
        return !node->is_key && test(text);
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (any_scalar_passes(child, test)) {
            return true;
        }
    }
    return false;
}

static CfnAnswer ask_mapping(Query *query, const CfnNode *arguments, Test test)
{
    g_autofree char *name = cfn_node_dup_text(cfn_node_item(arguments, 0));
    const CfnNode *mapping =
        name != NULL ? cfn_template_entry(query->template, "Mappings", name) : NULL;
    if (mapping == NULL || !any_scalar_passes(mapping, test)) {
        return CFN_NO;
    }
    return doubt(query, "it depends on what the mapping %s gives", name);
}

static CfnAnswer ask_text(Query *query, const CfnNode *value, const char *text, Test test)
{
    if (test(text)) {
        return CFN_YES;
    }
    return cfn_is_function(value, CFN_FN_REF) ? ask_parameter(query, value, test) : CFN_NO;
}

static CfnAnswer ask(Query *query, const CfnNode *value, Test test)
{
    const CfnNode *choice = cfn_choice(value);
    if (choice != NULL) {
        return ask_branches(query, choice, test);
    }
    CfnIntrinsic call = cfn_intrinsic(value);
    if (call.function == CFN_FN_FIND_IN_MAP) {
        return ask_mapping(query, call.argument, test);
    }
    g_autofree char *text = cfn_flatten(value);
    if (text != NULL) {
        return ask_text(query, value, text, test);
    }
    if (call.function == CFN_FN_NONE) {
        return CFN_NO;
    }
    g_autofree char *tag = cfn_tag_long_name(cfn_template_tree(query->template), value);
    g_autofree char *key = cfn_node_dup_text(value->first);
    return doubt(query, "what %s gives is not known here", tag != NULL ? tag : key);
}

/* ---- The whole rule ---- */

static CfnAnswer both(CfnAnswer one, CfnAnswer other)
{
    if (one == CFN_NO || other == CFN_NO) {
        return CFN_NO;
    }
    return one == CFN_YES ? other : one;
}

static CfnAnswer ask_key(Query *query, const CfnNode *rule, const char *key, Test test)
{
    return ask(query, cfn_node_get(rule, key), test);
}

static CfnAnswer ask_source(Query *query, const CfnNode *rule)
{
    CfnAnswer four = ask_key(query, rule, "CidrIp", is_world);
    return four != CFN_NO ? four : ask_key(query, rule, "CidrIpv6", is_world);
}

static bool known_ports(const CfnTemplate *template, const CfnNode *rule, int64_t *from,
                        int64_t *to)
{
    return cfn_known_integer(template, cfn_node_get(rule, "FromPort"), from) &&
           cfn_known_integer(template, cfn_node_get(rule, "ToPort"), to);
}

/* Why RULE, which is for the world, lets in more than port 80, or NULL. */
static char *describe_wider(Query *query, const CfnNode *rule)
{
    if (ask_key(query, rule, "IpProtocol", is_all_protocols) == CFN_YES) {
        return g_strdup("the rule admits every protocol and port");
    }
    int64_t from = 0, to = 0;
    if (ask_key(query, rule, "IpProtocol", is_tcp) != CFN_YES ||
        !known_ports(query->template, rule, &from, &to) || from > 80 || to < 80 || from == to) {
        return NULL;
    }
    return g_strdup_printf("the rule admits ports %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                           ", not 80 alone",
                           from, to);
}

CfnRuleKind cfn_rule_kind(const CfnTemplate *template, const CfnNode *rule, char **why)
{
    Query query = { template, NULL };
    CfnAnswer world = ask_source(&query, rule);
    CfnAnswer answer = world;
    answer = both(answer, ask_key(&query, rule, "IpProtocol", is_tcp));
    answer = both(answer, ask_key(&query, rule, "FromPort", is_port_80));
    answer = both(answer, ask_key(&query, rule, "ToPort", is_port_80));
    *why = NULL;
    if (answer == CFN_UNKNOWN) {
        *why = query.why;
        return CFN_RULE_POSSIBLE;
    }
    if (answer == CFN_NO && world == CFN_YES) {
        *why = describe_wider(&query, rule);
    }
    g_free(query.why);
    if (answer == CFN_YES) {
        return CFN_RULE_PORT_80;
    }
    return *why != NULL ? CFN_RULE_WIDER : CFN_RULE_OTHER;
}

bool cfn_rule_admits(const CfnTemplate *template, const CfnNode *rule, int64_t port)
{
    const CfnNode *protocol = cfn_resolve(template, cfn_node_get(rule, "IpProtocol"));
    g_autofree char *name = protocol != NULL ? cfn_node_dup_text(protocol) : NULL;
    if (name == NULL || is_all_protocols(name)) {
        return name != NULL;
    }
    int64_t from = 0, to = 0;
    return is_tcp(name) && known_ports(template, rule, &from, &to) && from <= port && to >= port;
}

bool cfn_rule_is_for_world(const CfnTemplate *template, const CfnNode *rule)
{
    static const char *const keys[] = { "CidrIp", "CidrIpv6" };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *text = cfn_flatten(cfn_resolve(template, cfn_node_get(rule, keys[i])));
        if (text != NULL && is_world(text)) {
            return true;
        }
    }
    return false;
}

/* ---- Values of other properties ---- */

bool cfn_known_integer(const CfnTemplate *template, const CfnNode *value, int64_t *integer)
{
    const CfnNode *known = cfn_resolve(template, value);
    return cfn_node_is_scalar(known) && !cfn_node_has_tag(known) &&
           cfn_scalar_integer(known, integer);
}

bool cfn_can_be_integer(const CfnTemplate *template, const CfnNode *value, int64_t integer)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(value, branches);
    for (guint i = 0; i < branches->len; i++) {
        int64_t known = 0;
        if (cfn_known_integer(template, branches->pdata[i], &known) && known == integer) {
            return true;
        }
    }
    return false;
}

bool cfn_can_be_text(const CfnTemplate *template, const CfnNode *value, const char *text)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(value, branches);
    for (guint i = 0; i < branches->len; i++) {
        if (cfn_node_equals_nocase(cfn_resolve(template, branches->pdata[i]), text)) {
            return true;
        }
    }
    return false;
}
