/*
 * What the line on the terminal tells, by a clock that the test moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/progress.h"

#define MILLISECOND G_GINT64_CONSTANT(1000)
#define SECOND (1000 * MILLISECOND)
#define BEGIN (77 * SECOND)

static void waits_between_tellings(void **state)
{
    g_autoptr(CfnProgress) progress = cfn_progress_new(1000, BEGIN);
    assert_null(cfn_progress_tell(progress, 1, 0, BEGIN, 80));
    assert_null(cfn_progress_tell(progress, 20, 0, BEGIN + 199 * MILLISECOND, 80));
    assert_string_equal(cfn_progress_tell(progress, 20, 1, BEGIN + 200 * MILLISECOND, 80),
                        "20/1000 files, 1 finding, 100 files/s");
    assert_null(cfn_progress_tell(progress, 21, 1, BEGIN + 299 * MILLISECOND, 80));
    assert_string_equal(cfn_progress_tell(progress, 30, 2, BEGIN + 300 * MILLISECOND, 80),
                        "30/1000 files, 2 findings, 100 files/s");
}

/* At most ten in a second, however many files are done in it. */
static void is_told_ten_times_a_second(void **state)
{
    g_autoptr(CfnProgress) progress = cfn_progress_new(100000, BEGIN);
    guint told = 0;
    for (guint i = 0; i < 10000; i++) {
        told += cfn_progress_tell(progress, i, 0, BEGIN + i * MILLISECOND, 80) != NULL;
    }
    assert_in_range(told, 95, 100);
}

/* What is told after SECONDS in which 100 files a second were done. */
static const char *tell_at(CfnProgress *progress, guint seconds)
{
    const char *line = NULL;
    for (guint tenth = 2; tenth <= seconds * 10; tenth++) {
        line = cfn_progress_tell(progress, tenth * 10, 0, BEGIN + tenth * 100 * MILLISECOND, 80);
    }
    return line;
}

static void tells_the_time_left_once_it_means_something(void **state)
{
    g_autoptr(CfnProgress) progress = cfn_progress_new(1000, BEGIN);
    assert_string_equal(tell_at(progress, 1), "100/1000 files, 0 findings, 100 files/s");
    g_autoptr(CfnProgress) later = cfn_progress_new(1000, BEGIN);
    assert_string_equal(tell_at(later, 2), "200/1000 files, 0 findings, 100 files/s, 9 s left");
    g_autoptr(CfnProgress) end = cfn_progress_new(1000, BEGIN);
    assert_string_equal(tell_at(end, 10), "1000/1000 files, 0 findings, 100 files/s");
    g_autoptr(CfnProgress) few = cfn_progress_new(20, BEGIN);
    assert_string_equal(cfn_progress_tell(few, 9, 0, BEGIN + 10 * SECOND, 80),
                        "9/20 files, 0 findings, 0.9 files/s");
    assert_non_null(strstr(cfn_progress_tell(few, 10, 0, BEGIN + 11 * SECOND, 80), " s left"));
}

static void tells_long_times(void **state)
{
    static const struct {
        guint all;
        const char *left;
    } cases[] = {
        { 6201, ", 1 min 01 s left" },
        { 360101, ", 1 h 00 min left" },
        { 1000000, ", 2 h 46 min left" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CfnProgress) progress = cfn_progress_new(cases[i].all, BEGIN);
        assert_non_null(strstr(tell_at(progress, 2), cases[i].left));
    }
}

/* After a stop the pace falls bit by bit, and the time left does not jump. */
static void smooths_the_pace(void **state)
{
    g_autoptr(CfnProgress) progress = cfn_progress_new(100000, BEGIN);
    tell_at(progress, 10);
    assert_non_null(strstr(cfn_progress_tell(progress, 1000, 0, BEGIN + 10100 * MILLISECOND, 80),
                           " 97 files/s"));
    for (guint i = 2; i < 300; i++) {
        cfn_progress_tell(progress, 1000, 0, BEGIN + 10 * SECOND + i * 100 * MILLISECOND, 80);
    }
    assert_non_null(
        strstr(cfn_progress_tell(progress, 1000, 0, BEGIN + 40 * SECOND, 80), " 0.0 files/s"));
}

/* Whole parts go; a comma never stands alone. */
static void fits(void **state)
{
    for (guint columns = 0; columns < 70; columns++) {
        g_autoptr(CfnProgress) progress = cfn_progress_new(100000, BEGIN);
        for (guint i = 2; i < 40; i++) {
            const char *line = cfn_progress_tell(progress, i * 10, 1, BEGIN + i * 100000, columns);
            assert_true(strlen(line) <= columns);
            assert_false(g_str_has_suffix(line, " ") || g_str_has_suffix(line, ","));
            assert_true(columns >= strlen("20/100000 files") || *line == '\0');
            assert_true(columns < strlen("200/100000 files") || strstr(line, " files") != NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_between_tellings),
        cmocka_unit_test(is_told_ten_times_a_second),
        cmocka_unit_test(tells_the_time_left_once_it_means_something),
        cmocka_unit_test(tells_long_times),
        cmocka_unit_test(smooths_the_pace),
        cmocka_unit_test(fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
