/*
 * The summary for people: a block for each file with something to tell, the sums, and where to read
 * on.
 *
 * Everything that comes from a template or a file name is escaped.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/escape.h"
#include "report/statistics.h"
#include "report/words.h"

/* So many names are listed at the end before "and N more". */
#define NAMES_SHOWN 5
/* As wide as the longest word for a state. */
#define STATE_WIDTH 13

#define BOLD "1"
#define RED "31"
#define GREEN "32"
#define YELLOW "33"

static void append_padded(GString *out, const char *text, int width)
{
    g_string_append_printf(out, "%-*s", width, text);
}

static void append_painted(GString *out, const CfnManner *manner, const char *color,
                           const char *text)
{
    if (manner->color) {
        g_string_append_printf(out, "\x1b[%sm%s\x1b[0m", color, text);
    } else {
        g_string_append(out, text);
    }
}

static void append_escaped(GString *out, const char *text)
{
    cfn_escape_line(out, text, strlen(text));
}

static const char *color_of(CfnState state)
{
    switch (state) {
    case CFN_FIXED:
        return GREEN;
    case CFN_NEEDS_CONSENT:
        return YELLOW;
    case CFN_CANNOT_FIX:
        return RED;
    }
    g_assert_not_reached();
}

/* "  12:5   fixed          ", with the place padded to WIDTH. */
static void append_start(GString *out, const CfnManner *manner, int width, CfnPlace place,
                         const char *color, const char *state)
{
    g_autofree char *at = g_strdup_printf("%u:%u", place.line, place.column);
    g_string_append(out, "  ");
    append_padded(out, at, width);
    g_string_append(out, "  ");
    append_painted(out, manner, color, state);
    append_padded(out, "", STATE_WIDTH - (int)strlen(state) + 2);
}

/* The reason has a line of its own, since messages are long already. */
static void append_reason(GString *out, const CfnFinding *finding, int width)
{
    if (finding->reason == NULL) {
        return;
    }
    append_padded(out, "", width + 4);
    cfn_escape_start(out, finding->reason);
    if (finding->state == CFN_NEEDS_CONSENT && !finding->forbidden) {
        g_string_append(out, " (--unsafe-fixes)");
    }
    g_string_append_c(out, '\n');
}

static void append_finding(GString *out, const CfnManner *manner, const CfnResult *result,
                           const CfnFinding *finding, int place_width, int id_width)
{
    append_start(out, manner, place_width, finding->start, color_of(finding->state),
                 cfn_words_state(manner, finding->state));
    append_padded(out, finding->transform->id, id_width + 2);
    if (finding->logical_id != NULL) {
        append_escaped(out, finding->logical_id);
        g_string_append(out, ": ");
    }
    append_escaped(out, finding->message);
    if (finding->state != CFN_CANNOT_FIX && finding->effects != 0) {
        g_autofree char *effects = cfn_effects_text(finding->effects);
        g_string_append_printf(out, "  [%s]", effects);
    }
    if (!cfn_result_touches(result, finding)) {
        g_string_append(out, "  (not on changed lines)");
    }
    g_string_append_c(out, '\n');
    append_reason(out, finding, place_width);
}

static void append_notice(GString *out, const CfnManner *manner, const CfnNotice *notice,
                          int place_width)
{
    append_start(out, manner, place_width, notice->place, BOLD, "note");
    append_escaped(out, notice->message);
    g_string_append_c(out, '\n');
}

static int measure_place(CfnPlace place)
{
    return g_snprintf(NULL, 0, "%u:%u", place.line, place.column);
}

static int measure_places(const CfnOutcome *outcome)
{
    int width = 0;
    for (guint i = 0; i < outcome->findings->len; i++) {
        const CfnFinding *finding = g_ptr_array_index(outcome->findings, i);
        width = MAX(width, measure_place(finding->start));
    }
    for (guint i = 0; i < outcome->notices->len; i++) {
        const CfnNotice *notice = g_ptr_array_index(outcome->notices, i);
        width = MAX(width, measure_place(notice->place));
    }
    return width;
}

static int measure_ids(const CfnOutcome *outcome)
{
    size_t width = 0;
    for (guint i = 0; i < outcome->findings->len; i++) {
        const CfnFinding *finding = g_ptr_array_index(outcome->findings, i);
        width = MAX(width, strlen(finding->transform->id));
    }
    return (int)width;
}

/* "template.yaml: 2 fixed, 1 note" */
static void append_headline(GString *out, const CfnManner *manner, const CfnResult *result)
{
    g_autofree char *states = cfn_words_result(manner, result);
    GString *counts = g_string_new(states);
    cfn_words_count(counts, ", ", result->outcome->notices->len, "note", "notes");
    g_autoptr(GString) path = g_string_new(NULL);
    cfn_escape_start(path, result->path);
    append_painted(out, manner, BOLD, path->str);
    g_string_append_printf(out, ": %s\n", counts->str);
    g_string_free(counts, TRUE);
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *before, GString *out)
{
    const CfnOutcome *outcome = result->outcome;
    if (manner->sums_only || result->verdict > CFN_VERDICT_UNCHANGED ||
        outcome->findings->len + outcome->notices->len == 0) {
        return;
    }
    append_headline(out, manner, result);
    int place_width = measure_places(outcome);
    int id_width = measure_ids(outcome);
    for (guint i = 0; i < outcome->findings->len; i++) {
        append_finding(out, manner, result, g_ptr_array_index(outcome->findings, i), place_width,
                       id_width);
    }
    for (guint i = 0; i < outcome->notices->len; i++) {
        append_notice(out, manner, g_ptr_array_index(outcome->notices, i), place_width);
    }
    if (outcome->readers == CFN_READER_LIBYAML && result->verdict == CFN_VERDICT_CHANGED) {
        g_string_append(out, "  " CFN_WORDS_ONE_READER "\n");
    }
}

static void append_affected(GString *out, const char *what, const GPtrArray *affected)
{
    if (affected->len == 0) {
        return;
    }
    g_string_append(out, what);
    for (guint i = 0; i < MIN(affected->len, NAMES_SHOWN); i++) {
        g_string_append(out, i > 0 ? ", " : " ");
        append_escaped(out, g_ptr_array_index(affected, i));
    }
    if (affected->len > NAMES_SHOWN) {
        g_string_append_printf(out, " and %u more", affected->len - NAMES_SHOWN);
    }
    g_string_append_c(out, '\n');
}

static void append_hiding(GString *out, const CfnManner *manner, const CfnTotals *totals)
{
    if (manner->shows_diff && totals->hiding > 0) {
        g_string_append(out, "the diff hides a password and does not apply; "
                             "--patch FILE writes one that does\n");
    }
}

static void append_accepted(GString *out, const CfnTotals *totals)
{
    if (totals->accepted > 0) {
        g_string_append_printf(out, "%u accepted by the baseline\n", totals->accepted);
    }
}

static void append_done_before(GString *out, const CfnTotals *totals)
{
    if (totals->done_before > 0) {
        g_string_append_printf(out, "%u done before, as the journal has it\n", totals->done_before);
    }
}

static void append_hint(GString *out, const CfnManner *manner, const CfnTotals *totals)
{
    if (totals->changed + totals->fixed + totals->needs_consent + totals->cannot_fix == 0) {
        return;
    }
    if (manner->dry_run && totals->changed > 0) {
        g_string_append(out, manner->is_staged
                                 ? "'git apply --cached' takes the diff, or that of --patch; "
                                 : "-i writes the changes; ");
    }
    g_string_append(out, "'cfnfix --explain ID' tells more about a repair\n");
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    if (totals->templates > 1 || totals->statistics != NULL) {
        g_autofree char *sums = cfn_words_sums(manner, totals);
        g_string_append_printf(out, "%s\n", sums);
    }
    if (totals->statistics != NULL) {
        g_string_append_c(out, '\n');
        cfn_statistics_print(totals->statistics, manner->dry_run, out);
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; i < CFN_TOTALS_EFFECTS; i++) {
        append_affected(out, cfn_words_affected(manner, i), totals->affected[i]);
    }
    append_hiding(out, manner, totals);
    append_accepted(out, totals);
    append_done_before(out, totals);
    append_hint(out, manner, totals);
}

static gpointer begin(const CfnManner *manner, GString *out)
{
    return NULL;
}

const CfnReporter cfn_reporter_text = {
    .name = "text",
    .begin = begin,
    .result = tell_result,
    .end = end,
};
