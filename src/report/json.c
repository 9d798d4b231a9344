/*
 * The report for programs: docs/report.schema.json. One line for each file, so that it can be
 * written as they come.
 */
#include "report/json.h"

#include <string.h>

#include "engine/fingerprint.h"
#include "report/hide.h"
#include "report/json_value.h"
#include "report/statistics.h"

static json_t *make_place(CfnPlace place)
{
    json_t *object = json_object();
    json_object_set_new(object, "line", cfn_json_count(place.line));
    json_object_set_new(object, "column", cfn_json_count(place.column));
    return object;
}

static json_t *make_effects(CfnEffects effects)
{
    json_t *array = json_array();
    g_autofree const char **names = cfn_effects_names(effects);
    for (const char **name = names; *name != NULL; name++) {
        json_array_append_new(array, json_string(*name));
    }
    return array;
}

static json_t *make_finding(const CfnResult *result, const CfnFinding *finding,
                            const char *fingerprint)
{
    json_t *range = json_object();
    json_object_set_new(range, "start", make_place(finding->start));
    json_object_set_new(range, "end", make_place(finding->end));
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(finding->transform->id));
    json_object_set_new(object, "fingerprint", json_string(fingerprint));
    json_object_set_new(object, "state", json_string(cfn_state_name(finding->state)));
    json_object_set_new(object, "safety", json_string(finding->unsafe ? "unsafe" : "safe"));
    json_object_set_new(object, "effects", make_effects(finding->effects));
    json_object_set_new(object, "logicalId", cfn_json_string_or_null(finding->logical_id));
    json_object_set_new(object, "path", cfn_json_string(finding->pointer));
    json_object_set_new(object, "range", range);
    json_object_set_new(object, "message", cfn_json_string(finding->message));
    json_object_set_new(object, "reason", cfn_json_string_or_null(finding->reason));
    json_object_set_new(object, "onChangedLines",
                        result->touched != NULL ? json_boolean(cfn_result_touches(result, finding))
                                                : json_null());
    return object;
}

static json_t *make_numbers(const GArray *numbers)
{
    json_t *array = json_array();
    for (guint i = 0; i < numbers->len; i++) {
        json_array_append_new(array, cfn_json_count(g_array_index(numbers, guint, i)));
    }
    return array;
}

static json_t *make_operation(const CfnDone *done)
{
    json_t *object = json_object();
    json_object_set_new(object, "round", cfn_json_count(done->round));
    json_object_set_new(object, "op", json_string(done->op));
    json_object_set_new(object, "path", cfn_json_string(done->path));
    if (done->value != NULL) {
        /* A number that jansson cannot hold is told as the text it is. */
        json_t *value = json_loads(done->value, JSON_DECODE_ANY, NULL);
        json_object_set_new(object, "value", value != NULL ? value : cfn_json_string(done->value));
    }
    json_object_set_new(object, "findings", make_numbers(done->findings));
    return object;
}

/* Text that a secret may be in: it is hidden. */
static json_t *make_shown(const CfnResult *result, const char *text)
{
    g_autofree char *hidden =
        result->hiding != NULL ? cfn_hide(result->hiding, text, strlen(text)) : NULL;
    return cfn_json_string(hidden != NULL ? hidden : text);
}

static json_t *make_suggestion(const CfnResult *result, const CfnSuggestion *suggestion)
{
    json_t *replacements = json_array();
    for (guint i = 0; i < suggestion->replacements->len; i++) {
        const CfnReplacement *one = &g_array_index(suggestion->replacements, CfnReplacement, i);
        json_t *object = json_object();
        json_object_set_new(object, "line", cfn_json_count(one->first_line));
        json_object_set_new(object, "lines", cfn_json_count(one->lines));
        json_object_set_new(object, "text", make_shown(result, one->text));
        json_array_append_new(replacements, object);
    }
    json_t *object = json_object();
    json_object_set_new(object, "findings", make_numbers(suggestion->findings));
    json_object_set_new(object, "replacements", replacements);
    return object;
}

static json_t *make_notice(const CfnNotice *notice)
{
    json_t *object = make_place(notice->place);
    json_object_set_new(object, "message", cfn_json_string(notice->message));
    return object;
}

static json_t *make_number_or_null(guint number)
{
    return number > 0 ? cfn_json_count(number) : json_null();
}

json_t *cfn_json_error(const char *message, CfnPlace place)
{
    json_t *object = json_object();
    json_object_set_new(object, "line", make_number_or_null(place.line));
    json_object_set_new(object, "column", make_number_or_null(place.column));
    json_object_set_new(object, "message", cfn_json_string(message));
    return object;
}

json_t *cfn_json_findings(const CfnResult *result)
{
    json_t *findings = json_array();
    const GPtrArray *found = cfn_result_findings(result);
    g_autoptr(GPtrArray) fingerprints = cfn_fingerprints(result->name, found);
    for (guint i = 0; i < found->len; i++) {
        json_array_append_new(findings,
                              make_finding(result, found->pdata[i], fingerprints->pdata[i]));
    }
    return findings;
}

static const char *name_verdict(CfnVerdict verdict)
{
    static const char *const names[] = {
        [CFN_VERDICT_CHANGED] = "changed",
        [CFN_VERDICT_UNCHANGED] = "unchanged",
        [CFN_VERDICT_NOT_TEMPLATE] = "not-a-template",
        [CFN_VERDICT_ERROR] = "error",
    };
    return names[verdict];
}

/* Who read the template and found the same in it. */
static json_t *make_readers(const CfnOutcome *outcome)
{
    static const char *const names[] = { "libfyaml", "libyaml", "jansson" };
    json_t *array = json_array();
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((outcome->readers & 1u << i) != 0) {
            json_array_append_new(array, json_string(names[i]));
        }
    }
    return array;
}

/* What only a template has; empty for all else, and where an error kept the file as it is. */
static void add_outcome(json_t *file, const CfnResult *result)
{
    json_t *operations = json_array(), *notices = json_array(), *suggestions = json_array();
    bool counts = result->verdict <= CFN_VERDICT_UNCHANGED;
    const CfnOutcome *outcome = result->outcome;
    for (guint i = 0; counts && i < outcome->operations->len; i++) {
        json_array_append_new(operations,
                              make_operation(g_ptr_array_index(outcome->operations, i)));
    }
    for (guint i = 0; counts && outcome->suggestions != NULL && i < outcome->suggestions->len;
         i++) {
        json_array_append_new(suggestions, make_suggestion(result, outcome->suggestions->pdata[i]));
    }
    for (guint i = 0; counts && i < outcome->notices->len; i++) {
        json_array_append_new(notices, make_notice(g_ptr_array_index(outcome->notices, i)));
    }
    json_object_set_new(file, "readers", counts ? make_readers(outcome) : json_array());
    json_object_set_new(file, "rounds", cfn_json_count(counts ? outcome->rounds : 0));
    json_object_set_new(file, "findings", cfn_json_findings(result));
    json_object_set_new(file, "accepted", cfn_json_count(cfn_result_accepted(result)->len));
    json_object_set_new(file, "operations", operations);
    json_object_set_new(file, "suggestions", suggestions);
    json_object_set_new(file, "notices", notices);
}

static gpointer begin(const CfnManner *manner, GString *out)
{
    json_t *tool = json_pack("{s:s, s:s}", "name", "cfnfix", "version", CFN_VERSION);
    g_string_append(out, "{\"version\": 1, \"tool\": ");
    cfn_json_append(out, tool);
    g_string_append(out, ", \"files\": [");
    return NULL;
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    json_t *file = json_object();
    json_object_set_new(file, "path", cfn_json_string(result->path));
    json_object_set_new(file, "state", json_string(name_verdict(result->verdict)));
    add_outcome(file, result);
    json_object_set_new(file, "diff", cfn_json_string(result->diff != NULL ? result->diff : ""));
    json_object_set_new(file, "secretsHidden", json_boolean(result->hides));
    json_t *errors = json_array();
    if (result->error != NULL) {
        CfnPlace place;
        const char *message = cfn_result_error(result, &place);
        json_array_append_new(errors, cfn_json_error(message, place));
    }
    json_object_set_new(file, "errors", errors);
    g_string_append(out, totals->files > 0 ? ",\n" : "\n");
    cfn_json_append(out, file);
}

/* Its name is told as KEY. */
static json_t *make_tally(const CfnTally *tally, const char *key)
{
    json_t *effects = json_object();
    for (guint i = 0; i < CFN_EFFECT_COUNT; i++) {
        g_autofree const char **name = cfn_effects_names((CfnEffects)(1u << i));
        if (tally->effects[i] > 0) {
            json_object_set_new(effects, *name, cfn_json_count(tally->effects[i]));
        }
    }
    json_t *object = json_object();
    json_object_set_new(object, key, cfn_json_string(tally->name));
    json_object_set_new(object, "files", cfn_json_count(tally->files));
    json_object_set_new(object, "changed", cfn_json_count(tally->changed));
    json_object_set_new(object, "fixed", cfn_json_count(tally->fixed));
    json_object_set_new(object, "needsConsent", cfn_json_count(tally->needs_consent));
    json_object_set_new(object, "cannotFix", cfn_json_count(tally->cannot_fix));
    json_object_set_new(object, "effects", effects);
    return object;
}

static json_t *make_repairs(const CfnStatistics *statistics)
{
    json_t *array = json_array();
    g_autoptr(GPtrArray) repairs = cfn_statistics_repairs(statistics);
    for (guint i = 0; i < repairs->len; i++) {
        json_array_append_new(array, make_tally(repairs->pdata[i], "id"));
    }
    return array;
}

static json_t *make_folders(const CfnStatistics *statistics)
{
    json_t *array = json_array();
    g_autoptr(GPtrArray) folders = cfn_statistics_folders(statistics);
    for (guint i = 0; i < folders->len; i++) {
        const CfnTally *tally = folders->pdata[i];
        json_t *object = make_tally(tally, "path");
        json_object_set_new(object, "templates", cfn_json_count(tally->templates));
        json_object_set_new(object, "errors", cfn_json_count(tally->errors));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *make_statistics(const CfnStatistics *statistics)
{
    json_t *object = json_object();
    json_object_set_new(object, "repairs", make_repairs(statistics));
    json_object_set_new(object, "folders", make_folders(statistics));
    return object;
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    json_t *summary = json_object();
    json_object_set_new(summary, "files", cfn_json_count(totals->files));
    json_object_set_new(summary, "changed", cfn_json_count(totals->changed));
    json_object_set_new(summary, "fixed", cfn_json_count(totals->fixed));
    json_object_set_new(summary, "needsConsent", cfn_json_count(totals->needs_consent));
    json_object_set_new(summary, "cannotFix", cfn_json_count(totals->cannot_fix));
    json_object_set_new(summary, "accepted", cfn_json_count(totals->accepted));
    json_object_set_new(summary, "errors", cfn_json_count(totals->errors));
    json_object_set_new(summary, "doneBefore", cfn_json_count(totals->done_before));
    if (totals->statistics != NULL) {
        json_object_set_new(summary, "statistics", make_statistics(totals->statistics));
    }
    g_string_append(out, "\n], \"summary\": ");
    cfn_json_append(out, summary);
    g_string_append(out, "}\n");
}

const CfnReporter cfn_reporter_json = {
    .name = "json",
    .needs = CFN_NEEDS_DIFF | CFN_NEEDS_OPERATIONS | CFN_NEEDS_SUGGESTIONS,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
