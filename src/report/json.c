/*
 * The report for programs: docs/report.schema.json. One line for each file, so that it can be
 * written as they come.
 *
 * Everything outside ASCII is escaped, so the document is harmless on a terminal too.
 */
#include "report/reporter.h"

#include <jansson.h>
#include <string.h>

/* A string that may come from a file name, which can be any bytes. */
static json_t *make_string(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

static json_t *make_string_or_null(const char *text)
{
    return text != NULL ? make_string(text) : json_null();
}

static json_t *make_count(guint count)
{
    return json_integer((json_int_t)count);
}

static json_t *make_place(CfnPlace place)
{
    json_t *object = json_object();
    json_object_set_new(object, "line", make_count(place.line));
    json_object_set_new(object, "column", make_count(place.column));
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

static json_t *make_finding(const CfnFinding *finding)
{
    json_t *range = json_object();
    json_object_set_new(range, "start", make_place(finding->start));
    json_object_set_new(range, "end", make_place(finding->end));
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(finding->transform->id));
    json_object_set_new(object, "state", json_string(cfn_state_name(finding->state)));
    json_object_set_new(object, "safety", json_string(finding->unsafe ? "unsafe" : "safe"));
    json_object_set_new(object, "effects", make_effects(finding->effects));
    json_object_set_new(object, "logicalId", make_string_or_null(finding->logical_id));
    json_object_set_new(object, "path", make_string(finding->pointer));
    json_object_set_new(object, "range", range);
    json_object_set_new(object, "message", make_string(finding->message));
    json_object_set_new(object, "reason", make_string_or_null(finding->reason));
    return object;
}

static json_t *make_operation(const CfnDone *done)
{
    json_t *object = json_object();
    json_object_set_new(object, "round", make_count(done->round));
    json_object_set_new(object, "op", json_string(done->op));
    json_object_set_new(object, "path", make_string(done->path));
    if (done->value != NULL) {
        /* A number that jansson cannot hold is told as the text it is. */
        json_t *value = json_loads(done->value, JSON_DECODE_ANY, NULL);
        json_object_set_new(object, "value", value != NULL ? value : make_string(done->value));
    }
    json_t *findings = json_array();
    for (guint i = 0; i < done->findings->len; i++) {
        json_array_append_new(findings, make_count(g_array_index(done->findings, guint, i)));
    }
    json_object_set_new(object, "findings", findings);
    return object;
}

static json_t *make_notice(const CfnNotice *notice)
{
    json_t *object = make_place(notice->place);
    json_object_set_new(object, "message", make_string(notice->message));
    return object;
}

/* Reads "12:" at *TEXT and moves behind it; 0, and no move, if there is no such thing. */
static guint64 take_number(const char **text)
{
    char *end = NULL;
    guint64 number = g_ascii_isdigit(**text) ? g_ascii_strtoull(*text, &end, 10) : 0;
    if (number == 0 || *end != ':') {
        return 0;
    }
    *text = end + 1;
    return number;
}

static json_t *make_number_or_null(guint64 number)
{
    return number > 0 ? json_integer((json_int_t)number) : json_null();
}

/* "path:line:column: message" or "path: message", taken apart. */
static json_t *make_error(const CfnResult *result)
{
    const char *text = result->error->message;
    guint64 line = 0, column = 0;
    size_t length = strlen(result->path);
    if (g_str_has_prefix(text, result->path) && text[length] == ':') {
        text += length + 1;
        line = take_number(&text);
        column = line > 0 ? take_number(&text) : 0;
        text += strspn(text, " ");
    }
    json_t *object = json_object();
    json_object_set_new(object, "line", make_number_or_null(line));
    json_object_set_new(object, "column", make_number_or_null(column));
    json_object_set_new(object, "message", make_string(text));
    return object;
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
    json_t *findings = json_array(), *operations = json_array(), *notices = json_array();
    bool counts = result->verdict <= CFN_VERDICT_UNCHANGED;
    const CfnOutcome *outcome = result->outcome;
    const GPtrArray *found = cfn_result_findings(result);
    for (guint i = 0; i < found->len; i++) {
        json_array_append_new(findings, make_finding(g_ptr_array_index(found, i)));
    }
    for (guint i = 0; counts && i < outcome->operations->len; i++) {
        json_array_append_new(operations,
                              make_operation(g_ptr_array_index(outcome->operations, i)));
    }
    for (guint i = 0; counts && i < outcome->notices->len; i++) {
        json_array_append_new(notices, make_notice(g_ptr_array_index(outcome->notices, i)));
    }
    json_object_set_new(file, "readers", counts ? make_readers(outcome) : json_array());
    json_object_set_new(file, "rounds", make_count(counts ? outcome->rounds : 0));
    json_object_set_new(file, "findings", findings);
    json_object_set_new(file, "operations", operations);
    json_object_set_new(file, "notices", notices);
}

static void append_json(GString *out, json_t *value)
{
    char *text = json_dumps(value, JSON_ENSURE_ASCII);
    g_string_append(out, text);
    free(text);
    json_decref(value);
}

static void begin(GString *out)
{
    json_t *tool = json_pack("{s:s, s:s}", "name", "cfnfix", "version", CFN_VERSION);
    g_string_append(out, "{\"version\": 1, \"tool\": ");
    append_json(out, tool);
    g_string_append(out, ", \"files\": [");
}

static void tell_result(const CfnManner *manner, const CfnResult *result, const CfnTotals *totals,
                        GString *out)
{
    json_t *file = json_object();
    json_object_set_new(file, "path", make_string(result->path));
    json_object_set_new(file, "state", json_string(name_verdict(result->verdict)));
    add_outcome(file, result);
    json_object_set_new(file, "diff", make_string(result->diff != NULL ? result->diff : ""));
    json_object_set_new(file, "secretsHidden", json_boolean(result->hides));
    json_t *errors = json_array();
    if (result->error != NULL) {
        json_array_append_new(errors, make_error(result));
    }
    json_object_set_new(file, "errors", errors);
    g_string_append(out, totals->files > 0 ? ",\n" : "\n");
    append_json(out, file);
}

static void end(const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    json_t *summary = json_object();
    json_object_set_new(summary, "files", make_count(totals->files));
    json_object_set_new(summary, "changed", make_count(totals->changed));
    json_object_set_new(summary, "fixed", make_count(totals->fixed));
    json_object_set_new(summary, "needsConsent", make_count(totals->needs_consent));
    json_object_set_new(summary, "cannotFix", make_count(totals->cannot_fix));
    json_object_set_new(summary, "errors", make_count(totals->errors));
    g_string_append(out, "\n], \"summary\": ");
    append_json(out, summary);
    g_string_append(out, "}\n");
}

const CfnReporter cfn_reporter_json = {
    .name = "json",
    .begin = begin,
    .result = tell_result,
    .end = end,
};
