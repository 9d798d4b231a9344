/*
 * Diffs are right when git and patch take them and give the text after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "edit/diff.h"

static GBytes *bytes(const char *text)
{
    return g_bytes_new_static(text, strlen(text));
}

static char *diff_of(const char *path, const char *before, const char *after)
{
    g_autoptr(GBytes) old = bytes(before);
    g_autoptr(GBytes) new = bytes(after);
    return cfn_diff(path, old, new);
}

static void runs(const char *folder, const char *const *arguments)
{
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = -1;
    g_spawn_sync(folder, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &errors,
                 &status, &error);
    assert_null(error);
    if (!g_spawn_check_wait_status(status, NULL)) {
        fail_msg("%s: %s", arguments[0], errors);
    }
}

/* A new folder with BEFORE under NAME, and the diff beside it. Returns the folder. */
static char *prepare(const char *name, const char *before, const char *diff)
{
    char *folder = g_dir_make_tmp("cfnfix-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "in", name, NULL);
    g_autofree char *parent = g_path_get_dirname(file);
    g_autofree char *patch = g_build_filename(folder, "patch", NULL);
    assert_int_equal(g_mkdir_with_parents(parent, 0700), 0);
    assert_true(g_file_set_contents(file, before, -1, NULL));
    assert_true(g_file_set_contents(patch, diff, -1, NULL));
    return folder;
}

static void remove_folder(const char *folder)
{
    runs(NULL, (const char *[]){ "rm", "-rf", "--", folder, NULL });
}

static void gives(const char *const *tool, const char *name, const char *before, const char *after)
{
    g_autofree char *diff = diff_of(name, before, after);
    g_autofree char *folder = prepare(name, before, diff);
    g_autofree char *in = g_build_filename(folder, "in", NULL);
    g_autofree char *file = g_build_filename(in, name, NULL);
    runs(in, tool);
    g_autofree char *result = NULL;
    assert_true(g_file_get_contents(file, &result, NULL, NULL));
    assert_string_equal(result, after);
    remove_folder(folder);
}

static void applies(const char *name, const char *before, const char *after)
{
    gives((const char *[]){ "git", "apply", "../patch", NULL }, name, before, after);
    gives((const char *[]){ "patch", "-p1", "--fuzz=0", "-i", "../patch", NULL }, name, before,
          after);
}

static void test_text(void **state)
{
    g_autofree char *diff = diff_of("t.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n",
                                    "a: 1\nb: 2\nc: 3\nd: 4\ne: 50\nf: 6\n");
    assert_string_equal(diff, "diff --git a/t.yaml b/t.yaml\n--- a/t.yaml\n+++ b/t.yaml\n"
                              "@@ -2,5 +2,5 @@ a: 1\n b: 2\n c: 3\n d: 4\n-e: 5\n+e: 50\n f: 6\n");
}

static void test_equal_texts_have_none(void **state)
{
    g_autofree char *diff = diff_of("t.yaml", "a: 1\n", "a: 1\n");
    assert_string_equal(diff, "");
}

static void test_texts(void **state)
{
    static const char *const pairs[][2] = {
        { "a: 1\nb: 2\n", "a: 1\nc: 3\nb: 2\n" },
        { "a: 1\nb: 2", "a: 1\nb: 3" },
        { "a: 1\nb: 2", "a: 1\nb: 2\n" },
        { "a: 1\nb: 2\n", "a: 1\nb: 2" },
        { "a: 1\r\nb: 2\r\n", "a: 1\r\nx: y\r\nb: 2\r\n" },
        { "a: 1\r\nb: 2\nc: 3\r\n", "a: 1\r\nb: 4\nc: 3\r\n" },
        { "\xef\xbb\xbf"
          "a: 1\n",
          "\xef\xbb\xbf"
          "a: 2\n" },
        { "--- a\n", "--- b\n" },
        { "a: \xc3\xa9\x1b\n", "a: \xc3\xa8\x1b\n" },
        { "{}", "{\"a\": 1}" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        applies("t.yaml", pairs[i][0], pairs[i][1]);
    }
}

static void test_names(void **state)
{
    static const char *const names[] = {
        "a b.yaml",         "deep/er/t.yaml", "quo\"te.yaml",     "back\\slash.yaml",
        "t\xc3\xa9st.yaml", "tab\there.yaml", "line\nbreak.yaml", "a \xe2\x82\xac \x01.yaml",
        "'single'.yaml",    "$HOME;x.yaml",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        applies(names[i], "a: 1\nb: 2\n", "a: 1\nb: 3\n");
    }
}

static void test_name_as_git_quotes_it(void **state)
{
    g_autofree char *diff = diff_of("\xc3\xa9 \"\t\x01", "a\n", "b\n");
    assert_true(g_str_has_prefix(diff, "diff --git \"a/\\303\\251 \\\"\\t\\001\" "
                                       "\"b/\\303\\251 \\\"\\t\\001\"\n"
                                       "--- \"a/\\303\\251 \\\"\\t\\001\"\n"));
}

static void path_is(const char *path, const char *expected)
{
    g_autofree char *name = cfn_diff_path(path);
    assert_string_equal(name, expected);
}

static void test_path(void **state)
{
    g_autofree char *folder = prepare("deep/t.yaml", "a: 1\n", "");
    g_autofree char *repository = g_build_filename(folder, "in", NULL);
    g_autofree char *file = g_build_filename(folder, "in", "deep", "t.yaml", NULL);
    g_autofree char *outside = g_build_filename(folder, "patch", NULL);
    g_autofree char *link = g_build_filename(folder, "link.yaml", NULL);
    g_autofree char *missing = g_build_filename(folder, "in", "deep", "missing.yaml", NULL);
    g_autofree char *here = g_get_current_dir();
    runs(repository, (const char *[]){ "git", "init", "--quiet", NULL });
    assert_int_equal(symlink(file, link), 0);

    path_is(file, "deep/t.yaml");
    path_is(file, "deep/t.yaml"); /* as remembered */
    path_is(link, "deep/t.yaml"); /* what changes is the target */
    path_is(missing, "deep/missing.yaml");
    path_is(outside, "patch");
    assert_int_equal(chdir(folder), 0);
    path_is("patch", "patch");
    path_is("./in/../patch", "patch");
    assert_int_equal(chdir(here), 0);
    remove_folder(folder);
}

static void test_path_below_the_working_directory(void **state)
{
    g_autofree char *folder = prepare("deep/t.yaml", "a: 1\n", "");
    g_autofree char *file = g_build_filename(folder, "in", "deep", "t.yaml", NULL);
    g_autofree char *here = g_get_current_dir();
    assert_int_equal(chdir(folder), 0);
    path_is(file, "in/deep/t.yaml");
    path_is("in/deep/t.yaml", "in/deep/t.yaml");
    assert_int_equal(chdir(here), 0);
    path_is(file, "t.yaml");
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_equal_texts_have_none),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_name_as_git_quotes_it),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_path_below_the_working_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
