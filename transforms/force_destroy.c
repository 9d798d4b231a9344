/*
 * A bucket with objects, or a repository with images, cannot be deleted, so neither can its
 * stack.
 *
 * Terraform's force_destroy has no property in CloudFormation; made up, it makes deployment fail.
 * What works for buckets is what the CDK's autoDeleteObjects does: a custom resource that empties
 * the bucket when it is deleted (bucket_emptier.c). Repositories have EmptyOnDelete.
 */
#include "engine/add_ignores.h"
#include "syntax/scalar.h"
#include "transforms/attributes.h"
#include "transforms/bucket_emptier.h"
#include "transforms/bucket_users.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_force_destroy = {
    .id = "force-destroy",
    .summary = "Let buckets and repositories go although something is in them",
    .rationale =
        "CloudFormation deletes only empty buckets and repositories: a stack whose bucket holds "
        "a single object ends in DELETE_FAILED. Terraform's force_destroy has no property in "
        "CloudFormation, and writing one makes deployment fail.\n\n"
        "For a bucket, cfnfix writes what the CDK's autoDeleteObjects stands for: a custom "
        "resource of type Custom::S3ForceDestroy, the permission to empty this one bucket, and, "
        "once per template, an inline function and its role. The function empties the bucket "
        "only while the whole stack is being deleted or its creation rolled back. An update, or "
        "removing the custom resource alone, costs no data. Bucket policies are made to depend "
        "on the custom resource, so that what they deny, and the services that write by them, "
        "are gone when the emptying begins.\n\n"
        "For a repository, cfnfix writes EmptyOnDelete.\n\n"
        "Deploy before deleting: deletion goes by the deployed template. The role needs the "
        "capability CAPABILITY_IAM, of the parent too where the stack is nested. Where someone "
        "chose protection (Retain), or something else stores there what may have to be kept "
        "(CloudTrail, AWS Config, replication), the repair waits for consent. Buckets with "
        "object lock are left alone.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-resource-s3-bucket.html",
    .group = CFN_GROUP_DESTROY,
    .effects = CFN_EFFECT_DATA_DELETABLE | CFN_EFFECT_NEW_RESOURCE | CFN_EFFECT_NEEDS_CAPABILITY,
    .resource_types = (const char *const[]){ "AWS::S3::Bucket", "AWS::ECR::Repository", NULL },
    .settings =
        (const CfnSetting[]){
            { "emptier", true,
              "Write the custom resource that empties buckets, not the policies alone" },
            { NULL, false, NULL },
        },
    .apply_template = apply_template,
};

/* What CloudFormation takes without an upload to S3. */
#define BODY_LIMIT 51200
/* All inline policies of a role together may have 10,240 characters, one of ours up to 330. */
#define EMPTIERS_PER_ROLE 28

static const char *const policies[] = { "DeletionPolicy", "UpdateReplacePolicy" };

/* A template seen by this repair. */
typedef struct {
    CfnPass *pass;
    CfnBucketUsers *users;
    GHashTable *ordered; /* set of the bucket policies that were given an order */
    guint emptiers;
    size_t size; /* of the template's text, with what was added */
} Survey;

static const CfnBucketUser *first_user(const GArray *users, CfnUserKind kind)
{
    for (guint i = 0; i < users->len; i++) {
        const CfnBucketUser *user = &g_array_index(users, CfnBucketUser, i);
        if (user->kind == kind) {
            return user;
        }
    }
    return NULL;
}

/* ---- Why not: new strings, or NULL ---- */

/* Whether a mapping stands there, or can. */
static bool may_be_mapping(const CfnNode *node)
{
    return node == NULL || cfn_node_is_empty(node) ||
           (cfn_node_is_mapping(node) && !cfn_node_has_tag(node));
}

static bool is_false(const CfnNode *node)
{
    bool value = true;
    return node == NULL ||
           (cfn_node_is_untagged(node) && cfn_scalar_boolean(node, &value) && !value);
}

static char *obstacle_in_policies(const CfnResource *resource)
{
    for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        const CfnNode *policy = cfn_node_get(resource->node, policies[i]);
        if (policy != NULL && !cfn_node_is_untagged(policy)) {
            return g_strdup_printf("its %s is behind an intrinsic function", policies[i]);
        }
    }
    return NULL;
}

static char *obstacle_in_resource(const CfnResource *resource)
{
    if (!cfn_is_alphanumeric(resource->logical_id) ||
        (resource->condition != NULL && !cfn_is_alphanumeric(resource->condition))) {
        return g_strdup("its logical id or condition has characters that AWS does not take");
    }
    const CfnNode *properties = cfn_node_get(resource->node, "Properties");
    if (!may_be_mapping(properties) || cfn_node_get(properties, "Fn::Transform") != NULL ||
        cfn_node_get(properties, "<<") != NULL) {
        return g_strdup("not all of its properties can be seen");
    }
    return obstacle_in_policies(resource);
}

static char *obstacle_in_bucket(const CfnResource *bucket)
{
    if (cfn_template_has_macro(bucket->template)) {
        return g_strdup("the template's macro may add what cannot be seen here");
    }
    if (!is_false(cfn_resource_property(bucket, "ObjectLockEnabled")) ||
        cfn_resource_property(bucket, "ObjectLockConfiguration") != NULL) {
        return g_strdup("object lock keeps what is in it");
    }
    const CfnNode *mfa =
        cfn_node_at(bucket->properties, "VersioningConfiguration", "MfaDelete", NULL);
    if (mfa != NULL && !cfn_node_equals(mfa, "Disabled")) {
        return g_strdup("MFA delete keeps what is in it");
    }
    return NULL;
}

/* Whether the bucket policy can be deleted before the bucket is emptied. */
static char *obstacle_in_order(const Survey *survey, const CfnResource *bucket,
                               const CfnResource *policy)
{
    const CfnTemplate *template = survey->pass->template;
    if (g_hash_table_contains(survey->ordered, policy)) {
        return g_strdup_printf("its bucket policy '%s' is another bucket's too",
                               policy->logical_id);
    }
    if (cfn_condition_implies(template, policy->condition, bucket->condition) != CFN_YES) {
        return g_strdup_printf("its bucket policy '%s' may exist without it", policy->logical_id);
    }
    if (cfn_depends_on(template, bucket, policy)) {
        return g_strdup_printf("it depends on its bucket policy '%s', which should go first",
                               policy->logical_id);
    }
    return NULL;
}

static char *obstacle_to_emptier(Survey *survey, const CfnResource *bucket, const GArray *users)
{
    if (survey->emptiers >= EMPTIERS_PER_ROLE) {
        return g_strdup_printf("a role has room for the policies of %d buckets", EMPTIERS_PER_ROLE);
    }
    for (guint i = 0; i < users->len; i++) {
        const CfnBucketUser *user = &g_array_index(users, CfnBucketUser, i);
        if (user->kind != CFN_USER_POLICY) {
            continue;
        }
        char *obstacle = obstacle_in_order(survey, bucket, user->resource);
        if (obstacle != NULL) {
            return obstacle;
        }
    }
    return NULL;
}

/* ---- What is done only with consent ---- */

static void weigh_policies(CfnFinding *finding, const CfnResource *resource)
{
    for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        const CfnNode *policy = cfn_node_get(resource->node, policies[i]);
        if (policy != NULL && !cfn_node_is_empty(policy) && !cfn_node_equals(policy, "Delete")) {
            cfn_finding_needs_consent(finding, "its %s is '%.*s'", policies[i], (int)policy->length,
                                      policy->text);
        }
    }
}

/* Whether a scalar under NODE begins with TEXT. The depth of a tree is capped. */
static bool mentions(const CfnNode *node, const char *text)
{
    if (node == NULL || cfn_node_has_prefix(node, text)) {
        return node != NULL;
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (mentions(child, text)) {
            return true;
        }
    }
    return false;
}

/* Audit logs may come from another stack: then only the bucket policy tells. */
static void weigh_bucket_policy(CfnFinding *finding, const CfnResource *policy)
{
    static const char *const services[] = { "cloudtrail.amazonaws.com", "config.amazonaws.com" };
    const CfnNode *document = cfn_resource_property(policy, "PolicyDocument");
    for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
        if (mentions(document, services[i])) {
            cfn_finding_needs_consent(finding, "its bucket policy '%s' admits %s",
                                      policy->logical_id, services[i]);
        }
    }
}

static void weigh_bucket(CfnFinding *finding, const CfnResource *bucket, const GArray *users)
{
    weigh_policies(finding, bucket);
    for (guint i = 0; i < users->len; i++) {
        const CfnBucketUser *user = &g_array_index(users, CfnBucketUser, i);
        if (user->kind == CFN_USER_KEEPER) {
            cfn_finding_needs_consent(finding, "%s ('%s')", user->says, user->resource->logical_id);
        } else if (user->kind == CFN_USER_POLICY) {
            weigh_bucket_policy(finding, user->resource);
        }
    }
    if (cfn_resource_property(bucket, "ReplicationConfiguration") != NULL) {
        cfn_finding_needs_consent(finding, "it is replicated to another bucket");
    }
    if (mentions(cfn_resource_property(bucket, "NotificationConfiguration"), "s3:ObjectRemoved")) {
        cfn_finding_needs_consent(finding, "it notifies of every object removed");
    }
}

/* ---- What is written ---- */

static void make_deletable(CfnPass *pass, CfnFinding *finding, const CfnResource *resource)
{
    CfnChange *change = cfn_finding_change(pass, finding);
    for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        cfn_set_attribute(pass, change, resource, policies[i], "Delete");
    }
}

static void depend_on(CfnPass *pass, CfnChange *change, const CfnResource *resource,
                      const char *logical_id)
{
    const CfnNode *old = cfn_node_get(resource->node, "DependsOn");
    if (old == NULL || cfn_node_is_empty(old)) {
        cfn_set_attribute(pass, change, resource, "DependsOn", logical_id);
    } else {
        cfn_edit_wrap_append(change, old, logical_id);
    }
}

static void write_emptier(Survey *survey, CfnFinding *finding, const CfnResource *bucket,
                          const GArray *users)
{
    CfnPass *pass = survey->pass;
    g_autofree char *emptier = cfn_write_bucket_emptier(pass, finding, bucket);
    for (guint i = 0; i < users->len; i++) {
        const CfnBucketUser *user = &g_array_index(users, CfnBucketUser, i);
        if (user->kind == CFN_USER_POLICY) {
            depend_on(pass, cfn_finding_change(pass, finding), user->resource, emptier);
            g_hash_table_add(survey->ordered, (gpointer)user->resource);
        }
    }
    survey->emptiers++;
}

/* `ForceDestroy: false` was a choice: it is remembered where it does no harm. */
static void write_ignore(CfnFinding *finding, CfnChange *change, const CfnResource *bucket)
{
    static const char *const ids[] = { "force-destroy", NULL };
    const char *refusal = cfn_write_ignore(change, bucket->node, ids);
    if (refusal != NULL) {
        cfn_finding_cannot_fix(finding, "%s", refusal);
    }
}

static void remove_made_up(CfnChange *change, const CfnResource *bucket)
{
    const CfnNode *key = cfn_node_find_key(bucket->properties, "ForceDestroy");
    if (key != NULL) {
        cfn_edit_remove(change, key);
    }
}

/* ---- Buckets ---- */

static bool has_both_policies(const CfnResource *bucket)
{
    return cfn_node_equals(cfn_node_get(bucket->node, policies[0]), "Delete") &&
           cfn_node_equals(cfn_node_get(bucket->node, policies[1]), "Delete");
}

/* What crossing the limit needs is said once, with the bucket that does it. */
static const char *size_notice(Survey *survey)
{
    const CfnTemplate *template = survey->pass->template;
    size_t before = survey->size;
    survey->size += CFN_EMPTIER_SIZE;
    survey->size += survey->emptiers == 0 ? cfn_emptier_shared_size(template) : 0;
    return before <= BODY_LIMIT && survey->size > BODY_LIMIT
               ? "; the template grows past 51,200 bytes and has to be deployed from S3"
               : "";
}

static CfnFinding *report_bucket(Survey *survey, const CfnResource *bucket, bool writes_emptier)
{
    const CfnNode *made_up = cfn_node_find_key(bucket->properties, "ForceDestroy");
    const char *what = "a bucket with objects cannot be deleted, and nothing empties this one";
    if (made_up != NULL) {
        what = "AWS::S3::Bucket has no property 'ForceDestroy'";
    } else if (!writes_emptier) {
        what = "the bucket does not say that it may be deleted";
    }
    return cfn_report(survey->pass, made_up != NULL ? made_up : bucket->key, "%s%s", what,
                      writes_emptier ? size_notice(survey) : "");
}

static void fix_bucket(Survey *survey, const CfnResource *bucket, const GArray *users,
                       bool writes_emptier)
{
    CfnPass *pass = survey->pass;
    CfnFinding *finding = report_bucket(survey, bucket, writes_emptier);
    finding->effects = writes_emptier ? finding->effects : CFN_EFFECT_DATA_DELETABLE;
    g_autofree char *obstacle = obstacle_in_resource(bucket);
    obstacle = obstacle != NULL ? obstacle : obstacle_in_bucket(bucket);
    if (obstacle == NULL && writes_emptier) {
        obstacle = obstacle_to_emptier(survey, bucket, users);
    }
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return;
    }
    weigh_bucket(finding, bucket, users);
    make_deletable(pass, finding, bucket);
    remove_made_up(cfn_finding_change(pass, finding), bucket);
    if (writes_emptier) {
        write_emptier(survey, finding, bucket, users);
    }
}

/* `ForceDestroy` where nothing but its removal is due. */
static void fix_made_up_alone(Survey *survey, const CfnResource *bucket, bool keep)
{
    CfnFinding *finding = report_bucket(survey, bucket, false);
    finding->effects = CFN_EFFECT_IN_PLACE;
    CfnChange *change = cfn_finding_change(survey->pass, finding);
    remove_made_up(change, bucket);
    if (keep) {
        write_ignore(finding, change, bucket);
    }
}

static void check_bucket(Survey *survey, const CfnResource *bucket)
{
    const CfnNode *made_up = cfn_resource_property(bucket, "ForceDestroy");
    bool wanted = true;
    if (made_up != NULL &&
        !(cfn_node_is_untagged(made_up) && cfn_scalar_boolean(made_up, &wanted))) {
        cfn_finding_cannot_fix(report_bucket(survey, bucket, false), "its value is not known here");
        return;
    }
    g_autoptr(GArray) users = cfn_bucket_users_of(survey->users, bucket);
    bool writes_emptier = cfn_pass_setting(survey->pass, "emptier");
    bool settled = first_user(users, CFN_USER_EMPTIER) != NULL ||
                   (!writes_emptier && has_both_policies(bucket));
    if (made_up != NULL && (!wanted || settled)) {
        fix_made_up_alone(survey, bucket, !wanted);
    } else if (!settled) {
        fix_bucket(survey, bucket, users, writes_emptier);
    }
}

/* ---- Repositories ---- */

static void check_repository(CfnPass *pass, const CfnResource *repository)
{
    if (cfn_resource_property(repository, "EmptyOnDelete") != NULL) {
        return;
    }
    CfnFinding *finding = cfn_report(
        pass, repository->key, "a repository with images cannot be deleted without EmptyOnDelete");
    finding->effects = CFN_EFFECT_DATA_DELETABLE;
    g_autofree char *obstacle = obstacle_in_resource(repository);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return;
    }
    weigh_policies(finding, repository);
    make_deletable(pass, finding, repository);
    cfn_add_property(cfn_finding_change(pass, finding), repository, "EmptyOnDelete", "true");
}

/* ---- The template ---- */

static Survey *survey_new(CfnPass *pass)
{
    Survey *survey = g_new0(Survey, 1);
    survey->pass = pass;
    survey->users = cfn_bucket_users_new(pass->template);
    survey->ordered = g_hash_table_new(NULL, NULL);
    survey->emptiers = cfn_template_resources_of(pass->template, CFN_EMPTIER_TYPE)->len;
    survey->size = cfn_template_tree(pass->template)->source->length;
    return survey;
}

static void survey_free(Survey *survey)
{
    cfn_bucket_users_free(survey->users);
    g_hash_table_unref(survey->ordered);
    g_free(survey);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Survey, survey_free)

static void apply_template(CfnPass *pass)
{
    g_autoptr(Survey) survey = survey_new(pass);
    const GPtrArray *buckets = cfn_template_resources_of(pass->template, "AWS::S3::Bucket");
    for (guint i = 0; i < buckets->len; i++) {
        if (!cfn_pass_skips(pass, buckets->pdata[i])) {
            check_bucket(survey, buckets->pdata[i]);
        }
    }
    const GPtrArray *repositories =
        cfn_template_resources_of(pass->template, "AWS::ECR::Repository");
    for (guint i = 0; i < repositories->len; i++) {
        if (!cfn_pass_skips(pass, repositories->pdata[i])) {
            check_repository(pass, repositories->pdata[i]);
        }
    }
}
