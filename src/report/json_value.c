/*
 * JSON for the reports that are JSON.
 */
#include "report/json_value.h"

#include <stdlib.h>

json_t *cfn_json_string(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

json_t *cfn_json_string_or_null(const char *text)
{
    return text != NULL ? cfn_json_string(text) : json_null();
}

json_t *cfn_json_count(guint count)
{
    return json_integer((json_int_t)count);
}

void cfn_json_append(GString *out, json_t *value)
{
    char *text = json_dumps(value, JSON_ENSURE_ASCII);
    g_string_append(out, text);
    free(text);
    json_decref(value);
}

void cfn_json_append_item(GString *out, GString *separator, json_t *value)
{
    g_string_append(out, separator->str);
    cfn_json_append(out, value);
    g_string_assign(separator, ",\n");
}
