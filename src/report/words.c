/*
 * What several reports for people say in the same words.
 */
#include "report/words.h"

void cfn_words_count(GString *out, const char *before, guint count, const char *one,
                     const char *many)
{
    if (count > 0) {
        g_string_append_printf(out, "%s%u %s", out->len > 0 ? before : "", count,
                               count == 1 ? one : many);
    }
}

char *cfn_words_states(const CfnManner *manner, const CfnTotals *totals)
{
    GString *out = g_string_new(NULL);
    const char *fixed = manner->dry_run ? "fixable" : "fixed";
    cfn_words_count(out, ", ", totals->fixed, fixed, fixed);
    cfn_words_count(out, ", ", totals->needs_consent, "needs consent", "need consent");
    cfn_words_count(out, ", ", totals->cannot_fix, "cannot be fixed", "cannot be fixed");
    return g_string_free(out, FALSE);
}

char *cfn_words_sums(const CfnManner *manner, const CfnTotals *totals)
{
    GString *out = g_string_new(NULL);
    g_autofree char *states = cfn_words_states(manner, totals);
    g_string_printf(out, "%u %s: ", totals->templates,
                    totals->templates == 1 ? "template" : "templates");
    if (states[0] == '\0' && totals->changed > 0) {
        g_string_append_printf(out, "%u %s", totals->changed,
                               manner->dry_run ? "to change" : "changed");
    } else if (states[0] == '\0') {
        g_string_append(out, "nothing to do");
    } else if (totals->changed == 0) {
        g_string_append(out, states);
    } else {
        g_string_append_printf(out, "%u %s (%s)", totals->changed,
                               manner->dry_run ? "to change" : "changed", states);
    }
    cfn_words_count(out, ", ", totals->errors, "error", "errors");
    return g_string_free(out, FALSE);
}
