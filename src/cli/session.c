/*
 * All inputs of one command: worked on by many threads, told in their order.
 */
#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/batch.h"
#include "cli/inputs.h"
#include "cli/targets.h"
#include "cli/work.h"
#include "edit/diff.h"
#include "report/diff_view.h"
#include "report/escape.h"
#include "report/hide.h"

/* Fewer files are done before anybody wonders. */
enum { PROGRESS_FROM = 50 };

typedef struct {
    const CfnCommand *command;
    GPtrArray *inputs;  /* CfnInput* */
    GPtrArray *targets; /* char* or NULL, one for each input */
    CfnTotals totals;
    CfnManner manner; /* of the summary, on standard error */
    bool colors_diff; /* on standard output */
    bool shows_progress;
    GString *text;    /* reused for what is about to be printed */
    GString *patch;   /* all diffs so far, for --patch; NULL if there is none */
    bool hides_patch; /* it is printed and not kept */
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

static void print_error(const char *message)
{
    g_autoptr(GString) line = g_string_new(NULL);
    cfn_escape_line(line, message, strlen(message));
    fprintf(stderr, "%s\n", line->str);
}

void cfn_print_complaint(const char *message)
{
    fputs("cfnfix: ", stderr);
    print_error(message);
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

/* Prints what a reporter appended to the session's text, and empties it. */
static void print_text(CfnSession *session, FILE *stream)
{
    fwrite(session->text->str, 1, session->text->len, stream);
    g_string_truncate(session->text, 0);
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
    if (!session->colors_diff && !isatty(STDOUT_FILENO)) {
        fputs(result->diff, stdout);
        return;
    }
    cfn_diff_view(session->text, result->diff, session->colors_diff);
    print_text(session, stdout);
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
        session->command->format->result(&session->manner, result, &session->totals, session->text);
        print_text(session, stdout);
    }
}

static void summarize(CfnSession *session, const CfnResult *result)
{
    if (result->verdict == CFN_VERDICT_ERROR) {
        print_error(result->error->message);
    } else if (!session->command->quiet) {
        cfn_reporter_text.result(&session->manner, result, &session->totals, session->text);
        print_text(session, stderr);
    }
}

static void erase_progress(const CfnSession *session)
{
    if (session->shows_progress) {
        fputs("\r\x1b[K", stderr);
    }
}

static void show_progress(const CfnSession *session)
{
    if (session->shows_progress) {
        fprintf(stderr, "%u/%u files", session->totals.files, session->inputs->len);
    }
}

/* By the main thread alone: libgit2 leaves something behind in each that it is set up in. */
static void add_diff(const CfnCommand *command, CfnResult *result)
{
    bool is_wanted = command->standard_output == CFN_STDOUT_DIFF ||
                     command->standard_output == CFN_STDOUT_DOCUMENT || command->patch != NULL;
    if (is_wanted && result->verdict == CFN_VERDICT_CHANGED) {
        g_autofree char *path = cfn_diff_path(result->path);
        result->diff = cfn_diff(path, result->before, result->outcome->after);
    }
}

/* All diffs for --patch must apply, unless they are printed. */
static void keep_patch(CfnSession *session, const CfnResult *result)
{
    if (session->patch != NULL && result->verdict == CFN_VERDICT_CHANGED) {
        g_string_append(session->patch,
                        session->hides_patch ? result->diff : cfn_result_patch(result));
    }
}

static gpointer work(guint index, gpointer data)
{
    const CfnSession *session = data;
    return cfn_work(session->command, g_ptr_array_index(session->inputs, index),
                    g_ptr_array_index(session->targets, index));
}

static void take(gpointer taken, gpointer data)
{
    g_autoptr(CfnResult) result = taken;
    CfnSession *session = data;
    add_diff(session->command, result);
    cfn_hide_result(result);
    erase_progress(session);
    print_result(session, result);
    summarize(session, result);
    keep_patch(session, result);
    cfn_totals_add(&session->totals, result);
    show_progress(session);
}

static bool finds_folder_empty(const CfnSession *session)
{
    for (guint i = 0; i < session->inputs->len; i++) {
        const CfnInput *input = g_ptr_array_index(session->inputs, i);
        if (input->is_named) {
            return false;
        }
    }
    return session->totals.templates + session->totals.errors == 0;
}

static void conclude(CfnSession *session)
{
    const CfnCommand *command = session->command;
    erase_progress(session);
    if (command->standard_output == CFN_STDOUT_DOCUMENT) {
        command->format->end(&session->manner, &session->totals, session->text);
        print_text(session, stdout);
    }
    if (!command->quiet) {
        cfn_reporter_text.end(&session->manner, &session->totals, session->text);
        print_text(session, stderr);
        if (finds_folder_empty(session)) {
            cfn_print_complaint("no CloudFormation template found");
        }
    }
}

static bool write_patch(CfnSession *session)
{
    if (session->patch == NULL) {
        return true;
    }
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(g_steal_pointer(&session->patch));
    g_autoptr(GError) error = NULL;
    if (!cfn_target_write(session->command->patch, bytes, &error)) {
        print_error(error->message);
        return false;
    }
    return true;
}

static int decide_exit(const CfnSession *session, bool is_written)
{
    const CfnTotals *totals = &session->totals;
    if (totals->errors > 0 || !is_written) {
        return CFN_EXIT_ERROR;
    }
    if ((session->command->dry_run && totals->changed > 0) ||
        (session->command->strict && totals->needs_consent + totals->cannot_fix > 0)) {
        return CFN_EXIT_DUE;
    }
    return CFN_EXIT_DONE;
}

static int run(CfnSession *session)
{
    const CfnCommand *command = session->command;
    session->shows_progress =
        !command->quiet && session->inputs->len > PROGRESS_FROM && isatty(STDERR_FILENO);
    if (command->standard_output == CFN_STDOUT_DOCUMENT) {
        command->format->begin(session->text);
        print_text(session, stdout);
    }
    cfn_batch_run(session->inputs->len, command->jobs, work, take, session);
    conclude(session);
    bool is_patched = write_patch(session);
    bool is_printed = cfn_finish_stdout();
    return decide_exit(session, is_patched && is_printed);
}

int cfn_session_run(const CfnCommand *command)
{
    CfnSession session = {
        .command = command,
        .manner = { .color = has_color(command, STDERR_FILENO),
                    .dry_run = command->dry_run,
                    .keeps_data = command->engine.profile == CFN_PROFILE_PRODUCTION,
                    .shows_diff = command->standard_output == CFN_STDOUT_DIFF },
        .colors_diff = has_color(command, STDOUT_FILENO),
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) inputs = cfn_inputs_expand(command->inputs, command->output_dir);
    g_autoptr(GPtrArray) targets = cfn_targets_plan(command, inputs, &error);
    if (targets == NULL) {
        cfn_print_complaint(error->message);
        return CFN_EXIT_ERROR;
    }
    session.inputs = inputs;
    session.targets = targets;
    session.text = g_string_new(NULL);
    session.patch = command->patch != NULL ? g_string_new(NULL) : NULL;
    session.hides_patch = command->patch != NULL && cfn_target_is_printed(command->patch);
    cfn_totals_init(&session.totals);
    int status = run(&session);
    cfn_totals_release(&session.totals);
    g_string_free(session.text, TRUE);
    return status;
}
