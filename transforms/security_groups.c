/*
 * A rule stands in its group's own list or is a resource that names the group. Which group that
 * is, is told by the text of GroupId, so that rules of a group from another stack belong together
 * too.
 */
#include "transforms/security_groups.h"

#include "model/flatten.h"
#include "text/hash.h"

static void free_group(gpointer data)
{
    CfnSecurityGroup *group = data;
    g_free(group->name);
    g_ptr_array_unref(group->rules);
    g_free(group);
}

/* The group called NAME, which is taken; one nobody else has if it is NULL. */
static CfnSecurityGroup *find_or_make(CfnSecurityGroups *groups, char *name)
{
    CfnSecurityGroup *group = name != NULL ? g_hash_table_lookup(groups->by_name, name) : NULL;
    if (group != NULL) {
        g_free(name);
        return group;
    }
    group = g_new0(CfnSecurityGroup, 1);
    group->name = name;
    group->rules = g_ptr_array_new();
    g_ptr_array_add(groups->groups, group);
    if (name != NULL) {
        g_hash_table_insert(groups->by_name, name, group);
    }
    return group;
}

static void add_rule(CfnSecurityGroups *groups, const CfnResource *resource,
                     CfnSecurityGroup *group, const CfnNode *rule, CfnSlot *slot)
{
    CfnIngress *ingress = g_new0(CfnIngress, 1);
    *ingress = (CfnIngress){ resource, rule, slot, group };
    g_ptr_array_add(groups->ingresses, ingress);
    g_ptr_array_add(group->rules, ingress);
}

static void add_group(CfnSecurityGroups *groups, const CfnResource *resource)
{
    CfnSecurityGroup *group = find_or_make(groups, g_strdup(resource->logical_id));
    const CfnNode *value = cfn_resource_property(resource, "SecurityGroupIngress");
    if (value == NULL) {
        return;
    }
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    cfn_ingress_slots(value, groups->slots, rules);
    for (guint i = 0; i < rules->len; i++) {
        CfnSlot *slot = rules->pdata[i];
        add_rule(groups, resource, group, slot->node, slot);
    }
}

/* `X` of `${X}` and `${X.GroupId}`; any other text as it is. */
static char *name_of_group(const CfnResource *rule)
{
    const CfnNode *value = cfn_resource_property(rule, "GroupId");
    if (value == NULL) {
        value = cfn_resource_property(rule, "GroupName");
    }
    char *text = cfn_flatten(value);
    if (text == NULL || !g_str_has_prefix(text, "${") || !g_str_has_suffix(text, "}")) {
        return text;
    }
    g_autofree char *inner = g_strndup(text + 2, strlen(text) - 3);
    g_free(text);
    bool of_group = g_str_has_suffix(inner, ".GroupId") || g_str_has_suffix(inner, ".Id");
    return of_group ? g_strndup(inner, (gsize)(strrchr(inner, '.') - inner))
                    : g_steal_pointer(&inner);
}

static bool is_group(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, "AWS::EC2::SecurityGroup");
}

static bool is_rule(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, "AWS::EC2::SecurityGroupIngress");
}

bool cfn_is_group_or_rule(const CfnResource *resource)
{
    return is_group(resource) || is_rule(resource) ||
           cfn_resource_has_type(resource, "AWS::EC2::SecurityGroupEgress");
}

CfnSecurityGroups *cfn_security_groups_new(const CfnTemplate *template)
{
    CfnSecurityGroups *groups = g_new0(CfnSecurityGroups, 1);
    groups->template = template;
    groups->ingresses = g_ptr_array_new_with_free_func(g_free);
    groups->groups = g_ptr_array_new_with_free_func(free_group);
    groups->by_name = g_hash_table_new(cfn_hash_string, g_str_equal);
    groups->slots = g_ptr_array_new();
    uint32_t count = cfn_template_resource_count(template);
    for (uint32_t i = 0; i < count; i++) {
        const CfnResource *resource = cfn_template_resource_at(template, i);
        if (is_group(resource)) {
            add_group(groups, resource);
        } else if (is_rule(resource) && resource->properties != NULL) {
            add_rule(groups, resource, find_or_make(groups, name_of_group(resource)),
                     resource->properties, NULL);
        }
    }
    return groups;
}

void cfn_security_groups_free(CfnSecurityGroups *groups)
{
    g_hash_table_unref(groups->by_name);
    g_ptr_array_unref(groups->groups);
    g_ptr_array_unref(groups->ingresses);
    g_ptr_array_unref(groups->slots);
    g_free(groups);
}

const CfnSecurityGroup *cfn_security_groups_find(const CfnSecurityGroups *groups, const char *name)
{
    return g_hash_table_lookup(groups->by_name, name);
}

/* ---- What rules stand under ---- */

char *cfn_ingress_stand(const CfnIngress *rule)
{
    const char *condition = rule->resource->condition;
    GString *stand = g_string_new(condition != NULL ? condition : "");
    const CfnSlot *slot = rule->slot;
    for (; slot != NULL && slot->parent != NULL; slot = slot->parent) {
        if (slot->parent->is_choice) {
            condition = slot->parent->condition;
            g_string_append_printf(stand, "/%s%s", slot->is_second ? "!" : "",
                                   condition != NULL ? condition : "?");
        }
    }
    return g_string_free(stand, FALSE);
}

/* Whether RULE stands under CONDITION, in its second branch or its first. NULL is a condition
   that is not known. */
static bool stands_in_branch(const CfnIngress *rule, const char *condition, bool is_second)
{
    const CfnSlot *slot = rule->slot;
    for (; slot != NULL && slot->parent != NULL; slot = slot->parent) {
        if (slot->parent->is_choice && slot->is_second == is_second && condition != NULL &&
            g_strcmp0(slot->parent->condition, condition) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether CONDITION is true wherever RULE is. */
static bool holds_at(const CfnIngress *rule, const char *condition)
{
    const CfnTemplate *template = rule->resource->template;
    const char *own = rule->resource->condition;
    if (condition == NULL) {
        return false;
    }
    if (g_strcmp0(own, condition) == 0 || stands_in_branch(rule, condition, false) ||
        cfn_condition_implies(template, own, condition) == CFN_YES) {
        return true;
    }
    const CfnSlot *slot = rule->slot;
    for (; slot != NULL && slot->parent != NULL; slot = slot->parent) {
        const CfnSlot *choice = slot->parent;
        if (choice->is_choice && !slot->is_second && choice->condition != NULL &&
            cfn_condition_implies(template, choice->condition, condition) == CFN_YES) {
            return true;
        }
    }
    return false;
}

bool cfn_ingress_accompanies(const CfnIngress *way, const CfnIngress *rule)
{
    const char *condition = way->resource->condition;
    if (condition != NULL && !holds_at(rule, condition)) {
        return false;
    }
    const CfnSlot *slot = way->slot;
    for (; slot != NULL && slot->parent != NULL; slot = slot->parent) {
        const CfnSlot *choice = slot->parent;
        if (!choice->is_choice) {
            continue;
        }
        bool holds = slot->is_second ? stands_in_branch(rule, choice->condition, true)
                                     : holds_at(rule, choice->condition);
        if (!holds) {
            return false;
        }
    }
    return true;
}
