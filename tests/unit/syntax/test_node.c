/*
 * Questions to nodes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "syntax/tree.h"

static const char text[] = "A: {B: {C: deep}}\n"
                           "L: [zero, one, two]\n"
                           "D: first\n"
                           "D: last\n"
                           "E:\n";

static CfnSource *source;
static CfnTree *tree;

static int parse(void **state)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, sizeof(text) - 1);
    source = cfn_source_new("t.yaml", bytes, CFN_SOURCE_DEFAULT_LIMIT, NULL);
    tree = cfn_tree_parse(source, NULL);
    return tree == NULL;
}

static int release(void **state)
{
    cfn_tree_free(tree);
    cfn_source_free(source);
    return 0;
}

static void compares_texts(void **state)
{
    const CfnNode *deep = cfn_node_at(tree->root, "A", "B", "C", NULL);
    assert_true(cfn_node_equals(deep, "deep"));
    assert_false(cfn_node_equals(deep, "dee"));
    assert_false(cfn_node_equals(deep, "deeper"));
    assert_false(cfn_node_equals(deep, "DEEP"));
    assert_true(cfn_node_equals_nocase(deep, "DeeP"));
    assert_false(cfn_node_equals_nocase(deep, "DeeQ"));
    assert_true(cfn_node_has_prefix(deep, "de"));
    assert_true(cfn_node_has_prefix(deep, ""));
    assert_false(cfn_node_has_prefix(deep, "deeper"));
    assert_true(cfn_node_contains(deep, "eep"));
    assert_false(cfn_node_contains(deep, "eepb"));
    assert_true(cfn_node_same_text(deep, deep));
    assert_false(cfn_node_same_text(deep, cfn_node_get(tree->root, "D")));
    assert_false(cfn_node_same_text(tree->root, tree->root));
    g_autofree char *copy = cfn_node_dup_text(deep);
    assert_string_equal(copy, "deep");
}

static void takes_null_and_other_kinds(void **state)
{
    assert_false(cfn_node_equals(NULL, "a"));
    assert_false(cfn_node_equals(tree->root, "a"));
    assert_false(cfn_node_equals_nocase(NULL, "a"));
    assert_false(cfn_node_has_prefix(NULL, ""));
    assert_false(cfn_node_contains(NULL, ""));
    assert_false(cfn_node_same_text(NULL, NULL));
    assert_null(cfn_node_dup_text(NULL));
    assert_null(cfn_node_dup_text(tree->root));
    assert_null(cfn_node_get(NULL, "A"));
    assert_null(cfn_node_get(cfn_node_get(tree->root, "L"), "A"));
    assert_null(cfn_node_item(NULL, 0));
    assert_null(cfn_node_item(tree->root, 0));
    assert_null(cfn_node_key(NULL));
    const CfnNode *none = NULL;
    cfn_node_each_key(key, none) {
        fail_msg("a key in %s", key->text);
    }
    cfn_node_each_item(item, tree->root) {
        fail_msg("an item in %s", item->text);
    }
}

static void finds_keys_and_items(void **state)
{
    assert_null(cfn_node_get(tree->root, "Z"));
    assert_null(cfn_node_at(tree->root, "A", "Z", "C", NULL));
    assert_null(cfn_node_at(tree->root, "D", "C", NULL));
    assert_null(cfn_node_at(NULL, "A", NULL));
    assert_true(cfn_node_equals(cfn_node_get(tree->root, "D"), "last"));
    assert_true(cfn_node_is_empty(cfn_node_get(tree->root, "E")));
    const CfnNode *list = cfn_node_get(tree->root, "L");
    assert_true(cfn_node_equals(cfn_node_item(list, 0), "zero"));
    assert_true(cfn_node_equals(cfn_node_item(list, 2), "two"));
    assert_null(cfn_node_item(list, 3));
    uint32_t count = 0;
    cfn_node_each_item(item, list) {
        assert_int_equal(item->index, count++);
    }
    assert_int_equal(count, 3);
    count = 0;
    cfn_node_each_key(key, tree->root) {
        assert_true(key->is_key);
        assert_int_equal(key->index, count++);
    }
    assert_int_equal(count, cfn_node_count(tree->root));
}

static void finds_the_way_up(void **state)
{
    const CfnNode *key = cfn_node_find_key(tree->root, "L");
    const CfnNode *list = cfn_node_value(key);
    assert_ptr_equal(cfn_node_key(list), key);
    assert_null(cfn_node_key(key));
    assert_null(cfn_node_key(list->first));
    assert_null(cfn_node_key(tree->root));
    const CfnNode *deep = cfn_node_at(tree->root, "A", "B", "C", NULL);
    assert_true(cfn_node_is_under(deep, tree->root));
    assert_true(cfn_node_is_under(deep, deep));
    assert_false(cfn_node_is_under(deep, list));
    assert_false(cfn_node_is_under(tree->root, deep));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_texts),
        cmocka_unit_test(takes_null_and_other_kinds),
        cmocka_unit_test(finds_keys_and_items),
        cmocka_unit_test(finds_the_way_up),
    };
    return cmocka_run_group_tests(tests, parse, release);
}
