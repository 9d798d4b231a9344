/*
 * Which of the ignores count in one round, and which of them are of use there.
 */
#include "engine/ignores_internal.h"
#include "engine/other_tools.h"
#include "engine/round.h"

struct CfnIgnoring {
    CfnIgnores *ignores;
    CfnIgnoresScope scope;
    const CfnTemplate *template;
    const GPtrArray *history;
    GHashTable *lists; /* const CfnResource* (NULL: the template) -> GArray of CfnIgnore */
    GArray *list;      /* being filled, for RESOURCE */
    const CfnResource *resource;
    bool hides; /* something is CFN_REACH_WHOLE */
};

static const GArray *list_of(const CfnIgnoring *ignoring, const CfnResource *resource)
{
    return g_hash_table_lookup(ignoring->lists, resource);
}

/* Adds it to the list of the resource that is being read. What another one does already is not told
   as useless. */
static void give(CfnIgnoring *ignoring, const CfnIgnore *ignore)
{
    if (ignoring->scope == CFN_IGNORES_USED && !cfn_ignore_is_used(ignoring->ignores, ignore)) {
        return;
    }
    if (ignoring->list == NULL) {
        ignoring->list = g_array_new(FALSE, FALSE, sizeof(CfnIgnore));
        g_hash_table_insert(ignoring->lists, (gpointer)ignoring->resource, ignoring->list);
    }
    for (guint i = 0; i < ignoring->list->len; i++) {
        const CfnIgnore *other = &g_array_index(ignoring->list, CfnIgnore, i);
        if (other->transform == ignore->transform && other->reach == ignore->reach) {
            if (ignore->reach == CFN_REACH_WHOLE) {
                cfn_ignore_use(ignoring->ignores, ignore);
            }
            return;
        }
    }
    ignoring->hides = ignoring->hides || ignore->reach == CFN_REACH_WHOLE;
    g_array_append_val(ignoring->list, *ignore);
}

static void give_own(gpointer data, const CfnNode *id, const CfnNode *item)
{
    CfnIgnoring *ignoring = data;
    CfnIgnores *ignores = ignoring->ignores;
    if (id == NULL) {
        return;
    }
    CfnIgnore ignore = { .transform =
                             cfn_ignores_transform(ignores->options, id->text, id->length) };
    g_autofree char *name = cfn_ignores_name(ignoring->resource, id->text, id->length);
    if (ignore.transform == NULL ||
        (ignores->unheard != NULL && g_hash_table_contains(ignores->unheard, name))) {
        return;
    }
    ignore.place = cfn_history_map_back(ignoring->history, id->span.start);
    give(ignoring, &ignore);
}

static void give_others(gpointer data, const char *ours, const CfnNode *node)
{
    CfnIgnoring *ignoring = data;
    CfnIgnore ignore = { .transform = cfn_ignores_transform(ignoring->ignores->options, ours,
                                                            strlen(ours)) };
    ignore.place = cfn_history_map_back(ignoring->history, node->span.start);
    if (ignore.transform != NULL) {
        give(ignoring, &ignore);
    }
}

/* The first comment whose line ends at or behind OFFSET. */
static guint find_comment(const GArray *comments, uint32_t offset)
{
    guint low = 0;
    guint high = comments->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(comments, CfnIgnore, middle).line.end < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void give_comments(CfnIgnoring *ignoring, const CfnResource *resource)
{
    const GArray *comments = ignoring->ignores->comments;
    uint32_t start = cfn_history_map_back(ignoring->history, resource->key->span.start);
    uint32_t end = cfn_history_map_back(ignoring->history, resource->node->span.end);
    for (guint i = find_comment(comments, start); i < comments->len; i++) {
        CfnIgnore ignore = g_array_index(comments, CfnIgnore, i);
        if (ignore.line.start >= end) {
            break;
        }
        if (ignore.reach == CFN_REACH_AROUND || ignore.line.start <= start) {
            ignore.reach = CFN_REACH_WHOLE;
        }
        give(ignoring, &ignore);
    }
}

static void read_round(CfnIgnoring *ignoring, const CfnResource *resource)
{
    CfnIgnores *ignores = ignoring->ignores;
    const CfnNode *metadata = cfn_ignores_metadata(ignoring->template, resource);
    ignoring->resource = resource;
    ignoring->list = NULL;
    cfn_ignores_each_own_id(metadata, give_own, ignoring);
    if (!ignores->options->no_ignores) {
        cfn_other_tools_read(ignores->options->other_ids, metadata, resource == NULL, give_others,
                             ignoring);
    }
    if (resource != NULL && ignores->comments->len > 0) {
        give_comments(ignoring, resource);
    }
    for (guint i = 0; resource == NULL && i < ignores->files->len; i++) {
        give(ignoring, &g_array_index(ignores->files, CfnIgnore, i));
    }
}

CfnIgnoring *cfn_ignoring_new(CfnIgnores *ignores, CfnIgnoresScope scope,
                              const CfnTemplate *template, const GPtrArray *history)
{
    CfnIgnoring *ignoring = g_new0(CfnIgnoring, 1);
    ignoring->lists = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
    if (scope == CFN_IGNORES_NONE) {
        return ignoring;
    }
    if (!ignores->has_metadata) {
        cfn_ignores_read_metadata(ignores, template);
    }
    ignoring->ignores = ignores;
    ignoring->scope = scope;
    ignoring->template = template;
    ignoring->history = history;
    read_round(ignoring, NULL);
    for (uint32_t i = 0; i < cfn_template_resource_count(template); i++) {
        read_round(ignoring, cfn_template_resource_at(template, i));
    }
    return ignoring;
}

void cfn_ignoring_free(CfnIgnoring *ignoring)
{
    if (ignoring != NULL) {
        g_hash_table_unref(ignoring->lists);
        g_free(ignoring);
    }
}

/* Whether RESOURCE's list has TRANSFORM; only CFN_REACH_WHOLE ones, or any. */
static const CfnIgnore *find_in(const CfnIgnoring *ignoring, const CfnResource *resource,
                                const CfnTransform *transform, bool any)
{
    const GArray *list = list_of(ignoring, resource);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const CfnIgnore *ignore = &g_array_index(list, CfnIgnore, i);
        if (ignore->transform == transform && (any || ignore->reach == CFN_REACH_WHOLE)) {
            return ignore;
        }
    }
    return NULL;
}

bool cfn_ignoring_skips(const CfnIgnoring *ignoring, const CfnResource *resource,
                        const CfnTransform *transform)
{
    return find_in(ignoring, resource, transform, false) != NULL;
}

bool cfn_ignoring_touches(const CfnIgnoring *ignoring, const CfnResource *resource,
                          const CfnTransform *transform)
{
    return find_in(ignoring, resource, transform, true) != NULL;
}

/* The comment about FINDING's line, or NULL. */
static const CfnIgnore *find_on_line(const CfnIgnoring *ignoring, const CfnFinding *finding)
{
    const GArray *comments = ignoring->ignores->comments;
    for (guint i = find_comment(comments, finding->span.start); i < comments->len; i++) {
        const CfnIgnore *ignore = &g_array_index(comments, CfnIgnore, i);
        if (ignore->line.start > finding->span.start) {
            return NULL;
        }
        if (ignore->reach == CFN_REACH_LINE && ignore->transform == finding->transform) {
            return ignore;
        }
    }
    return NULL;
}

bool cfn_ignoring_accepts(const CfnIgnoring *ignoring, const CfnFinding *finding)
{
    const CfnResource *resource = finding->resource;
    const CfnIgnore *reasons[] = {
        find_in(ignoring, NULL, finding->transform, false),
        resource != NULL ? find_in(ignoring, resource, finding->transform, false) : NULL,
        find_on_line(ignoring, finding),
    };
    bool is_accepted = false;
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (reasons[i] != NULL) {
            cfn_ignore_use(ignoring->ignores, reasons[i]);
            is_accepted = true;
        }
    }
    return is_accepted;
}

bool cfn_ignoring_hides(const CfnIgnoring *ignoring)
{
    return ignoring->hides;
}

bool cfn_ignoring_is_open(const CfnIgnoring *ignoring)
{
    const CfnIgnores *ignores = ignoring->ignores;
    for (guint i = 0; i < ignores->watched->len; i++) {
        const CfnIgnore *ignore = &g_array_index(ignores->watched, CfnIgnore, i);
        if (!cfn_ignore_is_used(ignores, ignore) &&
            cfn_options_select(ignores->options, ignore->transform)) {
            return true;
        }
    }
    return false;
}

void cfn_ignoring_trust(const CfnIgnoring *ignoring, const CfnTransform *transform)
{
    CfnIgnores *ignores = ignoring->ignores;
    for (guint i = 0; i < ignores->watched->len; i++) {
        const CfnIgnore *ignore = &g_array_index(ignores->watched, CfnIgnore, i);
        if (ignore->transform == transform) {
            cfn_ignore_use(ignores, ignore);
        }
    }
}
