/*
 * Both scanners fill the same array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "syntax/node.h"
#include "syntax/scan.h"

static CfnSource *make(const char *path, const char *text, size_t length)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, length);
    CfnSource *source = cfn_source_new(path, bytes, CFN_SOURCE_DEFAULT_LIMIT, NULL);
    assert_non_null(source);
    return source;
}

/* "type start-end", a scalar with its style's sign. */
static void describe_token(GString *out, const CfnToken *token)
{
    static const char *const names[] = { "---", "...", "seq", "map", "end",    "[",
                                         "]",   "{",   "}",   "-",   ",",      "key",
                                         ":",   "*",   "&",   "!",   "scalar", "stream" };
    static const char *const styles[] = { "", "'", "\"", "|", ">" };
    const bool is_scalar = token->type == CFN_TOKEN_SCALAR;
    g_string_append_printf(out, "%s%s %u-%u ", names[token->type],
                           is_scalar ? styles[token->style] : "", token->start, token->end);
}

static char *describe(CfnSource *source, CfnScanner scanner)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) tokens = cfn_scan(source, scanner, &error);
    if (tokens == NULL) {
        return g_strdup(error->message);
    }
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < tokens->len; i++) {
        describe_token(out, &g_array_index(tokens, CfnToken, i));
    }
    g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

static void assert_tokens(const char *text, CfnScanner scanner, const char *expected)
{
    g_autoptr(CfnSource) source = make("t", text, strlen(text));
    g_autofree char *tokens = describe(source, scanner);
    assert_string_equal(tokens, expected);
}

static void gives_the_places(void **state)
{
    static const struct {
        const char *text, *tokens;
    } rows[] = {
        { "", "stream 0-0" },
        { "# only\n", "stream 7-7" },
        { "a: b\n", "map 0-0 key 0-0 scalar 0-1 : 1-2 scalar 3-4 end 4-4 stream 5-5" },
        { "L:\n- a\n-\n", "map 0-0 key 0-0 scalar 0-1 : 1-2 - 3-4 scalar 5-6 - 7-8 "
                          "end 8-8 stream 9-9" },
        { "- 'x' # c\n- \"é\"\n",
          "seq 0-0 - 0-1 scalar' 2-5 - 10-11 scalar\" 12-16 end 16-16 stream 17-17" },
        { "\xEF\xBB\xBF"
          "é: &x !Y z\nb: *x",
          "map 3-3 key 3-3 scalar 3-5 : 5-6 & 7-9 ! 10-12 scalar 13-14 key 15-15 scalar 15-16 "
          ": 16-17 * 18-20 end 20-20 stream 20-20" },
        { "a: ::/0", "map 0-0 key 0-0 scalar 0-1 : 1-2 scalar 3-7 end 7-7 stream 7-7" },
        { "{a: [b, c: d,]}",
          "{ 0-1 key 1-1 scalar 1-2 : 2-3 [ 4-5 scalar 5-6 , 6-7 key 8-8 "
          "scalar 8-9 : 9-10 scalar 11-12 , 12-13 ] 13-14 } 14-15 stream 15-15" },
        { "---\na\n...\n", "--- 0-3 scalar 4-5 ... 6-9 stream 10-10" },
        { "a: | # note\n  x\n\n  y\n\n\nb: 1",
          "map 0-0 key 0-0 scalar 0-1 : 1-2 scalar| 3-20 key 23-23 scalar 23-24 : 24-25 "
          "scalar 26-27 end 27-27 stream 27-27" },
        { "a: >2-\n   x\n    \n# c\n", "map 0-0 key 0-0 scalar 0-1 : 1-2 scalar> 3-16 end 16-16 "
                                       "stream 21-21" },
        { "a: |+\n\nb: 1", "map 0-0 key 0-0 scalar 0-1 : 1-2 scalar| 3-5 key 7-7 scalar 7-8 : 8-9 "
                           "scalar 10-11 end 11-11 stream 11-11" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_tokens(rows[i].text, CFN_SCANNER_LIBFYAML, rows[i].tokens);
        assert_tokens(rows[i].text, CFN_SCANNER_LIBYAML, rows[i].tokens);
    }
}

static void agree_on_snippets(void **state)
{
    static const char *const texts[] = {
        "- - a\n  - b\n- k: v\n  l: w\n",
        "a:\n  - b: |\n      text\n     # comment\n    c: d\n",
        "a: b\r\nc:\r\n  - |\r\n    x\r\n\r\n  - y\r\n",
        "a:\n- b\n- c\nd: e\n",
        "!T &a\nk: !U\nl: &b\nm:\n",
        "a: one\n  two\n\n  three # c\nb: 'x\n\n  y'\n",
        "{\"a\":1,\"b\":{\"c\":[true,null,\"\\u00e9\\\"\"]}}",
        "{\n  \"a\" : [ ],\n  b: {}, c, 'd': e # f\n}\n",
        "[a: b, {c: d}, [e]]",
        "a: \"x\\\n  y\"\n",
        "a: !Sub >-\n    x ${y}\n    z\n\n  \nb: !GetAtt c.d\n",
        "x: |2\n   a\n  b\ny: |-\n\n  c\n",
        "- |\n  a\n-\n  - >\n   b\n- c: |\n   d\n  e: f",
        "k: [\na, b\n]\nl: {\nc: d }\n",
        "  a: b\n  c: d\n",
        "\n\n# c\n\na: b # d\n# e",
        "{a: b}: c\n*x : d\n",
        "a: 'it''s'\nb: \"\"\nc: ''\n",
        "日本: 語\nb: |\n  日本\n   語\nc: [é, \"ü\"]\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(CfnSource) source = make("t", texts[i], strlen(texts[i]));
        g_autofree char *first = describe(source, CFN_SCANNER_LIBFYAML);
        g_autofree char *second = describe(source, CFN_SCANNER_LIBYAML);
        assert_string_equal(first, second);
        assert_true(g_str_has_suffix(first, " stream") || strstr(first, " stream ") != NULL);
    }
}

static void leaves_doubtful_text_to_libyaml(void **state)
{
    static const char *const texts[] = {
        "? a\n: b\n",                     /* libfyaml: use after free behind it */
        "%YAML 1.1\n---\na: b\n",         /* changes libfyaml's rules */
        "Fn::Base64:\n  !Sub |\n    a\n", /* refused, though valid */
        "a: 'b'#c\n",
        "a: b\n  \t\nc: d\n",
        "a: !!str b\n",
        "a: &x/y b\n",
        "a: b\xE2\x80\xA8 c\n",
        "a: b\rc: d\r",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CfnSource) source = make("t", texts[i], strlen(texts[i]));
        assert_null(cfn_scan(source, CFN_SCANNER_LIBFYAML, &error));
        assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_SYNTAX));
        g_autoptr(GError) other = NULL;
        g_autoptr(GArray) tokens = cfn_scan(source, CFN_SCANNER_LIBYAML, &other);
        if (strchr(texts[i], '/') == NULL) {
            assert_null(other);
            assert_non_null(tokens);
        }
    }
}

static void refuses_what_is_no_yaml(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "a: b: c", "t:1:5: a second ':' on this line, or wrong indentation; quote text that has "
                     "': ' in it" },
        { "é: 'x\nb: c\n", "t:1:4: a quote is opened and not closed" },
        { "a:\n\tb: c", "t:2:1: no value can begin with this character; quote the text, and indent "
                        "with spaces, not tabs" },
        { "a:\n  b: c\nd\n", "t:4:1: a key without ':', or text that is not indented enough" },
        { "a: |\n \tx\n", "t:2:2: a tab is no indentation, use spaces" },
        { "a: \"\\q\"", "t:1:5: no such escape in double quotes; write a backslash as \\\\" },
        { "%TAG ! x:\n---\na", "t:1:1: a %TAG directive has no place in a template" },
        { "%YAML 1.1\na: b", "t:1:10: a '---' is missing behind the %YAML directive" },
        { "%YAML 2.0\n---\na: b", "t:1:1: this %YAML directive cannot be followed" },
        { "a: b\xC2\x80", "t:1:5: this character is not allowed in YAML" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_tokens(rows[i].text, CFN_SCANNER_LIBYAML, rows[i].message);
    }
}

static void assert_too_deep(const char *unit, size_t times)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < times; i++) {
        g_string_append(text, unit);
    }
    g_autoptr(CfnSource) source = make("t", text->str, text->len);
    for (int scanner = CFN_SCANNER_LIBFYAML; scanner <= CFN_SCANNER_LIBYAML; scanner++) {
        g_autoptr(GError) error = NULL;
        assert_null(cfn_scan(source, (CfnScanner)scanner, &error));
        assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_DEPTH));
        assert_non_null(strstr(error->message, ": nested more than 200 deep"));
    }
}

static void caps_the_depth(void **state)
{
    assert_too_deep("[", 100000);
    assert_too_deep("{a: ", 100000);
    assert_too_deep("[\n", 100000);
    assert_too_deep("- ", 100000);
    assert_too_deep("- [", CFN_DEPTH_LIMIT + 1);
    g_autofree char *open = g_strnfill(CFN_DEPTH_LIMIT, '[');
    g_autofree char *close = g_strnfill(CFN_DEPTH_LIMIT, ']');
    g_autofree char *text = g_strconcat(open, close, NULL);
    g_autoptr(CfnSource) source = make("t", text, strlen(text));
    g_autoptr(GArray) first = cfn_scan(source, CFN_SCANNER_LIBFYAML, NULL);
    g_autoptr(GArray) second = cfn_scan(source, CFN_SCANNER_LIBYAML, NULL);
    assert_int_equal(first->len, 2 * CFN_DEPTH_LIMIT + 1);
    assert_int_equal(second->len, first->len);
}

/* What libfyaml takes it must take as libyaml does; what it refuses or is not given is told. */
static void compare_file(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_autoptr(CfnSource) source = make(path, text, length);
    g_autofree char *first = describe(source, CFN_SCANNER_LIBFYAML);
    g_autofree char *second = describe(source, CFN_SCANNER_LIBYAML);
    if (g_str_has_prefix(first, path)) {
        print_message("libyaml alone: %s\n", first);
    } else {
        assert_string_equal(first, second);
    }
}

static void compare_folder(const char *folder)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    assert_non_null(entries);
    for (const char *name = g_dir_read_name(entries); name != NULL;
         name = g_dir_read_name(entries)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            compare_folder(path);
        } else if (g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml") ||
                   g_str_has_suffix(name, ".json") || g_str_has_suffix(name, ".template")) {
            compare_file(path);
        }
    }
}

static void agree_on_real_templates(void **state)
{
    const char *corpus = CFN_ROOT "/../shared/corpus";
    if (!g_file_test(corpus, G_FILE_TEST_IS_DIR)) {
        skip();
    }
    compare_folder(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_places),
        cmocka_unit_test(agree_on_snippets),
        cmocka_unit_test(leaves_doubtful_text_to_libyaml),
        cmocka_unit_test(refuses_what_is_no_yaml),
        cmocka_unit_test(caps_the_depth),
        cmocka_unit_test(agree_on_real_templates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
