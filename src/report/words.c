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

char *cfn_words_result(const CfnManner *manner, const CfnResult *result)
{
    CfnTotals totals;
    cfn_totals_init(&totals);
    cfn_totals_add(&totals, result);
    char *states = cfn_words_states(manner, &totals);
    cfn_totals_release(&totals);
    return states;
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

const char *cfn_words_state(const CfnManner *manner, CfnState state)
{
    switch (state) {
    case CFN_FIXED:
        return manner->dry_run ? "fixable" : "fixed";
    case CFN_NEEDS_CONSENT:
        return "needs consent";
    case CFN_CANNOT_FIX:
        return "cannot fix";
    }
    g_assert_not_reached();
}

const char *cfn_words_affected(const CfnManner *manner, guint effect)
{
    static const char *const words[CFN_TOTALS_EFFECTS][2] = {
        [CFN_TOTALS_DATA_DELETABLE] = { "deletable with its data once deployed:",
                                        "would become deletable with its data:" },
        [CFN_TOTALS_ACCESS_WIDENED] = { "gives more access to, once deployed:",
                                        "would give more access to:" },
    };
    return words[effect][manner->dry_run];
}
