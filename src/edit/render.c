/*
 * Rendering follows the look of the place. Snippets are written with short intrinsics; where a file
 * writes the long ones, or is JSON, they are turned into long ones first, so that `!Sub x` is a
 * mapping with the key Fn::Sub to everything below.
 */
#include "edit/render.h"

#include "syntax/scalar.h"

struct CfnRender {
    const CfnTree *snippet;
    const CfnLook *look;
    CfnLook inside;   /* the look within a flow value that stands in block style */
    GPtrArray *nodes; /* made for long forms */
    GPtrArray *strings;
};

CfnRender *cfn_render_new(const CfnTree *snippet, const CfnLook *look)
{
    CfnRender *render = g_new0(CfnRender, 1);
    render->snippet = snippet;
    render->look = look;
    render->inside = *look;
    render->inside.flow = true;
    render->inside.one_line = true;
    render->nodes = g_ptr_array_new_with_free_func(g_free);
    render->strings = g_ptr_array_new_with_free_func(g_free);
    return render;
}

void cfn_render_free(CfnRender *render)
{
    g_ptr_array_unref(render->nodes);
    g_ptr_array_unref(render->strings);
    g_free(render);
}

/* ---- Scalars ---- */

/* Single quotes cannot hold what needs an escape. */
static bool needs_escapes(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

static void put_string(GString *out, const char *text, size_t length, const CfnLook *look,
                       bool quoted)
{
    if (!quoted && cfn_scalar_can_be_plain(text, length, look->flow)) {
        g_string_append_len(out, text, (gssize)length);
        return;
    }
    char quote = look->json || needs_escapes(text, length) ? '"' : look->quote;
    g_string_append_c(out, quote);
    if (quote == '"') {
        cfn_scalar_escape_double(out, text, length);
    } else {
        cfn_scalar_escape_single(out, text, length);
    }
    g_string_append_c(out, quote);
}

void cfn_render_string(GString *out, const char *text, size_t length, const CfnLook *look)
{
    put_string(out, text, length, look, look->quote_always);
}

void cfn_render_key(GString *out, const char *key, const CfnLook *look)
{
    put_string(out, key, strlen(key), look, look->json || look->quote_keys);
}

/* ---- Intrinsics ---- */

/* The name of a short intrinsic without its `!`, as a new string; NULL if NODE has none. */
static char *function_name(const CfnNode *node)
{
    if (!cfn_node_has_tag(node)) {
        return NULL;
    }
    return g_strndup(cfn_node_tag_text(node) + 1, cfn_span_length(cfn_node_tag(node)) - 1);
}

static CfnNode *new_node(CfnRender *render, const CfnNode *like)
{
    CfnNode *node = g_memdup2(like, sizeof *like);
    g_ptr_array_add(render->nodes, node);
    return node;
}

static CfnNode *new_text(CfnRender *render, const CfnNode *like, const char *text, size_t length)
{
    CfnNode *node = new_node(render, like);
    char *copy = g_strndup(text, length);
    g_ptr_array_add(render->strings, copy);
    node->text = copy;
    node->kind = CFN_SCALAR;
    node->length = (uint32_t)length;
    node->first = node->next = NULL;
    return node;
}

/* A collection with these children, at the place of LIKE. */
static CfnNode *new_collection(CfnRender *render, const CfnNode *like, CfnKind kind, CfnNode *first,
                               CfnNode *last)
{
    CfnNode *node = new_node(render, like);
    node->kind = (uint8_t)kind;
    node->length = 0;
    node->first = first;
    node->last = first->next = last;
    last->next = NULL;
    first->index = 0;
    last->index = kind == CFN_SEQUENCE;
    return node;
}

/* "A.B.C" as the list [A, B.C] that JSON and long forms write. */
static const CfnNode *getatt_list(CfnRender *render, const CfnNode *scalar)
{
    const char *dot = memchr(scalar->text, '.', scalar->length);
    if (dot == NULL) {
        return scalar;
    }
    size_t length = (size_t)(dot - scalar->text);
    CfnNode *attribute = new_text(render, scalar, dot + 1, scalar->length - length - 1);
    CfnNode *resource = new_text(render, scalar, scalar->text, length);
    CfnNode *list = new_collection(render, scalar, CFN_SEQUENCE, resource, attribute);
    list->style = render->look->long_lists_inline ? CFN_FLOW : CFN_BLOCK;
    return list;
}

/* `!Name argument` as {Name: argument}. The argument keeps its tag, as a sign that it is one. */
static const CfnNode *long_form(CfnRender *render, const CfnNode *node)
{
    g_autofree char *name = function_name(node);
    g_autofree char *full = strcmp(name, "Ref") == 0 || strcmp(name, "Condition") == 0
                                ? g_strdup(name)
                                : g_strconcat("Fn::", name, NULL);
    const CfnNode *argument = node;
    if (strcmp(name, "GetAtt") == 0 && node->kind == CFN_SCALAR) {
        argument = getatt_list(render, node);
    }
    CfnNode *value = new_node(render, argument);
    CfnNode *key = new_text(render, node, full, strlen(full));
    key->is_key = true;
    CfnNode *mapping = new_collection(render, node, CFN_MAPPING, key, value);
    mapping->style = render->look->long_in_braces ? CFN_FLOW : CFN_BLOCK;
    mapping->properties = NULL;
    return mapping;
}

static bool is_long_argument(const CfnRender *render, const CfnNode *node)
{
    return !render->look->short_functions && g_ptr_array_find(render->nodes, node, NULL);
}

/* NODE as it is to be written: itself, or its long form. */
static const CfnNode *spelled(CfnRender *render, const CfnNode *node)
{
    if (!cfn_node_has_tag(node) || render->look->short_functions ||
        is_long_argument(render, node)) {
        return node;
    }
    return long_form(render, node);
}

static void put_tag(CfnRender *render, GString *out, const CfnNode *node)
{
    if (cfn_node_has_tag(node) && render->look->short_functions) {
        g_string_append_len(out, cfn_node_tag_text(node), cfn_span_length(cfn_node_tag(node)));
    }
}

static void put_scalar(CfnRender *render, GString *out, const CfnNode *node, const CfnLook *look)
{
    g_autofree char *function = function_name(node);
    if (function != NULL) {
        bool quoted = look->json || (strcmp(function, "Sub") == 0 && look->quoted_sub) ||
                      (!look->short_functions && look->quote_always);
        put_string(out, node->text, node->length, look, quoted);
    } else if (node->style == CFN_PLAIN &&
               cfn_scalar_plain_meaning(node->text, node->length) != CFN_MEANS_STRING) {
        g_string_append_len(out, node->text, node->length);
    } else {
        cfn_render_string(out, node->text, node->length, look);
    }
}

/* ---- Flow style ---- */

static void put_flow(CfnRender *render, GString *out, const CfnNode *node, const CfnLook *look,
                     const char *indent);

/* Whether a collection is written on one line although its surroundings are not. */
static bool fits_on_line(CfnRender *render, const CfnNode *node, const CfnLook *look)
{
    if (look->one_line || cfn_node_count(node) == 0) {
        return true;
    }
    if (node->kind == CFN_MAPPING) {
        const CfnNode *value = spelled(render, cfn_node_last(node));
        return cfn_node_count(node) == 1 && look->inline_small &&
               (value->kind == CFN_SCALAR ||
                (value->kind == CFN_SEQUENCE && fits_on_line(render, value, look)));
    }
    for (const CfnNode *item = node->first; item != NULL; item = item->next) {
        if (spelled(render, item)->kind != CFN_SCALAR) {
            return false;
        }
    }
    return look->inline_lists;
}

static void put_flow_children(CfnRender *render, GString *out, const CfnNode *node,
                              const CfnLook *look, const char *indent)
{
    const char *between = look->one_line ? look->comma : ",";
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (child != node->first) {
            g_string_append(out, between);
        }
        if (!look->one_line) {
            g_string_append_printf(out, "%s%s", look->newline, indent);
        }
        if (child->is_key) {
            put_string(out, child->text, child->length, look, look->json || look->quote_keys);
            g_string_append(out, look->colon);
            child = cfn_node_value(child);
        }
        put_flow(render, out, child, look, indent);
    }
}

static void put_flow_collection(CfnRender *render, GString *out, const CfnNode *node,
                                const CfnLook *look, const char *indent)
{
    bool mapping = node->kind == CFN_MAPPING;
    CfnLook inner = *look;
    inner.one_line = fits_on_line(render, node, look);
    bool padded = inner.one_line && cfn_node_count(node) > 0 &&
                  (mapping ? look->space_in_braces : look->space_in_brackets);
    g_autofree char *deeper = g_strconcat(indent, look->step, NULL);
    g_string_append(out, mapping ? "{" : "[");
    g_string_append(out, padded ? " " : "");
    put_flow_children(render, out, node, &inner, deeper);
    if (!inner.one_line) {
        g_string_append_printf(out, "%s%s", look->newline, indent);
    }
    g_string_append(out, padded ? " " : "");
    g_string_append(out, mapping ? "}" : "]");
}

static void put_flow(CfnRender *render, GString *out, const CfnNode *node, const CfnLook *look,
                     const char *indent)
{
    node = spelled(render, node);
    put_tag(render, out, node);
    if (cfn_node_has_tag(node) && render->look->short_functions) {
        g_string_append_c(out, ' ');
    }
    if (node->kind == CFN_SCALAR) {
        put_scalar(render, out, node, look);
    } else {
        put_flow_collection(render, out, node, look, indent);
    }
}

void cfn_render_flow(CfnRender *render, GString *out, const CfnNode *value, const char *indent)
{
    put_flow(render, out, value, render->look, indent);
}

/* ---- Block style ---- */

static void put_line_start(GString *out, const CfnLook *look, const char *indent)
{
    g_string_append(out, look->newline);
    g_string_append(out, indent);
}

/* A `|` scalar: its tag and header, then its lines, deeper than INDENT. */
static void put_literal(CfnRender *render, GString *out, const CfnNode *node, const char *indent)
{
    const CfnLook *look = render->look;
    g_autofree char *text = g_strndup(node->text, node->length);
    put_tag(render, out, node);
    if (cfn_node_has_tag(node) && look->short_functions) {
        g_string_append_c(out, ' ');
    }
    bool ended = g_str_has_suffix(text, "\n");
    g_string_append(out, ended ? "|" : "|-");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (ended && line[1] == NULL) {
            break;
        }
        g_string_append(out, look->newline);
        if (**line != '\0') {
            g_string_append_printf(out, "%s%s%s", indent, look->step, *line);
        }
    }
}

static bool is_literal(const CfnNode *node)
{
    return node->kind == CFN_SCALAR && node->style == CFN_LITERAL && node->length > 0;
}

/* Whether NODE is written in lines of its own. So is every list in a file of long functions with
   their lists in lines: a tool wrote it, which has no flow style. */
static bool stands_below(const CfnRender *render, const CfnNode *node)
{
    const CfnLook *look = render->look;
    bool spread = node->kind == CFN_SEQUENCE && !look->short_functions && !look->long_lists_inline;
    return node->kind != CFN_SCALAR && cfn_node_count(node) > 0 &&
           (node->style == CFN_BLOCK || spread);
}

bool cfn_render_is_block(const CfnRender *render, const CfnNode *value)
{
    return stands_below(render, spelled((CfnRender *)render, value));
}

static void put_pairs(CfnRender *render, GString *out, const CfnNode *mapping, const char *indent)
{
    cfn_node_each_key(key, mapping) {
        if (key != mapping->first) {
            put_line_start(out, render->look, indent);
        }
        put_string(out, key->text, key->length, render->look, render->look->quote_keys);
        g_string_append_c(out, ':');
        cfn_render_behind_colon(render, out, cfn_node_value(key), indent);
    }
}

static void put_items(CfnRender *render, GString *out, const CfnNode *sequence, const char *indent)
{
    for (const CfnNode *item = sequence->first; item != NULL; item = item->next) {
        if (item != sequence->first) {
            put_line_start(out, render->look, indent);
        }
        g_string_append_printf(out, "-%*s", render->look->gap, "");
        cfn_render_behind_dash(render, out, item, indent);
    }
}

static void put_below(CfnRender *render, GString *out, const CfnNode *node, const char *indent)
{
    if (node->kind == CFN_MAPPING) {
        put_pairs(render, out, node, indent);
    } else {
        put_items(render, out, node, indent);
    }
}

void cfn_render_behind_colon(CfnRender *render, GString *out, const CfnNode *value,
                             const char *indent)
{
    const CfnNode *node = spelled(render, value);
    bool deeper = node->kind == CFN_MAPPING || render->look->indented_sequences;
    g_autofree char *below = g_strconcat(indent, deeper ? render->look->step : "", NULL);
    if (is_literal(node)) {
        g_string_append_c(out, ' ');
        put_literal(render, out, node, indent);
    } else if (stands_below(render, node)) {
        if (cfn_node_has_tag(node) && render->look->short_functions) {
            g_string_append_c(out, ' ');
            put_tag(render, out, node);
        }
        put_line_start(out, render->look, below);
        put_below(render, out, node, below);
    } else {
        g_string_append_c(out, ' ');
        cfn_render_here(render, out, node, indent);
    }
}

void cfn_render_behind_dash(CfnRender *render, GString *out, const CfnNode *value,
                            const char *indent)
{
    g_autofree char *below = g_strdup_printf("%s%*s", indent, render->look->gap + 1, "");
    const CfnNode *node = spelled(render, value);
    if (is_literal(node)) {
        put_literal(render, out, node, indent);
    } else if (stands_below(render, node) && cfn_node_has_tag(node)) {
        put_tag(render, out, node);
        put_line_start(out, render->look, below);
        put_below(render, out, node, below);
    } else {
        cfn_render_here(render, out, node, below);
    }
}

void cfn_render_here(CfnRender *render, GString *out, const CfnNode *value, const char *indent)
{
    const CfnNode *node = spelled(render, value);
    if (stands_below(render, node)) {
        put_below(render, out, node, indent);
    } else if (node->kind == CFN_SCALAR) {
        put_tag(render, out, node);
        if (cfn_node_has_tag(node) && render->look->short_functions) {
            g_string_append_c(out, ' ');
        }
        put_scalar(render, out, node, render->look);
    } else {
        put_flow(render, out, node, &render->inside, indent);
    }
}
