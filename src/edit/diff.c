/*
 * Unified diffs by git's own xdiff, which Debian ships inside libgit2.
 *
 * libgit2 costs milliseconds to set up, so that happens when the first diff is really wanted. Of
 * its output only the hunks are taken: its headers carry an index line, and leave out the tab
 * that `patch` needs behind a name with a space.
 */
#include "edit/diff.h"
#include "text/hash.h"

#include <git2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void set_up(void)
{
    static gsize done = 0;
    if (g_once_init_enter(&done)) {
        git_libgit2_init();
        g_once_init_leave(&done, 1);
    }
}

static bool is_quoted(const char *path)
{
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\' || !g_ascii_isprint(*c)) {
            return true;
        }
    }
    return false;
}

static void append_escaped(GString *out, char c)
{
    static const char letters[] = "\aa\bb\tt\nn\vv\ff\rr\"\"\\\\";
    for (size_t i = 0; letters[i] != '\0'; i += 2) {
        if (letters[i] == c) {
            g_string_append_printf(out, "\\%c", letters[i + 1]);
            return;
        }
    }
    if (g_ascii_isprint(c)) {
        g_string_append_c(out, c);
    } else {
        g_string_append_printf(out, "\\%03o", (unsigned char)c);
    }
}

/* The name as git writes it: in quotes where it has bytes that a line of text should not. */
static void append_name(GString *out, const char *side, const char *path)
{
    if (!is_quoted(path)) {
        g_string_append(out, side);
        g_string_append(out, path);
        return;
    }
    g_string_append_c(out, '"');
    g_string_append(out, side);
    for (const char *c = path; *c != '\0'; c++) {
        append_escaped(out, *c);
    }
    g_string_append_c(out, '"');
}

static void append_file_line(GString *out, const char *marker, const char *side, const char *path)
{
    g_string_append(out, marker);
    append_name(out, side, path);
    if (!is_quoted(path) && strchr(path, ' ') != NULL) {
        g_string_append_c(out, '\t');
    }
    g_string_append_c(out, '\n');
}

static void append_header(GString *out, const char *path)
{
    g_string_append(out, "diff --git ");
    append_name(out, "a/", path);
    g_string_append_c(out, ' ');
    append_name(out, "b/", path);
    g_string_append_c(out, '\n');
    append_file_line(out, "--- ", "a/", path);
    append_file_line(out, "+++ ", "b/", path);
}

/* The patch as libgit2 prints it, with its own headers. */
static bool print_patch(git_buf *out, GBytes *before, GBytes *after)
{
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;
    options.context_lines = 3;
    gsize before_length, after_length;
    const void *before_text = g_bytes_get_data(before, &before_length);
    const void *after_text = g_bytes_get_data(after, &after_length);
    git_patch *patch = NULL;
    if (git_patch_from_buffers(&patch, before_text, before_length, "x", after_text, after_length,
                               "x", &options) < 0) {
        return false;
    }
    int result = git_patch_to_buf(out, patch);
    git_patch_free(patch);
    return result == 0;
}

char *cfn_diff(const char *path, GBytes *before, GBytes *after)
{
    if (g_bytes_equal(before, after)) {
        return g_strdup("");
    }
    set_up();
    git_buf printed = { 0 };
    if (!print_patch(&printed, before, after)) {
        g_error("libgit2: %s", git_error_last()->message); /* out of memory, as GLib has it */
    }
    GString *out = g_string_new(NULL);
    append_header(out, path);
    const char *hunks = strstr(printed.ptr, "\n@@ ");
    g_assert(hunks != NULL);
    g_string_append_len(out, hunks + 1, (gssize)(printed.size - (size_t)(hunks + 1 - printed.ptr)));
    git_buf_dispose(&printed);
    return g_string_free(out, FALSE);
}

/* The folder that the git repository around FOLDER has checked out, with a slash at its end, or
   "". */
static char *find_work_tree(const char *folder)
{
    set_up();
    git_buf found = { 0 };
    git_repository *repository = NULL;
    char *work_tree = NULL;
    if (git_repository_discover(&found, folder, 0, NULL) == 0 &&
        git_repository_open(&repository, found.ptr) == 0) {
        work_tree = g_strdup(git_repository_workdir(repository));
        git_repository_free(repository);
    }
    git_buf_dispose(&found);
    return work_tree != NULL ? work_tree : g_strdup("");
}

/* The same, looked for once per folder. The string lives as long as the program. */
static const char *work_tree_of(const char *folder)
{
    static GMutex mutex;
    static GHashTable *known = NULL;
    g_mutex_lock(&mutex);
    if (known == NULL) {
        known = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    }
    char *work_tree = g_hash_table_lookup(known, folder);
    if (work_tree == NULL) {
        work_tree = find_work_tree(folder);
        g_hash_table_insert(known, g_strdup(folder), work_tree);
    }
    g_mutex_unlock(&mutex);
    return work_tree;
}

/* What stands behind FOLDER (with or without a slash at its end) in PATH, or NULL. */
static const char *below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    if (folder[0] == '\0' || strncmp(path, folder, length) != 0 || path[length] != '/') {
        return NULL;
    }
    return path + length + 1;
}

/* PATH without links, since that is the file that changes; a file that is not there keeps its
   name. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);
    if (real == NULL) {
        return g_canonicalize_filename(path, NULL);
    }
    char *copy = g_strdup(real);
    free(real);
    return copy;
}

char *cfn_diff_path(const char *path)
{
    g_autofree char *full = resolve(path);
    g_autofree char *folder = g_path_get_dirname(full);
    const char *name = below(full, work_tree_of(folder));
    if (name == NULL) {
        g_autofree char *here = resolve(".");
        name = below(full, here);
    }
    return name != NULL ? g_strdup(name) : g_path_get_basename(full);
}
