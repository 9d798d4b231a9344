/*
 * Each telling is a sample of the pace. It is smoothed with a time constant, not by a number of
 * samples, since these come as fast as files do. A file that takes long is told when it is done.
 */
#define _DEFAULT_SOURCE 1 /* TIOCGWINSZ */
#include "cli/progress.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FIRST_AFTER (G_USEC_PER_SEC / 5)
#define NEXT_AFTER (G_USEC_PER_SEC / 10)
#define SMOOTHED_OVER (3.0 * G_USEC_PER_SEC)
/* Before this, and with fewer files, nobody can tell how long the rest will take. */
#define SETTLED_AFTER G_GINT64_CONSTANT(2000000)
#define SETTLED_FILES 10

#define WIDTH_LIMIT 120

struct CfnProgress {
    guint all;
    gint64 started, sampled, next; /* when to tell something again */
    guint sampled_done;
    double pace; /* files in a microsecond */
    GString *line;
    bool is_drawn, watches_signals;
};

/* How much of the terminal's line is to be blanked when a signal ends the program. */
static volatile sig_atomic_t drawn_width;

CfnProgress *cfn_progress_new(guint all, gint64 now)
{
    CfnProgress *progress = g_new0(CfnProgress, 1);
    progress->all = all;
    progress->started = progress->sampled = now;
    progress->next = now + FIRST_AFTER;
    progress->line = g_string_new(NULL);
    return progress;
}

void cfn_progress_free(CfnProgress *progress)
{
    if (progress != NULL) {
        g_string_free(progress->line, TRUE);
        g_free(progress);
    }
}

/* ---- What is told ---- */

static void sample(CfnProgress *progress, guint done, gint64 now)
{
    double passed = (double)MAX(now - progress->sampled, 1);
    double pace = (double)(done - progress->sampled_done) / passed;
    bool is_first = progress->sampled == progress->started;
    double weight = is_first ? 1 : passed / (SMOOTHED_OVER + passed);
    progress->pace += weight * (pace - progress->pace);
    progress->sampled = now;
    progress->sampled_done = done;
}

/* Appends a part if it, and the comma before it, fits in COLUMNS; returns whether it does. */
static bool append_part(GString *line, guint columns, const char *part)
{
    const char *comma = line->len > 0 ? ", " : "";
    if (line->len + strlen(comma) + strlen(part) > columns) {
        return false;
    }
    g_string_append(line, comma);
    g_string_append(line, part);
    return true;
}

static char *format_pace(double pace)
{
    double rate = pace * G_USEC_PER_SEC;
    return g_strdup_printf(rate < 10 ? "%.1f files/s" : "%.0f files/s", rate);
}

static char *format_left(double microseconds)
{
    guint64 seconds = (guint64)(MIN(microseconds, 1e15) / G_USEC_PER_SEC) + 1;
    if (seconds < 60) {
        return g_strdup_printf("%" G_GUINT64_FORMAT " s left", seconds);
    }
    if (seconds < 3600) {
        return g_strdup_printf("%" G_GUINT64_FORMAT " min %02" G_GUINT64_FORMAT " s left",
                               seconds / 60, seconds % 60);
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT " h %02" G_GUINT64_FORMAT " min left",
                           seconds / 3600, seconds / 60 % 60);
}

/* As a new string, or NULL while nobody can tell. */
static char *time_left(const CfnProgress *progress, guint done, gint64 now)
{
    bool is_settled = now - progress->started >= SETTLED_AFTER && done >= SETTLED_FILES;
    if (!is_settled || progress->pace <= 0 || done >= progress->all) {
        return NULL;
    }
    return format_left((progress->all - done) / progress->pace);
}

const char *cfn_progress_tell(CfnProgress *progress, guint done, guint findings, gint64 now,
                              guint columns)
{
    if (now < progress->next) {
        return NULL;
    }
    progress->next = now + NEXT_AFTER;
    sample(progress, done, now);
    GString *line = g_string_truncate(progress->line, 0);
    g_autofree char *files = g_strdup_printf("%u/%u files", done, progress->all);
    g_autofree char *found =
        g_strdup_printf("%u %s", findings, findings == 1 ? "finding" : "findings");
    g_autofree char *pace = format_pace(progress->pace);
    g_autofree char *left = time_left(progress, done, now);
    const char *const parts[] = { files, found, pace, left };
    for (size_t i = 0; i < G_N_ELEMENTS(parts) && parts[i] != NULL; i++) {
        if (!append_part(line, columns, parts[i])) {
            break;
        }
    }
    return line->str;
}

/* ---- On the terminal ---- */

bool cfn_progress_is_wanted(void)
{
    /* In the background of a shell it would be drawn into what is typed. */
    pid_t foreground = tcgetpgrp(STDERR_FILENO);
    return isatty(STDERR_FILENO) && (foreground < 0 || foreground == getpgrp());
}

/* The last column stays free: some terminals wrap as soon as it is written to. */
static guint measure_terminal(void)
{
    struct winsize size;
    bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return MIN(is_known ? size.ws_col - 1u : 79u, WIDTH_LIMIT);
}

static const char blanks[WIDTH_LIMIT + 1] =
    "                                                            "
    "                                                            ";

/* Writes over the WIDTH characters that stand in the line. Async-signal-safe. */
static void write_blanks(size_t width)
{
    bool is_written = write(STDERR_FILENO, "\r", 1) == 1 &&
                      write(STDERR_FILENO, blanks, width) == (ssize_t)width &&
                      write(STDERR_FILENO, "\r", 1) == 1;
    (void)is_written; /* a terminal that is gone has no line */
}

/* For signals that end the program. */
static void clean_up(int number)
{
    if (drawn_width > 0) {
        write_blanks((size_t)drawn_width);
    }
    signal(number, SIG_DFL);
    raise(number);
}

/* Only where nobody else cares for the signal. */
static void watch_signals(CfnProgress *progress)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < G_N_ELEMENTS(numbers) && !progress->watches_signals; i++) {
        struct sigaction known, ours = { .sa_handler = clean_up };
        if (sigaction(numbers[i], NULL, &known) == 0 && known.sa_handler == SIG_DFL) {
            sigaction(numbers[i], &ours, NULL);
        }
    }
    progress->watches_signals = true;
}

static void erase(CfnProgress *progress)
{
    if (progress->is_drawn) {
        write_blanks((size_t)drawn_width);
        progress->is_drawn = false;
        drawn_width = 0;
    }
}

/* Over what stands there. */
static void put(CfnProgress *progress)
{
    size_t length = progress->line->len;
    size_t rest = (size_t)drawn_width > length ? (size_t)drawn_width - length : 0;
    g_autofree char *text = g_strdup_printf("\r%s%.*s", progress->line->str, (int)rest, blanks);
    watch_signals(progress);
    drawn_width = (sig_atomic_t)MAX(length, (size_t)drawn_width);
    fputs(text, stderr);
    progress->is_drawn = true;
}

void cfn_progress_draw(CfnProgress *progress, guint done, guint findings)
{
    if (progress == NULL) {
        return;
    }
    gint64 now = g_get_monotonic_time();
    bool is_new = now >= progress->next;
    if (is_new) {
        cfn_progress_tell(progress, done, findings, now, measure_terminal());
    }
    if (progress->line->len > 0 && (is_new || !progress->is_drawn)) {
        put(progress);
    }
}

void cfn_progress_make_way(CfnProgress *progress, FILE *stream)
{
    if (progress != NULL && isatty(fileno(stream))) {
        erase(progress);
    }
}
