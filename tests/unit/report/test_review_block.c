/*
 * Which suggestions GitHub can be given as lines that replace others: applied as GitHub does it, by
 * lines, each gives what it should; and where that cannot be, there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "report/hide.h"
#include "report/review_block.h"

/* Ten lines; of those the pull request changes the second, so that it shows the first five. */
#define BASE "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\n"
#define NOW "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

static CfnResult *make_result(const char *base, const char *now)
{
    CfnResult *result = made_result("a.yaml", now);
    g_autoptr(GBytes) bytes = g_bytes_new(base, strlen(base));
    result->touched = cfn_touched_new(bytes, result->before);
    return result;
}

static void expect(const char *base, const char *now, uint32_t line, uint32_t lines,
                   const char *text, uint32_t first, uint32_t last, const char *expected)
{
    g_autoptr(CfnResult) result = make_result(base, now);
    g_auto(CfnReviewBlock) block = { 0 };
    assert_true(cfn_review_block(result, made_suggestion(result, line, lines, text), &block));
    assert_int_equal(block.first, first);
    assert_int_equal(block.last, last);
    assert_string_equal(block.text, expected);
}

static void expect_none(const char *base, const char *now, uint32_t line, uint32_t lines,
                        const char *text)
{
    g_autoptr(CfnResult) result = make_result(base, now);
    g_auto(CfnReviewBlock) block = { 0 };
    assert_false(cfn_review_block(result, made_suggestion(result, line, lines, text), &block));
    assert_null(block.text);
}

static void replaces_lines(void **state)
{
    expect(BASE, NOW, 2, 1, "b\n", 2, 2, "b\n");
    expect(BASE, NOW, 1, 5, "b\n", 1, 5, "b\n");
    expect(BASE, NOW, 4, 2, "", 4, 5, "");
    expect(BASE, NOW, 4, 1, "\n", 4, 4, "\n");
    expect_none(BASE, NOW, 5, 2, "b\n");
    expect_none(BASE, NOW, 8, 1, "b\n");
}

static void insertions_repeat_a_line(void **state)
{
    expect(BASE, NOW, 3, 0, "b\n", 2, 2, "2\nb\n");
    expect(BASE, NOW, 6, 0, "b\n", 5, 5, "5\nb\n");
    expect(BASE, NOW, 1, 0, "b\n", 1, 1, "b\n1\n");
    expect_none(BASE, NOW, 7, 0, "b\n");
    const char *end = "1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n";
    expect(end, NOW, 11, 0, "b\n", 10, 10, "10\nb\n");
    expect(end, NOW, 7, 0, "b\n", 7, 7, "b\n7\n"); /* the line above is not shown */
    expect_none(end, NOW, 6, 0, "b\n");
}

static void keeps_what_lines_cannot_say(void **state)
{
    const char *mark = "\xef\xbb\xbf"
                       "1\n2\n3\n";
    expect_none("", mark, 1, 1, "b\n");
    expect_none("", mark, 1, 0, "b\n");
    expect("", mark, 2, 0, "b\n", 2, 2, "b\n2\n"); /* above, the mark would be repeated */
    expect("", mark, 2, 1, "b\n", 2, 2, "b\n");
}

static void knows_line_ends(void **state)
{
    expect("", "1\r\n2\r\n", 2, 0, "b\r\n", 1, 1, "1\r\nb\r\n");
    expect_none("", "1\r\n2\n", 2, 0, "b\r\n");
    expect_none("", "1\n2\r\n", 2, 0, "b\n");
    expect_none("", "1\r2\n", 1, 1, "1\r3\n");
    expect_none("", "1\n2\n", 1, 1, "1\r");
}

static void knows_the_end(void **state)
{
    expect("", "1\n2", 2, 1, "b", 2, 2, "b");
    expect("", "1\n2", 2, 0, "b\n", 1, 1, "1\nb\n");
    expect_none("", "1\n2", 2, 1, "b\n");
    expect_none("", "1\n2", 2, 1, "");
    expect_none("", "1\n2\n", 2, 1, "b");
    expect("", "1\n2\n", 2, 1, "", 2, 2, "");
}

static void shows_no_secret(void **state)
{
    g_autoptr(CfnResult) result = make_result("", "Password: hunter22\n2\n");
    g_autoptr(GHashTable) secrets = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(secrets, "hunter22");
    result->hiding = cfn_hiding_new(secrets);
    g_auto(CfnReviewBlock) block = { 0 };
    assert_false(cfn_review_block(result, made_suggestion(result, 1, 1, "a: hunter22\n"), &block));
    /* Not in what it writes, but in the line that it would repeat: so it repeats the other one. */
    assert_true(cfn_review_block(result, made_suggestion(result, 2, 0, "b\n"), &block));
    assert_string_equal(block.text, "b\n2\n");
    cfn_review_block_clear(&block);
    assert_false(cfn_review_block(result, made_suggestion(result, 1, 0, "b\n"), &block));
    assert_true(cfn_review_block(result, made_suggestion(result, 2, 1, "b\n"), &block));
}

static void takes_no_forged_key(void **state)
{
    expect_none("", "1\n<!-- cfnfix:1 -->\n", 3, 0, "b\n");
    expect_none("", "1\n2\n", 2, 1, "<!-- cfnfix:1 -->\n");
    expect("", "1\n <!-- cfnfix:1 -->\n", 3, 0, "b\n", 2, 2, " <!-- cfnfix:1 -->\nb\n");
}

static void wants_one_place(void **state)
{
    g_autoptr(CfnResult) result = make_result("", NOW);
    CfnSuggestion *suggestion = made_suggestion(result, 1, 1, "b\n");
    CfnSuggestion *other = made_suggestion(result, 4, 1, "c\n");
    CfnReplacement one = g_array_index(other->replacements, CfnReplacement, 0);
    one.text = g_strdup(one.text);
    g_array_append_val(suggestion->replacements, one);
    g_auto(CfnReviewBlock) block = { 0 };
    assert_false(cfn_review_block(result, suggestion, &block));
    g_clear_pointer(&result->touched, cfn_touched_free);
    assert_false(cfn_review_block(result, other, &block)); /* nobody knows what is shown */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_lines),
        cmocka_unit_test(insertions_repeat_a_line),
        cmocka_unit_test(keeps_what_lines_cannot_say),
        cmocka_unit_test(knows_line_ends),
        cmocka_unit_test(knows_the_end),
        cmocka_unit_test(shows_no_secret),
        cmocka_unit_test(takes_no_forged_key),
        cmocka_unit_test(wants_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
