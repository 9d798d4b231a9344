/*
 * --stream: one JSON object a line comes in, one goes out.
 *
 * The lines that are there already are worked on together, by worker processes that are forked for
 * them: so each knows its lines, and a line that ends its worker costs no other its answer.
 */
#include "cli/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/confine.h"
#include "cli/feed.h"
#include "cli/interrupt.h"
#include "cli/pool.h"
#include "cli/session.h"
#include "cli/stream_answer.h"

enum {
    /* JSON can spell a byte in six ("\u000a"). */
    MOST_BYTES_PER_BYTE = 6,
    /* For what is in a line besides the template. */
    ROOM = 1 << 20,
    /* Lines that are worked on together, and so many bytes of them but for the last one. */
    MOST_LINES = 1024,
    MOST_BYTES = 4 << 20,
};

typedef struct {
    const CfnCommand *command;
    CfnConfigs *configs;
    CfnConfinement *confinement;
    CfnFeed *feed;
    GPtrArray *lines;                     /* GBytes*, or NULL for one that is too long: in hand */
    guint64 counts[CFN_STREAM_ERROR + 1]; /* lines of each CfnStreamState */
    int write_error;                      /* why an answer did not get out of here; 0: all did */
} CfnStream;

/* ---- In a worker ---- */

/* What a worker hands back: a byte that is the CfnStreamState, and the answer. */
static GBytes *work(guint index, gpointer data, bool *is_lasting)
{
    const CfnStream *stream = data;
    GBytes *line = g_ptr_array_index(stream->lines, index);
    CfnStreamState state = CFN_STREAM_ERROR;
    g_autoptr(GBytes) answer =
        line != NULL ? cfn_stream_answer(stream->command, stream->configs, line, &state)
                     : cfn_stream_refuse(NULL, "the line is too long");
    gsize length;
    const guint8 *text = g_bytes_get_data(answer, &length);
    GByteArray *packed = g_byte_array_sized_new((guint)length + 1);
    g_byte_array_append(packed, &(guint8){ (guint8)state }, 1);
    g_byte_array_append(packed, text, (guint)length);
    *is_lasting = false;
    return g_byte_array_free_to_bytes(packed);
}

/* ---- Answers ---- */

static void put(CfnStream *stream, CfnStreamState state, const char *text, gsize length)
{
    stream->counts[state]++;
    if (stream->write_error == 0 &&
        (fwrite(text, 1, length, stdout) != length || fflush(stdout) != 0)) {
        stream->write_error = errno;
    }
}

/* Whether what a worker has handed back is one line behind one state: it may lie. */
static bool makes_sense(const char *packed, gsize length)
{
    return length > 1 && (guint8)packed[0] <= CFN_STREAM_ERROR &&
           memchr(packed, '\n', length) == packed + length - 1;
}

static void put_refusal(CfnStream *stream, guint index, const char *loss)
{
    g_autoptr(GBytes) answer = cfn_stream_refuse(g_ptr_array_index(stream->lines, index), loss);
    gsize length;
    const char *text = g_bytes_get_data(answer, &length);
    put(stream, CFN_STREAM_ERROR, text, length);
}

static void take(guint index, GBytes *packed, const char *loss, gpointer data)
{
    CfnStream *stream = data;
    gsize length = 0;
    const char *bytes = packed != NULL ? g_bytes_get_data(packed, &length) : NULL;
    if (bytes != NULL && makes_sense(bytes, length)) {
        put(stream, (CfnStreamState)bytes[0], bytes + 1, length - 1);
    } else {
        put_refusal(stream, index, loss != NULL ? loss : "its answer makes no sense");
    }
    g_bytes_unref(packed);
}

/* Answers the lines in hand. */
static void answer_lines(CfnStream *stream)
{
    const CfnCommand *command = stream->command;
    const CfnPool pool = {
        .job = { work, stream, command->max_memory, stream->confinement },
        .jobs = MIN(command->jobs, stream->lines->len),
        .timeout = command->timeout * G_USEC_PER_SEC,
        .take = take,
        .data = stream,
    };
    (void)cfn_pool_run(&pool, stream->lines->len);
    g_ptr_array_set_size(stream->lines, 0);
}

/* ---- The stream ---- */

static bool is_line(CfnFeedState state)
{
    return state == CFN_FEED_LINE || state == CFN_FEED_TOO_LONG;
}

/* Takes in hand what is there, waiting for no more than one line. CFN_FEED_END if there is none,
   CFN_FEED_FAILED with errno if that cannot be known. */
static CfnFeedState read_lines(CfnStream *stream)
{
    GBytes *line;
    gsize bytes = 0;
    CfnFeedState state = cfn_feed_next(stream->feed, &line);
    while (is_line(state)) {
        g_ptr_array_add(stream->lines, line);
        bytes += line != NULL ? g_bytes_get_size(line) : 0;
        if (bytes >= MOST_BYTES || stream->lines->len >= MOST_LINES ||
            !cfn_feed_has_line(stream->feed)) {
            break;
        }
        state = cfn_feed_next(stream->feed, &line);
    }
    return state;
}

/* Whether the answers still get out of here. A reader that has enough is no mistake, and mostly
   ends the whole pipeline: that is not told. */
static bool can_write(const CfnStream *stream)
{
    errno = stream->write_error;
    return errno == 0 || (errno != EPIPE && cfn_finish_stdout());
}

/* Until there is nothing left to read, or nobody who wants it; whether all was answered. */
static bool answer_all(CfnStream *stream)
{
    CfnFeedState state;
    while (is_line(state = read_lines(stream))) {
        answer_lines(stream);
        cfn_interrupt_forget();
        if (cfn_interrupt_noted() != 0 || !can_write(stream)) {
            return false;
        }
    }
    if (state == CFN_FEED_FAILED) {
        g_autofree char *message =
            g_strdup_printf("standard input cannot be read: %s", g_strerror(errno));
        cfn_print_complaint(message);
    }
    return state == CFN_FEED_END;
}

static int decide_exit(const CfnStream *stream, bool is_complete)
{
    guint64 errors = stream->counts[CFN_STREAM_ERROR];
    guint64 lines = errors + stream->counts[CFN_STREAM_REMAINS] + stream->counts[CFN_STREAM_DONE];
    if (cfn_interrupt_noted() != 0) {
        return CFN_EXIT_SIGNAL + cfn_interrupt_noted();
    }
    if (is_complete && errors > 0) {
        g_autofree char *message =
            g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                            " lines could not be done: each answer has its 'error'",
                            errors, lines);
        cfn_print_complaint(message);
    }
    if (!is_complete || errors > 0) {
        return CFN_EXIT_ERROR;
    }
    bool remains = stream->counts[CFN_STREAM_REMAINS] > 0;
    return stream->command->strict && remains ? CFN_EXIT_DUE : CFN_EXIT_DONE;
}

int cfn_stream_run(const CfnCommand *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnConfigs) configs = cfn_configs_new(command, &error);
    if (configs == NULL) {
        cfn_print_error(error->message);
        return CFN_EXIT_ERROR;
    }
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    CfnStream stream = {
        .command = command,
        .configs = configs,
        .confinement = cfn_confine_new(command, none, none),
        .feed = cfn_feed_new(STDIN_FILENO, command->max_size * MOST_BYTES_PER_BYTE + ROOM),
        .lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
    };
    bool is_complete = answer_all(&stream);
    g_ptr_array_unref(stream.lines);
    cfn_feed_free(stream.feed);
    cfn_confine_free(stream.confinement);
    return decide_exit(&stream, is_complete);
}
