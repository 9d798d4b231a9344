/*
 * Hints: each rule, a name that git has to be asked about, and one that it has not.
 * tests/py/test_walk.py compares what comes of them with git.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "cli/ignore_hints.h"

static bool add(CfnIgnoreHints *hints, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    return cfn_ignore_hints_add(hints, bytes);
}

static void test_rows(void **state)
{
    static const struct {
        const char *rules;
        bool is_any;
        const char *name;   /* NULL: none */
        const char *folder; /* NULL: none */
    } rows[] = {
        { "# a\n\n!b\n", false, NULL, NULL },
        { "a", false, "a", NULL },
        { "a\r\n", false, "a", NULL },
        { "a/\n", false, "a", NULL },
        { "/x/y/a//\n", false, "a", NULL },
        { "\xef\xbb\xbf"
          "a\n",
          false, "a", NULL },
        { "*.log\n", false, "a.log", NULL },
        { "a?c\n", false, "abc", NULL },
        { "*.py[cod]\n", false, "a.pyc", NULL },
        { "a\\*\n", false, "a*", NULL },
        { "x/*\n", false, NULL, "x" },
        { "x/**\n", false, NULL, "x" },
        { "/x*/*/*/\n", false, NULL, "xy" },
        { "x\n*\n", true, "x", NULL },
        { "/*\n", true, NULL, NULL },
        { "**/*\n", true, NULL, NULL },
        { " a\n", true, NULL, NULL },
        { "x[/]y\n", true, NULL, NULL },
        { "\\!\n", true, NULL, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CfnIgnoreHints *hints = cfn_ignore_hints_new();
        if (add(hints, rows[i].rules) != rows[i].is_any) {
            fail_msg("%s", rows[i].rules);
        }
        assert_true(rows[i].name == NULL || cfn_ignore_hints_match(hints, rows[i].name));
        assert_true(rows[i].folder == NULL || cfn_ignore_hints_match_in(hints, rows[i].folder));
        assert_false(cfn_ignore_hints_match(hints, "other"));
        assert_false(cfn_ignore_hints_match_in(hints, "other"));
        cfn_ignore_hints_free(hints);
    }
}

/* What GLib and git may read differently is asked for. */
static void test_odd_names(void **state)
{
    CfnIgnoreHints *hints = cfn_ignore_hints_new();
    static const char *const names[] = { "\xc3\xa4", "\xff", "a\nb", "\x1b", "a " };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_true(cfn_ignore_hints_match(hints, names[i]));
    }
    assert_false(cfn_ignore_hints_match(hints, "a b"));
    cfn_ignore_hints_free(hints);
}

/* So that a hostile file of rules costs no more than git's answer. */
static void test_many(void **state)
{
    CfnIgnoreHints *hints = cfn_ignore_hints_new();
    bool is_any = false;
    for (int i = 0; i < 1000; i++) {
        g_autofree char *rule = g_strdup_printf("a*%d", i);
        is_any = add(hints, rule);
    }
    assert_true(is_any);
    assert_false(add(hints, "literal"));
    cfn_ignore_hints_free(hints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
