/*
 * Most users name a bucket by its logical id. Some repeat its name, literally or as the same
 * Fn::Sub; those are found by how the name is spelled.
 */
#include "transforms/bucket_users.h"

#include "text/hash.h"
#include "transforms/bucket_emptier.h"

struct CfnBucketUsers {
    const CfnTemplate *template;
    GHashTable *by_name; /* a name as it is spelled -> GArray of CfnBucketUser */
};

typedef struct {
    const char *type;
    const char *property; /* where it names the bucket */
    CfnUserKind kind;
    const char *says;
} UserType;

static const UserType user_types[] = {
    { CFN_EMPTIER_TYPE, "BucketName", CFN_USER_EMPTIER, NULL },
    { "Custom::S3AutoDeleteObjects", "BucketName", CFN_USER_EMPTIER, NULL },
    { "AWS::S3::BucketPolicy", "Bucket", CFN_USER_POLICY, NULL },
    { "AWS::CloudTrail::Trail", "S3BucketName", CFN_USER_KEEPER, "CloudTrail delivers to it" },
    { "AWS::Config::DeliveryChannel", "S3BucketName", CFN_USER_KEEPER,
      "AWS Config delivers to it" },
    { "AWS::S3::Bucket", "ReplicationConfiguration", CFN_USER_KEEPER,
      "a bucket is replicated to it" },
};

static const UserType *user_type_of(const CfnResource *resource)
{
    for (size_t i = 0; resource != NULL && i < G_N_ELEMENTS(user_types); i++) {
        if (strcmp(user_types[i].type, resource->type) == 0) {
            return &user_types[i];
        }
    }
    return NULL;
}

/* A literal, a Ref or a Sub by how it is spelled, to be compared. A new string, or NULL. */
static char *spelled_name(const CfnNode *value)
{
    CfnIntrinsic call = cfn_intrinsic(value);
    const CfnNode *text = call.function == CFN_FN_NONE ? value : call.argument;
    bool readable =
        call.function == CFN_FN_NONE || call.function == CFN_FN_REF || call.function == CFN_FN_SUB;
    if (!readable || !cfn_node_is_scalar(text) || text->length == 0) {
        return NULL;
    }
    return g_strdup_printf("%d %.*s", (int)call.function, (int)text->length, text->text);
}

static void note_name(CfnBucketUsers *users, const UserType *type, const CfnResource *resource)
{
    g_autofree char *name = spelled_name(cfn_resource_property(resource, type->property));
    if (name == NULL) {
        return;
    }
    GArray *same = g_hash_table_lookup(users->by_name, name);
    if (same == NULL) {
        same = g_array_new(FALSE, FALSE, sizeof(CfnBucketUser));
        g_hash_table_insert(users->by_name, g_steal_pointer(&name), same);
    }
    CfnBucketUser user = { resource, type->kind, type->says };
    g_array_append_val(same, user);
}

CfnBucketUsers *cfn_bucket_users_new(const CfnTemplate *template)
{
    CfnBucketUsers *users = g_new0(CfnBucketUsers, 1);
    users->template = template;
    users->by_name =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    for (size_t i = 0; i < G_N_ELEMENTS(user_types); i++) {
        const GPtrArray *resources = cfn_template_resources_of(template, user_types[i].type);
        for (guint k = 0; k < resources->len; k++) {
            note_name(users, &user_types[i], resources->pdata[k]);
        }
    }
    return users;
}

void cfn_bucket_users_free(CfnBucketUsers *users)
{
    if (users != NULL) {
        g_hash_table_unref(users->by_name);
        g_free(users);
    }
}

static void add_user(GArray *users, CfnBucketUser user)
{
    for (guint i = 0; i < users->len; i++) {
        if (g_array_index(users, CfnBucketUser, i).resource == user.resource) {
            return;
        }
    }
    g_array_append_val(users, user);
}

static void add_by_reference(GArray *users, const CfnReference *reference)
{
    const UserType *type = user_type_of(reference->resource);
    if (type == NULL) {
        return;
    }
    const CfnNode *property = cfn_resource_property(reference->resource, type->property);
    if (property != NULL && cfn_node_is_under(reference->node, property)) {
        add_user(users, (CfnBucketUser){ reference->resource, type->kind, type->says });
    }
}

GArray *cfn_bucket_users_of(const CfnBucketUsers *users, const CfnResource *bucket)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(CfnBucketUser));
    const GPtrArray *references = cfn_references_to(users->template, bucket->logical_id);
    for (guint i = 0; i < references->len; i++) {
        add_by_reference(found, references->pdata[i]);
    }
    g_autofree char *name = spelled_name(cfn_resource_property(bucket, "BucketName"));
    const GArray *same = name != NULL ? g_hash_table_lookup(users->by_name, name) : NULL;
    for (guint i = 0; same != NULL && i < same->len; i++) {
        add_user(found, g_array_index(same, CfnBucketUser, i));
    }
    return found;
}
