/*
 * A value of the template as a snippet, so that it can be written elsewhere.
 *
 * Snippets have short intrinsics, which the place's style then spells as it does. One that cannot
 * be said short (its argument has a tag of its own, `!Base64 !Sub x`) stays the mapping that it is.
 */
#include "edit/edits.h"
#include "syntax/scalar.h"

/* A flow collection of more bytes was written over several lines, or should have been. */
#define FLOW_LIMIT 80

typedef struct {
    GString *out;
    bool from_json; /* flow style throughout says nothing about the place */
    bool failed;
} Writer;

static void put_value(Writer *writer, const CfnNode *node, uint32_t depth);
static void put_flow(Writer *writer, const CfnNode *node);

/* ---- Intrinsics ---- */

/* The name behind a tag's `!`, with its length; NULL for tags that are no functions. */
static const char *tag_name(const CfnNode *node, uint32_t *length)
{
    *length = cfn_span_length(cfn_node_tag(node));
    if (*length < 2 || !g_ascii_isalnum(cfn_node_tag_text(node)[1]) ||
        memchr(cfn_node_tag_text(node) + 1, '!', *length - 1) != NULL) {
        return NULL;
    }
    *length -= 1;
    return cfn_node_tag_text(node) + 1;
}

/* The short name in a long function's key, or NULL: `Fn::Transform` and loops are no functions with
   one value, and `Condition` may be that of a policy statement. */
static const char *key_name(const CfnNode *key, uint32_t *length)
{
    if (cfn_node_equals(key, "Ref")) {
        *length = key->length;
        return key->text;
    }
    uint32_t prefix = (uint32_t)strlen("Fn::");
    if (!cfn_node_has_prefix(key, "Fn::") || cfn_node_equals(key, "Fn::Transform")) {
        return NULL;
    }
    for (uint32_t i = prefix; i < key->length; i++) {
        if (!g_ascii_isalnum(key->text[i])) {
            return NULL;
        }
    }
    *length = key->length - prefix;
    return *length > 0 ? key->text + prefix : NULL;
}

/* What NODE calls, by the name that its tag has or can have, and with what; NULL if that needs no
   tag. */
static const char *short_call(const CfnNode *node, uint32_t *length, const CfnNode **argument)
{
    *argument = node;
    if (cfn_node_has_tag(node)) {
        return tag_name(node, length);
    }
    if (!cfn_node_is_mapping(node) || cfn_node_count(node) != 1) {
        return NULL;
    }
    *argument = cfn_node_last(node);
    uint32_t inner_length;
    const CfnNode *inner;
    bool has_text = cfn_node_last(node)->kind != CFN_SCALAR ||
                    (!cfn_node_has_tag(cfn_node_last(node)) &&
                     cfn_scalar_meaning(cfn_node_last(node)) == CFN_MEANS_STRING);
    if (!has_text || cfn_node_has_tag(cfn_node_last(node)) ||
        short_call(cfn_node_last(node), &inner_length, &inner) != NULL) {
        return NULL;
    }
    return key_name(node->first, length);
}

/* `[A, B.C]`, which says the same as `A.B.C`. */
static bool is_attribute_list(const CfnNode *node)
{
    return cfn_node_is_sequence(node) && cfn_node_count(node) == 2 &&
           cfn_scalar_is_string(node->first) && cfn_scalar_is_string(cfn_node_last(node)) &&
           !cfn_node_contains(node->first, ".");
}

/* ---- Scalars ---- */

static void put_string(Writer *writer, const char *text, size_t length, bool in_flow)
{
    if (cfn_scalar_can_be_plain(text, length, in_flow)) {
        g_string_append_len(writer->out, text, (gssize)length);
        return;
    }
    g_string_append_c(writer->out, '"');
    cfn_scalar_escape_double(writer->out, text, length);
    g_string_append_c(writer->out, '"');
}

static void put_scalar(Writer *writer, const CfnNode *node, bool in_flow)
{
    if (cfn_node_has_tag(node) || cfn_scalar_meaning(node) == CFN_MEANS_STRING) {
        put_string(writer, node->text, node->length, in_flow);
    } else if (node->length == 0) {
        g_string_append(writer->out, "null");
    } else {
        g_string_append_len(writer->out, node->text, node->length);
    }
}

/* Whether a text of lines comes out of `|` or `|-` as it went in. */
static bool can_be_literal(const CfnNode *node)
{
    if ((node->style != CFN_LITERAL && node->style != CFN_FOLDED) || node->length < 2 ||
        g_ascii_isspace(node->text[0]) || memchr(node->text, '\n', node->length) == NULL) {
        return false;
    }
    bool ended = node->text[node->length - 1] == '\n';
    if (g_ascii_isspace(node->text[node->length - (ended ? 2 : 1)])) {
        return false;
    }
    for (const char *at = node->text; at < node->text + node->length; at = g_utf8_next_char(at)) {
        gunichar code = g_utf8_get_char(at);
        if ((code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) ||
            code == 0x2028 || code == 0x2029 || code == 0xfeff) {
            return false;
        }
    }
    return true;
}

static void put_line_start(Writer *writer, uint32_t depth)
{
    g_string_append_printf(writer->out, "\n%*s", (int)(2 * depth), "");
}

static void put_literal(Writer *writer, const CfnNode *node, uint32_t depth)
{
    bool ended = node->text[node->length - 1] == '\n';
    g_string_append(writer->out, ended ? " |" : " |-");
    g_autofree char *text = g_strndup(node->text, node->length - (ended ? 1 : 0));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (**line == '\0') {
            g_string_append_c(writer->out, '\n');
        } else {
            put_line_start(writer, depth);
            g_string_append(writer->out, *line);
        }
    }
}

/* ---- Collections ---- */

static void put_key(Writer *writer, const CfnNode *key, bool in_flow)
{
    if (key->kind != CFN_SCALAR || cfn_node_has_tag(key) || cfn_node_has_anchor(key) ||
        key->duplicate || cfn_node_equals(key, "<<")) {
        writer->failed = true;
        return;
    }
    put_string(writer, key->text, key->length, in_flow);
}

static void put_flow_children(Writer *writer, const CfnNode *node)
{
    bool mapping = node->kind == CFN_MAPPING;
    g_string_append_c(writer->out, mapping ? '{' : '[');
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (child != node->first) {
            g_string_append(writer->out, ", ");
        }
        if (child->is_key) {
            put_key(writer, child, true);
            g_string_append(writer->out, ": ");
            child = cfn_node_value(child);
        }
        put_flow(writer, child);
    }
    g_string_append_c(writer->out, mapping ? '}' : ']');
}

static void put_block_children(Writer *writer, const CfnNode *node, uint32_t depth)
{
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        put_line_start(writer, depth);
        if (child->is_key) {
            put_key(writer, child, false);
            g_string_append_c(writer->out, ':');
            child = cfn_node_value(child);
        } else {
            g_string_append_c(writer->out, '-');
        }
        put_value(writer, child, depth + 1);
    }
}

/* ---- Values ---- */

/* The value behind NODE's function, whose tag is written. NULL if nothing is left to write. */
static const CfnNode *put_call(Writer *writer, const CfnNode *node, bool in_flow)
{
    uint32_t length = 0;
    const CfnNode *argument = node;
    const char *name = short_call(node, &length, &argument);
    if (cfn_node_has_anchor(argument) || node->kind == CFN_ALIAS || argument->kind == CFN_ALIAS ||
        cfn_node_has_anchor(node) || (name == NULL && cfn_node_has_tag(node))) {
        writer->failed = true;
        return NULL;
    }
    if (name == NULL) {
        return node;
    }
    g_string_append_printf(writer->out, "!%.*s ", (int)length, name);
    if (length == strlen("GetAtt") && memcmp(name, "GetAtt", length) == 0 &&
        is_attribute_list(argument)) {
        g_autofree char *path =
            g_strdup_printf("%.*s.%.*s", (int)argument->first->length, argument->first->text,
                            (int)cfn_node_last(argument)->length, cfn_node_last(argument)->text);
        put_string(writer, path, strlen(path), in_flow);
        return NULL;
    }
    return argument;
}

static void put_flow(Writer *writer, const CfnNode *node)
{
    const CfnNode *value = put_call(writer, node, true);
    if (value == NULL) {
        return;
    }
    if (value->kind == CFN_SCALAR) {
        put_scalar(writer, value, true);
    } else {
        put_flow_children(writer, value);
    }
}

/* Whether what is plain in NODE stays so in flow style: s3:GetObject would get quotes. */
static bool stays_plain(const CfnNode *node)
{
    if (node->kind == CFN_SCALAR) {
        return node->style != CFN_PLAIN || !cfn_scalar_is_string(node) ||
               cfn_scalar_can_be_plain(node->text, node->length, true);
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (!stays_plain(child)) {
            return false;
        }
    }
    return true;
}

static bool stays_flow(const Writer *writer, const CfnNode *node)
{
    return cfn_node_count(node) == 0 ||
           (node->style == CFN_FLOW && !writer->from_json &&
            cfn_span_length(node->span) <= FLOW_LIMIT && stays_plain(node));
}

/* What stands behind a colon or a dash, with the space or line break before it. DEPTH is that of
   its lines. */
static void put_value(Writer *writer, const CfnNode *node, uint32_t depth)
{
    g_string_append_c(writer->out, ' ');
    const CfnNode *value = put_call(writer, node, false);
    if (value == NULL) {
        return;
    }
    gsize last = writer->out->len - 1; /* the space before the value */
    if (value->kind == CFN_SCALAR && !can_be_literal(value)) {
        put_scalar(writer, value, false);
    } else if (value->kind != CFN_SCALAR && stays_flow(writer, value)) {
        put_flow_children(writer, value);
    } else {
        g_string_truncate(writer->out, last);
        if (value->kind == CFN_SCALAR) {
            put_literal(writer, value, depth);
        } else {
            put_block_children(writer, value, depth);
        }
    }
}

char *cfn_snippet_of(const CfnNode *node)
{
    const CfnNode *root = node;
    while (root->parent != NULL) {
        root = root->parent;
    }
    Writer writer = { .out = g_string_new(NULL), .from_json = root->style == CFN_FLOW };
    put_value(&writer, node, 0);
    g_string_append_c(writer.out, '\n');
    char *text = g_string_free(writer.out, FALSE);
    if (writer.failed) {
        g_free(text);
        return NULL;
    }
    memmove(text, text + 1, strlen(text)); /* without what stands before it */
    return text;
}
