/*
 * A key is used where a property names it, directly or by an alias.
 */
#include "transforms/kms_usage.h"

#include "model/flatten.h"

/* Properties that give CloudWatch Logs a key. */
static const struct {
    const char *type;
    const char *const path[4];
} logs_properties[] = {
    { "AWS::Logs::LogGroup", { "KmsKeyId", NULL } },
    { "AWS::Logs::LogAnomalyDetector", { "KmsKeyId", NULL } },
    { "AWS::Glue::SecurityConfiguration",
      { "EncryptionConfiguration", "CloudWatchEncryption", "KmsKeyArn", NULL } },
    { "AWS::EMRServerless::Application",
      { "MonitoringConfiguration", "CloudWatchLoggingConfiguration", "EncryptionKeyArn", NULL } },
};

static bool is_on_path(const CfnNode *node, const CfnNode *properties, const char *const *path)
{
    const CfnNode *value = properties;
    for (; *path != NULL && value != NULL; path++) {
        value = cfn_node_get(value, *path);
    }
    return value != NULL && cfn_node_is_under(node, value);
}

static bool gives_to_logs(const CfnReference *reference)
{
    const CfnResource *user = reference->resource;
    for (size_t i = 0; i < G_N_ELEMENTS(logs_properties); i++) {
        if (strcmp(user->type, logs_properties[i].type) == 0 &&
            is_on_path(reference->node, user->properties, logs_properties[i].path)) {
            return true;
        }
    }
    return false;
}

/* Resources that name keys without encrypting with them. */
static bool only_names_keys(const CfnResource *user)
{
    static const char *const types[] = { "AWS::CloudFormation::Stack", "AWS::SSM::Parameter" };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(user->type, types[i]) == 0) {
            return true;
        }
    }
    return g_str_has_prefix(user->type, "AWS::IAM::") ||
           g_str_has_prefix(user->type, "AWS::KMS::") || g_str_has_suffix(user->type, "Policy");
}

static void note_log_user(CfnKmsUsage *usage, const CfnResource *user)
{
    if (usage->log_user == NULL) {
        usage->log_user = user;
    }
    if (cfn_resource_has_type(user, "AWS::Logs::LogAnomalyDetector")) {
        usage->detectors = true;
        return;
    }
    usage->log_groups = true;
    char *name = cfn_flatten(cfn_resource_property(user, "LogGroupName"));
    g_ptr_array_add(usage->group_names, name != NULL ? name : g_strdup("*"));
}

static void note_references(CfnKmsUsage *usage, const CfnTemplate *template, const char *name)
{
    const GPtrArray *references = cfn_references_to(template, name);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        const CfnResource *user = reference->resource;
        if (user == NULL || user->properties == NULL ||
            !cfn_node_is_under(reference->node, user->properties)) {
            continue;
        }
        if (gives_to_logs(reference)) {
            note_log_user(usage, user);
        } else if (!only_names_keys(user) && usage->other_user == NULL) {
            usage->other_user = user;
        }
    }
}

/* Log groups that name the alias by its text: `…:alias/name`. */
static void note_alias_name(CfnKmsUsage *usage, const CfnTemplate *template,
                            const CfnResource *alias)
{
    g_autofree char *name = cfn_flatten(cfn_resource_property(alias, "AliasName"));
    const GPtrArray *groups = cfn_template_resources_of(template, "AWS::Logs::LogGroup");
    for (guint i = 0; name != NULL && i < groups->len; i++) {
        const CfnResource *group = groups->pdata[i];
        g_autofree char *value = cfn_flatten(cfn_resource_property(group, "KmsKeyId"));
        g_autofree char *end = g_strconcat(":", name, NULL);
        if (value != NULL && g_str_has_suffix(value, end)) {
            note_log_user(usage, group);
        }
    }
}

bool cfn_kms_is_key(const CfnResource *resource)
{
    return resource != NULL && (cfn_resource_has_type(resource, "AWS::KMS::Key") ||
                                cfn_resource_has_type(resource, "AWS::KMS::ReplicaKey"));
}

const CfnResource *cfn_kms_alias_target(const CfnTemplate *template, const CfnResource *alias)
{
    const CfnNode *target = cfn_resource_property(alias, "TargetKeyId");
    g_autofree char *id = cfn_ref_name(target);
    g_autofree char *attribute = NULL;
    if (id == NULL && !cfn_getatt(target, &id, &attribute)) {
        return NULL;
    }
    const CfnResource *key = cfn_template_resource(template, id);
    return cfn_kms_is_key(key) ? key : NULL;
}

CfnKmsUsage cfn_kms_usage(const CfnTemplate *template, const CfnResource *key)
{
    CfnKmsUsage usage = { .group_names = g_ptr_array_new_with_free_func(g_free) };
    note_references(&usage, template, key->logical_id);
    const GPtrArray *aliases = cfn_template_resources_of(template, "AWS::KMS::Alias");
    for (guint i = 0; i < aliases->len; i++) {
        const CfnResource *alias = aliases->pdata[i];
        const CfnResource *target = cfn_kms_alias_target(template, alias);
        if (target != NULL && strcmp(target->logical_id, key->logical_id) == 0) {
            note_references(&usage, template, alias->logical_id);
            note_alias_name(&usage, template, alias);
        }
    }
    return usage;
}

void cfn_kms_usage_clear(CfnKmsUsage *usage)
{
    g_ptr_array_unref(usage->group_names);
}

static bool absent_or(const CfnTemplate *template, const CfnResource *key, const char *property,
                      const char *value)
{
    const CfnNode *node = cfn_resolve(template, cfn_resource_property(key, property));
    return node == NULL || !cfn_node_is_scalar(node) || cfn_node_equals(node, value);
}

bool cfn_kms_is_symmetric(const CfnTemplate *template, const CfnResource *key)
{
    return absent_or(template, key, "KeySpec", "SYMMETRIC_DEFAULT") &&
           absent_or(template, key, "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT") &&
           absent_or(template, key, "KeyUsage", "ENCRYPT_DECRYPT");
}
