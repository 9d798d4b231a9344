/*
 * The one that stays is in a stack of its own, so nothing here can name it: what refers to one that
 * goes keeps it, but for DependsOn and outputs that are not exported.
 */
#include "transforms/give_way.h"

#include "transforms/remove_resource.h"

static CfnFinding *report(CfnPass *pass, const CfnLeaver *leaver)
{
    const CfnKept *kept = leaver->kept;
    return cfn_report(pass, leaver->resource->key,
                      "an account has one %s in each region, and '%s' of %s %s", leaver->noun,
                      kept->logical_id, kept->place,
                      kept->is_certain ? "is there already" : "may be there at the same time");
}

/* Why RESOURCE stays whatever refers to it, or NULL. */
static const char *obstacle_of(const CfnLeaver *leaver, bool leaves_nothing)
{
    if (!leaver->kept->is_certain) {
        return "each is there under a condition, and those of two templates cannot be compared";
    }
    if (leaves_nothing) {
        return "nothing would be left of the template: delete its stack instead";
    }
    return cfn_template_has_macro(leaver->resource->template)
               ? "a macro transforms the template and may add what refers to it"
               : NULL;
}

/* https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
   What is retained is still in the account when its stack has forgotten it. */
static bool is_retained(const CfnResource *resource)
{
    const CfnNode *policy = cfn_node_get(resource->node, "DeletionPolicy");
    return policy != NULL && !cfn_node_equals(policy, "Delete");
}

static void take_leave(CfnPass *pass, const CfnLeaver *leaver, bool leaves_nothing)
{
    CfnFinding *finding = report(pass, leaver);
    const char *obstacle = obstacle_of(leaver, leaves_nothing);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return;
    }
    if (cfn_remove_resource(pass, finding, leaver->resource) && is_retained(leaver->resource)) {
        cfn_finding_needs_consent(finding, "its DeletionPolicy leaves it in the account, in the "
                                           "way of the other one");
    }
}

void cfn_give_way(CfnPass *pass, const GArray *leavers)
{
    bool leaves_nothing = leavers->len == cfn_template_resource_count(pass->template);
    for (guint i = 0; i < leavers->len; i++) {
        take_leave(pass, &g_array_index(leavers, CfnLeaver, i), leaves_nothing);
    }
}
