/*
 * rdjson and rdjsonl, the input formats of reviewdog
 * (https://github.com/reviewdog/reviewdog/tree/master/proto/rdf).
 *
 * Columns are bytes, ends are exclusive, a range without columns is of whole lines. A diagnostic
 * has at most one suggestion: reviewdog puts the comment on the first one's lines and refuses those
 * on others. With GitLab it counts the suggestion's lines from the diagnostic's first one, so the
 * diagnostic stands where its suggestion does.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/json_value.h"
#include "report/line_edit.h"
#include "report/remark.h"

static const char *const severity_names[CFN_SEVERITIES] = { "ERROR", "WARNING", "INFO" };

/* ---- Ranges ---- */

/* A column of 0 is left out. */
static json_t *make_position(uint32_t line, uint32_t column)
{
    json_t *position = json_object();
    json_object_set_new(position, "line", cfn_json_count(line));
    if (column > 0) {
        json_object_set_new(position, "column", cfn_json_count(column));
    }
    return position;
}

static json_t *make_range(json_t *start, json_t *end)
{
    json_t *range = json_object();
    json_object_set_new(range, "start", start);
    json_object_set_new(range, "end", end);
    return range;
}

/* Of a place in the input, in bytes, a byte order mark counted as it is in the file. */
static uint32_t count_column(const CfnSource *source, uint32_t offset)
{
    const uint32_t line = cfn_source_line_start(source, offset);
    return offset + 1 - (line == source->start ? 0 : line);
}

static json_t *make_finding_range(const CfnResult *result, const CfnFinding *finding)
{
    const CfnSource *source = result->outcome->source;
    return make_range(make_position(finding->start.line, count_column(source, finding->span.start)),
                      make_position(finding->end.line, count_column(source, finding->span.end)));
}

static json_t *make_edit_range(const CfnLineEdit *edit)
{
    const bool is_through = edit->kind == CFN_EDIT_THROUGH;
    const uint32_t column = edit->kind == CFN_EDIT_LINES ? 0 : 1;
    return make_range(make_position(edit->first, column),
                      make_position(edit->last + is_through, column));
}

/* The line alone: the column of an error is in characters of a text that may not even be UTF-8. */
static json_t *make_error_range(const CfnRemark *remark)
{
    return make_range(make_position(remark->start.line, 0), make_position(remark->start.line, 0));
}

/* ---- Diagnostics ---- */

static void add_suggestion(json_t *diagnostic, const CfnLineEdit *edit)
{
    json_t *suggestion = json_object(), *suggestions = json_array();
    json_object_set_new(suggestion, "range", make_edit_range(edit));
    json_object_set_new(suggestion, "text", cfn_json_string(edit->text));
    json_array_append_new(suggestions, suggestion);
    json_object_set_new(diagnostic, "suggestions", suggestions);
}

/* The range of a remark with EDIT, which may be NULL. */
static json_t *make_remark_range(const CfnResult *result, const CfnRemark *remark,
                                 const CfnLineEdit *edit)
{
    if (remark->finding == NULL) {
        return make_error_range(remark);
    }
    const bool is_there =
        edit == NULL || (edit->first == remark->start.line && edit->last == remark->end.line);
    return is_there ? make_finding_range(result, remark->finding) : make_edit_range(edit);
}

static json_t *make_code(const CfnRemark *remark)
{
    json_t *code = json_object();
    json_object_set_new(code, "value", json_string(remark->rule));
    if (remark->finding != NULL) {
        json_object_set_new(code, "url", json_string(remark->finding->transform->url));
    }
    return code;
}

static json_t *make_diagnostic(const CfnResult *result, const CfnRemark *remark)
{
    g_auto(CfnLineEdit) edit = { 0 };
    if (remark->suggestion != NULL) {
        const CfnReplacement *one =
            &g_array_index(remark->suggestion->replacements, CfnReplacement, 0);
        cfn_line_edit_init(&edit, result, one, true);
    }
    const CfnLineEdit *offered = edit.text != NULL ? &edit : NULL;
    json_t *location = json_object();
    json_object_set_new(location, "path", cfn_json_string(result->name));
    json_object_set_new(location, "range", make_remark_range(result, remark, offered));
    json_t *diagnostic = json_object();
    json_object_set_new(diagnostic, "message", cfn_json_string(remark->message));
    json_object_set_new(diagnostic, "location", location);
    json_object_set_new(diagnostic, "severity", json_string(severity_names[remark->severity]));
    json_object_set_new(diagnostic, "source", json_pack("{s:s}", "name", "cfnfix"));
    json_object_set_new(diagnostic, "code", make_code(remark));
    if (offered != NULL) {
        add_suggestion(diagnostic, offered);
    }
    return diagnostic;
}

/* ---- rdjsonl: one diagnostic a line ---- */

static gpointer begin_lines(const CfnManner *manner, GString *out)
{
    return NULL;
}

static void tell_lines(gpointer state, const CfnManner *manner, const CfnResult *result,
                       const CfnTotals *totals, GString *out)
{
    g_autoptr(GPtrArray) remarks = cfn_remarks(manner, result, CFN_OFFERS_LINES);
    for (guint i = 0; i < remarks->len; i++) {
        cfn_json_append(out, make_diagnostic(result, remarks->pdata[i]));
        g_string_append_c(out, '\n');
    }
}

static void end_lines(gpointer state, const CfnManner *manner, const CfnTotals *totals,
                      GString *out)
{
}

const CfnReporter cfn_reporter_rdjsonl = {
    .name = "rdjsonl",
    .needs = CFN_NEEDS_SUGGESTIONS,
    .begin = begin_lines,
    .result = tell_lines,
    .end = end_lines,
};

/* ---- rdjson: all in one document ---- */

/* The state: what stands between the last diagnostic and the next. */
static gpointer begin(const CfnManner *manner, GString *out)
{
    g_string_append(out, "{\"source\": {\"name\": \"cfnfix\"}, \"diagnostics\": [");
    return g_string_new("\n");
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    g_autoptr(GPtrArray) remarks = cfn_remarks(manner, result, CFN_OFFERS_LINES);
    for (guint i = 0; i < remarks->len; i++) {
        cfn_json_append_item(out, state, make_diagnostic(result, remarks->pdata[i]));
    }
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    g_string_append(out, "\n]}\n");
    g_string_free(state, TRUE);
}

const CfnReporter cfn_reporter_rdjson = {
    .name = "rdjson",
    .needs = CFN_NEEDS_SUGGESTIONS,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
