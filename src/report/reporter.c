/*
 * The table of reporters, and the sums that all of them tell.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/hide.h"
#include "report/statistics.h"

const CfnReporter *const cfn_reporters[] = {
    &cfn_reporter_text,    &cfn_reporter_json,          &cfn_reporter_rdjson,
    &cfn_reporter_rdjsonl, &cfn_reporter_sarif,         &cfn_reporter_github,
    &cfn_reporter_gitlab,  &cfn_reporter_junit,         &cfn_reporter_markdown,
    &cfn_reporter_html,    &cfn_reporter_github_review, NULL,
};

const CfnReporter *cfn_reporter_find(const char *name)
{
    for (const CfnReporter *const *reporter = cfn_reporters; *reporter != NULL; reporter++) {
        if (strcmp((*reporter)->name, name) == 0) {
            return *reporter;
        }
    }
    return NULL;
}

CfnReport *cfn_report_new(const CfnReporter *reporter, const CfnManner *manner)
{
    CfnReport *report = g_new0(CfnReport, 1);
    report->reporter = reporter;
    report->manner = *manner;
    report->out = g_string_new(NULL);
    report->state = reporter->begin(manner, report->out);
    return report;
}

void cfn_report_add(CfnReport *report, const CfnResult *result, const CfnTotals *totals)
{
    report->reporter->result(report->state, &report->manner, result, totals, report->out);
}

void cfn_report_end(CfnReport *report, const CfnTotals *totals)
{
    report->reporter->end(report->state, &report->manner, totals, report->out);
}

void cfn_report_free(CfnReport *report)
{
    if (report != NULL) {
        g_string_free(report->out, TRUE);
        g_free(report);
    }
}

void cfn_result_free(CfnResult *result)
{
    if (result == NULL) {
        return;
    }
    g_free(result->path);
    g_clear_pointer(&result->before, g_bytes_unref);
    g_clear_pointer(&result->outcome, cfn_outcome_free);
    g_clear_error(&result->error);
    g_free(result->diff);
    g_free(result->patch);
    g_free(result->name);
    cfn_hiding_free(result->hiding);
    cfn_touched_free(result->touched);
    g_clear_pointer(&result->hashes, g_bytes_unref);
    g_free(result);
}

bool cfn_result_touches(const CfnResult *result, const CfnFinding *finding)
{
    /* What ends before the first column of a line has nothing of that line. */
    bool ends_before = finding->end.column == 1 && finding->end.line > finding->start.line;
    return result->touched == NULL || cfn_touched_range(result->touched, finding->start.line,
                                                        finding->end.line - (ends_before ? 1 : 0));
}

const char *cfn_result_patch(const CfnResult *result)
{
    return result->patch != NULL ? result->patch : result->diff;
}

/* Reads "12:" at *TEXT and moves behind it; 0, and no move, if there is no such thing. */
static uint32_t take_number(const char **text)
{
    char *end = NULL;
    guint64 number = g_ascii_isdigit(**text) ? g_ascii_strtoull(*text, &end, 10) : 0;
    if (number == 0 || number > UINT32_MAX || *end != ':') {
        return 0;
    }
    *text = end + 1;
    return (uint32_t)number;
}

const char *cfn_result_error(const CfnResult *result, CfnPlace *place)
{
    const char *text = result->error->message;
    size_t length = strlen(result->path);
    *place = (CfnPlace){ 0, 0 };
    if (g_str_has_prefix(text, result->path) && text[length] == ':') {
        text += length + 1;
        place->line = take_number(&text);
        place->column = place->line > 0 ? take_number(&text) : 0;
        text += strspn(text, " ");
    }
    return text;
}

static const GPtrArray none = { 0 };

const GPtrArray *cfn_result_findings(const CfnResult *result)
{
    if (result->verdict == CFN_VERDICT_ERROR || result->outcome == NULL) {
        return &none;
    }
    return result->outcome->findings;
}

const GPtrArray *cfn_result_accepted(const CfnResult *result)
{
    if (result->verdict == CFN_VERDICT_ERROR || result->outcome == NULL ||
        result->outcome->accepted == NULL) {
        return &none;
    }
    return result->outcome->accepted;
}

static const CfnEffects totals_effects[CFN_TOTALS_EFFECTS] = {
    [CFN_TOTALS_DATA_DELETABLE] = CFN_EFFECT_DATA_DELETABLE,
    [CFN_TOTALS_ACCESS_WIDENED] = CFN_EFFECT_ACCESS_WIDENED,
};

void cfn_totals_init(CfnTotals *totals)
{
    memset(totals, 0, sizeof *totals);
    for (guint i = 0; i < CFN_TOTALS_EFFECTS; i++) {
        totals->affected[i] = g_ptr_array_new_with_free_func(g_free);
    }
}

void cfn_totals_release(CfnTotals *totals)
{
    for (guint i = 0; i < CFN_TOTALS_EFFECTS; i++) {
        g_clear_pointer(&totals->affected[i], g_ptr_array_unref);
    }
    g_clear_pointer(&totals->statistics, cfn_statistics_free);
}

/* Findings come in the order of the source, so those of one resource follow each other. */
static void add_affected(GPtrArray *affected, const char *path, const CfnFinding *finding)
{
    g_autofree char *name = finding->logical_id != NULL
                                ? g_strdup_printf("%s (%s)", finding->logical_id, path)
                                : g_strdup(path);
    if (affected->len == 0 || strcmp(g_ptr_array_index(affected, affected->len - 1), name) != 0) {
        g_ptr_array_add(affected, g_steal_pointer(&name));
    }
}

static void add_finding(CfnTotals *totals, const char *path, const CfnFinding *finding)
{
    switch (finding->state) {
    case CFN_NEEDS_CONSENT:
        totals->needs_consent++;
        return;
    case CFN_CANNOT_FIX:
        totals->cannot_fix++;
        return;
    case CFN_FIXED:
        totals->fixed++;
    }
    for (guint i = 0; i < CFN_TOTALS_EFFECTS; i++) {
        if ((finding->effects & totals_effects[i]) != 0) {
            add_affected(totals->affected[i], path, finding);
        }
    }
}

void cfn_totals_add(CfnTotals *totals, const CfnResult *result)
{
    totals->files++;
    totals->changed += result->verdict == CFN_VERDICT_CHANGED;
    totals->errors += result->verdict == CFN_VERDICT_ERROR;
    totals->hiding += result->patch != NULL;
    totals->accepted += cfn_result_accepted(result)->len + result->left.accepted;
    totals->done_before += result->was_done;
    totals->needs_consent += result->left.needs_consent;
    totals->cannot_fix += result->left.cannot_fix;
    totals->templates +=
        result->verdict == CFN_VERDICT_CHANGED || result->verdict == CFN_VERDICT_UNCHANGED;
    const GPtrArray *findings = cfn_result_findings(result);
    for (guint i = 0; i < findings->len; i++) {
        add_finding(totals, result->path, g_ptr_array_index(findings, i));
    }
    if (totals->statistics != NULL) {
        cfn_statistics_add(totals->statistics, result);
    }
}
