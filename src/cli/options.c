/*
 * The command line, read and checked.
 */
#include "cli/options.h"

#include <string.h>

#include "cli/arguments.h"
#include "engine/names.h"
#include "text/hash.h"
#include "text/names.h"
#include "transforms/registry.h"

static bool fail(GError **error, const char *message)
{
    g_set_error_literal(error, CFN_ERROR, CFN_ERROR_USAGE, message);
    return false;
}

/* The ids in LISTS, which may be separated by commas, as a set; *SET stays NULL where nothing was
   given. */
static bool read_ids(char **lists, const CfnTransform *const *transforms, GHashTable **set,
                     GError **error)
{
    for (char **list = lists; list != NULL && *list != NULL; list++) {
        g_auto(GStrv) ids = g_strsplit(*list, ",", -1);
        for (char **id = ids; *id != NULL; id++) {
            const CfnTransform *transform = cfn_name_transform(g_strstrip(*id), transforms, error);
            if (transform == NULL) {
                return false;
            }
            if (*set == NULL) {
                *set = g_hash_table_new(cfn_hash_string, g_str_equal);
            }
            g_hash_table_add(*set, (gpointer)transform->id);
        }
    }
    return true;
}

/* One "repair.key=value". */
static bool read_setting(const char *text, const CfnTransform *const *transforms,
                         GHashTable *settings, GError **error)
{
    static const char *const booleans[] = { "true", "false", NULL };
    const char *dot = strchr(text, '.');
    const char *equals = strchr(text, '=');
    if (dot == NULL || equals == NULL || equals < dot) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "--set '%s' is not repair.key=value", text);
        return false;
    }
    g_autofree char *id = g_strndup(text, (gsize)(dot - text));
    g_autofree char *key = g_strndup(dot + 1, (gsize)(equals - dot - 1));
    const CfnTransform *transform = cfn_name_transform(id, transforms, error);
    if (transform == NULL || !cfn_name_setting(key, transform, error) ||
        cfn_name_find("value", equals + 1, booleans, error) < 0) {
        return false;
    }
    g_hash_table_replace(settings, g_strdup_printf("%s.%s", id, key), g_strdup(equals + 1));
    return true;
}

static bool read_settings(char **texts, const CfnTransform *const *transforms,
                          GHashTable **settings, GError **error)
{
    if (texts == NULL) {
        return true;
    }
    *settings = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    for (; *texts != NULL; texts++) {
        if (!read_setting(*texts, transforms, *settings, error)) {
            return false;
        }
    }
    return true;
}

/* The place of TEXT in NAMES; PRESET if it was not given; -1 with ERROR. */
static int read_choice(const char *what, const char *text, const char *const *names, int preset,
                       GError **error)
{
    return text != NULL ? cfn_name_find(what, text, names, error) : preset;
}

static const CfnReporter *read_format(const char *name, GError **error)
{
    g_autoptr(GPtrArray) formats = g_ptr_array_new();
    for (const CfnReporter *const *reporter = cfn_reporters; *reporter != NULL; reporter++) {
        g_ptr_array_add(formats, (gpointer)(*reporter)->name);
    }
    g_ptr_array_add(formats, NULL);
    int format = cfn_name_find("format", name, (const char *const *)formats->pdata, error);
    return format >= 0 ? cfn_reporters[format] : NULL;
}

/* One "FORMAT:FILE". */
static bool read_report(const char *text, CfnCommand *command, GError **error)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon[1] == '\0') {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "--report '%s' is not FORMAT:FILE", text);
        return false;
    }
    g_autofree char *name = g_strndup(text, (gsize)(colon - text));
    CfnReportWish wish = { .reporter = read_format(name, error) };
    if (wish.reporter == NULL) {
        return false;
    }
    if (strcmp(colon + 1, "-") == 0) {
        return fail(error, "--report writes to files: --format owns standard output");
    }
    wish.path = g_strdup(colon + 1);
    g_array_append_val(command->reports, wish);
    command->needs |= wish.reporter->needs;
    return true;
}

static bool read_reports(const CfnArguments *raw, CfnCommand *command, GError **error)
{
    command->format = read_format(raw->format != NULL ? raw->format : "text", error);
    if (command->format == NULL) {
        return false;
    }
    command->needs = command->format->needs;
    for (char **text = raw->report; text != NULL && *text != NULL; text++) {
        if (!read_report(*text, command, error)) {
            return false;
        }
    }
    command->engine.without_operations = (command->needs & CFN_NEEDS_OPERATIONS) == 0;
    command->engine.with_suggestions = (command->needs & CFN_NEEDS_SUGGESTIONS) != 0;
    return true;
}

static bool read_choices(const CfnArguments *raw, CfnCommand *command, GError **error)
{
    static const char *const colors[] = { "auto", "always", "never", NULL };
    int profile =
        read_choice("profile", raw->profile, cfn_profile_names, CFN_PROFILE_STANDARD, error);
    int color = profile < 0 ? -1 : read_choice("color", raw->color, colors, CFN_COLOR_AUTO, error);
    if (color < 0) {
        return false;
    }
    command->engine.profile = (CfnProfile)profile;
    command->has_profile = raw->profile != NULL;
    command->color = (CfnColor)color;
    return read_reports(raw, command, error);
}

static bool read_number(const char *option, const char *text, guint64 most, guint64 *number,
                        GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (text == NULL || g_ascii_string_to_unsigned(text, 10, 1, most, number, &reason)) {
        return true;
    }
    g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE,
                "%s '%s' is no number from 1 to %" G_GUINT64_FORMAT, option, text, most);
    return false;
}

/* A file of the size limit takes about a second and 40 times its bytes. */
enum { DEFAULT_TIMEOUT = 60, DEFAULT_MAX_MEMORY = 4096, MOST_SECONDS = 86400, MOST_MIB = 1 << 20 };

/* Who feeds a stream has mostly one for each processor. */
static guint64 default_jobs(const CfnArguments *raw)
{
    return raw->stream ? 1 : MIN(g_get_num_processors(), 256);
}

static bool read_numbers(const CfnArguments *raw, CfnCommand *command, GError **error)
{
    guint64 max_size = CFN_SOURCE_DEFAULT_LIMIT, jobs = default_jobs(raw);
    guint64 timeout = DEFAULT_TIMEOUT, max_memory = DEFAULT_MAX_MEMORY;
    if (!read_number("--max-size", raw->max_size, CFN_SOURCE_HARD_LIMIT, &max_size, error) ||
        !read_number("--jobs", raw->jobs, 256, &jobs, error) ||
        !read_number("--timeout", raw->timeout, MOST_SECONDS, &timeout, error) ||
        !read_number("--max-memory", raw->max_memory, MOST_MIB, &max_memory, error)) {
        return false;
    }
    command->max_size = (size_t)max_size;
    command->jobs = (guint)jobs;
    command->timeout = timeout;
    command->max_memory = max_memory * 1024 * 1024;
    return true;
}

static bool is_dash(const char *text)
{
    return text != NULL && strcmp(text, "-") == 0;
}

/* Whether templates are only looked at. */
static bool only_looks(const CfnCommand *command)
{
    return command->baseline_use == CFN_BASELINE_CREATE ||
           command->baseline_use == CFN_BASELINE_PRUNE;
}

/* At most one of --baseline, --create-baseline and --prune-baseline. */
static bool take_baseline(const CfnArguments *raw, CfnCommand *command, GError **error)
{
    const char *const paths[] = { [CFN_BASELINE_APPLY] = raw->baseline,
                                  [CFN_BASELINE_CREATE] = raw->create_baseline,
                                  [CFN_BASELINE_PRUNE] = raw->prune_baseline };
    for (size_t i = CFN_BASELINE_APPLY; i < G_N_ELEMENTS(paths); i++) {
        if (paths[i] != NULL && command->baseline != NULL) {
            return fail(error, "--baseline, --create-baseline and --prune-baseline exclude each "
                               "other");
        }
        if (paths[i] != NULL) {
            command->baseline_use = (CfnBaselineUse)i;
            command->baseline = g_strdup(paths[i]);
        }
    }
    return !is_dash(command->baseline) || fail(error, "a baseline is a file, not '-'");
}

/* What would change a template, or show how, makes no sense where they are only looked at. */
static bool check_baseline_sense(const CfnCommand *command, GError **error)
{
    bool is_more = command->in_place || command->check || command->output != NULL ||
                   command->output_dir != NULL || command->patch != NULL;
    return !only_looks(command) || !(is_more || command->engine.add_ignores) ||
           fail(error, "--create-baseline and --prune-baseline repair nothing: they cannot go with "
                       "-i, -o, --output-dir, --patch, --check or --add-ignores");
}

/* "K/N", where K is less than N. */
static bool read_shard(const char *text, CfnCommand *command, GError **error)
{
    command->shards = 1;
    if (text == NULL) {
        return true;
    }
    const char *slash = strchr(text, '/');
    g_autofree char *first = slash != NULL ? g_strndup(text, (gsize)(slash - text)) : NULL;
    guint64 shard, shards;
    if (slash == NULL || !g_ascii_string_to_unsigned(slash + 1, 10, 1, 1000000, &shards, NULL) ||
        !g_ascii_string_to_unsigned(first, 10, 0, shards - 1, &shard, NULL)) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE,
                    "--shard '%s' is not K/N: a part from 0 to N-1, and their number N", text);
        return false;
    }
    command->shard = (guint)shard;
    command->shards = (guint)shards;
    return true;
}

/* Everything that has to do with which files are looked at. */
static bool take_search(CfnArguments *raw, CfnCommand *command, GError **error)
{
    command->no_gitignore = raw->no_gitignore;
    command->null_separated = raw->null_separated;
    command->files_from = g_steal_pointer(&raw->files_from);
    command->filter = cfn_path_filter_new(raw->include, raw->exclude, error);
    if (command->filter == NULL || !read_shard(raw->shard, command, error)) {
        return false;
    }
    return command->files_from != NULL || !command->null_separated ||
           fail(error, "-0 is for the names of --files-from");
}

/* A stream comes from nowhere but standard input and goes nowhere but to standard output. */
static bool check_stream_sense(const CfnArguments *raw, GError **error)
{
    const struct {
        bool is_given;
        const char *what;
    } others[] = {
        { raw->inputs != NULL, "the name of a template" },
        { raw->in_place, "-i" },
        { raw->output != NULL, "-o" },
        { raw->output_dir != NULL, "--output-dir" },
        { raw->patch != NULL, "--patch" },
        { raw->check, "--check" },
        { raw->stdin_filename != NULL, "--stdin-filename" },
        { raw->diff_base != NULL, "--diff-base" },
        { raw->staged, "--staged" },
        { raw->baseline != NULL, "--baseline" },
        { raw->create_baseline != NULL, "--create-baseline" },
        { raw->prune_baseline != NULL, "--prune-baseline" },
        { raw->format != NULL, "--format" },
        { raw->report != NULL, "--report" },
        { raw->seen != NULL, "--seen" },
        { raw->files_from != NULL, "--files-from" },
        { raw->include != NULL, "--include" },
        { raw->exclude != NULL, "--exclude" },
        { raw->no_gitignore, "--no-gitignore" },
        { raw->recursive, "-r" },
        { raw->journal != NULL, "--journal" },
        { raw->shard != NULL, "--shard" },
        { raw->statistics, "--statistics" },
        { raw->same_account, "--same-account" },
    };
    for (size_t i = 0; raw->stream && i < G_N_ELEMENTS(others); i++) {
        if (others[i].is_given) {
            g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE,
                        "--stream answers lines of standard input: it cannot go with %s",
                        others[i].what);
            return false;
        }
    }
    return true;
}

static bool reads_stdin(const CfnCommand *command)
{
    return g_strv_contains((const char *const *)command->inputs, "-");
}

/* Whether the template of standard input goes to standard output, for nothing else was said. */
static bool is_filter(const CfnCommand *command)
{
    return reads_stdin(command) && command->output == NULL && command->output_dir == NULL &&
           !command->check && command->format == &cfn_reporter_text && !is_dash(command->patch) &&
           !only_looks(command);
}

static bool asks_git(const CfnCommand *command)
{
    return command->diff_base != NULL || command->staged;
}

static bool check_git_sense(const CfnCommand *command, GError **error)
{
    if (command->diff_base != NULL && command->staged) {
        return fail(error, "--diff-base and --staged exclude each other");
    }
    if (command->staged && command->in_place) {
        return fail(error, "--staged reads the index, and -i would write to the work tree, which "
                           "may differ: use --patch and 'git apply --cached'");
    }
    if (asks_git(command) && reads_stdin(command)) {
        return fail(error, "standard input has no history: --diff-base and --staged take files");
    }
    return true;
}

/* A review needs to know which lines the pull request shows, and nothing else has to be seen. */
static bool check_review_sense(const CfnCommand *command, GError **error)
{
    bool has_review = (command->needs & CFN_NEEDS_TOUCHED) != 0;
    if (has_review && command->diff_base == NULL) {
        return fail(error, "github-review needs --diff-base: GitHub refuses a review of lines that "
                           "the pull request does not show");
    }
    if (command->seen != NULL && !has_review) {
        return fail(error, "--seen is for the format github-review");
    }
    return true;
}

static bool check_search_sense(const CfnCommand *command, GError **error)
{
    if (command->files_from != NULL && asks_git(command)) {
        return fail(error, "--files-from says what is read, and so do --diff-base and --staged");
    }
    if (command->files_from != NULL && reads_stdin(command)) {
        return fail(error, "'-' (standard input) must be the only input: no --files-from");
    }
    if (command->shards > 1 && command->same_account) {
        return fail(error, "--same-account looks at all templates, and --shard at a part of them");
    }
    if (command->shards > 1 && reads_stdin(command)) {
        return fail(error, "standard input has one part: no --shard");
    }
    return true;
}

/* What is done can be recorded only where it stays done. */
static bool check_journal_sense(const CfnCommand *command, GError **error)
{
    if (command->journal == NULL) {
        return true;
    }
    if (command->output != NULL || (!command->in_place && command->output_dir == NULL)) {
        return fail(error, "--journal is for -i and --output-dir");
    }
    if (command->same_account) {
        return fail(error,
                    "--journal knows single templates, and --same-account looks at them all");
    }
    return !is_dash(command->journal) || fail(error, "a journal is a file, not '-'");
}

/* Options that contradict each other. */
static bool check_sense(const CfnCommand *command, GError **error)
{
    guint count = g_strv_length(command->inputs);
    if (count == 0 && !asks_git(command) && command->files_from == NULL) {
        return fail(error, "no template is named");
    }
    if (command->output != NULL && command->output_dir != NULL) {
        return fail(error, "-o and --output-dir exclude each other");
    }
    if (command->check &&
        (command->in_place || command->output != NULL || command->output_dir != NULL)) {
        return fail(error, "--check writes nothing: it cannot go with -i, -o or --output-dir");
    }
    if (command->engine.add_ignores && command->engine.no_ignores) {
        return fail(error, "--add-ignores and --no-ignores exclude each other");
    }
    if (command->output != NULL && count > 1) {
        return fail(error, "-o takes one template: use --output-dir for several");
    }
    if (reads_stdin(command) && count > 1) {
        return fail(error, "'-' (standard input) must be the only input");
    }
    if (reads_stdin(command) && command->in_place && command->output == NULL &&
        command->output_dir == NULL) {
        return fail(error, "standard input cannot be repaired in place");
    }
    if (reads_stdin(command) && command->output_dir != NULL &&
        strcmp(command->stdin_name, "<stdin>") == 0) {
        return fail(error, "--output-dir needs a --stdin-filename for standard input");
    }
    return true;
}

/* Who owns standard output: one claim, or, without any, the diff. */
static bool decide_stdout(CfnCommand *command, GError **error)
{
    const struct {
        bool is_made;
        CfnStdout use;
        const char *claim;
    } claims[] = {
        { is_dash(command->output) || is_filter(command), CFN_STDOUT_TEMPLATE, "the template" },
        { command->format != &cfn_reporter_text, CFN_STDOUT_DOCUMENT, "the document of --format" },
        { is_dash(command->patch), CFN_STDOUT_DIFF, "the diff of --patch -" },
    };
    const char *owner = NULL;
    command->standard_output =
        command->check || command->quiet ? CFN_STDOUT_NOTHING : CFN_STDOUT_DIFF;
    for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
        if (claims[i].is_made && owner != NULL) {
            g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "%s and %s both want standard output",
                        owner, claims[i].claim);
            return false;
        }
        if (claims[i].is_made) {
            owner = claims[i].claim;
            command->standard_output = claims[i].use;
        }
    }
    if (is_dash(command->patch)) {
        g_clear_pointer(&command->patch, g_free);
    }
    return true;
}

static void clear_wish(gpointer data)
{
    g_free(((CfnReportWish *)data)->path);
}

static CfnCommand *new_command(void)
{
    CfnCommand *command = g_new0(CfnCommand, 1);
    command->reports = g_array_new(FALSE, FALSE, sizeof(CfnReportWish));
    g_array_set_clear_func(command->reports, clear_wish);
    return command;
}

static void take_plain(CfnArguments *raw, CfnCommand *command)
{
    command->in_place = raw->in_place;
    command->check = raw->check;
    command->quiet = raw->quiet;
    command->strict = raw->strict;
    command->skip_non_templates = raw->skip_non_templates;
    command->thorough = raw->thorough;
    command->statistics = raw->statistics;
    command->same_account = raw->same_account;
    command->staged = raw->staged;
    command->stream = raw->stream;
    command->diff_base = g_steal_pointer(&raw->diff_base);
    command->engine.unsafe_fixes = raw->unsafe_fixes;
    command->engine.no_ignores = raw->no_ignores;
    command->engine.add_ignores = raw->add_ignores;
    command->output = g_steal_pointer(&raw->output);
    command->output_dir = g_steal_pointer(&raw->output_dir);
    command->patch = g_steal_pointer(&raw->patch);
    command->journal = g_steal_pointer(&raw->journal);
    command->seen = g_steal_pointer(&raw->seen);
    command->no_config = raw->no_config;
    command->config = g_steal_pointer(&raw->config);
    command->show_config = g_steal_pointer(&raw->show_config);
    command->stdin_name =
        raw->stdin_filename != NULL ? g_steal_pointer(&raw->stdin_filename) : g_strdup("<stdin>");
    command->inputs = raw->inputs != NULL ? g_steal_pointer(&raw->inputs) : g_new0(char *, 1);
}

/* Everything that has to do with repairs. */
static bool take_repairs(const CfnArguments *raw, CfnCommand *command,
                         const CfnTransform *const *transforms, GError **error)
{
    command->engine.transforms = transforms;
    command->engine.other_ids = cfn_other_ids;
    if (raw->explain != NULL) {
        command->explain = cfn_name_transform(raw->explain, transforms, error);
    }
    return (raw->explain == NULL || command->explain != NULL) &&
           read_ids(raw->select, transforms, &command->engine.select, error) &&
           read_ids(raw->ignore, transforms, &command->engine.ignore, error) &&
           read_settings(raw->set, transforms, &command->engine.settings, error);
}

CfnCommand *cfn_command_parse(char **argv, const CfnTransform *const *transforms, GError **error)
{
    g_auto(CfnArguments) raw = { 0 };
    if (!cfn_arguments_read(argv, &raw, error)) {
        return NULL;
    }
    if (!check_stream_sense(&raw, error)) {
        return NULL;
    }
    g_autoptr(CfnCommand) command = new_command();
    take_plain(&raw, command);
    command->help = raw.help;
    command->version = raw.version;
    command->list = raw.list;
    if (!take_search(&raw, command, error) || !take_repairs(&raw, command, transforms, error) ||
        !read_choices(&raw, command, error) || !read_numbers(&raw, command, error)) {
        return NULL;
    }
    if (command->config != NULL && command->no_config) {
        fail(error, "--config and --no-config exclude each other");
        return NULL;
    }
    command->no_config |= command->stream && command->config == NULL; /* a stream has no folders */
    if (command->help || command->version || command->list || command->explain != NULL ||
        command->show_config != NULL || command->stream) {
        return g_steal_pointer(&command);
    }
    if (!check_sense(command, error) || !check_git_sense(command, error) ||
        !check_search_sense(command, error) || !take_baseline(&raw, command, error) ||
        !check_baseline_sense(command, error) || !check_review_sense(command, error) ||
        !check_journal_sense(command, error) || !decide_stdout(command, error)) {
        return NULL;
    }
    command->dry_run = !command->in_place && command->output == NULL &&
                       command->output_dir == NULL &&
                       command->standard_output != CFN_STDOUT_TEMPLATE;
    return g_steal_pointer(&command);
}

void cfn_command_free(CfnCommand *command)
{
    if (command == NULL) {
        return;
    }
    g_clear_pointer(&command->engine.select, g_hash_table_unref);
    g_clear_pointer(&command->engine.ignore, g_hash_table_unref);
    g_clear_pointer(&command->engine.settings, g_hash_table_unref);
    g_array_unref(command->reports);
    g_strfreev(command->inputs);
    cfn_path_filter_free(command->filter);
    g_free(command->files_from);
    g_free(command->output);
    g_free(command->output_dir);
    g_free(command->patch);
    g_free(command->journal);
    g_free(command->config);
    g_free(command->show_config);
    g_free(command->stdin_name);
    g_free(command->diff_base);
    g_free(command->baseline);
    g_free(command->seen);
    g_free(command);
}
