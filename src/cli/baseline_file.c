/*
 * Baselines as files.
 *
 * jansson reads them, since they can be large. It does not say where a value stands that is not as
 * it should be, so then the file is read once more, by our own parser.
 */
#include "cli/baseline_file.h"

#include <string.h>

#include "engine/transform.h"
#include "report/json_value.h"
#include "syntax/tree.h"

#define FORMAT_VERSION 1
#define FINGERPRINT_DIGITS 40

typedef struct {
    const char *path;
    GBytes *bytes;
} Reader;

/* ---- Entries ---- */

static CfnBaselineEntry *wrap(json_t *json)
{
    CfnBaselineEntry *entry = g_new0(CfnBaselineEntry, 1);
    entry->json = json;
    entry->fingerprint = json_string_value(json_object_get(json, "fingerprint"));
    entry->path = json_string_value(json_object_get(json, "path"));
    entry->id = json_string_value(json_object_get(json, "id"));
    return entry;
}

CfnBaselineEntry *cfn_baseline_entry_new(const char *path, const CfnFinding *finding)
{
    json_t *json = json_object();
    json_object_set_new(json, "fingerprint", json_string(finding->fingerprint));
    json_object_set_new(json, "path", cfn_json_string(path));
    json_object_set_new(json, "id", json_string(finding->transform->id));
    json_object_set_new(json, "logicalId", cfn_json_string_or_null(finding->logical_id));
    return wrap(json);
}

void cfn_baseline_entry_free(CfnBaselineEntry *entry)
{
    json_decref(entry->json);
    g_free(entry);
}

/* ---- What is wrong ---- */

/* The place of a member of the finding at INDEX, or of the file if that is below 0; as near as
   there is something. */
static CfnPlace place_of(const Reader *reader, int index, const char *key)
{
    CfnPlace place = { 1, 1 };
    g_autoptr(CfnSource) source =
        cfn_source_new(reader->path, reader->bytes, CFN_SOURCE_HARD_LIMIT, NULL);
    g_autoptr(CfnTree) tree = source != NULL ? cfn_tree_parse(source, NULL) : NULL;
    if (tree == NULL) {
        return place;
    }
    const CfnNode *findings = cfn_node_get(tree->root, "findings");
    const CfnNode *holder = index >= 0 ? cfn_node_item(findings, (uint32_t)index) : tree->root;
    const CfnNode *member = key != NULL ? cfn_node_get(holder, key) : NULL;
    const CfnNode *nearest = member != NULL ? member : holder;
    return nearest != NULL ? cfn_source_place(source, nearest->span.start) : place;
}

static bool fail(const Reader *reader, int index, const char *key, const char *what, GError **error)
{
    CfnPlace place = place_of(reader, index, key);
    g_set_error(error, CFN_ERROR, CFN_ERROR_SYNTAX, "%s:%u:%u: %s%s%s", reader->path, place.line,
                place.column, key != NULL ? key : "", key != NULL ? " " : "", what);
    return false;
}

/* The line of git's first conflict marker, or 0. */
static guint find_conflict(GBytes *bytes)
{
    static const char marker[] = "<<<<<<< ";
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    if (length == 0) {
        return 0; /* of nothing GLib has no place */
    }
    const char *end = text + length;
    guint line = 1;
    while (text < end) {
        if ((size_t)(end - text) >= strlen(marker) && memcmp(text, marker, strlen(marker)) == 0) {
            return line;
        }
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        text = newline != NULL ? newline + 1 : end;
        line++;
    }
    return 0;
}

static json_t *load(const Reader *reader, GError **error)
{
    gsize length;
    const char *text = g_bytes_get_data(reader->bytes, &length);
    json_error_t reason;
    json_t *root = json_loadb(text != NULL ? text : "", length, 0, &reason);
    guint conflict = root == NULL ? find_conflict(reader->bytes) : 0;
    if (conflict > 0) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_SYNTAX,
                    "%s:%u:1: a conflict marker of a merge that is not resolved", reader->path,
                    conflict);
    } else if (root == NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_SYNTAX, "%s:%d:%d: %s", reader->path,
                    MAX(reason.line, 1), MAX(reason.column, 1), reason.text);
    }
    return root;
}

/* ---- Reading ---- */

static bool is_fingerprint(const json_t *value)
{
    const char *text = json_string_value(value);
    return text != NULL && strlen(text) == FINGERPRINT_DIGITS &&
           strspn(text, "0123456789abcdef") == FINGERPRINT_DIGITS;
}

static bool check_entry(const Reader *reader, int index, const json_t *json, GError **error)
{
    const json_t *logical_id = json_object_get(json, "logicalId");
    if (!json_is_object(json)) {
        return fail(reader, index, NULL, "a finding is an object", error);
    }
    if (!is_fingerprint(json_object_get(json, "fingerprint"))) {
        return fail(reader, index, "fingerprint", "must be a string of 40 hexadecimal digits",
                    error);
    }
    if (!json_is_string(json_object_get(json, "path"))) {
        return fail(reader, index, "path", "must be a string", error);
    }
    if (!json_is_string(json_object_get(json, "id"))) {
        return fail(reader, index, "id", "must be a string", error);
    }
    return logical_id == NULL || json_is_string(logical_id) || json_is_null(logical_id) ||
           fail(reader, index, "logicalId", "must be a string or null", error);
}

static bool check_document(const Reader *reader, const json_t *root, GError **error)
{
    const json_t *version = json_object_get(root, "version");
    if (!json_is_object(root)) {
        return fail(reader, -1, NULL, "a baseline is an object", error);
    }
    if (!json_is_integer(version)) {
        return fail(reader, -1, "version", "must be a number: this is no baseline", error);
    }
    if (json_integer_value(version) != FORMAT_VERSION) {
        return fail(reader, -1, "version", "must be 1: this cfnfix reads no other", error);
    }
    return json_is_array(json_object_get(root, "findings")) ||
           fail(reader, -1, "findings", "must be a list: this is no baseline", error);
}

static GPtrArray *read_document(const Reader *reader, json_t *root, GError **error)
{
    if (!check_document(reader, root, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)cfn_baseline_entry_free);
    size_t index;
    json_t *json;
    json_array_foreach(json_object_get(root, "findings"), index, json) {
        if (!check_entry(reader, (int)index, json, error)) {
            return NULL;
        }
        g_ptr_array_add(entries, wrap(json_incref(json)));
    }
    return g_steal_pointer(&entries);
}

GPtrArray *cfn_baseline_parse(const char *path, GBytes *bytes, GError **error)
{
    Reader reader = { path, bytes };
    json_t *root = load(&reader, error);
    if (root == NULL) {
        return NULL;
    }
    GPtrArray *entries = read_document(&reader, root, error);
    json_decref(root);
    return entries;
}

/* ---- Writing ---- */

static int compare(gconstpointer a, gconstpointer b)
{
    const CfnBaselineEntry *one = *(const CfnBaselineEntry *const *)a;
    const CfnBaselineEntry *other = *(const CfnBaselineEntry *const *)b;
    int order = strcmp(one->path, other->path);
    return order != 0 ? order : strcmp(one->fingerprint, other->fingerprint);
}

GBytes *cfn_baseline_format(GPtrArray *entries)
{
    g_ptr_array_sort(entries, compare);
    GString *out = g_string_new(NULL);
    g_string_printf(out, "{\"version\": %d, \"tool\": ", FORMAT_VERSION);
    cfn_json_append(out, json_pack("{s:s, s:s}", "name", "cfnfix", "version", CFN_VERSION));
    g_string_append(out, ", \"findings\": [");
    for (guint i = 0; i < entries->len; i++) {
        const CfnBaselineEntry *entry = entries->pdata[i];
        if (i == 0 || compare(&entries->pdata[i - 1], &entries->pdata[i]) != 0) {
            g_string_append(out, i > 0 ? ",\n" : "\n");
            cfn_json_append(out, json_incref(entry->json));
        }
    }
    g_string_append(out, "\n]}\n");
    return g_string_free_to_bytes(out);
}
