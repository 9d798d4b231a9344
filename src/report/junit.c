/*
 * JUnit's XML, as CI servers read it (https://github.com/testmoapp/junitxml): a suite for each
 * template, a case for each finding. What is only worth knowing does not fail, and a template
 * without findings has one case, for an empty suite is taken for tests that did not run.
 *
 * XML 1.0 has no way to write most control characters, not even as a reference; remarks and names
 * come with them spelled out.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/escape.h"
#include "report/remark.h"
#include "text/hash.h"

static void append_escaped(GString *out, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_string_append(out, escaped);
}

static void append_attribute(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, " %s=\"", name);
    append_escaped(out, value);
    g_string_append_c(out, '"');
}

static void append_element(GString *out, const char *element, const CfnRemark *remark)
{
    g_string_append_printf(out, "<%s", element);
    append_attribute(out, "type", remark->rule);
    append_attribute(out, "message", remark->message);
    g_string_append(out, "/>");
}

static void append_outcome(GString *out, const CfnRemark *remark)
{
    switch (remark->severity) {
    case CFN_SEVERITY_ERROR:
        append_element(out, "error", remark);
        return;
    case CFN_SEVERITY_WARNING:
        append_element(out, "failure", remark);
        return;
    default:
        g_string_append(out, "<system-out>");
        append_escaped(out, remark->message);
        g_string_append(out, "</system-out>");
    }
}

/* "repair Bucket (12:3)", and "#2" behind it for the second that would have that name: CI servers
   take cases of one name for one. SEEN counts the names. */
static char *name_case(const CfnRemark *remark, GHashTable *seen)
{
    GString *name = g_string_new(remark->rule);
    if (remark->finding != NULL && remark->finding->logical_id != NULL) {
        g_string_append_c(name, ' ');
        cfn_escape_line(name, remark->finding->logical_id, strlen(remark->finding->logical_id));
    }
    g_string_append_printf(name, " (%u:%u)", remark->start.line, MAX(remark->start.column, 1));
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(seen, name->str)) + 1;
    g_hash_table_replace(seen, g_strdup(name->str), GUINT_TO_POINTER(count));
    if (count > 1) {
        g_string_append_printf(name, " #%u", count);
    }
    return g_string_free(name, FALSE);
}

/* REMARK is NULL for the case of a template without findings. */
static void append_case(GString *out, const char *path, const char *name, const CfnRemark *remark)
{
    g_string_append(out, "<testcase");
    append_attribute(out, "classname", path);
    append_attribute(out, "name", name);
    append_attribute(out, "file", path);
    if (remark == NULL) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append_printf(out, " line=\"%u\">", remark->start.line);
    append_outcome(out, remark);
    g_string_append(out, "</testcase>\n");
}

static void append_cases(GString *out, const char *path, const GPtrArray *remarks)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < remarks->len; i++) {
        g_autofree char *name = name_case(remarks->pdata[i], seen);
        append_case(out, path, name, remarks->pdata[i]);
    }
    if (remarks->len == 0) {
        append_case(out, path, "nothing found", NULL);
    }
}

static void append_suite(GString *out, const char *path, const GPtrArray *remarks)
{
    guint counts[CFN_SEVERITIES] = { 0 };
    for (guint i = 0; i < remarks->len; i++) {
        counts[((const CfnRemark *)remarks->pdata[i])->severity]++;
    }
    g_string_append(out, "<testsuite");
    append_attribute(out, "name", path);
    g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\">\n",
                           MAX(remarks->len, 1), counts[CFN_SEVERITY_WARNING],
                           counts[CFN_SEVERITY_ERROR]);
    append_cases(out, path, remarks);
    g_string_append(out, "</testsuite>\n");
}

static gpointer begin(const CfnManner *manner, GString *out)
{
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                         "<testsuites name=\"cfnfix\">\n");
    return NULL;
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    if (result->verdict == CFN_VERDICT_NOT_TEMPLATE) {
        return;
    }
    g_autoptr(GPtrArray) remarks = cfn_remarks(manner, result, CFN_OFFERS_NONE);
    g_autoptr(GString) path = g_string_new(NULL);
    cfn_escape_line(path, result->name, strlen(result->name));
    append_suite(out, path->str, remarks);
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    g_string_append(out, "</testsuites>\n");
}

const CfnReporter cfn_reporter_junit = {
    .name = "junit",
    .needs = CFN_NEEDS_NAME,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
