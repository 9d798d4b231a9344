/*
 * Being asked to stop.
 */
#include "cli/interrupt.h"

#include <glib.h>
#include <stdbool.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t noted;

/* A handler that is reset by its first signal (SA_RESETHAND). */
static void note(int number)
{
    noted = number;
}

static bool is_passed_over(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void cfn_interrupt_watch(sigset_t *waiting)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        struct sigaction action = { .sa_handler = note, .sa_flags = (int)SA_RESETHAND };
        if (!is_passed_over(signals[i])) {
            sigemptyset(&action.sa_mask);
            (void)sigaction(signals[i], &action, NULL);
            sigaddset(&blocked, signals[i]);
        }
    }
    (void)sigprocmask(SIG_BLOCK, &blocked, waiting);
}

void cfn_interrupt_unwatch(const sigset_t *waiting)
{
    (void)sigprocmask(SIG_SETMASK, waiting, NULL);
}

void cfn_interrupt_forget(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        if (!is_passed_over(signals[i])) {
            (void)signal(signals[i], SIG_DFL);
        }
    }
}

int cfn_interrupt_noted(void)
{
    return noted;
}
