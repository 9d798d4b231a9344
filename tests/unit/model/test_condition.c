/*
 * What can be known about conditions without the parameters' values.
 */
#include "tests/unit/model/fixture.h"

#include "model/condition.h"

static const char basic[] = "Parameters:\n"
                            "  Env: {Type: String}\n"
                            "  Size: {Type: String, AllowedValues: [small, large]}\n"
                            "  On: {Type: String, AllowedValues: ['true', false]}\n"
                            "Conditions:\n"
                            "  Prod: !Equals [!Ref Env, prod]\n"
                            "  Dev: {Fn::Equals: [dev, {Ref: Env}]}\n"
                            "  NotProd: !Not [!Condition Prod]\n"
                            "  Either: !Or [{Condition: Prod}, !Condition Dev]\n"
                            "  Small: !Equals [!Ref Size, small]\n"
                            "  Large: !Equals [!Ref Size, large]\n"
                            "  Huge: !Equals [!Ref Size, huge]\n"
                            "  NotSmall: !Not [!Condition Small]\n"
                            "  ProdSmall: !And [!Condition Prod, !Condition Small]\n"
                            "  Yes: !Equals [a, a]\n"
                            "  Never: !Equals ['true', 'false']\n"
                            "  SameBoolean: !Equals [true, 'true']\n"
                            "  On: !Equals [!Ref On, yes]\n"
                            "  Off: !Equals [!Ref On, 'false']\n"
                            "  Virginia: !Equals [!Ref AWS::Region, us-east-1]\n"
                            "  Dublin: !Equals [!Ref AWS::Region, eu-west-1]\n"
                            "  First: !Equals [!Select [0, !Ref List], x]\n"
                            "  FirstLong: {Fn::Equals: [{Fn::Select: ['0', {Ref: List}]}, x]}\n"
                            "  FirstY: !Equals [!Select [0, !Ref List], y]\n"
                            "  Second: !Equals [!Select [1, !Ref List], x]\n"
                            "  Pair: !Equals [!Ref Env, !Ref Size]\n"
                            "  PairBack: !Equals [!Ref Size, !Ref Env]\n"
                            "  Itself: !Equals [!Ref Size, !Ref Size]\n"
                            "  Octal: !Equals [!Ref Env, 012]\n"
                            "  Ten: !Equals [!Ref Env, 10]\n"
                            "  CycleA: !Not [!Condition CycleB]\n"
                            "  CycleB: !Not [!Condition CycleA]\n"
                            "  Missing: !Not [!Condition Gone]\n"
                            "  Odd: !Cidr [x]\n"
                            "  OddNot: !Not [!Condition Prod, !Condition Dev]\n"
                            "  Text: 'true'\n";

typedef struct {
    const char *a, *b;
    CfnAnswer answer;
} Case;

static void check(const Case *cases, size_t count,
                  CfnAnswer (*ask)(const CfnTemplate *, const char *, const char *))
{
    g_autoptr(Fixture) f = fixture_new(basic);
    for (size_t i = 0; i < count; i++) {
        CfnAnswer answer = ask(f->template, cases[i].a, cases[i].b);
        if (answer != cases[i].answer) {
            fail_msg("%s and %s: %d", cases[i].a, cases[i].b, answer);
        }
    }
}

static void test_exclude(void **state)
{
    static const Case cases[] = {
        { "Prod", "Dev", CFN_YES },
        { "Prod", "NotProd", CFN_YES },
        { "NotProd", "Dev", CFN_NO },
        { "Prod", "Either", CFN_NO },
        { "Prod", "Small", CFN_NO },
        { "ProdSmall", "Large", CFN_YES },
        { "ProdSmall", "Dev", CFN_YES },
        { "Small", "Large", CFN_YES },
        { "Large", "NotSmall", CFN_NO },
        { "Huge", NULL, CFN_YES },
        { "Never", "Prod", CFN_YES },
        { "Yes", "Prod", CFN_NO },
        { NULL, NULL, CFN_NO },
        { NULL, "Prod", CFN_NO },
        { "Prod", "Prod", CFN_NO },
        { "On", "Off", CFN_YES },
        { "Virginia", "Dublin", CFN_YES },
        { "First", "FirstY", CFN_YES },
        { "First", "Second", CFN_NO },
        { "Octal", "Ten", CFN_NO },
        { "CycleA", "Prod", CFN_UNKNOWN },
        { "Missing", "Prod", CFN_UNKNOWN },
        { "Gone", NULL, CFN_UNKNOWN },
        { "Odd", "Prod", CFN_UNKNOWN },
        { "OddNot", "Prod", CFN_UNKNOWN },
        { "Text", "Prod", CFN_UNKNOWN },
    };
    check(cases, G_N_ELEMENTS(cases), cfn_conditions_exclude);
}

static void test_implies(void **state)
{
    static const Case cases[] = {
        { "Prod", NULL, CFN_YES },         { "Gone", NULL, CFN_YES },
        { "Gone", "Gone", CFN_YES },       { "Gone", "Prod", CFN_UNKNOWN },
        { NULL, "Prod", CFN_NO },          { NULL, "Yes", CFN_YES },
        { NULL, "SameBoolean", CFN_YES },  { NULL, "Itself", CFN_YES },
        { NULL, "Never", CFN_NO },         { "Prod", "Either", CFN_YES },
        { "Either", "Prod", CFN_NO },      { "Dev", "NotProd", CFN_YES },
        { "NotProd", "Dev", CFN_NO },      { "NotSmall", "Large", CFN_YES },
        { "Large", "NotSmall", CFN_YES },  { "ProdSmall", "Prod", CFN_YES },
        { "ProdSmall", "Small", CFN_YES }, { "First", "FirstLong", CFN_YES },
        { "First", "Second", CFN_NO },     { "Pair", "PairBack", CFN_YES },
        { "Never", "Prod", CFN_YES },
    };
    check(cases, G_N_ELEMENTS(cases), cfn_condition_implies);
}

static void test_no_conditions(void **state)
{
    g_autoptr(Fixture) f = fixture_new("Resources: {}\n");
    assert_int_equal(cfn_conditions_exclude(f->template, "A", "B"), CFN_UNKNOWN);
    assert_int_equal(cfn_condition_implies(f->template, "A", "B"), CFN_UNKNOWN);
    assert_int_equal(cfn_conditions_exclude(f->template, NULL, NULL), CFN_NO);
}

/* COUNT conditions, each naming the one before by FORMAT (twice); the first one is an Equals. */
static Fixture *chain(int count, const char *function)
{
    g_autoptr(GString) text = g_string_new("Conditions:\n  C0: !Equals [!Ref P, x]\n");
    for (int i = 1; i < count; i++) {
        g_string_append_printf(text, "  C%d: !%s [!Condition C%d, !Condition C%d]\n", i, function,
                               i - 1, i - 1);
    }
    return fixture_new(text->str);
}

/* Every condition is read once, however often it is named; too long a chain is not followed. */
static void test_chains(void **state)
{
    g_autoptr(Fixture) f = chain(200, "And");
    assert_int_equal(cfn_condition_implies(f->template, "C199", "C0"), CFN_YES);
    assert_int_equal(cfn_condition_implies(f->template, "C0", "C199"), CFN_YES);
    g_autoptr(Fixture) longer = chain(20000, "Or");
    assert_int_equal(cfn_condition_implies(longer->template, "C19999", "C0"), CFN_UNKNOWN);
    assert_int_equal(cfn_condition_implies(longer->template, "C3", "C0"), CFN_YES);
}

static void test_too_many(void **state)
{
    g_autoptr(GString) text = g_string_new("Conditions:\n  All: !And\n");
    for (int i = 0; i < 13; i++) {
        g_string_append_printf(text, "  - !Equals [!Ref P%d, x]\n", i);
    }
    g_string_append(text, "  One: !Equals [!Ref P0, x]\n");
    g_autoptr(Fixture) f = fixture_new(text->str);
    assert_int_equal(cfn_condition_implies(f->template, "All", "One"), CFN_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exclude),       cmocka_unit_test(test_implies),
        cmocka_unit_test(test_no_conditions), cmocka_unit_test(test_chains),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
