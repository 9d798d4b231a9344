/*
 * Where a template puts attributes: people write them behind Type, the CDK behind Properties.
 */
#include "transforms/attributes.h"

/* How many resources to either side are looked at. A cap keeps large templates linear. */
#define REACH 32

static const char *const followed[] = { "DeletionPolicy", "UpdateReplacePolicy", "DependsOn",
                                        "Condition" };

typedef enum { BEFORE_PROPERTIES, AFTER_PROPERTIES, UNDECIDED } Habit;

static bool is_followed(const CfnNode *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(followed); i++) {
        if (cfn_node_equals(key, followed[i])) {
            return true;
        }
    }
    return false;
}

static Habit habit_of(const CfnResource *resource)
{
    if (cfn_node_find_key(resource->node, "Properties") == NULL) {
        return UNDECIDED;
    }
    Habit habit = BEFORE_PROPERTIES;
    cfn_node_each_key(key, resource->node) {
        if (cfn_node_equals(key, "Properties")) {
            habit = AFTER_PROPERTIES;
        } else if (is_followed(key)) {
            return habit;
        }
    }
    return UNDECIDED;
}

static Habit habit_at(const CfnTemplate *template, uint32_t index)
{
    if (index >= cfn_template_resource_count(template)) {
        return UNDECIDED;
    }
    const CfnResource *resource = cfn_template_resource_at(template, index);
    return cfn_resource_is_ours(resource) ? UNDECIDED : habit_of(resource);
}

static Habit habit_around(const CfnTemplate *template, const CfnResource *resource)
{
    for (uint32_t distance = 0; distance <= REACH; distance++) {
        Habit habit = UNDECIDED;
        if (distance <= resource->index) {
            habit = habit_at(template, resource->index - distance);
        }
        if (habit == UNDECIDED) {
            habit = habit_at(template, resource->index + distance);
        }
        if (habit != UNDECIDED) {
            return habit;
        }
    }
    return UNDECIDED;
}

/* The last of Type and the attributes that stand before Properties. */
static const CfnNode *last_before_properties(const CfnNode *resource)
{
    const CfnNode *last = NULL;
    cfn_node_each_key(key, resource) {
        if (cfn_node_equals(key, "Properties")) {
            break;
        }
        if (cfn_node_equals(key, "Type") || is_followed(key)) {
            last = key;
        }
    }
    return last;
}

/* The CDK closes a resource with Metadata and Condition. */
static const CfnNode *last_before_metadata(const CfnNode *resource)
{
    const CfnNode *last = NULL;
    cfn_node_each_key(key, resource) {
        if (!cfn_node_equals(key, "Metadata") && !cfn_node_equals(key, "Condition")) {
            last = key;
        }
    }
    return last;
}

/* The other one of the two policies, which people write together; NULL if it is not there. */
static const CfnNode *partner_of(const CfnResource *resource, const char *name)
{
    if (strcmp(name, "UpdateReplacePolicy") == 0) {
        return cfn_node_find_key(resource->node, "DeletionPolicy");
    }
    return strcmp(name, "DeletionPolicy") == 0
               ? cfn_node_find_key(resource->node, "UpdateReplacePolicy")
               : NULL;
}

/* The key to stand behind. */
static const CfnNode *place(const CfnPass *pass, const CfnResource *resource, const char *name)
{
    const CfnNode *partner = partner_of(resource, name);
    if (partner != NULL) {
        return partner;
    }
    Habit habit = habit_around(pass->template, resource);
    const CfnNode *after = NULL;
    if (habit == AFTER_PROPERTIES) {
        after = last_before_metadata(resource->node);
    } else if (habit == BEFORE_PROPERTIES) {
        after = last_before_properties(resource->node);
    }
    return after != NULL ? after : cfn_node_find_key(resource->node, "Type");
}

void cfn_set_attribute(CfnPass *pass, CfnChange *change, const CfnResource *resource,
                       const char *name, const char *value)
{
    const CfnNode *old = cfn_node_get(resource->node, name);
    if (old == NULL) {
        cfn_edit_add(change, resource->node, place(pass, resource, name), name, value);
    } else if (!cfn_node_is_scalar(old) || cfn_node_has_tag(old) || cfn_node_is_empty(old)) {
        cfn_edit_replace(change, old, value);
    } else if (!cfn_node_equals(old, value)) {
        cfn_edit_set_string(change, old, value);
    }
}

void cfn_add_property(CfnChange *change, const CfnResource *resource, const char *name,
                      const char *value)
{
    const CfnNode *properties = cfn_node_get(resource->node, "Properties");
    if (properties != NULL) {
        cfn_edit_add(change, properties, NULL, name, value);
        return;
    }
    g_autofree char *nested = cfn_snippet_pair(name, value);
    cfn_edit_add(change, resource->node, NULL, "Properties", nested);
}
