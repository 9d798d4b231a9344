/*
 * Globs: what they match, what they refuse, and that none takes long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "cli/path_glob.h"
#include "text/error.h"

static bool matches(const char *text, const char *path)
{
    g_autoptr(GError) error = NULL;
    CfnPathGlob *glob = cfn_path_glob_new(text, &error);
    if (glob == NULL) {
        fail_msg("%s: %s", text, error->message);
    }
    bool is_match = cfn_path_glob_matches(glob, path);
    cfn_path_glob_free(glob);
    return is_match;
}

/* What git check-ignore says, which tests/py/test_config.py asks about many more. */
static void test_matches(void **state)
{
    static const struct {
        const char *glob, *path;
        bool is_match;
    } rows[] = {
        { "a.yaml", "a.yaml", true },
        { "a.yaml", "x/y/a.yaml", true },
        { "a.yaml", "a.yaml/b", true },
        { "a.yaml", "ba.yaml", false },
        { "/a.yaml", "a.yaml", true },
        { "/a.yaml", "x/a.yaml", false },
        { "x/a.yaml", "x/a.yaml", true },
        { "x/a.yaml", "y/x/a.yaml", false },
        { "x/", "x", false },
        { "x/", "x/a", true },
        { "x/", "y/x/a", true },
        { "/x/", "y/x/a", false },
        { "x", "y/x/z/a", true },
        { "*.yaml", "x/a.yaml", true },
        { "/*.yaml", "x/a.yaml", false },
        { "x/*", "x/y/a", true },
        { "x/*.yaml", "x/y/a.yaml", false },
        { "x/**", "x", false },
        { "x/**", "x/y/a", true },
        { "x/**/", "x/y", false },
        { "x/**/", "x/y/a", true },
        { "**/", "a", false },
        { "**/x", "x", true },
        { "**/x", "a/b/x", true },
        { "x", "x/", true },
        { "x/", "y/x/", true },
        { "x/*", "x/", true },
        { "x/?", "x/", false },
        { "x/a*", "x/", false },
        { "*.yaml", "x/", false },
        { "**/a.yaml", "x/", false },
        { "x/**", "x/y/", true },
        { "x/**/y", "x/y", true },
        { "x/**/y", "x/1/2/y/a", true },
        { "x/**/y", "1/x/y", false },
        { "**", "a", true },
        { "*", ".a", true },
        { "a[0-9]?", "a1x", true },
        { "a[!0-9]", "a1", false },
        { "\\*", "*", true },
        { "\\*", "a", false },
        { "a/**/b/**/c", "a/b/b/x/c", true },
        { "a/**/b/**/c", "a/c/b/x", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (matches(rows[i].glob, rows[i].path) != rows[i].is_match) {
            fail_msg("%s %s %s", rows[i].glob, rows[i].is_match ? "must match" : "must not match",
                     rows[i].path);
        }
    }
}

static void test_refuses(void **state)
{
    static const char *const texts[] = {
        "", "/", "//", "a//b", "./a", "a/./b", "../a", "a/..", "!a", "a//",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(cfn_path_glob_new(texts[i], &error));
        assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_CONFIG));
    }
}

/* Each `**` and each `*` that could be tried at every place, on a path as long as one can be. */
static void test_is_fast(void **state)
{
    g_autoptr(GString) text = g_string_new("a"), path = g_string_new("a");
    for (int i = 0; i < 2000; i++) {
        g_string_append(text, i % 2 == 0 ? "/**" : "/a");
        g_string_append(path, "/a");
    }
    g_string_append(text, "/b");
    gint64 start = g_get_monotonic_time();
    assert_false(matches(text->str, path->str));
    g_string_assign(text, "b");
    for (int i = 0; i < 100; i++) {
        g_string_prepend(text, "*a");
    }
    g_autofree char *name = g_strnfill(255, 'a');
    assert_false(matches(text->str, name));
    assert_true(g_get_monotonic_time() - start < 5 * G_USEC_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
