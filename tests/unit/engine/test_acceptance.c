/*
 * Which findings of a round are accepted, and what the others are then known by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/acceptance.h"
#include "engine/fingerprint.h"
#include "engine/transform.h"
#include "text/hash.h"

static const CfnTransform repair = { .id = "a-repair" };

/* Findings that only their order tells apart, at the places in PLACES, ended by 0. */
static GPtrArray *make_findings(const uint32_t *places)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    for (; *places != 0; places++) {
        CfnFinding *finding = g_new0(CfnFinding, 1);
        finding->transform = &repair;
        finding->logical_id = g_strdup("B");
        finding->pointer = g_strdup_printf("/Resources/B/Tags/%u", *places);
        finding->span = (CfnSpan){ *places, *places + 1 };
        g_ptr_array_add(findings, finding);
    }
    return findings;
}

/* The fingerprints of the first COUNT of equal findings. */
static GHashTable *know(guint count)
{
    static const uint32_t places[] = { 1, 2, 3, 4, 0 };
    g_autoptr(GPtrArray) findings = make_findings(places);
    g_autoptr(GPtrArray) fingerprints = cfn_fingerprints("a", findings);
    GHashTable *known = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < count; i++) {
        g_hash_table_add(known, g_strdup(fingerprints->pdata[i]));
    }
    return known;
}

/* The places of FINDINGS: "3 1 ". */
static char *places_of(const GPtrArray *findings)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        g_string_append_printf(text, "%u ", ((const CfnFinding *)findings->pdata[i])->span.start);
    }
    return g_string_free(text, FALSE);
}

static void check_take(GHashTable *known, const char *told, const char *accepted)
{
    static const uint32_t places[] = { 30, 10, 20, 0 };
    CfnAcceptance acceptance = { "a", known };
    g_autoptr(GPtrArray) findings = make_findings(places);
    g_autoptr(GPtrArray) taken = cfn_acceptance_take(&acceptance, findings);
    g_autofree char *left = places_of(findings);
    g_autofree char *gone = places_of(taken);
    assert_string_equal(left, told);
    assert_string_equal(gone, accepted);
}

static void takes_the_first_in_the_text(void **state)
{
    for (guint count = 0; count <= 4; count++) {
        static const char *const told[] = { "30 10 20 ", "30 20 ", "30 ", "", "" };
        static const char *const taken[] = { "", "10 ", "10 20 ", "10 20 30 ", "10 20 30 " };
        g_autoptr(GHashTable) known = know(count);
        check_take(known, told[count], taken[count]);
    }
}

static void takes_all(void **state)
{
    check_take(NULL, "", "10 20 30 ");
}

static void takes_nothing_without(void **state)
{
    static const uint32_t places[] = { 30, 10, 0 };
    g_autoptr(GPtrArray) findings = make_findings(places);
    g_autoptr(GPtrArray) taken = cfn_acceptance_take(NULL, findings);
    assert_int_equal(taken->len, 0);
    assert_int_equal(findings->len, 2);
}

/* What is left has the fingerprint that it would have if all were told. */
static void keeps_fingerprints(void **state)
{
    static const uint32_t places[] = { 1, 2, 3, 0 };
    g_autoptr(GPtrArray) findings = make_findings(places);
    g_autoptr(GPtrArray) before = cfn_fingerprints("a", findings);
    g_autoptr(GHashTable) known = know(2);
    CfnAcceptance acceptance = { "a", known };
    g_autoptr(GPtrArray) taken = cfn_acceptance_take(&acceptance, findings);
    g_autoptr(GPtrArray) after = cfn_fingerprints("a", findings);
    assert_int_equal(after->len, 1);
    assert_string_equal(after->pdata[0], before->pdata[2]);
    assert_string_equal(((CfnFinding *)taken->pdata[1])->fingerprint, before->pdata[1]);
}

static void is_about_one_path(void **state)
{
    static const uint32_t places[] = { 1, 0 };
    g_autoptr(GPtrArray) findings = make_findings(places);
    g_autoptr(GHashTable) known = know(4);
    CfnAcceptance acceptance = { "b", known };
    g_autoptr(GPtrArray) taken = cfn_acceptance_take(&acceptance, findings);
    assert_int_equal(taken->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_first_in_the_text), cmocka_unit_test(takes_all),
        cmocka_unit_test(takes_nothing_without),       cmocka_unit_test(keeps_fingerprints),
        cmocka_unit_test(is_about_one_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
