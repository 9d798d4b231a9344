/*
 * The guard at the door, places and lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/source.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static CfnSource *make(const char *text, size_t length, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, length);
    return cfn_source_new("t.yaml", bytes, CFN_SOURCE_DEFAULT_LIMIT, error);
}

static void assert_refused(const char *text, size_t length, CfnErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    assert_null(make(text, length, &error));
    assert_true(g_error_matches(error, CFN_ERROR, (int)code));
    assert_string_equal(error->message, message);
}

static void assert_place(CfnSource *source, uint32_t offset, uint32_t line, uint32_t column)
{
    const CfnPlace place = cfn_source_place(source, offset);
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void takes_clean_text(void **state)
{
    static const char *const texts[] = {
        "", "a", "a: b\n", "\t\r\n", "\xEF\xBB\xBFk: v", "é€😀", "\xEF\xBF\xBD\xF4\x8F\xBF\xBF"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CfnSource) source = make(texts[i], strlen(texts[i]), &error);
        assert_non_null(source);
        assert_null(error);
        assert_int_equal(source->length, strlen(texts[i]));
        assert_int_equal(source->start, texts[i][0] == '\xEF' && texts[i][1] == '\xBB' ? 3 : 0);
    }
}

static void refuses_what_is_not_utf8(void **state)
{
    assert_refused(TEXT("a: b\nc: \xFF"), CFN_ERROR_ENCODING,
                   "t.yaml:2:4: the text is not UTF-8 (byte 0xff)");
    assert_refused(TEXT("é\xC3("), CFN_ERROR_ENCODING,
                   "t.yaml:1:2: the text is not UTF-8 (byte 0xc3)");
    /* overlong, surrogate, beyond Unicode, cut short */
    assert_refused(TEXT("\xC0\x80"), CFN_ERROR_ENCODING,
                   "t.yaml:1:1: the text is not UTF-8 (byte 0xc0)");
    assert_refused(TEXT("\xED\xA0\x80"), CFN_ERROR_ENCODING,
                   "t.yaml:1:1: the text is not UTF-8 (byte 0xed)");
    assert_refused(TEXT("\xF4\x90\x80\x80"), CFN_ERROR_ENCODING,
                   "t.yaml:1:1: the text is not UTF-8 (byte 0xf4)");
    assert_refused(TEXT("abc\xE2\x82"), CFN_ERROR_ENCODING,
                   "t.yaml:1:4: the text is not UTF-8 (byte 0xe2)");
}

static void refuses_control_bytes(void **state)
{
    assert_refused(TEXT("a: b\0c"), CFN_ERROR_ENCODING,
                   "t.yaml:1:5: control byte 0x00 in the text");
    assert_refused(TEXT("a:\n  \x1b[0m"), CFN_ERROR_ENCODING,
                   "t.yaml:2:3: control byte 0x1b in the text");
    assert_refused(TEXT("a\x7f"), CFN_ERROR_ENCODING, "t.yaml:1:2: control byte 0x7f in the text");
    assert_refused(TEXT("a\x01 \xFF"), CFN_ERROR_ENCODING,
                   "t.yaml:1:2: control byte 0x01 in the text");
}

static void names_utf16(void **state)
{
    static const char message[] = "t.yaml:1:1: the text is UTF-16, save it as UTF-8";
    assert_refused(TEXT("\xFF\xFE"
                        "a\0"),
                   CFN_ERROR_ENCODING, message);
    assert_refused(TEXT("\xFE\xFF\0a"), CFN_ERROR_ENCODING, message);
    assert_refused(TEXT("{\0}\0"), CFN_ERROR_ENCODING, message);
}

static void refuses_large_text(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static("12345", 5);
    assert_null(cfn_source_new("t.yaml", bytes, 4, &error));
    assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_SIZE));
    assert_string_equal(error->message, "t.yaml: larger than 4 bytes");
    g_autoptr(CfnSource) source = cfn_source_new("t.yaml", bytes, 5, NULL);
    assert_non_null(source);
}

static void counts_places_in_characters(void **state)
{
    g_autoptr(CfnSource) source = make(TEXT("\xEF\xBB\xBF"
                                            "äb\r\n\nc😀d"),
                                       NULL);
    assert_place(source, 3, 1, 1);
    assert_place(source, 5, 1, 2);
    assert_place(source, 6, 1, 3);
    assert_place(source, 8, 2, 1);
    assert_place(source, 9, 3, 1);
    assert_place(source, 14, 3, 3);
    assert_place(source, 15, 3, 4);
    assert_place(source, 999, 3, 4);
    assert_place(source, 0, 1, 1);
}

static void finds_lines(void **state)
{
    /* 3 "ab" 5 CR 6 LF 7 LF 8 "cd" 10 end */
    g_autoptr(CfnSource) source = make(TEXT("\xEF\xBB\xBF"
                                            "ab\r\n\ncd"),
                                       NULL);
    static const struct {
        uint32_t offset, start, end, next;
    } rows[] = { { 0, 3, 5, 7 }, { 3, 3, 5, 7 },   { 5, 3, 5, 7 },   { 6, 3, 5, 7 },
                 { 7, 7, 7, 8 }, { 8, 8, 10, 10 }, { 10, 8, 10, 10 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(cfn_source_line_start(source, rows[i].offset), rows[i].start);
        assert_int_equal(cfn_source_line_end(source, rows[i].offset), rows[i].end);
        assert_int_equal(cfn_source_next_line(source, rows[i].offset), rows[i].next);
    }
}

static void keeps_the_newline_of_the_place(void **state)
{
    g_autoptr(CfnSource) mixed = make(TEXT("a\r\nb\nc\r\nd"), NULL);
    assert_string_equal(cfn_source_newline(mixed, 0), "\r\n");
    assert_string_equal(cfn_source_newline(mixed, 3), "\n");
    assert_string_equal(cfn_source_newline(mixed, 9), "\r\n");
    g_autoptr(CfnSource) unended = make(TEXT("a\r\nb\nc"), NULL);
    assert_string_equal(cfn_source_newline(unended, 6), "\n");
    g_autoptr(CfnSource) single = make(TEXT("abc"), NULL);
    assert_string_equal(cfn_source_newline(single, 1), "\n");
    g_autoptr(CfnSource) empty = make(TEXT(""), NULL);
    assert_string_equal(cfn_source_newline(empty, 0), "\n");
}

static void reports_with_a_place(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnSource) source = make(TEXT("a\nbcd"), NULL);
    assert_false(cfn_source_error(source, 4, &error, CFN_ERROR_SYNTAX, "no %s", "luck"));
    assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_SYNTAX));
    assert_string_equal(error->message, "t.yaml:2:3: no luck");
    assert_false(cfn_source_error(source, 4, NULL, CFN_ERROR_SYNTAX, "nobody listens"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_clean_text),      cmocka_unit_test(refuses_what_is_not_utf8),
        cmocka_unit_test(refuses_control_bytes), cmocka_unit_test(names_utf16),
        cmocka_unit_test(refuses_large_text),    cmocka_unit_test(counts_places_in_characters),
        cmocka_unit_test(finds_lines),           cmocka_unit_test(keeps_the_newline_of_the_place),
        cmocka_unit_test(reports_with_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
