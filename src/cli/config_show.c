/*
 * --show-config: what applies to a file, and where that is said.
 *
 * The text is a configuration itself: read as one in the place of the one it comes from, it says
 * the same of the file.
 */
#include <string.h>

#include "cli/config_find.h"
#include "engine/names.h"
#include "report/escape.h"
#include "syntax/scalar.h"
#include "text/error.h"
#include "text/names.h"

/* Ends a line with where it is said: PLACE, or NULL for what is so by itself. */
static void end_line(GString *out, const char *place)
{
    if (place == NULL) {
        g_string_append(out, "  # default\n");
        return;
    }
    bool is_file = strchr(place, ':') != NULL; /* not "command line" */
    g_string_append(out, is_file ? "  # from " : "  # ");
    cfn_escape_line(out, place, strlen(place));
    g_string_append_c(out, '\n');
}

static void append_value(GString *out, const CfnMerged *merged, const char *key, const char *value)
{
    g_string_append_printf(out, "%s: %s", key, value);
    end_line(out, g_hash_table_lookup(merged->places, key));
}

/* The ids of those repairs for which the set IDS has an entry, in their order. */
static void append_ids(GString *out, const CfnMerged *merged, const char *key, GHashTable *ids)
{
    if (g_hash_table_size(ids) == 0) {
        append_value(out, merged, key, "[]");
        return;
    }
    g_string_append_printf(out, "%s:\n", key);
    for (const CfnTransform *const *at = merged->options.transforms; *at != NULL; at++) {
        const char *place = g_hash_table_lookup(ids, (*at)->id);
        if (place != NULL) {
            g_string_append_printf(out, "  - %s", (*at)->id);
            end_line(out, place);
        }
    }
}

/* Those that run by default are named too: that is what one wants to know. */
static void append_select(GString *out, const CfnMerged *merged)
{
    if (merged->options.select != NULL) {
        append_ids(out, merged, "select", merged->options.select);
        return;
    }
    g_string_append(out, "select:  # default\n");
    for (const CfnTransform *const *at = merged->options.transforms; *at != NULL; at++) {
        if (!(*at)->by_name) {
            g_string_append_printf(out, "  - %s\n", (*at)->id);
        }
    }
}

static void append_setting(GString *out, const CfnMerged *merged, const char *id,
                           const CfnSetting *setting)
{
    g_autofree char *name = g_strconcat(id, ".", setting->key, NULL);
    const char *value = g_hash_table_lookup(merged->options.settings, name);
    const char *preset = setting->preset ? "true" : "false";
    g_string_append_printf(out, "    %s: %s", setting->key, value != NULL ? value : preset);
    end_line(out, g_hash_table_lookup(merged->places, name));
}

static void append_settings(GString *out, const CfnMerged *merged)
{
    g_string_append(out, "settings:\n");
    for (const CfnTransform *const *at = merged->options.transforms; *at != NULL; at++) {
        const CfnSetting *setting = (*at)->settings;
        if (setting != NULL) {
            g_string_append_printf(out, "  %s:\n", (*at)->id);
        }
        for (; setting != NULL && setting->key != NULL; setting++) {
            append_setting(out, merged, (*at)->id, setting);
        }
    }
}

static void append_exclude(GString *out, const CfnConfig *config)
{
    if (config == NULL || config->exclude->len == 0) {
        g_string_append(out, "exclude: []  # default\n");
        return;
    }
    g_string_append(out, "exclude:\n");
    for (guint i = 0; i < config->exclude->len; i++) {
        const CfnExclusion *exclusion = g_ptr_array_index(config->exclude, i);
        g_string_append(out, "  - \"");
        cfn_scalar_escape_double(out, exclusion->text, strlen(exclusion->text));
        g_string_append_c(out, '"');
        end_line(out, exclusion->place);
    }
}

/* "# WHAT PATH" */
static void append_comment(GString *out, const char *what, const char *path)
{
    g_string_append_printf(out, "# %s ", what);
    cfn_escape_line(out, path, strlen(path));
    g_string_append_c(out, '\n');
}

static void append_head(GString *out, const CfnConfig *config, const char *path,
                        const char *excluded)
{
    append_comment(out, "What applies to", path);
    if (config != NULL) {
        append_comment(out, "Its configuration is", config->path);
    } else {
        g_string_append(out, "# There is no configuration for it\n");
    }
    if (excluded != NULL) {
        append_comment(out, "It is passed over: see", excluded);
    }
}

char *cfn_configs_show(CfnConfigs *configs, const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "%s: is a folder; name a file in it", path);
        return NULL;
    }
    g_autofree char *below = NULL;
    CfnFound *found = cfn_configs_find(configs, path, &below);
    if (found->error != NULL) {
        g_propagate_error(error, g_error_copy(found->error));
        return NULL;
    }
    const CfnMerged *merged = cfn_configs_merge(configs, found, below);
    const CfnOptions *options = &merged->options;
    GString *out = g_string_new(NULL);
    append_head(out, found->config, path,
                below != NULL ? cfn_config_excludes(found->config, below) : NULL);
    append_select(out, merged);
    append_ids(out, merged, "ignore", options->ignore);
    append_value(out, merged, "unsafe-fixes", options->unsafe_fixes ? "true" : "false");
    append_value(out, merged, "profile", cfn_profile_names[options->profile]);
    append_settings(out, merged);
    append_exclude(out, found->config);
    return g_string_free(out, FALSE);
}
