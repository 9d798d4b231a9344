/*
 * Where repaired templates go when they do not go in place.
 *
 * What would overwrite an input, or be overwritten by the next output, is refused before anything
 * is written.
 */
#include "cli/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/recognize.h"
#include "text/error.h"
#include "text/file.h"
#include "text/hash.h"

/*
 * The path below --output-dir: the one below the working directory; of what is outside the one
 * below the folder that was searched, or the name alone. So no `..` leads out. HERE is the working
 * directory, of which the system need not be asked for each input.
 */
static char *name_below(const CfnCommand *command, const CfnInput *input, const char *here)
{
    const char *path = strcmp(input->path, "-") == 0 ? command->stdin_name : input->path;
    g_autofree char *full = g_canonicalize_filename(path, here);
    const char *below = cfn_path_below(full, here);
    if (below != NULL) {
        return g_strdup(below);
    }
    return input->below > 0 ? g_strdup(input->path + input->below) : g_path_get_basename(full);
}

static char *plan_target(const CfnCommand *command, const CfnInput *input, const char *here)
{
    if (command->output != NULL) {
        return strcmp(command->output, "-") != 0 ? g_strdup(command->output) : NULL;
    }
    if (command->output_dir == NULL) {
        return NULL;
    }
    g_autofree char *name = name_below(command, input, here);
    return g_build_filename(command->output_dir, name, NULL);
}

/* Who reads and who writes which file. */
typedef struct {
    GHashTable *inputs;  /* set of CfnInput* */
    GHashTable *outputs; /* identity -> what is written there, for messages */
    GHashTable *folders; /* of outputs -> the same absolute and, if it is there, without links */
} CfnClaims;

/* Whether there is anything to claim: else nothing need be known of a million inputs. */
static bool writes_files(const CfnCommand *command)
{
    return command->output != NULL || command->output_dir != NULL || command->reports->len > 0 ||
           command->baseline != NULL || command->patch != NULL || command->journal != NULL;
}

static CfnClaims claims_new(const CfnCommand *command, const GPtrArray *inputs)
{
    CfnClaims claims = {
        .inputs = g_hash_table_new(cfn_input_hash, cfn_input_equal),
        .outputs = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL),
        .folders = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free),
    };
    for (guint i = 0; writes_files(command) && i < inputs->len; i++) {
        CfnInput *input = g_ptr_array_index(inputs, i);
        if (input->folder == NULL && input->identity == NULL) {
            input->identity = cfn_path_identity(input->path);
        }
        if (strcmp(input->path, "-") != 0) {
            g_hash_table_add(claims.inputs, input);
        }
    }
    return claims;
}

/* The input that is the file IDENTITY, or NULL. */
static CfnInput *find_input(const CfnClaims *claims, char *identity)
{
    const CfnInput like = { .identity = identity };
    return g_hash_table_lookup(claims->inputs, &like);
}

static void claims_release(CfnClaims *claims)
{
    g_hash_table_unref(claims->inputs);
    g_hash_table_unref(claims->outputs);
    g_hash_table_unref(claims->folders);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnClaims, claims_release)

/* What cannot be read may be a template; what is larger than one is none. */
static bool may_be_template(const CfnInput *input, size_t limit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = cfn_file_read(input->path, limit, NULL, &error);
    bool is_file_one = bytes != NULL ? cfn_may_be_template(bytes) : error->code != CFN_ERROR_SIZE;
    return is_file_one || (input->content != NULL && cfn_may_be_template(input->content));
}

/* As cfn_path_identity has it, but each folder is looked at once. */
static char *identify(CfnClaims *claims, const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return cfn_path_identity(path);
    }
    g_autofree char *folder = g_path_get_dirname(path);
    const char *real = g_hash_table_lookup(claims->folders, folder);
    if (real == NULL) {
        char *found = realpath(folder, NULL); /* g_free is free */
        found = found != NULL ? found : g_canonicalize_filename(folder, NULL);
        real = found;
        g_hash_table_insert(claims->folders, g_steal_pointer(&folder), found);
    }
    g_autofree char *name = g_path_get_basename(path);
    return g_build_filename(real, name, NULL);
}

/* Takes the file PATH for the output of SOURCE, if nobody has it. */
static bool claim(CfnClaims *claims, const char *path, const char *source, GError **error)
{
    g_autofree char *identity = identify(claims, path);
    if (find_input(claims, identity) != NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE,
                    "'%s' is an input itself: to repair a template in place, use -i", path);
        return false;
    }
    const char *other = g_hash_table_lookup(claims->outputs, identity);
    if (other != NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE,
                    "'%s' and '%s' would both be written to '%s'", other, source, path);
        return false;
    }
    g_hash_table_insert(claims->outputs, g_steal_pointer(&identity), (gpointer)source);
    return true;
}

/* The same for a file beside the templates. What an earlier run left there is taken out of INPUTS,
   unless it was named. */
static bool claim_beside(CfnClaims *claims, const CfnCommand *command, GPtrArray *inputs,
                         const char *path, const char *source, GError **error)
{
    g_autofree char *identity = cfn_path_identity(path);
    CfnInput *input = find_input(claims, identity);
    if (input != NULL && !input->is_named && !may_be_template(input, command->max_size)) {
        g_hash_table_remove(claims->inputs, input);
        g_ptr_array_remove(inputs, input);
    }
    return claim(claims, path, source, error);
}

static bool claim_all_beside(CfnClaims *claims, const CfnCommand *command, GPtrArray *inputs,
                             GError **error)
{
    for (guint i = 0; i < command->reports->len; i++) {
        const CfnReportWish *wish = &g_array_index(command->reports, CfnReportWish, i);
        if (!claim_beside(claims, command, inputs, wish->path, "a report", error)) {
            return false;
        }
    }
    return (command->journal == NULL ||
            claim_beside(claims, command, inputs, command->journal, "the journal", error)) &&
           (command->baseline == NULL ||
            claim_beside(claims, command, inputs, command->baseline, "the baseline", error)) &&
           (command->patch == NULL ||
            claim_beside(claims, command, inputs, command->patch, "the patch", error));
}

GPtrArray *cfn_targets_plan(const CfnCommand *command, GPtrArray *inputs, GError **error)
{
    g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func(g_free);
    g_auto(CfnClaims) claims = claims_new(command, inputs);
    g_autofree char *here = g_get_current_dir();
    if (!claim_all_beside(&claims, command, inputs, error)) {
        return NULL;
    }
    for (guint i = 0; i < inputs->len; i++) {
        const CfnInput *input = g_ptr_array_index(inputs, i);
        if (command->output != NULL && !input->is_named) {
            g_set_error_literal(error, CFN_ERROR, CFN_ERROR_USAGE,
                                "-o takes one template: use --output-dir for a folder");
            return NULL;
        }
        char *target = plan_target(command, input, here);
        g_ptr_array_add(targets, target);
        if (target != NULL && !claim(&claims, target, input->path, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&targets);
}

static bool fail(const char *path, GError **error)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_WRITE, "%s: cannot be written: %s", path,
                g_strerror(errno));
    return false;
}

/* /dev/null, a FIFO: what cannot be replaced is written to. */
static bool write_into(const char *path, GBytes *bytes, GError **error)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return fail(path, error);
    }
    FILE *file = fdopen(fd, "w");
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    bool is_written = fwrite(text, 1, length, file) == length;
    bool is_closed = fclose(file) == 0;
    return (is_written && is_closed) || fail(path, error);
}

bool cfn_target_is_printed(const char *path)
{
    struct stat status, stream;
    bool is_printed = false;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        is_printed =
            is_printed || (stat(path, &status) == 0 && fstat(fd, &stream) == 0 &&
                           status.st_dev == stream.st_dev && status.st_ino == stream.st_ino);
    }
    return is_printed;
}

bool cfn_target_write(const char *path, GBytes *bytes, GError **error)
{
    struct stat status;
    bool is_there = stat(path, &status) == 0;
    if (is_there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
        return write_into(path, bytes, error);
    }
    if (is_there) {
        return cfn_file_write(path, bytes, NULL, error);
    }
    /* A link that leads nowhere is no name for a new file. */
    if (lstat(path, &status) == 0) {
        errno = EEXIST;
        return fail(path, error);
    }
    return cfn_file_create(path, bytes, error);
}
