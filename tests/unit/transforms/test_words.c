/*
 * The words that a repair says it cannot do without: each has some, and they are in every golden
 * input in which it finds something.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/quick_look.h"
#include "text/hash.h"
#include "transforms/registry.h"

static bool is_blank(const char *word)
{
    return *word == '\0' || word[strcspn(word, " \t\n\"'\\/")] != '\0';
}

static void test_each_repair_has_words(void **state)
{
    for (const CfnTransform *const *at = cfn_transforms; *at != NULL; at++) {
        if ((*at)->resource_types == NULL && (*at)->words == NULL) {
            fail_msg("%s has neither resource types nor words", (*at)->id);
        }
        for (size_t i = 0; (*at)->resource_types != NULL && (*at)->resource_types[i] != NULL; i++) {
            assert_true(g_str_has_prefix((*at)->resource_types[i], "AWS::"));
        }
        for (size_t i = 0; (*at)->words != NULL && (*at)->words[i] != NULL; i++) {
            assert_false(is_blank((*at)->words[i]));
        }
    }
}

/* How often TRANSFORM finds something in BYTES. */
static guint count_findings(GBytes *bytes, const CfnTransform *transform)
{
    g_autoptr(GHashTable) select = g_hash_table_new(cfn_hash_string, g_str_equal);
    g_hash_table_add(select, (gpointer)transform->id);
    const CfnOptions options = { .transforms = cfn_transforms,
                                 .select = select,
                                 .no_ignores = true,
                                 .without_operations = true };
    CfnSource *source = cfn_source_new("golden", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
    g_autoptr(CfnOutcome) outcome = source != NULL ? cfn_run(source, &options) : NULL;
    return outcome != NULL ? outcome->findings->len + g_hash_table_size(outcome->secrets) : 0;
}

/* Returns how many repairs find something in the file. */
static guint check_input(const char *path)
{
    char *text = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, length);
    guint count = 0;
    for (const CfnTransform *const *at = cfn_transforms; *at != NULL; at++) {
        if (count_findings(bytes, *at) > 0) {
            count++;
            if (!cfn_quick_look_for(text, length, *at)) {
                fail_msg("%s finds something in %s, which has none of its words", (*at)->id, path);
            }
        }
    }
    return count;
}

/* Calls check_input for each file called input.* in FOLDER and those in it. */
static guint check_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    assert_non_null(dir);
    guint count = 0;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            count += check_folder(path);
        } else if (g_str_has_prefix(name, "input.")) {
            count += check_input(path);
        }
    }
    return count;
}

static void test_goldens_have_them(void **state)
{
    assert_in_range(check_folder(CFN_ROOT "/golden"), 300, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_repair_has_words),
        cmocka_unit_test(test_goldens_have_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
