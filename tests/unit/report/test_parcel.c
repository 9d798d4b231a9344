/*
 * What a worker sends, and what the parent takes of it: a worker may have been taken over by the
 * template that it read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "report/parcel.h"

static const CfnTransform *const transforms[] = { &made_transform, NULL };

#define ALL (CFN_PARCEL_TEXT | CFN_PARCEL_NAME | CFN_PARCEL_DIFF)

/* One with a finding on the second of its three lines, which goes. */
static CfnResult *make(void)
{
    CfnResult *result = made_result("a.yaml", "A: 1\nB: 2\nC: 3");
    CfnOutcome *outcome = result->outcome;
    CfnFinding *finding = made_finding(CFN_FIXED, "m", 2, 2);
    g_ptr_array_add(outcome->findings, finding);
    guint number = 0;
    g_array_append_val(made_suggestion(result, 2, 1, "")->findings, number);
    outcome->after = g_bytes_new("A: 1\nC: 3", 9);
    result->diff = g_strdup("diff");
    outcome->accepted = g_ptr_array_new();
    outcome->secrets = g_hash_table_new(g_str_hash, g_str_equal);
    return result;
}

/* Takes RESULT through a parcel. */
static CfnResult *send(CfnResult *result, CfnParcelParts parts)
{
    g_autoptr(GBytes) parcel = cfn_parcel_pack(result, transforms, CFN_PARCEL_TEXT);
    CfnResult *taken = cfn_parcel_unpack(parcel, "a.yaml", transforms, 1000, parts);
    cfn_result_free(result);
    return taken;
}

static void comes_out_as_it_was(void **state)
{
    g_autoptr(CfnResult) taken = send(make(), ALL);
    assert_non_null(taken);
    assert_int_equal(taken->outcome->findings->len, 1);
    const CfnSuggestion *suggestion = taken->outcome->suggestions->pdata[0];
    assert_int_equal(g_array_index(suggestion->replacements, CfnReplacement, 0).first_line, 2);
    assert_string_equal(taken->diff, "diff");
}

static void lacks_nothing_that_is_told(void **state)
{
    CfnResult *result = make();
    g_clear_pointer(&result->name, g_free);
    assert_null(send(result, CFN_PARCEL_NAME));
    result = make();
    g_clear_pointer(&result->diff, g_free);
    assert_null(send(result, CFN_PARCEL_DIFF));
    result = make();
    g_clear_pointer(&result->diff, g_free);
    g_autoptr(CfnResult) taken = send(result, CFN_PARCEL_TEXT);
    assert_non_null(taken); /* nobody asked */
}

/* A reporter goes through the lines of a finding: 4294967295 of them would take it for ever. */
static void has_findings_in_the_text(void **state)
{
    static const struct {
        CfnPlace start, end;
    } wrong[] = {
        { { 2, 1 }, { UINT32_MAX, 1 } }, { { 0, 1 }, { 2, 1 } },  { { 2, 0 }, { 2, 1 } },
        { { 2, 1 }, { 1, 1 } },          { { 2, 1 }, { 16, 1 } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        CfnResult *result = make();
        CfnFinding *finding = result->outcome->findings->pdata[0];
        finding->start = wrong[i].start;
        finding->end = wrong[i].end;
        assert_null(send(result, ALL));
    }
}

static void has_known_effects(void **state)
{
    CfnResult *result = make();
    CfnFinding *finding = result->outcome->findings->pdata[0];
    finding->effects = (CfnEffects)(1u << CFN_EFFECT_COUNT);
    assert_null(send(result, ALL));
}

static CfnReplacement *replacement_of(CfnResult *result)
{
    const CfnSuggestion *suggestion = result->outcome->suggestions->pdata[0];
    return &g_array_index(suggestion->replacements, CfnReplacement, 0);
}

static void has_replacements_of_whole_lines(void **state)
{
    static const CfnReplacement wrong[] = {
        { 1, 1, { 5, 10 }, NULL }, { 2, UINT32_MAX, { 5, 10 }, NULL }, { 2, 0, { 5, 10 }, NULL },
        { 2, 1, { 6, 10 }, NULL }, { 2, 1, { 5, 9 }, NULL },           { 2, 1, { 5, 16 }, NULL },
        { 2, 0, { 10, 5 }, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        CfnResult *result = make();
        CfnReplacement *one = replacement_of(result);
        one->first_line = wrong[i].first_line;
        one->lines = wrong[i].lines;
        one->span = wrong[i].span;
        assert_null(send(result, ALL));
    }
}

/* Whoever applies them copies what stands between them. */
static void has_replacements_in_order(void **state)
{
    CfnResult *result = make();
    const CfnSuggestion *suggestion = result->outcome->suggestions->pdata[0];
    CfnReplacement first = { 1, 1, { 0, 5 }, g_strdup("") };
    g_array_append_val(suggestion->replacements, first);
    assert_null(send(result, ALL));
}

static void may_be_put_behind_the_last_line(void **state)
{
    CfnResult *result = make();
    CfnReplacement *one = replacement_of(result);
    one->first_line = 3;
    one->lines = 0;
    one->span = (CfnSpan){ 14, 14 };
    g_autoptr(CfnResult) taken = send(result, ALL);
    assert_non_null(taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_out_as_it_was),
        cmocka_unit_test(lacks_nothing_that_is_told),
        cmocka_unit_test(has_findings_in_the_text),
        cmocka_unit_test(has_known_effects),
        cmocka_unit_test(has_replacements_of_whole_lines),
        cmocka_unit_test(has_replacements_in_order),
        cmocka_unit_test(may_be_put_behind_the_last_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
