/*
 * The arguments of the command line as GOption leaves them.
 *
 * GOption copies the entries, but writes through their pointers into the arguments, so the tables
 * are made for each reading.
 */
#include "cli/arguments.h"

#include <string.h>

#include "text/error.h"

void cfn_arguments_clear(CfnArguments *raw)
{
    char *const texts[] = { raw->output,         raw->output_dir,      raw->patch,
                            raw->stdin_filename, raw->profile,         raw->format,
                            raw->color,          raw->max_size,        raw->jobs,
                            raw->timeout,        raw->max_memory,      raw->explain,
                            raw->config,         raw->show_config,     raw->diff_base,
                            raw->baseline,       raw->create_baseline, raw->prune_baseline,
                            raw->seen,           raw->files_from,      raw->shard,
                            raw->journal };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(texts[i]);
    }
    g_strfreev(raw->select);
    g_strfreev(raw->ignore);
    g_strfreev(raw->set);
    g_strfreev(raw->report);
    g_strfreev(raw->include);
    g_strfreev(raw->exclude);
    g_strfreev(raw->inputs);
}

static const char description[] =
    "Examples:\n"
    "  cfnfix template.yaml               show what would change, as a diff\n"
    "  cfnfix -i template.yaml            repair it in place\n"
    "  cfnfix -i templates/               repair every template in a folder\n"
    "  cfnfix -o fixed.yaml template.yaml leave the template, write the repaired one\n"
    "  cfnfix --check --strict cdk.out    fail in CI while anything remains\n"
    "  cfnfix --patch fixes.patch .       collect all diffs for 'git apply'\n"
    "  cfnfix --diff-base origin/main     show it for what a pull request changed\n"
    "  cfnfix --staged --check            look at what is about to be committed\n"
    "  git ls-files -z | cfnfix -i --files-from - -0   repair what a list names\n"
    "  cfnfix - <in.json >out.json        as a filter\n"
    "  cfnfix --select force-destroy --set force-destroy.emptier=false template.yaml\n"
    "  cfnfix --explain force-destroy     what a repair does, and why\n"
    "\n"
    "Exit codes:\n"
    "  0  nothing is left that would be done by default\n"
    "  1  changes are due (nothing was written), or with --strict anything remains\n"
    "  2  error: a wrong option, or a file that could not be read, repaired or written\n"
    "  128 + the number of the signal that stopped it; the files in hand were finished\n"
    "\n"
    "What standard output carries: the template with '-' or '-o -', else the document of\n"
    "--format, else the diff. The summary is on standard error. Passwords that are found in a\n"
    "template are shown as ********; only the file of --patch has them, for it must apply.";

#define TEXT(letter, name, field, help, what)                                                      \
    {                                                                                              \
        name, letter, 0, G_OPTION_ARG_FILENAME, &raw->field, help, what                            \
    }
#define LIST(name, field, help, what)                                                              \
    {                                                                                              \
        name, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->field, help, what                           \
    }
#define FLAG(letter, name, field, help)                                                            \
    {                                                                                              \
        name, letter, 0, G_OPTION_ARG_NONE, &raw->field, help, NULL                                \
    }

/* What is read and written. */
static void add_files(GOptionContext *context, CfnArguments *raw)
{
    const GOptionEntry entries[] = {
        FLAG('i', "in-place", in_place, "Repair the templates in place, and print the diff"),
        TEXT('o', "output", output, "Write the repaired template to FILE ('-': standard output)",
             "FILE"),
        TEXT(0, "output-dir", output_dir, "Write all templates into DIR, repaired or as they are",
             "DIR"),
        TEXT(0, "patch", patch, "Collect all diffs in FILE, for 'git apply'", "FILE"),
        TEXT(0, "journal", journal, "Record in FILE what is done, and do nothing that it has",
             "FILE"),
        FLAG(0, "check", check, "Write nothing, print only the summary"),
        TEXT(0, "stdin-filename", stdin_filename, "Call standard input NAME in messages and diffs",
             "NAME"),
        FLAG(0, "skip-non-templates", skip_non_templates,
             "Pass over named files that are no templates"),
        FLAG(0, "thorough", thorough, "Parse also found files in which no repair can apply"),
        TEXT(0, "diff-base", diff_base,
             "Read only what changed since REV and HEAD parted, as in a pull request", "REV"),
        FLAG(0, "staged", staged, "Read what is staged: the index, not the work tree"),
        FLAG(0, "stream", stream, "Repair JSON lines of standard input, one answer for each"),
        { 0 },
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

/* Which files are looked at. */
static void add_search(GOptionContext *context, CfnArguments *raw)
{
    const GOptionEntry entries[] = {
        FLAG('r', "recursive", recursive, "Search folders, which is done anyway"),
        LIST("include", include, "Of what is found in folders, take only what matches GLOB",
             "GLOB"),
        LIST("exclude", exclude, "Of what is found in folders, leave out what matches GLOB",
             "GLOB"),
        FLAG(0, "no-gitignore", no_gitignore, "Also search folders for what git ignores"),
        TEXT(0, "files-from", files_from, "Also look at the files that FILE names, one a line",
             "FILE"),
        FLAG('0', "null", null_separated, "The names in it end in NUL bytes, not in newlines"),
        TEXT(0, "shard", shard, "Look at one part of N, the K-th from 0 on, and not the others",
             "K/N"),
        { 0 },
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

/* What is done, and by which rules. */
static void add_repairs(GOptionContext *context, CfnArguments *raw)
{
    const GOptionEntry entries[] = {
        LIST("select", select, "Run only these repairs (separated by commas)", "IDS"),
        LIST("ignore", ignore, "Do not run these repairs", "IDS"),
        LIST("set", set, "Set an option of a repair, as in repair.key=true", "SETTING"),
        FLAG(0, "same-account", same_account,
             "All templates are for one account and region: one recorder stays in all"),
        FLAG(0, "add-ignores", add_ignores, "Have templates ignore what is found, repair nothing"),
        FLAG(0, "no-ignores", no_ignores, "Take no notice of what templates say to ignore"),
        FLAG(0, "unsafe-fixes", unsafe_fixes, "Also do what needs consent"),
        TEXT(0, "profile", profile, "standard, production (no data becomes deletable) or ephemeral",
             "PROFILE"),
        TEXT(0, "config", config, "Go by this file, not by the nearest .cfnfix.yaml", "FILE"),
        FLAG(0, "no-config", no_config, "Go by no .cfnfix.yaml"),
        TEXT(0, "baseline", baseline, "Leave alone, and do not tell, what FILE has accepted",
             "FILE"),
        TEXT(0, "create-baseline", create_baseline,
             "Repair nothing: accept in FILE all that is found", "FILE"),
        TEXT(0, "prune-baseline", prune_baseline,
             "Repair nothing: remove from FILE what is no longer found", "FILE"),
        { 0 },
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

/* What is told, and how. */
static void add_reports(GOptionContext *context, CfnArguments *raw)
{
    const GOptionEntry entries[] = {
        TEXT(0, "format", format, "Report as text (for people) or as a document of FORMAT",
             "FORMAT"),
        LIST("report", report, "Also write a report of FORMAT to FILE", "FORMAT:FILE"),
        TEXT(0, "seen", seen, "Have github-review repeat nothing of earlier comments in FILE",
             "FILE"),
        FLAG(0, "statistics", statistics, "Sum up by repair and by folder, not file by file"),
        FLAG('q', "quiet", quiet, "Print nothing but errors"),
        TEXT(0, "color", color, "Color: auto, always or never", "WHEN"),
        FLAG(0, "strict", strict, "Exit with 1 while anything remains"),
        TEXT(0, "max-size", max_size, "Refuse files larger than this (default: 16777216)", "BYTES"),
        TEXT('j', "jobs", jobs, "Work on so many files at once (default: one per processor)", "N"),
        TEXT(0, "timeout", timeout,
             "Give up a file after so long (default: 60; one of several files)", "SECONDS"),
        TEXT(0, "max-memory", max_memory,
             "Give up a file that needs more (default: 4096; one of several files)", "MIB"),
        FLAG(0, "list", list, "List the repairs"),
        TEXT(0, "explain", explain, "Tell what a repair does, and why", "ID"),
        TEXT(0, "show-config", show_config, "Tell what applies to a template, and where it is said",
             "FILE"),
        FLAG(0, "version", version, "Print the version"),
        FLAG('h', "help", help, "Print this help"),
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->inputs, NULL, NULL },
        { 0 },
    };
    g_option_context_add_main_entries(context, entries, NULL);
}

static GOptionContext *make_context(CfnArguments *raw)
{
    GOptionContext *context =
        g_option_context_new("FILE... - repair AWS CloudFormation templates, losslessly");
    g_option_context_set_summary(
        context, "FILE is a template, a folder to search for .yaml, .yml, .json and .template "
                 "files,\nor '-' for standard input. Without -i, -o or --output-dir nothing is "
                 "written.");
    g_option_context_set_description(context, description);
    g_option_context_set_help_enabled(context, FALSE);
    add_files(context, raw);
    add_search(context, raw);
    add_repairs(context, raw);
    add_reports(context, raw);
    return context;
}
char *cfn_arguments_help(void)
{
    g_auto(CfnArguments) raw = { 0 };
    g_autoptr(GOptionContext) context = make_context(&raw);
    g_set_prgname("cfnfix");
    return g_option_context_get_help(context, FALSE, NULL);
}

/* GOption does not know an argument right behind its letter, and everyone types -j4. */
static void detach_jobs(GStrv arguments)
{
    for (char **argument = arguments; *argument != NULL && strcmp(*argument, "--") != 0;
         argument++) {
        if (g_str_has_prefix(*argument, "-j") && g_ascii_isdigit((*argument)[2])) {
            char *detached = g_strconcat("--jobs=", *argument + 2, NULL);
            g_free(*argument);
            *argument = detached;
        }
    }
}

bool cfn_arguments_read(char **argv, CfnArguments *raw, GError **error)
{
    g_autoptr(GOptionContext) context = make_context(raw);
    g_auto(GStrv) arguments = g_strdupv(argv);
    detach_jobs(arguments);
    g_autoptr(GError) reason = NULL;
    if (!g_option_context_parse_strv(context, &arguments, &reason)) {
        g_set_error_literal(error, CFN_ERROR, CFN_ERROR_USAGE, reason->message);
        return false;
    }
    return true;
}
