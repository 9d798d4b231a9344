/*
 * SARIF 2.1.0, for code scanning
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
 * https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/
 * sarif-support-for-code-scanning).
 *
 * Columns are code points and a byte order mark is no part of the text, as everywhere in cfnfix.
 * Errors are notifications: nothing was found in a file that could not be read.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/json_value.h"
#include "report/line_edit.h"
#include "report/remark.h"

/* What GitHub takes in one run. It refuses a file that has more. */
#define RESULTS_LIMIT 25000
/* GitHub cuts off a longer fullDescription. */
#define DESCRIPTION_LIMIT 1000

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

typedef struct {
    guint results; /* so many are written */
    guint left;    /* so many were not */
    json_t *notifications;
} State;

static const char *const levels[CFN_SEVERITIES] = { "error", "warning", "note" };

/* {"text": TEXT} */
static json_t *make_text(const char *text)
{
    json_t *object = json_object();
    json_object_set_new(object, "text", cfn_json_string(text));
    return object;
}

/* A message. "[words](target)" would be a link in it, and a template may have that. */
static json_t *make_message(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "](", -1);
    g_autofree char *harmless = g_strjoinv("] (", parts);
    return make_text(harmless);
}

/* ---- The tool ---- */

/* The first paragraphs of the rationale, as many as fit. */
static char *make_description(const CfnTransform *transform)
{
    const char *rationale = transform->rationale;
    if (strlen(rationale) <= DESCRIPTION_LIMIT) {
        return g_strdup(rationale);
    }
    const char *end = g_strrstr_len(rationale, DESCRIPTION_LIMIT + 2, "\n\n");
    return end != NULL ? g_strndup(rationale, (gsize)(end - rationale))
                       : g_strdup(transform->summary);
}

static json_t *make_rule(const CfnTransform *transform)
{
    g_autofree char *description = make_description(transform);
    g_autofree char *help = g_strdup_printf("%s\n\n%s", transform->rationale, transform->url);
    json_t *rule = json_object();
    json_object_set_new(rule, "id", json_string(transform->id));
    json_object_set_new(rule, "shortDescription", make_text(transform->summary));
    json_object_set_new(rule, "fullDescription", make_text(description));
    json_object_set_new(rule, "help", make_text(help));
    json_object_set_new(rule, "helpUri", json_string(transform->url));
    return rule;
}

static json_t *make_tool(const CfnTransform *const *transforms)
{
    json_t *rules = json_array();
    for (const CfnTransform *const *each = transforms; *each != NULL; each++) {
        json_array_append_new(rules, make_rule(*each));
    }
    json_t *driver = json_object();
    json_object_set_new(driver, "name", json_string("cfnfix"));
    json_object_set_new(driver, "semanticVersion", json_string(CFN_VERSION));
    json_object_set_new(driver, "rules", rules);
    return json_pack("{s:o}", "driver", driver);
}

static guint find_rule(const CfnManner *manner, const CfnTransform *transform)
{
    guint index = 0;
    while (manner->transforms[index] != transform) {
        index++;
    }
    return index;
}

/* ---- Places ---- */

/* A column of 0 is left out: the first one, or, at the end, the one behind the line. */
static json_t *make_region(CfnPlace start, CfnPlace end)
{
    json_t *region = json_object();
    json_object_set_new(region, "startLine", cfn_json_count(start.line));
    if (start.column > 0) {
        json_object_set_new(region, "startColumn", cfn_json_count(start.column));
    }
    json_object_set_new(region, "endLine", cfn_json_count(end.line));
    if (end.column > 0) {
        json_object_set_new(region, "endColumn", cfn_json_count(end.column));
    }
    return region;
}

/* A relative reference: RFC 3986 has a colon in its first component encoded, too. */
static json_t *make_artifact(const CfnResult *result)
{
    g_autofree char *uri = g_uri_escape_string(result->name, "/", FALSE);
    return json_pack("{s:s}", "uri", uri);
}

static json_t *make_locations(const CfnResult *result, const CfnRemark *remark)
{
    json_t *physical = json_object();
    json_object_set_new(physical, "artifactLocation", make_artifact(result));
    json_object_set_new(physical, "region", make_region(remark->start, remark->end));
    return json_pack("[{s:o}]", "physicalLocation", physical);
}

/* ---- Fixes ---- */

/* The last lines, which go with the newline in front of them: there is no line behind them. */
static json_t *make_last(CfnSource *source, CfnSpan span)
{
    return make_region(cfn_source_place(source, cfn_source_line_end(source, span.start - 1)),
                       cfn_source_place(source, cfn_source_line_end(source, span.end - 1)));
}

/* Lines without columns end before their newline. Where lines only go it goes too, so that region
   ends where the next line begins. */
static json_t *make_deleted(CfnSource *source, const CfnLineEdit *edit, CfnSpan span)
{
    const bool is_removal = edit->kind == CFN_EDIT_LINES && edit->text[0] == '\0';
    if (is_removal && span.end == source->length && span.start > source->start) {
        return make_last(source, span);
    }
    const bool is_through = edit->kind == CFN_EDIT_THROUGH || is_removal;
    const uint32_t column = is_through || edit->kind == CFN_EDIT_INSERT ? 1 : 0;
    return make_region((CfnPlace){ edit->first, column },
                       (CfnPlace){ edit->last + is_through, column });
}

static json_t *make_replacement(const CfnResult *result, const CfnReplacement *replacement)
{
    g_auto(CfnLineEdit) edit = { 0 };
    cfn_line_edit_init(&edit, result, replacement, false);
    json_t *object = json_object();
    json_object_set_new(object, "deletedRegion",
                        make_deleted(result->outcome->source, &edit, replacement->span));
    json_object_set_new(object, "insertedContent", make_text(edit.text));
    return object;
}

static json_t *make_fixes(const CfnResult *result, const CfnRemark *remark)
{
    json_t *replacements = json_array();
    const GArray *all = remark->suggestion->replacements;
    for (guint i = 0; i < all->len; i++) {
        json_array_append_new(replacements,
                              make_replacement(result, &g_array_index(all, CfnReplacement, i)));
    }
    json_t *change = json_object();
    json_object_set_new(change, "artifactLocation", make_artifact(result));
    json_object_set_new(change, "replacements", replacements);
    return json_pack("[{s:o, s:[o]}]", "description",
                     make_text(remark->finding->transform->summary), "artifactChanges", change);
}

/* ---- Results ---- */

static json_t *make_result(const CfnManner *manner, const CfnResult *result,
                           const CfnRemark *remark)
{
    json_t *object = json_object();
    json_object_set_new(object, "ruleId", json_string(remark->rule));
    json_object_set_new(object, "ruleIndex",
                        cfn_json_count(find_rule(manner, remark->finding->transform)));
    json_object_set_new(object, "level", json_string(levels[remark->severity]));
    json_object_set_new(object, "message", make_message(remark->message));
    json_object_set_new(object, "locations", make_locations(result, remark));
    json_object_set_new(object, "partialFingerprints",
                        json_pack("{s:s}", "primaryLocationLineHash", remark->fingerprint));
    if (remark->suggestion != NULL) {
        json_object_set_new(object, "fixes", make_fixes(result, remark));
    }
    return object;
}

static void notify(State *state, const char *level, const char *text, json_t *locations)
{
    json_t *notification = json_object();
    json_object_set_new(notification, "level", json_string(level));
    json_object_set_new(notification, "message", make_message(text));
    if (locations != NULL) {
        json_object_set_new(notification, "locations", locations);
    }
    json_array_append_new(state->notifications, notification);
}

static gpointer begin(const CfnManner *manner, GString *out)
{
    State *state = g_new0(State, 1);
    state->notifications = json_array();
    g_string_append(out, "{\"$schema\": \"" SCHEMA "\", \"version\": \"2.1.0\", \"runs\": [{\n"
                         "\"tool\": ");
    cfn_json_append(out, make_tool(manner->transforms));
    g_string_append(out, ",\n\"columnKind\": \"unicodeCodePoints\",\n\"results\": [");
    return state;
}

static void tell_result(gpointer data, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    State *state = data;
    g_autoptr(GPtrArray) remarks = cfn_remarks(manner, result, CFN_OFFERS_ALL);
    for (guint i = 0; i < remarks->len; i++) {
        const CfnRemark *remark = remarks->pdata[i];
        if (remark->finding == NULL) {
            notify(state, "error", remark->message, make_locations(result, remark));
        } else if (state->results == RESULTS_LIMIT) {
            state->left++;
        } else {
            g_string_append(out, state->results++ > 0 ? ",\n" : "\n");
            cfn_json_append(out, make_result(manner, result, remark));
        }
    }
}

static void end(gpointer data, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    State *state = data;
    if (state->left > 0) {
        g_autofree char *text = g_strdup_printf(
            "%u more findings are not in this report: readers take %d", state->left, RESULTS_LIMIT);
        notify(state, "warning", text, NULL);
    }
    g_string_append(out, "\n],\n\"invocations\": ");
    cfn_json_append(out, json_pack("[{s:b, s:o}]", "executionSuccessful", totals->errors == 0,
                                   "toolExecutionNotifications", state->notifications));
    g_string_append(out, "}]}\n");
    g_free(state);
}

const CfnReporter cfn_reporter_sarif = {
    .name = "sarif",
    .needs = CFN_NEEDS_SUGGESTIONS,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
