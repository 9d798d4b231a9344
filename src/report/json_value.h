/*
 * JSON for the reports that are JSON: values that jansson lacks, and how they are written.
 */
#ifndef CFN_REPORT_JSON_VALUE_H
#define CFN_REPORT_JSON_VALUE_H

#include <glib.h>
#include <jansson.h>

/* A string that may come from a file name, which can be any bytes. */
json_t *cfn_json_string(const char *text);
/* The same, or null for NULL. */
json_t *cfn_json_string_or_null(const char *text);
json_t *cfn_json_count(guint count);

/* Appends VALUE, which is taken, on one line. Everything outside ASCII is escaped, so that it is
   harmless on a terminal too. */
void cfn_json_append(GString *out, json_t *value);
/* The same as the next item of a list: SEPARATOR, which stands before it, is "\n" for the first one
   and becomes what stands before the others. */
void cfn_json_append_item(GString *out, GString *separator, json_t *value);

#endif
