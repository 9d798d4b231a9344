/*
 * A resource goes only if all that names it can go with it.
 *
 * CloudFormation refuses a template that names a resource it does not have. An exported output is
 * kept: another stack may import it, and then its removal fails.
 */
#include "transforms/remove_resource.h"

/* Whether REFERENCE says nothing that must go along: it stands in RESOURCE itself, or names a
   condition. */
static bool is_moot(const CfnReference *reference, const CfnResource *resource)
{
    return reference->resource == resource || reference->kind == CFN_REFERS_CONDITION;
}

static bool is_output(const CfnReference *reference)
{
    return strcmp(reference->section, "Outputs") == 0 && reference->entry != NULL;
}

/* Why REFERENCE must stay, as a new string, or NULL if it can go. */
static char *obstacle_in(const CfnReference *reference)
{
    g_autofree char *entry = reference->entry != NULL ? cfn_node_dup_text(reference->entry) : NULL;
    if (is_output(reference)) {
        bool exported = cfn_node_get(cfn_node_value(reference->entry), "Export") != NULL;
        return exported ? g_strdup_printf("the output %s exports it to other stacks", entry) : NULL;
    }
    if (reference->kind == CFN_REFERS_DEPENDS_ON) {
        return NULL;
    }
    return g_strdup_printf("%s refers to it", entry != NULL ? entry : reference->section);
}

/* Why RESOURCE must stay, as a new string, or NULL if it can go. */
static char *find_obstacle(const CfnResource *resource)
{
    const CfnTemplate *template = resource->template;
    if (cfn_template_resource_count(template) == 1) {
        return g_strdup("a template needs at least one resource");
    }
    if (cfn_named_in_for_each(template, resource->logical_id)) {
        return g_strdup("the body of Fn::ForEach may refer to it");
    }
    const GPtrArray *references = cfn_references_to(template, resource->logical_id);
    for (guint i = 0; i < references->len; i++) {
        char *obstacle = NULL;
        if (!is_moot(references->pdata[i], resource)) {
            obstacle = obstacle_in(references->pdata[i]);
        }
        if (obstacle != NULL) {
            return obstacle;
        }
    }
    return NULL;
}

void cfn_remove_dependency(CfnChange *change, const CfnNode *entry)
{
    bool in_list = cfn_node_is_sequence(entry->parent);
    cfn_edit_remove(change, in_list ? entry : cfn_node_key(entry));
}

bool cfn_remove_resource(CfnPass *pass, CfnFinding *finding, const CfnResource *resource)
{
    g_autofree char *obstacle = find_obstacle(resource);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return false;
    }
    CfnChange *change = cfn_finding_change(pass, finding);
    cfn_edit_remove(change, resource->key);
    const GPtrArray *references = cfn_references_to(pass->template, resource->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (is_moot(reference, resource)) {
            continue;
        }
        if (is_output(reference)) {
            cfn_edit_remove(change, reference->entry);
        } else {
            cfn_remove_dependency(change, reference->node);
        }
    }
    return true;
}
