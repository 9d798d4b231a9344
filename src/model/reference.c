/*
 * Who names whom: one walk over the whole tree finds every place, in the order of the source.
 */
#include "model/reference.h"

#include "model/private.h"
#include "text/hash.h"

struct CfnReferenceIndex {
    GPtrArray *all;      /* CfnReference, owned, ordered by their node's place */
    GHashTable *by_name; /* name to GPtrArray of CfnReference */
    GPtrArray *for_each; /* keys of the outermost Fn::ForEach */
    GPtrArray *none;
    GStringChunk *names;
};

/* Where the walk is. */
typedef struct {
    CfnReferenceIndex *index;
    const CfnTemplate *template;
    const char *section;
    const CfnNode *entry;
    const CfnResource *resource;
    bool in_for_each;
} Walk;

static void visit(Walk *walk, const CfnNode *node);

static void add_by_name(CfnReferenceIndex *index, CfnReference *reference)
{
    GPtrArray *list = g_hash_table_lookup(index->by_name, reference->name);
    if (list == NULL) {
        list = g_ptr_array_new();
        g_hash_table_insert(index->by_name, reference->name, list);
    }
    g_ptr_array_add(list, reference);
}

/* Notes that bytes START to END of NODE's text, a part of VALUE, name something. */
static CfnReference *note(Walk *walk, CfnReferenceKind kind, const CfnNode *value,
                          const CfnNode *node, uint32_t start, uint32_t end)
{
    CfnReference *reference = g_new0(CfnReference, 1);
    reference->kind = kind;
    reference->name =
        g_string_chunk_insert_len(walk->index->names, node->text + start, end - start);
    reference->node = node;
    reference->value = value;
    reference->start = start;
    reference->end = end;
    reference->resource = walk->resource;
    reference->section = walk->section;
    reference->entry = walk->entry;
    g_ptr_array_add(walk->index->all, reference);
    add_by_name(walk->index, reference);
    return reference;
}

static void note_scalar(Walk *walk, CfnReferenceKind kind, const CfnNode *value,
                        const CfnNode *scalar)
{
    note(walk, kind, value, scalar, 0, scalar->length);
}

static void note_ref(Walk *walk, const CfnNode *node, CfnIntrinsic call)
{
    const CfnNode *name = cfn_text_argument(node, call);
    if (name != NULL) {
        note_scalar(walk, CFN_REFERS_REF, node, name);
    }
}

static void note_attribute(Walk *walk, CfnReference *reference, const CfnNode *node, uint32_t start,
                           uint32_t end)
{
    if (end > start) {
        reference->attribute =
            g_string_chunk_insert_len(walk->index->names, node->text + start, end - start);
    }
}

/* `A.Arn` in one text. */
static void note_getatt_text(Walk *walk, const CfnNode *node, const CfnNode *text)
{
    const char *dot = memchr(text->text, '.', text->length);
    uint32_t end = dot != NULL ? (uint32_t)(dot - text->text) : text->length;
    CfnReference *reference = note(walk, CFN_REFERS_GETATT, node, text, 0, end);
    note_attribute(walk, reference, text, end + 1, text->length);
}

static void note_getatt(Walk *walk, const CfnNode *node, CfnIntrinsic call)
{
    const CfnNode *text = cfn_text_argument(node, call);
    if (text != NULL) {
        note_getatt_text(walk, node, text);
        return;
    }
    if (!cfn_node_is_sequence(call.argument) || !cfn_is_literal(call.argument->first)) {
        return;
    }
    const CfnNode *id = call.argument->first;
    CfnReference *reference = note(walk, CFN_REFERS_GETATT, node, id, 0, id->length);
    if (cfn_is_literal(id->next)) {
        note_attribute(walk, reference, id->next, 0, id->next->length);
    }
}

static GHashTable *names_of_map(const CfnNode *map)
{
    GHashTable *names = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    cfn_node_each_key(key, map) {
        if (cfn_node_is_scalar(key)) {
            g_hash_table_add(names, cfn_node_dup_text(key));
        }
    }
    return names;
}

static void note_part(Walk *walk, const CfnNode *node, const CfnNode *text, const CfnSubPart *part,
                      GHashTable *own)
{
    g_autofree char *whole =
        g_strndup(text->text + part->name_start, part->attribute_end - part->name_start);
    if (part->literal || part->name_end == part->name_start || g_hash_table_contains(own, whole)) {
        return;
    }
    CfnReference *reference =
        note(walk, CFN_REFERS_SUB, node, text, part->name_start, part->name_end);
    note_attribute(walk, reference, text, part->attribute_start, part->attribute_end);
}

static void note_sub(Walk *walk, const CfnNode *node, CfnIntrinsic call)
{
    const CfnNode *text = NULL;
    const CfnNode *map = NULL;
    if (!cfn_sub_arguments(node, call, &text, &map)) {
        return;
    }
    g_autoptr(GHashTable) own = names_of_map(map);
    g_autoptr(GArray) parts = cfn_sub_parts(text);
    for (guint i = 0; i < parts->len; i++) {
        note_part(walk, node, text, &g_array_index(parts, CfnSubPart, i), own);
    }
}

static void note_condition(Walk *walk, const CfnNode *name)
{
    note_scalar(walk, CFN_REFERS_CONDITION, name, name);
}

static void note_call(Walk *walk, const CfnNode *node, CfnIntrinsic call)
{
    if (call.function == CFN_FN_REF) {
        note_ref(walk, node, call);
    } else if (call.function == CFN_FN_GETATT) {
        note_getatt(walk, node, call);
    } else if (call.function == CFN_FN_SUB) {
        note_sub(walk, node, call);
    } else if (call.function == CFN_FN_CONDITION && cfn_node_is_scalar(call.argument)) {
        note_condition(walk, call.argument);
    } else if (call.function == CFN_FN_IF && cfn_node_is_sequence(call.argument) &&
               cfn_is_literal(call.argument->first)) {
        note_condition(walk, call.argument->first);
    }
}

/* `!Base64 {Fn::Sub: x}` calls twice. */
static void note_calls(Walk *walk, const CfnNode *node)
{
    CfnIntrinsic call = cfn_intrinsic(node);
    note_call(walk, node, call);
    if (call.argument == node) {
        note_call(walk, node, cfn_intrinsic_inside(node));
    }
}

/* Notes the outermost Fn::ForEach and says whether KEY was one; then the walk is in it. */
static bool enter_for_each(Walk *walk, const CfnNode *key)
{
    if (walk->in_for_each || !cfn_is_for_each_key(key)) {
        return false;
    }
    g_ptr_array_add(walk->index->for_each, (gpointer)key);
    walk->in_for_each = true;
    return true;
}

static void visit_pair(Walk *walk, const CfnNode *key)
{
    bool entered = enter_for_each(walk, key);
    visit(walk, cfn_node_value(key));
    walk->in_for_each = walk->in_for_each && !entered;
}

static void visit(Walk *walk, const CfnNode *node)
{
    note_calls(walk, node);
    cfn_node_each_key(key, node) {
        visit_pair(walk, key);
    }
    cfn_node_each_item(item, node) {
        visit(walk, item);
    }
}

static void visit_dependency(Walk *walk, const CfnNode *value)
{
    if (cfn_is_literal(value)) {
        note_scalar(walk, CFN_REFERS_DEPENDS_ON, value, value);
    } else {
        visit(walk, value);
    }
}

static void visit_depends_on(Walk *walk, const CfnNode *value)
{
    if (!cfn_node_is_sequence(value)) {
        visit_dependency(walk, value);
    }
    cfn_node_each_item(item, value) {
        visit_dependency(walk, item);
    }
}

/* A resource or an output: its own keys DependsOn and Condition name others. */
static void visit_entry(Walk *walk, const CfnNode *node)
{
    cfn_node_each_key(key, node) {
        const CfnNode *value = cfn_node_value(key);
        if (cfn_node_equals(key, "DependsOn")) {
            visit_depends_on(walk, value);
        } else if (cfn_node_equals(key, "Condition") && cfn_is_literal(value)) {
            note_condition(walk, value);
        } else {
            visit_pair(walk, key);
        }
    }
}

/* The entries of Resources or Outputs, or those that a Fn::ForEach among them makes. */
static void visit_entries(Walk *walk, const CfnNode *entries)
{
    cfn_node_each_key(key, entries) {
        const CfnNode *value = cfn_node_value(key);
        bool is_outer = entries->parent->parent == NULL;
        if (is_outer) {
            walk->entry = key;
            walk->resource = cfn_template_owner(walk->template, key);
        }
        bool entered = enter_for_each(walk, key);
        if (cfn_is_for_each_key(key) && cfn_node_is_sequence(value) && cfn_node_count(value) == 3) {
            visit(walk, cfn_node_item(value, 1));
            visit_entries(walk, cfn_node_last(value));
        } else {
            visit_entry(walk, value);
        }
        walk->in_for_each = walk->in_for_each && !entered;
    }
}

static void visit_other_entries(Walk *walk, const CfnNode *section)
{
    cfn_node_each_key(key, section) {
        walk->entry = key;
        visit_pair(walk, key);
    }
}

static void visit_section(Walk *walk, const CfnNode *key)
{
    const CfnNode *value = cfn_node_value(key);
    walk->section = g_string_chunk_insert_len(walk->index->names, key->text, key->length);
    if (cfn_node_equals(key, "Resources") || cfn_node_equals(key, "Outputs")) {
        visit_entries(walk, value);
    } else {
        visit_other_entries(walk, value);
    }
    walk->entry = NULL;
    walk->resource = NULL;
}

CfnReferenceIndex *cfn_reference_index_new(const CfnTemplate *template)
{
    CfnReferenceIndex *index = g_new0(CfnReferenceIndex, 1);
    index->all = g_ptr_array_new_with_free_func(g_free);
    index->by_name = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL,
                                           (GDestroyNotify)g_ptr_array_unref);
    index->for_each = g_ptr_array_new();
    index->none = g_ptr_array_new();
    index->names = g_string_chunk_new(4096);
    Walk walk = { .index = index, .template = template };
    cfn_node_each_key(key, cfn_template_tree(template)->root) {
        if (cfn_node_is_scalar(key)) {
            visit_section(&walk, key);
        }
    }
    return index;
}

void cfn_reference_index_free(CfnReferenceIndex *index)
{
    g_hash_table_unref(index->by_name);
    g_ptr_array_unref(index->all);
    g_ptr_array_unref(index->for_each);
    g_ptr_array_unref(index->none);
    g_string_chunk_free(index->names);
    g_free(index);
}

const GPtrArray *cfn_references_to(const CfnTemplate *template, const char *name)
{
    const CfnReferenceIndex *index = cfn_template_references(template);
    const GPtrArray *list = g_hash_table_lookup(index->by_name, name);
    return list != NULL ? list : index->none;
}

/* The first of all references that stands at OFFSET or behind it. */
static guint first_behind(const GPtrArray *all, uint32_t offset)
{
    guint low = 0;
    guint high = all->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const CfnReference *reference = g_ptr_array_index(all, middle);
        if (reference->node->span.start < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

GPtrArray *cfn_references_under(const CfnTemplate *template, const CfnNode *node)
{
    const GPtrArray *all = cfn_template_references(template)->all;
    GPtrArray *under = g_ptr_array_new();
    guint end = first_behind(all, node->span.end);
    for (guint i = first_behind(all, node->span.start); i < end; i++) {
        g_ptr_array_add(under, g_ptr_array_index(all, i));
    }
    return under;
}

/* Appends to QUEUE what RESOURCE itself is deployed after and SEEN does not have yet. */
static void queue_needed(GPtrArray *queue, bool *seen, const CfnResource *resource)
{
    g_autoptr(GPtrArray) under = cfn_references_under(resource->template, resource->node);
    for (guint i = 0; i < under->len; i++) {
        const CfnReference *reference = g_ptr_array_index(under, i);
        const CfnResource *needed = cfn_template_resource(resource->template, reference->name);
        if (reference->kind == CFN_REFERS_CONDITION || needed == NULL || seen[needed->index]) {
            continue;
        }
        seen[needed->index] = true;
        g_ptr_array_add(queue, (gpointer)needed);
    }
}

bool cfn_depends_on(const CfnTemplate *template, const CfnResource *from, const CfnResource *to)
{
    g_autofree bool *seen = g_new0(bool, cfn_template_resource_count(template));
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    queue_needed(queue, seen, from);
    for (guint i = 0; i < queue->len && !seen[to->index]; i++) {
        queue_needed(queue, seen, g_ptr_array_index(queue, i));
    }
    return seen[to->index];
}

bool *cfn_dependencies(const CfnTemplate *template, const CfnResource *from)
{
    bool *seen = g_new0(bool, cfn_template_resource_count(template));
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    queue_needed(queue, seen, from);
    for (guint i = 0; i < queue->len; i++) {
        queue_needed(queue, seen, g_ptr_array_index(queue, i));
    }
    return seen;
}

/* ---- Names made by Fn::ForEach ---- */

/* Whether the letters around the placeholder at START to END can be completed to NAME. */
static bool completes(const CfnNode *text, uint32_t start, uint32_t end, const char *name)
{
    uint32_t left = start;
    while (left > 0 && g_ascii_isalnum(text->text[left - 1])) {
        left--;
    }
    uint32_t right = end;
    while (right < text->length && g_ascii_isalnum(text->text[right])) {
        right++;
    }
    size_t before = start - left;
    size_t after = right - end;
    size_t length = strlen(name);
    return before + after > 0 && before + after <= length &&
           memcmp(name, text->text + left, before) == 0 &&
           memcmp(name + length - after, text->text + end, after) == 0;
}

/* A loop's variable is written `${X}`, or `&{X}` for its letters and digits alone. */
static bool can_name(const CfnNode *scalar, const char *name)
{
    if (cfn_node_contains(scalar, name)) {
        return true;
    }
    const char *text = scalar->text;
    uint32_t open = CFN_NOWHERE;
    for (uint32_t i = 1; i < scalar->length; i++) {
        if (text[i] == '{' && (text[i - 1] == '$' || text[i - 1] == '&')) {
            open = i - 1;
        } else if (text[i] == '}' && open != CFN_NOWHERE) {
            if (completes(scalar, open, i + 1, name)) {
                return true;
            }
            open = CFN_NOWHERE;
        }
    }
    return false;
}

static bool any_can_name(const CfnNode *node, const char *name)
{
    if (cfn_node_is_scalar(node)) {
        return can_name(node, name);
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (any_can_name(child, name)) {
            return true;
        }
    }
    return false;
}

bool cfn_named_in_for_each(const CfnTemplate *template, const char *name)
{
    const GPtrArray *loops = cfn_template_references(template)->for_each;
    for (guint i = 0; i < loops->len; i++) {
        const CfnNode *key = g_ptr_array_index(loops, i);
        if (any_can_name(key, name) || any_can_name(cfn_node_value(key), name)) {
            return true;
        }
    }
    return false;
}
