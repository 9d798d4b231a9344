/*
 * What cfnfix asks a git repository.
 */
#include "cli/repository.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inputs.h"
#include "cli/patience.h"
#include "edit/diff.h"
#include "text/error.h"
#include "text/hash.h"

/* Git itself looks for similar files among so many deleted and so many new ones, no more. */
enum { RENAME_LIMIT = 1000 };

struct CfnRepository {
    git_repository *git;
    git_tree *base;      /* what is compared with; NULL before the first commit */
    git_index *index;    /* NULL unless that is compared */
    char *top;           /* absolute, without links and without a slash at its end */
    GPtrArray *changes;  /* CfnChangedFile*, by name */
    GHashTable *by_name; /* name -> CfnChangedFile*, both borrowed */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_blob, git_blob_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_commit, git_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_diff, git_diff_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_filter_list, git_filter_list_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_object, git_object_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_odb, git_odb_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_tree, git_tree_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_tree_entry, git_tree_entry_free)

static void free_change(gpointer data)
{
    CfnChangedFile *change = data;
    g_free(change->name);
    g_free(change->old_name);
    g_free(change);
}

/* What libgit2 says of its last failure. */
static const char *get_reason(void)
{
    const git_error *last = git_error_last();
    return last != NULL && last->message != NULL ? last->message : "unknown reason";
}

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(GError **error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *message = g_strdup_vprintf(format, list);
    va_end(list);
    g_set_error_literal(error, CFN_ERROR, CFN_ERROR_USAGE, message);
    return false;
}

/* libgit2 1.5 has this status only where somebody has a safe.directory already. */
static bool is_foreign(int status)
{
    return status == GIT_EOWNER ||
           (status == GIT_ENOTFOUND && strstr(get_reason(), "safe.directory") != NULL);
}

/* What safe.directory has to name: the top of the work tree around FOLDER. */
static char *find_top(const char *folder)
{
    git_buf found = { 0 };
    (void)git_repository_discover(&found, folder, 0, NULL);
    char *top = g_strdup(found.ptr != NULL ? found.ptr : folder);
    if (g_str_has_suffix(top, "/.git/")) {
        top[strlen(top) - strlen("/.git/")] = '\0';
    }
    git_buf_dispose(&found);
    return top;
}

static bool fail_open(int status, const char *folder, GError **error)
{
    if (is_foreign(status)) {
        g_autofree char *top = find_top(folder);
        return fail(error,
                    "the git repository of '%s' belongs to somebody else; to trust it: "
                    "git config --global --add safe.directory '%s'",
                    folder, top);
    }
    if (status == GIT_ENOTFOUND) {
        return fail(error, "'%s' is in no git repository", folder);
    }
    return fail(error, "the git repository of '%s' cannot be read: %s", folder, get_reason());
}

CfnRepository *cfn_repository_open(const char *folder, GError **error)
{
    cfn_diff_set_up();
    git_repository *git = NULL;
    int status = git_repository_open_ext(&git, folder, 0, NULL);
    if (status < 0) {
        fail_open(status, folder, error);
        return NULL;
    }
    g_autoptr(CfnRepository) repository = g_new0(CfnRepository, 1);
    repository->git = git;
    repository->changes = g_ptr_array_new_with_free_func(free_change);
    repository->by_name = g_hash_table_new(cfn_hash_string, g_str_equal);
    const char *top = git_repository_workdir(git);
    if (top == NULL) {
        fail(error, "the git repository of '%s' is bare: it has no files to repair", folder);
        return NULL;
    }
    repository->top = cfn_path_identity(top);
    return g_steal_pointer(&repository);
}

void cfn_repository_free(CfnRepository *repository)
{
    if (repository == NULL) {
        return;
    }
    g_hash_table_unref(repository->by_name);
    g_ptr_array_unref(repository->changes);
    g_free(repository->top);
    git_index_free(repository->index);
    git_tree_free(repository->base);
    git_repository_free(repository->git);
    g_free(repository);
}

const char *cfn_repository_top(const CfnRepository *repository)
{
    return repository->top;
}

const GPtrArray *cfn_repository_changes(const CfnRepository *repository)
{
    return repository->changes;
}

const CfnChangedFile *cfn_repository_find(const CfnRepository *repository, const char *name)
{
    return g_hash_table_lookup(repository->by_name, name);
}

/* What to do where a commit is missing. */
static const char *advise(const CfnRepository *repository)
{
    return git_repository_is_shallow(repository->git)
               ? "; the clone is shallow: fetch more history (git fetch --unshallow, or "
                 "fetch-depth: 0 for actions/checkout)"
               : "";
}

static bool find_merge_base(CfnRepository *repository, const char *revision, git_oid *base,
                            GError **error)
{
    git_oid head;
    g_autoptr(git_object) named = NULL;
    g_autoptr(git_object) commit = NULL;
    if (git_reference_name_to_id(&head, repository->git, "HEAD") < 0) {
        return fail(error, "HEAD names no commit in '%s': %s", repository->top, get_reason());
    }
    if (git_revparse_single(&named, repository->git, revision) < 0 ||
        git_object_peel(&commit, named, GIT_OBJECT_COMMIT) < 0) {
        return fail(error, "'%s' names no commit in '%s'%s", revision, repository->top,
                    advise(repository));
    }
    if (git_merge_base(base, repository->git, git_object_id(commit), &head) < 0) {
        return fail(error, "'%s' and HEAD have no common commit in '%s'%s", revision,
                    repository->top, advise(repository));
    }
    return true;
}

static bool take_tree(CfnRepository *repository, const git_oid *id, GError **error)
{
    g_autoptr(git_commit) commit = NULL;
    if (git_commit_lookup(&commit, repository->git, id) < 0 ||
        git_commit_tree(&repository->base, commit) < 0) {
        return fail(error, "a commit of '%s' cannot be read: %s", repository->top, get_reason());
    }
    return true;
}

/* Pairs files that went away with new ones like them, and no harder than git does. */
static int find_renames(git_diff *diff)
{
    git_diff_find_options options;
    git_diff_find_options_init(&options, GIT_DIFF_FIND_OPTIONS_VERSION);
    size_t gone = git_diff_num_deltas_of_type(diff, GIT_DELTA_DELETED);
    size_t come = git_diff_num_deltas_of_type(diff, GIT_DELTA_ADDED) +
                  git_diff_num_deltas_of_type(diff, GIT_DELTA_UNTRACKED);
    options.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
    if (come > 0 && gone > (size_t)RENAME_LIMIT * RENAME_LIMIT / come) {
        options.flags |= GIT_DIFF_FIND_EXACT_MATCH_ONLY;
    }
    options.rename_limit = RENAME_LIMIT;
    return git_diff_find_similar(diff, &options);
}

/* The size tells libgit2 of a change where it may only be the line ends that differ, which git
   converts. */
static bool is_same_text(const CfnRepository *repository, const git_diff_delta *delta)
{
    g_autofree char *path = g_build_filename(repository->top, delta->new_file.path, NULL);
    git_oid id;
    return delta->status == GIT_DELTA_MODIFIED && repository->index == NULL &&
           delta->old_file.mode == delta->new_file.mode &&
           git_repository_hashfile(&id, repository->git, path, GIT_OBJECT_BLOB, NULL) == 0 &&
           git_oid_equal(&id, &delta->old_file.id);
}

/* "git add -N" says that there will be something, and nothing is staged yet. */
static bool is_only_intended(const CfnRepository *repository, const char *name)
{
    const git_index_entry *entry =
        repository->index != NULL ? git_index_get_bypath(repository->index, name, 0) : NULL;
    return entry != NULL && (entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0;
}

static void add_change(CfnRepository *repository, const char *name, const char *old_name,
                       bool is_file, bool has_conflict)
{
    if (g_hash_table_contains(repository->by_name, name)) {
        return;
    }
    CfnChangedFile *change = g_new0(CfnChangedFile, 1);
    change->name = g_strdup(name);
    change->old_name = g_strdup(old_name);
    change->is_file = is_file;
    change->has_conflict = has_conflict;
    g_ptr_array_add(repository->changes, change);
    g_hash_table_insert(repository->by_name, change->name, change);
}

static void add_delta(CfnRepository *repository, const git_diff_delta *delta)
{
    const char *name = delta->new_file.path;
    if (delta->status == GIT_DELTA_UNMODIFIED || delta->status == GIT_DELTA_IGNORED ||
        is_same_text(repository, delta) || is_only_intended(repository, name)) {
        return;
    }
    unsigned mode = delta->new_file.mode;
    bool has_conflict = delta->status == GIT_DELTA_CONFLICTED;
    bool is_text = mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
    add_change(repository, name, delta->old_file.path,
               has_conflict || (is_text && delta->status != GIT_DELTA_DELETED), has_conflict);
}

static gint compare_changes(gconstpointer a, gconstpointer b)
{
    const CfnChangedFile *const *one = a, *const *other = b;
    return strcmp((*one)->name, (*other)->name);
}

static void take_changes(CfnRepository *repository, const git_diff *diff)
{
    size_t count = git_diff_num_deltas(diff);
    for (size_t i = 0; i < count; i++) {
        add_delta(repository, git_diff_get_delta(diff, i));
    }
    /* What was renamed is gone where it was, unless something else is there now. */
    for (size_t i = 0; i < count; i++) {
        const git_diff_delta *delta = git_diff_get_delta(diff, i);
        if (delta->status == GIT_DELTA_RENAMED) {
            add_change(repository, delta->old_file.path, delta->old_file.path, false, false);
        }
    }
    g_ptr_array_sort(repository->changes, compare_changes);
}

static bool fail_compare(const CfnRepository *repository, GError **error)
{
    return fail(error, "the changes in '%s' cannot be listed: %s", repository->top, get_reason());
}

/* A large work tree takes its time. */
static int go_on(const git_diff *diff, const char *old_path, const char *new_path, void *data)
{
    cfn_patience_begin(CFN_PATIENCE_OBJECTS);
    return 0;
}

bool cfn_repository_compare_base(CfnRepository *repository, const char *revision, GError **error)
{
    git_oid base;
    if (!find_merge_base(repository, revision, &base, error) ||
        !take_tree(repository, &base, error)) {
        return false;
    }
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.progress_cb = go_on;
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                    GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_IGNORE_SUBMODULES;
    g_autoptr(git_diff) diff = NULL;
    if (git_diff_tree_to_workdir_with_index(&diff, repository->git, repository->base, &options) <
            0 ||
        find_renames(diff) < 0) {
        return fail_compare(repository, error);
    }
    take_changes(repository, diff);
    return true;
}

static bool open_index(CfnRepository *repository, GError **error)
{
    const char *named = getenv("GIT_INDEX_FILE");
    bool is_named = named != NULL && *named != '\0';
    g_autofree char *path = is_named ? g_canonicalize_filename(named, repository->top) : NULL;
    int status = is_named ? git_index_open(&repository->index, path)
                          : git_repository_index(&repository->index, repository->git);
    /* The repository reads its own only when it is first needed. */
    if (status < 0 || git_index_read(repository->index, false) < 0) {
        return fail(error, "the index of '%s' cannot be read: %s", repository->top, get_reason());
    }
    return true;
}

bool cfn_repository_compare_index(CfnRepository *repository, GError **error)
{
    git_oid head;
    if (git_repository_head_unborn(repository->git) != 1) {
        if (git_reference_name_to_id(&head, repository->git, "HEAD") < 0) {
            return fail(error, "HEAD names no commit in '%s': %s", repository->top, get_reason());
        }
        if (!take_tree(repository, &head, error)) {
            return false;
        }
    }
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.progress_cb = go_on;
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_IGNORE_SUBMODULES;
    g_autoptr(git_diff) diff = NULL;
    if (!open_index(repository, error)) {
        return false;
    }
    if (git_diff_tree_to_index(&diff, repository->git, repository->base, repository->index,
                               &options) < 0) {
        return fail_compare(repository, error);
    }
    take_changes(repository, diff);
    return true;
}

static GBytes *fail_read(GError **error, const char *path)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_READ, "%s: git cannot read it: %s", path, get_reason());
    return NULL;
}

/* The size is asked for first: a small repository can have a blob that fills the memory. */
static GBytes *read_blob(CfnRepository *repository, const git_oid *id, const char *path,
                         size_t limit, GError **error)
{
    g_autoptr(git_odb) odb = NULL;
    g_autoptr(git_blob) blob = NULL;
    size_t size;
    git_object_t type;
    if (git_repository_odb(&odb, repository->git) < 0 ||
        git_odb_read_header(&size, &type, odb, id) < 0) {
        return fail_read(error, path);
    }
    if (size > limit) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_SIZE,
                    "%s: larger than the limit of %" G_GSIZE_FORMAT " bytes", path, limit);
        return NULL;
    }
    if (git_blob_lookup(&blob, repository->git, id) < 0) {
        return fail_read(error, path);
    }
    return g_bytes_new(git_blob_rawcontent(blob), (gsize)git_blob_rawsize(blob));
}

GBytes *cfn_repository_read_base(CfnRepository *repository, const CfnChangedFile *change,
                                 const char *path, size_t limit, GError **error)
{
    g_autoptr(git_tree_entry) entry = NULL;
    int status = git_tree_entry_bypath(&entry, repository->base, change->old_name);
    if (status < 0 && status != GIT_ENOTFOUND) {
        return fail_read(error, path);
    }
    if (status < 0 || git_tree_entry_type(entry) != GIT_OBJECT_BLOB ||
        git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK) {
        return g_bytes_new_static("", 0);
    }
    return read_blob(repository, git_tree_entry_id(entry), path, limit, error);
}

GBytes *cfn_repository_read_staged(CfnRepository *repository, const CfnChangedFile *change,
                                   const char *path, size_t limit, GError **error)
{
    const git_index_entry *entry = git_index_get_bypath(repository->index, change->name, 0);
    if (change->has_conflict || entry == NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_READ, "%s: has conflicts in the index", path);
        return NULL;
    }
    return read_blob(repository, &entry->id, path, limit, error);
}

GBytes *cfn_repository_clean(CfnRepository *repository, const CfnChangedFile *change, GBytes *bytes)
{
    g_autoptr(git_filter_list) filters = NULL;
    git_buf out = { 0 };
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    if (git_filter_list_load(&filters, repository->git, NULL, change->name, GIT_FILTER_TO_ODB,
                             GIT_FILTER_ALLOW_UNSAFE) < 0 ||
        filters == NULL || git_filter_list_apply_to_buffer(&out, filters, text, length) < 0) {
        git_buf_dispose(&out);
        return g_bytes_ref(bytes);
    }
    GBytes *clean = g_bytes_new(out.ptr, out.size);
    git_buf_dispose(&out);
    return clean;
}

bool cfn_repository_shows(CfnRepository *repository, const CfnChangedFile *change)
{
    const char *value = NULL;
    return git_attr_get(&value, repository->git, GIT_ATTR_CHECK_NO_SYSTEM, change->name, "diff") <
               0 ||
           !GIT_ATTR_IS_FALSE(value);
}
