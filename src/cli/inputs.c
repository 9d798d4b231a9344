/*
 * From what is named on the command line to the files to look at.
 */
#include "cli/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/config.h"
#include "cli/patience.h"
#include "cli/walk.h"
#include "text/error.h"
#include "text/file.h"
#include "text/hash.h"

typedef struct {
    const CfnCommand *command;
    GPtrArray *inputs;   /* CfnInput* */
    GPtrArray *left;     /* char*: folders that may have what a killed run has left */
    GHashTable *seen;    /* set of them */
    GHashTable *folders; /* as typed -> GRefString: the same without links; "": there is none */
    char *avoid;         /* a folder not to search: absolute, without links; or NULL */
    guint below;         /* of the folder that is searched */
} CfnSearch;

void cfn_input_free(CfnInput *input)
{
    g_free(input->path);
    g_clear_pointer(&input->folder, g_ref_string_release);
    g_free(input->identity);
    g_clear_error(&input->error);
    g_clear_pointer(&input->content, g_bytes_unref);
    g_free(input);
}

/* ---- Which file is which ---- */

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

/* An identity in two parts, so that most inputs need none of their own. */
typedef struct {
    const char *folder;
    size_t length; /* of `folder`: that of the root is empty */
    const char *name;
} CfnIdentity;

static CfnIdentity identity_of(const CfnInput *input)
{
    const char *folder = input->identity != NULL ? input->identity : input->folder;
    const char *name = cfn_path_name(input->identity != NULL ? input->identity : input->path);
    size_t length = input->identity != NULL ? (size_t)(name - folder) - 1 : strlen(folder);
    return (CfnIdentity){ folder, length == 1 ? 0 : length, name };
}

char *cfn_input_identity(const CfnInput *input)
{
    if (input->identity != NULL) {
        return g_strdup(input->identity);
    }
    return input->folder != NULL ? g_build_filename(input->folder, cfn_path_name(input->path), NULL)
                                 : cfn_path_identity(input->path);
}

char *cfn_input_link_target(const CfnInput *input)
{
    bool is_known = input->folder != NULL && input->identity == NULL;
    return is_known ? NULL : cfn_link_target(input->path);
}

guint cfn_input_hash(gconstpointer input)
{
    CfnIdentity identity = identity_of(input);
    return (guint)(cfn_hash(identity.folder, identity.length) * 31 +
                   cfn_hash(identity.name, strlen(identity.name)));
}

gboolean cfn_input_equal(gconstpointer a, gconstpointer b)
{
    CfnIdentity one = identity_of(a), other = identity_of(b);
    return one.length == other.length && strcmp(one.name, other.name) == 0 &&
           memcmp(one.folder, other.folder, one.length) == 0;
}

/* ---- Adding ---- */

/* Takes INPUT. */
static void add_input(CfnSearch *search, CfnInput *input)
{
    CfnInput *known = g_hash_table_lookup(search->seen, input);
    if (known != NULL) {
        known->is_named |= input->is_named;
        cfn_input_free(input);
        return;
    }
    g_hash_table_add(search->seen, input);
    g_ptr_array_add(search->inputs, input);
}

/* The folder that the path of INPUT begins with, asked of the system once. */
static void find_folder(CfnSearch *search, CfnInput *input)
{
    gsize length = (gsize)(cfn_path_name(input->path) - input->path);
    g_autofree char *typed = length > 0 ? g_strndup(input->path, length) : g_strdup("./");
    char *folder = g_hash_table_lookup(search->folders, typed);
    if (folder == NULL) {
        g_autofree char *real = realpath(typed, NULL); /* g_free is free */
        folder = g_ref_string_new(real != NULL ? real : "");
        g_hash_table_insert(search->folders, g_steal_pointer(&typed), folder);
    }
    input->folder = folder[0] != '\0' ? g_ref_string_acquire(folder) : NULL;
}

/* Takes PATH: a file that somebody named. STATUS is how it is, NULL if it is not there. */
static void add_file(CfnSearch *search, char *path, const struct stat *status, bool is_named)
{
    CfnInput *input = g_new0(CfnInput, 1);
    input->path = path;
    input->is_named = is_named;
    find_folder(search, input);
    const char *name = cfn_path_name(path);
    bool is_plain = input->folder != NULL && name[0] != '\0' && strcmp(name, ".") != 0 &&
                    strcmp(name, "..") != 0 && (status == NULL || !S_ISLNK(status->st_mode));
    if (!is_plain) {
        input->identity = cfn_path_identity(path);
    }
    add_input(search, input);
}

static void add_found(CfnFind *find, gpointer data)
{
    CfnSearch *search = data;
    CfnInput *input = g_new0(CfnInput, 1);
    input->path = g_strdup(find->path);
    input->folder = g_ref_string_acquire(find->folder);
    input->identity = find->identity;
    input->error = find->error;
    input->is_named = find->error != NULL;
    input->below = input->is_named ? 0 : search->below;
    add_input(search, input);
}

static void search_folder(CfnSearch *search, const char *folder)
{
    const CfnWalk walk = {
        .filter = search->command->filter,
        .avoid = search->avoid,
        .no_gitignore = search->command->no_gitignore,
        .left = search->left,
        .take = add_found,
        .data = search,
    };
    g_autofree char *prefix = cfn_walk_prefix(folder);
    search->below = (guint)strlen(prefix);
    cfn_walk_folder(&walk, folder);
}

/* Whether PATH, which is as STATUS says, is a folder, or a link to one. */
static bool is_folder(const char *path, const struct stat *status)
{
    struct stat target;
    return S_ISDIR(status->st_mode) ||
           (S_ISLNK(status->st_mode) && stat(path, &target) == 0 && S_ISDIR(target.st_mode));
}

static void add_name(CfnSearch *search, const char *name)
{
    struct stat status;
    bool is_stdin = strcmp(name, "-") == 0; /* the only input, so that its name needs no care */
    bool is_there = !is_stdin && lstat(name, &status) == 0;
    if (is_there && is_folder(name, &status)) {
        search_folder(search, name);
    } else {
        add_file(search, g_strdup(name), is_there ? &status : NULL, true);
    }
}

/* ---- Lists ---- */

static bool fail_list(const char *path, const char *reason, GError **error)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_READ, "%s: list cannot be read: %s", path, reason);
    return false;
}

/* One name of a list; "-" is a file there. */
static void add_listed(CfnSearch *search, const char *name)
{
    struct stat status;
    g_autofree char *path = strcmp(name, "-") == 0 ? g_strdup("./-") : g_strdup(name);
    bool is_there = lstat(path, &status) == 0;
    if (name[0] != '\0' && !(is_there && is_folder(path, &status))) {
        add_file(search, g_steal_pointer(&path), is_there ? &status : NULL, false);
    }
}

static bool read_names(CfnSearch *search, FILE *list, const char *path, GError **error)
{
    int end = search->command->null_separated ? '\0' : '\n';
    char *name = NULL; /* grows */
    size_t size = 0;
    ssize_t length;
    bool is_text = true;
    while (is_text && (length = getdelim(&name, &size, end, list)) > 0) {
        length -= name[length - 1] == end;
        name[length] = '\0';
        is_text = strlen(name) == (size_t)length;
        if (is_text) {
            add_listed(search, name);
        }
    }
    int reason = ferror(list) ? errno : 0;
    free(name);
    return !is_text      ? fail_list(path, "it has NUL bytes, which -0 takes for ends", error)
           : reason != 0 ? fail_list(path, g_strerror(reason), error)
                         : true;
}

static bool read_list(CfnSearch *search, GError **error)
{
    const char *path = search->command->files_from;
    if (path == NULL) {
        return true;
    }
    if (strcmp(path, "-") == 0) {
        return read_names(search, stdin, "<stdin>", error);
    }
    FILE *list = fopen(path, "re");
    if (list == NULL) {
        return fail_list(path, g_strerror(errno), error);
    }
    bool is_read = read_names(search, list, path, error);
    fclose(list);
    return is_read;
}

/* ---- All ---- */

bool cfn_input_is_found(const CfnPathFilter *filter, const char *below)
{
    for (const char *slash = below; (slash = strchr(slash, '/')) != NULL; slash++) {
        g_autofree char *folder = g_strndup(below, (gsize)(slash - below));
        if (!cfn_walk_enters(cfn_path_name(folder))) {
            return false;
        }
    }
    return cfn_path_filter_takes(filter, below);
}

char *cfn_input_join(const char *folder, const char *below)
{
    return strcmp(folder, ".") == 0 ? g_strdup(below) : g_build_filename(folder, below, NULL);
}

GPtrArray *cfn_inputs_find(const CfnCommand *command, GPtrArray *left, GError **error)
{
    g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_input_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(cfn_input_hash, cfn_input_equal);
    g_autoptr(GHashTable) folders = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free,
                                                          (GDestroyNotify)g_ref_string_release);
    g_autofree char *avoid =
        command->output_dir != NULL ? realpath(command->output_dir, NULL) : NULL;
    CfnSearch search = { .command = command,
                         .inputs = inputs,
                         .left = left,
                         .seen = seen,
                         .folders = folders,
                         .avoid = avoid };
    for (char **name = command->inputs; *name != NULL; name++) {
        add_name(&search, *name);
    }
    return read_list(&search, error) ? g_steal_pointer(&inputs) : NULL;
}

void cfn_inputs_keep(GPtrArray *inputs, bool (*keeps)(CfnInput *input, gpointer data),
                     gpointer data)
{
    guint left = 0;
    for (guint i = 0; i < inputs->len; i++) {
        CfnInput *input = inputs->pdata[i];
        if (keeps(input, data)) {
            inputs->pdata[i] = inputs->pdata[left];
            inputs->pdata[left++] = input;
        }
    }
    g_ptr_array_set_size(inputs, (gint)left); /* frees those behind */
}
