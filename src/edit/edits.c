/*
 * Changes, and which of them may be applied together.
 *
 * A want claims the node it changes. Two changes that claim the same node, or one of them a node
 * under the other's, cannot both be applied in one round; additions claim nothing but that their
 * container stays.
 */
#define _GNU_SOURCE 1 /* memmem */
#include "edit/edits.h"

#include <string.h>

#include "edit/internal.h"
#include "syntax/scalar.h"
#include "text/hash.h"

static void free_want(gpointer data)
{
    CfnWant *want = data;
    g_free(want->section);
    g_free(want->pair);
    g_free(want->key);
    g_free(want->yaml);
    g_free(want->text);
    g_free(want->function);
    g_free(want);
}

static void free_change(gpointer data)
{
    CfnChange *change = data;
    g_ptr_array_unref(change->wants);
    g_ptr_array_unref(change->requires);
    g_free(change->refusal);
    g_free(change);
}

static void free_operation(gpointer data)
{
    CfnOperation *operation = data;
    g_free((char *)operation->key);
    g_free((char *)operation->text);
    g_ptr_array_unref(operation->owners);
    g_free(operation);
}

static void free_snippet(gpointer data)
{
    CfnSnippet *snippet = data;
    cfn_tree_free(snippet->tree);
    cfn_source_free(snippet->source);
    g_free(snippet);
}

static void clear_splice(gpointer data)
{
    CfnSplice *splice = data;
    g_free(splice->text);
    g_clear_pointer(&splice->owners, g_ptr_array_unref);
}

static gint by_start(gconstpointer a, gconstpointer b)
{
    const CfnSpan *one = a, *other = b;
    return (one->start > other->start) - (one->start < other->start);
}

/* Where anchors stand, in the order of the source. */
static GArray *find_anchors(const CfnTree *tree)
{
    GArray *anchors = g_array_new(FALSE, FALSE, sizeof(CfnSpan));
    for (size_t i = 0; tree->has_anchors && i < tree->node_count; i++) {
        const CfnSpan anchor = cfn_node_anchor(&tree->nodes[i]);
        if (cfn_span_length(anchor) > 0) {
            g_array_append_val(anchors, anchor);
        }
    }
    g_array_sort(anchors, by_start);
    return anchors;
}

CfnEdits *cfn_edits_new(const CfnTree *tree)
{
    CfnEdits *edits = g_new0(CfnEdits, 1);
    edits->tree = tree;
    edits->anchors = find_anchors(tree);
    edits->changes = g_ptr_array_new_with_free_func(free_change);
    edits->operations = g_ptr_array_new_with_free_func(free_operation);
    edits->splices = g_array_new(FALSE, FALSE, sizeof(CfnSplice));
    g_array_set_clear_func(edits->splices, clear_splice);
    edits->starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    edits->snippets = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, free_snippet);
    return edits;
}

void cfn_edits_free(CfnEdits *edits)
{
    if (edits == NULL) {
        return;
    }
    g_ptr_array_unref(edits->operations);
    g_array_unref(edits->anchors);
    g_clear_pointer(&edits->texts, g_array_unref);
    g_clear_pointer(&edits->comments, g_array_unref);
    g_array_unref(edits->splices);
    g_array_unref(edits->starts);
    g_ptr_array_unref(edits->changes);
    g_hash_table_unref(edits->snippets);
    g_free(edits);
}

/* Parsed, and kept; NULL if it is no YAML. */
static const CfnTree *take_snippet(CfnEdits *edits, const char *yaml)
{
    CfnSnippet *snippet = g_hash_table_lookup(edits->snippets, yaml);
    if (snippet == NULL) {
        snippet = g_new0(CfnSnippet, 1);
        g_hash_table_insert(edits->snippets, g_strdup(yaml), snippet);
        g_autoptr(GBytes) bytes = g_bytes_new(yaml, strlen(yaml));
        snippet->source = cfn_source_new("snippet", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
        snippet->tree = snippet->source != NULL
                            ? cfn_tree_parse_with(snippet->source, CFN_SCANNER_LIBYAML, NULL)
                            : NULL;
    }
    return snippet->tree;
}

void cfn_edits_track_owners(CfnEdits *edits)
{
    edits->tracks_owners = true;
}

const CfnTree *cfn_edits_snippet(CfnEdits *edits, const char *yaml)
{
    const CfnTree *tree = take_snippet(edits, yaml);
    g_assert(tree != NULL); /* looked at when it was wanted */
    return tree;
}

char *cfn_snippet_string(const char *text)
{
    GString *out = g_string_new("\"");
    cfn_scalar_escape_double(out, text, strlen(text));
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* ---- Changes ---- */

CfnChange *cfn_change_new(CfnEdits *edits, gpointer owner)
{
    if (edits->changes->len == 0) { /* a text that needs nothing is not searched */
        edits->has_odd_breaks = cfn_source_has_odd_breaks(edits->tree->source);
    }
    CfnChange *change = g_new0(CfnChange, 1);
    change->edits = edits;
    change->owner = owner;
    change->wants = g_ptr_array_new_with_free_func(free_want);
    change->requires = g_ptr_array_new();
    g_ptr_array_add(edits->changes, change);
    return change;
}

void cfn_change_require(CfnChange *change, CfnChange *shared)
{
    shared->shared = true;
    if (!g_ptr_array_find(change->requires, shared, NULL)) {
        g_ptr_array_add(change->requires, shared);
    }
}

void cfn_change_drop(CfnChange *change)
{
    change->dropped = true;
}

const char *cfn_change_refusal(const CfnChange *change)
{
    if (change->edits->has_odd_breaks) {
        return "some lines of the file end neither with LF nor with CR LF";
    }
    for (guint i = 0; i < change->requires->len; i++) {
        const CfnChange *shared = change->requires->pdata[i];
        if (shared->refusal != NULL) {
            return shared->refusal;
        }
    }
    return change->refusal;
}

bool cfn_change_is_empty(const CfnChange *change)
{
    return change->wants->len + change->requires->len == 0;
}

bool cfn_change_applied(const CfnChange *change)
{
    return change->applied;
}

bool cfn_change_waits(const CfnChange *change)
{
    return change->waits;
}

/* ---- Nodes that are never edited ---- */

static char *refusal_of_key(const CfnNode *key)
{
    if (key->duplicate) {
        return g_strdup_printf("the key '%.*s' stands twice in its mapping", (int)key->length,
                               key->text);
    }
    if (cfn_node_equals(key, "Fn::Transform")) {
        return g_strdup("it stands in Fn::Transform, whose result cannot be seen");
    }
    if (cfn_node_has_prefix(key, "Fn::ForEach::")) {
        return g_strdup("it stands in the body of Fn::ForEach");
    }
    return NULL;
}

/* `[a, Key: value]`: a mapping of one pair without braces around it. */
static bool is_bare_pair(const CfnTree *tree, const CfnNode *node)
{
    return node != NULL && node->kind == CFN_MAPPING && node->style == CFN_FLOW &&
           tree->source->text[cfn_node_content(node)] != '{';
}

static char *refusal_of_node(const CfnTree *tree, const CfnNode *node)
{
    const char *text = tree->source->text;
    if (cfn_node_has_anchor(node)) {
        return g_strdup_printf("it stands under the anchor '%.*s'",
                               (int)cfn_span_length(cfn_node_anchor(node)),
                               text + cfn_node_anchor(node).start);
    }
    if (node->is_key && node->kind != CFN_SCALAR) {
        return g_strdup("it stands inside a key");
    }
    if (node->span.end < tree->source->length && text[node->span.end] == '#') {
        return g_strdup("a '#' stands right behind it, which is a comment for some readers only");
    }
    if (node->kind == CFN_ALIAS) {
        return g_strdup_printf("it is the alias '*%.*s'", (int)node->length, node->text);
    }
    if (cfn_node_has_tag(node) && cfn_span_length(cfn_node_tag(node)) == strlen("!Transform") &&
        strncmp(cfn_node_tag_text(node), "!Transform", strlen("!Transform")) == 0) {
        return g_strdup("it stands in Fn::Transform, whose result cannot be seen");
    }
    return NULL;
}

static char *find_refusal(const CfnTree *tree, const CfnNode *node, bool merges)
{
    for (const CfnNode *at = node; at != NULL; at = at->parent) {
        char *refusal = refusal_of_node(tree, at);
        const CfnNode *key = at->is_key ? at : cfn_node_key(at);
        if (refusal == NULL && key != NULL) {
            refusal = refusal_of_key(key);
        }
        if (refusal == NULL && merges && cfn_node_find_key(at, "<<") != NULL) {
            refusal = g_strdup("its mapping has a merge key '<<'");
        }
        if (refusal != NULL) {
            return refusal;
        }
    }
    return NULL;
}

char *cfn_edit_refusal(const CfnTree *tree, const CfnNode *node)
{
    return find_refusal(tree, node, tree->has_merge_keys);
}

/* An anchor in what goes: an alias elsewhere may name it. */
static char *refusal_inside(const CfnEdits *edits, const CfnNode *node)
{
    guint low = 0;
    guint high = edits->anchors->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(edits->anchors, CfnSpan, middle).start < node->span.start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == edits->anchors->len) {
        return NULL;
    }
    CfnSpan anchor = g_array_index(edits->anchors, CfnSpan, low);
    return anchor.start >= node->span.end
               ? NULL
               : g_strdup_printf("the anchor '%.*s' stands in it", (int)cfn_span_length(anchor),
                                 edits->tree->source->text + anchor.start);
}

/* ---- What can be done ---- */

const CfnNode *cfn_claimed_node(const CfnNode *item_or_key)
{
    return item_or_key->is_key ? cfn_node_value(item_or_key) : item_or_key;
}

/* Whether NODE stands in braces or brackets within a block, over lines that begin with tabs. There
   libyaml takes no unquoted text at the end of a line. */
static bool is_among_tabs(CfnEdits *edits, const CfnNode *node)
{
    const CfnTree *tree = edits->tree;
    const CfnNode *outermost = NULL;
    for (const CfnNode *at = node; tree->source->has_tabs && at != NULL; at = at->parent) {
        outermost = at->style == CFN_FLOW ? at : outermost;
    }
    if (outermost == NULL || outermost->parent == NULL) {
        return false;
    }
    if (edits->flow != outermost) {
        const CfnSpan span = outermost->span;
        edits->flow = outermost;
        edits->flow_has_tabs =
            memmem(tree->source->text + span.start, cfn_span_length(span), "\n\t", 2) != NULL;
    }
    return edits->flow_has_tabs;
}

/* The value of `? Key` or `{Key}`, where no colon says that there is one. */
static bool has_no_place(const CfnNode *node)
{
    return cfn_node_is_empty(node) && !node->is_key && node->parent != NULL &&
           node->parent->kind == CFN_MAPPING && cfn_node_mark(node) == CFN_NOWHERE;
}

static char *refusal_of_place(CfnEdits *edits, CfnWantKind kind, const CfnNode *target)
{
    const CfnNode *container = kind == CFN_WANT_REMOVE ? target->parent : target;
    bool structural = kind == CFN_WANT_REMOVE || kind == CFN_WANT_ADD;
    if (structural && is_bare_pair(edits->tree, container)) {
        return g_strdup("its mapping is a pair without braces");
    }
    if (is_among_tabs(edits, container)) {
        return g_strdup("it stands in braces whose lines begin with tabs");
    }
    if (has_no_place(target)) {
        return g_strdup("its key has no ':' behind it");
    }
    bool goes = kind == CFN_WANT_REMOVE || kind == CFN_WANT_REPLACE;
    return goes ? refusal_inside(edits, cfn_claimed_node(target)) : NULL;
}

static CfnWant *want(CfnChange *change, CfnWantKind kind, const CfnNode *target)
{
    CfnEdits *edits = change->edits;
    if (change->refusal == NULL) {
        change->refusal = find_refusal(edits->tree, target, edits->tree->has_merge_keys);
    }
    if (change->refusal == NULL) {
        change->refusal = refusal_of_place(edits, kind, target);
    }
    CfnWant *made = g_new0(CfnWant, 1);
    made->kind = kind;
    made->change = change;
    made->target = target;
    g_ptr_array_add(change->wants, made);
    return made;
}

/* Takes YAML over. Names of the template are in it, which may be anything. */
static void set_yaml(CfnChange *change, CfnWant *made, char *yaml)
{
    made->yaml = yaml;
    if (change->refusal == NULL && take_snippet(change->edits, yaml) == NULL) {
        change->refusal =
            g_strdup("a name that the repair would write has quotes or the like in it");
    }
}

void cfn_edit_set_string(CfnChange *change, const CfnNode *scalar, const char *text)
{
    want(change, CFN_WANT_STRING, scalar)->text = g_strdup(text);
}

void cfn_edit_splice(CfnChange *change, const CfnNode *scalar, uint32_t start, uint32_t end,
                     const char *text)
{
    CfnWant *made = want(change, CFN_WANT_SPLICE, scalar);
    made->start = start;
    made->end = end;
    made->text = g_strdup(text);
}

void cfn_edit_call(CfnChange *change, const CfnNode *scalar, const char *function)
{
    CfnWant *made = want(change, CFN_WANT_SPLICE, scalar);
    made->start = made->end = scalar->length;
    made->text = g_strdup("");
    made->function = g_strdup(function);
    if (change->refusal == NULL && cfn_node_has_tag(scalar)) {
        change->refusal = g_strdup("it has a tag, which would be in the way of another one");
    }
}

void cfn_edit_rename(CfnChange *change, const CfnNode *key, const char *name)
{
    want(change, CFN_WANT_RENAME, key)->text = g_strdup(name);
}

void cfn_edit_replace(CfnChange *change, const CfnNode *node, const char *yaml)
{
    set_yaml(change, want(change, CFN_WANT_REPLACE, node), g_strdup(yaml));
}

void cfn_edit_remove(CfnChange *change, const CfnNode *item_or_key)
{
    for (guint i = 0; i < change->wants->len; i++) {
        const CfnWant *other = change->wants->pdata[i];
        if (other->kind == CFN_WANT_REMOVE && other->target == item_or_key) {
            return;
        }
    }
    want(change, CFN_WANT_REMOVE, item_or_key);
}

void cfn_edit_append(CfnChange *change, const CfnNode *sequence, const char *yaml)
{
    set_yaml(change, want(change, CFN_WANT_ADD, sequence), g_strdup(yaml));
}

void cfn_edit_wrap_append(CfnChange *change, const CfnNode *value, const char *yaml)
{
    bool list = value->kind == CFN_SEQUENCE && !cfn_node_has_tag(value);
    set_yaml(change, want(change, list ? CFN_WANT_ADD : CFN_WANT_WRAP, value), g_strdup(yaml));
    if (change->refusal == NULL && cfn_node_is_empty(value)) {
        change->refusal = g_strdup("there is nothing where a value belongs");
    }
}

/* "key:" with YAML below it, indented. */
char *cfn_snippet_pair(const char *key, const char *yaml)
{
    g_autofree char *name = cfn_snippet_string(key);
    GString *out = g_string_new(name);
    g_string_append(out, ":\n");
    g_auto(GStrv) lines = g_strsplit(yaml, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (line[1] != NULL || **line != '\0') {
            g_string_append_printf(out, "%s%s\n", **line == '\0' ? "" : "  ", *line);
        }
    }
    return g_string_free(out, FALSE);
}

/* What may become a mapping: no value, or null. */
static bool is_nothing(const CfnNode *node)
{
    return node->kind == CFN_SCALAR && !cfn_node_has_tag(node) &&
           cfn_scalar_meaning(node) == CFN_MEANS_NULL;
}

void cfn_edit_add(CfnChange *change, const CfnNode *mapping, const CfnNode *after, const char *key,
                  const char *yaml)
{
    if (mapping->kind != CFN_MAPPING) {
        CfnWant *filling = want(change, CFN_WANT_FILL, mapping);
        filling->pair = g_strdup(key);
        set_yaml(change, filling, cfn_snippet_pair(key, yaml));
        if (change->refusal == NULL && !is_nothing(mapping)) {
            change->refusal = g_strdup("there is something else where a mapping belongs");
        }
        return;
    }
    CfnWant *made = want(change, CFN_WANT_ADD, mapping);
    made->after = after;
    made->key = g_strdup(key);
    set_yaml(change, made, g_strdup(yaml));
}

/* The usual order,
   https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
static const char *const section_order[] = {
    "AWSTemplateFormatVersion",
    "Description",
    "Transform",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
    "Hooks",
};

static int section_rank(const char *name, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(section_order); i++) {
        if (strlen(section_order[i]) == length && memcmp(section_order[i], name, length) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The last section in front of the first one that usually stands behind NAME. */
static const CfnNode *section_before(const CfnNode *root, const char *name)
{
    int rank = section_rank(name, strlen(name));
    const CfnNode *before = NULL;
    cfn_node_each_key(key, root) {
        if (section_rank(key->text, key->length) > rank) {
            break;
        }
        before = key;
    }
    return before;
}

void cfn_edit_add_to_section(CfnChange *change, const char *section, const char *key,
                             const char *yaml)
{
    const CfnNode *root = change->edits->tree->root;
    const CfnNode *entries = cfn_node_get(root, section);
    if (entries != NULL) {
        cfn_edit_add(change, entries, NULL, key, yaml);
        ((CfnWant *)g_ptr_array_index(change->wants, change->wants->len - 1))->set_off = true;
        return;
    }
    CfnWant *made = want(change, CFN_WANT_FILL, root);
    made->section = g_strdup(section);
    made->pair = g_strdup(key);
    made->after = section_before(root, section);
    set_yaml(change, made, cfn_snippet_pair(key, yaml));
}

/* ---- Who may have what ---- */

typedef struct {
    GHashTable *claimed; /* node -> CfnWant */
    GHashTable *inside;  /* node -> CfnChange that claims or needs something under it, or MANY */
    GHashTable *added;   /* set of CfnWant: new pairs of mappings, by mapping and key */
    GPtrArray *accepted; /* CfnWant */
} Claims;

static const int many;
#define MANY ((gpointer)&many)

static bool is_claim(const CfnWant *wanted)
{
    return wanted->kind != CFN_WANT_ADD && wanted->kind != CFN_WANT_FILL;
}

/* Whether the same thing was asked for before, so that both can have it. */
static bool is_same(const CfnWant *a, const CfnWant *b)
{
    return a->kind == b->kind && a->target == b->target &&
           (a->kind == CFN_WANT_REMOVE ||
            (a->kind == CFN_WANT_REPLACE && strcmp(a->yaml, b->yaml) == 0));
}

/* The key that WANTED gives a pair, be it a new one; NULL if it gives none. */
static const char *new_key(const CfnWant *wanted)
{
    return wanted->kind == CFN_WANT_RENAME ? wanted->text
           : wanted->kind == CFN_WANT_FILL ? wanted->pair
                                           : wanted->key;
}

/* The mapping, or what becomes it, that has such a pair then. */
static const CfnNode *mapping_of(const CfnWant *wanted)
{
    return wanted->kind == CFN_WANT_RENAME ? wanted->target->parent : wanted->target;
}

static guint hash_pair(gconstpointer pair)
{
    const CfnWant *wanted = pair;
    return g_direct_hash(mapping_of(wanted)) ^ cfn_hash_string(new_key(wanted));
}

static gboolean is_same_pair(gconstpointer a, gconstpointer b)
{
    const CfnWant *one = a, *other = b;
    return mapping_of(one) == mapping_of(other) && strcmp(new_key(one), new_key(other)) == 0 &&
           g_strcmp0(one->section, other->section) == 0;
}

/* Whether someone else gives a pair that key: there can be only one. */
static bool is_added(const Claims *claims, const CfnWant *wanted, const CfnChange *unit)
{
    const CfnWant *other =
        new_key(wanted) != NULL ? g_hash_table_lookup(claims->added, wanted) : NULL;
    return other != NULL && other->unit != unit;
}

static bool conflicts(const Claims *claims, const CfnWant *wanted, const CfnChange *unit)
{
    const CfnNode *node = cfn_claimed_node(wanted->target);
    const CfnWant *other = g_hash_table_lookup(claims->claimed, node);
    if (other != NULL && other->unit != unit && is_same(other, wanted)) {
        return false;
    }
    if (is_added(claims, wanted, unit)) {
        return true;
    }
    for (const CfnNode *at = node; at != NULL; at = at->parent) {
        other = g_hash_table_lookup(claims->claimed, at);
        if (other != NULL && other->unit != unit) {
            return true;
        }
    }
    gpointer below = is_claim(wanted) ? g_hash_table_lookup(claims->inside, node) : NULL;
    return below != NULL && below != unit;
}

static void commit(Claims *claims, CfnWant *wanted, CfnChange *unit)
{
    const CfnNode *node = cfn_claimed_node(wanted->target);
    CfnWant *earlier = g_hash_table_lookup(claims->claimed, node);
    if (is_claim(wanted) && earlier == NULL) {
        g_hash_table_insert(claims->claimed, (gpointer)node, wanted);
    } else if (wanted->kind == CFN_WANT_REPLACE && is_same(earlier, wanted)) {
        wanted->same = earlier;
    }
    for (const CfnNode *at = node; at != NULL; at = at->parent) {
        gpointer other = g_hash_table_lookup(claims->inside, at);
        if (other == MANY) {
            break;
        }
        g_hash_table_insert(claims->inside, (gpointer)at,
                            other == NULL || other == unit ? (gpointer)unit : MANY);
    }
    if (new_key(wanted) != NULL) {
        g_hash_table_add(claims->added, wanted);
    }
    wanted->unit = unit;
    g_ptr_array_add(claims->accepted, wanted);
}

/* CHANGE behind the shared ones that are not applied yet. */
static GPtrArray *unit_of(CfnChange *change)
{
    GPtrArray *unit = g_ptr_array_new();
    for (guint i = 0; i < change->requires->len; i++) {
        CfnChange *shared = change->requires->pdata[i];
        if (!shared->applied) {
            g_ptr_array_add(unit, shared);
        }
    }
    g_ptr_array_add(unit, change);
    return unit;
}

static bool unit_conflicts(const Claims *claims, const GPtrArray *unit, const CfnChange *change)
{
    for (guint i = 0; i < unit->len; i++) {
        const CfnChange *part = unit->pdata[i];
        for (guint k = 0; k < part->wants->len; k++) {
            if (conflicts(claims, part->wants->pdata[k], change)) {
                return true;
            }
        }
    }
    return false;
}

static void accept_unit(Claims *claims, CfnChange *change)
{
    g_autoptr(GPtrArray) unit = unit_of(change);
    if (unit_conflicts(claims, unit, change)) {
        change->waits = true;
        return;
    }
    for (guint i = 0; i < unit->len; i++) {
        CfnChange *part = unit->pdata[i];
        part->applied = true;
        for (guint k = 0; k < part->wants->len; k++) {
            commit(claims, part->wants->pdata[k], change);
        }
    }
}

GBytes *cfn_edits_apply(CfnEdits *edits)
{
    Claims claims = {
        .claimed = g_hash_table_new(NULL, NULL),
        .inside = g_hash_table_new(NULL, NULL),
        .added = g_hash_table_new(hash_pair, is_same_pair),
        .accepted = g_ptr_array_new(),
    };
    for (guint i = 0; i < edits->changes->len; i++) {
        CfnChange *change = edits->changes->pdata[i];
        if (!change->dropped && !change->shared && cfn_change_refusal(change) == NULL &&
            change->wants->len + change->requires->len > 0) {
            accept_unit(&claims, change);
        }
    }
    bool any = claims.accepted->len > 0 || edits->comments != NULL;
    if (any) {
        cfn_file_style_init(&edits->style, edits->tree);
        cfn_edits_build(edits, claims.accepted);
    }
    g_hash_table_unref(claims.claimed);
    g_hash_table_unref(claims.inside);
    g_hash_table_unref(claims.added);
    g_ptr_array_unref(claims.accepted);
    return any ? cfn_splice_bytes(edits->tree->source, edits->splices) : NULL;
}

const GPtrArray *cfn_edits_operations(const CfnEdits *edits)
{
    return edits->operations;
}

const GArray *cfn_edits_splices(const CfnEdits *edits)
{
    return edits->splices;
}
