/*
 * Who names whom.
 */
#include "tests/unit/model/fixture.h"

#include "model/reference.h"

static const char basic[] =
    "Conditions:\n"
    "  IsProd: !Equals [!Ref Env, prod]\n"
    "  Both: !And [!Condition IsProd, {Condition: IsProd}]\n"
    "Resources:\n"
    "  Log:\n"
    "    Type: AWS::Logs::LogGroup\n"
    "    Condition: IsProd\n"
    "    DependsOn: Key\n"
    "    Properties:\n"
    "      KmsKeyId: !GetAtt Key.Arn\n"
    "      Name: !If [IsProd, !Sub 'x-${Key.Arn}-${!Key}-${AWS::Region}', {Ref: Key}]\n"
    "  Key:\n"
    "    Type: AWS::KMS::Key\n"
    "    DependsOn: [Log, Gone]\n"
    "    Properties:\n"
    "      KeyPolicy: {Statement: [{Condition: {StringEquals: {a: b}}}]}\n"
    "      Text: !Sub ['${Key}${Own}${Key.Arn}', {Key: !Ref Own, Own: z}]\n"
    "Outputs:\n"
    "  Arn:\n"
    "    Condition: Both\n"
    "    Value: !GetAtt [Key, Arn]\n"
    "  More: {Value: {'Fn::GetAtt': [Key, !Ref Env]}}\n";

static const CfnReference *nth(const GPtrArray *references, guint index)
{
    assert_true(index < references->len);
    return g_ptr_array_index(references, index);
}

/* "kind:start-end:attribute:section/entry" of each. */
static char *describe(const GPtrArray *references)
{
    static const char *const kinds[] = { "ref", "att", "sub", "dep", "cond" };
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = g_ptr_array_index(references, i);
        g_autofree char *entry = cfn_node_dup_text(reference->entry);
        g_string_append_printf(
            out, "%s:%u-%u:%s:%s/%s\n", kinds[reference->kind], reference->start, reference->end,
            reference->attribute != NULL ? reference->attribute : "-", reference->section, entry);
    }
    return g_string_free(out, FALSE);
}

static void test_all_kinds(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    assert_taken(describe(cfn_references_to(f->template, "Key")), "dep:0-3:-:Resources/Log\n"
                                                                  "att:0-3:Arn:Resources/Log\n"
                                                                  "sub:4-7:Arn:Resources/Log\n"
                                                                  "ref:0-3:-:Resources/Log\n"
                                                                  "sub:14-17:Arn:Resources/Key\n"
                                                                  "att:0-3:Arn:Outputs/Arn\n"
                                                                  "att:0-3:-:Outputs/More\n");
    assert_taken(describe(cfn_references_to(f->template, "IsProd")), "cond:0-6:-:Conditions/Both\n"
                                                                     "cond:0-6:-:Conditions/Both\n"
                                                                     "cond:0-6:-:Resources/Log\n"
                                                                     "cond:0-6:-:Resources/Log\n");
    assert_taken(describe(cfn_references_to(f->template, "Both")), "cond:0-4:-:Outputs/Arn\n");
    assert_taken(describe(cfn_references_to(f->template, "Env")), "ref:0-3:-:Conditions/IsProd\n"
                                                                  "ref:0-3:-:Outputs/More\n");
    assert_taken(describe(cfn_references_to(f->template, "Own")), "ref:0-3:-:Resources/Key\n");
    assert_taken(describe(cfn_references_to(f->template, "Gone")), "dep:0-4:-:Resources/Key\n");
    assert_int_equal(cfn_references_to(f->template, "AWS::Region")->len, 1);
    assert_int_equal(cfn_references_to(f->template, "Nobody")->len, 0);
    assert_int_equal(cfn_references_to(f->template, "StringEquals")->len, 0);
}

static void test_nodes(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    const CfnResource *log = cfn_template_resource(f->template, "Log");
    const GPtrArray *to_key = cfn_references_to(f->template, "Key");
    const CfnNode *depends = cfn_node_get(log->node, "DependsOn");
    assert_ptr_equal(nth(to_key, 0)->node, depends);
    assert_ptr_equal(nth(to_key, 0)->value, depends);
    assert_ptr_equal(nth(to_key, 0)->resource, log);
    assert_ptr_equal(nth(to_key, 1)->value, cfn_resource_property(log, "KmsKeyId"));
    const CfnReference *ref = nth(to_key, 3);
    assert_text(ref->node, "Key");
    assert_ptr_equal(ref->node->parent, ref->value);
    assert_ptr_equal(nth(to_key, 4)->value->first, nth(to_key, 4)->node);
    assert_null(nth(to_key, 5)->resource);
    assert_ptr_equal(nth(to_key, 5)->node, nth(to_key, 5)->value->first);
}

static void test_under(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    const CfnResource *log = cfn_template_resource(f->template, "Log");
    g_autoptr(GPtrArray) under = cfn_references_under(f->template, log->node);
    assert_int_equal(under->len, 7);
    g_autoptr(GPtrArray) one =
        cfn_references_under(f->template, cfn_resource_property(log, "KmsKeyId"));
    assert_int_equal(one->len, 1);
    g_autoptr(GPtrArray) all = cfn_references_under(f->template, f->tree->root);
    assert_int_equal(all->len, 18);
    for (guint i = 1; i < all->len; i++) {
        assert_true(nth(all, i - 1)->node->span.start <= nth(all, i)->node->span.start);
    }
    g_autoptr(GPtrArray) none = cfn_references_under(f->template, cfn_node_get(log->node, "Type"));
    assert_int_equal(none->len, 0);
}

/* A long form right under a tag. */
static void test_call_in_call(void **state)
{
    g_autoptr(Fixture) f =
        fixture_new("Resources:\n"
                    "  A:\n"
                    "    Properties:\n"
                    "      Data: !Base64\n"
                    "        Fn::Sub: 'x${B.Arn}'\n"
                    "      Zone: !GetAZs\n"
                    "        Ref: C\n"
                    "      List: !Split [',', !ImportValue {Fn::GetAtt: [D, E]}]\n");
    assert_taken(describe(cfn_references_to(f->template, "B")), "sub:3-4:Arn:Resources/A\n");
    assert_taken(describe(cfn_references_to(f->template, "C")), "ref:0-1:-:Resources/A\n");
    assert_taken(describe(cfn_references_to(f->template, "D")), "att:0-1:E:Resources/A\n");
    const CfnResource *a = cfn_template_resource(f->template, "A");
    const CfnReference *sub = nth(cfn_references_to(f->template, "B"), 0);
    assert_ptr_equal(sub->value, cfn_resource_property(a, "Data"));
    assert_ptr_equal(sub->node, sub->value->last);
}

static bool depends(const Fixture *f, const char *from, const char *to)
{
    const CfnResource *user = cfn_template_resource(f->template, from);
    const CfnResource *used = cfn_template_resource(f->template, to);
    bool answer = cfn_depends_on(f->template, user, used);
    g_autofree bool *all = cfn_dependencies(f->template, user);
    assert_int_equal(all[used->index], answer);
    return answer;
}

static void test_depends_on(void **state)
{
    g_autoptr(Fixture) f = fixture_new("Conditions: {D: !Equals [a, b]}\n"
                                       "Resources:\n"
                                       "  A: {Type: T::T, Properties: {X: !Sub '${B}'}}\n"
                                       "  B: {Type: T::T, DependsOn: C}\n"
                                       "  C: {Type: T::T, Condition: D}\n"
                                       "  D: {Type: T::T, Properties: {X: !GetAtt E.Arn}}\n"
                                       "  E: {Type: T::T, Properties: {X: !Ref D}}\n");
    assert_true(depends(f, "A", "B"));
    assert_true(depends(f, "A", "C"));
    assert_false(depends(f, "C", "A"));
    assert_false(depends(f, "A", "D"));
    assert_false(depends(f, "A", "A"));
    assert_true(depends(f, "D", "D"));
}

static void test_for_each(void **state)
{
    g_autoptr(Fixture) f = fixture_new("Resources:\n"
                                       "  Fn::ForEach::Buckets:\n"
                                       "    - X\n"
                                       "    - [Alpha, !Ref List]\n"
                                       "    - Bucket${X}End:\n"
                                       "        Type: AWS::S3::Bucket\n"
                                       "        DependsOn: Key\n"
                                       "        Properties: {Name: !Sub '${X}', "
                                       "Fn::ForEach::Inner: [Y, [a], {'t&{Y}': !Ref Role}]}\n"
                                       "  Key: {Type: AWS::KMS::Key}\n"
                                       "Outputs:\n"
                                       "  Fn::ForEach::Values: [Z, [a], {'O${Z}': {Condition: "
                                       "Cond, Value: !GetAtt [Gate, Id]}}]\n");
    assert_taken(describe(cfn_references_to(f->template, "Key")),
                 "dep:0-3:-:Resources/Fn::ForEach::Buckets\n");
    assert_int_equal(cfn_references_to(f->template, "List")->len, 1);
    assert_int_equal(cfn_references_to(f->template, "Role")->len, 1);
    assert_int_equal(cfn_references_to(f->template, "Cond")->len, 1);
    assert_null(nth(cfn_references_to(f->template, "Key"), 0)->resource);
    static const char *const named[] = { "Key",  "Alpha", "BucketAlphaEnd", "BucketEnd",
                                         "tOne", "Role",  "Gate",           "Buckets" };
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        assert_true(cfn_named_in_for_each(f->template, named[i]));
    }
    assert_false(cfn_named_in_for_each(f->template, "BucketAlpha"));
    assert_false(cfn_named_in_for_each(f->template, "Lonely"));
}

static void test_json(void **state)
{
    g_autoptr(Fixture) f = fixture_new(
        "{\"Resources\": {\"A\": {\"Type\": \"T::T\", \"DependsOn\": [\"B\"], \"Properties\":"
        " {\"X\": {\"Fn::GetAtt\": [\"B\", \"Arn\"]}, \"Y\": {\"Fn::Sub\": \"\\u0024{B}\"}}}}}");
    assert_taken(describe(cfn_references_to(f->template, "B")), "dep:0-1:-:Resources/A\n"
                                                                "att:0-1:Arn:Resources/A\n"
                                                                "sub:2-3:-:Resources/A\n");
}

/* What is no template, and what is malformed, names nobody and does no harm. */
static void test_odd(void **state)
{
    static const char *const texts[] = {
        "text\n",
        "[a]\n",
        "Resources: [!Ref A]\n",
        "Resources: {A: {DependsOn: {x: y}, Condition: [a]}}\n",
        "Resources: {A: !GetAtt []}\n",
        "Resources: {Fn::ForEach::X: []}\n",
        "Resources: {Fn::ForEach::X: {a: b}}\n",
        "Resources: {A: {P: !If []}, B: {P: !Sub [{}]}, C: {P: !Ref [x]}, D: {P: !Condition {}}}\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Fixture) f = fixture_new(texts[i]);
        assert_int_equal(cfn_references_to(f->template, "x")->len, 0);
    }
}

static void test_large(void **state)
{
    g_autoptr(GString) text = g_string_new("Resources:\n  R0: {Type: T::T}\n");
    for (int i = 1; i < 10000; i++) {
        g_string_append_printf(text, "  R%d: {Type: T::T, DependsOn: R%d}\n", i, i - 1);
    }
    g_autoptr(Fixture) f = fixture_new(text->str);
    for (uint32_t i = 0; i + 1 < 10000; i++) {
        const CfnResource *resource = cfn_template_resource_at(f->template, i);
        assert_int_equal(cfn_references_to(f->template, resource->logical_id)->len, 1);
    }
    assert_true(depends(f, "R9999", "R0"));
    assert_false(depends(f, "R0", "R9999"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_kinds),    cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_under),        cmocka_unit_test(test_depends_on),
        cmocka_unit_test(test_for_each),     cmocka_unit_test(test_json),
        cmocka_unit_test(test_call_in_call), cmocka_unit_test(test_odd),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
