/*
 * Resources under the same condition exist together; what stands under different ones is compared
 * condition by condition. The one that exists whenever the other does can take its place.
 */
#include "transforms/rivals.h"
#include "text/hash.h"

/* More different conditions than this, none of them counted as one, are not compared. */
#define CONDITION_LIMIT 5

/* The resources under one condition. */
typedef struct {
    const char *condition; /* NULL: always */
    GPtrArray *members;    /* CfnResource, in the order of the source */
    guint index;
    guint cover; /* the group that takes its place: its own index if none does */
} Group;

static void free_group(gpointer data)
{
    Group *group = data;
    g_ptr_array_unref(group->members);
    g_free(group);
}

/* What exists always comes first. */
static GPtrArray *group_by_condition(const GPtrArray *resources)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);
    g_autoptr(GHashTable) by_name = g_hash_table_new(cfn_hash_string, g_str_equal);
    for (guint i = 0; i < resources->len; i++) {
        const CfnResource *resource = resources->pdata[i];
        const char *name = resource->condition != NULL ? resource->condition : "";
        Group *group = g_hash_table_lookup(by_name, name);
        if (group == NULL) {
            group = g_new0(Group, 1);
            group->condition = resource->condition;
            group->members = g_ptr_array_new();
            g_ptr_array_insert(groups, group->condition == NULL ? 0 : -1, group);
            g_hash_table_insert(by_name, (gpointer)name, group);
        }
        g_ptr_array_add(group->members, (gpointer)resource);
    }
    for (guint i = 0; i < groups->len; i++) {
        ((Group *)groups->pdata[i])->index = i;
    }
    return groups;
}

static bool is_over_limit(const Group *a, const Group *b)
{
    return MAX(a->index, b->index) >= CONDITION_LIMIT;
}

static CfnAnswer exclude(const CfnTemplate *template, const Group *a, const Group *b)
{
    return is_over_limit(a, b) ? CFN_UNKNOWN
                               : cfn_conditions_exclude(template, a->condition, b->condition);
}

/* Whether A exists whenever B does. */
static bool covers(const CfnTemplate *template, const Group *a, const Group *b)
{
    if (a->condition == NULL) {
        return true;
    }
    return !is_over_limit(a, b) &&
           cfn_condition_implies(template, b->condition, a->condition) == CFN_YES;
}

/* The first group that GROUP may give way to, or GROUP. Of two that cover each other the later
   gives way. */
static guint find_cover(const CfnTemplate *template, const GPtrArray *groups, const Group *group)
{
    for (guint i = 0; i < MIN(groups->len, CONDITION_LIMIT); i++) {
        const Group *other = groups->pdata[i];
        if (other != group && covers(template, other, group) &&
            (other->index < group->index || !covers(template, group, other))) {
            return i;
        }
    }
    return group->index;
}

/* What covers the cover covers the group too. */
static const Group *last_cover(const GPtrArray *groups, const Group *group)
{
    for (guint i = 0; i < groups->len && group->cover != group->index; i++) {
        group = groups->pdata[group->cover];
    }
    return group;
}

static void add_covered(GArray *rivals, const Group *group, const Group *cover)
{
    const CfnResource *survivor = cover->members->pdata[0];
    for (guint i = group == cover ? 1 : 0; i < group->members->len; i++) {
        CfnRival rival = { group->members->pdata[i], survivor, true, CFN_YES };
        g_array_append_val(rivals, rival);
    }
}

/* The first one before GROUP that stays too and may exist together with it. */
static void add_uncovered(GArray *rivals, const CfnTemplate *template, const GPtrArray *groups,
                          const Group *group)
{
    for (guint i = 0; i < group->index; i++) {
        const Group *other = groups->pdata[i];
        if (other->cover != other->index) {
            continue;
        }
        CfnAnswer never = exclude(template, other, group);
        if (never != CFN_YES) {
            CfnRival rival = { group->members->pdata[0], other->members->pdata[0], false,
                               never == CFN_NO ? CFN_YES : CFN_UNKNOWN };
            g_array_append_val(rivals, rival);
            return;
        }
    }
}

GArray *cfn_rivals(const CfnTemplate *template, const GPtrArray *resources)
{
    GArray *rivals = g_array_new(FALSE, FALSE, sizeof(CfnRival));
    g_autoptr(GPtrArray) groups = group_by_condition(resources);
    for (guint i = 0; i < groups->len; i++) {
        Group *group = groups->pdata[i];
        group->cover = find_cover(template, groups, group);
    }
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = groups->pdata[i];
        const Group *cover = last_cover(groups, group);
        bool alone = group == cover && group->members->len == 1;
        if (!alone && exclude(template, group, cover) != CFN_YES) {
            add_covered(rivals, group, cover);
        }
        if (group == cover) {
            add_uncovered(rivals, template, groups, group);
        }
    }
    return rivals;
}
