/*
 * Telling templates from what else folders hold.
 */
#define _GNU_SOURCE 1 /* memmem */
#include "cli/recognize.h"

#include <string.h>

#include "model/template.h"

/* Whether a key called Resources stands at TEXT: so a quote or a blank may be, and a colon must be
   behind it. */
static bool is_resources_key(const char *text, const char *end)
{
    text += strlen("Resources");
    while (text < end && strchr("\"' \t\r\n", *text) != NULL) {
        text++;
    }
    return text < end && *text == ':';
}

bool cfn_looks_like_template(GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    if (length == 0) {
        return false;
    }
    static const char version[] = "AWSTemplateFormatVersion", resources[] = "Resources";
    if (memmem(text, length, version, sizeof version - 1) != NULL) {
        return true;
    }
    const char *end = text + length;
    for (const char *at = text;
         (at = memmem(at, (gsize)(end - at), resources, sizeof resources - 1)) != NULL; at++) {
        if (is_resources_key(at, end)) {
            return true;
        }
    }
    return false;
}

bool cfn_may_be_template(GBytes *bytes)
{
    if (!cfn_looks_like_template(bytes)) {
        return false;
    }
    g_autoptr(CfnSource) source = cfn_source_new("", bytes, g_bytes_get_size(bytes), NULL);
    g_autoptr(CfnTree) tree = source != NULL ? cfn_tree_parse(source, NULL) : NULL;
    return tree == NULL || cfn_tree_is_template(tree);
}
