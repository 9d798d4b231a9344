/*
 * GitLab's code quality report
 * (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
 *
 * Of findings with the same fingerprint GitLab shows one, so each has its own.
 */
#include "report/reporter.h"

#include "report/json_value.h"
#include "report/remark.h"

static const char *const severity_names[CFN_SEVERITIES] = { "critical", "major", "info" };

static json_t *make_issue(const CfnResult *result, const CfnRemark *remark)
{
    json_t *location = json_object();
    json_object_set_new(location, "path", cfn_json_string(result->name));
    json_object_set_new(location, "lines",
                        json_pack("{s:o}", "begin", cfn_json_count(remark->start.line)));
    json_t *issue = json_object();
    json_object_set_new(issue, "description", cfn_json_string(remark->message));
    json_object_set_new(issue, "check_name", json_string(remark->rule));
    json_object_set_new(issue, "fingerprint", json_string(remark->fingerprint));
    json_object_set_new(issue, "severity", json_string(severity_names[remark->severity]));
    json_object_set_new(issue, "location", location);
    return issue;
}

/* The state: what stands between the last issue and the next. */
static gpointer begin(const CfnManner *manner, GString *out)
{
    g_string_append_c(out, '[');
    return g_string_new("\n");
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    g_autoptr(GPtrArray) remarks = cfn_remarks(manner, result, CFN_OFFERS_NONE);
    for (guint i = 0; i < remarks->len; i++) {
        cfn_json_append_item(out, state, make_issue(result, remarks->pdata[i]));
    }
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    g_string_append(out, "\n]\n");
    g_string_free(state, TRUE);
}

const CfnReporter cfn_reporter_gitlab = {
    .name = "gitlab",
    .needs = CFN_NEEDS_NAME,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
