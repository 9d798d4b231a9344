/*
 * The execution role fetches secrets and registry credentials, and opens the log streams.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 */
#include "transforms/task_keys.h"

#include "model/flatten.h"
#include "transforms/kms_usage.h"

/* Where the key of a resource stands. */
static const struct {
    const char *type;
    const char *attribute; /* what is named of it begins so */
    const char *const path[3];
} encrypted[] = {
    { "AWS::SecretsManager::Secret", "", { "KmsKeyId", NULL } },
    { "AWS::Logs::LogGroup", "", { "KmsKeyId", NULL } },
    { "AWS::RDS::DBInstance", "MasterUserSecret", { "MasterUserSecret", "KmsKeyId", NULL } },
    { "AWS::RDS::DBCluster", "MasterUserSecret", { "MasterUserSecret", "KmsKeyId", NULL } },
};

/* ---- Which key ---- */

/* The key whose alias is told by its name, alone or at the end of an ARN. */
static const CfnResource *key_by_alias_name(const CfnTemplate *template, const CfnNode *node)
{
    g_autofree char *text = cfn_flatten(node);
    const GPtrArray *aliases = cfn_template_resources_of(template, "AWS::KMS::Alias");
    for (guint i = 0; text != NULL && i < aliases->len; i++) {
        g_autofree char *name = cfn_flatten(cfn_resource_property(aliases->pdata[i], "AliasName"));
        g_autofree char *end = g_strconcat(":", name, NULL);
        if (name != NULL && (strcmp(text, name) == 0 || g_str_has_suffix(text, end))) {
            return cfn_kms_alias_target(template, aliases->pdata[i]);
        }
    }
    return NULL;
}

const CfnResource *cfn_key_named_by(const CfnTemplate *template, const CfnNode *node)
{
    g_autoptr(GPtrArray) references = cfn_references_under(template, node);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        const CfnResource *named = cfn_template_resource(template, reference->name);
        if (named != NULL && reference->kind != CFN_REFERS_CONDITION) {
            if (cfn_kms_is_key(named)) {
                return named;
            }
            if (cfn_resource_has_type(named, "AWS::KMS::Alias")) {
                return cfn_kms_alias_target(template, named);
            }
        }
    }
    return key_by_alias_name(template, node);
}

/* ---- Whose keys ---- */

static void add_key(GArray *keys, const CfnResource *key, const CfnResource *user)
{
    for (guint i = 0; i < keys->len; i++) {
        const CfnTaskKey *known = &g_array_index(keys, CfnTaskKey, i);
        if (known->key == key && (key != NULL || known->user == user)) {
            return;
        }
    }
    CfnTaskKey one = { key, user };
    g_array_append_val(keys, one);
}

/* AWS's own keys, of which everyone in the account may use `alias/aws/…`. */
static bool is_aws_key(const CfnNode *value)
{
    g_autofree char *text = cfn_flatten(value);
    return text != NULL && strstr(text, "alias/aws/") != NULL;
}

static void add_keys_of(GArray *keys, const CfnResource *user, const char *attribute)
{
    for (size_t i = 0; i < G_N_ELEMENTS(encrypted); i++) {
        if (strcmp(user->type, encrypted[i].type) != 0 ||
            !g_str_has_prefix(attribute, encrypted[i].attribute)) {
            continue;
        }
        const CfnNode *value = user->properties;
        for (const char *const *step = encrypted[i].path; *step != NULL; step++) {
            value = cfn_node_get(value, *step);
        }
        g_autoptr(GPtrArray) values = g_ptr_array_new();
        cfn_branches(value, values);
        for (guint k = 0; k < values->len; k++) {
            if (!is_aws_key(values->pdata[k])) {
                add_key(keys, cfn_key_named_by(user->template, values->pdata[k]), user);
            }
        }
    }
}

/* The secret that an attachment makes usable has the same ARN. */
static const CfnResource *behind_attachment(const CfnResource *resource)
{
    if (!cfn_resource_has_type(resource, "AWS::SecretsManager::SecretTargetAttachment")) {
        return resource;
    }
    g_autofree char *id = cfn_ref_name(cfn_resource_property(resource, "SecretId"));
    const CfnResource *secret = id != NULL ? cfn_template_resource(resource->template, id) : NULL;
    return secret != NULL ? secret : resource;
}

/* Whether NODE stands where the execution role is at work; environment variables only tell names.
   */
static bool is_for_execution(const CfnNode *node, const CfnNode *containers)
{
    static const char *const keys[] = { "Secrets", "RepositoryCredentials", "LogConfiguration" };
    for (; node != containers; node = node->parent) {
        const CfnNode *key = cfn_node_key(node);
        for (size_t i = 0; key != NULL && i < G_N_ELEMENTS(keys); i++) {
            if (cfn_node_equals(key, keys[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Log groups that are told by their name. */
static void add_named_group(GArray *keys, const CfnTemplate *template, const CfnNode *container)
{
    const CfnNode *option =
        cfn_node_at(container, "LogConfiguration", "Options", "awslogs-group", NULL);
    g_autofree char *wanted = cfn_flatten(option);
    const GPtrArray *groups = cfn_template_resources_of(template, "AWS::Logs::LogGroup");
    for (guint i = 0; wanted != NULL && i < groups->len; i++) {
        g_autofree char *name =
            cfn_flatten(cfn_resource_property(groups->pdata[i], "LogGroupName"));
        if (name != NULL && strcmp(name, wanted) == 0) {
            add_keys_of(keys, groups->pdata[i], "");
        }
    }
}

GArray *cfn_task_keys(const CfnResource *task)
{
    GArray *keys = g_array_new(FALSE, FALSE, sizeof(CfnTaskKey));
    const CfnNode *containers = cfn_resource_property(task, "ContainerDefinitions");
    if (containers == NULL) {
        return keys;
    }
    g_autoptr(GPtrArray) references = cfn_references_under(task->template, containers);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        const CfnResource *named = cfn_template_resource(task->template, reference->name);
        if (named != NULL && reference->kind != CFN_REFERS_CONDITION &&
            is_for_execution(reference->node, containers)) {
            const char *attribute = reference->attribute != NULL ? reference->attribute : "";
            add_keys_of(keys, behind_attachment(named), attribute);
        }
    }
    cfn_node_each_item(container, containers) {
        add_named_group(keys, task->template, container);
    }
    return keys;
}
