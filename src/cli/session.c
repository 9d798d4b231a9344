/*
 * All inputs of one command: worked on by many processes, told in their order.
 */
#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/baseline.h"
#include "cli/batch.h"
#include "cli/changes.h"
#include "cli/config.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/journal.h"
#include "cli/progress.h"
#include "cli/same_account.h"
#include "cli/shard.h"
#include "cli/spool.h"
#include "cli/sweep.h"
#include "cli/targets.h"
#include "report/diff_view.h"
#include "report/escape.h"
#include "report/hide.h"
#include "report/statistics.h"

typedef struct {
    const CfnCommand *command;
    CfnConfigs *configs;
    CfnSeen *seen;           /* of --seen, else NULL */
    CfnChanges *changes;     /* of --diff-base or --staged, else NULL */
    GPtrArray *inputs;       /* CfnInput* */
    GPtrArray *left;         /* char*: folders that may have what a killed run has left */
    GPtrArray *targets;      /* char* or NULL, one for each input */
    CfnBaseline *baseline;   /* NULL if there is none */
    CfnSameAccount *account; /* of --same-account, else NULL */
    CfnJournal *journal;     /* NULL if there is none */
    CfnTotals totals;
    CfnReport *summary;    /* on standard error */
    CfnReport *document;   /* of --format, on standard output; NULL if it has something else */
    GPtrArray *reports;    /* CfnReport*, one for each of the command's */
    GPtrArray *spools;     /* CfnSpool*, one for each of these: what they have written so far */
    bool colors_diff;      /* on standard output */
    CfnProgress *progress; /* NULL if it is not shown */
    GString *patch;        /* all diffs that its spool has not, for --patch; NULL: there is none */
    CfnSpool *patch_spool; /* NULL if there is no patch */
    bool hides_patch;      /* it is printed and not kept */
    int interruption;      /* the signal that ended it before its end; 0: none */
} CfnSession;

static bool has_color(const CfnCommand *command, int fd)
{
    if (command->color != CFN_COLOR_AUTO) {
        return command->color == CFN_COLOR_ALWAYS;
    }
    const char *refusal = getenv("NO_COLOR"); /* https://no-color.org */
    const char *terminal = getenv("TERM");
    return isatty(fd) && (refusal == NULL || *refusal == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

void cfn_print_error(const char *message)
{
    g_autoptr(GString) line = g_string_new(NULL);
    cfn_escape_start(line, message);
    fprintf(stderr, "%s\n", line->str);
}

void cfn_print_complaint(const char *message)
{
    fputs("cfnfix: ", stderr);
    cfn_print_error(message);
}

bool cfn_finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return true;
    }
    g_autofree char *message =
        g_strdup_printf("standard output cannot be written: %s", g_strerror(errno));
    cfn_print_complaint(message);
    return false;
}

/* Prints what there is of a report so far. */
static void print_report(CfnSession *session, CfnReport *report, FILE *stream)
{
    if (report->out->len > 0) {
        cfn_progress_make_way(session->progress, stream);
    }
    fwrite(report->out->str, 1, report->out->len, stream);
    g_string_truncate(report->out, 0);
}

static void print_template(const CfnResult *result)
{
    if (result->verdict == CFN_VERDICT_ERROR) {
        return;
    }
    gsize length;
    GBytes *bytes =
        result->verdict == CFN_VERDICT_CHANGED ? result->outcome->after : result->before;
    const char *text = g_bytes_get_data(bytes, &length);
    fwrite(text, 1, length, stdout);
}

/* A terminal gets it cleaned; a file or pipe as it is, for it is to be applied. What is hidden is
   so in each: a pipe mostly leads to a log. */
static void print_diff(CfnSession *session, const CfnResult *result)
{
    if (result->verdict != CFN_VERDICT_CHANGED) {
        return;
    }
    cfn_progress_make_way(session->progress, stdout);
    if (!session->colors_diff && !isatty(STDOUT_FILENO)) {
        fputs(result->diff, stdout);
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    cfn_diff_view(text, result->diff, session->colors_diff);
    fwrite(text->str, 1, text->len, stdout);
    fflush(stdout); /* before the summary that belongs to it */
}

static void print_result(CfnSession *session, const CfnResult *result)
{
    switch (session->command->standard_output) {
    case CFN_STDOUT_NOTHING:
        return;
    case CFN_STDOUT_TEMPLATE:
        print_template(result);
        return;
    case CFN_STDOUT_DIFF:
        print_diff(session, result);
        return;
    case CFN_STDOUT_DOCUMENT:
        cfn_report_add(session->document, result, &session->totals);
        print_report(session, session->document, stdout);
    }
}

static void tell_error(CfnSession *session, const GError *error)
{
    cfn_progress_make_way(session->progress, stderr);
    cfn_print_error(error->message);
}

static void summarize(CfnSession *session, const CfnResult *result)
{
    if (result->verdict == CFN_VERDICT_ERROR) {
        if (result->error->code != CFN_ERROR_CONFIG) { /* told once, by configure() */
            tell_error(session, result->error);
        }
    } else if (!session->command->quiet) {
        cfn_report_add(session->summary, result, &session->totals);
        print_report(session, session->summary, stderr);
    }
}

static void add_touched(CfnSession *session, CfnResult *result)
{
    g_autoptr(GError) error = NULL;
    result->touched = cfn_changes_touched(session->changes, result, &error);
    if (error != NULL) {
        tell_error(session, error);
    }
}

/* All diffs for --patch must apply, unless they are printed. */
static void keep_patch(CfnSession *session, const CfnResult *result)
{
    if (session->patch != NULL && result->verdict == CFN_VERDICT_CHANGED) {
        g_string_append(session->patch,
                        session->hides_patch ? result->diff : cfn_result_patch(result));
        cfn_spool_take(session->patch_spool, session->patch);
    }
}

static void add_to_reports(CfnSession *session, const CfnResult *result)
{
    for (guint i = 0; i < session->reports->len; i++) {
        CfnReport *report = session->reports->pdata[i];
        cfn_report_add(report, result, &session->totals);
        cfn_spool_take(session->spools->pdata[i], report->out);
    }
}

/* By what the input at INDEX was worked on. */
static const CfnOptions *options_of(const CfnSession *session, guint index)
{
    const CfnInput *input = g_ptr_array_index(session->inputs, index);
    return input->options != NULL ? input->options : &session->command->engine;
}

/* Of what is done and, if it is to be, written. */
static void record(CfnSession *session, guint index, const CfnResult *result)
{
    const CfnInput *input = g_ptr_array_index(session->inputs, index);
    if (session->journal != NULL) {
        cfn_journal_take(session->journal, input->journal, result);
    }
}

static void take(guint index, CfnResult *taken, gpointer data)
{
    g_autoptr(CfnResult) result = taken;
    CfnSession *session = data;
    record(session, index, result);
    if (session->baseline != NULL) {
        cfn_baseline_take(session->baseline, result, options_of(session, index));
    }
    cfn_hide_result(result);
    add_touched(session, result);
    print_result(session, result);
    summarize(session, result);
    keep_patch(session, result);
    add_to_reports(session, result);
    CfnTotals *totals = &session->totals;
    cfn_totals_add(totals, result);
    cfn_progress_draw(session->progress, totals->files,
                      totals->fixed + totals->needs_consent + totals->cannot_fix);
}

static void run_all(CfnSession *session)
{
    CfnBatch batch = {
        .command = session->command,
        .inputs = session->inputs,
        .targets = session->targets,
        .changes = session->changes,
        .take = take,
        .data = session,
    };
    guint done = cfn_batch_run(&batch);
    session->interruption = done < session->inputs->len ? cfn_interrupt_noted() : 0;
}

/* ---- The end ---- */

/* Where git was asked, where there are other parts, or where it was stopped, nothing to look at is
   no surprise. */
static bool finds_folder_empty(const CfnSession *session)
{
    if (session->changes != NULL || session->command->shards > 1 || session->interruption != 0) {
        return false;
    }
    for (guint i = 0; i < session->inputs->len; i++) {
        const CfnInput *input = g_ptr_array_index(session->inputs, i);
        if (input->is_named) {
            return false;
        }
    }
    return session->totals.templates + session->totals.errors == 0;
}

static void tell_interruption(const CfnSession *session)
{
    if (session->interruption != 0) {
        g_autofree char *message = g_strdup_printf("stopped (%s): %u of %u files were looked at",
                                                   g_strsignal(session->interruption),
                                                   session->totals.files, session->inputs->len);
        cfn_print_complaint(message);
    }
}

static void tell_account(const CfnSession *session)
{
    if (session->account != NULL) {
        g_autoptr(GPtrArray) notes = cfn_same_account_notes(session->account);
        for (guint i = 0; i < notes->len; i++) {
            cfn_print_complaint(notes->pdata[i]);
        }
    }
}

static void conclude(CfnSession *session)
{
    const CfnCommand *command = session->command;
    cfn_progress_make_way(session->progress, stderr);
    if (session->document != NULL) {
        cfn_report_end(session->document, &session->totals);
        print_report(session, session->document, stdout);
    }
    cfn_report_end(session->summary, &session->totals);
    if (!command->quiet) {
        if (command->baseline_use <= CFN_BASELINE_APPLY) { /* else nothing was to be repaired */
            print_report(session, session->summary, stderr);
            tell_account(session);
        }
        if (finds_folder_empty(session)) {
            cfn_print_complaint("no CloudFormation template found");
        }
    }
    tell_interruption(session);
}

/* What SPOOL has, and TEXT, which is taken over. */
static bool write_text(const char *path, CfnSpool *spool, GString *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = cfn_spool_end(spool, text, &error);
    if (bytes == NULL || !cfn_target_write(path, bytes, &error)) {
        cfn_print_error(error->message);
        return false;
    }
    return true;
}

/* The patch and the reports, as far as they can be written. */
static bool write_files(CfnSession *session)
{
    const CfnCommand *command = session->command;
    bool is_written = session->patch == NULL || write_text(command->patch, session->patch_spool,
                                                           g_steal_pointer(&session->patch));
    for (guint i = 0; i < session->reports->len; i++) {
        CfnReport *report = session->reports->pdata[i];
        const CfnReportWish *wish = &g_array_index(command->reports, CfnReportWish, i);
        cfn_report_end(report, &session->totals);
        GString *text = report->out;
        report->out = g_string_new(NULL);
        is_written = write_text(wish->path, session->spools->pdata[i], text) && is_written;
    }
    return is_written;
}

static bool finish_baseline(const CfnSession *session)
{
    /* Half of the files would be a wrong baseline. */
    if (session->baseline == NULL || session->interruption != 0) {
        return true;
    }
    g_autofree char *note = NULL;
    g_autoptr(GError) error = NULL;
    if (!cfn_baseline_finish(session->baseline, &note, &error)) {
        cfn_print_error(error->message);
        return false;
    }
    if (note != NULL && !session->command->quiet) {
        cfn_print_complaint(note);
    }
    return true;
}

static bool finish_journal(const CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    if (session->journal != NULL && !cfn_journal_finish(session->journal, &error)) {
        cfn_print_error(error->message);
    }
    return error == NULL;
}

static int decide_exit(const CfnSession *session, bool is_written)
{
    const CfnTotals *totals = &session->totals;
    if (session->interruption != 0) {
        return CFN_EXIT_SIGNAL + session->interruption;
    }
    if (totals->errors > 0 || !is_written) {
        return CFN_EXIT_ERROR;
    }
    if ((session->command->dry_run && totals->changed > 0) ||
        (session->command->strict && totals->needs_consent + totals->cannot_fix > 0)) {
        return CFN_EXIT_DUE;
    }
    return CFN_EXIT_DONE;
}

/* What their configurations say of INPUTS, and what there is to tell about it. */
static void configure(CfnConfigs *configs, GPtrArray *inputs)
{
    g_autoptr(GPtrArray) told = cfn_configs_apply_all(configs, inputs);
    for (guint i = 0; i < told->len; i++) {
        cfn_print_error(g_ptr_array_index(told, i));
    }
}

/* A document has no end of line behind each file, so on a terminal there is no line free. */
static void begin_progress(CfnSession *session)
{
    const CfnCommand *command = session->command;
    bool is_in_the_way = command->standard_output == CFN_STDOUT_DOCUMENT && isatty(STDOUT_FILENO);
    if (!command->quiet && !is_in_the_way && session->inputs->len > 1 && cfn_progress_is_wanted()) {
        session->progress = cfn_progress_new(session->inputs->len, g_get_monotonic_time());
    }
}

static int run(CfnSession *session)
{
    begin_progress(session);
    if (session->document != NULL) {
        print_report(session, session->document, stdout);
    }
    run_all(session);
    conclude(session);
    bool is_written = write_files(session);
    is_written = finish_baseline(session) && is_written;
    is_written = finish_journal(session) && is_written;
    bool is_printed = cfn_finish_stdout();
    return decide_exit(session, is_written && is_printed);
}

static void begin_reports(CfnSession *session)
{
    const CfnCommand *command = session->command;
    CfnManner manner = { .dry_run = command->dry_run,
                         .is_staged = command->staged,
                         .transforms = command->engine.transforms,
                         .seen = session->seen };
    session->reports = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_report_free);
    session->spools = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_spool_free);
    for (guint i = 0; i < command->reports->len; i++) {
        const CfnReportWish *wish = &g_array_index(command->reports, CfnReportWish, i);
        g_ptr_array_add(session->reports, cfn_report_new(wish->reporter, &manner));
        g_ptr_array_add(session->spools, cfn_spool_new(wish->path));
    }
    if (command->standard_output == CFN_STDOUT_DOCUMENT) {
        session->document = cfn_report_new(command->format, &manner);
    }
    manner.color = has_color(command, STDERR_FILENO);
    manner.shows_diff = command->standard_output == CFN_STDOUT_DIFF;
    manner.sums_only = command->statistics;
    session->summary = cfn_report_new(&cfn_reporter_text, &manner);
}

static void end_reports(CfnSession *session)
{
    g_ptr_array_unref(session->reports);
    g_ptr_array_unref(session->spools);
    cfn_report_free(session->document);
    cfn_report_free(session->summary);
}

/* ---- Before the first template is read: each step tells what is wrong itself ---- */

static bool read_configs(CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    session->configs = cfn_configs_new(session->command, &error);
    if (session->configs == NULL) {
        cfn_print_error(error->message);
    }
    return session->configs != NULL;
}

static bool read_seen(CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    if (session->command->seen != NULL) {
        session->seen = cfn_seen_read(session->command->seen, &error);
    }
    if (error != NULL) {
        cfn_print_error(error->message);
    }
    return error == NULL;
}

/* Of git, if it has to be asked, else of the folders. */
static bool find_inputs(CfnSession *session)
{
    const CfnCommand *command = session->command;
    g_autoptr(GError) error = NULL;
    if (command->diff_base == NULL && !command->staged) {
        session->inputs = cfn_inputs_find(command, session->left, &error);
    } else {
        session->inputs = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_input_free);
        session->changes = cfn_changes_new(command, session->inputs, &error);
    }
    if (error != NULL) {
        cfn_print_complaint(error->message);
        return false;
    }
    cfn_shard_keep(command, session->inputs);
    configure(session->configs, session->inputs);
    return true;
}

static bool plan_targets(CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    session->targets = cfn_targets_plan(session->command, session->inputs, &error);
    if (session->targets == NULL) {
        cfn_print_complaint(error->message);
    }
    return session->targets != NULL;
}

static bool read_baseline(CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    if (session->command->baseline != NULL) {
        session->baseline = cfn_baseline_new(session->command, session->inputs, &error);
    }
    if (error != NULL) {
        cfn_print_error(error->message);
    }
    return error == NULL;
}

/* Asks what the baseline accepts, so that is to be read before. */
static bool read_account(CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    if (session->command->same_account) {
        session->account = cfn_same_account_new(session->command, session->inputs, &error);
    }
    if (error != NULL) {
        cfn_print_complaint(error->message);
    }
    return error == NULL;
}

static bool open_journal(CfnSession *session)
{
    g_autoptr(GError) error = NULL;
    if (session->command->journal != NULL) {
        session->journal = cfn_journal_new(session->command, session->inputs, &error);
    }
    if (error != NULL) {
        cfn_print_error(error->message);
    }
    return error == NULL;
}

static void release(CfnSession *session)
{
    g_clear_pointer(&session->patch_spool, cfn_spool_free);
    g_clear_pointer(&session->journal, cfn_journal_free);
    g_clear_pointer(&session->targets, g_ptr_array_unref);
    g_clear_pointer(&session->progress, cfn_progress_free);
    g_clear_pointer(&session->account, cfn_same_account_free);
    g_clear_pointer(&session->baseline, cfn_baseline_free);
    g_clear_pointer(&session->inputs, g_ptr_array_unref);
    g_clear_pointer(&session->left, g_ptr_array_unref);
    g_clear_pointer(&session->changes, cfn_changes_free);
    g_clear_pointer(&session->seen, cfn_seen_free);
    g_clear_pointer(&session->configs, cfn_configs_free);
    cfn_totals_release(&session->totals);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnSession, release)

int cfn_session_run(const CfnCommand *command)
{
    g_auto(CfnSession)
        session = { .command = command, .left = g_ptr_array_new_with_free_func(g_free) };
    cfn_totals_init(&session.totals);
    session.totals.statistics = command->statistics ? cfn_statistics_new() : NULL;
    if (!read_configs(&session) || !read_seen(&session) || !find_inputs(&session) ||
        !plan_targets(&session) || !read_baseline(&session) || !read_account(&session) ||
        !open_journal(&session)) {
        return CFN_EXIT_ERROR;
    }
    cfn_sweep(command, session.inputs, session.targets, session.left);
    session.colors_diff = has_color(command, STDOUT_FILENO);
    if (command->patch != NULL) {
        session.patch = g_string_new(NULL);
        session.patch_spool = cfn_spool_new(command->patch);
        session.hides_patch = cfn_target_is_printed(command->patch);
    }
    begin_reports(&session);
    int status = run(&session);
    end_reports(&session);
    return status;
}

int cfn_session_show_config(const CfnCommand *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnConfigs) configs = cfn_configs_new(command, &error);
    g_autofree char *text =
        configs != NULL ? cfn_configs_show(configs, command->show_config, &error) : NULL;
    if (text == NULL) {
        cfn_print_error(error->message);
        return CFN_EXIT_ERROR;
    }
    fputs(text, stdout);
    return cfn_finish_stdout() ? CFN_EXIT_DONE : CFN_EXIT_ERROR;
}
