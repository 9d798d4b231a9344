/*
 * Unified diffs by git's own xdiff, which Debian ships inside libgit2.
 *
 * libgit2 costs milliseconds to set up, so that happens when the first diff is really wanted. Of
 * its output only the hunks are taken: its headers carry an index line, and leave out the tab
 * that `patch` needs behind a name with a space.
 */
#include "edit/diff.h"
#include "text/file.h"
#include "text/hash.h"

#include <git2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void cfn_diff_set_up(void)
{
    /* What is read here means the same in repositories that have these: a clone without some old
       blobs, or with a work tree of its own configuration. */
    const char *extensions[] = { "partialclone", "worktreeconfig" };
    static gsize done = 0;
    if (g_once_init_enter(&done)) {
        git_libgit2_init();
        git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, G_N_ELEMENTS(extensions));
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

/* Owned by the caller: git_patch_free it. */
static git_patch *make_patch(GBytes *before, GBytes *after)
{
    cfn_diff_set_up();
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
        g_error("libgit2: %s", git_error_last()->message); /* out of memory, as GLib has it */
    }
    return patch;
}

char *cfn_diff(const char *path, GBytes *before, GBytes *after)
{
    if (g_bytes_equal(before, after)) {
        return g_strdup("");
    }
    git_patch *patch = make_patch(before, after);
    git_buf printed = { 0 }; /* with headers of its own */
    if (git_patch_to_buf(&printed, patch) < 0) {
        g_error("libgit2: %s", git_error_last()->message);
    }
    git_patch_free(patch);
    GString *out = g_string_new(NULL);
    append_header(out, path);
    const char *hunks = strstr(printed.ptr, "\n@@ ");
    g_assert(hunks != NULL);
    g_string_append_len(out, hunks + 1, (gssize)(printed.size - (size_t)(hunks + 1 - printed.ptr)));
    git_buf_dispose(&printed);
    return g_string_free(out, FALSE);
}

static void append_lines(GArray *ranges, uint32_t first, uint32_t count)
{
    CfnLines *last = ranges->len > 0 ? &g_array_index(ranges, CfnLines, ranges->len - 1) : NULL;
    if (last != NULL && last->first + last->count == first) {
        last->count += count;
    } else if (count > 0) {
        CfnLines lines = { first, count };
        g_array_append_val(ranges, lines);
    }
}

/* Where lines only went away, the next line has to stand for them, or, in the end, the last. */
static void append_changed(GArray *changed, git_patch *patch, size_t hunk_index,
                           const git_diff_hunk *hunk)
{
    bool is_pending = false;
    const git_diff_line *line;
    for (size_t i = 0; git_patch_get_line_in_hunk(&line, patch, hunk_index, i) == 0; i++) {
        if (line->origin == GIT_DIFF_LINE_DELETION) {
            is_pending = true;
        } else if (line->origin == GIT_DIFF_LINE_ADDITION ||
                   (line->origin == GIT_DIFF_LINE_CONTEXT && is_pending)) {
            append_lines(changed, (uint32_t)line->new_lineno, 1);
            is_pending = false;
        }
    }
    if (is_pending && hunk->new_lines > 0) {
        append_lines(changed, (uint32_t)(hunk->new_start + hunk->new_lines - 1), 1);
    }
}

void cfn_diff_lines(GBytes *before, GBytes *after, GArray *hunks, GArray *changed)
{
    git_patch *patch = make_patch(before, after);
    const git_diff_hunk *hunk;
    size_t count = git_patch_num_hunks(patch);
    for (size_t i = 0; i < count && git_patch_get_hunk(&hunk, NULL, patch, i) == 0; i++) {
        CfnLines shown = { (uint32_t)hunk->new_start, (uint32_t)hunk->new_lines };
        if (shown.count > 0) {
            g_array_append_val(hunks, shown);
        }
        append_changed(changed, patch, i, hunk);
    }
    git_patch_free(patch);
}

/* The git repository around FOLDER, or NULL. git_repository_free it. */
static git_repository *open_repository(const char *folder)
{
    cfn_diff_set_up();
    git_buf found = { 0 };
    git_repository *repository = NULL;
    if (git_repository_discover(&found, folder, 0, NULL) == 0) {
        git_repository_open(&repository, found.ptr);
    }
    git_buf_dispose(&found);
    return repository;
}

/* The folder that the git repository around FOLDER has checked out, with a slash at its end, or
   "". */
static char *find_work_tree(const char *folder)
{
    git_repository *repository = open_repository(folder);
    const char *work_tree = repository != NULL ? git_repository_workdir(repository) : NULL;
    char *copy = g_strdup(work_tree != NULL ? work_tree : "");
    git_repository_free(repository);
    return copy;
}

/* The same, looked for once per folder. The string lives as long as the program. */
static const char *work_tree_of(const char *folder)
{
    static GHashTable *known = NULL;
    if (known == NULL) {
        known = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    }
    char *work_tree = g_hash_table_lookup(known, folder);
    if (work_tree == NULL) {
        work_tree = find_work_tree(folder);
        g_hash_table_insert(known, g_strdup(folder), work_tree);
    }
    return work_tree;
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

const char *cfn_diff_root(const char *path)
{
    g_autofree char *full = resolve(path);
    g_autofree char *folder = g_path_get_dirname(full);
    return work_tree_of(folder);
}

char *cfn_diff_path(const char *path)
{
    g_autofree char *full = resolve(path);
    g_autofree char *folder = g_path_get_dirname(full);
    const char *name = cfn_path_below(full, work_tree_of(folder));
    if (name == NULL) {
        g_autofree char *here = resolve(".");
        name = cfn_path_below(full, here);
    }
    return name != NULL ? g_strdup(name) : g_path_get_basename(full);
}

char *cfn_diff_commit(const char *path)
{
    g_autofree char *full = resolve(path);
    g_autofree char *folder = g_path_get_dirname(full);
    git_repository *repository = open_repository(folder);
    char text[GIT_OID_HEXSZ + 1];
    git_oid id;
    bool is_found = repository != NULL && git_reference_name_to_id(&id, repository, "HEAD") == 0;
    git_repository_free(repository);
    return is_found ? g_strdup(git_oid_tostr(text, sizeof text, &id)) : NULL;
}
