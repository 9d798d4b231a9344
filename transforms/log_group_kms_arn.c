/*
 * A log group wants the ARN of its key, and Ref of a key is its id.
 *
 * Deployment fails on the property's pattern, which begins with "arn:"; linters do not resolve what
 * Ref gives and pass it.
 */
#include "engine/transform.h"
#include "transforms/kms_usage.h"

static void apply(CfnPass *pass, const CfnResource *resource);

const CfnTransform cfn_transform_log_group_kms_arn = {
    .id = "log-group-kms-arn",
    .summary = "Give CloudWatch Logs the ARN of a key, not its id",
    .rationale = "KmsKeyId of a log group or anomaly detector must match "
                 "`arn:…:kms:…:(key|alias)/…`. Ref of an "
                 "AWS::KMS::Key returns the bare key id, and Ref of an AWS::KMS::Alias returns the "
                 "alias name, so "
                 "deployment fails with a model validation error on that property.\n\n"
                 "The repair writes GetAtt of the key's Arn instead. An alias has no Arn "
                 "attribute, so its target "
                 "key is taken.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
           "aws-resource-logs-loggroup.html#cfn-logs-loggroup-kmskeyid",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types =
        (const char *const[]){ "AWS::Logs::LogGroup", "AWS::Logs::LogAnomalyDetector", NULL },
    .words =
        (const char *const[]){ "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias", NULL },
    .apply = apply,
};

static void repair(CfnPass *pass, const CfnNode *value, const CfnResource *named)
{
    bool alias = cfn_resource_has_type(named, "AWS::KMS::Alias");
    const CfnResource *key = alias ? cfn_kms_alias_target(pass->template, named) : named;
    CfnFinding *finding =
        cfn_report(pass, value, "CloudWatch Logs wants the ARN of a key, and Ref of %s is its %s",
                   named->logical_id, alias ? "name" : "id");
    if (key == NULL) {
        cfn_finding_cannot_fix(finding, "the key that the alias points to is not in this template");
        return;
    }
    g_autofree char *yaml = g_strdup_printf("!GetAtt %s.Arn", key->logical_id);
    cfn_edit_replace(cfn_finding_change(pass, finding), value, yaml);
}

static void apply(CfnPass *pass, const CfnResource *resource)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_branches(cfn_resource_property(resource, "KmsKeyId"), values);
    for (guint i = 0; i < values->len; i++) {
        const CfnNode *value = values->pdata[i];
        g_autofree char *name = cfn_ref_name(value);
        const CfnResource *named =
            name == NULL ? NULL : cfn_template_resource(pass->template, name);
        if (named != NULL &&
            (cfn_kms_is_key(named) || cfn_resource_has_type(named, "AWS::KMS::Alias"))) {
            repair(pass, value, named);
        }
    }
}
