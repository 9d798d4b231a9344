/*
 * cfnfix: repairs CloudFormation templates, losslessly.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/stream.h"
#include "text/memory.h"
#include "transforms/registry.h"

/* Where a standard stream is closed, the next file opened would take its number and get what is
   printed. */
static void hold_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
}

/* What is asked for about the program itself, as a new string; NULL if it is asked to work. */
static char *answer(const CfnCommand *command)
{
    if (command->help) {
        return cfn_arguments_help();
    }
    if (command->version) {
        return g_strdup("cfnfix " CFN_VERSION "\n");
    }
    if (command->list) {
        return cfn_explain_all(cfn_transforms);
    }
    return command->explain != NULL ? cfn_explain(command->explain) : NULL;
}

int main(int argc, char **argv)
{
    hold_standard_streams();
    cfn_memory_keep();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error like any other */
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnCommand) command = cfn_command_parse(argv, cfn_transforms, &error);
    if (command == NULL) {
        cfn_print_complaint(error->message);
        fputs("try 'cfnfix --help'\n", stderr);
        return CFN_EXIT_ERROR;
    }
    if (command->show_config != NULL) {
        return cfn_session_show_config(command);
    }
    g_autofree char *text = answer(command);
    if (text == NULL) {
        return command->stream ? cfn_stream_run(command) : cfn_session_run(command);
    }
    fputs(text, stdout);
    return cfn_finish_stdout() ? CFN_EXIT_DONE : CFN_EXIT_ERROR;
}
