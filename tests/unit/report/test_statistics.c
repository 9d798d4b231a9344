/*
 * Sums for each repair and each folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"

#include "report/statistics.h"

/* Counts a file at PATH with COUNT findings in STATE. */
static void add(CfnStatistics *statistics, const char *path, guint count, CfnState state)
{
    g_autoptr(CfnResult) result = made_result(path, "Resources: {}\n");
    for (guint i = 0; i < count; i++) {
        CfnFinding *finding = made_finding(state, "message", 1, 1);
        finding->effects = CFN_EFFECT_REPLACEMENT | CFN_EFFECT_IN_PLACE;
        g_ptr_array_add(result->outcome->findings, finding);
    }
    result->verdict = count > 0 && state == CFN_FIXED ? CFN_VERDICT_CHANGED : CFN_VERDICT_UNCHANGED;
    cfn_statistics_add(statistics, result);
}

static void add_error(CfnStatistics *statistics, const char *path)
{
    g_autoptr(CfnResult) result = made_error(path, "message");
    cfn_statistics_add(statistics, result);
}

static void counts(void **state)
{
    g_autoptr(CfnStatistics) statistics = cfn_statistics_new();
    add(statistics, "a/x.yaml", 2, CFN_FIXED);
    add(statistics, "a/y.yaml", 1, CFN_CANNOT_FIX);
    add(statistics, "a/z.yaml", 0, CFN_FIXED);
    add_error(statistics, "a/w.yaml");
    add(statistics, "a/b/x.yaml", 1, CFN_NEEDS_CONSENT);
    add(statistics, "x.yaml", 4, CFN_FIXED);
    g_autoptr(GPtrArray) repairs = cfn_statistics_repairs(statistics);
    assert_int_equal(repairs->len, 1);
    const CfnTally *repair = repairs->pdata[0];
    assert_string_equal(repair->name, "force-destroy");
    assert_int_equal(repair->files, 4);
    assert_int_equal(repair->changed, 2);
    assert_int_equal(repair->fixed, 6);
    assert_int_equal(repair->needs_consent, 1);
    assert_int_equal(repair->cannot_fix, 1);
    assert_int_equal(repair->effects[2], 6);
    assert_int_equal(repair->effects[5], 0);
    g_autoptr(GPtrArray) folders = cfn_statistics_folders(statistics);
    assert_int_equal(folders->len, 3);
    const CfnTally *folder = folders->pdata[1];
    assert_string_equal(folder->name, "a");
    assert_int_equal(folder->files, 4);
    assert_int_equal(folder->templates, 3);
    assert_int_equal(folder->changed, 1);
    assert_int_equal(folder->errors, 1);
}

static void the_worst_comes_first(void **state)
{
    g_autoptr(CfnStatistics) statistics = cfn_statistics_new();
    add(statistics, "b/x.yaml", 0, CFN_FIXED);
    add(statistics, "a/x.yaml", 0, CFN_FIXED);
    add_error(statistics, "c/x.yaml");
    add(statistics, "d/x.yaml", 1, CFN_CANNOT_FIX);
    add(statistics, "e/x.yaml", 2, CFN_FIXED);
    g_autoptr(GPtrArray) folders = cfn_statistics_folders(statistics);
    static const char *const names[] = { "e", "d", "c", "a", "b" };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_string_equal(((const CfnTally *)folders->pdata[i])->name, names[i]);
    }
}

static char *print(const CfnStatistics *statistics, bool dry_run)
{
    GString *out = g_string_new(NULL);
    cfn_statistics_print(statistics, dry_run, out);
    return g_string_free(out, FALSE);
}

static void prints_what_has_a_figure(void **state)
{
    g_autoptr(CfnStatistics) statistics = cfn_statistics_new();
    g_autofree char *nothing = print(statistics, false);
    assert_string_equal(nothing, "");
    add(statistics, "a/x.yaml", 12, CFN_FIXED);
    add_error(statistics, "\x1b[31m\n/x.yaml");
    g_autofree char *text = print(statistics, false);
    assert_string_equal(text, "  files  changed  fixed  replacement  repair\n"
                              "      1        1     12           12  force-destroy\n"
                              "\n"
                              "  files  templates  changed  fixed  errors  replacement  folder\n"
                              "      1          1        1     12       0           12  a\n"
                              "      1          0        0      0       1            0  "
                              "\\x1b[31m\\x0a\n");
    g_autofree char *dry = print(statistics, true);
    assert_non_null(strstr(dry, "  to change  fixable  replacement  repair\n"));
}

static void adds_up_what_is_not_shown(void **state)
{
    g_autoptr(CfnStatistics) statistics = cfn_statistics_new();
    for (guint i = 1; i <= 21; i++) {
        g_autofree char *path = g_strdup_printf("%02u/x.yaml", i);
        add(statistics, path, i, CFN_FIXED);
    }
    g_autofree char *all = print(statistics, false);
    assert_non_null(strstr(all, "  1            1  01\n"));
    add(statistics, "22/x.yaml", 22, CFN_FIXED);
    g_autofree char *some = print(statistics, false);
    assert_non_null(strstr(some, "  3            3  03\n"));
    assert_null(strstr(some, "  02\n"));
    assert_non_null(strstr(some, "      2          2        2      3            3  "
                                 "(2 other folders)\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(the_worst_comes_first),
        cmocka_unit_test(prints_what_has_a_figure),
        cmocka_unit_test(adds_up_what_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
