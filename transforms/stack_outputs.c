/*
 * A stack that tells nothing of what it made leaves people to look for it in consoles.
 */
#include "engine/transform.h"
#include "transforms/main_outputs.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_stack_outputs = {
    .id = "stack-outputs",
    .summary = "Add an output for each main resource that has none",
    .rationale = "Outputs are where deployment scripts and people find what a stack made: the name "
                 "of its bucket, the URL of "
                 "its queue, the endpoint of its database. Without them they look for it in "
                 "consoles, or guess names.\n\n"
                 "The repair adds one output for each resource that stands for itself, with the "
                 "value that it is called by: "
                 "an identifier, an ARN or an endpoint, depending on its type. Roles, policies, "
                 "subnets and the like get none, "
                 "nor does what some output tells of already. An output exists when its resource "
                 "does: it has the "
                 "same condition. Nothing is exported.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
           "outputs-section-structure.html",
    .group = CFN_GROUP_HYGIENE,
    .effects = CFN_EFFECT_IN_PLACE,
    .by_name = true,
    .words = (const char *const[]){ "Type", NULL },
    .apply_template = apply_template,
};

/* https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
#define OUTPUT_LIMIT 200
#define NAME_LIMIT 255

/* Whether an output tells of RESOURCE, or it only does the work of a custom resource. */
static bool is_told_or_helper(const CfnTemplate *template, const CfnResource *resource)
{
    const GPtrArray *references = cfn_references_to(template, resource->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (g_strcmp0(reference->section, "Outputs") == 0) {
            return true;
        }
        const CfnNode *key = cfn_node_key(reference->value);
        if (key != NULL && cfn_node_equals(key, "ServiceToken")) {
            return true;
        }
    }
    return false;
}

/* An instance in a cluster is reached through the cluster. */
static bool is_member(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, "AWS::RDS::DBInstance") &&
           cfn_resource_property(resource, "DBClusterIdentifier") != NULL;
}

/* Names of outputs have letters and digits alone, where logical ids of other tools may have more.
   */
static char *name_for(CfnPass *pass, const CfnResource *resource, const CfnMainOutput *output)
{
    GString *base = g_string_new(NULL);
    for (const char *at = resource->logical_id; *at != '\0'; at++) {
        if (g_ascii_isalnum(*at)) {
            g_string_append_c(base, *at);
        }
    }
    g_string_truncate(base, MIN(base->len, NAME_LIMIT - 16));
    g_string_append(base, output->suffix);
    char *name = cfn_pass_new_id(pass, resource->logical_id, base->str);
    g_string_free(base, TRUE);
    return name;
}

static char *output_yaml(const CfnResource *resource, const CfnMainOutput *output)
{
    g_autofree char *id = cfn_snippet_string(resource->logical_id);
    g_autofree char *path = output->attribute == NULL
                                ? NULL
                                : g_strconcat(resource->logical_id, ".", output->attribute, NULL);
    g_autofree char *quoted = path == NULL ? NULL : cfn_snippet_string(path);
    g_autofree char *name =
        resource->condition == NULL ? NULL : cfn_snippet_string(resource->condition);
    return g_strdup_printf("Description: %c%s\n"
                           "%s%s%s"
                           "Value: %s %s\n",
                           g_ascii_toupper(output->what[0]), output->what + 1,
                           name == NULL ? "" : "Condition: ", name == NULL ? "" : name,
                           name == NULL ? "" : "\n", quoted == NULL ? "!Ref" : "!GetAtt",
                           quoted == NULL ? id : quoted);
}

static void check(CfnPass *pass, const CfnResource *resource, const CfnMainOutput *output,
                  uint32_t *count)
{
    CfnFinding *finding = cfn_report(pass, resource->key, "no output tells the %s", output->what);
    if (*count >= OUTPUT_LIMIT) {
        cfn_finding_cannot_fix(finding, "a template can have %d outputs", OUTPUT_LIMIT);
        return;
    }
    *count += 1;
    g_autofree char *name = name_for(pass, resource, output);
    g_autofree char *yaml = output_yaml(resource, output);
    cfn_edit_add_to_section(cfn_finding_change(pass, finding), "Outputs", name, yaml);
}

static void apply_template(CfnPass *pass)
{
    const CfnNode *outputs = cfn_template_section(pass->template, "Outputs");
    uint32_t count = outputs != NULL ? cfn_node_count(outputs) : 0;
    for (uint32_t i = 0; i < cfn_template_resource_count(pass->template); i++) {
        const CfnResource *resource = cfn_template_resource_at(pass->template, i);
        const CfnMainOutput *output = cfn_main_output(resource->type);
        if (output != NULL && !resource->key->duplicate && !is_member(resource) &&
            strchr(resource->logical_id, '.') == NULL && !cfn_pass_skips(pass, resource) &&
            !is_told_or_helper(pass->template, resource)) {
            check(pass, resource, output, &count);
        }
    }
}
