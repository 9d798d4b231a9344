/*
 * Baselines: findings that a team has accepted for now.
 *
 * The names of files in them are what fingerprints are made of, so they must be the same in each
 * checkout and from each working directory: relative to the git repository that a template is in,
 * or, if it is in none, to the folder of the baseline.
 */
#include "cli/baseline.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/baseline_file.h"
#include "cli/inputs.h"
#include "cli/targets.h"
#include "edit/diff.h"
#include "engine/round.h"
#include "text/error.h"
#include "text/file.h"
#include "text/hash.h"

/* A finding has about 170 bytes, so these are some 400,000 of them. */
#define SIZE_LIMIT (64u << 20)

struct CfnBaseline {
    const CfnCommand *command;
    char *folder;           /* of the file, absolute, without links */
    GPtrArray *entries;     /* CfnBaselineEntry* */
    GHashTable *known;      /* set of their fingerprints */
    GHashTable *by_path;    /* path -> GPtrArray of CfnBaselineEntry*, borrowed */
    GHashTable *found;      /* set of fingerprints that were found */
    GHashTable *read;       /* set of paths that were read */
    GHashTable *roots;      /* set of folders that paths are relative to */
    GPtrArray *acceptances; /* CfnAcceptance*, one for each input */
    guint taken;            /* results */
    bool is_there;          /* the file was, before the run */
    CfnFileState state;     /* how it was */
};

static void free_acceptance(gpointer data)
{
    CfnAcceptance *acceptance = data;
    g_free((char *)acceptance->path);
    g_free(acceptance);
}

static GHashTable *new_set(GDestroyNotify free_key)
{
    return g_hash_table_new_full(cfn_hash_string, g_str_equal, free_key, NULL);
}

void cfn_baseline_free(CfnBaseline *baseline)
{
    if (baseline == NULL) {
        return;
    }
    g_free(baseline->folder);
    g_hash_table_unref(baseline->known);
    g_hash_table_unref(baseline->by_path);
    g_hash_table_unref(baseline->found);
    g_hash_table_unref(baseline->read);
    g_hash_table_unref(baseline->roots);
    g_ptr_array_unref(baseline->acceptances);
    g_clear_pointer(&baseline->entries, g_ptr_array_unref);
    g_free(baseline);
}

static bool creates(const CfnBaseline *baseline)
{
    return baseline->command->baseline_use == CFN_BASELINE_CREATE;
}

/* ---- Names ---- */

/* PATH as FOLDER sees it, with `..` where it must be; both are absolute, without links. */
static char *make_relative(const char *path, const char *folder)
{
    g_auto(GStrv) to = g_strsplit(path, "/", -1);
    g_auto(GStrv) from = g_strsplit(folder, "/", -1);
    guint common = 0;
    while (to[common] != NULL && from[common] != NULL && strcmp(to[common], from[common]) == 0) {
        common++;
    }
    GString *relative = g_string_new(NULL);
    for (guint i = common; from[i] != NULL; i++) {
        g_string_append(relative, from[i][0] != '\0' ? "../" : "");
    }
    g_autofree char *rest = g_strjoinv("/", to + common);
    g_string_append(relative, rest);
    return g_string_free(relative, FALSE);
}

/* What the file with this IDENTITY is called in fingerprints. */
static char *name_file(CfnBaseline *baseline, const char *identity)
{
    const char *root = cfn_diff_root(identity);
    if (*root == '\0') {
        return make_relative(identity, baseline->folder);
    }
    if (!g_hash_table_contains(baseline->roots, root)) {
        g_hash_table_add(baseline->roots, g_strdup(root));
    }
    const char *below = cfn_path_below(identity, root); /* not with a core.worktree elsewhere */
    return below != NULL ? g_strdup(below) : cfn_diff_path(identity);
}

/* NAME as JSON has it. */
static char *name_in_file(const char *name)
{
    return g_utf8_make_valid(name, -1);
}

/* Whether a file is still called PATH. Of a name that JSON cannot have nobody knows. */
static bool exists(const CfnBaseline *baseline, const char *path)
{
    GHashTableIter iter;
    gpointer root;
    g_hash_table_iter_init(&iter, baseline->roots);
    bool is_there = strstr(path, "\xef\xbf\xbd") != NULL;
    while (!is_there && g_hash_table_iter_next(&iter, &root, NULL)) {
        g_autofree char *full = g_build_filename(root, path, NULL);
        is_there = g_file_test(full, G_FILE_TEST_EXISTS);
    }
    return is_there;
}

/* ---- Beginning ---- */

static void add_acceptances(CfnBaseline *baseline, GPtrArray *inputs)
{
    const CfnCommand *command = baseline->command;
    for (guint i = 0; i < inputs->len; i++) {
        CfnInput *input = inputs->pdata[i];
        bool is_stdin = strcmp(input->path, "-") == 0;
        g_autofree char *identity =
            is_stdin ? cfn_path_identity(command->stdin_name) : cfn_input_identity(input);
        CfnAcceptance *acceptance = g_new0(CfnAcceptance, 1);
        acceptance->path = name_file(baseline, identity);
        acceptance->known = command->baseline_use == CFN_BASELINE_APPLY ? baseline->known : NULL;
        g_ptr_array_add(baseline->acceptances, acceptance);
        input->acceptance = acceptance;
    }
}

static void index_entries(CfnBaseline *baseline)
{
    for (guint i = 0; i < baseline->entries->len; i++) {
        CfnBaselineEntry *entry = baseline->entries->pdata[i];
        g_hash_table_add(baseline->known, (gpointer)entry->fingerprint);
        GPtrArray *others = g_hash_table_lookup(baseline->by_path, entry->path);
        if (others == NULL) {
            others = g_ptr_array_new();
            g_hash_table_insert(baseline->by_path, (gpointer)entry->path, others);
        }
        g_ptr_array_add(others, entry);
    }
}

static bool read_file(CfnBaseline *baseline, GError **error)
{
    const char *path = baseline->command->baseline;
    struct stat status;
    if (creates(baseline) && lstat(path, &status) != 0 && errno == ENOENT) {
        return true;
    }
    baseline->is_there = true;
    g_autoptr(GBytes) bytes = cfn_file_read(path, SIZE_LIMIT, &baseline->state, error);
    if (bytes == NULL) {
        return false;
    }
    if (creates(baseline) && g_bytes_get_size(bytes) == 0) {
        return true;
    }
    baseline->entries = cfn_baseline_parse(path, bytes, error);
    if (baseline->entries == NULL) {
        return false;
    }
    index_entries(baseline);
    return true;
}

static bool begin(CfnBaseline *baseline, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (!read_file(baseline, &reason)) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_READ, "%s%s", reason->message,
                    creates(baseline) ? "; only a baseline is replaced by a new one" : "");
        return false;
    }
    if (creates(baseline)) {
        g_clear_pointer(&baseline->entries, g_ptr_array_unref);
        baseline->entries = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_baseline_entry_free);
    }
    return true;
}

CfnBaseline *cfn_baseline_new(const CfnCommand *command, GPtrArray *inputs, GError **error)
{
    g_autofree char *identity = cfn_path_identity(command->baseline);
    g_autoptr(CfnBaseline) baseline = g_new0(CfnBaseline, 1);
    baseline->command = command;
    baseline->folder = g_path_get_dirname(identity);
    baseline->known = new_set(NULL);
    baseline->by_path = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL,
                                              (GDestroyNotify)g_ptr_array_unref);
    baseline->found = new_set(g_free);
    baseline->read = new_set(g_free);
    baseline->roots = new_set(g_free);
    baseline->acceptances = g_ptr_array_new_with_free_func(free_acceptance);
    if (!begin(baseline, error)) {
        return NULL;
    }
    g_hash_table_add(baseline->roots, g_strdup(baseline->folder));
    if (*cfn_diff_root(identity) != '\0') {
        g_hash_table_add(baseline->roots, g_strdup(cfn_diff_root(identity)));
    }
    add_acceptances(baseline, inputs);
    return g_steal_pointer(&baseline);
}

/* ---- Results ---- */

/* Whether the repair called ID would have found what there is. */
static bool was_run(const CfnOptions *options, const char *id)
{
    for (const CfnTransform *const *at = options->transforms; *at != NULL; at++) {
        if (strcmp((*at)->id, id) == 0) {
            return cfn_options_select(options, *at);
        }
    }
    return false;
}

static void miss(CfnBaseline *baseline, const char *name, const CfnOptions *options)
{
    const GPtrArray *entries = g_hash_table_lookup(baseline->by_path, name);
    for (guint i = 0; entries != NULL && i < entries->len; i++) {
        CfnBaselineEntry *entry = entries->pdata[i];
        entry->is_missed = entry->is_missed || was_run(options, entry->id);
    }
}

void cfn_baseline_take(CfnBaseline *baseline, const CfnResult *result, const CfnOptions *options)
{
    const CfnAcceptance *acceptance = baseline->acceptances->pdata[baseline->taken++];
    if (result->verdict == CFN_VERDICT_ERROR || result->before == NULL) {
        return;
    }
    char *name = name_in_file(acceptance->path);
    const GPtrArray *accepted = cfn_result_accepted(result);
    for (guint i = 0; i < accepted->len; i++) {
        const CfnFinding *finding = accepted->pdata[i];
        g_hash_table_add(baseline->found, g_strdup(finding->fingerprint));
        if (creates(baseline)) {
            g_ptr_array_add(baseline->entries, cfn_baseline_entry_new(name, finding));
        }
    }
    if (!creates(baseline)) {
        miss(baseline, name, options);
    }
    g_hash_table_add(baseline->read, name);
}

/* ---- The end ---- */

/* Only pruning looks for files that were not read. */
static bool is_gone(const CfnBaseline *baseline, const CfnBaselineEntry *entry)
{
    if (g_hash_table_contains(baseline->read, entry->path)) {
        return entry->is_missed && !g_hash_table_contains(baseline->found, entry->fingerprint);
    }
    return baseline->command->baseline_use == CFN_BASELINE_PRUNE && !exists(baseline, entry->path);
}

static bool write_file(const CfnBaseline *baseline, GError **error)
{
    const char *path = baseline->command->baseline;
    g_autoptr(GBytes) bytes = cfn_baseline_format(baseline->entries);
    struct stat status;
    if (baseline->is_there) {
        return cfn_file_write(path, bytes, &baseline->state, error);
    }
    if (lstat(path, &status) == 0) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_CHANGED, "%s: appeared meanwhile, left alone",
                    path);
        return false;
    }
    return cfn_target_write(path, bytes, error);
}

static char *tell_accepted(const CfnBaseline *baseline)
{
    guint count = baseline->entries->len;
    return g_strdup_printf("%s: %u %s accepted from now on", baseline->command->baseline, count,
                           count == 1 ? "finding is" : "findings are");
}

static char *tell_gone(guint count)
{
    return count == 0   ? NULL
           : count == 1 ? g_strdup("1 entry of the baseline is gone: --prune-baseline removes it")
                        : g_strdup_printf("%u entries of the baseline are gone: --prune-baseline "
                                          "removes them",
                                          count);
}

static guint count_gone(const CfnBaseline *baseline)
{
    guint count = 0;
    for (guint i = 0; i < baseline->entries->len; i++) {
        count += is_gone(baseline, baseline->entries->pdata[i]);
    }
    return count;
}

/* Returns how many were removed. */
static guint prune(CfnBaseline *baseline)
{
    guint before = baseline->entries->len;
    for (guint i = before; i > 0; i--) {
        if (is_gone(baseline, baseline->entries->pdata[i - 1])) {
            g_ptr_array_remove_index_fast(baseline->entries, i - 1);
        }
    }
    return before - baseline->entries->len;
}

bool cfn_baseline_finish(CfnBaseline *baseline, char **note, GError **error)
{
    *note = NULL;
    if (baseline->command->baseline_use == CFN_BASELINE_APPLY) {
        *note = tell_gone(count_gone(baseline));
        return true;
    }
    guint pruned = creates(baseline) ? 0 : prune(baseline);
    if ((creates(baseline) || pruned > 0) && !write_file(baseline, error)) {
        return false;
    }
    *note = creates(baseline)
                ? tell_accepted(baseline)
                : g_strdup_printf("%s: %u removed, %u left", baseline->command->baseline, pruned,
                                  baseline->entries->len);
    return true;
}
