/*
 * Suggestions as reports give them.
 */
#include "report/suggest.h"

#include <string.h>

#include "edit/diff.h"
#include "report/hide.h"

const CfnSuggestion *cfn_suggestion_of(const CfnResult *result, guint index)
{
    const GPtrArray *suggestions = result->outcome->suggestions;
    for (guint i = 0; suggestions != NULL && i < suggestions->len; i++) {
        const CfnSuggestion *suggestion = suggestions->pdata[i];
        for (guint k = 0; k < suggestion->findings->len; k++) {
            if (g_array_index(suggestion->findings, guint, k) == index) {
                return suggestion;
            }
        }
    }
    return NULL;
}

bool cfn_suggestion_is_secret(const CfnResult *result, const CfnSuggestion *suggestion)
{
    for (guint i = 0; result->hiding != NULL && i < suggestion->replacements->len; i++) {
        const char *text = g_array_index(suggestion->replacements, CfnReplacement, i).text;
        g_autofree char *hidden = cfn_hide(result->hiding, text, strlen(text));
        if (hidden != NULL) {
            return true;
        }
    }
    return false;
}

bool cfn_suggestion_is_plain(const CfnResult *result, const CfnSuggestion *suggestion)
{
    return suggestion->replacements->len == 1 && !cfn_suggestion_is_secret(result, suggestion);
}

static GBytes *apply(const CfnResult *result, const CfnSuggestion *suggestion)
{
    gsize length;
    const guint8 *text = g_bytes_get_data(result->before, &length);
    GByteArray *bytes = g_byte_array_new();
    gsize at = 0;
    for (guint i = 0; i < suggestion->replacements->len; i++) {
        const CfnReplacement *one = &g_array_index(suggestion->replacements, CfnReplacement, i);
        g_byte_array_append(bytes, text + at, (guint)(one->span.start - at));
        g_byte_array_append(bytes, (const guint8 *)one->text, (guint)strlen(one->text));
        at = one->span.end;
    }
    g_byte_array_append(bytes, text + at, (guint)(length - at));
    return g_byte_array_free_to_bytes(bytes);
}

char *cfn_suggestion_patch(const CfnResult *result, const CfnSuggestion *suggestion)
{
    g_autoptr(GBytes) after = apply(result, suggestion);
    char *diff = cfn_diff(result->name, result->before, after);
    char *hidden = result->hiding != NULL ? cfn_hide_diff(result->hiding, diff) : NULL;
    if (hidden == NULL) {
        return diff;
    }
    g_free(diff);
    return hidden;
}
