/*
 * The golden cases: each folder golden/<transform, engine or reports>/<case>/ is one test of the
 * whole program.
 *
 *   golden PROGRAM FOLDER [GROUP/CASE]
 *
 * A folder has an input.*, an expected.* and expected.diff (neither: the input comes back
 * unchanged), findings.txt (what --check prints) and perhaps args (more options, on one line). A
 * case of a transform runs with `--select <transform>` unless args selects by itself; a case of
 * `engine` runs with what is on by default; a case of `reports` has everything at once that a
 * deployment failed on, and selects by itself. scripts/regenerate-goldens writes everything but
 * input and args. Those of golden/formats are for tests/py/test_formats.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

static const char *const required_cases[] = {
    "already-fixed", "basic", "comments", "intrinsic", "json", "left-alone", NULL,
};

static const char *const transforms[] = {
#define CFN_TRANSFORM(name) #name,
#include "transforms/transforms.def"
#undef CFN_TRANSFORM
    NULL,
};

static const char *program, *golden;

typedef struct {
    char *name;       /* group/case */
    char *input_name; /* input.yaml */
    char **args;
    char *input;
    char *expected; /* the input again if there is no expected.* */
    char *diff;     /* "" without one */
    char *findings;
    bool changes;
    char *folder; /* where it runs: outside any working tree of git */
} Case;

/* ---- The file system ---- */

static char *read_text(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_get_contents(path, &text, &length, NULL)) {
        return NULL;
    }
    assert_int_equal(strlen(text), length); /* no golden has a NUL */
    return g_steal_pointer(&text);
}

static void write_text(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; none if it is no folder. */
static GPtrArray *list_folder(const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

static void remove_folder(const char *path)
{
    g_autoptr(GPtrArray) names = list_folder(path);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *file = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        g_remove(file);
    }
    g_rmdir(path);
}

/* ---- Running ---- */

typedef struct {
    int code;
    char *out, *err;
} Result;

static void result_clear(Result *result)
{
    g_free(result->out);
    g_free(result->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

static Result run(const char *folder, char **argv)
{
    Result result = { 0 };
    g_autoptr(GError) error = NULL;
    int status;
    if (!g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &result.out, &result.err,
                      &status, &error)) {
        fail_msg("%s", error->message);
    }
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return result;
}

/* Runs cfnfix with the options of the case and those given, on its input. */
static Result run_case(const Case *test, const char *first_option, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)program);
    for (char **arg = test->args; *arg != NULL; arg++) {
        g_ptr_array_add(argv, *arg);
    }
    va_list options;
    va_start(options, first_option);
    for (const char *o = first_option; o != NULL; o = va_arg(options, const char *)) {
        g_ptr_array_add(argv, (char *)o);
    }
    va_end(options);
    g_ptr_array_add(argv, test->input_name);
    g_ptr_array_add(argv, NULL);
    return run(test->folder, (char **)argv->pdata);
}

static void expect_text(const char *what, const char *actual, const char *expected)
{
    if (g_strcmp0(actual, expected) == 0) {
        return;
    }
    g_autofree char *folder = g_dir_make_tmp("cfnfix-golden-XXXXXX", NULL);
    write_text(folder, "expected", expected);
    write_text(folder, "actual", actual);
    char *argv[] = { "diff", "-u", "expected", "actual", NULL };
    g_auto(Result) difference = run(folder, argv);
    print_error("%s is not what it should be:\n%s", what, difference.out);
    remove_folder(folder);
    fail();
}

static void expect_code(const Result *result, int code)
{
    if (result->code != code) {
        fail_msg("exit code %d where %d was due\n%s", result->code, code, result->err);
    }
}

static void expect_file(const Case *test, const char *what, const char *expected)
{
    g_autofree char *text = read_text(test->folder, test->input_name);
    expect_text(what, text, expected);
}

/* ---- A case from its folder ---- */

static char *find_input(const char *folder)
{
    g_autoptr(GPtrArray) names = list_folder(folder);
    for (guint i = 0; i < names->len; i++) {
        if (g_str_has_prefix(g_ptr_array_index(names, i), "input.")) {
            return g_strdup(g_ptr_array_index(names, i));
        }
    }
    fail_msg("%s has no input.*", folder);
    return NULL;
}

static char **find_args(const char *folder, const char *group)
{
    g_autofree char *line = read_text(folder, "args");
    g_autoptr(GStrvBuilder) args = g_strv_builder_new();
    g_auto(GStrv) extra = NULL;
    if (line != NULL && !g_shell_parse_argv(line, NULL, &extra, NULL)) {
        fail_msg("%s/args is no list of options", folder);
    }
    bool selects = false;
    for (char **arg = extra; arg != NULL && *arg != NULL; arg++) {
        selects |= g_str_has_prefix(*arg, "--select");
        g_strv_builder_add(args, *arg);
    }
    if (!selects && !g_str_equal(group, "engine")) {
        g_strv_builder_add_many(args, "--select", group, NULL);
    }
    return g_strv_builder_end(args);
}

static void case_load(Case *test)
{
    g_autofree char *from = g_build_filename(golden, test->name, NULL);
    g_autofree char *group = g_path_get_dirname(test->name);
    test->input_name = find_input(from);
    test->args = find_args(from, group);
    test->input = read_text(from, test->input_name);

    g_autofree char *expected = g_strconcat("expected", strchr(test->input_name, '.'), NULL);
    test->expected = read_text(from, expected);
    test->diff = read_text(from, "expected.diff");
    test->findings = read_text(from, "findings.txt");
    test->changes = test->expected != NULL;
    if (test->changes != (test->diff != NULL)) {
        fail_msg("%s has only one of %s and expected.diff", test->name, expected);
    }
    if (test->findings == NULL) {
        fail_msg("%s has no findings.txt: run scripts/regenerate-goldens", test->name);
    }
    if (!test->changes) {
        test->expected = g_strdup(test->input);
        test->diff = g_strdup("");
    }
    test->folder = g_dir_make_tmp("cfnfix-golden-XXXXXX", NULL);
}

static void case_clear(Case *test)
{
    if (test->folder != NULL) {
        remove_folder(test->folder);
    }
    g_free(test->folder);
    g_free(test->input_name);
    g_strfreev(test->args);
    g_free(test->input);
    g_free(test->expected);
    g_free(test->diff);
    g_free(test->findings);
}

/* ---- What must hold for every case ---- */

static bool has_consent(const Case *test)
{
    return g_strv_contains((const char *const *)test->args, "--unsafe-fixes") ||
           g_strv_contains((const char *const *)test->args, "ephemeral") ||
           g_strv_contains((const char *const *)test->args, "--profile=ephemeral");
}

static void check_finding(const Case *test, json_t *finding)
{
    const char *id = json_string_value(json_object_get(finding, "id"));
    const char *state = json_string_value(json_object_get(finding, "state"));
    const char *safety = json_string_value(json_object_get(finding, "safety"));
    assert_non_null(id);
    assert_non_null(state);
    assert_non_null(safety);
    bool is_fixed = g_str_equal(state, "fixed");
    if (is_fixed && g_str_equal(safety, "unsafe") && !has_consent(test)) {
        fail_msg("an unsafe fix of %s without consent", id);
    }
    if (is_fixed && json_array_size(json_object_get(finding, "effects")) == 0) {
        fail_msg("a fix of %s does not say what deploying it does", id);
    }
    if (!is_fixed && !json_is_string(json_object_get(finding, "reason"))) {
        fail_msg("a finding of %s is not fixed and does not say why", id);
    }
}

static void check_report(const Case *test, const char *state, const char *diff)
{
    g_auto(Result) result = run_case(test, "--format", "json", NULL);
    json_t *report = json_loads(result.out, 0, NULL);
    assert_non_null(report);
    json_t *file = json_array_get(json_object_get(report, "files"), 0);
    assert_string_equal(json_string_value(json_object_get(file, "state")), state);
    expect_text("the report's diff", json_string_value(json_object_get(file, "diff")), diff);
    assert_int_equal(json_array_size(json_object_get(file, "errors")), 0);
    size_t index;
    json_t *finding;
    json_array_foreach(json_object_get(file, "findings"), index, finding) {
        check_finding(test, finding);
    }
    json_decref(report);
}

/* Without -i nothing is written, and the exit code says whether changes are due. */
static void check_dry_run(const Case *test)
{
    g_auto(Result) diff = run_case(test, NULL);
    expect_text("the diff", diff.out, test->diff);
    expect_code(&diff, test->changes ? 1 : 0);
    g_auto(Result) summary = run_case(test, "--check", NULL);
    expect_text("the summary", summary.err, test->findings);
    expect_text("what --check prints on standard output", summary.out, "");
    expect_code(&summary, test->changes ? 1 : 0);
    check_report(test, test->changes ? "changed" : "unchanged", test->diff);
    expect_file(test, "the input after a dry run", test->input);
}

static void check_repair(const Case *test)
{
    g_auto(Result) result = run_case(test, "-i", NULL);
    expect_code(&result, 0);
    expect_text("the diff of -i", result.out, test->diff);
    expect_file(test, "the output", test->expected);
}

/* The output is still a template, and a second run has nothing to do. */
static void check_second_run(const Case *test)
{
    g_auto(Result) result = run_case(test, "-i", NULL);
    expect_code(&result, 0);
    expect_text("the second diff", result.out, "");
    expect_file(test, "the output of a second run", test->expected);
    check_report(test, "unchanged", "");
}

static void check_no_leftovers(const Case *test)
{
    g_autoptr(GPtrArray) names = list_folder(test->folder);
    assert_int_equal(names->len, 1);
}

/* A tool that starts from the input and knows only the diff must arrive at the same bytes: so every
   line outside the hunks is as it was. */
static void check_apply(const Case *test, const char *diff, char **argv, const char *output)
{
    write_text(test->folder, test->input_name, test->input);
    write_text(test->folder, "expected.diff", diff);
    g_auto(Result) result = run(test->folder, argv);
    expect_code(&result, 0);
    expect_text(argv[0], result.out, output); /* no fuzz, no offset */
    expect_file(test, argv[0], test->expected);
}

/* Whether SHOWN is WHOLE but for what it hides. */
static bool is_shown_form(const char *shown, const char *whole)
{
    g_auto(GStrv) parts = g_strsplit(shown, "********", -1);
    const char *rest = whole;
    for (char **part = parts; *part != NULL; part++) {
        bool is_last = part[1] == NULL;
        size_t length = strlen(*part), left = strlen(rest);
        const char *found = !is_last         ? strstr(rest, *part)
                            : left >= length ? rest + left - length
                                             : NULL;
        if (found == NULL || strncmp(found, *part, length) != 0 ||
            (part == parts && found != whole)) {
            return false;
        }
        rest = found + length;
    }
    return true;
}

/* The diff that applies: the one that is printed, unless that hides a password. */
static char *make_patch(const Case *test)
{
    write_text(test->folder, test->input_name, test->input);
    g_auto(Result) result = run_case(test, "--patch", "fixes.patch", NULL);
    expect_code(&result, 1);
    g_autofree char *patch = read_text(test->folder, "fixes.patch");
    assert_non_null(patch);
    if (!is_shown_form(test->diff, patch)) {
        expect_text("the diff of --patch", patch, test->diff);
    }
    return g_steal_pointer(&patch);
}

static void check_diff(const Case *test)
{
    g_autofree char *whole = make_patch(test);
    char *git[] = { "git", "apply", "expected.diff", NULL };
    check_apply(test, whole, git, "");
    char *patch[] = { "patch", "-p1", "--fuzz=0", "-i", "expected.diff", NULL };
    g_autofree char *output = g_strdup_printf("patching file %s\n", test->input_name);
    check_apply(test, whole, patch, output);
}

static void test_case(void **state)
{
    Case *test = *state;
    case_load(test);
    write_text(test->folder, test->input_name, test->input);
    check_dry_run(test);
    check_repair(test);
    check_second_run(test);
    check_no_leftovers(test);
    if (test->changes) {
        check_diff(test);
    }
}

static int teardown_case(void **state)
{
    case_clear(*state);
    return 0;
}

/* ---- The folders ---- */

static GPtrArray *transform_ids(void)
{
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    for (const char *const *name = transforms; *name != NULL; name++) {
        g_ptr_array_add(ids, g_strdelimit(g_strdup(*name), "_", '-'));
    }
    return ids;
}

static void test_required_cases(void **state)
{
    g_autoptr(GPtrArray) ids = transform_ids();
    guint missing = 0;
    for (guint i = 0; i < ids->len; i++) {
        for (const char *const *name = required_cases; *name != NULL; name++) {
            const char *id = g_ptr_array_index(ids, i);
            g_autofree char *folder = g_build_filename(golden, id, *name, NULL);
            if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
                print_error("golden/%s/%s is missing\n", id, *name);
                missing++;
            }
        }
    }
    assert_int_equal(missing, 0);
}

/* The folders in `golden` that have cases for this harness. */
static GPtrArray *list_groups(void)
{
    GPtrArray *groups = list_folder(golden);
    guint formats;
    if (g_ptr_array_find_with_equal_func(groups, "formats", g_str_equal, &formats)) {
        g_ptr_array_remove_index(groups, formats);
    }
    return groups;
}

static void test_groups_are_known(void **state)
{
    g_autoptr(GPtrArray) ids = transform_ids();
    g_autoptr(GPtrArray) groups = list_groups();
    for (guint i = 0; i < groups->len; i++) {
        const char *group = g_ptr_array_index(groups, i);
        if (!g_str_equal(group, "engine") && !g_str_equal(group, "reports") &&
            !g_ptr_array_find_with_equal_func(ids, group, g_str_equal, NULL)) {
            fail_msg("golden/%s is named after no transform", group);
        }
    }
}

static GPtrArray *list_cases(void)
{
    GPtrArray *cases = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) groups = list_groups();
    for (guint i = 0; i < groups->len; i++) {
        g_autofree char *folder = g_build_filename(golden, g_ptr_array_index(groups, i), NULL);
        g_autoptr(GPtrArray) names = list_folder(folder);
        for (guint j = 0; j < names->len; j++) {
            g_ptr_array_add(cases, g_build_filename(g_ptr_array_index(groups, i),
                                                    g_ptr_array_index(names, j), NULL));
        }
    }
    return cases;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        g_printerr("usage: golden PROGRAM FOLDER [GROUP/CASE]\n");
        return 2;
    }
    program = g_canonicalize_filename(argv[1], NULL);
    golden = g_canonicalize_filename(argv[2], NULL);
    if (argc > 3) {
        cmocka_set_test_filter(argv[3]);
    }

    g_autoptr(GPtrArray) cases = list_cases();
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    g_array_append_vals(tests,
                        (const struct CMUnitTest[]){ cmocka_unit_test(test_required_cases),
                                                     cmocka_unit_test(test_groups_are_known) },
                        2);
    g_autofree Case *states = g_new0(Case, cases->len + 1);
    for (guint i = 0; i < cases->len; i++) {
        states[i].name = g_ptr_array_index(cases, i);
        struct CMUnitTest test = { states[i].name, test_case, NULL, teardown_case, &states[i] };
        g_array_append_val(tests, test);
    }
    return _cmocka_run_group_tests("golden", (const struct CMUnitTest *)tests->data, tests->len,
                                   NULL, NULL);
}
