/*
 * Hashes of texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/hash.h"

static void equal_texts_have_equal_hashes(void **state)
{
    const char text[] = "a text of more than two words of eight bytes";
    for (size_t length = 0; length < sizeof text; length++) {
        g_autofree char *copy = g_strndup(text, length);
        assert_int_equal(cfn_hash(copy, length), cfn_hash(text, length));
        assert_int_equal(cfn_hash_string(copy), (guint)cfn_hash(text, length));
    }
}

static void length_counts(void **state)
{
    const char zeros[17] = { 0 };
    for (size_t length = 0; length < sizeof zeros; length++) {
        for (size_t other = 0; other < length; other++) {
            assert_int_not_equal(cfn_hash(zeros, length), cfn_hash(zeros, other));
        }
    }
}

/* "ab" and "bA" are the same to g_str_hash, so 4,096 names of twelve of them are. */
static void names_that_collide_for_glib_do_not(void **state)
{
    g_autoptr(GHashTable) theirs = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) ours = g_hash_table_new(NULL, NULL);
    for (guint bits = 0; bits < 4096; bits++) {
        g_autoptr(GString) name = g_string_new(NULL);
        for (guint i = 0; i < 12; i++) {
            g_string_append(name, (bits >> i & 1) != 0 ? "ab" : "bA");
        }
        g_hash_table_add(theirs, GUINT_TO_POINTER(g_str_hash(name->str)));
        g_hash_table_add(ours, GUINT_TO_POINTER(cfn_hash_string(name->str)));
    }
    assert_int_equal(g_hash_table_size(theirs), 1);
    assert_in_range(g_hash_table_size(ours), 4090, 4096); /* a chance of one in 512 for 4095 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_have_equal_hashes),
        cmocka_unit_test(length_counts),
        cmocka_unit_test(names_that_collide_for_glib_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
