/*
 * Versioning, Versioned: properties that buckets do not have.
 *
 * Deployment fails with "Encountered unsupported property Versioning".
 */
#include "engine/transform.h"
#include "syntax/scalar.h"

static void apply(CfnPass *pass, const CfnResource *bucket);

const CfnTransform cfn_transform_s3_versioning_property = {
    .id = "s3-versioning-property",
    .summary = "Write the versioning of buckets as the property that exists",
    .rationale = "An S3 bucket has no property `Versioning`. Deployment fails with «Encountered "
                 "unsupported property Versioning». What is meant is `VersioningConfiguration`.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-resource-s3-bucket.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = (const char *const[]){ "AWS::S3::Bucket", NULL },
    .words = (const char *const[]){ "Versioning", "Versioned", "versioned", NULL },
    .apply = apply,
};

static void repair(CfnPass *pass, const CfnResource *bucket, const CfnNode *key)
{
    CfnFinding *finding = cfn_report(pass, cfn_node_value(key), "'%.*s' is no property of a bucket",
                                     (int)key->length, key->text);
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_branches(cfn_node_value(key), values); /* the value, or those that Fn::If chooses from */
    bool enabled = false, any_enabled = false;
    for (guint i = 0; i < values->len; i++) {
        if (!cfn_scalar_boolean(values->pdata[i], &enabled)) {
            cfn_finding_cannot_fix(finding, "its value is no plain true or false");
            return;
        }
        any_enabled |= enabled;
    }
    CfnChange *change = cfn_finding_change(pass, finding);
    if (!any_enabled || cfn_resource_property(bucket, "VersioningConfiguration") != NULL) {
        cfn_edit_remove(change, key);
        return;
    }
    cfn_edit_rename(change, key, "VersioningConfiguration");
    for (guint i = 0; i < values->len; i++) {
        cfn_scalar_boolean(values->pdata[i], &enabled);
        cfn_edit_replace(change, values->pdata[i],
                         enabled ? "Status: Enabled" : "!Ref AWS::NoValue");
    }
}

static void apply(CfnPass *pass, const CfnResource *bucket)
{
    static const char *const names[] = { "Versioning", "Versioned", "versioned" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const CfnNode *key = cfn_node_find_key(bucket->properties, names[i]);
        if (key != NULL) {
            repair(pass, bucket, key);
            return;
        }
    }
}
