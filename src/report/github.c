/*
 * Workflow commands of GitHub Actions, which show as annotations
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 *
 * GitHub keeps ten of each kind per step; all are printed, for the log has them all.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/escape.h"
#include "report/remark.h"

static const char *const commands[CFN_SEVERITIES] = { "error", "warning", "notice" };

/* Appends TEXT with percent signs, line breaks and the characters in MORE spelled as the runner
   reads them. */
static void append_escaped(GString *out, const char *text, const char *more)
{
    for (; *text != '\0'; text++) {
        if (strchr("%\r\n", *text) != NULL || strchr(more, *text) != NULL) {
            g_string_append_printf(out, "%%%02X", (guint8)*text);
        } else {
            g_string_append_c(out, *text);
        }
    }
}

static void append_property(GString *out, const char *text)
{
    append_escaped(out, text, ":,");
}

/* A name that is harmful on a terminal names no file then; nobody should have one. */
static void append_path(GString *out, const char *path)
{
    g_autoptr(GString) harmless = g_string_new(NULL);
    cfn_escape_line(harmless, path, strlen(path));
    append_property(out, harmless->str);
}

/* Columns are refused where the lines differ. */
static void append_place(GString *out, const CfnRemark *remark)
{
    g_string_append_printf(out, ",line=%u,endLine=%u", remark->start.line, remark->end.line);
    if (remark->start.line == remark->end.line && remark->start.column > 0) {
        g_string_append_printf(out, ",col=%u,endColumn=%u", remark->start.column,
                               remark->end.column);
    }
}

static void append_command(GString *out, const CfnResult *result, const CfnRemark *remark)
{
    g_string_append_printf(out, "::%s title=cfnfix ", commands[remark->severity]);
    append_property(out, remark->rule);
    g_string_append(out, ",file=");
    append_path(out, result->name);
    append_place(out, remark);
    g_string_append(out, "::");
    append_escaped(out, remark->message, "");
    g_string_append_c(out, '\n');
}

static gpointer begin(const CfnManner *manner, GString *out)
{
    return NULL;
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    g_autoptr(GPtrArray) remarks = cfn_remarks(manner, result, CFN_OFFERS_NONE);
    for (guint i = 0; i < remarks->len; i++) {
        append_command(out, result, remarks->pdata[i]);
    }
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
}

const CfnReporter cfn_reporter_github = {
    .name = "github",
    .needs = CFN_NEEDS_NAME,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
