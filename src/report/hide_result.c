/*
 * Secrets in a result: every text of it that a reporter tells.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/hide.h"

/* libgit2 cuts off the heading of a hunk behind 80 bytes, and a secret with it. */
#define HEADING_LENGTH 60

/* Replaces *TEXT, which may be NULL. */
static bool hide_in(const CfnHiding *hiding, char **text)
{
    char *hidden = *text != NULL ? cfn_hide(hiding, *text, strlen(*text)) : NULL;
    if (hidden == NULL) {
        return false;
    }
    g_free(*text);
    *text = hidden;
    return true;
}

/* ---- Operations ---- */

static json_t *hide_json(const CfnHiding *hiding, const json_t *value, bool *hides);

static json_t *hide_object(const CfnHiding *hiding, const json_t *value, bool *hides)
{
    json_t *object = json_object();
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member) {
        json_object_set_new(object, key, hide_json(hiding, member, hides));
    }
    return object;
}

static json_t *hide_array(const CfnHiding *hiding, const json_t *value, bool *hides)
{
    json_t *array = json_array();
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item) {
        json_array_append_new(array, hide_json(hiding, item, hides));
    }
    return array;
}

static json_t *hide_scalar(const CfnHiding *hiding, const json_t *value, bool *hides)
{
    char *text = json_is_string(value) ? strdup(json_string_value(value))
                                       : json_dumps(value, JSON_ENCODE_ANY);
    g_autofree char *hidden = cfn_hide(hiding, text, strlen(text));
    free(text);
    *hides = *hides || hidden != NULL;
    return hidden != NULL ? json_string(hidden) : json_incref((json_t *)value);
}

/* A new value, with the same keys: paths name them too. The text alone would not do: what looks
   like a secret may be JSON's own brackets. */
static json_t *hide_json(const CfnHiding *hiding, const json_t *value, bool *hides)
{
    return json_is_object(value)  ? hide_object(hiding, value, hides)
           : json_is_array(value) ? hide_array(hiding, value, hides)
                                  : hide_scalar(hiding, value, hides);
}

static bool hide_operation(const CfnHiding *hiding, CfnDone *done)
{
    json_t *value = done->value != NULL ? json_loads(done->value, JSON_DECODE_ANY, NULL) : NULL;
    if (value == NULL) {
        return hide_in(hiding, &done->value);
    }
    bool hides = false;
    json_t *hidden = hide_json(hiding, value, &hides);
    if (hides) {
        char *text = json_dumps(hidden, JSON_ENCODE_ANY | JSON_COMPACT);
        g_free(done->value);
        done->value = g_strdup(text);
        free(text);
    }
    json_decref(hidden);
    json_decref(value);
    return hides;
}

static bool hide_outcome(const CfnHiding *hiding, CfnOutcome *outcome)
{
    for (guint i = 0; i < outcome->findings->len; i++) {
        CfnFinding *finding = g_ptr_array_index(outcome->findings, i);
        if (!finding->transform->quotes_nothing) {
            hide_in(hiding, &finding->message);
            hide_in(hiding, &finding->reason);
        }
    }
    for (guint i = 0; i < outcome->notices->len; i++) {
        CfnNotice *notice = g_ptr_array_index(outcome->notices, i);
        hide_in(hiding, &notice->message);
    }
    bool hides = false;
    for (guint i = 0; i < outcome->operations->len; i++) {
        hides = hide_operation(hiding, g_ptr_array_index(outcome->operations, i)) || hides;
    }
    return hides;
}

/* ---- The diff ---- */

static bool put_hidden(GString *out, const CfnHiding *hiding, const char *text, size_t length)
{
    g_autofree char *hidden = cfn_hide(hiding, text, length);
    if (hidden == NULL) {
        g_string_append_len(out, text, (gssize)length);
        return false;
    }
    g_string_append(out, hidden);
    return true;
}

/* "@@ -1,2 +1,3 @@ Resources:": only the heading is text of the template. */
static bool put_hunk_line(GString *out, const CfnHiding *hiding, const char *line, size_t length)
{
    const char *mark = g_strstr_len(line + 2, (gssize)length - 2, "@@");
    size_t numbers = mark != NULL ? (size_t)(mark + 2 - line) : length;
    g_string_append_len(out, line, (gssize)numbers);
    if (length - numbers > HEADING_LENGTH) {
        g_string_append(out, " " CFN_HIDDEN);
        return true;
    }
    return put_hidden(out, hiding, line + numbers, length - numbers);
}

char *cfn_hide_diff(const CfnHiding *hiding, const char *diff)
{
    GString *out = g_string_new(NULL);
    bool is_hunk = false, hides = false;
    while (*diff != '\0') {
        size_t length = strcspn(diff, "\n");
        is_hunk = (is_hunk || *diff == '@') && !g_str_has_prefix(diff, "diff ");
        if (is_hunk && *diff == '@') {
            hides = put_hunk_line(out, hiding, diff, length) || hides;
        } else if (is_hunk && *diff != '\\' && length > 0) {
            g_string_append_c(out, *diff);
            hides = put_hidden(out, hiding, diff + 1, length - 1) || hides;
        } else {
            g_string_append_len(out, diff, (gssize)length);
        }
        diff += length;
        if (*diff == '\n') {
            g_string_append_c(out, *diff++);
        }
    }
    return g_string_free(out, !hides);
}

/* ---- The result ---- */

/* All but the file's name, by which a reporter takes the message apart. */
static void hide_error(const CfnHiding *hiding, GError *error, const char *path)
{
    size_t named = g_str_has_prefix(error->message, path) ? strlen(path) : 0;
    const char *rest = error->message + named;
    g_autofree char *hidden = cfn_hide(hiding, rest, strlen(rest));
    if (hidden != NULL) {
        g_autofree char *message = error->message;
        error->message = g_strdup_printf("%.*s%s", (int)named, message, hidden);
    }
}

void cfn_hide_result(CfnResult *result)
{
    const CfnHiding *hiding = result->hiding =
        result->outcome != NULL ? cfn_hiding_new(result->outcome->secrets) : NULL;
    if (hiding == NULL) {
        return;
    }
    result->hides = hide_outcome(hiding, result->outcome);
    if (result->error != NULL) {
        hide_error(hiding, result->error, result->path);
    }
    char *hidden = result->diff != NULL ? cfn_hide_diff(hiding, result->diff) : NULL;
    if (hidden != NULL) {
        result->patch = result->diff;
        result->diff = hidden;
        result->hides = true;
    }
}
