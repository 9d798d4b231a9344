/*
 * One file from reading to writing.
 */
#include "cli/work.h"

#include <string.h>

#include "cli/journal.h"
#include "cli/recognize.h"
#include "cli/targets.h"
#include "engine/quick_look.h"
#include "text/file.h"

/* A file that somebody changes meanwhile, as another run does, is done anew so many times at most:
   one that is written to all the time is an error. */
enum { ATTEMPTS = 5 };

static CfnResult *fail(CfnResult *result, GError *error)
{
    result->verdict = CFN_VERDICT_ERROR;
    result->error = error;
    return result;
}

static GBytes *read_input(const CfnCommand *command, const CfnInput *input, CfnFileState *state,
                          GError **error)
{
    if (input->error != NULL) {
        *error = g_error_copy(input->error);
        return NULL;
    }
    if (input->content != NULL) {
        return g_bytes_ref(input->content);
    }
    return strcmp(input->path, "-") == 0
               ? cfn_file_read_stdin(command->max_size, error)
               : cfn_file_read(input->path, command->max_size, state, error);
}

/* Whether a look at the bytes is enough: of what was found and not named, and only if nothing can
   be told of it but that it is a template. */
static bool needs_no_run(const CfnCommand *command, const CfnInput *input, const CfnSource *source,
                         const CfnOptions *options)
{
    return !input->is_named && !command->thorough &&
           !cfn_quick_look(source->text, source->length, options) &&
           cfn_is_surely_template(source->text, source->length);
}

/* Fills in the outcome and the verdict; false with ERROR if there is none. */
static bool run(const CfnCommand *command, const CfnInput *input, CfnResult *result,
                bool is_lenient, GError **error)
{
    CfnSource *source = cfn_source_new(result->path, result->before, command->max_size, error);
    if (source == NULL) {
        return false;
    }
    CfnOptions options = *input->options;
    options.acceptance = input->acceptance;
    options.kept = input->kept;
    if (needs_no_run(command, input, source, &options)) {
        result->outcome = cfn_outcome_without_run(source);
        result->verdict = CFN_VERDICT_UNCHANGED;
        return true;
    }
    CfnOutcome *outcome = result->outcome = cfn_run(source, &options);
    if (outcome->error != NULL) {
        *error = g_error_copy(outcome->error);
        return false;
    }
    if (!outcome->is_template && !is_lenient) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_TEMPLATE, "%s: not a CloudFormation template",
                    result->path);
        return false;
    }
    result->verdict = !outcome->is_template    ? CFN_VERDICT_NOT_TEMPLATE
                      : outcome->after != NULL ? CFN_VERDICT_CHANGED
                                               : CFN_VERDICT_UNCHANGED;
    return true;
}

static bool has_escapes(GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    return cfn_has_escapes(text, length);
}

/* The same for any file. One that does not look like a template may be one behind escapes, but
   nobody wants to know why it cannot be read. */
static bool repair(const CfnCommand *command, const CfnInput *input, CfnResult *result,
                   bool is_lenient, GError **error)
{
    const bool looks_so = !is_lenient || cfn_looks_like_template(result->before);
    if (!input->is_excluded && (looks_so || has_escapes(result->before)) &&
        run(command, input, result, is_lenient, error)) {
        return true;
    }
    if (!input->is_excluded && looks_so) {
        return false;
    }
    g_clear_error(error);
    result->verdict = CFN_VERDICT_NOT_TEMPLATE;
    return true;
}

static bool write_target(const CfnCommand *command, const CfnResult *result, const char *target,
                         GError **error)
{
    /* What is no template is not copied into a folder; a single output is always there. */
    if (result->verdict == CFN_VERDICT_NOT_TEMPLATE && command->output_dir != NULL) {
        return true;
    }
    if (command->output_dir != NULL) {
        g_autofree char *folder = g_path_get_dirname(target);
        if (!cfn_folder_make(folder, error)) {
            return false;
        }
    }
    GBytes *bytes =
        result->verdict == CFN_VERDICT_CHANGED ? result->outcome->after : result->before;
    return cfn_target_write(target, bytes, error);
}

static bool write_result(const CfnCommand *command, const CfnInput *input, const CfnResult *result,
                         const char *target, const CfnFileState *state, GError **error)
{
    if (target != NULL) {
        return write_target(command, result, target, error);
    }
    bool is_in_place = command->in_place && command->output == NULL;
    return !is_in_place || result->verdict != CFN_VERDICT_CHANGED ||
           cfn_file_write(input->path, result->outcome->after, state, error);
}

static CfnResult *attempt(const CfnCommand *command, const CfnInput *input, const char *target)
{
    CfnResult *result = g_new0(CfnResult, 1);
    bool is_lenient = !input->is_named || command->skip_non_templates;
    GError *error = NULL;
    CfnFileState state;
    result->path = g_strdup(strcmp(input->path, "-") == 0 ? command->stdin_name : input->path);
    result->before = read_input(command, input, &state, &error);
    /* CloudFormation takes far less than the limit, so what is over it and was not asked for is
       something else. */
    if (is_lenient && g_error_matches(error, CFN_ERROR, CFN_ERROR_SIZE)) {
        g_clear_error(&error);
        result->verdict = CFN_VERDICT_NOT_TEMPLATE;
        return result;
    }
    if (result->before != NULL && input->journal != NULL &&
        cfn_journal_recall(input->journal, target, result)) {
        return result;
    }
    if (result->before == NULL || !repair(command, input, result, is_lenient, &error)) {
        return fail(result, error);
    }
    if (!write_result(command, input, result, target, &state, &error)) {
        return fail(result, error);
    }
    if (input->journal != NULL) {
        cfn_journal_mark(input->journal, result);
    }
    return result;
}

CfnResult *cfn_work(const CfnCommand *command, const CfnInput *input, const char *target)
{
    CfnResult *result = attempt(command, input, target);
    for (int i = 1; i < ATTEMPTS && g_error_matches(result->error, CFN_ERROR, CFN_ERROR_CHANGED);
         i++) {
        cfn_result_free(result);
        result = attempt(command, input, target);
    }
    return result;
}
