/*
 * Nothing that drives a terminal, reorders or hides gets through; all else does as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "report/diff_view.h"
#include "report/escape.h"

static void check_line(const char *text, gsize length, const char *expected)
{
    g_autoptr(GString) out = g_string_new("> ");
    cfn_escape_line(out, text, length);
    assert_string_equal(out->str + 2, expected);
}

static void starts_no_order(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        { "", "" },
        { "a::b", "a::b" },
        { ":a", ":a" },
        { "::error::a", "\\x3a:error::a" },
        { " \xc2\xa0::a", " \xc2\xa0\\x3a:a" },
        { "\xe2\x80\x8b::a", "\\u200b\\x3a:a" },
        { " ##[a]", " #\\x23[a]" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        cfn_escape_start(out, rows[i].text);
        assert_string_equal(out->str, rows[i].expected);
    }
}

static void spells_out_harmful_characters(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        { "", "" },
        { "plain ~ text", "plain ~ text" },
        { "é 漢 😀", "é 漢 😀" },
        { "\x1b[2J", "\\x1b[2J" },
        { "a\nb\tc\rd\x7f", "a\\x0ab\\x09c\\x0dd\\x7f" },
        { "\xc2\x9b"
          "31m",
          "\\u009b31m" }, /* CSI as a C1 control */
        { "a\xe2\x80\xae"
          "b",
          "a\\u202eb" }, /* right-to-left override */
        { "a\xe2\x81\xa6"
          "b",
          "a\\u2066b" }, /* isolate */
        { "a\xe2\x80\x8b"
          "b",
          "a\\u200bb" }, /* zero-width space */
        { "a\xef\xbb\xbf"
          "b",
          "a\\ufeffb" }, /* byte order mark */
        { "a\xe2\x80\xa8"
          "b",
          "a\\u2028b" }, /* line separator */
        { "a\xf3\xa0\x81\x81"
          "b",
          "a\\U000e0041b" }, /* tag character */
        { "a\xef\xbf\xbf"
          "b\xef\xb7\x90\xf0\x9f\xbf\xbe",
          "a\\uffffb\\ufdd0\\U0001fffe" }, /* noncharacters */
        { "a\xff"
          "b\xc3",
          "a\\xffb\\xc3" }, /* no UTF-8 */
        { "::a", "::a" },   /* only at the start of a line */
        { "a##[b]", "a#\\x23[b]" },
        { "###vso[", "##\\x23vso[" },
        { "## [ ##a", "## [ ##a" },
        { "\xc0\x9b\xed\xa0\x80", "\\xc0\\x9b\\xed\\xa0\\x80" }, /* overlong, surrogate */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        check_line(rows[i].text, strlen(rows[i].text), rows[i].expected);
    }
    check_line("a\0b", 3, "a\\x00b");
}

/* Whatever the bytes: no control byte, and valid UTF-8. */
static void lets_no_byte_through(void **state)
{
    for (guint first = 0; first < 256; first++) {
        for (guint second = 0; second < 256; second++) {
            const char text[] = { (char)first, (char)second, 'x' };
            g_autoptr(GString) out = g_string_new(NULL);
            cfn_escape_line(out, text, sizeof text);
            assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
            for (const char *c = out->str; *c != '\0'; c = g_utf8_next_char(c)) {
                assert_false(g_unichar_iscntrl(g_utf8_get_char(c)));
            }
        }
    }
}

static void keeps_the_lines_of_a_text(void **state)
{
    static const char text[] = "a:\r\n\tb\r\x1b\n\r";
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_escape_text(out, text, sizeof text - 1);
    assert_string_equal(out->str, "a:\r\n\tb\\x0d\\x1b\n\\x0d");
}

static const char diff[] = "diff --git a/x b/x\n"
                           "--- a/x\n"
                           "+++ b/x\n"
                           "@@ -1,3 +1,2 @@\n"
                           " same\x1b]0;forged\x07\r\n"
                           "-old\r\n"
                           "--- a dash\n"
                           "+new\xe2\x80\xae\n"
                           "\\ No newline at end of file";

static void cleans_a_diff(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_diff_view(out, diff, false);
    assert_string_equal(out->str, "diff --git a/x b/x\n"
                                  "--- a/x\n"
                                  "+++ b/x\n"
                                  "@@ -1,3 +1,2 @@\n"
                                  " same\\x1b]0;forged\\x07\n"
                                  "-old\n"
                                  "--- a dash\n"
                                  "+new\\u202e\n"
                                  "\\ No newline at end of file");
}

static void colors_a_diff(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_diff_view(out, diff, true);
    assert_non_null(strstr(out->str, "\x1b[1m--- a/x\x1b[0m\n"));
    assert_non_null(strstr(out->str, "\x1b[36m@@ -1,3 +1,2 @@\x1b[0m\n"));
    assert_non_null(strstr(out->str, "\x1b[31m--- a dash\x1b[0m\n"));
    assert_non_null(strstr(out->str, "\x1b[32m+new\\u202e\x1b[0m\n"));
    assert_non_null(strstr(out->str, "\n same\\x1b]0;forged"));
    assert_null(strstr(out->str, "\x1b]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spells_out_harmful_characters),
        cmocka_unit_test(starts_no_order),
        cmocka_unit_test(lets_no_byte_through),
        cmocka_unit_test(keeps_the_lines_of_a_text),
        cmocka_unit_test(cleans_a_diff),
        cmocka_unit_test(colors_a_diff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
