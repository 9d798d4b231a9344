/*
 * Values: replaced, changed inside, wrapped in a list.
 */
#include "edit/build.h"
#include "syntax/scalar.h"

static bool is_below(const CfnNode *node)
{
    return node->kind != CFN_SCALAR && node->style == CFN_BLOCK &&
           cfn_node_mark(node) != CFN_NOWHERE;
}

/* A `|` or `>` may stand in any column, also where no other value may. */
static bool is_askew(const CfnBuild *build, const CfnNode *node)
{
    const CfnNode *key = cfn_node_key(node);
    return (node->style == CFN_LITERAL || node->style == CFN_FOLDED) && key != NULL &&
           cfn_tree_column(build->tree, cfn_node_content(node)) <=
               cfn_tree_column(build->tree, cfn_child_start(key));
}

/* An intrinsic in the place of another one is spelled as that one was: long or short. */
static void follow_spelling(CfnLook *look, const CfnNode *node)
{
    const CfnNode *key = node->kind == CFN_MAPPING ? node->first : NULL;
    if (cfn_node_has_tag(node)) {
        look->short_functions = true;
    } else if (key != NULL && (cfn_node_equals(key, "Ref") || cfn_node_has_prefix(key, "Fn::"))) {
        look->short_functions = false;
        look->long_in_braces = node->style == CFN_FLOW;
    }
}

void cfn_build_replacement(CfnBuild *build, CfnWant *want)
{
    const CfnNode *node = want->target;
    const CfnNode *container = node->parent != NULL ? node->parent : node;
    CfnLook look = cfn_look_in(&build->edits->style, container);
    const CfnNode *value = cfn_build_value_of(build, want);
    follow_spelling(&look, node);
    g_autoptr(CfnRender) render = cfn_render_new(want->snippet, &look);
    CfnOperation *operation = cfn_build_operate(build, CFN_OP_REPLACE, node, want);
    operation->value = value;
    want->operation = operation;
    GString *text = g_string_new(look.flow && cfn_node_is_empty(node) ? " " : "");
    bool lines = !look.flow && cfn_render_is_block(render, value);
    bool same_place = is_below(node) && node->kind == CFN_MAPPING && lines &&
                      !cfn_on_one_line(build->tree, cfn_node_mark(node), node->span.start);
    if (look.flow || same_place) {
        g_autofree char *indent = look.one_line ? g_strdup("")
                                  : same_place  ? cfn_build_indent(build, node->first)
                                                : cfn_line_indent(build->tree, node->span.start);
        if (look.flow) {
            look.one_line =
                look.one_line || (node->first != NULL &&
                                  cfn_on_one_line(build->tree, node->span.start, node->span.end));
            cfn_render_flow(render, text, value, indent);
        } else {
            cfn_render_here(render, text, value, indent);
        }
        cfn_build_splice_string(build, node->span.start, node->span.end, text);
        return;
    }
    bool item = container->kind == CFN_SEQUENCE;
    g_autofree char *indent = cfn_build_indent(build, item ? node : cfn_node_key(node));
    uint32_t start = cfn_node_mark(node) + 1;
    uint32_t end = MAX(node->span.end, start);
    if (!lines && !is_below(node) && !cfn_node_is_empty(node) && !is_askew(build, node)) {
        start = node->span.start;
        cfn_render_here(render, text, value, indent);
    } else if (item) {
        g_string_append_printf(text, "%*s", look.gap, "");
        cfn_render_behind_dash(render, text, value, indent);
    } else {
        cfn_render_behind_colon(render, text, value, indent);
        if (lines && cfn_node_is_empty(node)) {
            start = end = cfn_behind_comment(build->tree, start);
        }
    }
    cfn_build_splice_string(build, start, end, text);
}

static bool is_quoted(const CfnNode *scalar)
{
    return scalar->style == CFN_SINGLE_QUOTED || scalar->style == CFN_DOUBLE_QUOTED;
}

static bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

/* What the lines of a scalar cannot say of any text: how it begins and ends. Of a folded one also
   where white space meets: its lines end where they like, but mean one blank. An empty line has no
   indentation that text could stand behind. */
static uint32_t measure_shape(const char *text, size_t length, bool is_folded)
{
    uint32_t tail = 0, meetings = 0;
    while (tail < length && text[length - 1 - tail] == '\n') {
        tail++;
    }
    for (size_t i = 1; !is_folded && i < length; i++) {
        meetings += text[i] == '\n' && text[i - 1] == '\n';
    }
    for (size_t i = 0; is_folded && i < length; i++) {
        meetings += text[i] == '\n';
        meetings += is_white(text[i]) && (i + 1 == length || is_white(text[i + 1]));
    }
    return (meetings << 16) + (tail << 1) + (length > 0 && is_white(text[0]));
}

/* Whether a scalar of several lines whose text becomes TEXT has to be written in another way. */
static bool loses_shape(const CfnBuild *build, const CfnNode *scalar, const char *text)
{
    const uint32_t start = cfn_node_content(scalar);
    const bool is_block = scalar->style == CFN_LITERAL || scalar->style == CFN_FOLDED;
    if (!is_block &&
        memchr(build->tree->source->text + start, '\n', scalar->span.end - start) == NULL) {
        return false;
    }
    const bool is_folded = scalar->style != CFN_LITERAL;
    return scalar->length == 0 || *text == '\0' ||
           measure_shape(text, strlen(text), is_folded) !=
               measure_shape(scalar->text, scalar->length, is_folded);
}

/* Nothing stands there, so the `:`, `-` or tag before it has no blank behind it. */
static bool is_bare(const CfnNode *scalar)
{
    return cfn_node_content(scalar) == scalar->span.end;
}

static CfnOperation *operate_text(CfnBuild *build, CfnOpKind kind, CfnWant *want, const char *text)
{
    CfnOperation *operation = cfn_build_operate(build, kind, want->target, want);
    operation->text = g_strdup(text);
    return operation;
}

/* The scalar, a value or a key, gets the want's text in its own kind of quotes. */
void cfn_build_string(CfnBuild *build, CfnOpKind kind, CfnWant *want)
{
    const CfnNode *scalar = want->target;
    CfnLook look = cfn_look_in(&build->edits->style, scalar->parent);
    if (is_quoted(scalar)) {
        look.quote = scalar->style == CFN_DOUBLE_QUOTED ? '"' : '\'';
        look.quote_always = true;
    } else if (!look.json) {
        look.quote_always = false;
    }
    uint32_t start = cfn_node_content(scalar);
    if (is_askew(build, scalar)) {
        bool has_tag = cfn_node_has_tag(scalar);
        start = has_tag ? cfn_node_tag(scalar).end : cfn_node_mark(scalar) + 1;
    }
    bool needs_blank = is_bare(scalar) || start < cfn_node_content(scalar);
    GString *text = g_string_new(needs_blank ? " " : "");
    cfn_render_string(text, want->text, strlen(want->text), &look);
    cfn_build_splice_string(build, start, scalar->span.end, text);
    operate_text(build, kind, want, want->text);
}

/* ---- Inside a scalar ---- */

/* The white space that the lines of a block scalar begin with. */
static char *content_indent(const CfnBuild *build, const CfnNode *scalar, const GArray *map)
{
    uint32_t first = 0;
    while (first < scalar->length && scalar->text[first] == '\n') {
        first++;
    }
    if (first >= map->len) {
        return g_strdup("");
    }
    uint32_t at = g_array_index(map, CfnSpan, first).start;
    return g_strnfill(cfn_tree_column(build->tree, at), ' ');
}

static void put_block_text(const CfnBuild *build, GString *out, const char *text,
                           const CfnNode *scalar, const GArray *map)
{
    g_autofree char *indent = content_indent(build, scalar, map);
    const char *newline = cfn_source_newline(build->tree->source, scalar->span.start);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (line != lines) {
            g_string_append_printf(out, "%s%s", newline, indent);
        }
        g_string_append(out, *line);
    }
}

static void put_spelled(GString *out, const char *text, const CfnNode *scalar)
{
    if (scalar->style == CFN_DOUBLE_QUOTED) {
        cfn_scalar_escape_double(out, text, strlen(text));
    } else if (scalar->style == CFN_SINGLE_QUOTED) {
        cfn_scalar_escape_single(out, text, strlen(text));
    } else {
        g_string_append(out, text);
    }
}

static gint by_start(gconstpointer a, gconstpointer b)
{
    const CfnWant *first = *(CfnWant *const *)a, *second = *(CfnWant *const *)b;
    return (first->start > second->start) - (first->start < second->start);
}

/* The decoded text with all splices of a scalar. */
static char *spliced_text(const CfnNode *scalar, const GPtrArray *wants)
{
    GString *text = g_string_new(NULL);
    uint32_t at = 0;
    for (guint i = 0; i < wants->len; i++) {
        const CfnWant *want = wants->pdata[i];
        g_string_append_len(text, scalar->text + at, want->start - at);
        g_string_append(text, want->text);
        at = want->end;
    }
    g_string_append_len(text, scalar->text + at, scalar->length - at);
    return g_string_free(text, FALSE);
}

/* Where the decoded byte INDEX begins in the raw text. */
static uint32_t raw_start(const GArray *map, uint32_t index, const CfnNode *scalar)
{
    if (index < map->len) {
        return g_array_index(map, CfnSpan, index).start;
    }
    return scalar->span.end - (is_quoted(scalar) ? 1 : 0);
}

static void splice_raw(CfnBuild *build, const CfnWant *want, const GArray *map)
{
    const CfnNode *scalar = want->target;
    GString *text = g_string_new(NULL);
    if (scalar->style == CFN_LITERAL) {
        put_block_text(build, text, want->text, scalar, map);
    } else {
        put_spelled(text, want->text, scalar);
    }
    uint32_t start = raw_start(map, want->start, scalar);
    uint32_t end = want->end > want->start ? g_array_index(map, CfnSpan, want->end - 1).end : start;
    cfn_build_splice_string(build, start, end, text);
}

static const char *function_of(const GPtrArray *wants)
{
    for (guint i = 0; i < wants->len; i++) {
        const CfnWant *want = wants->pdata[i];
        if (want->function != NULL) {
            return want->function;
        }
    }
    return NULL;
}

/* Puts FUNCTION around a scalar whose text will be TEXT. */
static void build_call(CfnBuild *build, CfnWant *want, const char *function, const char *text)
{
    const CfnNode *scalar = want->target;
    CfnLook look = cfn_look_in(&build->edits->style, scalar->parent);
    g_autofree char *quoted = cfn_snippet_string(text);
    g_autofree char *yaml = g_strdup_printf("!%s %s", function, quoted);
    cfn_build_operate(build, CFN_OP_REPLACE, scalar, want)->value =
        cfn_edits_snippet(build->edits, yaml)->root;
    GString *open = g_string_new(NULL);
    if (!look.json) {
        g_string_printf(open, "!%s ", function);
    } else {
        g_string_printf(open, "{\"Fn::%s\"%s", function, look.colon);
        cfn_build_splice(build, scalar->span.end, scalar->span.end, "}", 1);
    }
    cfn_build_splice_string(build, scalar->span.start, scalar->span.start, open);
}

/* Whether a scalar that gets a function is written anew: the file spells functions long, over
   lines, or a plain TEXT would be something else at this place. Lines of text and escapes are
   better left as they stand. */
static bool is_called_anew(const CfnBuild *build, const CfnNode *scalar, const char *text)
{
    CfnLook look = cfn_look_in(&build->edits->style, scalar->parent);
    const char *raw = build->tree->source->text + cfn_node_content(scalar);
    if (loses_shape(build, scalar, text)) {
        return true;
    }
    bool escapes = scalar->style == CFN_DOUBLE_QUOTED &&
                   memchr(raw, '\\', scalar->span.end - cfn_node_content(scalar)) != NULL;
    if (scalar->style == CFN_LITERAL || scalar->style == CFN_FOLDED || escapes) {
        return false;
    }
    if (look.json) {
        return scalar->style == CFN_PLAIN || (!look.one_line && !look.inline_small);
    }
    return !look.short_functions ||
           (scalar->style == CFN_PLAIN &&
            (is_bare(scalar) || !cfn_scalar_can_be_plain(text, strlen(text), look.flow)));
}

static void call_anew(CfnBuild *build, CfnWant *want, const char *function, const char *text)
{
    g_autofree char *quoted = cfn_snippet_string(text);
    g_free(want->yaml);
    want->yaml = g_strdup_printf("!%s %s", function, quoted);
    cfn_build_replacement(build, want);
}

void cfn_build_scalar(CfnBuild *build, const CfnNode *scalar, GPtrArray *wants)
{
    g_ptr_array_sort(wants, by_start);
    CfnWant *first = wants->pdata[0];
    g_autofree char *text = spliced_text(scalar, wants);
    bool in_flow = scalar->parent != NULL && scalar->parent->style == CFN_FLOW;
    const char *function = function_of(wants);
    bool may_be_plain =
        !build->tree->is_json && cfn_scalar_can_be_plain(text, strlen(text), in_flow);
    bool is_outgrown = scalar->style == CFN_PLAIN && (is_bare(scalar) || !may_be_plain);
    if (function == NULL && (is_outgrown || loses_shape(build, scalar, text))) {
        g_free(first->text);
        first->text = g_steal_pointer(&text);
        cfn_build_string(build, CFN_OP_TEXT, first);
        return;
    }
    if (function != NULL && is_called_anew(build, scalar, text)) {
        call_anew(build, first, function, text);
        return;
    }
    g_autoptr(GArray) map = cfn_scalar_map(build->tree->source, scalar);
    if (function != NULL) { /* before what is put in where the scalar begins */
        build_call(build, first, function, text);
    } else {
        operate_text(build, CFN_OP_TEXT, first, text);
    }
    for (guint i = 0; i < wants->len; i++) {
        splice_raw(build, wants->pdata[i], map);
    }
}

/* ---- One value becomes a list ---- */

/* Moves the lines of NODE behind its first one by DELTA columns. */
static void shift_lines(CfnBuild *build, const CfnNode *node, int delta)
{
    const CfnSource *source = build->tree->source;
    g_autofree char *deeper = g_strnfill(MAX(delta, 0), ' ');
    for (uint32_t line = cfn_source_next_line(source, node->span.start);
         line < node->span.end && line > node->span.start;
         line = cfn_source_next_line(source, line)) {
        if (cfn_source_line_end(source, line) == line) {
            continue;
        }
        uint32_t cut = 0;
        while (cut < (uint32_t)MAX(-delta, 0) && source->text[line + cut] == ' ') {
            cut++;
        }
        cfn_build_splice(build, line, line + cut, deeper, strlen(deeper));
    }
}

static void put_wrapped_items(CfnBuild *build, GString *out, const GPtrArray *wants,
                              const CfnLook *look, const char *indent)
{
    for (guint i = 0; i < wants->len; i++) {
        g_string_append_printf(out, "%s%s", look->newline, indent);
        cfn_build_put_child(build, out, wants->pdata[i], look, indent);
    }
}

/* An item that becomes a list of its own: `- a: 1` to `- - a: 1`. */
static void wrap_item(CfnBuild *build, const CfnNode *node, const GPtrArray *wants,
                      const CfnLook *look)
{
    g_autofree char *indent = g_strnfill(cfn_tree_column(build->tree, node->span.start), ' ');
    GString *lead = g_string_new(NULL);
    g_string_append_printf(lead, "-%*s", look->gap, "");
    cfn_build_splice_string(build, node->span.start, node->span.start, lead);
    shift_lines(build, node, 1 + look->gap);
    GString *items = g_string_new(NULL);
    put_wrapped_items(build, items, wants, look, indent);
    const CfnNode *final = cfn_build_value_of(build, wants->pdata[wants->len - 1]);
    cfn_build_splice_lines(build, node, false, items, look->newline, final);
}

static void wrap_block(CfnBuild *build, const CfnNode *node, const GPtrArray *wants,
                       const CfnLook *look)
{
    g_autofree char *key_indent = cfn_build_indent(build, cfn_node_key(node));
    g_autofree char *indent =
        g_strconcat(key_indent, look->indented_sequences ? look->step : "", NULL);
    size_t content = strlen(indent) + 1 + look->gap;
    GString *lead = g_string_new(NULL);
    bool below = !cfn_on_one_line(build->tree, cfn_node_mark(node), node->span.start);
    uint32_t start = cfn_node_mark(node) + 1;
    if (below) {
        start = cfn_source_line_start(build->tree->source, node->span.start);
    } else {
        g_string_append(lead, look->newline);
    }
    g_string_append_printf(lead, "%s-%*s", indent, look->gap, "");
    cfn_build_splice_string(build, start, node->span.start, lead);
    /* What no tag stands before begins there also behind the `:` of a `?`. */
    bool begins_here = below || (node->style == CFN_BLOCK && !cfn_node_has_tag(node));
    size_t column =
        begins_here ? cfn_tree_column(build->tree, node->span.start) : strlen(key_indent);
    /* Further lines of a text, and a header such as `|2`, count from the collection, not from where
       the text begins. */
    bool is_text = node->kind == CFN_SCALAR;
    shift_lines(build, node,
                is_text ? (int)strlen(indent) - (int)strlen(key_indent)
                        : (int)content - (int)column);
    GString *items = g_string_new(NULL);
    put_wrapped_items(build, items, wants, look, indent);
    const CfnNode *final = cfn_build_value_of(build, wants->pdata[wants->len - 1]);
    cfn_build_splice_lines(build, cfn_node_key(node), false, items, look->newline, final);
}

static void wrap_flow(CfnBuild *build, const CfnNode *node, const GPtrArray *wants, CfnLook *look)
{
    bool one_line = look->one_line || (node->kind == CFN_SCALAR && look->inline_lists) ||
                    (node->kind != CFN_SCALAR &&
                     cfn_on_one_line(build->tree, node->span.start, node->span.end));
    g_autofree char *indent =
        one_line ? g_strdup("") : cfn_line_indent(build->tree, node->span.start);
    g_autofree char *deeper = g_strconcat(indent, look->step, NULL);
    GString *open = g_string_new("[");
    GString *close = g_string_new(cfn_build_before_comma(node));
    g_autofree char *between =
        one_line ? g_strdup(look->comma) : g_strconcat(",", look->newline, deeper, NULL);
    look->one_line = one_line;
    for (guint i = 0; i < wants->len; i++) {
        g_string_append(close, between);
        cfn_build_put_child(build, close, wants->pdata[i], look, deeper);
    }
    if (!one_line) {
        g_string_append_printf(open, "%s%s", look->newline, deeper);
        g_string_append_printf(close, "%s%s", look->newline, indent);
    }
    g_string_append_c(close, ']');
    cfn_build_splice_string(build, node->span.start, node->span.start, open);
    if (!one_line) {
        shift_lines(build, node, (int)strlen(look->step));
    }
    cfn_build_splice_string(build, node->span.end, node->span.end, close);
}

void cfn_build_wrap(CfnBuild *build, const CfnNode *node, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, node->parent);
    if (look.flow) {
        wrap_flow(build, node, wants, &look);
    } else if (node->parent->kind == CFN_SEQUENCE) {
        wrap_item(build, node, wants, &look);
    } else {
        wrap_block(build, node, wants, &look);
    }
    for (guint i = 0; i < wants->len; i++) {
        CfnOperation *operation = cfn_build_operate(build, CFN_OP_WRAP, node, wants->pdata[i]);
        operation->value = cfn_build_value_of(build, wants->pdata[i]);
    }
}
