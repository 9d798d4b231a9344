/*
 * From what was accepted to bytes: removals first, because a collection that loses everything goes
 * with its key; then everything else, each kind by its own few rules in a file of its own.
 */
#include "edit/build.h"

/* ---- Operations and splices ---- */

void cfn_build_add_owner(GPtrArray *owners, gpointer owner)
{
    if (owner != NULL && !g_ptr_array_find(owners, owner, NULL)) {
        g_ptr_array_add(owners, owner);
    }
}

/* The owner of a want's change, or of all changes that share it. */
void cfn_build_add_owners(const CfnBuild *build, GPtrArray *owners, const CfnWant *want)
{
    if (!want->change->shared) {
        cfn_build_add_owner(owners, want->change->owner);
        return;
    }
    for (guint i = 0; i < build->edits->changes->len; i++) {
        const CfnChange *change = build->edits->changes->pdata[i];
        if (change->applied && g_ptr_array_find(change->requires, want->change, NULL)) {
            cfn_build_add_owner(owners, change->owner);
        }
    }
}

CfnOperation *cfn_build_operate(CfnBuild *build, CfnOpKind kind, const CfnNode *target,
                                const CfnWant *want)
{
    CfnOperation *operation = g_new0(CfnOperation, 1);
    operation->kind = kind;
    operation->target = target;
    operation->owners = g_ptr_array_new();
    if (want != NULL) {
        cfn_build_add_owners(build, operation->owners, want);
    }
    g_ptr_array_add(build->edits->operations, operation);
    return operation;
}

void cfn_build_splice(CfnBuild *build, uint32_t start, uint32_t end, const char *text,
                      size_t length)
{
    CfnPlaced made = { .splice = { { start, end }, g_strndup(text, length), (uint32_t)length },
                       .depth = build->depth,
                       .order = build->splices->len };
    g_array_append_val(build->splices, made);
}

void cfn_build_begin(CfnBuild *build)
{
    build->first_operation = build->edits->operations->len;
    build->first_splice = build->splices->len;
}

void cfn_build_end(CfnBuild *build)
{
    for (guint i = build->first_splice; i < build->splices->len; i++) {
        CfnPlaced *made = &g_array_index(build->splices, CfnPlaced, i);
        made->operation = build->first_operation;
        made->operations_end = build->edits->operations->len;
    }
}

guint cfn_build_depth(const CfnNode *node)
{
    guint depth = 0;
    for (; node != NULL; node = node->parent) {
        depth++;
    }
    return depth;
}

void cfn_build_splice_string(CfnBuild *build, uint32_t start, uint32_t end, GString *text)
{
    cfn_build_splice(build, start, end, text->str, text->len);
    g_string_free(text, TRUE);
}

/* ---- All of it ---- */

static void sort_want(CfnBuild *build, CfnWant *want)
{
    if (want->kind == CFN_WANT_REMOVE) {
        cfn_build_add_owners(build, cfn_build_mark_removed(build, want->target), want);
        return;
    }
    GHashTable *table = want->kind == CFN_WANT_ADD      ? build->additions
                        : want->kind == CFN_WANT_SPLICE ? build->text_edits
                        : want->kind == CFN_WANT_WRAP   ? build->wraps
                                                        : NULL;
    if (table != NULL) {
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

/* What all wants to wrap the same value bring becomes one list, with the first of them. */
static void build_wrap(CfnBuild *build, const CfnWant *want)
{
    const GPtrArray *wants = g_hash_table_lookup(build->wraps, want->target);
    if (wants->pdata[0] == want) {
        cfn_build_wrap(build, want->target, wants);
    }
}

static void build_value(CfnBuild *build, CfnWant *want)
{
    build->depth = cfn_build_depth(want->target);
    switch (want->kind) {
    case CFN_WANT_REPLACE:
        if (want->same != NULL) {
            cfn_build_add_owners(build, want->same->operation->owners, want);
        } else {
            cfn_build_replacement(build, want);
        }
        break;
    case CFN_WANT_STRING:
        cfn_build_string(build, CFN_OP_TEXT, want);
        break;
    case CFN_WANT_RENAME:
        cfn_build_string(build, CFN_OP_RENAME, want);
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
    const CfnPlaced *first = a, *second = b;
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

/* Lines that were to stand behind another one begin a line: their line break goes to their end. */
static void turn_over(CfnSplice *splice)
{
    const size_t breaks = strspn(splice->text, "\r\n");
    g_autofree char *text = splice->text;
    splice->text = g_strconcat(text + breaks, g_str_has_prefix(text, "\r") ? "\r\n" : "\n", NULL);
    splice->length = (uint32_t)strlen(splice->text);
}

static bool is_cut(const CfnSplice *splice)
{
    return splice->length == 0 && splice->span.end > splice->span.start;
}

/* Whether whole lines, or blank ones that a text may keep, stand above a cut, the splice at
   INDEX. */
static bool has_lines_before(const CfnBuild *build, guint index)
{
    const CfnSource *source = build->tree->source;
    const uint32_t start = g_array_index(build->splices, CfnPlaced, index).splice.span.start;
    if (start > source->start && source->text[start - 1] == '\n' &&
        cfn_is_blank_line(build->tree, cfn_source_line_start(source, start - 1))) {
        return true;
    }
    if (index == 0) {
        return false;
    }
    const CfnSplice *before = &g_array_index(build->splices, CfnPlaced, index - 1).splice;
    return before->span.start == start && before->length > 0 &&
           before->text[before->length - 1] == '\n';
}

/* What was to stand behind lines that are cut goes behind the line above them. */
static void move_out_of_cuts(CfnBuild *build)
{
    const CfnSource *source = build->tree->source;
    CfnSpan cut = { 0, 0 };
    bool was_cut = false, is_behind_lines = false;
    for (guint i = 0; i < build->splices->len; i++) {
        g_array_index(build->splices, CfnPlaced, i).order = i; /* they stay in it */
        CfnSplice *splice = &g_array_index(build->splices, CfnPlaced, i).splice;
        CfnSpan *span = &splice->span;
        if (span->end > span->start) {
            const bool goes_on = was_cut && is_cut(splice) && span->start == cut.end;
            was_cut = is_cut(splice);
            is_behind_lines = goes_on ? is_behind_lines : has_lines_before(build, i);
            cut = (CfnSpan){ goes_on ? cut.start : span->start, span->end };
        } else if (span->start > cut.start && span->start < cut.end) {
            const uint32_t above = line_end_above(source, cut.start);
            span->start = span->end = is_behind_lines ? cut.start : above;
            if (is_behind_lines || above == source->start) {
                turn_over(splice);
            }
        }
    }
}

/* Of two things that go, one above the other, both would take the blank lines in between. */
static void part_cuts(CfnBuild *build)
{
    uint32_t end = 0; /* of what goes so far */
    for (guint i = 0; i < build->splices->len; i++) {
        CfnSplice *one = &g_array_index(build->splices, CfnPlaced, i).splice;
        if (is_cut(one)) {
            one->span.start = MAX(one->span.start, end);
            one->span.end = end = MAX(one->span.end, one->span.start);
        }
    }
}

/* Those of its operations. What is part of none makes room for what stands behind it. */
static GPtrArray *owners_of(const CfnBuild *build, const CfnPlaced *placed, const CfnPlaced *next)
{
    if (placed->operation == placed->operations_end && next != NULL) {
        placed = next;
    }
    GPtrArray *owners = g_ptr_array_new();
    for (guint i = placed->operation; i < placed->operations_end; i++) {
        const CfnOperation *operation = build->edits->operations->pdata[i];
        for (guint k = 0; k < operation->owners->len; k++) {
            cfn_build_add_owner(owners, operation->owners->pdata[k]);
        }
    }
    return owners;
}

static void track_owners(CfnBuild *build)
{
    CfnPlaced *next = NULL;
    for (guint i = build->splices->len; i > 0; i--) {
        CfnPlaced *placed = &g_array_index(build->splices, CfnPlaced, i - 1);
        placed->splice.owners = owners_of(build, placed, next);
        next = placed;
    }
}

/* Gives the text its last line break, where it ends with what needs one. */
static void end_last_line(CfnBuild *build)
{
    const CfnSource *source = build->tree->source;
    uint32_t end = source->length; /* from here on everything goes */
    for (guint i = build->splices->len; i > 0; i--) {
        CfnPlaced *placed = &g_array_index(build->splices, CfnPlaced, i - 1);
        CfnSplice *splice = &placed->splice;
        if (splice->span.end < end) {
            return;
        }
        if (splice->length > 0) {
            if (placed->needs_break && splice->text[splice->length - 1] != '\n') {
                g_autofree char *text = splice->text;
                splice->text =
                    g_strconcat(text, cfn_source_newline(source, splice->span.start), NULL);
                splice->length = (uint32_t)strlen(splice->text);
            }
            return;
        }
        end = splice->span.start;
    }
}

/* libyaml takes a tab in a blank line only where an unquoted text may go on. Behind what changes
   such lines become empty. */
static void empty_tab_lines(CfnBuild *build)
{
    const CfnSource *source = build->tree->source;
    const guint count = source->has_tabs ? build->splices->len : 0;
    for (guint i = 0; i < count; i++) {
        const CfnSpan span = g_array_index(build->splices, CfnPlaced, i).splice.span;
        const bool is_line = cfn_source_line_start(source, span.end) == span.end;
        if (!is_line && !cfn_ends_line(build->tree, span.end)) {
            continue;
        }
        uint32_t line = is_line ? span.end : cfn_source_next_line(source, span.end);
        while (cfn_is_blank_line(build->tree, line) && cfn_edit_takes_comment(build->edits, line)) {
            const uint32_t end = cfn_source_line_end(source, line);
            if (memchr(source->text + line, '\t', end - line) != NULL) {
                cfn_build_splice(build, line, end, "", 0);
            }
            line = cfn_source_next_line(source, line);
        }
    }
}

static void hand_over_splices(CfnBuild *build)
{
    empty_tab_lines(build);
    g_array_sort(build->splices, by_place);
    move_out_of_cuts(build);
    g_array_sort(build->splices, by_place);
    part_cuts(build);
    end_last_line(build);
    if (build->edits->tracks_owners) {
        track_owners(build);
    }
    int64_t shift = 0;
    for (guint i = 0; i < build->splices->len; i++) {
        const CfnSplice *one = &g_array_index(build->splices, CfnPlaced, i).splice;
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

/* All splices of a scalar at once, with the first of them. */
static void build_text(CfnBuild *build, const CfnWant *want)
{
    GPtrArray *group = g_hash_table_lookup(build->text_edits, want->target);
    if (want->kind == CFN_WANT_SPLICE && group != NULL) {
        build->depth = cfn_build_depth(want->target);
        cfn_build_begin(build);
        cfn_build_scalar(build, want->target, group);
        cfn_build_end(build);
        g_hash_table_remove(build->text_edits, want->target);
    }
}

static void build_all(CfnBuild *build, const GPtrArray *wants)
{
    for (guint i = 0; i < wants->len; i++) {
        sort_want(build, wants->pdata[i]);
    }
    cfn_build_promote_removals(build);
    cfn_build_removals(build);
    for (guint i = 0; i < build->growing->len; i++) {
        cfn_build_begin(build);
        cfn_build_additions(build, build->growing->pdata[i]);
        cfn_build_end(build);
    }
    for (guint i = 0; i < wants->len; i++) {
        build_text(build, wants->pdata[i]);
    }
    for (guint i = 0; i < wants->len; i++) {
        cfn_build_begin(build);
        build_value(build, wants->pdata[i]);
        cfn_build_end(build);
    }
    cfn_build_fillings(build, wants);
    cfn_build_final_break(build);
}

/* They stand below all that is put in at the same place. */
static void build_comments(CfnBuild *build)
{
    const GArray *comments = build->edits->comments;
    for (guint i = 0; comments != NULL && i < comments->len; i++) {
        const CfnSplice *one = &g_array_index(comments, CfnSplice, i);
        build->depth = 0;
        cfn_build_splice(build, one->span.start, one->span.end, one->text, one->length);
    }
}

void cfn_edits_build(CfnEdits *edits, const GPtrArray *wants)
{
    CfnBuild build = {
        .edits = edits,
        .tree = edits->tree,
        .removed = table_of_arrays(),
        .losses = g_hash_table_new(NULL, NULL),
        .losing = g_ptr_array_new(),
        .additions = table_of_arrays(),
        .growing = g_ptr_array_new(),
        .text_edits = table_of_arrays(),
        .wraps = table_of_arrays(),
        .splices = g_array_new(FALSE, FALSE, sizeof(CfnPlaced)),
    };
    build_all(&build, wants);
    build_comments(&build);
    hand_over_splices(&build);
    g_ptr_array_sort(edits->operations, operation_order);
    g_hash_table_unref(build.removed);
    g_hash_table_unref(build.losses);
    g_ptr_array_unref(build.losing);
    g_hash_table_unref(build.additions);
    g_ptr_array_unref(build.growing);
    g_hash_table_unref(build.text_edits);
    g_hash_table_unref(build.wraps);
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
