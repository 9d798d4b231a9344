/*
 * What the services say about their master passwords.
 *
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html lists where RDS
 * does not manage them; Aurora, DocumentDB and Redshift have such lists too.
 */
#include "transforms/database_password.h"

#include "model/flatten.h"
#include "syntax/scalar.h"

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static const CfnDatabaseType types[] = {
    { "AWS::RDS::DBInstance", "MasterUserPassword", "ManageMasterUserPassword", "MasterUsername",
      NAMES("SourceDBInstanceIdentifier", "SourceDBClusterIdentifier", "SourceDbiResourceId",
            "SourceDBInstanceAutomatedBackupsArn", "DBSnapshotIdentifier",
            "DBClusterSnapshotIdentifier", "DBClusterIdentifier") },
    { "AWS::RDS::DBCluster", "MasterUserPassword", "ManageMasterUserPassword", "MasterUsername",
      NAMES("SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDbClusterResourceId",
            "ReplicationSourceIdentifier", "GlobalClusterIdentifier") },
    { "AWS::DocDB::DBCluster", "MasterUserPassword", "ManageMasterUserPassword", "MasterUsername",
      NAMES("SnapshotIdentifier", "SourceDBClusterIdentifier", "GlobalClusterIdentifier") },
    { "AWS::Redshift::Cluster", "MasterUserPassword", "ManageMasterPassword", "MasterUsername",
      NAMES("SnapshotIdentifier", "SnapshotClusterIdentifier") },
    { "AWS::RedshiftServerless::Namespace", "AdminUserPassword", "ManageAdminPassword",
      "AdminUsername", NULL },
    { "AWS::DocDBElastic::Cluster", "AdminUserPassword", NULL, "AdminUserName", NULL },
    { "AWS::ElastiCache::ReplicationGroup", "AuthToken", NULL, NULL, NULL },
    { "AWS::Lightsail::Database", "MasterUserPassword", NULL, "MasterUsername", NULL },
};

const CfnDatabaseType *cfn_database_type(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i].type, type) == 0) {
            return &types[i];
        }
    }
    return NULL;
}

const CfnNode *cfn_property_around(const CfnResource *resource, const CfnNode *node)
{
    const CfnNode *at = node;
    while (at->parent != NULL && at->parent != resource->properties &&
           at->parent != resource->node) {
        at = at->parent;
    }
    return cfn_node_key(at);
}

/* ---- What a database is ---- */

/* Whether the property is there; behind Fn::If it may be. */
static bool has(const CfnResource *database, const char *property)
{
    const CfnNode *value = cfn_resource_property(database, property);
    return value != NULL && !cfn_is_ref(value, "AWS::NoValue");
}

static bool surely_has(const CfnResource *database, const char *property)
{
    return has(database, property) &&
           !cfn_is_function(cfn_resource_property(database, property), CFN_FN_IF);
}

/* Without a point in time it is a replica, with one a restore. */
static bool is_replica(const CfnResource *database)
{
    bool of_instance = cfn_resource_has_type(database, "AWS::RDS::DBInstance") &&
                       (surely_has(database, "SourceDBInstanceIdentifier") ||
                        surely_has(database, "SourceDBClusterIdentifier"));
    bool of_cluster = cfn_resource_has_type(database, "AWS::RDS::DBCluster") &&
                      surely_has(database, "ReplicationSourceIdentifier");
    return (of_instance || of_cluster) && !has(database, "RestoreTime") &&
           !has(database, "UseLatestRestorableTime");
}

static bool is_member(const CfnResource *database)
{
    return cfn_resource_has_type(database, "AWS::RDS::DBInstance") &&
           surely_has(database, "DBClusterIdentifier");
}

/* Whether a replica or a global cluster of this template takes DATABASE as its source. */
static bool is_source(const CfnResource *database)
{
    const GPtrArray *references = cfn_references_to(database->template, database->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        const CfnNode *key = reference->resource == NULL
                                 ? NULL
                                 : cfn_property_around(reference->resource, reference->value);
        if (cfn_node_equals(key, "SourceDBInstanceIdentifier") ||
            cfn_node_equals(key, "SourceDBClusterIdentifier") ||
            cfn_node_equals(key, "ReplicationSourceIdentifier")) {
            return true;
        }
    }
    return false;
}

/* Aurora Serverless v1, or what may be. */
static bool may_be_serverless(const CfnResource *database)
{
    const CfnNode *mode = cfn_resource_property(database, "EngineMode");
    bool is_known = cfn_node_is_scalar(mode) && cfn_intrinsic(mode).function == CFN_FN_NONE;
    return mode != NULL && (!is_known || cfn_node_equals(mode, "serverless"));
}

static bool is_custom(const CfnResource *database)
{
    const CfnNode *engine = cfn_resource_property(database, "Engine");
    return cfn_node_has_prefix(cfn_resolve(database->template, engine), "custom-");
}

static bool can_be_managed(const CfnResource *database, const CfnDatabaseType *type)
{
    const char *const *excluding = type->never_managed;
    for (size_t i = 0; excluding != NULL && excluding[i] != NULL; i++) {
        if (has(database, excluding[i])) {
            return false;
        }
    }
    const CfnNode *password = cfn_resource_property(database, type->password);
    const CfnNode *managed =
        type->managed != NULL ? cfn_resource_property(database, type->managed) : NULL;
    bool is_managed = false;
    return type->managed != NULL && !cfn_is_function(password, CFN_FN_IF) &&
           (managed == NULL || cfn_scalar_boolean(managed, &is_managed)) &&
           !may_be_serverless(database) && !is_custom(database) && !is_source(database);
}

CfnPasswordWay cfn_password_way(const CfnResource *database, const CfnDatabaseType *type,
                                const char **why_it_goes)
{
    const CfnNode *managed =
        type->managed != NULL ? cfn_resource_property(database, type->managed) : NULL;
    bool is_managed = false;
    if (cfn_node_is_scalar(managed) && cfn_scalar_boolean(managed, &is_managed) && is_managed) {
        *why_it_goes = "the service makes the password already, and refuses both at once";
    } else if (is_member(database)) {
        *why_it_goes = "a member has the password of its cluster, so this one counts for nothing";
    } else if (is_replica(database)) {
        *why_it_goes = "a replica has the password of its source, so this one counts for nothing";
    } else {
        return can_be_managed(database, type) ? CFN_PASSWORD_MANAGED : CFN_PASSWORD_GENERATED;
    }
    return CFN_PASSWORD_GOES;
}

/* ---- Where a password comes from ---- */

/* Whether TEXT says where a secret is and not what it is. */
static bool is_pointer_to_secret(const char *text)
{
    return strstr(text, "{{resolve:") != NULL ||
           (g_str_has_prefix(text, "arn:") && strstr(text, ":secretsmanager:") != NULL);
}

/* The default of the parameter NAME, if it is a text that people would take for the value. */
static CfnPasswordPlace place_of_default(const CfnTemplate *template, const char *name, char **text,
                                         char **parameter)
{
    const CfnNode *entry = cfn_template_entry(template, "Parameters", name);
    const CfnNode *type = cfn_node_get(entry, "Type");
    const CfnNode *preset = cfn_node_get(entry, "Default");
    if (!cfn_node_is_scalar(preset) || preset->length == 0 || !cfn_node_equals(type, "String")) {
        return CFN_PASSWORD_ELSEWHERE;
    }
    g_autofree char *value = cfn_node_dup_text(preset);
    if (is_pointer_to_secret(value)) {
        return CFN_PASSWORD_ELSEWHERE;
    }
    *text = g_steal_pointer(&value);
    *parameter = g_strdup(name);
    return CFN_PASSWORD_IN_TEMPLATE;
}

static bool says_where_secret_is(const CfnTemplate *template, const CfnNode *value)
{
    const char *bytes = cfn_template_tree(template)->source->text + value->span.start;
    return g_strstr_len(bytes, cfn_span_length(value->span), "{{resolve:") != NULL;
}

/* The name in FLAT if that is `${Name}` and nothing else; NULL otherwise. */
static char *only_name(const char *flat)
{
    size_t length = strlen(flat);
    bool is_one = g_str_has_prefix(flat, "${") && strcspn(flat, "}") == length - 1;
    return is_one && strchr(flat, '.') == NULL ? g_strndup(flat + 2, length - 3) : NULL;
}

CfnPasswordPlace cfn_password_place(const CfnTemplate *template, const CfnNode *value, char **text,
                                    char **parameter)
{
    CfnFunction function = cfn_intrinsic(value).function;
    bool is_literal = function == CFN_FN_NONE;
    if (function == CFN_FN_GETATT || function == CFN_FN_IMPORT_VALUE ||
        says_where_secret_is(template, value) ||
        (is_literal && (!cfn_node_is_scalar(value) || value->length == 0 ||
                        cfn_scalar_meaning(value) == CFN_MEANS_NULL))) {
        return CFN_PASSWORD_ELSEWHERE;
    }
    g_autofree char *flat = cfn_flatten(value);
    g_autofree char *name = flat != NULL && !is_literal ? only_name(flat) : NULL;
    if (name != NULL) {
        return place_of_default(template, name, text, parameter);
    }
    if (flat == NULL || (!is_literal && strstr(flat, "${") != NULL)) {
        return CFN_PASSWORD_UNKNOWN;
    }
    if (is_pointer_to_secret(flat)) {
        return CFN_PASSWORD_ELSEWHERE;
    }
    *text = g_steal_pointer(&flat);
    return CFN_PASSWORD_IN_TEMPLATE;
}
