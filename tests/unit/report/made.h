/*
 * Results made by hand, for the tests of reporters.
 */
#ifndef CFN_TESTS_REPORT_MADE_H
#define CFN_TESTS_REPORT_MADE_H

#include <string.h>

#include "report/reporter.h"

static const CfnTransform made_transform = { .id = "force-destroy",
                                             .summary = "Summary",
                                             .url = "https://example.com/a" };

/* On the lines from FIRST to LAST. */
static inline CfnFinding *made_finding(CfnState state, const char *message, uint32_t first,
                                       uint32_t last)
{
    CfnFinding *finding = g_new0(CfnFinding, 1);
    finding->transform = &made_transform;
    finding->state = state;
    finding->effects = CFN_EFFECT_IN_PLACE;
    finding->message = g_strdup(message);
    finding->reason = state == CFN_FIXED ? NULL : g_strdup("someone chose Retain");
    finding->logical_id = g_strdup("Bucket");
    finding->pointer = g_strdup_printf("/Resources/%s", message);
    finding->start = (CfnPlace){ first, 1 };
    finding->end = (CfnPlace){ last, 5 };
    return finding;
}

static inline void made_free_notice(gpointer data)
{
    CfnNotice *notice = data;
    g_free(notice->message);
    g_free(notice);
}

static inline void made_free_suggestion(gpointer data)
{
    CfnSuggestion *suggestion = data;
    for (guint i = 0; i < suggestion->replacements->len; i++) {
        g_free(g_array_index(suggestion->replacements, CfnReplacement, i).text);
    }
    g_array_unref(suggestion->replacements);
    g_array_unref(suggestion->findings);
    g_free(suggestion);
}

/* Adds to RESULT that LINES from FIRST on go and TEXT stands there. The suggestion has no finding
   yet. */
static inline CfnSuggestion *made_suggestion(CfnResult *result, uint32_t first, uint32_t lines,
                                             const char *text)
{
    CfnSource *source = result->outcome->source;
    CfnReplacement one = { .first_line = first, .lines = lines, .text = g_strdup(text) };
    for (uint32_t line = 1; line < first; line++) {
        one.span.start = cfn_source_next_line(source, one.span.start);
    }
    one.span.end = one.span.start;
    for (uint32_t line = 0; line < lines; line++) {
        one.span.end = cfn_source_next_line(source, one.span.end);
    }
    CfnSuggestion *suggestion = g_new0(CfnSuggestion, 1);
    suggestion->replacements = g_array_new(FALSE, FALSE, sizeof(CfnReplacement));
    suggestion->findings = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(suggestion->replacements, one);
    g_ptr_array_add(result->outcome->suggestions, suggestion);
    return suggestion;
}

/* Of a template with that text, in which nothing was found yet. */
static inline CfnResult *made_result(const char *path, const char *text)
{
    CfnResult *result = g_new0(CfnResult, 1);
    result->path = g_strdup(path);
    result->name = g_strdup(path);
    result->verdict = CFN_VERDICT_CHANGED;
    result->before = g_bytes_new(text, strlen(text));
    CfnOutcome *outcome = result->outcome = g_new0(CfnOutcome, 1);
    outcome->source = cfn_source_new(path, result->before, CFN_SOURCE_DEFAULT_LIMIT, NULL);
    outcome->findings = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    outcome->operations = g_ptr_array_new();
    outcome->notices = g_ptr_array_new_with_free_func(made_free_notice);
    outcome->suggestions = g_ptr_array_new_with_free_func(made_free_suggestion);
    outcome->is_template = true;
    return result;
}

static inline CfnResult *made_error(const char *path, const char *message)
{
    CfnResult *result = g_new0(CfnResult, 1);
    result->path = g_strdup(path);
    result->name = g_strdup(path);
    result->verdict = CFN_VERDICT_ERROR;
    result->error = g_error_new_literal(CFN_ERROR, CFN_ERROR_SYNTAX, message);
    return result;
}

/* What REPORTER tells of RESULTS (ended by NULL), which are freed. g_free it. */
static inline char *made_document(const CfnReporter *reporter, const CfnManner *manner,
                                  CfnResult **results)
{
    CfnTotals totals;
    cfn_totals_init(&totals);
    g_autoptr(CfnReport) report = cfn_report_new(reporter, manner);
    for (; *results != NULL; results++) {
        cfn_report_add(report, *results, &totals);
        cfn_totals_add(&totals, *results);
        cfn_result_free(*results);
    }
    cfn_report_end(report, &totals);
    cfn_totals_release(&totals);
    return g_strdup(report->out->str);
}

#endif
