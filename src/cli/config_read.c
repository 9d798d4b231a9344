/*
 * The text of a .cfnfix.yaml to its rules, or to what is wrong with it.
 *
 * It is read by the parser of the templates, for that has places. What a template may have and a
 * list of rules needs not (anchors, aliases, tags) is refused, so that what stands there is what is
 * meant.
 */
#include <string.h>

#include "cli/config_file.h"
#include "engine/names.h"
#include "syntax/opinion.h"
#include "syntax/scalar.h"
#include "text/file.h"
#include "text/hash.h"
#include "text/names.h"

typedef struct {
    CfnSource *source;
    const CfnTransform *const *transforms;
    CfnConfig *config;
} CfnReading;

/* ---- Errors ---- */

/* Says what is wrong at NODE. Always false. */
static bool fail(const CfnReading *reading, const CfnNode *node, GError **error, const char *format,
                 ...) G_GNUC_PRINTF(4, 5);

static bool fail(const CfnReading *reading, const CfnNode *node, GError **error, const char *format,
                 ...)
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

/* WHAT ("'select'") is not what it must be ("a list"). Always false. */
static bool fail_kind(const CfnReading *reading, const CfnNode *node, const char *what,
                      const char *wanted, GError **error)
{
    if (!cfn_node_is_scalar(node)) {
        return fail(reading, node, error, "%s must be %s, not a %s", what, wanted,
                    cfn_node_is_mapping(node) ? "mapping" : "list");
    }
    CfnMeaning meaning = cfn_scalar_meaning(node);
    g_autofree char *text = clip(cfn_node_dup_text(node));
    if (meaning == CFN_MEANS_STRING || *text == '\0') {
        return fail(reading, node, error, "%s must be %s, not %s", what, wanted,
                    describe_meaning(meaning));
    }
    return fail(reading, node, error, "%s must be %s, not '%s', which is %s in YAML 1.1", what,
                wanted, text, describe_meaning(meaning));
}

/* Gives REASON, which is taken over, the place of NODE. Always false. */
static bool fail_because(const CfnReading *reading, const CfnNode *node, GError *reason,
                         GError **error)
{
    g_autoptr(GError) owned = reason;
    return fail(reading, node, error, "%s", owned->message);
}

static char *place_of(const CfnReading *reading, const CfnNode *node)
{
    CfnPlace place = cfn_source_place(reading->source, node->span.start);
    return g_strdup_printf("%s:%u", reading->source->path, place.line);
}

/* ---- Words ---- */

/* The text of a scalar. A NUL (which "\0" makes) would hide what is behind it. */
static char *read_any(const CfnReading *reading, const CfnNode *node, GError **error)
{
    if (memchr(node->text, '\0', node->length) != NULL) {
        fail(reading, node, error, "a NUL has no meaning here");
        return NULL;
    }
    return cfn_node_dup_text(node);
}

static char *read_text(const CfnReading *reading, const CfnNode *node, const char *what,
                       GError **error)
{
    if (!cfn_scalar_is_string(node)) {
        fail_kind(reading, node, what, "a text", error);
        return NULL;
    }
    return read_any(reading, node, error);
}

/* A text that must be one of a few. */
static char *read_name(const CfnReading *reading, const CfnNode *node, const char *what,
                       GError **error)
{
    char *text = read_text(reading, node, what, error);
    return text != NULL ? clip(text) : NULL;
}

/* true and false alone: whether `yes` is one depends on who reads it. */
static bool read_boolean(const CfnReading *reading, const CfnNode *node, const char *what,
                         bool *value, GError **error)
{
    CfnMeaning meaning = cfn_node_is_scalar(node) ? cfn_scalar_meaning(node) : CFN_MEANS_STRING;
    *value = meaning == CFN_MEANS_TRUE;
    return (meaning == CFN_MEANS_TRUE && cfn_node_equals_nocase(node, "true")) ||
           (meaning == CFN_MEANS_FALSE && cfn_node_equals_nocase(node, "false")) ||
           fail_kind(reading, node, what, "true or false", error);
}

/* The key of a mapping; a second one of the same name is refused. */
static char *read_key(const CfnReading *reading, const CfnNode *key, GError **error)
{
    if (!cfn_node_is_scalar(key)) {
        fail_kind(reading, key, "a key", "a text", error);
        return NULL;
    }
    const CfnNode *earlier = key->parent->first;
    while (key->duplicate && earlier != key && !cfn_node_same_text(earlier, key)) {
        earlier = cfn_node_next_key(earlier);
    }
    g_autofree char *word = read_any(reading, key, error);
    if (word != NULL && key->duplicate && earlier != key) {
        CfnPlace place = cfn_source_place(reading->source, earlier->span.start);
        fail(reading, key, error, "'%s' stands here a second time; it is on line %u already",
             clip(word), place.line);
        return NULL;
    }
    return word != NULL ? clip(g_steal_pointer(&word)) : NULL;
}

/* ---- Keys ---- */

static bool read_ids(const CfnReading *reading, const CfnNode *list, const char *what,
                     GHashTable *ids, GError **error)
{
    if (!cfn_node_is_sequence(list)) {
        return fail_kind(reading, list, what, "a list of repairs", error);
    }
    cfn_node_each_item(item, list) {
        g_autofree char *id = read_name(reading, item, "a repair's id", error);
        if (id == NULL) {
            return false;
        }
        GError *reason = NULL;
        const CfnTransform *transform = cfn_name_transform(id, reading->transforms, &reason);
        if (transform == NULL) {
            return fail_because(reading, item, reason, error);
        }
        if (!g_hash_table_contains(ids, transform->id)) {
            g_hash_table_insert(ids, (gpointer)transform->id, place_of(reading, item));
        }
    }
    return true;
}

static bool read_select(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                        GError **error)
{
    rules->select = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL, g_free);
    g_hash_table_insert(rules->places, g_strdup("select"), place_of(reading, value));
    return read_ids(reading, value, "'select'", rules->select, error);
}

static bool read_ignore(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                        GError **error)
{
    return read_ids(reading, value, "'ignore'", rules->ignore, error);
}

static bool read_unsafe_fixes(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                              GError **error)
{
    bool flag;
    if (!read_boolean(reading, value, "'unsafe-fixes'", &flag, error)) {
        return false;
    }
    rules->unsafe_fixes = flag;
    g_hash_table_insert(rules->places, g_strdup("unsafe-fixes"), place_of(reading, value));
    return true;
}

static bool read_profile(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                         GError **error)
{
    g_autofree char *word = read_name(reading, value, "'profile'", error);
    if (word == NULL) {
        return false;
    }
    GError *reason = NULL;
    rules->profile = cfn_name_find("profile", word, cfn_profile_names, &reason);
    if (rules->profile < 0) {
        return fail_because(reading, value, reason, error);
    }
    g_hash_table_insert(rules->places, g_strdup("profile"), place_of(reading, value));
    return true;
}

static bool read_setting(const CfnReading *reading, const CfnNode *key,
                         const CfnTransform *transform, CfnRules *rules, GError **error)
{
    g_autofree char *word = read_key(reading, key, error);
    if (word == NULL) {
        return false;
    }
    GError *reason = NULL;
    if (cfn_name_setting(word, transform, &reason) == NULL) {
        return fail_because(reading, key, reason, error);
    }
    g_autofree char *what = g_strdup_printf("'%s'", word);
    bool flag;
    if (!read_boolean(reading, cfn_node_value(key), what, &flag, error)) {
        return false;
    }
    char *name = g_strdup_printf("%s.%s", transform->id, word);
    g_hash_table_insert(rules->settings, name, g_strdup(flag ? "true" : "false"));
    g_hash_table_insert(rules->places, g_strdup(name), place_of(reading, cfn_node_value(key)));
    return true;
}

static bool read_settings_of(const CfnReading *reading, const CfnNode *repair, CfnRules *rules,
                             GError **error)
{
    g_autofree char *id = read_key(reading, repair, error);
    if (id == NULL) {
        return false;
    }
    GError *reason = NULL;
    const CfnTransform *transform = cfn_name_transform(id, reading->transforms, &reason);
    if (transform == NULL) {
        return fail_because(reading, repair, reason, error);
    }
    if (transform->settings == NULL) {
        return fail(reading, repair, error, "'%s' has no settings", id);
    }
    if (!cfn_node_is_mapping(cfn_node_value(repair))) {
        g_autofree char *what = g_strdup_printf("'%s'", id);
        return fail_kind(reading, cfn_node_value(repair), what, "a mapping of settings", error);
    }
    cfn_node_each_key(key, cfn_node_value(repair)) {
        if (!read_setting(reading, key, transform, rules, error)) {
            return false;
        }
    }
    return true;
}

static bool read_settings(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                          GError **error)
{
    if (!cfn_node_is_mapping(value)) {
        return fail_kind(reading, value, "'settings'", "a mapping of repairs", error);
    }
    cfn_node_each_key(repair, value) {
        if (!read_settings_of(reading, repair, rules, error)) {
            return false;
        }
    }
    return true;
}

/* ---- Globs ---- */

static void free_exclusion(gpointer data)
{
    CfnExclusion *exclusion = data;
    cfn_path_glob_free(exclusion->glob);
    g_free(exclusion->text);
    g_free(exclusion->place);
    g_free(exclusion);
}

static CfnPathGlob *read_glob(const CfnReading *reading, const CfnNode *item, GError **error)
{
    g_autofree char *text = read_text(reading, item, "a glob", error);
    GError *reason = NULL;
    CfnPathGlob *glob = text != NULL ? cfn_path_glob_new(text, &reason) : NULL;
    if (reason != NULL) {
        fail_because(reading, item, reason, error);
    }
    return glob;
}

static bool read_exclude(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                         GError **error)
{
    if (!cfn_node_is_sequence(value)) {
        return fail_kind(reading, value, "'exclude'", "a list of globs", error);
    }
    cfn_node_each_item(item, value) {
        CfnPathGlob *glob = read_glob(reading, item, error);
        if (glob == NULL) {
            return false;
        }
        CfnExclusion *exclusion = g_new(CfnExclusion, 1);
        *exclusion = (CfnExclusion){ glob, cfn_node_dup_text(item), place_of(reading, item) };
        g_ptr_array_add(reading->config->exclude, exclusion);
    }
    return true;
}

static bool read_paths(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                       GError **error)
{
    if (!cfn_node_is_sequence(value)) {
        return fail_kind(reading, value, "'paths'", "a list of globs", error);
    }
    if (cfn_node_count(value) == 0) {
        return fail(reading, value, error, "'paths' names no files");
    }
    rules->paths = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_path_glob_free);
    cfn_node_each_item(item, value) {
        CfnPathGlob *glob = read_glob(reading, item, error);
        if (glob == NULL) {
            return false;
        }
        g_ptr_array_add(rules->paths, glob);
    }
    return true;
}

/* ---- Mappings of keys ---- */

static bool read_overrides(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                           GError **error);

enum { TOP = 1 << 0, OVERRIDE = 1 << 1 };

static const struct {
    const char *name;
    unsigned levels; /* where it may stand */
    bool (*read)(const CfnReading *reading, const CfnNode *value, CfnRules *rules, GError **error);
} keys[] = {
    { "select", TOP | OVERRIDE, read_select },
    { "ignore", TOP | OVERRIDE, read_ignore },
    { "unsafe-fixes", TOP | OVERRIDE, read_unsafe_fixes },
    { "profile", TOP | OVERRIDE, read_profile },
    { "settings", TOP | OVERRIDE, read_settings },
    { "exclude", TOP, read_exclude },
    { "overrides", TOP, read_overrides },
    { "paths", OVERRIDE, read_paths },
};

static bool read_pair(const CfnReading *reading, const CfnNode *key, unsigned level,
                      CfnRules *rules, GError **error)
{
    const char *names[G_N_ELEMENTS(keys) + 1] = { NULL };
    size_t rows[G_N_ELEMENTS(keys)], count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if ((keys[i].levels & level) != 0) {
            names[count] = keys[i].name;
            rows[count++] = i;
        }
    }
    g_autofree char *word = read_key(reading, key, error);
    if (word == NULL) {
        return false;
    }
    GError *reason = NULL;
    int found = cfn_name_find("key", word, names, &reason);
    return found >= 0 ? keys[rows[found]].read(reading, cfn_node_value(key), rules, error)
                      : fail_because(reading, key, reason, error);
}

/* All of MAPPING (which may be none: then there is nothing in it) to new rules of the
   configuration. */
static bool read_rules(const CfnReading *reading, const CfnNode *mapping, unsigned level,
                       GError **error)
{
    CfnRules *rules = cfn_rules_new();
    g_ptr_array_add(reading->config->rules, rules);
    cfn_node_each_key(key, mapping) {
        if (!read_pair(reading, key, level, rules, error)) {
            return false;
        }
    }
    return true;
}

static bool read_overrides(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                           GError **error)
{
    if (!cfn_node_is_sequence(value)) {
        return fail_kind(reading, value, "'overrides'", "a list", error);
    }
    cfn_node_each_item(item, value) {
        if (!cfn_node_is_mapping(item)) {
            return fail_kind(reading, item, "an override", "a mapping", error);
        }
        if (cfn_node_find_key(item, "paths") == NULL) {
            return fail(reading, item, error, "this override lacks 'paths'");
        }
        if (!read_rules(reading, item, OVERRIDE, error)) {
            return false;
        }
    }
    return true;
}

/* ---- Files ---- */

/* Anchors, aliases and tags, anywhere. */
static bool check_plainness(const CfnReading *reading, const CfnNode *node, GError **error)
{
    if (node->kind == CFN_ALIAS || cfn_node_has_anchor(node)) {
        return fail(reading, node, error, "a configuration has no anchors and aliases");
    }
    if (cfn_node_has_tag(node)) {
        return fail(reading, node, error, "a configuration has no tags");
    }
    bool has_children = node->kind == CFN_MAPPING || node->kind == CFN_SEQUENCE;
    for (const CfnNode *child = has_children ? node->first : NULL; child != NULL;
         child = child->next) {
        if (!check_plainness(reading, child, error)) {
            return false;
        }
    }
    return true;
}

/* Whether there is nothing but comments. Such a file stops the search for another one. */
static bool is_blank(const CfnSource *source)
{
    g_autofree char *text = g_strndup(source->text + source->start, source->length - source->start);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool is_blank = true;
    for (char **line = lines; *line != NULL; line++) {
        const char *start = g_strstrip(*line);
        is_blank = is_blank && (*start == '\0' || *start == '#' || strcmp(start, "---") == 0);
    }
    return is_blank;
}

static bool read_source(const CfnReading *reading, GError **error)
{
    if (is_blank(reading->source)) {
        return read_rules(reading, NULL, TOP, error);
    }
    g_autoptr(CfnTree) tree = cfn_tree_parse(reading->source, error);
    if (tree == NULL || !check_plainness(reading, tree->root, error) ||
        cfn_opinion(tree, error) == CFN_READER_NONE) {
        return false;
    }
    bool is_null =
        cfn_node_is_scalar(tree->root) && cfn_scalar_meaning(tree->root) == CFN_MEANS_NULL;
    if (!cfn_node_is_mapping(tree->root) && !is_null) {
        return fail_kind(reading, tree->root, "a configuration", "a mapping", error);
    }
    return read_rules(reading, tree->root, TOP, error);
}

static CfnConfig *read_file(const char *path, const char *folder,
                            const CfnTransform *const *transforms, GError **error)
{
    g_autoptr(GBytes) bytes = cfn_file_read(path, CFN_CONFIG_LIMIT, NULL, error);
    if (bytes == NULL) {
        return NULL;
    }
    g_autoptr(CfnSource) source = cfn_source_new(path, bytes, CFN_CONFIG_LIMIT, error);
    if (source == NULL) {
        return NULL;
    }
    g_autoptr(CfnConfig) config = g_new0(CfnConfig, 1);
    config->path = g_strdup(path);
    config->folder = g_strdup(folder);
    config->rules = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_rules_free);
    config->exclude = g_ptr_array_new_with_free_func(free_exclusion);
    const CfnReading reading = { source, transforms, config };
    return read_source(&reading, error) ? g_steal_pointer(&config) : NULL;
}

CfnConfig *cfn_config_read(const char *path, const char *folder,
                           const CfnTransform *const *transforms, GError **error)
{
    GError *reason = NULL;
    CfnConfig *config = read_file(path, folder, transforms, &reason);
    if (config == NULL) {
        reason->code = CFN_ERROR_CONFIG; /* whatever it was: it is not about an input */
        g_propagate_error(error, reason);
    }
    return config;
}

void cfn_config_free(CfnConfig *config)
{
    if (config != NULL) {
        g_free(config->path);
        g_free(config->folder);
        g_ptr_array_unref(config->rules);
        g_ptr_array_unref(config->exclude);
        g_free(config);
    }
}

const char *cfn_config_excludes(const CfnConfig *config, const char *path)
{
    for (guint i = 0; i < config->exclude->len; i++) {
        const CfnExclusion *exclusion = g_ptr_array_index(config->exclude, i);
        if (cfn_path_glob_matches(exclusion->glob, path)) {
            return exclusion->place;
        }
    }
    return NULL;
}
