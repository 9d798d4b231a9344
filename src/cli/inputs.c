/*
 * From what is named on the command line to the files to look at.
 */
#include "cli/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/config.h"
#include "text/error.h"
#include "text/hash.h"

typedef struct {
    GPtrArray *inputs; /* CfnInput* */
    GHashTable *seen;  /* real path -> its CfnInput* */
    struct stat avoid; /* of a folder not to search; st_ino 0: none */
    guint below;       /* of the folder that is being searched */
} CfnSearch;

void cfn_input_free(CfnInput *input)
{
    g_free(input->path);
    g_clear_error(&input->error);
    g_clear_pointer(&input->content, g_bytes_unref);
    g_free(input);
}

char *cfn_path_identity(const char *path)
{
    char *real = realpath(path, NULL); /* g_free is free */
    if (real != NULL) {
        return real;
    }
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *real_folder = realpath(folder, NULL);
    g_autofree char *name = g_path_get_basename(path);
    return real_folder != NULL ? g_build_filename(real_folder, name, NULL)
                               : g_canonicalize_filename(path, NULL);
}

static void add_input(CfnSearch *search, const char *path, bool is_named, GError *error)
{
    /* Only one input can be standard input, so its name "-" needs no care. */
    g_autofree char *identity = cfn_path_identity(path);
    CfnInput *known = g_hash_table_lookup(search->seen, identity);
    if (known != NULL) {
        known->is_named |= is_named;
        g_clear_error(&error);
        return;
    }
    CfnInput *input = g_new0(CfnInput, 1);
    input->path = g_strdup(path);
    input->below = is_named ? 0 : search->below;
    input->is_named = is_named;
    input->error = error;
    g_ptr_array_add(search->inputs, input);
    g_hash_table_insert(search->seen, g_steal_pointer(&identity), input);
}

static bool has_template_suffix(const char *name)
{
    static const char *const suffixes[] = { ".yaml", ".yml", ".json", ".template" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < G_N_ELEMENTS(suffixes); i++) {
        if (g_ascii_strcasecmp(dot, suffixes[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Not what others put there. */
static bool is_searched_name(const char *folder)
{
    return folder[0] != '.' && strcmp(folder, "node_modules") != 0;
}

/* Whether the folder NAME is to be searched: neither is what we write. */
static bool is_searched(const CfnSearch *search, const char *name, const struct stat *status)
{
    return is_searched_name(name) &&
           !(status->st_ino == search->avoid.st_ino && status->st_dev == search->avoid.st_dev);
}

bool cfn_input_is_found(const char *below)
{
    g_auto(GStrv) names = g_strsplit(below, "/", -1);
    guint last = g_strv_length(names) - 1;
    for (guint i = 0; i < last; i++) {
        if (!is_searched_name(names[i])) {
            return false;
        }
    }
    return has_template_suffix(names[last]);
}

char *cfn_input_join(const char *folder, const char *below)
{
    return strcmp(folder, ".") == 0 ? g_strdup(below) : g_build_filename(folder, below, NULL);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted names in FOLDER, or NULL with ERROR. */
static GPtrArray *list_folder(const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    if (dir == NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_READ, "%s: folder cannot be searched", folder);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

/* As deep as a path can be long: the kernel refuses what is longer. */
static void search_folder(CfnSearch *search, const char *folder)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) names = list_folder(folder, &error);
    if (names == NULL) {
        add_input(search, folder, true, error);
        return;
    }
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = cfn_input_join(folder, name);
        struct stat status;
        if (lstat(path, &status) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode)) {
            if (is_searched(search, name, &status)) {
                search_folder(search, path);
            }
            continue;
        }
        /* Links to files are followed; broken ones, devices and FIFOs are nothing one would search.
           */
        if (has_template_suffix(name) && strcmp(name, CFN_CONFIG_NAME) != 0 &&
            stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            add_input(search, path, false, NULL);
        }
    }
}

static guint measure_prefix(const char *folder)
{
    g_autofree char *path = cfn_input_join(folder, "x");
    return (guint)strlen(path) - 1;
}

GPtrArray *cfn_inputs_expand(char *const *names, const char *avoid)
{
    CfnSearch search = {
        .inputs = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_input_free),
        .seen = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL),
    };
    if (avoid == NULL || stat(avoid, &search.avoid) != 0) {
        search.avoid.st_ino = 0;
    }
    for (; *names != NULL; names++) {
        struct stat status;
        if (strcmp(*names, "-") != 0 && stat(*names, &status) == 0 && S_ISDIR(status.st_mode)) {
            search.below = measure_prefix(*names);
            search_folder(&search, *names);
        } else {
            add_input(&search, *names, true, NULL);
        }
    }
    g_hash_table_unref(search.seen);
    return search.inputs;
}
