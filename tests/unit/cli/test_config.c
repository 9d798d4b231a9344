/*
 * Configurations: which one counts, that each is read once, and that files to which the same
 * applies share it. tests/py/test_config.py has what is said about wrong ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/inputs.h"
#include "transforms/registry.h"

/* Each test gets a folder of its own, with a repository's top, and works in it. */
typedef struct {
    char *folder;
    CfnCommand *command;
    CfnConfigs *configs;
} Place;

static void put(const char *path, const char *text)
{
    g_autofree char *folder = g_path_get_dirname(path);
    assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int set_up(void **state)
{
    Place *place = *state = g_new0(Place, 1);
    place->folder = g_dir_make_tmp("cfnfix-config-XXXXXX", NULL);
    assert_non_null(place->folder);
    assert_int_equal(chdir(place->folder), 0);
    assert_int_equal(g_mkdir(".git", 0700), 0);
    char *argv[] = { "cfnfix", "--ignore", "kms-alias", "a.yaml", NULL };
    g_autoptr(GError) error = NULL;
    place->command = cfn_command_parse(argv, cfn_transforms, &error);
    assert_non_null(place->command);
    place->configs = cfn_configs_new(place->command, &error);
    assert_non_null(place->configs);
    return 0;
}

static int tear_down(void **state)
{
    Place *place = *state;
    cfn_configs_free(place->configs);
    cfn_command_free(place->command);
    assert_int_equal(chdir("/"), 0);
    char *argv[] = { "rm", "-rf", place->folder, NULL };
    assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
    g_free(place->folder);
    g_free(place);
    return 0;
}

static bool is_ignored(const CfnOptions *options, const char *id)
{
    return g_hash_table_contains(options->ignore, id);
}

static void test_reads_once(void **state)
{
    Place *place = *state;
    put(".cfnfix.yaml", "ignore: [comma-tags]\n");
    put("a/b/x.yaml", "");
    CfnApplied first = cfn_configs_apply(place->configs, "a/b/x.yaml");
    assert_null(first.error);
    assert_true(is_ignored(first.options, "comma-tags"));
    assert_true(is_ignored(first.options, "kms-alias"));
    /* Who reads it again finds it wrong; who looks for one again finds a nearer one. */
    put(".cfnfix.yaml", "wrong\n");
    put("a/.cfnfix.yaml", "wrong\n");
    for (int i = 0; i < 2000; i++) {
        g_autofree char *path = g_strdup_printf("a/b/%d.yaml", i);
        CfnApplied applied = cfn_configs_apply(place->configs, path);
        assert_ptr_equal(applied.options, first.options);
    }
    assert_ptr_equal(cfn_configs_apply(place->configs, "y.yaml").options, first.options);
}

static void test_wrong_ones_are_read_once(void **state)
{
    Place *place = *state;
    put(".cfnfix.yaml", "wrong\n");
    CfnApplied first = cfn_configs_apply(place->configs, "a.yaml");
    assert_null(first.options);
    assert_non_null(first.error);
    put(".cfnfix.yaml", "profile: production\n");
    assert_ptr_equal(cfn_configs_apply(place->configs, "b/b.yaml").error, first.error);
}

static void test_shares_what_applies(void **state)
{
    Place *place = *state;
    put(".cfnfix.yaml", "overrides:\n"
                        "  - paths: [a/]\n    profile: production\n"
                        "  - paths: [x.yaml]\n    unsafe-fixes: true\n");
    const CfnOptions *plain = cfn_configs_apply(place->configs, "1.yaml").options;
    const CfnOptions *one = cfn_configs_apply(place->configs, "a/1.yaml").options;
    const CfnOptions *both = cfn_configs_apply(place->configs, "a/x.yaml").options;
    assert_int_equal(plain->profile, CFN_PROFILE_STANDARD);
    assert_int_equal(one->profile, CFN_PROFILE_PRODUCTION);
    assert_false(one->unsafe_fixes);
    assert_true(both->unsafe_fixes);
    assert_int_equal(both->profile, CFN_PROFILE_PRODUCTION);
    assert_ptr_equal(cfn_configs_apply(place->configs, "a/b/2.yaml").options, one);
    assert_ptr_equal(cfn_configs_apply(place->configs, "b/2.yaml").options, plain);
}

static void test_searches_up_to_the_top(void **state)
{
    Place *place = *state;
    put(".cfnfix.yaml", "profile: production\n");
    put("a/.cfnfix.yaml", "profile: ephemeral\n");
    put("sub/.git", "gitdir: elsewhere\n");
    assert_int_equal(cfn_configs_apply(place->configs, "x/y/t.yaml").options->profile,
                     CFN_PROFILE_PRODUCTION);
    assert_int_equal(cfn_configs_apply(place->configs, "a/b/t.yaml").options->profile,
                     CFN_PROFILE_EPHEMERAL);
    assert_int_equal(cfn_configs_apply(place->configs, "sub/x/t.yaml").options->profile,
                     CFN_PROFILE_STANDARD);
    assert_int_equal(cfn_configs_apply(place->configs, "/t.yaml").options->profile,
                     CFN_PROFILE_STANDARD);
}

/* A thousand files under one wrong configuration, a thousand under a good one. */
static void test_tells_once(void **state)
{
    Place *place = *state;
    put("bad/.cfnfix.yaml", "wrong\n");
    put("good/.cfnfix.yaml", "exclude: ['*9.yaml']\n");
    for (int i = 0; i < 2000; i++) {
        g_autofree char *path = g_strdup_printf("%s/%d.yaml", i % 2 == 0 ? "bad" : "good", i / 2);
        put(path, "");
    }
    char *argv[] = { "cfnfix", "bad", "good", NULL };
    g_autoptr(CfnCommand) command = cfn_command_parse(argv, cfn_transforms, NULL);
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) inputs = cfn_inputs_find(command, left, NULL);
    assert_int_equal(inputs->len, 2000);
    g_autoptr(GPtrArray) told = cfn_configs_apply_all(place->configs, inputs);
    assert_int_equal(inputs->len, 1900);
    assert_int_equal(told->len, 1);
    assert_true(g_str_has_prefix(g_ptr_array_index(told, 0), "bad/.cfnfix.yaml:1:1: "));
    for (guint i = 0; i < inputs->len; i++) {
        const CfnInput *input = g_ptr_array_index(inputs, i);
        assert_true((input->error != NULL) == g_str_has_prefix(input->path, "bad/"));
        assert_true((input->options != NULL) == g_str_has_prefix(input->path, "good/"));
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reads_once),          TEST(test_wrong_ones_are_read_once),
        TEST(test_shares_what_applies), TEST(test_searches_up_to_the_top),
        TEST(test_tells_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
