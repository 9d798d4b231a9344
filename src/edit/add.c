/*
 * Additions: behind the child they follow, in lines or on one, and mappings where there was none.
 */
#include "edit/build.h"

const CfnNode *cfn_build_value_of(CfnBuild *build, CfnWant *want)
{
    if (want->snippet == NULL) {
        want->snippet = cfn_edits_snippet(build->edits, want->yaml);
    }
    return want->snippet->root;
}

/* A pair or item as it is written, without what stands around it. */
void cfn_build_put_child(CfnBuild *build, GString *out, CfnWant *want, const CfnLook *look,
                         const char *indent)
{
    const CfnNode *value = cfn_build_value_of(build, want);
    g_autoptr(CfnRender) render = cfn_render_new(want->snippet, look);
    if (want->key != NULL) {
        cfn_render_key(out, want->key, look);
    }
    if (look->flow) {
        g_string_append(out, want->key != NULL ? look->colon : "");
        cfn_render_flow(render, out, value, indent);
    } else if (want->key != NULL) {
        g_string_append_c(out, ':');
        cfn_render_behind_colon(render, out, value, indent);
    } else {
        g_string_append_printf(out, "-%*s", look->gap, "");
        cfn_render_behind_dash(render, out, value, indent);
    }
}

static bool stays(const CfnBuild *build, const CfnNode *child)
{
    return !g_hash_table_contains(build->removed, child);
}

static const CfnNode *last_child(const CfnNode *container)
{
    if (container->kind == CFN_MAPPING && cfn_node_last(container) != NULL) {
        return cfn_node_key(cfn_node_last(container));
    }
    return cfn_node_last(container);
}

/* The last child that stays, or NULL. */
static const CfnNode *last_remaining(const CfnBuild *build, const CfnNode *container)
{
    const CfnNode *last = last_child(container);
    if (last == NULL || stays(build, last)) {
        return last;
    }
    const CfnNode *remaining = NULL;
    for (const CfnNode *child = container->first; child != NULL; child = cfn_next_child(child)) {
        remaining = stays(build, child) ? child : remaining;
    }
    return remaining;
}

/* The child that is to be followed: the one asked for, where that goes the one before it, else the
   last one. */
static const CfnNode *anchor_of(const CfnBuild *build, const CfnNode *container,
                                const CfnWant *want, const CfnNode *last)
{
    if (want->after == NULL || stays(build, want->after)) {
        return want->after != NULL ? want->after : last;
    }
    const CfnNode *anchor = NULL;
    for (const CfnNode *child = container->first; child != want->after;
         child = cfn_next_child(child)) {
        anchor = stays(build, child) ? child : anchor;
    }
    return anchor != NULL ? anchor : last;
}

/* Whether the children of a block collection are set off by blank lines: as the last one is. */
static bool sets_off(const CfnBuild *build, const CfnNode *container)
{
    const CfnNode *last = last_child(container);
    if (cfn_node_count(container) == 1 && container->parent != NULL) {
        last = last_child(container->parent);
    }
    return cfn_is_set_off(build->tree, last);
}

/* White space up to the column that CHILD begins in. */
char *cfn_build_indent(const CfnBuild *build, const CfnNode *child)
{
    uint32_t start = cfn_child_start(child);
    if (cfn_is_first_on_line(build->tree, start)) {
        return cfn_line_indent(build->tree, start);
    }
    return g_strnfill(cfn_tree_column(build->tree, start), ' ');
}

/* Where new lines go behind a block scalar that keeps its trailing blank lines: below them. */
static uint32_t below_blank_lines(const CfnBuild *build, uint32_t offset)
{
    const CfnSource *source = build->tree->source;
    uint32_t line = cfn_source_next_line(source, offset);
    while (cfn_source_line_end(source, line) < source->length &&
           cfn_is_blank_line(build->tree, line)) {
        line = cfn_source_next_line(source, line);
    }
    return line;
}

/* Whether a splice takes the byte at OFFSET away. */
static bool is_cut(const CfnBuild *build, uint32_t offset)
{
    for (guint i = 0; i < build->splices->len; i++) {
        CfnSpan span = g_array_index(build->splices, CfnPlaced, i).splice.span;
        if (span.start <= offset && offset < span.end) {
            return true;
        }
    }
    return false;
}

/*
 * A block scalar that the text ends with has no final line break; it would gain one when something
 * follows, so its header says that it has none. It may also be replaced, or go.
 */
void cfn_build_final_break(CfnBuild *build)
{
    const CfnSource *source = build->tree->source;
    if (build->final == NULL || is_cut(build, cfn_node_content(build->final))) {
        return;
    }
    uint32_t header = cfn_node_content(build->final) + 1;
    while (header < source->length && g_ascii_isdigit(source->text[header])) {
        header++;
    }
    if (source->text[header] != '-') {
        cfn_build_splice(build, header, header + (source->text[header] == '+'), "-", 1);
    }
}

/* The last line of a `|` scalar needs its break, also where the text ends without one. */
static bool ends_in_literal(const CfnNode *value)
{
    while (value->first != NULL) {
        value = cfn_node_last(value);
    }
    return value->style == CFN_LITERAL && value->length > 0 &&
           value->text[value->length - 1] == '\n';
}

/* Behind a block scalar that keeps its blank lines one more would be part of its text. */
static bool ends_in_kept_lines(const CfnBuild *build, const CfnNode *anchor)
{
    const CfnNode *scalar = cfn_last_block_scalar(anchor);
    return scalar != NULL && cfn_keeps_blank_lines(build->tree, scalar);
}

/* Makes the blank lines from OFFSET on, or below its line, empty: white space there that goes
   beyond the indentation of a `|` scalar above would be a line of its text. */
static void empty_blank_lines(CfnBuild *build, uint32_t offset)
{
    const CfnSource *source = build->tree->source;
    const bool is_start = cfn_source_line_start(source, offset) == offset;
    uint32_t line = is_start ? offset : cfn_source_next_line(source, offset);
    while (cfn_is_blank_line(build->tree, line)) {
        const uint32_t end = cfn_source_line_end(source, line);
        if (end > line) {
            cfn_build_splice(build, line, end, "", 0);
        }
        line = cfn_source_next_line(source, line);
    }
}

/* The last splice, up to OFFSET, ends with a `|` scalar: what follows must not be a part of it. */
static void settle_literal(CfnBuild *build, uint32_t offset)
{
    g_array_index(build->splices, CfnPlaced, build->splices->len - 1).needs_break = true;
    empty_blank_lines(build, offset);
}

void cfn_build_splice_lines(CfnBuild *build, const CfnNode *anchor, bool is_last, GString *lines,
                            const char *newline, const CfnNode *final)
{
    uint32_t at = cfn_block_end(build->tree, anchor, is_last);
    const CfnNode *scalar = cfn_last_block_scalar(anchor);
    if (scalar != NULL && scalar->span.end == build->tree->source->length && scalar->length > 0) {
        build->final = scalar;
    }
    if (ends_in_kept_lines(build, anchor) && below_blank_lines(build, at) > at) {
        at = below_blank_lines(build, at);
        g_string_erase(lines, 0, (gssize)strlen(newline));
        g_string_append(lines, newline);
    }
    cfn_build_splice_string(build, at, at, lines);
    if (ends_in_literal(final)) {
        settle_literal(build, at);
    }
}

static void splice_block_children(CfnBuild *build, const CfnNode *container, const CfnNode *anchor,
                                  bool is_last, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, container);
    look.newline =
        cfn_source_newline(build->tree->source, cfn_block_end(build->tree, anchor, is_last));
    g_autofree char *indent = cfn_build_indent(build, anchor);
    GString *lines = g_string_new(NULL);
    bool may_be_set_off = !ends_in_kept_lines(build, anchor);
    for (guint i = 0; i < wants->len; i++) {
        CfnWant *want = wants->pdata[i];
        if (want->set_off && sets_off(build, container) && (i > 0 || may_be_set_off)) {
            g_string_append(lines, look.newline);
        }
        g_string_append_printf(lines, "%s%s", look.newline, indent);
        cfn_build_put_child(build, lines, want, &look, indent);
    }
    const CfnNode *final = cfn_build_value_of(build, wants->pdata[wants->len - 1]);
    cfn_build_splice_lines(build, anchor, is_last, lines, look.newline, final);
}

/* What stands before ANCHOR on its own line, if that is only white space and perhaps a leading
   comma. */
static char *line_lead(const CfnBuild *build, const CfnNode *anchor)
{
    const CfnSource *source = build->tree->source;
    uint32_t start = cfn_child_start(anchor);
    uint32_t line = cfn_source_line_start(source, start);
    bool comma = false;
    for (uint32_t i = line; i < start; i++) {
        char c = source->text[i];
        if (c == ',' && !comma) {
            comma = true;
        } else if (c != ' ' && c != '\t') {
            return NULL;
        }
    }
    return g_strndup(source->text + line, start - line);
}

/* What a line behind ANCHOR begins with. Where commas lead, the first child stands behind the
   bracket, and the second one shows how it is done. NULL if new children go on the same line. */
static char *lead_behind(const CfnBuild *build, const CfnNode *anchor)
{
    const CfnNode *next = cfn_next_child(anchor);
    char *lead = line_lead(build, anchor);
    if (lead == NULL && next != NULL) {
        lead = line_lead(build, next);
        if (lead != NULL && strchr(lead, ',') == NULL) {
            g_clear_pointer(&lead, g_free);
        }
    }
    return lead;
}

static bool is_one_line_collection(const CfnBuild *build, const CfnNode *child)
{
    const CfnNode *value = cfn_claimed_node(child);
    return value->kind != CFN_SCALAR && cfn_node_count(value) > 1 &&
           cfn_on_one_line(build->tree, value->span.start, value->span.end);
}

const char *cfn_build_before_comma(const CfnNode *child)
{
    const CfnNode *last = cfn_claimed_node(child);
    while (cfn_node_last(last) != NULL && last->span.end == cfn_node_last(last)->span.end) {
        last = cfn_node_last(last); /* of a pair without braces */
    }
    return cfn_node_is_empty(last) ? " " : "";
}

static void splice_flow_inline(CfnBuild *build, const CfnNode *anchor, const GPtrArray *wants,
                               const CfnLook *look)
{
    CfnLook inner = *look;
    inner.one_line = true;
    uint32_t comma = cfn_node_comma(anchor);
    bool trailing = cfn_next_child(anchor) == NULL && comma != CFN_NOWHERE;
    uint32_t at = trailing ? comma + 1 : cfn_child_end(anchor);
    GString *text = g_string_new(trailing ? "" : cfn_build_before_comma(anchor));
    for (guint i = 0; i < wants->len; i++) {
        g_string_append(text, trailing ? look->comma + 1 : look->comma);
        cfn_build_put_child(build, text, wants->pdata[i], &inner, "");
        g_string_append(text, trailing ? "," : "");
    }
    cfn_build_splice_string(build, at, at, text);
}

/* Whether all children behind ANCHOR, of which there are some, are removed: its comma goes with
   them. */
static bool loses_tail(const CfnBuild *build, const CfnNode *anchor)
{
    const CfnNode *next = cfn_next_child(anchor);
    bool any = next != NULL;
    while (next != NULL && !stays(build, next)) {
        next = cfn_next_child(next);
    }
    return any && next == NULL;
}

static void splice_flow_lines(CfnBuild *build, const CfnNode *anchor, const GPtrArray *wants,
                              const CfnLook *look, const char *lead)
{
    CfnLook inner = *look;
    inner.one_line = is_one_line_collection(build, anchor);
    bool leading = strchr(lead, ',') != NULL;
    uint32_t comma = cfn_node_comma(anchor);
    bool comma_behind = !leading && comma != CFN_NOWHERE && !loses_tail(build, anchor);
    uint32_t end = leading || !comma_behind ? cfn_child_end(anchor) : comma + 1;
    if (!leading && !comma_behind) {
        cfn_build_splice_string(
            build, end, end, g_string_append_c(g_string_new(cfn_build_before_comma(anchor)), ','));
    }
    g_autofree char *indent = g_strdup(lead);
    g_strdelimit(indent, ",", ' ');
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        g_string_append_printf(text, "%s%s", look->newline, lead);
        cfn_build_put_child(build, text, wants->pdata[i], &inner, indent);
        bool comma_due = i + 1 < wants->len || comma_behind;
        g_string_append(text, !leading && comma_due ? "," : "");
    }
    uint32_t at = cfn_behind_comment(build->tree, end);
    cfn_build_splice_string(build, at, at, text);
}

/* The first children of an empty flow collection. */
static void splice_flow_filling(CfnBuild *build, const CfnNode *container, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, container);
    look.one_line = look.one_line || !look.json || build->edits->style.steps[0] != 0;
    g_autofree char *indent =
        look.one_line ? g_strdup("") : cfn_line_indent(build->tree, cfn_node_content(container));
    g_autofree char *deeper = g_strconcat(indent, look.step, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        g_string_append(text, i == 0 ? "" : look.one_line ? look.comma : ",");
        if (!look.one_line) {
            g_string_append_printf(text, "%s%s", look.newline, deeper);
        }
        cfn_build_put_child(build, text, wants->pdata[i], &look, deeper);
    }
    if (!look.one_line) {
        g_string_append_printf(text, "%s%s", look.newline, indent);
    }
    cfn_build_splice_string(build, cfn_node_content(container) + 1, container->span.end - 1, text);
}

/* Children in the place of all that a collection had: what stood around those stays. */
static void splice_instead(CfnBuild *build, const CfnNode *container, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, container);
    g_autofree char *indent =
        look.one_line ? g_strdup("") : cfn_build_indent(build, container->first);
    g_autofree char *break_off = g_strconcat(look.newline, indent, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        if (i > 0) {
            g_string_append(text, look.one_line ? look.comma : look.flow ? "," : "");
            g_string_append(text, look.one_line ? "" : break_off);
        }
        cfn_build_put_child(build, text, wants->pdata[i], &look, indent);
    }
    uint32_t end = cfn_child_end(last_child(container));
    const CfnNode *final = cfn_build_value_of(build, wants->pdata[wants->len - 1]);
    const bool is_text = !look.flow && ends_in_literal(final);
    end = is_text ? cfn_behind_comment(build->tree, end) : end;
    cfn_build_splice_string(build, cfn_child_start(container->first), end, text);
    if (is_text) {
        settle_literal(build, end);
    }
}

static void splice_behind(CfnBuild *build, const CfnNode *container, const CfnNode *anchor,
                          bool is_last, const GPtrArray *wants)
{
    if (container->style == CFN_BLOCK) {
        splice_block_children(build, container, anchor, is_last, wants);
        return;
    }
    CfnLook look = cfn_look_in(&build->edits->style, container);
    g_autofree char *lead = look.one_line ? NULL : lead_behind(build, anchor);
    if (lead != NULL) {
        splice_flow_lines(build, anchor, wants, &look, lead);
    } else {
        splice_flow_inline(build, anchor, wants, &look);
    }
}

void cfn_build_additions(CfnBuild *build, const CfnNode *container)
{
    const GPtrArray *wants = g_hash_table_lookup(build->additions, container);
    const CfnNode *last = last_remaining(build, container);
    build->depth = cfn_build_depth(container);
    g_autoptr(GHashTable) groups =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GPtrArray) anchors = g_ptr_array_new();
    for (guint i = 0; i < wants->len; i++) {
        CfnWant *want = wants->pdata[i];
        const CfnNode *anchor = anchor_of(build, container, want, last);
        GPtrArray *group = g_hash_table_lookup(groups, anchor);
        if (group == NULL) {
            group = g_ptr_array_new();
            g_hash_table_insert(groups, (gpointer)anchor, group);
            g_ptr_array_add(anchors, (gpointer)anchor);
        }
        g_ptr_array_add(group, want);
        CfnOperation *operation = cfn_build_operate(build, CFN_OP_ADD, container, want);
        operation->after = anchor;
        operation->key = g_strdup(want->key);
        operation->value = cfn_build_value_of(build, want);
    }
    for (guint i = 0; i < anchors->len; i++) {
        const CfnNode *anchor = anchors->pdata[i];
        const GPtrArray *group = g_hash_table_lookup(groups, anchor);
        if (anchor != NULL) {
            splice_behind(build, container, anchor, anchor == last, group);
        } else if (container->first != NULL) {
            splice_instead(build, container, group);
        } else {
            splice_flow_filling(build, container, group);
        }
    }
}

/* ---- A mapping where there was none ---- */

/* All wants to fill the same place, as one: the first, with the lines of the others. */
static GPtrArray *merge_fillings(const GPtrArray *wants)
{
    GPtrArray *merged = g_ptr_array_new();
    for (guint i = 0; i < wants->len; i++) {
        CfnWant *want = wants->pdata[i];
        CfnWant *same = NULL;
        for (guint k = 0; k < merged->len && want->kind == CFN_WANT_FILL; k++) {
            CfnWant *other = merged->pdata[k];
            if (other->target == want->target && g_strcmp0(other->section, want->section) == 0) {
                same = other;
            }
        }
        if (want->kind != CFN_WANT_FILL) {
            continue;
        }
        if (same == NULL) {
            g_ptr_array_add(merged, want);
        } else {
            char *yaml = g_strconcat(same->yaml, want->yaml, NULL);
            g_free(same->yaml);
            same->yaml = yaml;
            want->same = same;
        }
    }
    return merged;
}

static void build_section(CfnBuild *build, CfnWant *want)
{
    const CfnNode *root = build->tree->root;
    CfnLook look = cfn_look_in(&build->edits->style, root);
    want->key = g_strdup(want->section);
    CfnOperation *operation = cfn_build_operate(build, CFN_OP_ADD, root, want);
    want->operation = operation;
    operation->after = want->after;
    operation->key = g_strdup(want->key);
    operation->value = cfn_build_value_of(build, want);
    g_autoptr(GPtrArray) group = g_ptr_array_new();
    g_ptr_array_add(group, want);
    if (want->after != NULL) {
        want->set_off = true;
        splice_behind(build, root, want->after, cfn_next_child(want->after) == NULL, group);
        return;
    }
    uint32_t at = cfn_child_start(root->first);
    g_autofree char *indent = cfn_build_indent(build, root->first);
    GString *text = g_string_new(NULL);
    cfn_build_put_child(build, text, want, &look, indent);
    if (look.flow) {
        g_string_append(text, look.one_line ? look.comma : ",");
    }
    if (!look.one_line) {
        bool blank = !look.flow && cfn_node_count(root) > 1 && sets_off(build, root);
        g_string_append_printf(text, "%s%s%s", look.newline, blank ? look.newline : "", indent);
    }
    cfn_build_splice_string(build, at, at, text);
}

static void build_filling(CfnBuild *build, CfnWant *want)
{
    build->depth = cfn_build_depth(want->target);
    if (want->section != NULL) {
        build_section(build, want);
    } else {
        cfn_build_replacement(build, want);
    }
}

void cfn_build_fillings(CfnBuild *build, const GPtrArray *wants)
{
    g_autoptr(GPtrArray) fillings = merge_fillings(wants);
    for (guint i = 0; i < fillings->len; i++) {
        cfn_build_begin(build);
        build_filling(build, fillings->pdata[i]);
        cfn_build_end(build);
    }
    for (guint i = 0; i < wants->len; i++) {
        const CfnWant *want = wants->pdata[i];
        if (want->kind == CFN_WANT_FILL && want->same != NULL) {
            cfn_build_add_owners(build, want->same->operation->owners, want);
        }
    }
}
