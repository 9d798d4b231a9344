/*
 * Intrinsic functions in both spellings, and what only looks like one.
 */
#include "tests/unit/model/fixture.h"

#include "model/intrinsic.h"

static CfnFunction function_of(const char *value)
{
    g_autofree char *text = g_strconcat("V: ", value, "\n", NULL);
    g_autoptr(Fixture) f = fixture_new(text);
    return cfn_intrinsic(fixture_get(f, "V")).function;
}

static void test_both_spellings(void **state)
{
    static const struct {
        const char *tag, *key;
        CfnFunction function;
    } cases[] = {
        { "!Ref x", "{Ref: x}", CFN_FN_REF },
        { "!GetAtt x.y", "{'Fn::GetAtt': x.y}", CFN_FN_GETATT },
        { "!Sub x", "{'Fn::Sub': x}", CFN_FN_SUB },
        { "!Join [a, b]", "{'Fn::Join': [a, b]}", CFN_FN_JOIN },
        { "!If [a, b, c]", "{'Fn::If': [a, b, c]}", CFN_FN_IF },
        { "!Split [a, b]", "{'Fn::Split': [a, b]}", CFN_FN_SPLIT },
        { "!Select [0, b]", "{'Fn::Select': [0, b]}", CFN_FN_SELECT },
        { "!FindInMap [a]", "{'Fn::FindInMap': [a]}", CFN_FN_FIND_IN_MAP },
        { "!ImportValue a", "{'Fn::ImportValue': a}", CFN_FN_IMPORT_VALUE },
        { "!Condition a", "{Condition: a}", CFN_FN_CONDITION },
        { "!Equals [a, b]", "{'Fn::Equals': [a, b]}", CFN_FN_EQUALS },
        { "!And [a, b]", "{'Fn::And': [a, b]}", CFN_FN_AND },
        { "!Or [a, b]", "{'Fn::Or': [a, b]}", CFN_FN_OR },
        { "!Not [a]", "{'Fn::Not': [a]}", CFN_FN_NOT },
        { "!Base64 a", "{'Fn::Base64': a}", CFN_FN_BASE64 },
        { "!Transform {Name: a}", "{'Fn::Transform': {Name: a}}", CFN_FN_TRANSFORM },
        { "!Cidr [a]", "{'Fn::Cidr': [a]}", CFN_FN_OTHER },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(function_of(cases[i].tag), cases[i].function);
        assert_int_equal(function_of(cases[i].key), cases[i].function);
    }
    assert_int_equal(function_of("{'Fn::ForEach::Loop': [X, [a], {}]}"), CFN_FN_FOR_EACH);
}

static void test_no_functions(void **state)
{
    static const char *const values[] = {
        "Ref",
        "{Ref: x, Other: y}",
        "{}",
        "[Ref, x]",
        "!!str Ref",
        "! Ref",
        "!<tag:yaml.org,2002:str> Ref",
        "!!map {Other: x}",
        "{Condition: {StringEquals: {a: b}}}",
        "{Fn: x}",
        "{Sub: x}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        assert_int_equal(function_of(values[i]), CFN_FN_NONE);
    }
    assert_int_equal(cfn_intrinsic(NULL).function, CFN_FN_NONE);
    assert_null(cfn_argument(NULL, CFN_FN_REF));
}

static void test_argument(void **state)
{
    g_autoptr(Fixture) f = fixture_new("A: !Sub text\nB: {Fn::Sub: text}\n");
    const CfnNode *tagged = fixture_get(f, "A");
    assert_ptr_equal(cfn_argument(tagged, CFN_FN_SUB), tagged);
    assert_text(cfn_argument(fixture_get(f, "B"), CFN_FN_SUB), "text");
    assert_null(cfn_argument(tagged, CFN_FN_REF));
    assert_true(cfn_is_function(tagged, CFN_FN_SUB));
}

static void test_inside(void **state)
{
    g_autoptr(Fixture) f =
        fixture_new("A: !Base64 {Fn::Sub: text}\nB: !Base64 text\nC: {Ref: X}\n");
    const CfnNode *node = fixture_get(f, "A");
    assert_int_equal(cfn_intrinsic(node).function, CFN_FN_BASE64);
    assert_int_equal(cfn_intrinsic_inside(node).function, CFN_FN_SUB);
    assert_text(cfn_intrinsic_inside(node).argument, "text");
    assert_int_equal(cfn_intrinsic_inside(fixture_get(f, "B")).function, CFN_FN_NONE);
    assert_int_equal(cfn_intrinsic_inside(fixture_get(f, "C")).function, CFN_FN_REF);
}

static void test_long_name(void **state)
{
    g_autoptr(Fixture) f =
        fixture_new("A: !Ref x\nB: !Cidr [x]\nC: !!str x\nD: x\nE: !Condition x\n");
    assert_taken(cfn_tag_long_name(f->tree, fixture_get(f, "A")), "Ref");
    assert_taken(cfn_tag_long_name(f->tree, fixture_get(f, "B")), "Fn::Cidr");
    assert_taken(cfn_tag_long_name(f->tree, fixture_get(f, "E")), "Condition");
    assert_null(cfn_tag_long_name(f->tree, fixture_get(f, "C")));
    assert_null(cfn_tag_long_name(f->tree, fixture_get(f, "D")));
}

static void test_ref(void **state)
{
    g_autoptr(Fixture) f =
        fixture_new("A: !Ref AWS::NoValue\nB: {Ref: Key}\nC: {Ref: !Sub Key}\nD: Key\n");
    assert_true(cfn_is_ref(fixture_get(f, "A"), "AWS::NoValue"));
    assert_false(cfn_is_ref(fixture_get(f, "A"), "AWS::NoValues"));
    assert_taken(cfn_ref_name(fixture_get(f, "B")), "Key");
    assert_null(cfn_ref_name(fixture_get(f, "C")));
    assert_null(cfn_ref_name(fixture_get(f, "D")));
    assert_false(cfn_is_ref(NULL, "Key"));
}

static void check_getatt(const char *value, const char *id, const char *attribute)
{
    g_autofree char *text = g_strconcat("V: ", value, "\n", NULL);
    g_autoptr(Fixture) f = fixture_new(text);
    g_autofree char *found_id = NULL;
    g_autofree char *found_attribute = NULL;
    bool found = cfn_getatt(fixture_get(f, "V"), &found_id, &found_attribute);
    assert_int_equal(found, id != NULL);
    if (found) {
        assert_string_equal(found_id, id);
        assert_string_equal(found_attribute, attribute);
    }
}

static void test_getatt(void **state)
{
    check_getatt("!GetAtt A.Arn", "A", "Arn");
    check_getatt("!GetAtt [A, Arn]", "A", "Arn");
    check_getatt("{'Fn::GetAtt': A.Outputs.X}", "A", "Outputs.X");
    check_getatt("{'Fn::GetAtt': [A, Outputs.X]}", "A", "Outputs.X");
    check_getatt("!GetAtt A", NULL, NULL);
    check_getatt("!GetAtt [A]", NULL, NULL);
    check_getatt("!GetAtt [A, !Ref B]", NULL, NULL);
    check_getatt("!GetAtt [A, B, C]", NULL, NULL);
    check_getatt("!Ref A.Arn", NULL, NULL);
}

static void test_sub(void **state)
{
    g_autoptr(Fixture) f = fixture_new("A: !Sub text\n"
                                       "B: !Sub [text, {X: y}]\n"
                                       "C: {Fn::Sub: [text]}\n"
                                       "D: {Fn::Sub: !Ref X}\n"
                                       "E: !Sub []\n"
                                       "F: !Sub {X: y}\n");
    const CfnNode *text = NULL;
    const CfnNode *map = NULL;
    assert_true(cfn_sub(fixture_get(f, "A"), &text, &map));
    assert_ptr_equal(text, fixture_get(f, "A"));
    assert_null(map);
    assert_true(cfn_sub(fixture_get(f, "B"), &text, &map));
    assert_text(text, "text");
    assert_text(cfn_node_get(map, "X"), "y");
    assert_true(cfn_sub(fixture_get(f, "C"), &text, &map));
    assert_null(map);
    assert_false(cfn_sub(fixture_get(f, "D"), &text, &map));
    assert_false(cfn_sub(fixture_get(f, "E"), &text, &map));
    assert_false(cfn_sub(fixture_get(f, "F"), &text, &map));
}

/* The parts of a Sub text, each as "start-end name attribute", literals with a "!". */
static char *parts_of(const char *value)
{
    g_autofree char *text = g_strconcat("V: !Sub \"", value, "\"\n", NULL);
    g_autoptr(Fixture) f = fixture_new(text);
    const CfnNode *node = fixture_get(f, "V");
    g_autoptr(GArray) parts = cfn_sub_parts(node);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < parts->len; i++) {
        const CfnSubPart *part = &g_array_index(parts, CfnSubPart, i);
        g_string_append_printf(
            out, "[%u-%u %s%.*s %.*s]", part->start, part->end, part->literal ? "!" : "",
            (int)(part->name_end - part->name_start), node->text + part->name_start,
            (int)(part->attribute_end - part->attribute_start), node->text + part->attribute_start);
    }
    return g_string_free(out, FALSE);
}

static void test_sub_parts(void **state)
{
    assert_taken(parts_of("a${B}c${D.E.F}"), "[1-5 B ][6-14 D E.F]");
    assert_taken(parts_of("${ AWS::Region }"), "[0-16 AWS::Region ]");
    assert_taken(parts_of("${!Literal.x}${B}"), "[0-13 !Literal.x ][13-17 B ]");
    assert_taken(parts_of("$A {B} $${C}"), "[8-12 C ]");
    assert_taken(parts_of("${a ${B}} ${C"), "[4-8 B ]");
    assert_taken(parts_of("${}"), "[0-3  ]");
    assert_taken(parts_of("}$"), "");
    assert_taken(parts_of("$"), "");
    assert_taken(parts_of("${"), "");
}

static void test_sub_parts_are_linear(void **state)
{
    g_autoptr(GString) text = g_string_new("V: !Sub '");
    for (int i = 0; i < 300000; i++) {
        g_string_append(text, "${");
    }
    g_string_append(text, "X}'\n");
    g_autoptr(Fixture) f = fixture_new(text->str);
    g_autoptr(GArray) parts = cfn_sub_parts(fixture_get(f, "V"));
    assert_int_equal(parts->len, 1);
}

static void test_branches(void **state)
{
    g_autoptr(Fixture) f = fixture_new(
        "V: !If [A, x, {Fn::If: [B, !Ref AWS::NoValue, {Fn::If: [C, [y], !If [D, z]]}]}]\n");
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(fixture_get(f, "V"), branches);
    assert_int_equal(branches->len, 3);
    assert_text(g_ptr_array_index(branches, 0), "x");
    assert_true(cfn_node_is_sequence(g_ptr_array_index(branches, 1)));
    assert_true(cfn_is_function(g_ptr_array_index(branches, 2), CFN_FN_IF));
    cfn_branches(NULL, branches);
    assert_int_equal(branches->len, 3);
}

static void test_resolve(void **state)
{
    g_autoptr(Fixture) f = fixture_new("Parameters:\n"
                                       "  Port: {Type: Number, Default: 80}\n"
                                       "  Open: {Type: String}\n"
                                       "A: !Ref Port\nB: !Ref Open\nC: !Ref Gone\nD: 81\n");
    assert_text(cfn_resolve(f->template, fixture_get(f, "A")), "80");
    assert_ptr_equal(cfn_resolve(f->template, fixture_get(f, "B")), fixture_get(f, "B"));
    assert_ptr_equal(cfn_resolve(f->template, fixture_get(f, "C")), fixture_get(f, "C"));
    assert_ptr_equal(cfn_resolve(f->template, fixture_get(f, "D")), fixture_get(f, "D"));
    assert_null(cfn_resolve(f->template, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_spellings), cmocka_unit_test(test_no_functions),
        cmocka_unit_test(test_argument),       cmocka_unit_test(test_inside),
        cmocka_unit_test(test_long_name),      cmocka_unit_test(test_ref),
        cmocka_unit_test(test_getatt),         cmocka_unit_test(test_sub),
        cmocka_unit_test(test_sub_parts),      cmocka_unit_test(test_sub_parts_are_linear),
        cmocka_unit_test(test_branches),       cmocka_unit_test(test_resolve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
