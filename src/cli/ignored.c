/*
 * What git leaves out.
 */
#include "cli/ignored.h"

#include <errno.h>
#include <git2.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/ignore_hints.h"
#include "cli/inputs.h"
#include "cli/patience.h"
#include "edit/diff.h"
#include "text/error.h"
#include "text/file.h"

/* Of one file of rules. */
enum { SIZE_LIMIT = 1 << 20 };

struct CfnIgnored {
    git_repository *git;
    git_index *index; /* NULL until something is ignored */
    char *top;        /* of the work tree: absolute, without links */
    CfnIgnoreHints *hints;
};
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnIgnored, cfn_ignored_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_config, git_config_free)

void cfn_ignored_free(CfnIgnored *ignored)
{
    if (ignored != NULL) {
        git_index_free(ignored->index);
        git_repository_free(ignored->git);
        cfn_ignore_hints_free(ignored->hints);
        g_free(ignored->top);
        g_free(ignored);
    }
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* FOLDER or the nearest above it that has a .git, or NULL. libgit2 costs milliseconds to set up:
   not where there is no repository anyway. */
static char *find_git(const char *folder)
{
    g_autofree char *at = g_strdup(folder);
    for (;;) {
        g_autofree char *git = g_build_filename(at, ".git", NULL);
        if (is_there(git)) {
            return g_steal_pointer(&at);
        }
        char *above = g_path_get_dirname(at);
        bool is_end = strcmp(above, at) == 0;
        g_free(at);
        at = above;
        if (is_end) {
            return NULL;
        }
    }
}

static bool fail(const char *folder, const char *reason, GError **error)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_READ,
                "%s: git cannot say what is ignored here (--no-gitignore does not ask): %s", folder,
                reason);
    return false;
}

/* libgit2 would wait for a FIFO, and read a device, for ever. What a .git that is a file leads to
   is not looked at. */
static bool check_files(const char *folder, GError **error)
{
    static const char *const names[] = { "", "HEAD", "config", "commondir", "index" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, ".git", names[i], NULL);
        struct stat status;
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
            g_autofree char *reason = g_strdup_printf("'%s' is no regular file", path);
            return fail(folder, reason, error);
        }
    }
    return true;
}

/* ---- Questions ---- */

/* A folder has a slash at the end of NAME, which begins at the top of the work tree. */
static bool is_tracked(CfnIgnored *ignored, const char *name)
{
    if (ignored->index == NULL && git_repository_index(&ignored->index, ignored->git) < 0) {
        (void)git_index_new(&ignored->index);
    }
    int status = g_str_has_suffix(name, "/") ? git_index_find_prefix(NULL, ignored->index, name)
                                             : git_index_find(NULL, ignored->index, name);
    return status == 0;
}

static bool is_by_rules(CfnIgnored *ignored, const char *name)
{
    int is_one = 0;
    cfn_patience_begin("git never gets done with a .gitignore (--no-gitignore does not ask it)\n");
    int status = git_ignore_path_is_ignored(&is_one, ignored->git, name);
    cfn_patience_end();
    return status == 0 && is_one != 0;
}

/* ---- Rules ---- */

static bool read_rules(CfnIgnored *ignored, const char *path, bool *asks_all, GError **error)
{
    g_autoptr(GBytes) text = cfn_file_read(path, SIZE_LIMIT, NULL, error);
    if (text == NULL) {
        return false;
    }
    if (cfn_ignore_hints_add(ignored->hints, text)) {
        *asks_all = true;
    }
    return true;
}

/* /dev/null is a way to say that there are none. */
static bool read_rules_if_any(CfnIgnored *ignored, const char *path, bool *asks_all, GError **error)
{
    return strcmp(path, "/dev/null") == 0 || !is_there(path) ||
           read_rules(ignored, path, asks_all, error);
}

/* core.excludesFile, or what stands for it. */
static char *find_common_rules(git_config *config)
{
    git_buf path = { 0 };
    char *found = NULL;
    if (git_config_get_path(&path, config, "core.excludesfile") == 0) {
        found = g_strdup(path.ptr);
    } else if (git_libgit2_opts(GIT_OPT_GET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, &path) == 0 &&
               path.size > 0) {
        found = g_build_filename(path.ptr, "ignore", NULL);
    }
    git_buf_dispose(&path);
    return found;
}

/* Those that count in the whole repository. */
static bool read_repository_rules(CfnIgnored *ignored, bool *asks_all, GError **error)
{
    git_buf info = { 0 };
    g_autoptr(git_config) config = NULL;
    int ignores_case = 0;
    if (git_repository_config_snapshot(&config, ignored->git) == 0) {
        (void)git_config_get_bool(&ignores_case, config, "core.ignorecase");
        g_autofree char *common = find_common_rules(config);
        /* Where libgit2 looks for it then is its own business. */
        *asks_all = common != NULL && (*common != '/' || strchr(common, ':') != NULL);
        if (common != NULL && !read_rules_if_any(ignored, common, asks_all, error)) {
            return false;
        }
    }
    *asks_all = *asks_all || ignores_case != 0;
    if (git_repository_item_path(&info, ignored->git, GIT_REPOSITORY_ITEM_INFO) < 0) {
        return true;
    }
    g_autofree char *path = g_build_filename(info.ptr, "exclude", NULL);
    git_buf_dispose(&info);
    return read_rules_if_any(ignored, path, asks_all, error);
}

/* What the rules say of the folder BELOW the top as a whole. */
static void enter(CfnIgnoring *ignoring, const char *below)
{
    const CfnIgnoreHints *hints = ignoring->rules->hints;
    const char *name = cfn_path_name(below);
    g_autofree char *folder = g_strconcat(below, "/", NULL);
    ignoring->asks_all = ignoring->asks_all || cfn_ignore_hints_match_in(hints, name);
    ignoring->is_ignored =
        ignoring->is_ignored || ((ignoring->asks_all || cfn_ignore_hints_match(hints, name)) &&
                                 is_by_rules(ignoring->rules, folder));
}

bool cfn_ignoring_enter(CfnIgnoring *ignoring, const char *folder, bool has_rules, GError **error)
{
    CfnIgnored *ignored = ignoring->rules;
    if (ignored == NULL) {
        return true;
    }
    const char *below = cfn_path_below(folder, ignored->top);
    if (below != NULL) {
        enter(ignoring, below);
    }
    g_autofree char *path = has_rules ? g_build_filename(folder, ".gitignore", NULL) : NULL;
    return path == NULL || read_rules(ignored, path, &ignoring->asks_all, error);
}

/* All from the top to what is above FOLDER. */
static bool enter_above(CfnIgnoring *ignoring, const char *folder, GError **error)
{
    const char *below = cfn_path_below(folder, ignoring->rules->top);
    while (below != NULL && *below != '\0') {
        g_autofree char *above = g_strndup(folder, (gsize)(below - folder) - 1);
        g_autofree char *path = g_build_filename(above, ".gitignore", NULL);
        if (!cfn_ignoring_enter(ignoring, above, is_there(path), error)) {
            return false;
        }
        const char *slash = strchr(below, '/');
        below = slash != NULL ? slash + 1 : NULL;
    }
    return true;
}

bool cfn_ignoring_has(const CfnIgnoring *ignoring, const char *folder, const char *name,
                      bool is_folder)
{
    CfnIgnored *ignored = ignoring->rules;
    if (ignored == NULL || !(ignoring->is_ignored || ignoring->asks_all ||
                             cfn_ignore_hints_match(ignored->hints, name))) {
        return false;
    }
    g_autofree char *path = g_strconcat(folder, "/", name, is_folder ? "/" : "", NULL);
    const char *below = cfn_path_below(path, ignored->top);
    return below != NULL && (ignoring->is_ignored || is_by_rules(ignored, below)) &&
           !is_tracked(ignored, below);
}

/* ---- Repositories ---- */

static bool fail_open(const char *folder, GError **error)
{
    const git_error *last = git_error_last();
    return fail(folder, last != NULL && last->message != NULL ? last->message : "unknown reason",
                error);
}

/* Where the home of the user is closed to who runs this, as in a container with another user, git
   does without what is configured there, and libgit2 without anything. */
static void forget_closed_home(void)
{
    static const struct {
        int level;
        const char *name;
    } configs[] = { { GIT_CONFIG_LEVEL_GLOBAL, ".gitconfig" }, { GIT_CONFIG_LEVEL_XDG, "config" } };
    for (size_t i = 0; i < G_N_ELEMENTS(configs); i++) {
        git_buf folder = { 0 };
        struct stat status;
        if (git_libgit2_opts(GIT_OPT_GET_SEARCH_PATH, configs[i].level, &folder) == 0) {
            g_autofree char *path = g_build_filename(folder.ptr, configs[i].name, NULL);
            if (stat(path, &status) != 0 && errno == EACCES) {
                git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, configs[i].level, "");
            }
        }
        git_buf_dispose(&folder);
    }
}

/* *IGNORED stays NULL if there is no repository with a work tree. */
static bool open_rules(const char *folder, unsigned flags, CfnIgnored **ignored, GError **error)
{
    cfn_diff_set_up();
    forget_closed_home();
    git_repository *git = NULL;
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    int status = git_repository_open_ext(&git, folder, flags, NULL);
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
    if (status < 0) {
        return status == GIT_ENOTFOUND || fail_open(folder, error);
    }
    const char *top = git_repository_workdir(git);
    if (top == NULL) {
        git_repository_free(git);
        return true;
    }
    *ignored = g_new0(CfnIgnored, 1);
    (*ignored)->git = git;
    (*ignored)->top = cfn_path_identity(top);
    (*ignored)->hints = cfn_ignore_hints_new();
    return true;
}

static bool begin(const char *folder, unsigned flags, CfnIgnoring *ignoring, GError **error)
{
    g_autoptr(CfnIgnored) ignored = NULL;
    if (!open_rules(folder, flags, &ignored, error)) {
        return false;
    }
    if (ignored == NULL) {
        return true;
    }
    CfnIgnoring found = { .rules = ignored };
    if (!read_repository_rules(ignored, &found.asks_all, error) ||
        !enter_above(&found, folder, error)) {
        return false;
    }
    g_autofree char *path = g_strconcat(folder, "/", NULL);
    const char *below = cfn_path_below(path, ignored->top);
    bool is_left_out =
        found.is_ignored || (below != NULL && *below != '\0' && is_by_rules(ignored, below));
    *ignoring = is_left_out ? (CfnIgnoring){ 0 } : found;
    if (!is_left_out) {
        ignored = NULL; /* IGNORING has it now */
    }
    return true;
}

bool cfn_ignoring_begin(const char *folder, CfnIgnoring *ignoring, GError **error)
{
    *ignoring = (CfnIgnoring){ 0 };
    g_autofree char *around = find_git(folder);
    return around == NULL || (check_files(around, error) && begin(folder, 0, ignoring, error));
}

bool cfn_ignoring_begin_here(const char *folder, CfnIgnoring *ignoring, GError **error)
{
    bool is_known = ignoring->rules != NULL && strcmp(ignoring->rules->top, folder) == 0;
    return is_known || (check_files(folder, error) &&
                        begin(folder, GIT_REPOSITORY_OPEN_NO_SEARCH, ignoring, error));
}
