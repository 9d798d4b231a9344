/*
 * A configuration recorder and its delivery channel must not wait for each other.
 *
 * CloudFormation starts a recorder as soon as there is a delivery channel, and creating a delivery
 * channel needs a recorder. A DependsOn between the two, in either direction, never ends well.
 */
#include "transforms/remove_resource.h"

#define RECORDER "AWS::Config::ConfigurationRecorder"
#define CHANNEL "AWS::Config::DeliveryChannel"

static void apply(CfnPass *pass, const CfnResource *resource);

const CfnTransform cfn_transform_recorder_channel_cycle = {
    .id = "recorder-channel-cycle",
    .summary = "Let no AWS Config recorder and delivery channel wait for each other",
    .rationale =
        "CloudFormation creates a configuration recorder and starts it as soon as there is a "
        "delivery channel; only then is the recorder complete. A channel that has the recorder in "
        "its `DependsOn` is created only after that, so the deployment hangs until it times out. "
        "The other way round fails at once: AWS Config rejects a delivery channel where there is "
        "no recorder (NoAvailableConfigurationRecorderException).\n\n"
        "The repair removes the `DependsOn` between the two. CloudFormation then creates both at "
        "the same time, which is what its documentation describes.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-resource-config-configurationrecorder.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = (const char *const[]){ RECORDER, CHANNEL, NULL },
    .words = (const char *const[]){ "DependsOn", NULL },
    .apply = apply,
};

static bool is_recorder(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, RECORDER);
}

static bool is_channel(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, CHANNEL);
}

/* ENTRY is one of RESOURCE's DependsOn, where functions are not allowed. */
static void check_entry(CfnPass *pass, const CfnResource *resource, const CfnNode *entry)
{
    g_autofree char *name = cfn_node_has_tag(entry) ? NULL : cfn_node_dup_text(entry);
    const CfnResource *other = name != NULL ? cfn_template_resource(pass->template, name) : NULL;
    CfnFinding *finding = NULL;
    if (other != NULL && is_channel(resource) && is_recorder(other)) {
        finding = cfn_report(pass, entry,
                             "the delivery channel waits for the recorder '%s', which is complete "
                             "only with a delivery channel",
                             name);
    } else if (other != NULL && is_recorder(resource) && is_channel(other)) {
        finding = cfn_report(pass, entry,
                             "the recorder waits for the delivery channel '%s', which cannot be "
                             "created before there is a recorder",
                             name);
    }
    if (finding != NULL) {
        cfn_remove_dependency(cfn_finding_change(pass, finding), entry);
    }
}

static void apply(CfnPass *pass, const CfnResource *resource)
{
    const CfnNode *dependencies = cfn_node_get(resource->node, "DependsOn");
    if (cfn_node_is_scalar(dependencies)) {
        check_entry(pass, resource, dependencies);
    }
    cfn_node_each_item(entry, dependencies) {
        check_entry(pass, resource, entry);
    }
}
