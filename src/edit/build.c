/*
 * From what was accepted to bytes: removals first, because a collection that loses everything goes
 * with its key; then everything else, each kind by its own few rules.
 */
#include "edit/internal.h"
#include "edit/place.h"
#include "edit/render.h"
#include "syntax/scalar.h"

typedef struct {
    CfnEdits *edits;
    const CfnTree *tree;
    GHashTable *removed;    /* key or item -> GPtrArray of owners */
    GHashTable *losses;     /* container -> how many children go */
    GPtrArray *losing;      /* those containers, in order */
    GHashTable *additions;  /* container -> GPtrArray of CfnWant */
    GPtrArray *growing;     /* those containers, in order */
    GHashTable *text_edits; /* scalar -> GPtrArray of CfnWant */
    GArray *splices;        /* Placed */
    guint depth;            /* of what is being built */
} Build;

/* A splice and what decides its place among others at the same offset. */
typedef struct {
    CfnSplice splice;
    guint depth;
    guint order;
} Placed;

/* ---- Operations and splices ---- */

static void add_owner(GPtrArray *owners, gpointer owner)
{
    if (owner != NULL && !g_ptr_array_find(owners, owner, NULL)) {
        g_ptr_array_add(owners, owner);
    }
}

/* The owner of a want's change, or of all changes that share it. */
static void add_owners_of(const Build *build, GPtrArray *owners, const CfnWant *want)
{
    if (!want->change->shared) {
        add_owner(owners, want->change->owner);
        return;
    }
    for (guint i = 0; i < build->edits->changes->len; i++) {
        const CfnChange *change = build->edits->changes->pdata[i];
        if (change->applied && g_ptr_array_find(change->requires, want->change, NULL)) {
            add_owner(owners, change->owner);
        }
    }
}

static CfnOperation *operate(Build *build, CfnOpKind kind, const CfnNode *target,
                             const CfnWant *want)
{
    CfnOperation *operation = g_new0(CfnOperation, 1);
    operation->kind = kind;
    operation->target = target;
    operation->owners = g_ptr_array_new();
    if (want != NULL) {
        add_owners_of(build, operation->owners, want);
    }
    g_ptr_array_add(build->edits->operations, operation);
    return operation;
}

static void splice(Build *build, uint32_t start, uint32_t end, const char *text, size_t length)
{
    Placed made = { .splice = { { start, end }, g_strndup(text, length), (uint32_t)length },
                    .depth = build->depth,
                    .order = build->splices->len };
    g_array_append_val(build->splices, made);
}

static guint depth_of(const CfnNode *node)
{
    guint depth = 0;
    for (; node != NULL; node = node->parent) {
        depth++;
    }
    return depth;
}

static void splice_string(Build *build, uint32_t start, uint32_t end, GString *text)
{
    splice(build, start, end, text->str, text->len);
    g_string_free(text, TRUE);
}

/* ---- Removals ---- */

static const CfnNode *container_of(const CfnNode *child)
{
    return child->parent;
}

static void count_loss(Build *build, const CfnNode *container)
{
    guint losses = GPOINTER_TO_UINT(g_hash_table_lookup(build->losses, container));
    if (losses == 0) {
        g_ptr_array_add(build->losing, (gpointer)container);
    }
    g_hash_table_insert(build->losses, (gpointer)container, GUINT_TO_POINTER(losses + 1));
}

static GPtrArray *mark_removed(Build *build, const CfnNode *child)
{
    GPtrArray *owners = g_hash_table_lookup(build->removed, child);
    if (owners == NULL) {
        owners = g_ptr_array_new();
        g_hash_table_insert(build->removed, (gpointer)child, owners);
        count_loss(build, container_of(child));
    }
    return owners;
}

static bool loses_all(const Build *build, const CfnNode *container)
{
    guint losses = GPOINTER_TO_UINT(g_hash_table_lookup(build->losses, container));
    return losses == container->count;
}

/* Whether an emptied collection must stay: the root, a section, an argument of an intrinsic
   function. */
static bool must_stay(const CfnNode *container)
{
    const CfnNode *parent = container->parent;
    if (parent == NULL || cfn_node_has_tag(container) || cfn_node_has_tag(parent)) {
        return true;
    }
    if (parent->parent == NULL && cfn_node_equals(cfn_node_key(container), "Resources")) {
        return true;
    }
    const CfnNode *key = cfn_node_key(parent->kind == CFN_MAPPING ? container : parent);
    return key != NULL && cfn_node_has_prefix(key, "Fn::");
}

static const CfnNode *handle_of(const CfnNode *container)
{
    const CfnNode *key = cfn_node_key(container);
    return key != NULL ? key : container;
}

/* What loses its last child goes with its key. */
static void promote_removals(Build *build)
{
    for (guint i = 0; i < build->losing->len; i++) {
        const CfnNode *container = build->losing->pdata[i];
        if (!loses_all(build, container) || must_stay(container) ||
            g_hash_table_contains(build->additions, container)) {
            continue;
        }
        GPtrArray *owners = mark_removed(build, handle_of(container));
        for (const CfnNode *child = container->first; child != NULL;
             child = cfn_next_child(child)) {
            GPtrArray *inner = g_hash_table_lookup(build->removed, child);
            for (guint k = 0; k < inner->len; k++) {
                add_owner(owners, inner->pdata[k]);
            }
            g_hash_table_remove(build->removed, child);
        }
        g_hash_table_insert(build->losses, (gpointer)container, NULL);
    }
}

static void operate_removals(Build *build, const CfnNode *container)
{
    for (const CfnNode *child = container->first; child != NULL; child = cfn_next_child(child)) {
        GPtrArray *owners = g_hash_table_lookup(build->removed, child);
        if (owners != NULL) {
            CfnOperation *operation = operate(build, CFN_OP_REMOVE, child, NULL);
            for (guint i = 0; i < owners->len; i++) {
                add_owner(operation->owners, owners->pdata[i]);
            }
        }
    }
}

/* The end of the run of removed children that FIRST begins. */
static const CfnNode *run_end(const Build *build, const CfnNode *first)
{
    const CfnNode *last = first;
    for (const CfnNode *next = cfn_next_child(first);
         next != NULL && g_hash_table_contains(build->removed, next); next = cfn_next_child(next)) {
        last = next;
    }
    return last;
}

static void splice_removals(Build *build, const CfnNode *container)
{
    const CfnNode *before = NULL;
    const CfnNode *child = container->first;
    while (child != NULL) {
        const CfnNode *last = child;
        if (g_hash_table_contains(build->removed, child)) {
            last = run_end(build, child);
            CfnSpan cut = container->style == CFN_FLOW
                              ? cfn_flow_extent(build->tree, before, child, last)
                              : cfn_block_extent(build->tree, child, last);
            splice(build, cut.start, cut.end, "", 0);
        } else {
            before = child;
        }
        child = cfn_next_child(last);
    }
}

/* An emptied collection that must stay becomes `[]` or `{}`. */
static void splice_empty(Build *build, const CfnNode *container)
{
    bool mapping = container->kind == CFN_MAPPING;
    uint32_t start = container->content;
    bool below = container->style == CFN_BLOCK && container->mark != CFN_NOWHERE;
    if (below) {
        start = container->mark + 1;
    }
    const char *text = mapping ? " {}" : " []";
    text += below ? 0 : 1;
    splice(build, start, container->span.end, text, strlen(text));
}

static void build_removals(Build *build)
{
    for (guint i = 0; i < build->losing->len; i++) {
        const CfnNode *container = build->losing->pdata[i];
        if (g_hash_table_lookup(build->losses, container) == NULL) {
            continue; /* promoted */
        }
        operate_removals(build, container);
        if (!loses_all(build, container)) {
            splice_removals(build, container);
        } else if (!g_hash_table_contains(build->additions, container)) {
            splice_empty(build, container);
        }
    }
}

/* ---- Additions ---- */

static const CfnNode *value_of(Build *build, CfnWant *want)
{
    if (want->snippet == NULL) {
        want->snippet = cfn_edits_snippet(build->edits, want->yaml);
    }
    return want->snippet->root;
}

/* A pair or item as it is written, without what stands around it. */
static void put_child(Build *build, GString *out, CfnWant *want, const CfnLook *look,
                      const char *indent)
{
    const CfnNode *value = value_of(build, want);
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

static bool stays(const Build *build, const CfnNode *child)
{
    return !g_hash_table_contains(build->removed, child);
}

static const CfnNode *last_child(const CfnNode *container)
{
    if (container->kind == CFN_MAPPING && container->last != NULL) {
        return cfn_node_key(container->last);
    }
    return container->last;
}

/* The last child that stays, or NULL. */
static const CfnNode *last_remaining(const Build *build, const CfnNode *container)
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

/* The child that is to be followed: the one asked for, where that goes the one before it, else the last one. */
static const CfnNode *anchor_of(const Build *build, const CfnNode *container, const CfnWant *want,
                                const CfnNode *last)
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
static bool sets_off(const Build *build, const CfnNode *container)
{
    const CfnNode *last = last_child(container);
    if (container->count == 1 && container->parent != NULL) {
        last = last_child(container->parent);
    }
    return cfn_is_set_off(build->tree, last);
}

/* White space up to the column that CHILD begins in. */
static char *indent_of(const Build *build, const CfnNode *child)
{
    uint32_t start = cfn_child_start(child);
    if (cfn_is_first_on_line(build->tree, start)) {
        return cfn_line_indent(build->tree, start);
    }
    return g_strnfill(cfn_tree_column(build->tree, start), ' ');
}

/* Where new lines go behind a block scalar that keeps its trailing blank lines: below them. */
static uint32_t below_blank_lines(const Build *build, uint32_t offset)
{
    const CfnSource *source = build->tree->source;
    uint32_t line = cfn_source_next_line(source, offset);
    while (line < source->length && cfn_source_line_end(source, line) == line) {
        line = cfn_source_next_line(source, line);
    }
    return line;
}

/*
 * A block scalar that the text ends with has no final line break; it would gain one when something
 * follows, so its header says that it has none.
 */
static void strip_final_break(Build *build, const CfnNode *scalar)
{
    const CfnSource *source = build->tree->source;
    uint32_t header = scalar->content + 1;
    while (header < source->length && g_ascii_isdigit(source->text[header])) {
        header++;
    }
    if (scalar->span.end == source->length && scalar->length > 0 && source->text[header] != '-') {
        splice(build, header, header, "-", 1);
    }
}

/* The last line of a `|` scalar needs its break, also where a text ends without one. */
static bool ends_in_literal(const CfnNode *value)
{
    while (value->kind != CFN_SCALAR && value->last != NULL) {
        value = value->last;
    }
    return value->style == CFN_LITERAL && value->length > 0 &&
           value->text[value->length - 1] == '\n';
}

static void splice_lines(Build *build, const CfnNode *anchor, bool is_last, GString *lines,
                         const char *newline)
{
    uint32_t at = cfn_block_end(build->tree, anchor, is_last);
    const CfnNode *scalar = cfn_last_block_scalar(anchor);
    if (scalar != NULL) {
        strip_final_break(build, scalar);
    }
    if (scalar != NULL && cfn_keeps_blank_lines(build->tree, scalar) &&
        below_blank_lines(build, at) > at) {
        at = below_blank_lines(build, at);
        g_string_erase(lines, 0, (gssize)strlen(newline));
        g_string_append(lines, newline);
    }
    splice_string(build, at, at, lines);
}

static void splice_block_children(Build *build, const CfnNode *container, const CfnNode *anchor,
                                  bool is_last, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, container);
    look.newline =
        cfn_source_newline(build->tree->source, cfn_block_end(build->tree, anchor, is_last));
    g_autofree char *indent = indent_of(build, anchor);
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        CfnWant *want = wants->pdata[i];
        if (want->set_off && sets_off(build, container)) {
            g_string_append(lines, look.newline);
        }
        g_string_append_printf(lines, "%s%s", look.newline, indent);
        put_child(build, lines, want, &look, indent);
    }
    CfnWant *final = wants->pdata[wants->len - 1];
    if (cfn_block_end(build->tree, anchor, is_last) == build->tree->source->length &&
        ends_in_literal(value_of(build, final))) {
        g_string_append(lines, look.newline);
    }
    splice_lines(build, anchor, is_last, lines, look.newline);
}

/* What stands before ANCHOR on its own line, if that is only white space and perhaps a leading
   comma. */
static char *line_lead(const Build *build, const CfnNode *anchor)
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
static char *lead_behind(const Build *build, const CfnNode *anchor)
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

static bool is_one_line_collection(const Build *build, const CfnNode *child)
{
    const CfnNode *value = cfn_claimed_node(child);
    return value->kind != CFN_SCALAR && value->count > 1 &&
           cfn_on_one_line(build->tree, value->span.start, value->span.end);
}

static void splice_flow_inline(Build *build, const CfnNode *anchor, const GPtrArray *wants,
                               const CfnLook *look)
{
    CfnLook inner = *look;
    inner.one_line = true;
    uint32_t comma = cfn_claimed_node(anchor)->comma;
    bool trailing = cfn_next_child(anchor) == NULL && comma != CFN_NOWHERE;
    uint32_t at = trailing ? comma + 1 : cfn_child_end(anchor);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        g_string_append(text, trailing ? look->comma + 1 : look->comma);
        put_child(build, text, wants->pdata[i], &inner, "");
        g_string_append(text, trailing ? "," : "");
    }
    splice_string(build, at, at, text);
}

/* Whether all children behind ANCHOR, of which there are some, are removed: its comma goes with
   them. */
static bool loses_tail(const Build *build, const CfnNode *anchor)
{
    const CfnNode *next = cfn_next_child(anchor);
    bool any = next != NULL;
    while (next != NULL && !stays(build, next)) {
        next = cfn_next_child(next);
    }
    return any && next == NULL;
}

static void splice_flow_lines(Build *build, const CfnNode *anchor, const GPtrArray *wants,
                              const CfnLook *look, const char *lead)
{
    CfnLook inner = *look;
    inner.one_line = is_one_line_collection(build, anchor);
    bool leading = strchr(lead, ',') != NULL;
    uint32_t comma = cfn_claimed_node(anchor)->comma;
    bool comma_behind = !leading && comma != CFN_NOWHERE && !loses_tail(build, anchor);
    uint32_t end = leading || !comma_behind ? cfn_child_end(anchor) : comma + 1;
    if (!leading && !comma_behind) {
        splice(build, end, end, ",", 1);
    }
    g_autofree char *indent = g_strdup(lead);
    g_strdelimit(indent, ",", ' ');
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        g_string_append_printf(text, "%s%s", look->newline, lead);
        put_child(build, text, wants->pdata[i], &inner, indent);
        bool comma_due = i + 1 < wants->len || comma_behind;
        g_string_append(text, !leading && comma_due ? "," : "");
    }
    uint32_t at = cfn_behind_comment(build->tree, end);
    splice_string(build, at, at, text);
}

/* The first children of an empty flow collection. */
static void splice_flow_filling(Build *build, const CfnNode *container, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, container);
    look.one_line = look.one_line || !look.json || build->edits->style.steps[0] != 0;
    g_autofree char *indent =
        look.one_line ? g_strdup("") : cfn_line_indent(build->tree, container->content);
    g_autofree char *deeper = g_strconcat(indent, look.step, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        g_string_append(text, i == 0 ? "" : look.one_line ? look.comma : ",");
        if (!look.one_line) {
            g_string_append_printf(text, "%s%s", look.newline, deeper);
        }
        put_child(build, text, wants->pdata[i], &look, deeper);
    }
    if (!look.one_line) {
        g_string_append_printf(text, "%s%s", look.newline, indent);
    }
    splice_string(build, container->content + 1, container->span.end - 1, text);
}

/* Children in the place of all that a collection had: what stood around those stays. */
static void splice_instead(Build *build, const CfnNode *container, const GPtrArray *wants)
{
    CfnLook look = cfn_look_in(&build->edits->style, container);
    g_autofree char *indent = look.one_line ? g_strdup("") : indent_of(build, container->first);
    g_autofree char *break_off = g_strconcat(look.newline, indent, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < wants->len; i++) {
        if (i > 0) {
            g_string_append(text, look.one_line ? look.comma : look.flow ? "," : "");
            g_string_append(text, look.one_line ? "" : break_off);
        }
        put_child(build, text, wants->pdata[i], &look, indent);
    }
    splice_string(build, cfn_child_start(container->first), cfn_child_end(last_child(container)),
                  text);
}

static void splice_behind(Build *build, const CfnNode *container, const CfnNode *anchor,
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

static void build_additions(Build *build, const CfnNode *container)
{
    const GPtrArray *wants = g_hash_table_lookup(build->additions, container);
    const CfnNode *last = last_remaining(build, container);
    build->depth = depth_of(container);
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
        CfnOperation *operation = operate(build, CFN_OP_ADD, container, want);
        operation->after = anchor;
        operation->key = g_strdup(want->key);
        operation->value = value_of(build, want);
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

static void build_section(Build *build, CfnWant *want)
{
    const CfnNode *root = build->tree->root;
    CfnLook look = cfn_look_in(&build->edits->style, root);
    want->key = g_strdup(want->section);
    CfnOperation *operation = operate(build, CFN_OP_ADD, root, want);
    want->operation = operation;
    operation->after = want->after;
    operation->key = g_strdup(want->key);
    operation->value = value_of(build, want);
    g_autoptr(GPtrArray) group = g_ptr_array_new();
    g_ptr_array_add(group, want);
    if (want->after != NULL) {
        want->set_off = true;
        splice_behind(build, root, want->after, cfn_next_child(want->after) == NULL, group);
        return;
    }
    uint32_t at = root->first->span.start;
    g_autofree char *indent = indent_of(build, root->first);
    GString *text = g_string_new(NULL);
    put_child(build, text, want, &look, indent);
    if (look.flow) {
        g_string_append(text, look.one_line ? look.comma : ",");
    }
    if (!look.one_line) {
        bool blank = !look.flow && root->count > 1 && sets_off(build, root);
        g_string_append_printf(text, "%s%s%s", look.newline, blank ? look.newline : "", indent);
    }
    splice_string(build, at, at, text);
}

static void build_replacement(Build *build, CfnWant *want);

static void build_filling(Build *build, CfnWant *want)
{
    build->depth = depth_of(want->target);
    if (want->section != NULL) {
        build_section(build, want);
    } else {
        build_replacement(build, want);
    }
}

static void build_fillings(Build *build, const GPtrArray *wants)
{
    g_autoptr(GPtrArray) fillings = merge_fillings(wants);
    for (guint i = 0; i < fillings->len; i++) {
        build_filling(build, fillings->pdata[i]);
    }
    for (guint i = 0; i < wants->len; i++) {
        const CfnWant *want = wants->pdata[i];
        if (want->kind == CFN_WANT_FILL && want->same != NULL) {
            add_owners_of(build, want->same->operation->owners, want);
        }
    }
}

/* ---- Values ---- */

static bool is_below(const CfnNode *node)
{
    return node->kind != CFN_SCALAR && node->style == CFN_BLOCK && node->mark != CFN_NOWHERE;
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

static void build_replacement(Build *build, CfnWant *want)
{
    const CfnNode *node = want->target;
    const CfnNode *container = node->parent != NULL ? node->parent : node;
    CfnLook look = cfn_look_in(&build->edits->style, container);
    const CfnNode *value = value_of(build, want);
    follow_spelling(&look, node);
    g_autoptr(CfnRender) render = cfn_render_new(want->snippet, &look);
    CfnOperation *operation = operate(build, CFN_OP_REPLACE, node, want);
    operation->value = value;
    want->operation = operation;
    GString *text = g_string_new(NULL);
    bool lines = !look.flow && cfn_render_is_block(render, value);
    bool same_place = is_below(node) && node->kind == CFN_MAPPING && lines &&
                      !cfn_on_one_line(build->tree, node->mark, node->span.start);
    if (look.flow || same_place) {
        g_autofree char *indent = look.one_line ? g_strdup("")
                                  : same_place  ? indent_of(build, node->first)
                                                : cfn_line_indent(build->tree, node->span.start);
        if (look.flow) {
            look.one_line =
                look.one_line || (node->first != NULL &&
                                  cfn_on_one_line(build->tree, node->span.start, node->span.end));
            cfn_render_flow(render, text, value, indent);
        } else {
            cfn_render_here(render, text, value, indent);
        }
        splice_string(build, node->span.start, node->span.end, text);
        return;
    }
    bool item = container->kind == CFN_SEQUENCE;
    g_autofree char *indent = indent_of(build, item ? node : cfn_node_key(node));
    uint32_t start = node->mark + 1;
    uint32_t end = MAX(node->span.end, start);
    if (!lines && !is_below(node) && !cfn_node_is_empty(node)) {
        start = node->span.start;
        cfn_render_here(render, text, value, indent);
    } else if (item) {
        g_string_append_printf(text, "%*s", look.gap, "");
        cfn_render_behind_dash(render, text, value, indent);
    } else {
        cfn_render_behind_colon(render, text, value, indent);
        if (cfn_node_is_empty(node)) {
            start = end = cfn_behind_comment(build->tree, start);
        }
    }
    splice_string(build, start, end, text);
}

static bool is_quoted(const CfnNode *scalar)
{
    return scalar->style == CFN_SINGLE_QUOTED || scalar->style == CFN_DOUBLE_QUOTED;
}

static CfnOperation *operate_text(Build *build, CfnOpKind kind, CfnWant *want, const char *text)
{
    CfnOperation *operation = operate(build, kind, want->target, want);
    operation->text = g_strdup(text);
    return operation;
}

/* The scalar, a value or a key, gets the want's text in its own kind of quotes. */
static void build_string(Build *build, CfnOpKind kind, CfnWant *want)
{
    const CfnNode *scalar = want->target;
    CfnLook look = cfn_look_in(&build->edits->style, scalar->parent);
    if (is_quoted(scalar)) {
        look.quote = scalar->style == CFN_DOUBLE_QUOTED ? '"' : '\'';
        look.quote_always = true;
    } else if (!look.json) {
        look.quote_always = false;
    }
    GString *text = g_string_new(NULL);
    cfn_render_string(text, want->text, strlen(want->text), &look);
    splice_string(build, scalar->content, scalar->span.end, text);
    operate_text(build, kind, want, want->text);
}

/* ---- Inside a scalar ---- */

/* The white space that the lines of a block scalar begin with. */
static char *content_indent(const Build *build, const CfnNode *scalar, const GArray *map)
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

static void put_block_text(const Build *build, GString *out, const char *text,
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

static void splice_raw(Build *build, const CfnWant *want, const GArray *map)
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
    splice_string(build, start, end, text);
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
static void build_call(Build *build, CfnWant *want, const char *function, const char *text)
{
    const CfnNode *scalar = want->target;
    CfnLook look = cfn_look_in(&build->edits->style, scalar->parent);
    g_autofree char *quoted = cfn_snippet_string(text);
    g_autofree char *yaml = g_strdup_printf("!%s %s", function, quoted);
    operate(build, CFN_OP_REPLACE, scalar, want)->value =
        cfn_edits_snippet(build->edits, yaml)->root;
    GString *open = g_string_new(NULL);
    if (!look.json) {
        g_string_printf(open, "!%s ", function);
    } else {
        g_string_printf(open, "{\"Fn::%s\"%s", function, look.colon);
        splice(build, scalar->span.end, scalar->span.end, "}", 1);
    }
    splice_string(build, scalar->span.start, scalar->span.start, open);
}

/* Whether a scalar that gets a function is written anew: the file spells functions long, over lines, or a plain TEXT
   would be something else at this place. Lines of text and escapes are better left as they stand. */
static bool is_called_anew(const Build *build, const CfnNode *scalar, const char *text)
{
    CfnLook look = cfn_look_in(&build->edits->style, scalar->parent);
    const char *raw = build->tree->source->text + scalar->content;
    bool escapes = memchr(raw, '\\', scalar->span.end - scalar->content) != NULL;
    if (scalar->style == CFN_LITERAL || scalar->style == CFN_FOLDED || escapes) {
        return false;
    }
    if (look.json) {
        return !look.one_line && !look.inline_small;
    }
    return !look.short_functions || (scalar->style == CFN_PLAIN &&
                                     !cfn_scalar_can_be_plain(text, strlen(text), look.flow));
}

static void call_anew(Build *build, CfnWant *want, const char *function, const char *text)
{
    g_autofree char *quoted = cfn_snippet_string(text);
    g_free(want->yaml);
    want->yaml = g_strdup_printf("!%s %s", function, quoted);
    build_replacement(build, want);
}

static void build_scalar(Build *build, const CfnNode *scalar, GPtrArray *wants)
{
    g_ptr_array_sort(wants, by_start);
    CfnWant *first = wants->pdata[0];
    g_autofree char *text = spliced_text(scalar, wants);
    bool in_flow = scalar->parent != NULL && scalar->parent->style == CFN_FLOW;
    const char *function = function_of(wants);
    if (function == NULL && scalar->style == CFN_PLAIN &&
        !cfn_scalar_can_be_plain(text, strlen(text), in_flow)) {
        g_free(first->text);
        first->text = g_steal_pointer(&text);
        build_string(build, CFN_OP_TEXT, first);
        return;
    }
    if (function != NULL && is_called_anew(build, scalar, text)) {
        call_anew(build, first, function, text);
        return;
    }
    g_autoptr(GArray) map = cfn_scalar_map(build->tree->source, scalar);
    for (guint i = 0; i < wants->len; i++) {
        splice_raw(build, wants->pdata[i], map);
    }
    if (function != NULL) {
        build_call(build, first, function, text);
    } else {
        operate_text(build, CFN_OP_TEXT, first, text);
    }
}

/* ---- One value becomes a list ---- */

/* Moves the lines of NODE behind its first one by DELTA columns. */
static void shift_lines(Build *build, const CfnNode *node, int delta)
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
        splice(build, line, line + cut, deeper, strlen(deeper));
    }
}

static void put_wrapped_items(Build *build, GString *out, CfnWant *want, const CfnLook *look,
                              const char *indent)
{
    g_string_append_printf(out, "%s%s", look->newline, indent);
    put_child(build, out, want, look, indent);
}

/* An item that becomes a list of its own: `- a: 1` to `- - a: 1`. */
static void wrap_item(Build *build, CfnWant *want, const CfnLook *look)
{
    const CfnNode *node = want->target;
    g_autofree char *indent = g_strnfill(cfn_tree_column(build->tree, node->span.start), ' ');
    GString *lead = g_string_new(NULL);
    g_string_append_printf(lead, "-%*s", look->gap, "");
    splice_string(build, node->span.start, node->span.start, lead);
    shift_lines(build, node, 1 + look->gap);
    GString *items = g_string_new(NULL);
    put_wrapped_items(build, items, want, look, indent);
    splice_lines(build, node, false, items, look->newline);
}

static void wrap_block(Build *build, CfnWant *want, const CfnLook *look)
{
    const CfnNode *node = want->target;
    g_autofree char *key_indent = indent_of(build, cfn_node_key(node));
    g_autofree char *indent =
        g_strconcat(key_indent, look->indented_sequences ? look->step : "", NULL);
    size_t content = strlen(indent) + 1 + look->gap;
    GString *lead = g_string_new(NULL);
    bool below = !cfn_on_one_line(build->tree, node->mark, node->span.start);
    uint32_t start = node->mark + 1;
    if (below) {
        start = cfn_source_line_start(build->tree->source, node->span.start);
    } else {
        g_string_append(lead, look->newline);
    }
    g_string_append_printf(lead, "%s-%*s", indent, look->gap, "");
    splice_string(build, start, node->span.start, lead);
    size_t column = below ? cfn_tree_column(build->tree, node->span.start) : strlen(key_indent);
    shift_lines(build, node, (int)content - (int)column);
    GString *items = g_string_new(NULL);
    put_wrapped_items(build, items, want, look, indent);
    splice_lines(build, cfn_node_key(node), false, items, look->newline);
}

static void wrap_flow(Build *build, CfnWant *want, CfnLook *look)
{
    const CfnNode *node = want->target;
    bool one_line = look->one_line || (node->kind == CFN_SCALAR && look->inline_lists) ||
                    (node->kind != CFN_SCALAR &&
                     cfn_on_one_line(build->tree, node->span.start, node->span.end));
    g_autofree char *indent =
        one_line ? g_strdup("") : cfn_line_indent(build->tree, node->span.start);
    g_autofree char *deeper = g_strconcat(indent, look->step, NULL);
    GString *open = g_string_new("[");
    GString *close = g_string_new(one_line ? look->comma : ",");
    if (!one_line) {
        g_string_append_printf(open, "%s%s", look->newline, deeper);
        g_string_append_printf(close, "%s%s", look->newline, deeper);
    }
    look->one_line = one_line;
    put_child(build, close, want, look, deeper);
    if (!one_line) {
        g_string_append_printf(close, "%s%s", look->newline, indent);
    }
    g_string_append_c(close, ']');
    splice_string(build, node->span.start, node->span.start, open);
    if (!one_line) {
        shift_lines(build, node, (int)strlen(look->step));
    }
    splice_string(build, node->span.end, node->span.end, close);
}

static void build_wrap(Build *build, CfnWant *want)
{
    const CfnNode *node = want->target;
    CfnLook look = cfn_look_in(&build->edits->style, node->parent);
    if (look.flow) {
        wrap_flow(build, want, &look);
    } else if (node->parent->kind == CFN_SEQUENCE) {
        wrap_item(build, want, &look);
    } else {
        wrap_block(build, want, &look);
    }
    CfnOperation *operation = operate(build, CFN_OP_WRAP, node, want);
    operation->value = value_of(build, want);
}

/* ---- All of it ---- */

static void sort_want(Build *build, CfnWant *want)
{
    if (want->kind == CFN_WANT_REMOVE) {
        add_owners_of(build, mark_removed(build, want->target), want);
    } else if (want->kind == CFN_WANT_ADD || want->kind == CFN_WANT_SPLICE) {
        GHashTable *table = want->kind == CFN_WANT_ADD ? build->additions : build->text_edits;
        GPtrArray *group = g_hash_table_lookup(table, want->target);
        if (group == NULL) {
            group = g_ptr_array_new();
            g_hash_table_insert(table, (gpointer)want->target, group);
            if (want->kind == CFN_WANT_ADD) {
                g_ptr_array_add(build->growing, (gpointer)want->target);
            }
        }
        g_ptr_array_add(group, want);
    }
}

static void build_value(Build *build, CfnWant *want)
{
    build->depth = depth_of(want->target);
    switch (want->kind) {
    case CFN_WANT_REPLACE:
        if (want->same != NULL) {
            add_owners_of(build, want->same->operation->owners, want);
        } else {
            build_replacement(build, want);
        }
        break;
    case CFN_WANT_STRING:
        build_string(build, CFN_OP_TEXT, want);
        break;
    case CFN_WANT_RENAME:
        build_string(build, CFN_OP_RENAME, want);
        break;
    case CFN_WANT_WRAP:
        build_wrap(build, want);
        break;
    default:
        break;
    }
}

/*
 * By place. At one place insertions come before what is cut there, and those into an inner
 * collection before those into an outer one, which begin where the inner one ends.
 */
static gint by_place(gconstpointer a, gconstpointer b)
{
    const Placed *first = a, *second = b;
    CfnSpan one = first->splice.span, other = second->splice.span;
    if (one.start != other.start) {
        return one.start < other.start ? -1 : 1;
    }
    if ((one.end > one.start) != (other.end > other.start)) {
        return one.end > one.start ? 1 : -1;
    }
    if (first->depth != second->depth) {
        return first->depth > second->depth ? -1 : 1;
    }
    return first->order < second->order ? -1 : 1;
}

/* The end of the line above OFFSET, a line's start. */
static uint32_t line_end_above(const CfnSource *source, uint32_t offset)
{
    if (offset > source->start && source->text[offset - 1] == '\n') {
        offset--;
        return offset > source->start && source->text[offset - 1] == '\r' ? offset - 1 : offset;
    }
    return offset;
}

/* What was to stand behind lines that are cut goes behind the line above them. */
static void move_out_of_cuts(Build *build)
{
    CfnSpan cut = { 0, 0 };
    for (guint i = 0; i < build->splices->len; i++) {
        CfnSpan *span = &g_array_index(build->splices, Placed, i).splice.span;
        if (span->end > span->start) {
            cut = *span;
        } else if (span->start > cut.start && span->start < cut.end) {
            span->start = span->end = line_end_above(build->tree->source, cut.start);
        }
    }
}

static void hand_over_splices(Build *build)
{
    g_array_sort(build->splices, by_place);
    move_out_of_cuts(build);
    g_array_sort(build->splices, by_place);
    int64_t shift = 0;
    for (guint i = 0; i < build->splices->len; i++) {
        const CfnSplice *one = &g_array_index(build->splices, Placed, i).splice;
        int64_t start = one->span.start + shift;
        g_array_append_val(build->edits->splices, *one);
        g_array_append_val(build->edits->starts, start);
        shift += (int64_t)one->length - cfn_span_length(one->span);
    }
}

static gint operation_order(gconstpointer a, gconstpointer b)
{
    const CfnOperation *first = *(CfnOperation *const *)a, *second = *(CfnOperation *const *)b;
    return (first->target->span.start > second->target->span.start) -
           (first->target->span.start < second->target->span.start);
}

static GHashTable *table_of_arrays(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
}

static void build_all(Build *build, const GPtrArray *wants)
{
    for (guint i = 0; i < wants->len; i++) {
        sort_want(build, wants->pdata[i]);
    }
    promote_removals(build);
    build_removals(build);
    for (guint i = 0; i < build->growing->len; i++) {
        build_additions(build, build->growing->pdata[i]);
    }
    GHashTableIter iter;
    gpointer scalar = NULL, group = NULL;
    g_hash_table_iter_init(&iter, build->text_edits);
    while (g_hash_table_iter_next(&iter, &scalar, &group)) {
        build_scalar(build, scalar, group);
    }
    for (guint i = 0; i < wants->len; i++) {
        build_value(build, wants->pdata[i]);
    }
    build_fillings(build, wants);
}

void cfn_edits_build(CfnEdits *edits, const GPtrArray *wants)
{
    Build build = {
        .edits = edits,
        .tree = edits->tree,
        .removed = table_of_arrays(),
        .losses = g_hash_table_new(NULL, NULL),
        .losing = g_ptr_array_new(),
        .additions = table_of_arrays(),
        .growing = g_ptr_array_new(),
        .text_edits = table_of_arrays(),
        .splices = g_array_new(FALSE, FALSE, sizeof(Placed)),
    };
    build_all(&build, wants);
    hand_over_splices(&build);
    g_ptr_array_sort(edits->operations, operation_order);
    g_hash_table_unref(build.removed);
    g_hash_table_unref(build.losses);
    g_ptr_array_unref(build.losing);
    g_hash_table_unref(build.additions);
    g_ptr_array_unref(build.growing);
    g_hash_table_unref(build.text_edits);
    g_array_unref(build.splices);
}

/* ---- Bytes ---- */

GBytes *cfn_splice_bytes(const CfnSource *source, const GArray *splices)
{
    GByteArray *bytes = g_byte_array_sized_new(source->length + 1024);
    const guint8 *text = (const guint8 *)source->text;
    uint32_t at = 0;
    for (guint i = 0; i < splices->len; i++) {
        const CfnSplice *one = &g_array_index(splices, CfnSplice, i);
        g_assert(one->span.start >= at && one->span.end >= one->span.start);
        g_byte_array_append(bytes, text + at, one->span.start - at);
        g_byte_array_append(bytes, (const guint8 *)one->text, one->length);
        at = one->span.end;
    }
    g_byte_array_append(bytes, text + at, source->length - at);
    return g_byte_array_free_to_bytes(bytes);
}

/* The last splice that begins at or before OFFSET of the text after, or -1. */
static int64_t splice_at(const CfnEdits *edits, uint32_t offset)
{
    int64_t low = 0, high = edits->starts->len;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (g_array_index(edits->starts, int64_t, middle) <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

uint32_t cfn_edits_map_back(const CfnEdits *edits, uint32_t offset)
{
    int64_t index = splice_at(edits, offset);
    if (index < 0) {
        return offset;
    }
    const CfnSplice *one = &g_array_index(edits->splices, CfnSplice, index);
    int64_t inside = offset - g_array_index(edits->starts, int64_t, index);
    return inside < one->length ? one->span.start
                                : (uint32_t)(one->span.end + inside - one->length);
}
