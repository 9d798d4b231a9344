/*
 * Counted are ManagedPolicyArns, policies of the template that name the role, and inline ones,
 * which would be managed. Of branches that exclude each other the longer one counts.
 */
#include "transforms/attachments.h"

#include "model/flatten.h"
#include "text/hash.h"

struct CfnAttachments {
    GHashTable *counts; /* "Roles ${Role}" -> how many */
};

/* Where policies tell what they are attached to. */
static const struct {
    const char *property;
    const char *kind;
} principals[] = {
    { "Roles", "Roles" },
    { "RoleName", "Roles" },
    { "Users", "Users" },
    { "Groups", "Groups" },
};

static guint count_items(const CfnNode *node)
{
    if (node == NULL || cfn_is_ref(node, "AWS::NoValue")) {
        return 0;
    }
    const CfnNode *choice = cfn_choice(node);
    if (choice != NULL) {
        return MAX(count_items(cfn_node_item(choice, 1)), count_items(cfn_node_item(choice, 2)));
    }
    if (!cfn_node_is_sequence(node) || cfn_node_has_tag(node)) {
        return 1;
    }
    guint count = 0;
    cfn_node_each_item(item, node) {
        count += count_items(item);
    }
    return count;
}

static guint count_of(const CfnAttachments *attachments, const char *key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(attachments->counts, key));
}

/* Takes KEY. */
static void add(CfnAttachments *attachments, char *key, guint more)
{
    g_hash_table_replace(attachments->counts, key,
                         GUINT_TO_POINTER(count_of(attachments, key) + more));
}

static char *key_of_resource(const CfnResource *resource)
{
    const char *kind = strrchr(resource->type, ':') + 1;
    return g_strdup_printf("%ss ${%s}", kind, resource->logical_id);
}

/* What POLICY is attached to, as keys; what cannot be read is left out. */
static GPtrArray *keys_of(const CfnResource *policy)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(principals); i++) {
        g_autoptr(GPtrArray) values = g_ptr_array_new();
        cfn_branches(cfn_resource_property(policy, principals[i].property), values);
        for (guint k = 0; k < values->len; k++) {
            const CfnNode *value = values->pdata[k];
            bool list = cfn_node_is_sequence(value) && !cfn_node_has_tag(value);
            for (const CfnNode *item = list ? value->first : value; item != NULL;
                 item = list ? item->next : NULL) {
                g_autofree char *name = cfn_flatten(item);
                if (name != NULL) {
                    g_ptr_array_add(keys, g_strdup_printf("%s %s", principals[i].kind, name));
                }
            }
        }
    }
    return keys;
}

static void count_resource(CfnAttachments *attachments, const CfnPass *pass,
                           const CfnResource *resource)
{
    static const char *const owners[] = { "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group",
                                          NULL };
    static const char *const inlined[] = { "AWS::IAM::Policy", "AWS::IAM::RolePolicy", NULL };
    bool skipped = cfn_pass_skips(pass, resource);
    if (g_strv_contains(owners, resource->type)) {
        bool moved = cfn_resource_has_type(resource, "AWS::IAM::Role") && !skipped;
        guint count = count_items(cfn_resource_property(resource, "ManagedPolicyArns"));
        count += moved ? count_items(cfn_resource_property(resource, "Policies")) : 0;
        add(attachments, key_of_resource(resource), count);
    } else if (cfn_resource_has_type(resource, "AWS::IAM::ManagedPolicy") ||
               (g_strv_contains(inlined, resource->type) && !skipped)) {
        g_autoptr(GPtrArray) keys = keys_of(resource);
        for (guint i = 0; i < keys->len; i++) {
            add(attachments, g_strdup(keys->pdata[i]), 1);
        }
    }
}

CfnAttachments *cfn_attachments_new(const CfnPass *pass)
{
    CfnAttachments *attachments = g_new0(CfnAttachments, 1);
    attachments->counts = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < cfn_template_resource_count(pass->template); i++) {
        count_resource(attachments, pass, cfn_template_resource_at(pass->template, i));
    }
    return attachments;
}

void cfn_attachments_free(CfnAttachments *attachments)
{
    g_hash_table_unref(attachments->counts);
    g_free(attachments);
}

guint cfn_attachments_of(const CfnAttachments *attachments, const CfnResource *role)
{
    g_autofree char *key = key_of_resource(role);
    return count_of(attachments, key);
}

guint cfn_attachments_beside(const CfnAttachments *attachments, const CfnResource *policy)
{
    g_autoptr(GPtrArray) keys = keys_of(policy);
    guint most = 0;
    for (guint i = 0; i < keys->len; i++) {
        most = MAX(most, count_of(attachments, keys->pdata[i]));
    }
    return most;
}
