/*
 * The proof walks both trees in step and knows nothing of how edits become bytes.
 *
 * Operations are found by the node they are about. The ancestors of those nodes are marked, so that
 * whatever stands under no mark is compared without asking.
 */
#include "engine/verify.h"

#include "engine/long_form.h"
#include "model/template.h"
#include "syntax/scalar.h"
#include "text/memory.h"

typedef struct {
    const CfnTree *before;
    const CfnTree *after;
    GHashTable *operations; /* node before -> GPtrArray of CfnOperation, or NULL: something below it
                               has some. An addition is found by the child it follows, the first one
                               by its container. */
    guint met;              /* operations seen so far */
    GPtrArray *done;
    GPtrArray *owners;
    GError **error;
} Walk;

static bool fail(const Walk *walk, const CfnNode *before, const char *what)
{
    cfn_source_error(walk->before->source, before->span.start, walk->error, CFN_ERROR_INTERNAL,
                     "the proof failed: %s", what);
    return false;
}

/* ---- Bytes ---- */

static bool same_bytes(const CfnSource *before, uint32_t from, const CfnSource *after, uint64_t at,
                       uint32_t length)
{
    return at + length <= after->length &&
           memcmp(before->text + from, after->text + at, length) == 0;
}

static bool check_splice(const CfnSplice *splice, uint32_t from, const CfnSource *before,
                         const CfnSource *after, uint64_t *at)
{
    if (splice->span.start < from || splice->span.end < splice->span.start ||
        splice->span.end > before->length ||
        !same_bytes(before, from, after, *at, splice->span.start - from)) {
        return false;
    }
    *at += splice->span.start - from;
    if (*at + splice->length > after->length ||
        memcmp(splice->text, after->text + *at, splice->length) != 0) {
        return false;
    }
    *at += splice->length;
    return true;
}

/* Every byte outside the splices is unchanged and in its place, every splice is there. */
static bool check_bytes(const CfnEdits *edits, const Walk *walk)
{
    const CfnSource *before = walk->before->source;
    const CfnSource *after = walk->after->source;
    const GArray *splices = cfn_edits_splices(edits);
    uint32_t from = 0;
    uint64_t at = 0;
    for (guint i = 0; i < splices->len; i++) {
        const CfnSplice *splice = &g_array_index(splices, CfnSplice, i);
        if (!check_splice(splice, from, before, after, &at)) {
            return cfn_source_error(walk->before->source, MIN(splice->span.start, before->length),
                                    walk->error, CFN_ERROR_INTERNAL,
                                    "the proof failed: bytes outside the edits have changed");
        }
        from = splice->span.end;
    }
    if (at + (before->length - from) != after->length ||
        !same_bytes(before, from, after, at, before->length - from)) {
        return cfn_source_error(walk->before->source, from, walk->error, CFN_ERROR_INTERNAL,
                                "the proof failed: bytes behind the edits have changed");
    }
    return true;
}

/* ---- Operations by node ---- */

static const CfnNode *place_of(const CfnOperation *operation)
{
    bool follows = operation->kind == CFN_OP_ADD && operation->after != NULL;
    return follows ? operation->after : operation->target;
}

static void index_operation(Walk *walk, CfnOperation *operation)
{
    const CfnNode *place = place_of(operation);
    GPtrArray *here = g_hash_table_lookup(walk->operations, place);
    if (here == NULL) {
        here = g_ptr_array_new();
        g_hash_table_insert(walk->operations, (gpointer)place, here);
    }
    g_ptr_array_add(here, operation);
    for (const CfnNode *above = place->parent;
         above != NULL && !g_hash_table_contains(walk->operations, above); above = above->parent) {
        g_hash_table_insert(walk->operations, (gpointer)above, NULL);
    }
}

/* NODE, and those above it, which mostly stand right before it. */
static void fetch_around(const Walk *walk, const CfnNode *node)
{
    const CfnNode *nodes = walk->before->nodes;
    const CfnNode *first = nodes + MAX(node - nodes, 8) - 8;
    cfn_memory_fetch(first, 9 * sizeof(CfnNode));
}

static void index_operations(Walk *walk, const GPtrArray *operations)
{
    const guint ahead = 4;
    for (guint i = 0; i < operations->len; i++) {
        if (i + ahead < operations->len) {
            fetch_around(walk, place_of(operations->pdata[i + ahead]));
        }
        index_operation(walk, operations->pdata[i]);
    }
}

static bool is_marked(const Walk *walk, const CfnNode *node)
{
    return g_hash_table_contains(walk->operations, node);
}

/* The first operation of KIND on NODE, or NULL: there is at most one, but for additions and
   wraps. */
static const CfnOperation *operation_at(const Walk *walk, const CfnNode *node, CfnOpKind kind)
{
    const GPtrArray *here = g_hash_table_lookup(walk->operations, node);
    for (guint i = 0; here != NULL && i < here->len; i++) {
        const CfnOperation *operation = here->pdata[i];
        if (operation->kind == kind && operation->target == node) {
            return operation;
        }
    }
    return NULL;
}

/* How a place and what stands there are told. */
typedef char *(*Wording)(const CfnNode *node);

/* Notes what was done at PLACE, and VALUE, which stands there now, or NULL. */
static void note(const Walk *walk, const CfnOperation *operation, const char *op, Wording path,
                 const CfnNode *place, Wording form, const CfnNode *value)
{
    if (walk->done == NULL) {
        return;
    }
    CfnDone *done = g_new0(CfnDone, 1);
    done->op = op;
    done->path = path(place);
    done->value = value != NULL ? form(value) : NULL;
    g_ptr_array_add(walk->done, done);
    g_ptr_array_add(walk->owners, g_ptr_array_ref(operation->owners));
}

static void note_value(const Walk *walk, const CfnOperation *operation, const char *op,
                       const CfnNode *place, const CfnNode *value)
{
    note(walk, operation, op, cfn_pointer, place, cfn_long_form, value);
}

/* ---- What has not changed ---- */

static bool same_range(const Walk *walk, CfnSpan before, CfnSpan after)
{
    uint32_t length = cfn_span_length(before);
    return length == cfn_span_length(after) &&
           memcmp(walk->before->source->text + before.start,
                  walk->after->source->text + after.start, length) == 0;
}

static bool same_properties(const Walk *walk, const CfnNode *before, const CfnNode *after)
{
    if (!same_range(walk, cfn_node_tag(before), cfn_node_tag(after))) {
        return fail(walk, before, "a tag has changed");
    }
    return same_range(walk, cfn_node_anchor(before), cfn_node_anchor(after)) ||
           fail(walk, before, "an anchor has changed");
}

static bool same_self(const Walk *walk, const CfnNode *before, const CfnNode *after)
{
    if (before->kind != after->kind) {
        return fail(walk, before, "the kind of a value has changed");
    }
    if (before->style != after->style) {
        return fail(walk, before, "the style of a value has changed");
    }
    if (before->length != after->length ||
        (before->length > 0 && memcmp(before->text, after->text, before->length) != 0)) {
        return fail(walk, before, "a text has changed");
    }
    return same_properties(walk, before, after);
}

static bool same_tree(const Walk *walk, const CfnNode *before, const CfnNode *after)
{
    if (!same_self(walk, before, after)) {
        return false;
    }
    const CfnNode *other = after->first;
    for (const CfnNode *child = before->first; child != NULL; child = child->next) {
        if (other == NULL) {
            return fail(walk, child, "a value is missing");
        }
        if (!same_tree(walk, child, other)) {
            return false;
        }
        other = other->next;
    }
    return other == NULL || fail(walk, before, "there is a value more");
}

/* ---- What has ---- */

static const CfnNode *next_child(const CfnNode *child)
{
    return child->is_key ? cfn_node_next_key(child) : child->next;
}

static bool check_value(Walk *walk, const CfnNode *place, const CfnNode *expected,
                        const CfnNode *after)
{
    return cfn_long_form_same(expected, after) ||
           fail(walk, place, "a value that was written is not what was meant");
}

static bool check_added(Walk *walk, const CfnOperation *operation, const CfnNode *added)
{
    const CfnNode *place = place_of(operation);
    if (added == NULL) {
        return fail(walk, place, "what was added is missing");
    }
    if (added->is_key != (operation->key != NULL) ||
        (added->is_key && (!cfn_node_equals(added, operation->key) || cfn_node_has_tag(added) ||
                           cfn_node_has_anchor(added)))) {
        return fail(walk, place, "something else stands where a value was added");
    }
    const CfnNode *value = added->is_key ? cfn_node_value(added) : added;
    if (!check_value(walk, place, operation->value, value)) {
        return false;
    }
    note_value(walk, operation, "add", value, value);
    return true;
}

/* Takes what was added behind AFTER (or first in CONTAINER) from NEXT on. */
static bool take_added(Walk *walk, const CfnNode *container, const CfnNode *after,
                       const CfnNode **next)
{
    const GPtrArray *here =
        g_hash_table_lookup(walk->operations, after != NULL ? after : container);
    for (guint i = 0; here != NULL && i < here->len; i++) {
        const CfnOperation *operation = here->pdata[i];
        if (operation->kind != CFN_OP_ADD || operation->target != container ||
            operation->after != after) {
            continue;
        }
        if (!check_added(walk, operation, *next)) {
            return false;
        }
        walk->met++;
        *next = next_child(*next);
    }
    return true;
}

static bool walk_value(Walk *walk, const CfnNode *before, const CfnNode *after);
static bool is_proper_style(const CfnNode *before, const CfnNode *after);

/* A renamed pair is told as one that went and one that came, with all that was done inside it. */
static bool walk_renamed(Walk *walk, const CfnOperation *operation, const CfnNode *key,
                         const CfnNode *other)
{
    walk->met++;
    if (!cfn_node_equals(other, operation->text) || !is_proper_style(key, other)) {
        return fail(walk, key, "a key is not what was meant");
    }
    note_value(walk, operation, "remove", key, NULL);
    GPtrArray *done = walk->done;
    walk->done = NULL;
    bool same = same_properties(walk, key, other) &&
                walk_value(walk, cfn_node_value(key), cfn_node_value(other));
    walk->done = done;
    note_value(walk, operation, "add", other, cfn_node_value(other));
    return same;
}

static bool walk_child(Walk *walk, const CfnNode *child, const CfnNode *other)
{
    if (other == NULL) {
        return fail(walk, child, "a value is missing");
    }
    if (!child->is_key) {
        return walk_value(walk, child, other);
    }
    const CfnOperation *rename = operation_at(walk, child, CFN_OP_RENAME);
    if (rename != NULL) {
        return walk_renamed(walk, rename, child, other);
    }
    return same_tree(walk, child, other) &&
           walk_value(walk, cfn_node_value(child), cfn_node_value(other));
}

/* Walks the children; STAYED gets whether any of them is left. */
static bool walk_children(Walk *walk, const CfnNode *before, const CfnNode *after, bool *stayed)
{
    const CfnNode *next = after->first;
    if (!take_added(walk, before, NULL, &next)) {
        return false;
    }
    for (const CfnNode *child = before->first; child != NULL; child = next_child(child)) {
        const CfnOperation *removal = operation_at(walk, child, CFN_OP_REMOVE);
        if (removal != NULL) {
            walk->met++;
            note_value(walk, removal, "remove", child, NULL);
        } else if (walk_child(walk, child, next)) {
            *stayed = true;
            next = next_child(next);
        } else {
            return false;
        }
        if (!take_added(walk, before, child, &next)) {
            return false;
        }
    }
    return next == NULL || fail(walk, before, "there is a value more");
}

/* A collection some of whose children, or something below them, changed. */
static bool walk_collection(Walk *walk, const CfnNode *before, const CfnNode *after)
{
    if (before->kind != after->kind) {
        return fail(walk, before, "the kind of a value has changed");
    }
    bool stayed = false;
    if (!same_properties(walk, before, after) || !walk_children(walk, before, after, &stayed)) {
        return false;
    }
    /* One that is new or emptied throughout may look otherwise: `{}`. */
    return !stayed || before->style == after->style ||
           fail(walk, before, "the style of a value has changed");
}

static bool check_replaced(Walk *walk, const CfnOperation *operation, const CfnNode *after)
{
    walk->met++;
    if (!check_value(walk, operation->target, operation->value, after)) {
        return false;
    }
    note_value(walk, operation, "replace", operation->target, after);
    return true;
}

/* A string stays in its quotes, a block scalar may end up on one line; a plain one gets some where
   it would be no string without, and double ones where it has a control character. */
static bool is_proper_style(const CfnNode *before, const CfnNode *after)
{
    if (before->style == after->style) {
        return true;
    }
    if (before->style == CFN_LITERAL || before->style == CFN_FOLDED) {
        return after->style < CFN_LITERAL;
    }
    if (before->style == CFN_PLAIN) {
        return after->style == CFN_SINGLE_QUOTED || after->style == CFN_DOUBLE_QUOTED;
    }
    bool has_controls = false;
    for (uint32_t i = 0; i < after->length; i++) {
        has_controls = has_controls || g_ascii_iscntrl(after->text[i]);
    }
    return has_controls && after->style == CFN_DOUBLE_QUOTED;
}

static bool check_text(Walk *walk, const CfnOperation *operation, const CfnNode *after)
{
    const CfnNode *before = operation->target;
    walk->met++;
    if (!cfn_node_equals(after, operation->text) || cfn_scalar_meaning(after) != CFN_MEANS_STRING ||
        !is_proper_style(before, after)) {
        return fail(walk, before, "a text is not what was meant");
    }
    note(walk, operation, "replace", cfn_pointer_inside, before, cfn_long_form_text, after);
    return same_properties(walk, before, after);
}

static bool walk_inside(Walk *walk, const CfnNode *before, const CfnNode *after);

/* What was added to a value that became a list: the items from NEXT on, and no others. */
static bool walk_wrapping(Walk *walk, const CfnNode *before, const CfnNode *next)
{
    const GPtrArray *here = g_hash_table_lookup(walk->operations, before);
    for (guint i = 0; i < here->len; i++) {
        const CfnOperation *operation = here->pdata[i];
        if (operation->kind != CFN_OP_WRAP) {
            continue;
        }
        if (next == NULL) {
            return fail(walk, before, "what was added is missing");
        }
        if (!check_value(walk, before, operation->value, next)) {
            return false;
        }
        walk->met++;
        note_value(walk, operation, "add", next, next);
        next = next->next;
    }
    return next == NULL || fail(walk, before, "there is a value more");
}

/* The value is now the first item of a list, and what was added follows it. */
static bool walk_wrapped(Walk *walk, const CfnOperation *operation, const CfnNode *after)
{
    const CfnNode *before = operation->target;
    if (!cfn_node_is_sequence(after) || cfn_node_has_tag(after) || cfn_node_has_anchor(after) ||
        after->first == NULL) {
        return fail(walk, before, "a value did not become a list");
    }
    note_value(walk, operation, "wrap", before, NULL);
    return walk_inside(walk, before, after->first) &&
           walk_wrapping(walk, before, after->first->next);
}

/* BEFORE and AFTER, whatever became of the place they stand at. */
static bool walk_inside(Walk *walk, const CfnNode *before, const CfnNode *after)
{
    const CfnOperation *text = operation_at(walk, before, CFN_OP_TEXT);
    if (text != NULL) {
        return check_text(walk, text, after);
    }
    bool is_collection = before->kind == CFN_MAPPING || before->kind == CFN_SEQUENCE;
    return is_collection ? walk_collection(walk, before, after) : same_tree(walk, before, after);
}

static bool walk_value(Walk *walk, const CfnNode *before, const CfnNode *after)
{
    if (!is_marked(walk, before)) {
        return same_tree(walk, before, after);
    }
    const CfnOperation *replacement = operation_at(walk, before, CFN_OP_REPLACE);
    if (replacement != NULL) {
        return check_replaced(walk, replacement, after);
    }
    const CfnOperation *wrap = operation_at(walk, before, CFN_OP_WRAP);
    return wrap != NULL ? walk_wrapped(walk, wrap, after) : walk_inside(walk, before, after);
}

/* ---- */

static void free_operations(gpointer operations)
{
    if (operations != NULL) {
        g_ptr_array_unref(operations);
    }
}

void cfn_done_free(CfnDone *done)
{
    if (done == NULL) {
        return;
    }
    g_free(done->path);
    g_free(done->value);
    g_clear_pointer(&done->findings, g_array_unref);
    g_free(done);
}

bool cfn_verify(const CfnTree *before, const CfnEdits *edits, const CfnTree *after, GPtrArray *done,
                GPtrArray *owners, GError **error)
{
    const GPtrArray *operations = cfn_edits_operations(edits);
    g_autoptr(GHashTable) by_node = g_hash_table_new_full(NULL, NULL, NULL, free_operations);
    Walk walk = { before, after, by_node, 0, done, owners, error };
    index_operations(&walk, operations);
    if (!check_bytes(edits, &walk) || !walk_value(&walk, before->root, after->root)) {
        return false;
    }
    return walk.met == operations->len || fail(&walk, before->root, "an edit was not made");
}
