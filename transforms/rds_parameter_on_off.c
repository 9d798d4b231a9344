/*
 * Aurora MySQL cluster parameters that take only ON or OFF reject 1.
 *
 * The error comes at deployment: "Invalid parameter value: 1 for: require_secure_transport allowed
 * values are: ON,OFF". An unquoted ON is a boolean in YAML 1.1, which CloudFormation hands on as
 * "true"; that is rejected too. Instance parameter groups of RDS for MySQL want 1, so they are left
 * alone.
 */
#include "engine/transform.h"
#include "syntax/scalar.h"

static void apply(CfnPass *pass, const CfnResource *group);

const CfnTransform cfn_transform_rds_parameter_on_off = {
    .id = "rds-parameter-on-off",
    .summary = "Write ON or OFF where Aurora MySQL takes nothing else",
    .rationale = "Some cluster parameters of Aurora MySQL are enumerations with the members ON and "
                 "OFF. The service "
                 "compares the text, so 1, 0, true and false are rejected when the parameter group "
                 "is created or "
                 "changed.\n\n"
                 "YAML 1.1 reads an unquoted ON as a boolean, and CloudFormation passes it on as "
                 "\"true\". The repair "
                 "therefore always writes the value in quotes.\n\n"
                 "Most parameters do take 1 and 0 (slow_query_log, general_log, "
                 "server_audit_logging and others), and "
                 "so does require_secure_transport in the instance parameter groups of RDS for "
                 "MySQL. None of those "
                 "is touched.",
    .url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
           "AuroraMySQL.Reference.ParameterGroups.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = (const char *const[]){ "AWS::RDS::DBClusterParameterGroup", NULL },
    .words = (const char *const[]){ "require_secure_transport", "aurora_parallel_query",
                                    "aurora_disable_hash_join", "enforce_gtid_consistency",
                                    "gtid_mode", "gtid-mode", NULL },
    .apply = apply,
};

typedef struct {
    const char *name;
    bool one_is_ambiguous; /* has more members than ON and OFF, so that 1 says too little */
} OnOff;

static const OnOff on_off_parameters[] = {
    { "require_secure_transport", false },
    { "aurora_parallel_query", false },
    { "aurora_disable_hash_join", false },
    { "enforce_gtid_consistency", false },
    { "gtid_mode", true },
    { "gtid-mode", true },
};

static const OnOff *find_parameter(const CfnNode *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(on_off_parameters); i++) {
        if (cfn_node_equals(key, on_off_parameters[i].name)) {
            return &on_off_parameters[i];
        }
    }
    return NULL;
}

/* What a value was meant to be: "ON", "OFF", or NULL if it says neither by a number or a
   boolean. */
static const char *meant_value(const CfnNode *value)
{
    if (!cfn_node_is_scalar(value) || cfn_node_has_tag(value)) {
        return NULL;
    }
    CfnMeaning meaning = cfn_scalar_meaning(value);
    if (meaning == CFN_MEANS_TRUE || cfn_node_equals(value, "1")) {
        return "ON";
    }
    if (meaning == CFN_MEANS_FALSE || cfn_node_equals(value, "0")) {
        return "OFF";
    }
    return NULL;
}

/* The id of an instance parameter group of RDS for MySQL that rightly says 1 for NAME, or NULL. */
static const char *instance_group_with(const CfnTemplate *template, const char *name)
{
    const GPtrArray *groups = cfn_template_resources_of(template, "AWS::RDS::DBParameterGroup");
    for (guint i = 0; i < groups->len; i++) {
        const CfnResource *group = groups->pdata[i];
        const CfnNode *value = cfn_node_get(cfn_resource_property(group, "Parameters"), name);
        const CfnNode *family = cfn_resolve(template, cfn_resource_property(group, "Family"));
        if (cfn_node_has_prefix(family, "mysql") && meant_value(value) != NULL) {
            return group->logical_id;
        }
    }
    return NULL;
}

static void repair_value(CfnPass *pass, const CfnNode *value, const OnOff *parameter,
                         const char *meant)
{
    const char *instance_group = instance_group_with(pass->template, parameter->name);
    g_autofree char *aside =
        instance_group == NULL
            ? g_strdup("")
            : g_strdup_printf(" (the instance parameter group %s keeps its value: RDS for MySQL "
                              "wants it so)",
                              instance_group);
    g_autofree char *text = cfn_node_dup_text(value);
    bool number = cfn_node_equals(value, "1") || cfn_node_equals(value, "0");
    CfnFinding *finding = cfn_report(
        pass, value, "Aurora MySQL takes %s only as ON or OFF, not as %s%s%s", parameter->name,
        number ? "" : "the boolean that an unquoted ", text, number ? aside : " is");
    if (parameter->one_is_ambiguous && cfn_node_equals(value, "1")) {
        cfn_finding_cannot_fix(finding,
                               "%s also takes ON_PERMISSIVE and OFF_PERMISSIVE, and 1 does "
                               "not say which",
                               parameter->name);
        return;
    }
    cfn_edit_set_string(cfn_finding_change(pass, finding), value, meant);
}

static void report_default(CfnPass *pass, const CfnNode *value, const OnOff *parameter)
{
    g_autofree char *source = cfn_ref_name(value);
    CfnFinding *finding =
        cfn_report(pass, value, "Aurora MySQL takes %s only as ON or OFF", parameter->name);
    cfn_finding_cannot_fix(
        finding, "the value comes from the parameter %s, whose default is neither", source);
}

/* A parameter without a literal default is the user's business; any other function hides what could
   be wrong. */
static void report_unknown(CfnPass *pass, const CfnNode *value, const OnOff *parameter)
{
    if (!cfn_is_function(value, CFN_FN_REF)) {
        CfnFinding *finding =
            cfn_report(pass, value, "Aurora MySQL takes %s only as ON or OFF", parameter->name);
        cfn_finding_cannot_fix(finding, "the value is behind an intrinsic function");
    }
}

static void check_parameter(CfnPass *pass, const CfnNode *key)
{
    const OnOff *parameter = find_parameter(key);
    if (parameter == NULL) {
        return;
    }
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_branches(cfn_node_value(key), values);
    for (guint i = 0; i < values->len; i++) {
        const CfnNode *value = values->pdata[i];
        const CfnNode *known = cfn_resolve(pass->template, value);
        const char *meant = meant_value(known);
        if (meant != NULL && known == value) {
            repair_value(pass, value, parameter, meant);
        } else if (meant != NULL) {
            report_default(pass, value, parameter);
        } else if (!cfn_node_is_scalar(known) || cfn_node_has_tag(known)) {
            report_unknown(pass, value, parameter);
        }
    }
}

static void apply(CfnPass *pass, const CfnResource *group)
{
    const CfnNode *family = cfn_resolve(pass->template, cfn_resource_property(group, "Family"));
    if (!cfn_node_has_prefix(family, "aurora-mysql")) {
        return;
    }
    g_autoptr(GPtrArray) maps = g_ptr_array_new();
    cfn_branches(cfn_resource_property(group, "Parameters"), maps);
    for (guint i = 0; i < maps->len; i++) {
        cfn_node_each_key(key, (const CfnNode *)maps->pdata[i]) {
            check_parameter(pass, key);
        }
    }
}
