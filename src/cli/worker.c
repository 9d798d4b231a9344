/*
 * A worker process.
 *
 * To it go indices, four bytes each; from it come frames: a header and the bytes of the answer.
 * Answers to items that changed nothing outside wait for each other, since small writes are dear;
 * were they lost with the worker, their items would be done again.
 */
#define _GNU_SOURCE 1 /* close_range */
#include "cli/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "text/file.h"

/* How much of answers waits before it is sent. */
#define FRAME_BUFFER ((guint)32 * 1024)
/* No answer is larger: some texts of 1 GiB at most. */
#define LARGEST_ANSWER ((guint32)3 << 30)
/* The exit code of a worker that ran out of memory. */
#define EXIT_NO_MEMORY 86

typedef struct {
    guint32 index;
    guint32 length; /* of the answer behind it */
} CfnFrame;

/* ---- In the worker ---- */

/* Nobody is there to take it: the program was killed. The file in hand is done. */
static void send_all(CfnDesk *desk, int fd, GByteArray *frames)
{
    desk->since = 0; /* waiting for the reader is not work */
    if (!cfn_descriptor_write(fd, frames->data, frames->len)) {
        _exit(EXIT_FAILURE);
    }
    g_byte_array_set_size(frames, 0);
}

static void append_frame(GByteArray *frames, guint index, GBytes *answer)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(answer, &length);
    CfnFrame frame = { index, (guint32)length };
    g_byte_array_append(frames, (const guint8 *)&frame, sizeof frame);
    g_byte_array_append(frames, bytes, (guint)length);
}

/* One item; whether its answer has to be sent before the next one is begun. */
static bool do_item(const CfnJob *job, CfnDesk *desk, guint index, GByteArray *frames)
{
    bool is_lasting = false;
    desk->item = index + 1;
    desk->since = g_get_monotonic_time();
    g_autoptr(GBytes) answer = job->work(index, job->data, &is_lasting);
    append_frame(frames, index, answer);
    return is_lasting || frames->len >= FRAME_BUFFER;
}

static void do_items(const CfnJob *job, CfnDesk *desk, int tasks, int answers)
{
    g_autoptr(GByteArray) frames = g_byte_array_new();
    guint32 given[CFN_WORKER_DEPTH];
    ssize_t length;
    while ((length = read(tasks, given, sizeof given)) > 0 || (length < 0 && errno == EINTR)) {
        gsize count = (gsize)MAX(length, 0) / sizeof *given;
        for (gsize i = 0; i < count && !desk->is_stopped; i++) {
            if (do_item(job, desk, given[i], frames)) {
                send_all(desk, answers, frames);
            }
        }
        send_all(desk, answers, frames);
        desk->item = 0;
    }
}

/* So much more memory (bytes) that there is none left is the reason of whatever fails. */
static gsize least_memory;

/* Where there is no memory, libraries follow NULL, and GLib calls itself until the stack is full:
   for it cannot say so without some. Async-signal-safe. */
static void end_in_fault(int number)
{
    if (mmap(NULL, least_memory, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
        _exit(EXIT_NO_MEMORY);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void watch_faults(guint64 max_memory)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT };
    static guint8 bytes[64 * 1024];
    const stack_t stack = { .ss_sp = bytes, .ss_size = sizeof bytes };
    const struct sigaction action = { .sa_handler = end_in_fault, .sa_flags = SA_ONSTACK };
    least_memory = (gsize)max_memory / 16;
    (void)sigaltstack(&stack, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        (void)sigaction(faults[i], &action, NULL);
    }
}

/* GLib says so when it gets no memory, and nothing else in the program is an error to it. */
static GLogWriterOutput end_without_memory(GLogLevelFlags level, const GLogField *fields,
                                           gsize count, gpointer data)
{
    if ((level & G_LOG_LEVEL_ERROR) != 0) {
        _exit(EXIT_NO_MEMORY);
    }
    return G_LOG_WRITER_HANDLED;
}

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1 /* sanitizers reserve address space, and look around */
#elif defined(__has_feature)
#define IS_SANITIZED __has_feature(address_sanitizer)
#else
#define IS_SANITIZED 0
#endif

static void limit(int resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(resource, &now) == 0) {
        now.rlim_cur = MIN(value, now.rlim_max);
        (void)setrlimit(resource, &now);
    }
}

/* What it would read there belongs to the program, and what it would write there would pass for the
   program's. */
static void leave_stream(int fd)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        (void)dup2(nothing, fd);
        close(nothing);
    }
}

/* Who interrupts the program lets it finish what is in hand: so its workers do not hear of it. */
static void prepare(const CfnJob *job)
{
    static const int passed_over[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    for (size_t i = 0; i < G_N_ELEMENTS(passed_over); i++) {
        (void)signal(passed_over[i], SIG_IGN);
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    leave_stream(STDIN_FILENO);
    leave_stream(STDOUT_FILENO);
    limit(RLIMIT_CORE, 0);
    g_log_set_writer_func(end_without_memory, NULL, NULL);
    if (!IS_SANITIZED) {
        if (job->max_memory > 0) {
            limit(RLIMIT_AS, job->max_memory);
            watch_faults(job->max_memory);
        }
        if (job->confinement != NULL) {
            cfn_confine_enter(job->confinement);
        }
    }
}

/* Other workers' pipes, a locked journal: what is open in the program is none of a worker's
   business, and would stay open with it. */
static void close_all_but(int one, int other)
{
    unsigned low = (unsigned)MIN(one, other), high = (unsigned)MAX(one, other);
    (void)close_range(STDERR_FILENO + 1, low - 1, 0);
    (void)close_range(low + 1, high - 1, 0);
    (void)close_range(high + 1, ~0U, 0);
}

/* ---- In the program ---- */

static void close_ends(CfnWorker *worker)
{
    if (worker->pid != 0) {
        if (worker->tasks >= 0) {
            close(worker->tasks);
        }
        close(worker->answers);
    }
}

CfnWorker *cfn_workers_new(guint count)
{
    CfnWorker *workers = g_new0(CfnWorker, count);
    CfnDesk *desks = mmap(NULL, count * sizeof *desks, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (desks == MAP_FAILED) {
        g_error("no memory to share with %u workers", count);
    }
    for (guint i = 0; i < count; i++) {
        g_queue_init(&workers[i].given);
        workers[i].desk = &desks[i];
        workers[i].arrived = g_byte_array_new();
    }
    return workers;
}

static void wait_for(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
    }
}

void cfn_workers_free(CfnWorker *workers, guint count)
{
    for (guint i = 0; i < count; i++) {
        close_ends(&workers[i]);
    }
    for (guint i = 0; i < count; i++) {
        int status;
        if (workers[i].pid != 0) {
            wait_for(workers[i].pid, &status);
        }
        g_queue_clear(&workers[i].given);
        g_byte_array_unref(workers[i].arrived);
    }
    munmap(workers[0].desk, count * sizeof *workers[0].desk);
    g_free(workers);
}

/* All four ends or none. To a worker that has died nothing can be sent, and that must not end us:
   a socket can be told so, a pipe cannot. */
static bool open_ends(int tasks[2], int answers[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, tasks) != 0) {
        return false;
    }
    if (!g_unix_open_pipe(answers, FD_CLOEXEC, NULL)) {
        close(tasks[0]);
        close(tasks[1]);
        return false;
    }
    return true;
}

bool cfn_worker_start(CfnWorker *worker, const CfnJob *job)
{
    int tasks[2], answers[2];
    if (!open_ends(tasks, answers)) {
        return false;
    }
    worker->desk->item = 0;
    worker->desk->since = 0;
    worker->desk->is_stopped = false;
    pid_t pid = fork();
    if (pid == 0) {
        prepare(job);
        close_all_but(tasks[0], answers[1]);
        do_items(job, worker->desk, tasks[0], answers[1]);
        _exit(EXIT_SUCCESS);
    }
    close(tasks[0]);
    close(answers[1]);
    if (pid < 0) {
        close(tasks[1]);
        close(answers[0]);
        return false;
    }
    worker->pid = pid;
    worker->tasks = tasks[1];
    worker->answers = answers[0];
    worker->is_overdue = false;
    return true;
}

void cfn_worker_give(CfnWorker *worker, guint index)
{
    guint32 task = index;
    g_queue_push_tail(&worker->given, GUINT_TO_POINTER(index + 1));
    (void)send(worker->tasks, &task, sizeof task, MSG_NOSIGNAL);
}

/* Takes the whole answers out of what has arrived. */
static bool take_frames(CfnWorker *worker, CfnWorkerAnswer answer, gpointer data)
{
    GByteArray *arrived = worker->arrived;
    gsize at = 0;
    bool makes_sense = true;
    while (makes_sense && arrived->len - at >= sizeof(CfnFrame)) {
        CfnFrame frame;
        memcpy(&frame, arrived->data + at, sizeof frame);
        if (arrived->len - at - sizeof frame < frame.length) {
            break;
        }
        gpointer item = GUINT_TO_POINTER(frame.index + 1);
        makes_sense = g_queue_peek_head(&worker->given) == item && frame.length > 0;
        if (makes_sense) {
            (void)g_queue_pop_head(&worker->given);
            answer(frame.index, g_bytes_new(arrived->data + at + sizeof frame, frame.length), data);
            at += sizeof frame + frame.length;
        }
    }
    if (at > 0) {
        g_byte_array_remove_range(arrived, 0, (guint)at);
    }
    return makes_sense;
}

bool cfn_worker_receive(CfnWorker *worker, CfnWorkerAnswer answer, gpointer data)
{
    guint8 chunk[64 * 1024];
    ssize_t length = read(worker->answers, chunk, sizeof chunk);
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) {
        return true;
    }
    if (length > 0 && worker->arrived->len < LARGEST_ANSWER) {
        g_byte_array_append(worker->arrived, chunk, (guint)length);
        if (take_frames(worker, answer, data)) {
            return true;
        }
    }
    (void)kill(worker->pid, SIGKILL);
    return false;
}

void cfn_worker_stop(CfnWorker *worker)
{
    worker->desk->is_stopped = true;
    if (worker->tasks >= 0) {
        close(worker->tasks); /* wakes it where it waits */
        worker->tasks = -1;
    }
}

static char *tell_end(const CfnWorker *worker, int status)
{
    if (worker->is_overdue) {
        return g_strdup("took longer than --timeout allows");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_MEMORY) {
        return g_strdup("needs more memory than --max-memory allows");
    }
    return WIFSIGNALED(status)
               ? g_strdup_printf("the process that worked on it was ended by signal %d (%s)",
                                 WTERMSIG(status), g_strsignal(WTERMSIG(status)))
               : g_strdup("the process that worked on it ended too soon");
}

char *cfn_worker_bury(CfnWorker *worker, guint *item)
{
    int status = 0;
    wait_for(worker->pid, &status);
    close_ends(worker);
    g_byte_array_set_size(worker->arrived, 0);
    worker->pid = 0;
    guint in_hand = worker->desk->item;
    if (in_hand == 0 || !g_queue_remove(&worker->given, GUINT_TO_POINTER(in_hand))) {
        return NULL;
    }
    *item = in_hand - 1;
    return tell_end(worker, status);
}
