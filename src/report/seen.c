/*
 * What an earlier review said already.
 */
#include "report/seen.h"

#include <jansson.h>
#include <string.h>

#include "text/file.h"
#include "text/hash.h"

#define BEGIN "<!-- cfnfix:"
#define END " -->"
#define DIGITS 40
/* Far more than a pull request can have. */
#define SIZE_LIMIT (256u << 20)

struct CfnSeen {
    GHashTable *keys; /* a set; owned */
};

/* ---- Reading ---- */

static bool is_key(const char *text)
{
    return strlen(text) == DIGITS && strspn(text, "0123456789abcdef") == DIGITS;
}

static void take_line(CfnSeen *seen, char *line)
{
    g_strchomp(line);
    if (!g_str_has_prefix(line, BEGIN) || !g_str_has_suffix(line, END)) {
        return;
    }
    line[strlen(line) - strlen(END)] = '\0';
    g_auto(GStrv) keys = g_strsplit(line + strlen(BEGIN), " ", -1);
    for (char **key = keys; *key != NULL; key++) {
        if (is_key(*key)) {
            g_hash_table_add(seen->keys, g_strdup(*key));
        }
    }
}

static void take_text(CfnSeen *seen, const char *text, gsize length)
{
    const char *end = text + length;
    while (text < end) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        next = next != NULL ? next : end;
        g_autofree char *line = g_strndup(text, (gsize)(next - text));
        take_line(seen, line);
        text = next + 1;
    }
}

/* As deep as jansson reads it. */
static void take_value(CfnSeen *seen, const json_t *value)
{
    size_t index;
    json_t *item;
    json_array_foreach(value, index, item) {
        take_value(seen, item);
    }
    const json_t *body = json_is_object(value) ? json_object_get(value, "body") : value;
    if (json_is_string(body)) {
        take_text(seen, json_string_value(body), json_string_length(body));
    }
    if (json_is_object(value)) {
        take_value(seen, json_object_get(value, "comments"));
    }
}

/* Whether TEXT is JSON values and nothing else; they are taken as they come. */
static bool take_values(CfnSeen *seen, const char *text, gsize length)
{
    static const size_t flags = JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    gsize at = 0;
    while (true) {
        while (at < length && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0') {
            at++;
        }
        if (at == length) {
            return true;
        }
        json_error_t error;
        json_t *value = json_loadb(text + at, length - at, flags, &error);
        if (value == NULL) {
            return false;
        }
        take_value(seen, value);
        json_decref(value);
        at += (gsize)error.position;
    }
}

CfnSeen *cfn_seen_new(const char *text, gsize length)
{
    CfnSeen *seen = g_new0(CfnSeen, 1);
    seen->keys = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    if (!take_values(seen, text, length)) {
        take_text(seen, text, length);
    }
    return seen;
}

CfnSeen *cfn_seen_read(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = cfn_file_read(path, SIZE_LIMIT, NULL, error);
    if (bytes == NULL) {
        return NULL;
    }
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    return cfn_seen_new(text != NULL ? text : "", length);
}

void cfn_seen_free(CfnSeen *seen)
{
    if (seen != NULL) {
        g_hash_table_unref(seen->keys);
        g_free(seen);
    }
}

bool cfn_seen_has(const CfnSeen *seen, const char *key)
{
    return seen != NULL && g_hash_table_contains(seen->keys, key);
}

/* ---- Writing ---- */

char *cfn_seen_key(const char *text)
{
    char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    key[DIGITS] = '\0';
    return key;
}

void cfn_seen_append(GString *out, const GPtrArray *keys)
{
    for (guint i = 0; i < keys->len; i++) {
        g_string_append(out, i == 0 ? BEGIN : " ");
        g_string_append(out, keys->pdata[i]);
    }
    g_string_append(out, keys->len > 0 ? END "\n" : "");
}

bool cfn_seen_is_forged(const char *text)
{
    return g_str_has_prefix(text, BEGIN) || strstr(text, "\n" BEGIN) != NULL;
}
