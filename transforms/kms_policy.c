/*
 * A statement is sufficient if it names the logs service, covers what CloudWatch Logs calls, and
 * its condition, if any, admits the log groups. Several statements may share the actions.
 */
#include "transforms/kms_policy.h"

#include "transforms/policy.h"

/* What CloudWatch Logs calls; ReEncrypt is two permissions. */
static const char *const needed_actions[] = {
    "kms:Encrypt",     "kms:Decrypt",         "kms:ReEncryptFrom",
    "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey",
};
#define NEEDED G_N_ELEMENTS(needed_actions)
#define ALL_NEEDED ((1u << NEEDED) - 1)

static unsigned covered_actions(const CfnNode *statement)
{
    unsigned covered = 0;
    for (size_t i = 0; i < NEEDED; i++) {
        if (cfn_statement_covers(statement, needed_actions[i])) {
            covered |= 1u << i;
        }
    }
    return covered;
}

/* ---- Principals ---- */

typedef enum { PRINCIPAL_OTHER, PRINCIPAL_LOGS, PRINCIPAL_ANYONE, PRINCIPAL_UNKNOWN } Principal;

/* logs.amazonaws.com, logs.<region>.<suffix>; not delivery.logs… or vpc-flow-logs… */
static bool is_logs_service(const char *text)
{
    if (!g_str_has_prefix(text, "logs.")) {
        return false;
    }
    static const char *const suffixes[] = { "amazonaws.com", "amazonaws.com.cn",
                                            "${AWS::URLSuffix}" };
    const char *rest = text + strlen("logs.");
    const char *dot = strchr(rest, '.');
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (strcmp(rest, suffixes[i]) == 0 || (dot != NULL && strcmp(dot + 1, suffixes[i]) == 0)) {
            return true;
        }
    }
    return false;
}

static Principal principal_of_service(const CfnNode *service)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(service, values);
    Principal found = PRINCIPAL_OTHER;
    for (guint i = 0; i < values->len && found != PRINCIPAL_LOGS; i++) {
        g_autofree char *text = cfn_flatten(values->pdata[i]);
        if (text == NULL || cfn_is_function(values->pdata[i], CFN_FN_REF)) {
            found = PRINCIPAL_UNKNOWN;
        } else if (is_logs_service(text)) {
            found = PRINCIPAL_LOGS;
        }
    }
    return found;
}

static bool has_star(const CfnNode *element)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(element, values);
    for (guint i = 0; i < values->len; i++) {
        if (cfn_node_equals(values->pdata[i], "*")) {
            return true;
        }
    }
    return false;
}

static Principal principal_of(const CfnNode *statement)
{
    const CfnNode *principal = cfn_node_get(statement, "Principal");
    if (has_star(principal) || has_star(cfn_node_get(principal, "AWS"))) {
        return PRINCIPAL_ANYONE;
    }
    return principal_of_service(cfn_node_get(principal, "Service"));
}

/* ---- Conditions ---- */

#define LOGS_CONTEXT "kms:EncryptionContext:aws:logs:arn"
#define CRYPTO_CONTEXT "kms:EncryptionContext:aws-crypto-ec:aws:logs:arn"

/* Condition keys that every call of CloudWatch Logs for this account satisfies. */
static bool is_harmless_key(const CfnNode *key)
{
    return cfn_node_equals_nocase(key, "aws:SourceAccount") ||
           cfn_node_equals_nocase(key, "aws:SourceArn") ||
           cfn_node_equals_nocase(key, "kms:CallerAccount");
}

/* An ARN pattern with `${…}` made a wildcard. */
static char *as_pattern(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        const char *end = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
        g_string_append_c(out, end != NULL ? '*' : *text);
        text = end != NULL ? end + 1 : text + 1;
    }
    return g_string_free(out, FALSE);
}

/* Whether an ARN pattern admits all of the log groups (or, with a detector, any detector). */
static bool pattern_admits(const char *text, const char *kind, const GPtrArray *names)
{
    g_autofree char *pattern = as_pattern(text);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        g_autofree char *name = as_pattern(names->pdata[i]);
        bool unknown = strcmp(name, "*") == 0;
        const char *shown = unknown ? "\x01" : name;
        g_autofree char *arn = g_strconcat("arn:aws:logs:r:1:", kind, ":", shown, NULL);
        g_autofree char *stream = g_strconcat(arn, ":x", NULL);
        bool same = !unknown && strstr(text, names->pdata[i]) != NULL;
        if (!same && !cfn_glob_matches(pattern, arn, false) &&
            !cfn_glob_matches(pattern, stream, false)) {
            return false;
        }
    }
    g_autofree char *any = g_strconcat("arn:aws:logs:r:1:", kind, ":\x01", NULL);
    return (names != NULL && names->len > 0) || cfn_glob_matches(pattern, any, false);
}

static bool values_admit(const CfnNode *element, const char *kind, const GPtrArray *names)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(element, values);
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *text = cfn_flatten(values->pdata[i]);
        if (text != NULL && pattern_admits(text, kind, names)) {
            return true;
        }
    }
    return false;
}

typedef enum { ADMITS, ADMITS_NOT, ADMITS_UNKNOWN } Admission;

typedef struct {
    const char *kind;       /* "log-group" or "anomaly-detector" */
    const char *context;    /* the condition key */
    const GPtrArray *names; /* of log groups; NULL for detectors */
} Subject;

static bool is_positive_operator(const CfnNode *operator)
{
    static const char *const operators[] = { "ArnLike", "ArnEquals", "StringLike", "StringEquals" };
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (cfn_node_equals_nocase(operator, operators[i])) {
            return true;
        }
    }
    return false;
}

static Admission operator_admits(const CfnNode *operator, const Subject * subject)
{
    cfn_node_each_key(key, cfn_node_value(operator)) {
        bool context = cfn_node_equals_nocase(key, LOGS_CONTEXT) ||
                       cfn_node_equals_nocase(key, CRYPTO_CONTEXT);
        if (context && is_positive_operator(operator)) {
            if (!cfn_node_equals_nocase(key, subject->context) ||
                !values_admit(cfn_node_value(key), subject->kind, subject->names)) {
                return ADMITS_NOT;
            }
        } else if (!is_harmless_key(key)) {
            return ADMITS_UNKNOWN;
        }
    }
    return ADMITS;
}

static Admission condition_admits(const CfnNode *statement, const Subject *subject)
{
    const CfnNode *condition = cfn_node_get(statement, "Condition");
    if (condition == NULL) {
        return ADMITS;
    }
    if (!cfn_node_is_mapping(condition) || cfn_intrinsic(condition).function != CFN_FN_NONE) {
        return ADMITS_UNKNOWN;
    }
    Admission result = ADMITS;
    cfn_node_each_key(operator, condition) {
        Admission one = operator_admits(operator, subject);
        result = one == ADMITS ? result : one;
    }
    return result;
}

/* ---- The verdict ---- */

/* Whether the statements together allow SUBJECT what it needs; notes what cannot be read. */
static bool admits(const GPtrArray *statements, const Subject *subject, const char **unreadable)
{
    unsigned covered = 0;
    for (guint i = 0; i < statements->len; i++) {
        const CfnNode *statement = statements->pdata[i];
        if (!cfn_is_written_out(statement)) {
            *unreadable = "a statement";
            continue;
        }
        if (!cfn_statement_has_effect(statement, "Allow")) {
            continue;
        }
        Principal principal = principal_of(statement);
        bool anyone = principal == PRINCIPAL_ANYONE && cfn_node_get(statement, "Condition") == NULL;
        if (principal == PRINCIPAL_UNKNOWN && covered_actions(statement) == ALL_NEEDED) {
            *unreadable = "the principal of a statement";
        } else if (principal == PRINCIPAL_LOGS || anyone) {
            Admission admission = condition_admits(statement, subject);
            covered |= admission == ADMITS ? covered_actions(statement) : 0;
            *unreadable =
                admission == ADMITS_UNKNOWN ? "the condition of the logs statement" : *unreadable;
        }
    }
    return covered == ALL_NEEDED;
}

static bool denies(const GPtrArray *statements)
{
    for (guint i = 0; i < statements->len; i++) {
        const CfnNode *statement = statements->pdata[i];
        if (!cfn_is_written_out(statement) || !cfn_statement_has_effect(statement, "Deny") ||
            covered_actions(statement) == 0) {
            continue;
        }
        Principal principal = principal_of(statement);
        bool unconditional = cfn_node_get(statement, "Condition") == NULL;
        if (principal == PRINCIPAL_LOGS || (principal == PRINCIPAL_ANYONE && unconditional)) {
            return true;
        }
    }
    return false;
}

CfnKmsVerdict cfn_kms_judge(const CfnNode *policy, const CfnKmsUsage *usage)
{
    g_autoptr(GPtrArray) statements = g_ptr_array_new();
    cfn_policy_statements(policy, statements);
    const Subject groups = { "log-group", LOGS_CONTEXT, usage->group_names };
    const Subject detectors = { "anomaly-detector", LOGS_CONTEXT, NULL };
    const Subject detector_data = { "anomaly-detector", CRYPTO_CONTEXT, NULL };
    CfnKmsVerdict verdict = { .denied = denies(statements) };
    bool groups_needed = usage->log_groups || !usage->detectors;
    verdict.log_groups_admitted =
        !groups_needed || admits(statements, &groups, &verdict.unreadable);
    verdict.detectors_admitted =
        !usage->detectors || (admits(statements, &detectors, &verdict.unreadable) &&
                              admits(statements, &detector_data, &verdict.unreadable));
    return verdict;
}

bool cfn_kms_policy_has_statements(const CfnNode *policy)
{
    g_autoptr(GPtrArray) lists = g_ptr_array_new();
    cfn_branches(cfn_node_get(policy, "Statement"), lists);
    for (guint i = 0; i < lists->len; i++) {
        const CfnNode *list = lists->pdata[i];
        if (list->kind == CFN_SCALAR || cfn_intrinsic(list).function != CFN_FN_NONE) {
            return false;
        }
    }
    return lists->len > 0;
}
