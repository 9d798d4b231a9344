/*
 * The lines that a pull request touches and shows: by hand, and as git itself tells them of random
 * edits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report/touched.h"

enum { EDITS = 100, MOST_LINES = 60 };

static CfnTouched *compare(const char *base, const char *now)
{
    g_autoptr(GBytes) before = g_bytes_new_static(base, strlen(base));
    g_autoptr(GBytes) after = g_bytes_new_static(now, strlen(now));
    return cfn_touched_new(before, after);
}

static void test_changed_and_added(void **state)
{
    g_autoptr(CfnTouched) touched =
        compare("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\nx\ny\n4\n5\n6\n7\n8\n9\n");
    assert_false(cfn_touched_line(touched, 2));
    assert_true(cfn_touched_line(touched, 3));
    assert_true(cfn_touched_line(touched, 4));
    assert_false(cfn_touched_line(touched, 5));
    assert_true(cfn_touched_range(touched, 1, 3));
    assert_true(cfn_touched_range(touched, 4, 9));
    assert_false(cfn_touched_range(touched, 1, 2));
    assert_false(cfn_touched_range(touched, 5, 9));
    assert_true(cfn_touched_in_one_hunk(touched, 1, 7));
    assert_false(cfn_touched_in_one_hunk(touched, 1, 8));
    assert_false(cfn_touched_in_one_hunk(touched, 0, 1));
}

static void test_two_hunks(void **state)
{
    g_autoptr(CfnTouched) touched = compare("a\n2\n3\n4\n5\n6\n7\n8\n9\nb\n", /* 3 + 3 < 8 */
                                            "x\n2\n3\n4\n5\n6\n7\n8\n9\ny\n");
    assert_true(cfn_touched_in_one_hunk(touched, 1, 4));
    assert_true(cfn_touched_in_one_hunk(touched, 7, 10));
    assert_false(cfn_touched_in_one_hunk(touched, 4, 7));
    assert_false(cfn_touched_in_one_hunk(touched, 5, 5));
    assert_false(cfn_touched_in_one_hunk(touched, 11, 11));
}

static void test_deleted(void **state)
{
    g_autoptr(CfnTouched) middle = compare("1\n2\n3\n", "1\n3\n");
    assert_false(cfn_touched_line(middle, 1));
    assert_true(cfn_touched_line(middle, 2));
    g_autoptr(CfnTouched) last = compare("1\n2\n3\n", "1\n2\n");
    assert_false(cfn_touched_line(last, 1));
    assert_true(cfn_touched_line(last, 2));
    g_autoptr(CfnTouched) all = compare("1\n2\n3\n", "");
    assert_false(cfn_touched_range(all, 1, 3));
    assert_false(cfn_touched_in_one_hunk(all, 1, 1));
}

static void test_whole(void **state)
{
    g_autoptr(CfnTouched) same = compare("1\n2\n", "1\n2\n");
    assert_false(cfn_touched_range(same, 1, 2));
    assert_false(cfn_touched_in_one_hunk(same, 1, 1));
    g_autoptr(CfnTouched) new = compare("", "1\n2");
    assert_true(cfn_touched_line(new, 1));
    assert_true(cfn_touched_line(new, 2));
    assert_false(cfn_touched_line(new, 3));
    assert_true(cfn_touched_in_one_hunk(new, 1, 2));
}

/* What git says of one new line: which hunk shows it, from 1, and whether it is touched. */
typedef struct {
    int hunk;
    bool is_touched;
} Line;

/* Reads the hunks of a diff, without using what is tested. */
static void read_diff(const char *diff, Line *lines)
{
    g_auto(GStrv) texts = g_strsplit(diff, "\n", -1);
    unsigned line = 0, end = 0;
    int hunk = 0;
    bool is_gone = false;
    for (char **text = texts; *text != NULL; text++) {
        unsigned count = 1;
        const char *plus = g_str_has_prefix(*text, "@@ ") ? strchr(*text, '+') : NULL;
        if (plus != NULL) {
            char *rest = NULL;
            line = (unsigned)g_ascii_strtoull(plus + 1, &rest, 10);
            count = *rest == ',' ? (unsigned)g_ascii_strtoull(rest + 1, NULL, 10) : 1;
            end = line + count;
            hunk++;
            is_gone = false;
        } else if (hunk > 0 && **text == '-') {
            is_gone = true;
            if (line == end && count > 0 && line > 1) {
                lines[line - 1].is_touched |= lines[line - 1].hunk == hunk;
            }
        } else if (hunk > 0 && (**text == '+' || **text == ' ')) {
            lines[line++] = (Line){ hunk, **text == '+' || is_gone };
            is_gone = false;
        }
    }
}

static char *run_git_diff(const char *folder, const char *base, const char *now)
{
    g_autofree char *before = g_build_filename(folder, "before", NULL);
    g_autofree char *after = g_build_filename(folder, "after", NULL);
    assert_true(g_file_set_contents(before, base, -1, NULL));
    assert_true(g_file_set_contents(after, now, -1, NULL));
    const char *command[] = { "git",
                              "-c",
                              "core.attributesFile=/dev/null",
                              "diff",
                              "--no-index",
                              "--no-color",
                              "-U3",
                              "--no-ext-diff",
                              "--",
                              before,
                              after,
                              NULL };
    char *out = NULL;
    assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                             NULL, NULL, NULL));
    unlink(before);
    unlink(after);
    return out;
}

/* Few different lines, so that they repeat. */
static void append_line(GString *text, GRand *random)
{
    g_string_append_printf(text, "%*sline %d\n", g_rand_int_range(random, 0, 3), "",
                           g_rand_int_range(random, 0, 12));
}

static void make_texts(GRand *random, GString *base, GString *now)
{
    int count = g_rand_int_range(random, 0, MOST_LINES / 2);
    for (int i = 0; i < count; i++) {
        gsize start = base->len;
        append_line(base, random);
        int what = g_rand_int_range(random, 0, 20);
        if (what == 0) {
            append_line(now, random);
        }
        if (what > 1) {
            g_string_append(now, base->str + start);
        }
        if (what == 2) {
            append_line(now, random);
        }
    }
    if (now->len > 0 && g_rand_int_range(random, 0, 5) == 0) {
        g_string_truncate(now, now->len - 1);
    }
}

static void compare_with_git(const char *folder, GRand *random)
{
    g_autoptr(GString) base = g_string_new(NULL);
    g_autoptr(GString) now = g_string_new(NULL);
    make_texts(random, base, now);
    g_autofree char *diff = run_git_diff(folder, base->str, now->str);
    Line lines[MOST_LINES + 1] = { 0 };
    read_diff(diff, lines);
    g_autoptr(CfnTouched) touched = compare(base->str, now->str);
    for (uint32_t first = 1; first <= MOST_LINES; first++) {
        assert_int_equal(cfn_touched_line(touched, first), lines[first].is_touched);
        bool is_any = false;
        for (uint32_t last = first; last <= MOST_LINES; last++) {
            is_any = is_any || lines[last].is_touched;
            assert_int_equal(cfn_touched_range(touched, first, last), is_any);
            assert_int_equal(cfn_touched_in_one_hunk(touched, first, last),
                             lines[first].hunk > 0 && lines[first].hunk == lines[last].hunk);
        }
    }
}

static void test_as_git_says(void **state)
{
    g_autofree char *folder = g_dir_make_tmp("cfnfix-touched-XXXXXX", NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(4);
    for (int i = 0; i < EDITS; i++) {
        compare_with_git(folder, random);
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changed_and_added), cmocka_unit_test(test_two_hunks),
        cmocka_unit_test(test_deleted),           cmocka_unit_test(test_whole),
        cmocka_unit_test(test_as_git_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
