/*
 * The inputs of --diff-base and --staged: what git says has changed.
 */
#include "cli/changes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inputs.h"
#include "cli/patience.h"
#include "cli/repository.h"
#include "edit/diff.h"
#include "text/file.h"
#include "text/hash.h"

struct CfnChanges {
    const CfnCommand *command;
    GPtrArray *repositories; /* CfnRepository*, each once */
    GHashTable *by_folder;   /* folder -> the CfnRepository* around it */
    GHashTable *by_path;     /* an input's path -> CfnOrigin* */
};

/* Which file of which repository an input is. Both borrowed. */
typedef struct {
    CfnRepository *repository;
    const CfnChangedFile *change;
} CfnOrigin;

/* One name of the command line, while its files are looked for. */
typedef struct {
    CfnChanges *changes;
    CfnRepository *repository;
    const char *folder; /* as typed; NULL: paths are told from the working directory */
    const char *name;   /* from the top of the work tree; "" is the top itself */
    const char *avoid;  /* the same of --output-dir, or NULL */
    GPtrArray *inputs;  /* CfnInput* */
    GHashTable *seen;   /* CfnChangedFile* -> its CfnInput* */
} CfnSearch;

void cfn_changes_free(CfnChanges *changes)
{
    if (changes != NULL) {
        g_hash_table_unref(changes->by_path);
        g_hash_table_unref(changes->by_folder);
        g_ptr_array_unref(changes->repositories);
        g_free(changes);
    }
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* PATH without links, also if the folders it is in are gone. With --staged a link is a file like
   others: only the way to it is followed. */
static char *locate(const CfnChanges *changes, const char *path)
{
    if (!changes->command->staged || is_folder(path)) {
        char *real = realpath(path, NULL); /* g_free is free */
        if (real != NULL) {
            return real;
        }
    }
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);
    g_autofree char *name = g_path_get_basename(full);
    if (strcmp(folder, full) == 0) {
        return g_strdup(full);
    }
    g_autofree char *real_folder = locate(changes, folder);
    return g_build_filename(real_folder, name, NULL);
}

/* The folder nearest to PATH, itself or above it, that is there. */
static char *find_folder(const char *path)
{
    g_autofree char *folder = g_strdup(path);
    while (!is_folder(folder) && strcmp(folder, "/") != 0) {
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    return g_steal_pointer(&folder);
}

/* The same repository, if it is known by another folder already. */
static CfnRepository *find_known(const CfnChanges *changes, const char *top)
{
    for (guint i = 0; i < changes->repositories->len; i++) {
        CfnRepository *known = g_ptr_array_index(changes->repositories, i);
        if (strcmp(cfn_repository_top(known), top) == 0) {
            return known;
        }
    }
    return NULL;
}

static bool compare(const CfnChanges *changes, CfnRepository *repository, GError **error)
{
    return changes->command->staged
               ? cfn_repository_compare_index(repository, error)
               : cfn_repository_compare_base(repository, changes->command->diff_base, error);
}

/* The repository around the file or folder LOCATED, compared; NULL with ERROR. */
static CfnRepository *find_repository(CfnChanges *changes, const char *located, GError **error)
{
    g_autofree char *folder = find_folder(located);
    CfnRepository *known = g_hash_table_lookup(changes->by_folder, folder);
    if (known != NULL) {
        return known;
    }
    g_autoptr(CfnRepository) repository = cfn_repository_open(folder, error);
    if (repository == NULL) {
        return NULL;
    }
    known = find_known(changes, cfn_repository_top(repository));
    if (known == NULL) {
        if (!compare(changes, repository, error)) {
            return NULL;
        }
        known = g_steal_pointer(&repository);
        g_ptr_array_add(changes->repositories, known);
    }
    g_hash_table_insert(changes->by_folder, g_steal_pointer(&folder), known);
    return known;
}

/* What stands behind the folder NAME, which may be the top (""), in the name of a file. */
static const char *behind(const char *file, const char *name)
{
    return name[0] == '\0' ? file : cfn_path_below(file, name);
}

/* An index that somebody made by hand can name files outside of the work tree. */
static bool is_sane(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    for (char **part = parts; *part != NULL; part++) {
        if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0) {
            return false;
        }
    }
    return true;
}

static void read_staged(const CfnSearch *search, const CfnChangedFile *change, CfnInput *input)
{
    if (!is_sane(change->name)) {
        g_set_error(&input->error, CFN_ERROR, CFN_ERROR_READ,
                    "%s: the index has a name that no file can have", input->path);
        return;
    }
    input->content = cfn_repository_read_staged(search->repository, change, input->path,
                                                search->changes->command->max_size, &input->error);
}

static void drop(GBytes *bytes)
{
    g_clear_pointer(&bytes, g_bytes_unref);
}

/* Asks for all that is asked for again later: what git never gets done with is met here, before
   anything is written. What fails is told then. */
static void try_out(const CfnSearch *search, const CfnChangedFile *change, const char *path)
{
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    drop(cfn_repository_read_base(search->repository, change, path,
                                  search->changes->command->max_size, NULL));
    drop(cfn_repository_clean(search->repository, change, nothing));
    (void)cfn_repository_shows(search->repository, change);
}

static void add_input(CfnSearch *search, const CfnChangedFile *change, const char *path,
                      guint below, bool is_named)
{
    CfnInput *known = g_hash_table_lookup(search->seen, change);
    if (known != NULL) {
        known->is_named |= is_named;
        return;
    }
    CfnInput *input = g_new0(CfnInput, 1);
    input->path = g_strdup(path);
    input->below = below;
    input->is_named = is_named;
    if (search->changes->command->staged) {
        read_staged(search, change, input);
    } else {
        try_out(search, change, path);
    }
    cfn_patience_begin(CFN_PATIENCE_OBJECTS);
    g_ptr_array_add(search->inputs, input);
    g_hash_table_insert(search->seen, (gpointer)change, input);
    CfnOrigin *origin = g_new0(CfnOrigin, 1);
    *origin = (CfnOrigin){ search->repository, change };
    g_hash_table_replace(search->changes->by_path, g_strdup(path), origin);
}

/* A file that is neither changed nor there is left to those who open it to complain of. */
static void add_missing(CfnSearch *search, const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        CfnInput *input = g_new0(CfnInput, 1);
        input->path = g_strdup(path);
        input->is_named = true;
        g_ptr_array_add(search->inputs, input);
    }
}

/* FILE as it is called in the folder HERE, both from the top of the work tree. BELOW gets how much
   of it leads upward. */
static char *make_relative(const char *file, const char *here, guint *below)
{
    g_autoptr(GString) path = g_string_new(NULL);
    g_autofree char *folder = g_strdup(here);
    while (folder[0] != '\0' && cfn_path_below(file, folder) == NULL) {
        char *slash = strrchr(folder, '/');
        *(slash != NULL ? slash : folder) = '\0';
        g_string_append(path, "../");
    }
    *below = (guint)path->len;
    g_string_append(path, behind(file, folder));
    return g_strdup(path->str);
}

static void add_found(CfnSearch *search, const CfnChangedFile *change, const char *below,
                      const char *here)
{
    guint start = 0;
    g_autofree char *path = search->folder != NULL ? cfn_input_join(search->folder, below)
                                                   : make_relative(change->name, here, &start);
    if (search->folder != NULL) {
        start = (guint)(strlen(path) - strlen(below));
    }
    add_input(search, change, path, start, false);
}

/* What changed below a folder; false if nothing did, not even by going away. */
static bool search_folder(CfnSearch *search)
{
    const GPtrArray *all = cfn_repository_changes(search->repository);
    g_autofree char *located = locate(search->changes, ".");
    const char *here = cfn_path_below(located, cfn_repository_top(search->repository));
    bool is_known = false;
    for (guint i = 0; i < all->len; i++) {
        const CfnChangedFile *change = g_ptr_array_index(all, i);
        const char *below = behind(change->name, search->name);
        is_known = is_known || below != NULL;
        bool is_avoided = search->avoid != NULL && behind(change->name, search->avoid) != NULL;
        if (below != NULL && change->is_file && !is_avoided &&
            cfn_input_is_found(search->changes->command->filter, below)) {
            add_found(search, change, below, here != NULL ? here : "");
        }
    }
    return is_known;
}

static void search_name(CfnSearch *search, const char *named)
{
    const CfnChangedFile *change = cfn_repository_find(search->repository, search->name);
    if (is_folder(named)) {
        search_folder(search);
    } else if (change == NULL) {
        if (!search_folder(search)) {
            add_missing(search, named);
        }
    } else if (change->is_file) {
        add_input(search, change, named, 0, true);
    }
}

/* Where LOCATED is in the repository; "" is the top; NULL if it is not in its work tree. */
static char *name_in(const CfnRepository *repository, const char *located)
{
    const char *top = cfn_repository_top(repository);
    const char *below = cfn_path_below(located, top);
    return below != NULL ? g_strdup(below) : strcmp(located, top) == 0 ? g_strdup("") : NULL;
}

/* Where in the repository --output-dir is, if a search below NAME would come across it: a folder
   that is named itself is searched all the same. Else NULL. */
static char *find_avoided(const CfnSearch *search, const char *name)
{
    const char *output_dir = search->changes->command->output_dir;
    g_autofree char *located = output_dir != NULL ? locate(search->changes, output_dir) : NULL;
    g_autofree char *avoided = located != NULL ? name_in(search->repository, located) : NULL;
    bool is_met = avoided != NULL && avoided[0] != '\0' && behind(avoided, name) != NULL;
    return is_met ? g_steal_pointer(&avoided) : NULL;
}

/* NAMED is NULL if nothing is. */
static bool take_name(CfnSearch *search, const char *named, GError **error)
{
    const char *path = named != NULL ? named : ".";
    bool is_all = named == NULL && search->changes->command->staged;
    g_autofree char *located = locate(search->changes, path);
    search->repository = find_repository(search->changes, located, error);
    if (search->repository == NULL) {
        return false;
    }
    g_autofree char *name = is_all ? g_strdup("") : name_in(search->repository, located);
    if (name == NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE,
                    "'%s' is not in the work tree of its repository '%s'", path,
                    cfn_repository_top(search->repository));
        return false;
    }
    g_autofree char *avoided = find_avoided(search, name);
    search->folder = is_all ? NULL : path;
    search->name = name;
    search->avoid = avoided;
    search_name(search, path);
    return true;
}

static bool take_names(CfnSearch *search, GError **error)
{
    char *const *named = search->changes->command->inputs;
    if (*named == NULL) {
        return take_name(search, NULL, error);
    }
    while (*named != NULL && take_name(search, *named, error)) {
        named++;
    }
    return *named == NULL;
}

CfnChanges *cfn_changes_new(const CfnCommand *command, GPtrArray *inputs, GError **error)
{
    g_autoptr(CfnChanges) changes = g_new0(CfnChanges, 1);
    changes->command = command;
    changes->repositories = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_repository_free);
    changes->by_folder = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    changes->by_path = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    CfnSearch search = { .changes = changes, .inputs = inputs, .seen = seen };
    cfn_patience_begin(CFN_PATIENCE_OBJECTS);
    bool is_done = take_names(&search, error);
    cfn_patience_end();
    return is_done ? g_steal_pointer(&changes) : NULL;
}

static const CfnOrigin *find_origin(const CfnChanges *changes, const char *path)
{
    return changes != NULL ? g_hash_table_lookup(changes->by_path, path) : NULL;
}

char *cfn_changes_path(const CfnChanges *changes, const char *path)
{
    const CfnOrigin *origin = find_origin(changes, path);
    return origin != NULL ? g_strdup(origin->change->name) : cfn_diff_path(path);
}

CfnTouched *cfn_changes_touched(const CfnChanges *changes, const CfnResult *result, GError **error)
{
    const CfnOrigin *origin = find_origin(changes, result->path);
    if (origin == NULL || changes->command->staged || result->before == NULL) {
        return NULL;
    }
    g_autoptr(GBytes) base = cfn_repository_read_base(
        origin->repository, origin->change, result->path, changes->command->max_size, error);
    if (base == NULL) {
        return NULL;
    }
    g_autoptr(GBytes) now =
        cfn_repository_clean(origin->repository, origin->change, result->before);
    CfnTouched *touched = cfn_touched_new(base, now);
    if (!cfn_repository_shows(origin->repository, origin->change)) {
        cfn_touched_hide(touched);
    }
    return touched;
}
