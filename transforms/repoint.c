/*
 * Names change in place: of Ref, GetAtt, Sub and DependsOn only the logical id's own bytes.
 *
 * What names the survivor must be able to wait for it, so a survivor that is itself deployed after
 * what names the other one cannot take that one's place.
 */
#include "transforms/repoint.h"

#include "transforms/remove_resource.h"

struct CfnRepoint {
    const CfnTemplate *template;
    const char *const *never_after;
    GHashTable *survivors;    /* CfnResource -> the one that takes its place */
    GHashTable *dependencies; /* survivor -> bool[], as cfn_dependencies has it */
    GHashTable *lists;        /* values of DependsOn that were looked at */
    GHashTable *doubles;      /* entries in them that would say a survivor's name again */
};

CfnRepoint *cfn_repoint_new(const CfnTemplate *template, const char *const *never_after)
{
    CfnRepoint *repoint = g_new0(CfnRepoint, 1);
    repoint->template = template;
    repoint->never_after = never_after;
    repoint->survivors = g_hash_table_new(NULL, NULL);
    repoint->dependencies = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    repoint->lists = g_hash_table_new(NULL, NULL);
    repoint->doubles = g_hash_table_new(NULL, NULL);
    return repoint;
}

void cfn_repoint_free(CfnRepoint *repoint)
{
    if (repoint == NULL) {
        return;
    }
    g_hash_table_unref(repoint->survivors);
    g_hash_table_unref(repoint->dependencies);
    g_hash_table_unref(repoint->lists);
    g_hash_table_unref(repoint->doubles);
    g_free(repoint);
}

/* Whether REFERENCE goes with OLD, or names a condition. */
static bool is_moot(const CfnReference *reference, const CfnResource *old)
{
    return reference->resource == old || reference->kind == CFN_REFERS_CONDITION;
}

/* Whether the one that REFERENCE stands in must not wait for SURVIVOR. */
static bool never_waits(const CfnRepoint *repoint, const CfnReference *reference,
                        const CfnResource *survivor)
{
    if (reference->kind != CFN_REFERS_DEPENDS_ON || reference->resource == NULL) {
        return false;
    }
    return reference->resource == survivor ||
           (repoint->never_after != NULL &&
            g_strv_contains(repoint->never_after, reference->resource->type));
}

/* ---- Obstacles ---- */

static const bool *dependencies_of(CfnRepoint *repoint, const CfnResource *survivor)
{
    bool *known = g_hash_table_lookup(repoint->dependencies, survivor);
    if (known == NULL) {
        known = cfn_dependencies(repoint->template, survivor);
        g_hash_table_insert(repoint->dependencies, (gpointer)survivor, known);
    }
    return known;
}

char *cfn_repoint_obstacle(CfnRepoint *repoint, const CfnResource *old, const CfnResource *survivor)
{
    if (cfn_named_in_for_each(repoint->template, old->logical_id)) {
        return g_strdup("the body of Fn::ForEach may refer to it");
    }
    const bool *dependencies = dependencies_of(repoint, survivor);
    const GPtrArray *references = cfn_references_to(repoint->template, old->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        const CfnResource *user = reference->resource;
        if (user == NULL || is_moot(reference, old) || never_waits(repoint, reference, survivor)) {
            continue;
        }
        if (user == survivor) {
            return g_strdup_printf("'%s' refers to it", survivor->logical_id);
        }
        if (dependencies[user->index]) {
            return g_strdup_printf("'%s' is deployed after '%s', which refers to it",
                                   survivor->logical_id, user->logical_id);
        }
    }
    return NULL;
}

/* ---- Entries of DependsOn that would be there twice ---- */

static const CfnResource *named_by(const CfnRepoint *repoint, const CfnNode *entry)
{
    g_autofree char *name = cfn_node_dup_text(entry);
    return name != NULL ? cfn_template_resource(repoint->template, name) : NULL;
}

static void find_doubles(CfnRepoint *repoint, const CfnNode *list)
{
    g_autoptr(GHashTable) present = g_hash_table_new(NULL, NULL);
    cfn_node_each_item(item, list) {
        g_hash_table_add(present, (gpointer)named_by(repoint, item));
    }
    cfn_node_each_item(entry, list) {
        const CfnResource *old = named_by(repoint, entry);
        gpointer survivor = old != NULL ? g_hash_table_lookup(repoint->survivors, old) : NULL;
        if (survivor != NULL && !g_hash_table_add(present, survivor)) {
            g_hash_table_add(repoint->doubles, (gpointer)entry);
        }
    }
}

static bool is_double(CfnRepoint *repoint, const CfnReference *reference)
{
    const CfnNode *list = reference->node->parent;
    if (reference->kind != CFN_REFERS_DEPENDS_ON || !cfn_node_is_sequence(list)) {
        return false;
    }
    if (g_hash_table_add(repoint->lists, (gpointer)list)) {
        find_doubles(repoint, list);
    }
    return g_hash_table_contains(repoint->doubles, reference->node);
}

/* ---- The change ---- */

void cfn_repoint_tell(CfnRepoint *repoint, const CfnResource *old, const CfnResource *survivor)
{
    g_hash_table_insert(repoint->survivors, (gpointer)old, (gpointer)survivor);
}

void cfn_repoint_apply(CfnRepoint *repoint, CfnChange *change, const CfnResource *old)
{
    const CfnResource *survivor = g_hash_table_lookup(repoint->survivors, old);
    cfn_edit_remove(change, old->key);
    const GPtrArray *references = cfn_references_to(repoint->template, old->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (is_moot(reference, old)) {
            continue;
        }
        if (never_waits(repoint, reference, survivor) || is_double(repoint, reference)) {
            cfn_remove_dependency(change, reference->node);
        } else {
            cfn_edit_splice(change, reference->node, reference->start, reference->end,
                            survivor->logical_id);
        }
    }
}
