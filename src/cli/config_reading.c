/*
 * The places, errors and words of a configuration that is being read.
 */
#include "cli/config_reading.h"

#include <string.h>

#include "syntax/scalar.h"

/* ---- Errors ---- */

bool cfn_reading_fail(const CfnReading *reading, const CfnNode *node, GError **error,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return cfn_source_error(reading->source, node->span.start, error, CFN_ERROR_CONFIG, "%s",
                            message);
}

/* Cuts TEXT (UTF-8) where it can be told from all words that are right: a message is one line. */
static char *clip(char *text)
{
    if (g_utf8_strlen(text, -1) > 80) {
        *g_utf8_offset_to_pointer(text, 80) = '\0';
    }
    return text;
}

static const char *describe_meaning(CfnMeaning meaning)
{
    static const char *const names[] = {
        [CFN_MEANS_STRING] = "a text",    [CFN_MEANS_TRUE] = "a boolean",
        [CFN_MEANS_FALSE] = "a boolean",  [CFN_MEANS_INT] = "a number",
        [CFN_MEANS_FLOAT] = "a number",   [CFN_MEANS_NULL] = "nothing",
        [CFN_MEANS_TIMESTAMP] = "a date", [CFN_MEANS_MERGE] = "a merge key",
    };
    return names[meaning];
}

bool cfn_reading_fail_kind(const CfnReading *reading, const CfnNode *node, const char *what,
                           const char *wanted, GError **error)
{
    if (!cfn_node_is_scalar(node)) {
        return cfn_reading_fail(reading, node, error, "%s must be %s, not a %s", what, wanted,
                                cfn_node_is_mapping(node) ? "mapping" : "list");
    }
    CfnMeaning meaning = cfn_scalar_meaning(node);
    g_autofree char *text = clip(cfn_node_dup_text(node));
    if (meaning == CFN_MEANS_STRING || *text == '\0') {
        return cfn_reading_fail(reading, node, error, "%s must be %s, not %s", what, wanted,
                                describe_meaning(meaning));
    }
    return cfn_reading_fail(reading, node, error,
                            "%s must be %s, not '%s', which is %s in YAML 1.1", what, wanted, text,
                            describe_meaning(meaning));
}

bool cfn_reading_fail_because(const CfnReading *reading, const CfnNode *node, GError *reason,
                              GError **error)
{
    g_autoptr(GError) owned = reason;
    return cfn_reading_fail(reading, node, error, "%s", owned->message);
}

char *cfn_reading_place(const CfnReading *reading, const CfnNode *node)
{
    CfnPlace place = cfn_source_place(reading->source, node->span.start);
    return g_strdup_printf("%s:%u", reading->source->path, place.line);
}

/* ---- Words ---- */

/* The text of a scalar. A NUL (which "\0" makes) would hide what is behind it. */
static char *read_any(const CfnReading *reading, const CfnNode *node, GError **error)
{
    if (memchr(node->text, '\0', node->length) != NULL) {
        cfn_reading_fail(reading, node, error, "a NUL has no meaning here");
        return NULL;
    }
    return cfn_node_dup_text(node);
}

char *cfn_reading_text(const CfnReading *reading, const CfnNode *node, const char *what,
                       GError **error)
{
    if (!cfn_scalar_is_string(node)) {
        cfn_reading_fail_kind(reading, node, what, "a text", error);
        return NULL;
    }
    return read_any(reading, node, error);
}

char *cfn_reading_name(const CfnReading *reading, const CfnNode *node, const char *what,
                       GError **error)
{
    char *text = cfn_reading_text(reading, node, what, error);
    return text != NULL ? clip(text) : NULL;
}

/* true and false alone: whether `yes` is one depends on who reads it. */
bool cfn_reading_boolean(const CfnReading *reading, const CfnNode *node, const char *what,
                         bool *value, GError **error)
{
    CfnMeaning meaning = cfn_node_is_scalar(node) ? cfn_scalar_meaning(node) : CFN_MEANS_STRING;
    *value = meaning == CFN_MEANS_TRUE;
    return (meaning == CFN_MEANS_TRUE && cfn_node_equals_nocase(node, "true")) ||
           (meaning == CFN_MEANS_FALSE && cfn_node_equals_nocase(node, "false")) ||
           cfn_reading_fail_kind(reading, node, what, "true or false", error);
}

char *cfn_reading_key(const CfnReading *reading, const CfnNode *key, GError **error)
{
    if (!cfn_node_is_scalar(key)) {
        cfn_reading_fail_kind(reading, key, "a key", "a text", error);
        return NULL;
    }
    const CfnNode *earlier = key->parent->first;
    while (key->duplicate && earlier != key && !cfn_node_same_text(earlier, key)) {
        earlier = cfn_node_next_key(earlier);
    }
    g_autofree char *word = read_any(reading, key, error);
    if (word != NULL && key->duplicate && earlier != key) {
        CfnPlace place = cfn_source_place(reading->source, earlier->span.start);
        cfn_reading_fail(reading, key, error,
                         "'%s' stands here a second time; it is on line %u already", clip(word),
                         place.line);
        return NULL;
    }
    return word != NULL ? clip(g_steal_pointer(&word)) : NULL;
}
