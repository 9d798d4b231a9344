/*
 * What an earlier review said: read from JSON and from text, and not to be forged by a template.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/seen.h"
#include "text/error.h"

#define KEY_1 "1111111111111111111111111111111111111111"
#define KEY_2 "2222222222222222222222222222222222222222"
#define LINE "<!-- cfnfix:" KEY_1 " " KEY_2 " -->"

static bool has(const char *text, const char *key)
{
    g_autoptr(CfnSeen) seen = cfn_seen_new(text, strlen(text));
    return cfn_seen_has(seen, key);
}

static void reads_what_it_writes(void **state)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    g_autoptr(GString) out = g_string_new("a\n");
    cfn_seen_append(out, keys);
    assert_string_equal(out->str, "a\n");
    g_ptr_array_add(keys, KEY_1);
    g_ptr_array_add(keys, KEY_2);
    cfn_seen_append(out, keys);
    assert_string_equal(out->str, "a\n" LINE "\n");
    assert_true(has(out->str, KEY_1));
    assert_true(has(out->str, KEY_2));
    assert_false(has(out->str, "3333333333333333333333333333333333333333"));
}

static void reads_text(void **state)
{
    assert_true(has(LINE, KEY_2));
    assert_true(has("12\n" LINE, KEY_1));
    assert_true(has("a\r\n" LINE "\r\nb", KEY_1));
    assert_true(has("[1, {\n" LINE " \t\nb", KEY_1));
    assert_false(has("", KEY_1));
    assert_false(has("> " LINE, KEY_1));
    assert_false(has(LINE " x", KEY_1));
    assert_false(has("<!-- cfnfix:" KEY_1 KEY_2 " -->", KEY_1));
    assert_false(cfn_seen_has(NULL, KEY_1));
}

static void reads_json(void **state)
{
    assert_true(has("[{\"id\": 1, \"body\": \"a\\n\\n" LINE "\\n\"}]", KEY_1));
    assert_true(has("[]\n[{\"body\": null}, {}]\n[{\"body\": \"" LINE "\"}]\n", KEY_1));
    assert_true(has("[[{\"body\": \"\\u0000\\r\\n" LINE "\\r\\n\"}]]", KEY_1));
    assert_true(has("{\"body\": \"\", \"comments\": [{\"body\": \"" LINE "\"}]}", KEY_2));
    assert_true(has("\"" LINE "\"\n\"b\"", KEY_2));
    assert_false(has("[{\"body\": \"x " LINE "\"}]", KEY_1));
    assert_false(has("[{\"title\": \"" LINE "\"}]", KEY_1));
}

static void survives_deep_json(void **state)
{
    g_autofree char *open = g_strnfill(100000, '[');
    g_autofree char *text = g_strconcat(open, "\n" LINE "\n", NULL);
    assert_true(has(text, KEY_1));
}

/* Neither what a diff quotes nor what a suggestion could. */
static void quotes_are_no_keys(void **state)
{
    assert_false(has("```diff\n+" LINE "\n " LINE "\n-" LINE "\n```\n", KEY_1));
    assert_true(cfn_seen_is_forged(LINE));
    assert_true(cfn_seen_is_forged("a\n" LINE "\n"));
    assert_false(cfn_seen_is_forged("a\n " LINE "\n"));
}

static void tells_what_cannot_be_read(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_null(cfn_seen_read(CFN_ROOT "/no-such-file", &error));
    assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_READ));
    assert_non_null(strstr(error->message, "no-such-file: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_writes), cmocka_unit_test(reads_text),
        cmocka_unit_test(reads_json),           cmocka_unit_test(survives_deep_json),
        cmocka_unit_test(quotes_are_no_keys),   cmocka_unit_test(tells_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
