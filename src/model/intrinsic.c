/*
 * Intrinsic functions: `!Sub x` and `Fn::Sub: x` are the same call.
 */
#include "model/intrinsic.h"

#include "model/private.h"

#define LONG_PREFIX "Fn::"
#define FOR_EACH_PREFIX "ForEach::"

static const struct {
    const char *name;
    CfnFunction function;
} functions[] = {
    { "Base64", CFN_FN_BASE64 },
    { "And", CFN_FN_AND },
    { "Equals", CFN_FN_EQUALS },
    { "FindInMap", CFN_FN_FIND_IN_MAP },
    { "GetAtt", CFN_FN_GETATT },
    { "If", CFN_FN_IF },
    { "ImportValue", CFN_FN_IMPORT_VALUE },
    { "Join", CFN_FN_JOIN },
    { "Not", CFN_FN_NOT },
    { "Or", CFN_FN_OR },
    { "Select", CFN_FN_SELECT },
    { "Split", CFN_FN_SPLIT },
    { "Sub", CFN_FN_SUB },
    { "Transform", CFN_FN_TRANSFORM },
};

/* A piece of text that ends nowhere but by its length. */
typedef struct {
    const char *text;
    size_t length;
} Name;

static bool name_is(Name name, const char *text)
{
    return strlen(text) == name.length && memcmp(text, name.text, name.length) == 0;
}

static bool name_begins(Name name, const char *prefix)
{
    size_t length = strlen(prefix);
    return name.length >= length && memcmp(prefix, name.text, length) == 0;
}

/* What stands behind the `!` of a function's tag; empty for `!`, `!!str`, `!<…>`, `!handle!x`. */
static Name tag_name(const CfnNode *node)
{
    if (node == NULL || cfn_span_length(cfn_node_tag(node)) < 2) {
        return (Name){ 0 };
    }
    Name name = { cfn_node_tag_text(node) + 1, cfn_span_length(cfn_node_tag(node)) - 1 };
    if (!g_ascii_isalnum(name.text[0]) || memchr(name.text, '!', name.length) != NULL) {
        return (Name){ 0 };
    }
    return name;
}

/* The functions whose long name has no `Fn::`. */
static CfnFunction bare_function(Name name)
{
    if (name_is(name, "Ref")) {
        return CFN_FN_REF;
    }
    return name_is(name, "Condition") ? CFN_FN_CONDITION : CFN_FN_NONE;
}

static CfnFunction named_function(Name name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(functions); i++) {
        if (name_is(name, functions[i].name)) {
            return functions[i].function;
        }
    }
    return CFN_FN_OTHER;
}

static CfnFunction tag_function(Name name)
{
    CfnFunction bare = bare_function(name);
    return bare != CFN_FN_NONE ? bare : named_function(name);
}

static CfnFunction key_function(const CfnNode *key)
{
    Name name = { key->text, key->length };
    if (!cfn_is_literal(key)) {
        return CFN_FN_NONE;
    }
    if (!name_begins(name, LONG_PREFIX)) {
        return bare_function(name);
    }
    name = (Name){ name.text + strlen(LONG_PREFIX), name.length - strlen(LONG_PREFIX) };
    return name_begins(name, FOR_EACH_PREFIX) ? CFN_FN_FOR_EACH : named_function(name);
}

CfnIntrinsic cfn_intrinsic_inside(const CfnNode *node)
{
    if (!cfn_node_is_mapping(node) || cfn_node_count(node) != 1) {
        return (CfnIntrinsic){ 0 };
    }
    CfnFunction function = key_function(node->first);
    const CfnNode *argument = cfn_node_value(node->first);
    /* The Condition of an IAM policy statement is a mapping; that of the function is a name. */
    if (function == CFN_FN_NONE || (function == CFN_FN_CONDITION && !cfn_is_literal(argument))) {
        return (CfnIntrinsic){ 0 };
    }
    return (CfnIntrinsic){ function, argument };
}

CfnIntrinsic cfn_intrinsic(const CfnNode *node)
{
    Name tag = tag_name(node);
    if (tag.length > 0) {
        return (CfnIntrinsic){ tag_function(tag), node };
    }
    return cfn_intrinsic_inside(node);
}

bool cfn_is_function(const CfnNode *node, CfnFunction function)
{
    return cfn_intrinsic(node).function == function;
}

const CfnNode *cfn_argument(const CfnNode *node, CfnFunction function)
{
    CfnIntrinsic call = cfn_intrinsic(node);
    return call.function == function ? call.argument : NULL;
}

bool cfn_append_long_name(GString *out, const CfnNode *node)
{
    Name name = tag_name(node);
    if (name.length == 0) {
        return false;
    }
    if (bare_function(name) == CFN_FN_NONE) {
        g_string_append(out, LONG_PREFIX);
    }
    g_string_append_len(out, name.text, (gssize)name.length);
    return true;
}

char *cfn_tag_long_name(const CfnTree *tree, const CfnNode *node)
{
    g_autoptr(GString) name = g_string_new(NULL);
    if (!cfn_append_long_name(name, node)) {
        return NULL;
    }
    return g_string_free(g_steal_pointer(&name), FALSE);
}

bool cfn_is_literal(const CfnNode *node)
{
    return cfn_node_is_scalar(node) && tag_name(node).length == 0;
}

bool cfn_is_for_each_key(const CfnNode *key)
{
    return cfn_node_has_prefix(key, LONG_PREFIX FOR_EACH_PREFIX);
}

const CfnNode *cfn_text_argument(const CfnNode *node, CfnIntrinsic call)
{
    bool is_own = call.argument == node && cfn_node_is_scalar(node);
    return is_own || cfn_is_literal(call.argument) ? call.argument : NULL;
}

/* The text that NODE calls FUNCTION with, or NULL. */
static const CfnNode *literal_argument(const CfnNode *node, CfnFunction function)
{
    CfnIntrinsic call = cfn_intrinsic(node);
    return call.function == function ? cfn_text_argument(node, call) : NULL;
}

bool cfn_is_ref(const CfnNode *node, const char *name)
{
    return cfn_node_equals(literal_argument(node, CFN_FN_REF), name);
}

char *cfn_ref_name(const CfnNode *node)
{
    const CfnNode *argument = literal_argument(node, CFN_FN_REF);
    return argument != NULL ? cfn_node_dup_text(argument) : NULL;
}

static bool split_getatt(const CfnNode *text, char **logical_id, char **attribute)
{
    const char *dot = memchr(text->text, '.', text->length);
    if (dot == NULL) {
        return false;
    }
    size_t length = (size_t)(dot - text->text);
    *logical_id = g_strndup(text->text, length);
    *attribute = g_strndup(dot + 1, text->length - length - 1);
    return true;
}

bool cfn_getatt(const CfnNode *node, char **logical_id, char **attribute)
{
    const CfnNode *text = literal_argument(node, CFN_FN_GETATT);
    if (text != NULL) {
        return split_getatt(text, logical_id, attribute);
    }
    const CfnNode *list = cfn_argument(node, CFN_FN_GETATT);
    if (!cfn_node_is_sequence(list) || cfn_node_count(list) != 2 || !cfn_is_literal(list->first) ||
        !cfn_is_literal(cfn_node_last(list))) {
        return false;
    }
    *logical_id = cfn_node_dup_text(list->first);
    *attribute = cfn_node_dup_text(cfn_node_last(list));
    return true;
}

bool cfn_sub_arguments(const CfnNode *node, CfnIntrinsic call, const CfnNode **text,
                       const CfnNode **map)
{
    *map = NULL;
    *text = cfn_text_argument(node, call);
    if (*text != NULL) {
        return true;
    }
    if (!cfn_node_is_sequence(call.argument) || !cfn_is_literal(call.argument->first)) {
        return false;
    }
    *text = call.argument->first;
    *map = cfn_node_is_mapping((*text)->next) ? (*text)->next : NULL;
    return true;
}

bool cfn_sub(const CfnNode *node, const CfnNode **text, const CfnNode **map)
{
    CfnIntrinsic call = cfn_intrinsic(node);
    return call.function == CFN_FN_SUB && cfn_sub_arguments(node, call, text, map);
}

static void trim(const char *text, uint32_t *start, uint32_t *end)
{
    while (*start < *end && g_ascii_isspace(text[*start])) {
        (*start)++;
    }
    while (*end > *start && g_ascii_isspace(text[*end - 1])) {
        (*end)--;
    }
}

/* START is at `${`, END behind `}`. */
static CfnSubPart read_part(const char *text, uint32_t start, uint32_t end)
{
    CfnSubPart part = { .start = start, .end = end, .literal = text[start + 2] == '!' };
    part.name_start = start + (part.literal ? 3 : 2);
    part.name_end = end - 1;
    trim(text, &part.name_start, &part.name_end);
    part.attribute_start = part.attribute_end = part.name_end;
    const char *name = text + part.name_start;
    const char *dot = memchr(name, '.', part.name_end - part.name_start);
    if (dot != NULL && !part.literal) {
        part.name_end = part.name_start + (uint32_t)(dot - name);
        part.attribute_start = part.name_end + 1;
    }
    return part;
}

GArray *cfn_sub_parts(const CfnNode *text)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(CfnSubPart));
    const char *bytes = text->text;
    uint32_t open = CFN_NOWHERE;
    for (uint32_t i = 0; i < text->length; i++) {
        if (bytes[i] == '$' && i + 1 < text->length && bytes[i + 1] == '{') {
            open = i++;
        } else if (bytes[i] == '}' && open != CFN_NOWHERE) {
            CfnSubPart part = read_part(bytes, open, i + 1);
            g_array_append_val(parts, part);
            open = CFN_NOWHERE;
        }
    }
    return parts;
}

bool cfn_is_written_out(const CfnNode *node)
{
    return cfn_node_is_mapping(node) && cfn_intrinsic(node).function == CFN_FN_NONE;
}

const CfnNode *cfn_choice(const CfnNode *node)
{
    const CfnNode *choice = cfn_argument(node, CFN_FN_IF);
    return cfn_node_is_sequence(choice) && cfn_node_count(choice) == 3 ? choice : NULL;
}

void cfn_branches(const CfnNode *node, GPtrArray *out)
{
    if (node == NULL || cfn_is_ref(node, "AWS::NoValue")) {
        return;
    }
    const CfnNode *choice = cfn_choice(node);
    if (choice == NULL) {
        g_ptr_array_add(out, (gpointer)node);
        return;
    }
    cfn_branches(cfn_node_item(choice, 1), out);
    cfn_branches(cfn_node_item(choice, 2), out);
}

const CfnNode *cfn_resolve(const CfnTemplate *template, const CfnNode *node)
{
    g_autofree char *name = cfn_ref_name(node);
    if (name == NULL) {
        return node;
    }
    const CfnNode *preset =
        cfn_node_get(cfn_template_entry(template, "Parameters", name), "Default");
    return cfn_is_literal(preset) ? preset : node;
}
