/*
 * Container definitions are a list, and generated code hands over their JSON text.
 *
 * The ECS API's own tools (and Terraform) take that text. CloudFormation fails with "expected type:
 * JSONArray, found: String".
 */
#include "engine/transform.h"
#include "transforms/container_yaml.h"

static void apply(CfnPass *pass, const CfnResource *task);

const CfnTransform cfn_transform_task_definition_json = {
    .id = "task-definition-json",
    .summary = "Write container definitions as a list, not as JSON text",
    .rationale = "ContainerDefinitions of an AWS::ECS::TaskDefinition is a list. The ECS API's "
                 "command line and Terraform take "
                 "a JSON text instead, and code that was written with those in mind puts such a "
                 "text into the template. "
                 "Deployment then fails: \"expected type: JSONArray, found: String\".\n\n"
                 "The repair writes the list. Keys get the names that CloudFormation has for them "
                 "(`portMappings` becomes "
                 "`PortMappings`); the keys of maps that are the author's own, such as log driver "
                 "options and Docker labels, "
                 "stay. Where Fn::Sub or Fn::Join made the text, each string keeps its `${…}`, and "
                 "a number that was "
                 "substituted becomes a Ref.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-resource-ecs-taskdefinition.html#cfn-ecs-taskdefinition-containerdefinitions",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = (const char *const[]){ "AWS::ECS::TaskDefinition", NULL },
    .words = (const char *const[]){ "ContainerDefinitions", NULL },
    .apply = apply,
};

static CfnFinding *report(CfnPass *pass, const CfnNode *value, bool item, const char *unknown)
{
    g_autofree char *aside =
        unknown == NULL
            ? g_strdup("")
            : g_strdup_printf(" ('%s' is no property of a container and stays)", unknown);
    return cfn_report(pass, value, "%s JSON text, and CloudFormation wants %s%s",
                      item ? "this container definition is" : "the container definitions are",
                      item ? "a mapping" : "a list", aside);
}

static void repair(CfnPass *pass, const CfnNode *value, bool item, const CfnContainerText *text)
{
    CfnContainerYaml written = cfn_container_yaml(text, item);
    CfnFinding *finding = report(pass, value, item, written.unknown);
    if (written.yaml != NULL) {
        cfn_edit_replace(cfn_finding_change(pass, finding), value, written.yaml);
    } else {
        cfn_finding_cannot_fix(finding, "%s", written.problem);
    }
    cfn_container_yaml_clear(&written);
}

static bool looks_like_json(const CfnNode *node)
{
    for (uint32_t i = 0; cfn_node_is_scalar(node) && i < node->length; i++) {
        if (!g_ascii_isspace(node->text[i])) {
            return node->text[i] == '[' || node->text[i] == '{';
        }
    }
    return false;
}

/* A parameter whose default is such a text. */
static void check_default(CfnPass *pass, const CfnNode *value, bool item)
{
    const CfnNode *preset = cfn_resolve(pass->template, value);
    if (preset != value && looks_like_json(preset)) {
        g_autofree char *name = cfn_ref_name(value);
        cfn_finding_cannot_fix(report(pass, value, item, NULL),
                               "the text comes from the parameter %s", name);
    }
}

static void check(CfnPass *pass, const CfnNode *value, bool item)
{
    if (cfn_node_is_empty(value)) {
        return;
    }
    g_autofree char *problem = NULL;
    g_autoptr(CfnContainerText) text = cfn_container_text_new(value, &problem);
    if (text != NULL) {
        repair(pass, value, item, text);
    } else if (problem != NULL) {
        cfn_finding_cannot_fix(report(pass, value, item, NULL), "%s", problem);
    } else {
        check_default(pass, value, item);
    }
}

static void check_branches(CfnPass *pass, const CfnNode *value, bool item)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(value, branches);
    for (guint i = 0; i < branches->len; i++) {
        const CfnNode *branch = branches->pdata[i];
        bool list = cfn_node_is_sequence(branch) && !cfn_node_has_tag(branch);
        if (!list || item) {
            check(pass, branch, item);
            continue;
        }
        cfn_node_each_item(one, branch) {
            check_branches(pass, one, true);
        }
    }
}

static void apply(CfnPass *pass, const CfnResource *task)
{
    check_branches(pass, cfn_resource_property(task, "ContainerDefinitions"), false);
}
