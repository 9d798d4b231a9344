/*
 * What the tools of pull requests are told about a file.
 */
#include "report/remark.h"

#include <string.h>

#include "engine/fingerprint.h"
#include "report/escape.h"
#include "report/suggest.h"

/*
 * How much it matters, by state and by what the repair is for. What needs consent is told in every
 * run: where only the deletion of the stack depends on it, it is mostly a deliberate choice.
 */
static const CfnSeverity severities[][CFN_GROUP_HYGIENE + 1] = {
    [CFN_FIXED] = { CFN_SEVERITY_WARNING, CFN_SEVERITY_WARNING, CFN_SEVERITY_WARNING,
                    CFN_SEVERITY_WARNING },
    [CFN_NEEDS_CONSENT] = { [CFN_GROUP_DEPLOY] = CFN_SEVERITY_WARNING,
                            [CFN_GROUP_DESTROY] = CFN_SEVERITY_INFO,
                            [CFN_GROUP_SECURITY] = CFN_SEVERITY_WARNING,
                            [CFN_GROUP_HYGIENE] = CFN_SEVERITY_INFO },
    [CFN_CANNOT_FIX] = { CFN_SEVERITY_WARNING, CFN_SEVERITY_WARNING, CFN_SEVERITY_WARNING,
                         CFN_SEVERITY_WARNING },
};

static void free_remark(gpointer data)
{
    CfnRemark *remark = data;
    g_free(remark->fingerprint);
    g_free(remark->message);
    g_free(remark);
}

static void append_escaped(GString *out, const char *text)
{
    cfn_escape_line(out, text, strlen(text));
}

/* ". Needs consent (--unsafe-fixes): someone chose Retain" */
static void append_reason(GString *out, const CfnFinding *finding)
{
    static const char *const words[] = {
        [CFN_FIXED] = "Needed consent",
        [CFN_NEEDS_CONSENT] = "Needs consent",
        [CFN_CANNOT_FIX] = "Cannot be repaired",
    };
    if (finding->reason == NULL) {
        return;
    }
    bool has_option = finding->state == CFN_NEEDS_CONSENT && !finding->forbidden;
    g_string_append_printf(out, ". %s%s: ", words[finding->state],
                           has_option ? " (--unsafe-fixes)" : "");
    append_escaped(out, finding->reason);
}

static char *tell_finding(const CfnFinding *finding, const char *offer)
{
    GString *out = g_string_new(NULL);
    if (finding->logical_id != NULL) {
        append_escaped(out, finding->logical_id);
        g_string_append(out, ": ");
    }
    append_escaped(out, finding->message);
    append_reason(out, finding);
    if (finding->state != CFN_CANNOT_FIX && finding->effects != 0) {
        g_autofree char *effects = cfn_effects_text(finding->effects);
        g_string_append_printf(out, ". Effects of deploying the repair: %s", effects);
    }
    g_string_append_printf(out, ".%s%s", offer != NULL ? " " : "", offer != NULL ? offer : "");
    return g_string_free(out, FALSE);
}

/* ---- Suggestions ---- */

/* The suggestion of each finding, NULL for those that have none. g_free the array. */
static const CfnSuggestion **index_suggestions(const CfnOutcome *outcome)
{
    const CfnSuggestion **index = g_new0(const CfnSuggestion *, outcome->findings->len);
    for (guint i = 0; outcome->suggestions != NULL && i < outcome->suggestions->len; i++) {
        const CfnSuggestion *suggestion = outcome->suggestions->pdata[i];
        for (guint k = 0; k < suggestion->findings->len; k++) {
            index[g_array_index(suggestion->findings, guint, k)] = suggestion;
        }
    }
    return index;
}

/* What the finding at I says of its change; NULL if the change itself goes with it, as *OFFERED.
   g_free it. */
static char *tell_offer(const CfnResult *result, guint i, const CfnSuggestion *suggestion,
                        CfnOffers offers, const CfnSuggestion **offered)
{
    if (offers == CFN_OFFERS_NONE || suggestion == NULL) {
        return g_strdup("'cfnfix -i' repairs it.");
    }
    if (cfn_suggestion_is_secret(result, suggestion)) {
        return g_strdup("The change is not shown, for a secret stands in it: "
                        "'cfnfix -i' makes it.");
    }
    if (offers == CFN_OFFERS_LINES && !cfn_suggestion_is_plain(result, suggestion)) {
        return g_strdup("The change is in several places: 'cfnfix -i' makes it.");
    }
    if (g_array_index(suggestion->findings, guint, 0) == i) {
        *offered = suggestion;
        return NULL;
    }
    return g_strdup_printf("The suggestion at line %u repairs it, too.",
                           g_array_index(suggestion->replacements, CfnReplacement, 0).first_line);
}

/* ---- Remarks ---- */

static CfnRemark *remark_finding(const CfnManner *manner, const CfnResult *result, guint i,
                                 const CfnSuggestion *suggestion, CfnOffers offers)
{
    const CfnFinding *finding = result->outcome->findings->pdata[i];
    CfnRemark *remark = g_new0(CfnRemark, 1);
    g_autofree char *offer = NULL;
    remark->severity = severities[finding->state][finding->transform->group];
    if (finding->state == CFN_FIXED && manner->dry_run) {
        offer = tell_offer(result, i, suggestion, offers, &remark->suggestion);
    } else if (finding->state == CFN_FIXED) {
        remark->severity = CFN_SEVERITY_INFO;
        offer = g_strdup("It was repaired.");
    }
    remark->finding = finding;
    remark->rule = finding->transform->id;
    remark->message = tell_finding(finding, offer);
    remark->start = finding->start;
    remark->end = finding->end;
    return remark;
}

static CfnRemark *remark_error(const CfnResult *result)
{
    CfnPlace place;
    const char *message = cfn_result_error(result, &place);
    place.line = MAX(place.line, 1);
    GString *escaped = g_string_new(NULL);
    append_escaped(escaped, message);
    CfnRemark *remark = g_new0(CfnRemark, 1);
    remark->severity = CFN_SEVERITY_ERROR;
    remark->rule = "error";
    remark->start = remark->end = place;
    remark->message = g_string_free(escaped, FALSE);
    g_autofree char *key = g_strdup_printf("%s\n%s", result->name, remark->message);
    remark->fingerprint = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    remark->fingerprint[CFN_FINGERPRINT_DIGITS] = '\0';
    return remark;
}

GPtrArray *cfn_remarks(const CfnManner *manner, const CfnResult *result, CfnOffers offers)
{
    GPtrArray *remarks = g_ptr_array_new_with_free_func(free_remark);
    const GPtrArray *findings = cfn_result_findings(result);
    if (findings->len > 0) {
        g_autofree const CfnSuggestion **suggestions = index_suggestions(result->outcome);
        g_autoptr(GPtrArray) fingerprints = cfn_fingerprints(result->name, findings);
        for (guint i = 0; i < findings->len; i++) {
            CfnRemark *remark = remark_finding(manner, result, i, suggestions[i], offers);
            remark->fingerprint = g_strdup(fingerprints->pdata[i]);
            g_ptr_array_add(remarks, remark);
        }
    }
    if (result->error != NULL) {
        g_ptr_array_add(remarks, remark_error(result));
    }
    return remarks;
}
