/*
 * Removals: a collection that loses everything goes with its key.
 */
#include "edit/build.h"

static void count_loss(CfnBuild *build, const CfnNode *container)
{
    guint losses = GPOINTER_TO_UINT(g_hash_table_lookup(build->losses, container));
    if (losses == 0) {
        g_ptr_array_add(build->losing, (gpointer)container);
    }
    g_hash_table_insert(build->losses, (gpointer)container, GUINT_TO_POINTER(losses + 1));
}

GPtrArray *cfn_build_mark_removed(CfnBuild *build, const CfnNode *child)
{
    GPtrArray *owners = g_hash_table_lookup(build->removed, child);
    if (owners == NULL) {
        owners = g_ptr_array_new();
        g_hash_table_insert(build->removed, (gpointer)child, owners);
        count_loss(build, child->parent);
    }
    return owners;
}

static bool loses_all(const CfnBuild *build, const CfnNode *container)
{
    guint losses = GPOINTER_TO_UINT(g_hash_table_lookup(build->losses, container));
    return losses == cfn_node_count(container);
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
void cfn_build_promote_removals(CfnBuild *build)
{
    for (guint i = 0; i < build->losing->len; i++) {
        const CfnNode *container = build->losing->pdata[i];
        if (!loses_all(build, container) || must_stay(container) ||
            g_hash_table_contains(build->additions, container)) {
            continue;
        }
        GPtrArray *owners = cfn_build_mark_removed(build, handle_of(container));
        for (const CfnNode *child = container->first; child != NULL;
             child = cfn_next_child(child)) {
            GPtrArray *inner = g_hash_table_lookup(build->removed, child);
            for (guint k = 0; k < inner->len; k++) {
                cfn_build_add_owner(owners, inner->pdata[k]);
            }
            g_hash_table_remove(build->removed, child);
        }
        g_hash_table_insert(build->losses, (gpointer)container, NULL);
    }
}

/* The children from FIRST to LAST that go. */
static void operate_removals(CfnBuild *build, const CfnNode *first, const CfnNode *last)
{
    const CfnNode *end = cfn_next_child(last);
    for (const CfnNode *child = first; child != end; child = cfn_next_child(child)) {
        const GPtrArray *owners = g_hash_table_lookup(build->removed, child);
        CfnOperation *operation = cfn_build_operate(build, CFN_OP_REMOVE, child, NULL);
        for (guint i = 0; i < owners->len; i++) {
            cfn_build_add_owner(operation->owners, owners->pdata[i]);
        }
    }
}

/* The end of the run of removed children that FIRST begins. */
static const CfnNode *run_end(const CfnBuild *build, const CfnNode *first)
{
    const CfnNode *last = first;
    for (const CfnNode *next = cfn_next_child(first);
         next != NULL && g_hash_table_contains(build->removed, next); next = cfn_next_child(next)) {
        last = next;
    }
    return last;
}

static void build_runs(CfnBuild *build, const CfnNode *container)
{
    const CfnNode *before = NULL;
    const CfnNode *child = container->first;
    while (child != NULL) {
        const CfnNode *last = child;
        if (g_hash_table_contains(build->removed, child)) {
            last = run_end(build, child);
            cfn_build_begin(build);
            operate_removals(build, child, last);
            CfnSpan cut = container->style == CFN_FLOW
                              ? cfn_flow_extent(build->tree, before, child, last)
                              : cfn_block_extent(build->tree, before, child, last);
            cfn_build_splice(build, cut.start, cut.end, "", 0);
            cfn_build_end(build);
        } else {
            before = child;
        }
        child = cfn_next_child(last);
    }
}

/* An emptied collection that must stay becomes `[]` or `{}`. */
static void splice_empty(CfnBuild *build, const CfnNode *container)
{
    bool mapping = container->kind == CFN_MAPPING;
    uint32_t start = cfn_node_content(container);
    bool below = container->style == CFN_BLOCK && cfn_node_mark(container) != CFN_NOWHERE;
    if (below) {
        bool has_tag = cfn_node_has_tag(container);
        start = has_tag ? cfn_node_tag(container).end : cfn_node_mark(container) + 1;
    }
    const char *text = mapping ? " {}" : " []";
    text += below ? 0 : 1;
    cfn_build_splice(build, start, container->span.end, text, strlen(text));
}

void cfn_build_removals(CfnBuild *build)
{
    for (guint i = 0; i < build->losing->len; i++) {
        const CfnNode *container = build->losing->pdata[i];
        if (g_hash_table_lookup(build->losses, container) == NULL) {
            continue; /* promoted */
        }
        if (!loses_all(build, container)) {
            build_runs(build, container);
            continue;
        }
        cfn_build_begin(build);
        operate_removals(build, container->first, run_end(build, container->first));
        if (!g_hash_table_contains(build->additions, container)) {
            splice_empty(build, container);
        }
        cfn_build_end(build);
    }
}
