/*
 * Databases that keep their logs to themselves.
 *
 * Which logs there are depends on the engine: "You cannot use the log types 'audit' with engine
 * version postgres 16.3".
 */
#include "engine/transform.h"
#include "model/flatten.h"

static void apply(CfnPass *pass, const CfnResource *database);

const CfnTransform cfn_transform_rds_log_exports = {
    .id = "rds-log-exports",
    .summary = "Export the logs of databases to CloudWatch Logs",
    .rationale =
        "The logs of a database stay on its instance, where they are deleted after some days, "
        "unless "
        "`EnableCloudwatchLogsExports` names them. The repair names those that the engine has "
        "without further "
        "plug-ins. Some are empty until a parameter turns them on (`slow_query_log`, "
        "`general_log`, "
        "`server_audit_logging`, DocumentDB's `audit_logs` and `profiler`).\n\n"
        "Members of a cluster and custom instances have no exports of their own, and Aurora "
        "Serverless v1 exports its logs by "
        "itself. A list that is there already is someone's choice, also an empty one.\n\n"
        "CloudWatch Logs costs by the amount that is written, so this is done only when asked for.",
    .url = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
           "USER_LogAccess.Procedural.UploadtoCloudWatch.html",
    .group = CFN_GROUP_HYGIENE,
    .effects = CFN_EFFECT_IN_PLACE,
    .by_name = true,
    .resource_types =
        (const char *const[]){ "AWS::RDS::DBInstance", "AWS::RDS::DBCluster",
                               "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster", NULL },
    .apply = apply,
};

/* The logs of each engine; the first row that matches counts. Audit logs of MySQL and MariaDB
   instances need an option group with a plug-in, Oracle's oemagent log needs that agent. */
static const struct {
    const char *type;
    const char *engine;
    const char *logs;
} engine_logs[] = {
    { "AWS::RDS::DBInstance", "mysql", "- error\n- general\n- slowquery\n" },
    { "AWS::RDS::DBInstance", "mariadb", "- error\n- general\n- slowquery\n" },
    { "AWS::RDS::DBInstance", "postgres", "- postgresql\n- upgrade\n" },
    { "AWS::RDS::DBInstance", "oracle-*", "- alert\n- audit\n- listener\n- trace\n" },
    { "AWS::RDS::DBInstance", "sqlserver-ex", "- error\n" }, /* has no agent */
    { "AWS::RDS::DBInstance", "sqlserver-*", "- agent\n- error\n" },
    { "AWS::RDS::DBInstance", "db2-*", "- diag.log\n- notify.log\n" },
    { "AWS::RDS::DBCluster", "aurora-mysql", "- audit\n- error\n- general\n- slowquery\n" },
    { "AWS::RDS::DBCluster", "aurora-postgresql", "- postgresql\n" },
    { "AWS::RDS::DBCluster", "mysql", "- error\n- general\n- slowquery\n" },
    { "AWS::RDS::DBCluster", "postgres", "- postgresql\n- upgrade\n" },
    { "AWS::DocDB::DBCluster", "*", "- audit\n- profiler\n" },
    { "AWS::Neptune::DBCluster", "*", "- audit\n" }, /* slow queries only from version 1.2.1 */
};

static const char *logs_of(const char *type, const CfnNode *engine)
{
    g_autofree char *name = cfn_node_is_scalar(engine) ? cfn_node_dup_text(engine) : g_strdup("");
    for (size_t i = 0; i < G_N_ELEMENTS(engine_logs); i++) {
        if (strcmp(engine_logs[i].type, type) == 0 &&
            cfn_glob_matches(engine_logs[i].engine, name, true)) {
            return engine_logs[i].logs;
        }
    }
    return NULL;
}

/* Whether the property is there; behind Fn::If it may be. */
static bool has(const CfnResource *database, const char *property)
{
    const CfnNode *value = cfn_resource_property(database, property);
    return value != NULL && !cfn_is_ref(value, "AWS::NoValue");
}

/* Only Aurora has engine modes, and serverless is its first version. */
static bool exports_by_itself(const CfnResource *database)
{
    return cfn_node_equals(cfn_resource_property(database, "EngineMode"), "serverless");
}

/* RDS has many engines; the other services have one and no such property. */
static bool needs_engine(const CfnResource *database)
{
    return g_str_has_prefix(database->type, "AWS::RDS::");
}

/* Why what the engine is cannot be known, as a new clause; NULL if it is. */
static char *find_obstacle(const CfnResource *database, const CfnNode *engine)
{
    g_autofree char *parameter = cfn_ref_name(engine);
    if (!needs_engine(database)) {
        return NULL;
    }
    if (engine == NULL) {
        return g_strdup("the engine is that of its source, which decides what logs there are");
    }
    if (parameter != NULL) {
        return g_strdup_printf("the engine, which decides what logs there are, comes from %s",
                               parameter);
    }
    return cfn_intrinsic(engine).function == CFN_FN_NONE
               ? NULL
               : g_strdup("the engine, which decides what logs there are, is behind an intrinsic "
                          "function");
}

/* Whether there is something to export that no one has decided about. */
static bool is_open(const CfnResource *database)
{
    bool is_member = cfn_resource_has_type(database, "AWS::RDS::DBInstance") &&
                     has(database, "DBClusterIdentifier");
    return database->properties != NULL && !is_member && !exports_by_itself(database) &&
           cfn_resource_property(database, "EnableCloudwatchLogsExports") == NULL;
}

static void apply(CfnPass *pass, const CfnResource *database)
{
    if (!is_open(database)) {
        return;
    }
    const CfnNode *engine = cfn_resource_property(database, "Engine");
    g_autofree char *obstacle = find_obstacle(database, engine);
    const char *logs = obstacle == NULL ? logs_of(database->type, engine) : NULL;
    if (obstacle == NULL && logs == NULL) {
        return;
    }
    CfnFinding *finding =
        cfn_report(pass, database->key, "the logs of this database are not exported");
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return;
    }
    cfn_edit_add(cfn_finding_change(pass, finding), database->properties, NULL,
                 "EnableCloudwatchLogsExports", logs);
}
