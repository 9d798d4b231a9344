/*
 * Worker processes: order, and what it costs when one of them dies, hangs, or takes all memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/pool.h"

/* What the items of a test do; the others answer with their number. */
typedef struct {
    guint bad;          /* the item that is bad */
    void (*harm)(void); /* what it does; NULL: nothing */
    gsize length;       /* of each answer, if it is more than its number */
    guint taken;        /* so far */
    guint before;       /* the item taken before, plus one */
    char *loss;         /* of the bad one */
    guint lost;         /* how many were */
    guint stop_at;      /* raises SIGTERM once so many were taken; 0: never */
    const char *log;    /* a file that gets a byte for each item that is begun; NULL: none */
} Items;

static GBytes *work(guint index, gpointer data, bool *is_lasting)
{
    const Items *items = data;
    if (items->log != NULL) {
        FILE *log = fopen(items->log, "a");
        fputc('x', log);
        fclose(log);
        *is_lasting = true;
    }
    if (index == items->bad && items->harm != NULL) {
        items->harm();
    }
    gsize length = MAX(items->length, sizeof index);
    guint *answer = g_malloc0(length);
    *answer = index;
    return g_bytes_new_take(answer, length);
}

static void take(guint index, GBytes *answer, const char *loss, gpointer data)
{
    Items *items = data;
    assert_true(index >= items->before);
    items->before = index + 1;
    items->taken++;
    if (answer != NULL) {
        gsize length;
        assert_int_equal(*(const guint *)g_bytes_get_data(answer, &length), index);
        assert_int_equal(length, MAX(items->length, sizeof index));
        g_bytes_unref(answer);
    } else {
        items->lost++;
        items->loss = items->loss != NULL ? items->loss : g_strdup(loss);
    }
    if (items->taken == items->stop_at) {
        (void)raise(SIGTERM);
    }
}

static void hang(void)
{
    for (;;) {
        (void)pause();
    }
}

static guint run(Items *items, guint count, guint jobs)
{
    CfnPool pool = { { work, items, (guint64)256 << 20, NULL },
                     jobs,
                     (items->harm == hang ? 1 : 60) * (guint64)G_USEC_PER_SEC / 2,
                     take,
                     items };
    return cfn_pool_run(&pool, count);
}

static void answers_come_in_order(void **state)
{
    static const struct {
        guint count, jobs;
        gsize length;
    } rows[] = { { 0, 1, 0 },    { 1, 1, 0 },     { 2, 5, 0 },       { 1000, 1, 0 },
                 { 1000, 7, 0 }, { 20000, 2, 0 }, { 300, 3, 70000 }, { 30, 2, 3000000 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Items items = { .length = rows[i].length };
        assert_int_equal(run(&items, rows[i].count, rows[i].jobs), rows[i].count);
        assert_int_equal(items.taken, rows[i].count);
        assert_int_equal(items.lost, 0);
    }
}

static void kill_itself(void)
{
    (void)raise(SIGKILL);
}

static void fault(void)
{
    (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer has its own */
    (void)raise(SIGSEGV);
}

static void end(void)
{
    _exit(3);
}

#if !defined(__SANITIZE_ADDRESS__) /* limits are off there */
static void take_all_memory(void)
{
    for (;;) {
        *(volatile char *)g_malloc((gsize)64 << 20) = 1;
    }
}
#endif

static void check_loss(void (*harm)(void), const char *reason)
{
    static const guint places[] = { 0, 1, 500, 999 };
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        Items items = { .bad = places[i], .harm = harm };
        assert_int_equal(run(&items, 1000, 2), 1000);
        assert_int_equal(items.lost, 1);
        if (strstr(items.loss, reason) == NULL) {
            fail_msg("%s, not %s", items.loss, reason);
        }
        g_free(items.loss);
    }
}

static void a_death_costs_one_item(void **state)
{
    check_loss(kill_itself, "signal 9");
    check_loss(fault, "signal 11");
    check_loss(end, "too soon");
    check_loss(hang, "--timeout");
#if !defined(__SANITIZE_ADDRESS__)
    check_loss(take_all_memory, "--max-memory");
#endif
}

/* Signals that ask the program to stop reach the whole group: its workers pass over them. */
static void stop_itself(void)
{
    (void)raise(SIGINT);
    (void)raise(SIGTERM);
    (void)raise(SIGHUP);
}

static void workers_pass_over_what_stops_the_program(void **state)
{
    Items items = { .bad = 5, .harm = stop_itself };
    assert_int_equal(run(&items, 100, 2), 100);
    assert_int_equal(items.lost, 0);
}

/* Once each, whoever dies: so many bytes are in the log. */
static void nothing_lasting_is_done_twice(void **state)
{
    g_autofree char *log = g_build_filename(g_get_tmp_dir(), "cfnfix-pool-XXXXXX", NULL);
    close(g_mkstemp(log));
    Items items = { .bad = 77, .harm = kill_itself, .log = log };
    assert_int_equal(run(&items, 200, 2), 200);
    g_autofree char *text = NULL;
    gsize length;
    assert_true(g_file_get_contents(log, &text, &length, NULL));
    assert_int_equal(length, 200);
    (void)unlink(log);
    g_free(items.loss);
}

/* Dies unless standard output leads elsewhere than the program's, and nothing can be read. */
static void use_streams(void)
{
    struct stat ours, nothing;
    char byte;
    bool is_apart = fstat(STDOUT_FILENO, &ours) == 0 && stat("/dev/null", &nothing) == 0 &&
                    ours.st_ino == nothing.st_ino && ours.st_dev == nothing.st_dev;
    if (!is_apart || read(STDIN_FILENO, &byte, 1) != 0) {
        _exit(3);
    }
}

static void workers_have_no_streams_of_the_program(void **state)
{
    int pipe_ends[2], input = dup(STDIN_FILENO), output = dup(STDOUT_FILENO);
    assert_int_equal(pipe(pipe_ends), 0);
    (void)dup2(pipe_ends[0], STDIN_FILENO);
    (void)dup2(pipe_ends[1], STDOUT_FILENO);
    Items items = { .bad = 5, .harm = use_streams };
    guint done = run(&items, 100, 2);
    (void)dup2(input, STDIN_FILENO);
    (void)dup2(output, STDOUT_FILENO);
    const int open_ends[] = { pipe_ends[0], pipe_ends[1], input, output };
    for (size_t i = 0; i < G_N_ELEMENTS(open_ends); i++) {
        close(open_ends[i]);
    }
    assert_int_equal(done, 100);
    assert_int_equal(items.lost, 0);
}

/* The last test, for the program remembers that it was asked. */
static void stops_when_asked(void **state)
{
    g_autofree char *log = g_build_filename(g_get_tmp_dir(), "cfnfix-pool-XXXXXX", NULL);
    close(g_mkstemp(log));
    Items items = { .bad = 20000, .stop_at = 10, .log = log };
    guint done = run(&items, 20000, 2);
    assert_int_equal(cfn_interrupt_noted(), SIGTERM);
    assert_int_equal(done, items.taken);
    assert_int_equal(items.lost, 0);
    assert_true(done >= 10 && done < 20000);
    g_autofree char *text = NULL;
    gsize begun;
    assert_true(g_file_get_contents(log, &text, &begun, NULL));
    assert_int_equal(begun, done); /* what was begun was finished, and told */
    (void)unlink(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_order),
        cmocka_unit_test(a_death_costs_one_item),
        cmocka_unit_test(workers_pass_over_what_stops_the_program),
        cmocka_unit_test(workers_have_no_streams_of_the_program),
        cmocka_unit_test(nothing_lasting_is_done_twice),
        cmocka_unit_test(stops_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
