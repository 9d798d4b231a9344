/*
 * The nearest .cfnfix.yaml upward from each file, read once.
 */
#include "cli/config_find.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inputs.h"
#include "text/error.h"
#include "text/file.h"
#include "text/hash.h"

struct CfnConfigs {
    const CfnCommand *command;
    CfnRules *command_rules;
    char *here;          /* the working directory behind all links, or NULL */
    GPtrArray *founds;   /* CfnFound*; the first is what counts where there is no configuration */
    GHashTable *folders; /* absolute path without links -> CfnFound* of `founds` */
    CfnFound *only;      /* what counts for all files, or NULL */
};

/* ---- Configurations ---- */

static CfnFound *add_found(CfnConfigs *configs, CfnConfig *config, GError *error)
{
    CfnFound *found = g_new0(CfnFound, 1);
    found->config = config;
    found->error = error;
    found->merged = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free,
                                          (GDestroyNotify)cfn_merged_free);
    g_ptr_array_add(configs->founds, found);
    return found;
}

static void free_found(gpointer data)
{
    CfnFound *found = data;
    cfn_config_free(found->config);
    g_clear_error(&found->error);
    g_hash_table_unref(found->merged);
    g_free(found);
}

/* The folder that the file at PATH is in: absolute and, if it is there, without links. */
static char *folder_of(const char *path)
{
    g_autofree char *given = g_path_get_dirname(path);
    char *real = realpath(given, NULL); /* g_free is free */
    return real != NULL ? real : g_canonicalize_filename(given, NULL);
}

CfnConfigs *cfn_configs_new(const CfnCommand *command, GError **error)
{
    g_autoptr(CfnConfigs) configs = g_new0(CfnConfigs, 1);
    configs->command = command;
    configs->command_rules = cfn_rules_of_command(command);
    configs->here = realpath(".", NULL);
    configs->founds = g_ptr_array_new_with_free_func(free_found);
    configs->folders = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    CfnFound *none = add_found(configs, NULL, NULL);
    if (command->no_config) {
        configs->only = none;
    } else if (command->config != NULL) {
        g_autofree char *folder = folder_of(command->config);
        CfnConfig *config =
            cfn_config_read(command->config, folder, command->engine.transforms, error);
        if (config == NULL) {
            return NULL;
        }
        configs->only = add_found(configs, config, NULL);
    }
    return g_steal_pointer(&configs);
}

void cfn_configs_free(CfnConfigs *configs)
{
    if (configs != NULL) {
        cfn_rules_free(configs->command_rules);
        g_free(configs->here);
        g_hash_table_unref(configs->folders);
        g_ptr_array_unref(configs->founds);
        g_free(configs);
    }
}

/* ---- Folders ---- */

/* As messages name it: from the working directory, if it is below. */
static char *name_path(const CfnConfigs *configs, const char *path)
{
    const char *below = configs->here != NULL ? cfn_path_below(path, configs->here) : NULL;
    return g_strdup(below != NULL ? below : path);
}

/* The configuration in FOLDER itself, or NULL. A link is not followed: what a message quotes would
   be from a file that who wrote the configuration need not be allowed to see. */
static CfnFound *look_in(CfnConfigs *configs, const char *folder)
{
    g_autofree char *path = g_build_filename(folder, CFN_CONFIG_NAME, NULL);
    struct stat status;
    if (lstat(path, &status) != 0) {
        return NULL;
    }
    g_autofree char *name = name_path(configs, path);
    GError *error = NULL;
    CfnConfig *config = NULL;
    if (S_ISLNK(status.st_mode)) {
        g_set_error(&error, CFN_ERROR, CFN_ERROR_CONFIG,
                    "%s: is a symbolic link, which only --config follows", name);
    } else {
        config = cfn_config_read(name, folder, configs->command->engine.transforms, &error);
    }
    return add_found(configs, config, error);
}

static bool is_top(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, ".git", NULL); /* a folder, or a file */
    struct stat status;
    return strcmp(folder, "/") == 0 || lstat(path, &status) == 0;
}

/* As deep as a path can be long. */
static CfnFound *find_above(CfnConfigs *configs, const char *folder)
{
    CfnFound *found = g_hash_table_lookup(configs->folders, folder);
    if (found != NULL) {
        return found;
    }
    found = look_in(configs, folder);
    if (found == NULL && is_top(folder)) {
        found = g_ptr_array_index(configs->founds, 0);
    } else if (found == NULL) {
        g_autofree char *parent = g_path_get_dirname(folder);
        found = find_above(configs, parent);
    }
    g_hash_table_insert(configs->folders, g_strdup(folder), found);
    return found;
}

/* ---- Files ---- */

/* The same for the file at PATH in FOLDER, which is absolute and without links. */
static CfnFound *find_in(CfnConfigs *configs, const char *folder, const char *path, char **below)
{
    CfnFound *found = configs->only != NULL ? configs->only : find_above(configs, folder);
    *below = NULL;
    if (found->config != NULL) {
        g_autofree char *name = g_path_get_basename(path);
        g_autofree char *full = g_build_filename(folder, name, NULL);
        *below = g_strdup(cfn_path_below(full, found->config->folder));
    }
    return found;
}

CfnFound *cfn_configs_find(CfnConfigs *configs, const char *path, char **below)
{
    g_autofree char *folder = folder_of(path);
    return find_in(configs, folder, path, below);
}

static bool applies(const CfnRules *rules, const char *below)
{
    if (rules->paths == NULL) {
        return true;
    }
    for (guint i = 0; below != NULL && i < rules->paths->len; i++) {
        if (cfn_path_glob_matches(g_ptr_array_index(rules->paths, i), below)) {
            return true;
        }
    }
    return false;
}

const CfnMerged *cfn_configs_merge(CfnConfigs *configs, CfnFound *found, const char *below)
{
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    g_autoptr(GString) which = g_string_new(NULL);
    for (guint i = 0; found->config != NULL && i < found->config->rules->len; i++) {
        CfnRules *some = g_ptr_array_index(found->config->rules, i);
        bool is_one = applies(some, below);
        g_string_append_c(which, is_one ? '1' : '0');
        if (is_one) {
            g_ptr_array_add(rules, some);
        }
    }
    g_ptr_array_add(rules, configs->command_rules);
    CfnMerged *merged = g_hash_table_lookup(found->merged, which->str);
    if (merged == NULL) {
        merged = cfn_rules_merge(rules, configs->command);
        g_hash_table_insert(found->merged, g_strdup(which->str), merged);
    }
    return merged;
}

static CfnApplied apply_in(CfnConfigs *configs, const char *folder, const char *path)
{
    g_autofree char *below = NULL;
    CfnFound *found = find_in(configs, folder, path, &below);
    if (found->error != NULL) {
        return (CfnApplied){ .error = found->error };
    }
    return (CfnApplied){
        .options = &cfn_configs_merge(configs, found, below)->options,
        .excluded = below != NULL ? cfn_config_excludes(found->config, below) : NULL,
    };
}

CfnApplied cfn_configs_apply_to_name(CfnConfigs *configs, const char *name)
{
    CfnFound *found = configs->only;
    g_assert(found != NULL && found->error == NULL);
    return (CfnApplied){
        .options = &cfn_configs_merge(configs, found, name)->options,
        .excluded = found->config != NULL ? cfn_config_excludes(found->config, name) : NULL,
    };
}

CfnApplied cfn_configs_apply(CfnConfigs *configs, const char *path)
{
    g_autofree char *folder = folder_of(path);
    return apply_in(configs, folder, path);
}

static CfnApplied apply_to_input(CfnConfigs *configs, const CfnInput *input)
{
    bool is_stdin = strcmp(input->path, "-") == 0;
    return is_stdin || input->folder == NULL
               ? cfn_configs_apply(configs, is_stdin ? configs->command->stdin_name : input->path)
               : apply_in(configs, input->folder, input->path);
}

/* While configurations are applied to all inputs. */
typedef struct {
    CfnConfigs *configs;
    GPtrArray *told;    /* char* */
    GHashTable *errors; /* set of those that were told, by their addresses */
} CfnApplying;

/* Whether INPUT stays one. */
static bool apply_to(CfnInput *input, gpointer data)
{
    CfnApplying *applying = data;
    const CfnCommand *command = applying->configs->command;
    CfnApplied applied = apply_to_input(applying->configs, input);
    input->options = applied.options;
    input->is_excluded = applied.excluded != NULL;
    if (applied.error != NULL && input->error == NULL) {
        input->error = g_error_copy(applied.error);
    }
    if (applied.error != NULL && g_hash_table_add(applying->errors, (gpointer)applied.error)) {
        g_ptr_array_add(applying->told, g_strdup(applied.error->message));
    }
    if (input->is_excluded && input->is_named && !command->quiet) {
        const char *path = strcmp(input->path, "-") == 0 ? command->stdin_name : input->path;
        g_ptr_array_add(applying->told, g_strdup_printf("%s: passed over, as %s excludes it", path,
                                                        applied.excluded));
    }
    return !input->is_excluded || input->is_named;
}

GPtrArray *cfn_configs_apply_all(CfnConfigs *configs, GPtrArray *inputs)
{
    GPtrArray *told = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) errors = g_hash_table_new(NULL, NULL);
    CfnApplying applying = { configs, told, errors };
    cfn_inputs_keep(inputs, apply_to, &applying);
    return told;
}
