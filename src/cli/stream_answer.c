/*
 * What --stream answers to a line.
 *
 * Lines are JSON as RFC 8259 has it, in UTF-8, and jansson reads them. Members that are not ours
 * come back: a pipeline has names and keys of its own for what it sends.
 */
#include "cli/stream_answer.h"

#include <string.h>

#include "cli/inputs.h"
#include "cli/work.h"
#include "edit/diff.h"
#include "report/hide.h"
#include "report/json.h"
#include "report/json_value.h"

/* jansson takes 100 bytes and more for a value of two: a line of "[],[],[]" would become 50 times
   as large. Nobody has so many values besides a template. */
enum { MOST_VALUES = 100000 };

/* ---- Reading a line ---- */

static bool fail(GError **error, const char *message)
{
    g_set_error_literal(error, CFN_ERROR, CFN_ERROR_SYNTAX, message);
    return false;
}

/* At least as many values as there are in TEXT, up to where it is no JSON. */
static size_t count_values(const char *text, size_t length)
{
    size_t count = 1;
    bool is_string = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            is_string = !is_string;
        } else if (is_string && text[i] == '\\') {
            i++;
        } else if (!is_string) {
            count += text[i] == '[' || text[i] == '{' || text[i] == ',';
        }
    }
    return count;
}

/* In words of our own: jansson's quote the line, and there may be a secret in it. */
static const char *name_error(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_stack_overflow:
        return "nested too deeply";
    case json_error_invalid_utf8:
        return "not UTF-8";
    case json_error_premature_end_of_input:
        return "cut off";
    case json_error_end_of_input_expected:
        return "more than one value";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL in a name";
    case json_error_duplicate_key:
        return "a member twice";
    case json_error_numeric_overflow:
        return "a number that 64 bits cannot hold";
    default:
        return "bad syntax";
    }
}

/* The object that LINE is; NULL with ERROR if it is none. json_decref it. */
static json_t *read_object(GBytes *line, GError **error)
{
    gsize length;
    const char *text = g_bytes_get_data(line, &length);
    if (count_values(text, length) > MOST_VALUES) {
        fail(error, "the line has too many values");
        return NULL;
    }
    json_error_t reason;
    json_t *object = json_loadb(text, length,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &reason);
    if (object == NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_SYNTAX, "the line is not JSON: %s (byte %d)",
                    name_error(&reason), reason.position);
        return NULL;
    }
    if (!json_is_object(object)) {
        json_decref(object);
        fail(error, "the line is no JSON object");
        return NULL;
    }
    return object;
}

/* The member NAME of REQUEST, if it is a string, else NULL. Borrowed. */
static json_t *find_string(const json_t *request, const char *name)
{
    json_t *member = json_object_get(request, name);
    return json_is_string(member) ? member : NULL;
}

/* How diffs and globs name PATH: relative, by its letters alone; "" if it names no file. g_free
   it. */
static char *name_path(const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, "/");
    return g_strdup(full + strspn(full, "/"));
}

/* Whether REQUEST has what it must have. *NAME is what diffs call it; g_free it. */
static bool check_request(const json_t *request, char **name, GError **error)
{
    const json_t *path = find_string(request, "path");
    if (path == NULL) {
        return fail(error, "'path' must be a string");
    }
    const char *text = json_string_value(path);
    if (strlen(text) != json_string_length(path)) {
        return fail(error, "'path' has a NUL in it");
    }
    *name = name_path(text);
    if (**name == '\0') {
        return fail(error, "'path' names no file");
    }
    return find_string(request, "content") != NULL || fail(error, "'content' must be a string");
}

/* ---- Working on a template ---- */

static CfnResult *repair(const CfnCommand *command, CfnConfigs *configs, const json_t *request,
                         const char *name)
{
    json_t *content = json_object_get(request, "content");
    g_autoptr(GBytes) bytes = g_bytes_new(json_string_value(content), json_string_length(content));
    CfnApplied applied = cfn_configs_apply_to_name(configs, name);
    const CfnInput input = {
        .path = (char *)json_string_value(json_object_get(request, "path")),
        .options = applied.options,
        .is_excluded = applied.excluded != NULL,
        .content = bytes,
    };
    CfnResult *result = cfn_work(command, &input, NULL);
    result->name = g_strdup(name);
    if (result->verdict == CFN_VERDICT_CHANGED) {
        result->diff = cfn_diff(name, result->before, result->outcome->after);
    }
    cfn_hide_result(result);
    return result;
}

static CfnStreamState judge(const CfnResult *result)
{
    if (result->verdict == CFN_VERDICT_ERROR) {
        return CFN_STREAM_ERROR;
    }
    const GPtrArray *findings = cfn_result_findings(result);
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = g_ptr_array_index(findings, i);
        if (finding->state != CFN_FIXED) {
            return CFN_STREAM_REMAINS;
        }
    }
    return CFN_STREAM_DONE;
}

/* ---- The answer ---- */

static const char *const own_members[] = { "path", "content", "diff", "findings", "error", NULL };

/* The answer to REQUEST (NULL: nothing is known of it) as one line: its path and content, and an
   error or nothing found. */
static json_t *begin_answer(const json_t *request, json_t *error)
{
    json_t *answer = json_object();
    for (size_t i = 0; i < 2; i++) {
        json_t *member = find_string(request, own_members[i]);
        json_object_set_new(answer, own_members[i],
                            member != NULL ? json_incref(member) : json_null());
    }
    json_object_set_new(answer, "diff", json_string(""));
    json_object_set_new(answer, "findings", json_array());
    json_object_set_new(answer, "error", error);
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)request, name, member) {
        if (!g_strv_contains(own_members, name)) {
            json_object_set(answer, name, member);
        }
    }
    return answer;
}

/* Takes ANSWER. */
static GBytes *end_answer(json_t *answer)
{
    GString *out = g_string_new(NULL);
    cfn_json_append(out, answer);
    g_string_append_c(out, '\n');
    return g_string_free_to_bytes(out);
}

static GBytes *refuse(const json_t *request, const char *message)
{
    return end_answer(begin_answer(request, cfn_json_error(message, (CfnPlace){ 0, 0 })));
}

static GBytes *tell(const json_t *request, const CfnResult *result)
{
    CfnPlace place;
    const char *message = result->error != NULL ? cfn_result_error(result, &place) : NULL;
    json_t *answer =
        begin_answer(request, message != NULL ? cfn_json_error(message, place) : json_null());
    if (result->verdict == CFN_VERDICT_CHANGED) {
        gsize length;
        const char *after = g_bytes_get_data(result->outcome->after, &length);
        json_object_set_new(answer, "content", json_stringn(after, length));
        json_object_set_new(answer, "diff", cfn_json_string(result->diff));
    }
    json_object_set_new(answer, "findings", cfn_json_findings(result));
    return end_answer(answer);
}

GBytes *cfn_stream_answer(const CfnCommand *command, CfnConfigs *configs, GBytes *line,
                          CfnStreamState *state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = NULL;
    json_auto_t *request = read_object(line, &error);
    if (request == NULL || !check_request(request, &name, &error)) {
        *state = CFN_STREAM_ERROR;
        return refuse(request, error->message);
    }
    g_autoptr(CfnResult) result = repair(command, configs, request, name);
    *state = judge(result);
    return tell(request, result);
}

GBytes *cfn_stream_refuse(GBytes *line, const char *message)
{
    json_auto_t *request = line != NULL ? read_object(line, NULL) : NULL;
    return refuse(request, message);
}
