/*
 * What findings are known by: what it depends on, and what not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/fingerprint.h"
#include "engine/transform.h"

static const CfnTransform repair = { .id = "a-repair" };
static const CfnTransform other_repair = { .id = "another-repair" };

/* The fingerprint of a finding behind COUNT others that are its equals. */
static char *print_of(const char *path, const CfnTransform *transform, const char *logical_id,
                      const char *pointer, guint count)
{
    CfnFinding finding = { .transform = transform,
                           .logical_id = (char *)logical_id,
                           .pointer = (char *)pointer };
    g_autoptr(GPtrArray) findings = g_ptr_array_new();
    for (guint i = 0; i <= count; i++) {
        g_ptr_array_add(findings, &finding);
    }
    g_autoptr(GPtrArray) prints = cfn_fingerprints(path, findings);
    return g_strdup(prints->pdata[count]);
}

#define assert_same(a, b)                                                                          \
    do {                                                                                           \
        g_autofree char *one = (a), *other = (b);                                                  \
        assert_string_equal(one, other);                                                           \
    } while (0)
#define assert_different(a, b)                                                                     \
    do {                                                                                           \
        g_autofree char *one = (a), *other = (b);                                                  \
        assert_string_not_equal(one, other);                                                       \
    } while (0)

static void places_in_lists_do_not_count(void **state)
{
    assert_same(print_of("a", &repair, "B", "/Resources/B/Tags/0/Value", 0),
                print_of("a", &repair, "B", "/Resources/B/Tags/17/Value", 0));
    assert_different(print_of("a", &repair, "B", "/Resources/B/Tags/0/Value", 0),
                     print_of("a", &repair, "B", "/Resources/B/Tags/0/Key", 0));
    assert_different(print_of("a", &repair, "B", "/Resources/B/x1", 0),
                     print_of("a", &repair, "B", "/Resources/B/x2", 0));
}

static void all_else_counts(void **state)
{
    const char *pointer = "/Resources/B/Properties";
    assert_different(print_of("a", &repair, "B", pointer, 0),
                     print_of("b", &repair, "B", pointer, 0));
    assert_different(print_of("a", &repair, "B", pointer, 0),
                     print_of("a", &other_repair, "B", pointer, 0));
    assert_different(print_of("a", &repair, "B", pointer, 0),
                     print_of("a", &repair, "C", pointer, 0));
    assert_different(print_of("a", &repair, "B", pointer, 0),
                     print_of("a", &repair, NULL, pointer, 0));
}

static void equals_are_counted(void **state)
{
    const char *pointer = "/Resources/B/Tags/0";
    assert_different(print_of("a", &repair, "B", pointer, 0),
                     print_of("a", &repair, "B", pointer, 1));
    assert_same(print_of("a", &repair, "B", pointer, 1), print_of("a", &repair, "B", pointer, 1));
}

static void is_forty_digits(void **state)
{
    g_autofree char *print = print_of("a", &repair, "B", "", 0);
    assert_int_equal(strlen(print), 40);
    assert_int_equal(strspn(print, "0123456789abcdef"), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_in_lists_do_not_count),
        cmocka_unit_test(all_else_counts),
        cmocka_unit_test(equals_are_counted),
        cmocka_unit_test(is_forty_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
