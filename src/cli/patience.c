/*
 * An end for what may never get done.
 */
#include "cli/patience.h"

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/session.h"

enum { SECONDS = 20 };

static const char *volatile complaint;

/* Only calls that a signal handler may make. */
static void give_up(int signal_number)
{
    static const char before[] = "cfnfix: ";
    (void)!write(STDERR_FILENO, before, sizeof before - 1);
    (void)!write(STDERR_FILENO, complaint, strlen(complaint));
    _exit(CFN_EXIT_ERROR);
}

static void set_timer(time_t seconds)
{
    const struct itimerval timer = { .it_value.tv_sec = seconds };
    int status = setitimer(ITIMER_VIRTUAL, &timer, NULL);
    g_assert(status == 0);
}

void cfn_patience_begin(const char *message)
{
    complaint = message;
    struct sigaction action = { .sa_handler = give_up };
    int status = sigaction(SIGVTALRM, &action, NULL);
    g_assert(status == 0);
    set_timer(SECONDS);
}

void cfn_patience_end(void)
{
    set_timer(0);
}
