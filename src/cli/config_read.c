/*
 * The text of a .cfnfix.yaml to its rules, or to what is wrong with it.
 *
 * It is read by the parser of the templates, for that has places. What a template may have and a
 * list of rules needs not (anchors, aliases, tags) is refused, so that what stands there is what is
 * meant.
 */
#include <string.h>

#include "cli/config_reading.h"
#include "engine/names.h"
#include "syntax/opinion.h"
#include "syntax/scalar.h"
#include "text/file.h"
#include "text/hash.h"
#include "text/names.h"

/* ---- Keys ---- */

static bool read_ids(const CfnReading *reading, const CfnNode *list, const char *what,
                     GHashTable *ids, GError **error)
{
    if (!cfn_node_is_sequence(list)) {
        return cfn_reading_fail_kind(reading, list, what, "a list of repairs", error);
    }
    cfn_node_each_item(item, list) {
        g_autofree char *id = cfn_reading_name(reading, item, "a repair's id", error);
        if (id == NULL) {
            return false;
        }
        GError *reason = NULL;
        const CfnTransform *transform = cfn_name_transform(id, reading->transforms, &reason);
        if (transform == NULL) {
            return cfn_reading_fail_because(reading, item, reason, error);
        }
        if (!g_hash_table_contains(ids, transform->id)) {
            g_hash_table_insert(ids, (gpointer)transform->id, cfn_reading_place(reading, item));
        }
    }
    return true;
}

static bool read_select(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                        GError **error)
{
    rules->select = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL, g_free);
    g_hash_table_insert(rules->places, g_strdup("select"), cfn_reading_place(reading, value));
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
    if (!cfn_reading_boolean(reading, value, "'unsafe-fixes'", &flag, error)) {
        return false;
    }
    rules->unsafe_fixes = flag;
    g_hash_table_insert(rules->places, g_strdup("unsafe-fixes"), cfn_reading_place(reading, value));
    return true;
}

static bool read_profile(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                         GError **error)
{
    g_autofree char *word = cfn_reading_name(reading, value, "'profile'", error);
    if (word == NULL) {
        return false;
    }
    GError *reason = NULL;
    rules->profile = cfn_name_find("profile", word, cfn_profile_names, &reason);
    if (rules->profile < 0) {
        return cfn_reading_fail_because(reading, value, reason, error);
    }
    g_hash_table_insert(rules->places, g_strdup("profile"), cfn_reading_place(reading, value));
    return true;
}

static bool read_setting(const CfnReading *reading, const CfnNode *key,
                         const CfnTransform *transform, CfnRules *rules, GError **error)
{
    g_autofree char *word = cfn_reading_key(reading, key, error);
    if (word == NULL) {
        return false;
    }
    GError *reason = NULL;
    if (cfn_name_setting(word, transform, &reason) == NULL) {
        return cfn_reading_fail_because(reading, key, reason, error);
    }
    g_autofree char *what = g_strdup_printf("'%s'", word);
    bool flag;
    if (!cfn_reading_boolean(reading, cfn_node_value(key), what, &flag, error)) {
        return false;
    }
    char *name = g_strdup_printf("%s.%s", transform->id, word);
    g_hash_table_insert(rules->settings, name, g_strdup(flag ? "true" : "false"));
    g_hash_table_insert(rules->places, g_strdup(name),
                        cfn_reading_place(reading, cfn_node_value(key)));
    return true;
}

static bool read_settings_of(const CfnReading *reading, const CfnNode *repair, CfnRules *rules,
                             GError **error)
{
    g_autofree char *id = cfn_reading_key(reading, repair, error);
    if (id == NULL) {
        return false;
    }
    GError *reason = NULL;
    const CfnTransform *transform = cfn_name_transform(id, reading->transforms, &reason);
    if (transform == NULL) {
        return cfn_reading_fail_because(reading, repair, reason, error);
    }
    if (transform->settings == NULL) {
        return cfn_reading_fail(reading, repair, error, "'%s' has no settings", id);
    }
    if (!cfn_node_is_mapping(cfn_node_value(repair))) {
        g_autofree char *what = g_strdup_printf("'%s'", id);
        return cfn_reading_fail_kind(reading, cfn_node_value(repair), what, "a mapping of settings",
                                     error);
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
        return cfn_reading_fail_kind(reading, value, "'settings'", "a mapping of repairs", error);
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
    g_autofree char *text = cfn_reading_text(reading, item, "a glob", error);
    GError *reason = NULL;
    CfnPathGlob *glob = text != NULL ? cfn_path_glob_new(text, &reason) : NULL;
    if (reason != NULL) {
        cfn_reading_fail_because(reading, item, reason, error);
    }
    return glob;
}

static bool read_exclude(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                         GError **error)
{
    if (!cfn_node_is_sequence(value)) {
        return cfn_reading_fail_kind(reading, value, "'exclude'", "a list of globs", error);
    }
    cfn_node_each_item(item, value) {
        CfnPathGlob *glob = read_glob(reading, item, error);
        if (glob == NULL) {
            return false;
        }
        CfnExclusion *exclusion = g_new(CfnExclusion, 1);
        *exclusion =
            (CfnExclusion){ glob, cfn_node_dup_text(item), cfn_reading_place(reading, item) };
        g_ptr_array_add(reading->config->exclude, exclusion);
    }
    return true;
}

static bool read_paths(const CfnReading *reading, const CfnNode *value, CfnRules *rules,
                       GError **error)
{
    if (!cfn_node_is_sequence(value)) {
        return cfn_reading_fail_kind(reading, value, "'paths'", "a list of globs", error);
    }
    if (cfn_node_count(value) == 0) {
        return cfn_reading_fail(reading, value, error, "'paths' names no files");
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
    g_autofree char *word = cfn_reading_key(reading, key, error);
    if (word == NULL) {
        return false;
    }
    GError *reason = NULL;
    int found = cfn_name_find("key", word, names, &reason);
    return found >= 0 ? keys[rows[found]].read(reading, cfn_node_value(key), rules, error)
                      : cfn_reading_fail_because(reading, key, reason, error);
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
        return cfn_reading_fail_kind(reading, value, "'overrides'", "a list", error);
    }
    cfn_node_each_item(item, value) {
        if (!cfn_node_is_mapping(item)) {
            return cfn_reading_fail_kind(reading, item, "an override", "a mapping", error);
        }
        if (cfn_node_find_key(item, "paths") == NULL) {
            return cfn_reading_fail(reading, item, error, "this override lacks 'paths'");
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
        return cfn_reading_fail(reading, node, error, "a configuration has no anchors and aliases");
    }
    if (cfn_node_has_tag(node)) {
        return cfn_reading_fail(reading, node, error, "a configuration has no tags");
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
        return cfn_reading_fail_kind(reading, tree->root, "a configuration", "a mapping", error);
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
