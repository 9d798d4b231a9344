/*
 * The console's form names parameters too: AWS::CloudFormation::Interface groups and labels them.
 */
#include "transforms/remove_parameter.h"

static void remove_from_group(CfnChange *change, const CfnNode *group, const char *name)
{
    const CfnNode *members = cfn_node_get(group, "Parameters");
    cfn_node_each_item(member, members) {
        if (cfn_node_equals(member, name)) {
            cfn_edit_remove(change, cfn_node_count(members) == 1 ? group : member);
            return;
        }
    }
}

void cfn_remove_parameter(CfnPass *pass, CfnChange *change, const char *name)
{
    const CfnTemplate *template = pass->template;
    const CfnNode *form =
        cfn_template_entry(template, "Metadata", "AWS::CloudFormation::Interface");
    const CfnNode *groups = cfn_node_get(form, "ParameterGroups");
    const CfnNode *label = cfn_node_find_key(cfn_node_get(form, "ParameterLabels"), name);
    cfn_node_each_item(group, groups) {
        remove_from_group(change, group, name);
    }
    if (label != NULL) {
        cfn_edit_remove(change, label);
    }
    cfn_edit_remove(change, cfn_node_find_key(cfn_template_section(template, "Parameters"), name));
}
