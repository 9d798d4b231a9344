/*
 * Ignores that are written into a template.
 *
 * A comment says no to one line, so it is what is written wherever there can be one. JSON has none,
 * and a line that begins inside a scalar has no room for one: there the Metadata of the resource
 * names the repair, or that of the template where the finding is in no resource.
 */
#include "engine/add_ignores.h"

#define NO_MAPPING "its Metadata is no mapping that could remember it"

/* ---- Metadata ---- */

/* Whether a mapping stands there, or can. */
static bool may_be_mapping(const CfnNode *node)
{
    return node == NULL || cfn_node_is_empty(node) ||
           (cfn_node_is_mapping(node) && !cfn_node_has_tag(node));
}

/* The ids as a list, each line of it behind INDENT. */
static char *list_of(const char *const *ids, const char *indent)
{
    GString *list = g_string_new(NULL);
    for (; *ids != NULL; ids++) {
        g_string_append_printf(list, "%s- %s\n", indent, *ids);
    }
    return g_string_free(list, FALSE);
}

/* Metadata where there is none. Type is what people read first. */
static void add_metadata(CfnChange *change, const CfnNode *owner, const char *yaml)
{
    if (owner->parent == NULL) {
        cfn_edit_add_to_section(change, "Metadata", "cfnfix", yaml);
        return;
    }
    g_autofree char *metadata = cfn_snippet_pair("cfnfix", yaml);
    cfn_edit_add(change, owner, cfn_node_find_key(owner, "Type"), "Metadata", metadata);
}

const char *cfn_write_ignore(CfnChange *change, const CfnNode *owner, const char *const *ids)
{
    const CfnNode *metadata = cfn_node_get(owner, "Metadata");
    const CfnNode *own = cfn_node_get(metadata, "cfnfix");
    const CfnNode *ignore = cfn_node_get(own, "ignore");
    if (!may_be_mapping(metadata) || !may_be_mapping(own)) {
        return NO_MAPPING;
    }
    g_autofree char *list = list_of(ids, "");
    g_autofree char *pair = cfn_snippet_pair("ignore", list);
    if (ignore != NULL && !cfn_node_is_empty(ignore)) {
        for (; *ids != NULL; ids++) {
            cfn_edit_wrap_append(change, ignore, *ids);
        }
    } else if (ignore != NULL) {
        cfn_edit_replace(change, ignore, list);
    } else if (own != NULL) {
        cfn_edit_add(change, own, NULL, "ignore", list);
    } else if (metadata != NULL) {
        cfn_edit_add(change, metadata, NULL, "cfnfix", pair);
    } else {
        add_metadata(change, owner, pair);
    }
    return NULL;
}

/* ---- Findings ---- */

typedef struct {
    const CfnTree *tree;
    const CfnIgnores *ignores;
    CfnEdits *edits;
    GHashTable *lines;  /* start of a line -> GPtrArray of ids */
    GHashTable *owners; /* mapping that has or gets Metadata -> GPtrArray of CfnFinding */
    GPtrArray *order;   /* of those mappings */
} Writer;

static GPtrArray *array_at(GHashTable *table, gpointer key)
{
    GPtrArray *array = g_hash_table_lookup(table, key);
    if (array == NULL) {
        array = g_ptr_array_new();
        g_hash_table_insert(table, key, array);
    }
    return array;
}

static void sort_finding(Writer *writer, CfnFinding *finding)
{
    uint32_t start = finding->span.start;
    finding->state = CFN_FIXED;
    if (cfn_edit_takes_comment(writer->edits, start)) {
        uint32_t line = cfn_source_line_start(writer->tree->source, start);
        GPtrArray *ids = array_at(writer->lines, GUINT_TO_POINTER(line));
        if (!g_ptr_array_find(ids, finding->transform->id, NULL)) {
            g_ptr_array_add(ids, (gpointer)finding->transform->id);
        }
        return;
    }
    const CfnNode *owner = finding->resource != NULL ? finding->resource->node : writer->tree->root;
    if (!g_hash_table_contains(writer->owners, owner)) {
        g_ptr_array_add(writer->order, (gpointer)owner);
    }
    g_ptr_array_add(array_at(writer->owners, (gpointer)owner), finding);
}

static void write_comment(gpointer key, gpointer value, gpointer data)
{
    const Writer *writer = data;
    GPtrArray *ids = value;
    uint32_t line = GPOINTER_TO_UINT(key);
    uint32_t bracket = cfn_ignores_bracket(writer->ignores, line);
    g_ptr_array_add(ids, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)ids->pdata);
    if (bracket != CFN_NOWHERE) {
        g_autofree char *more = g_strconcat(", ", list, NULL);
        cfn_edit_comment_insert(writer->edits, bracket, more);
    } else {
        g_autofree char *comment = g_strconcat("# cfnfix: ignore[", list, "]", NULL);
        cfn_edit_comment_above(writer->edits, line, comment);
    }
}

/* The ids of FINDINGS, each once, ended by NULL. */
static GPtrArray *ids_of(const GPtrArray *findings)
{
    GPtrArray *ids = g_ptr_array_new();
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = findings->pdata[i];
        if (!g_ptr_array_find(ids, finding->transform->id, NULL)) {
            g_ptr_array_add(ids, (gpointer)finding->transform->id);
        }
    }
    g_ptr_array_add(ids, NULL);
    return ids;
}

static void write_metadata(const Writer *writer, const CfnNode *owner)
{
    const GPtrArray *findings = g_hash_table_lookup(writer->owners, owner);
    g_autoptr(GPtrArray) ids = ids_of(findings);
    CfnChange *change = cfn_change_new(writer->edits, NULL);
    const char *refusal = cfn_write_ignore(change, owner, (const char *const *)ids->pdata);
    if (refusal == NULL) {
        refusal = cfn_change_refusal(change);
    }
    if (refusal == NULL) {
        return;
    }
    cfn_change_drop(change);
    for (guint i = 0; i < findings->len; i++) {
        cfn_finding_cannot_fix(findings->pdata[i], "no ignore can be written here: %s", refusal);
    }
}

CfnEdits *cfn_add_ignores(const CfnTree *tree, const CfnRound *round, const CfnIgnores *ignores)
{
    GDestroyNotify unref = (GDestroyNotify)g_ptr_array_unref;
    Writer writer = {
        .tree = tree,
        .ignores = ignores,
        .edits = cfn_edits_new(tree),
        .lines = g_hash_table_new_full(NULL, NULL, NULL, unref),
        .owners = g_hash_table_new_full(NULL, NULL, NULL, unref),
        .order = g_ptr_array_new(),
    };
    for (guint i = 0; i < round->findings->len; i++) {
        sort_finding(&writer, round->findings->pdata[i]);
    }
    g_hash_table_foreach(writer.lines, write_comment, &writer);
    for (guint i = 0; i < writer.order->len; i++) {
        write_metadata(&writer, writer.order->pdata[i]);
    }
    g_hash_table_unref(writer.lines);
    g_hash_table_unref(writer.owners);
    g_ptr_array_unref(writer.order);
    return writer.edits;
}
