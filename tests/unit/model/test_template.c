/*
 * Sections, resources, transforms, JSON Pointers.
 */
#include "tests/unit/model/fixture.h"

static const char basic[] = "AWSTemplateFormatVersion: '2010-09-09'\n"
                            "Metadata: {cfnfix: {ignore: comma-tags}}\n"
                            "Parameters:\n"
                            "  Env: {Type: String}\n"
                            "Resources:\n"
                            "  Key:\n"
                            "    Type: AWS::KMS::Key\n"
                            "    Condition: IsProd\n"
                            "    Metadata: {cfnfix: {ignore: [a, b]}}\n"
                            "    Properties:\n"
                            "      KeyPolicy: {Statement: [{Effect: Allow}]}\n"
                            "  Other:\n"
                            "    Type: AWS::S3::Bucket\n"
                            "    Metadata: {cfnfix: {written-by: force-destroy}}\n"
                            "  Second: {Type: AWS::KMS::Key, Properties: !Ref X}\n"
                            "  Typeless: {}\n"
                            "  Fn::Transform: {Name: AWS::Include}\n"
                            "  Fn::ForEach::Loop: [X, [a], {}]\n"
                            "  Empty:\n"
                            "Outputs:\n"
                            "  Arn: {Value: !GetAtt Key.Arn}\n";

static void test_resources(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    assert_int_equal(cfn_template_resource_count(f->template), 4);
    const CfnResource *key = cfn_template_resource_at(f->template, 0);
    assert_string_equal(key->logical_id, "Key");
    assert_string_equal(key->type, "AWS::KMS::Key");
    assert_string_equal(key->condition, "IsProd");
    assert_int_equal(key->index, 0);
    assert_ptr_equal(key, cfn_template_resource(f->template, "Key"));
    assert_non_null(cfn_resource_property(key, "KeyPolicy"));
    assert_null(cfn_resource_property(key, "Type"));
    const CfnResource *second = cfn_template_resource(f->template, "Second");
    assert_null(second->properties);
    assert_null(second->condition);
    assert_null(cfn_resource_property(second, "KeyPolicy"));
    assert_string_equal(cfn_template_resource(f->template, "Typeless")->type, "");
    assert_null(cfn_template_resource(f->template, "Empty"));
    const GPtrArray *keys = cfn_template_resources_of(f->template, "AWS::KMS::Key");
    assert_int_equal(keys->len, 2);
    assert_ptr_equal(g_ptr_array_index(keys, 1), second);
    assert_int_equal(cfn_template_resources_of(f->template, "AWS::None")->len, 0);
}

static void test_duplicate_ids(void **state)
{
    g_autoptr(Fixture) f = fixture_new("Resources:\n"
                                       "  A: {Type: T::First}\n"
                                       "  A: {Type: T::Second}\n");
    assert_int_equal(cfn_template_resource_count(f->template), 2);
    assert_string_equal(cfn_template_resource(f->template, "A")->type, "T::Second");
    assert_int_equal(cfn_template_resources_of(f->template, "T::First")->len, 1);
}

static void test_sections(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    assert_non_null(cfn_template_section(f->template, "Outputs"));
    assert_null(cfn_template_section(f->template, "Mappings"));
    assert_null(cfn_template_section(f->template, "AWSTemplateFormatVersion"));
    assert_non_null(cfn_template_entry(f->template, "Parameters", "Env"));
    assert_null(cfn_template_entry(f->template, "Parameters", "Gone"));
    assert_null(cfn_template_entry(f->template, "Mappings", "Env"));
    assert_true(cfn_template_id_is_free(f->template, "New"));
    assert_false(cfn_template_id_is_free(f->template, "Env"));
    assert_false(cfn_template_id_is_free(f->template, "Arn"));
    assert_false(cfn_template_id_is_free(f->template, "Empty"));
}

static void test_owner(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    const CfnResource *key = cfn_template_resource(f->template, "Key");
    const CfnNode *effect =
        cfn_node_get(cfn_node_at(key->properties, "KeyPolicy", "Statement", NULL)->first, "Effect");
    assert_ptr_equal(cfn_template_owner(f->template, effect), key);
    assert_ptr_equal(cfn_template_owner(f->template, key->key), key);
    assert_ptr_equal(cfn_template_owner(f->template, key->node), key);
    assert_null(cfn_template_owner(f->template, cfn_template_section(f->template, "Resources")));
    assert_null(cfn_template_owner(f->template, cfn_template_entry(f->template, "Outputs", "Arn")));
    assert_null(cfn_template_owner(f->template, f->tree->root));
    assert_null(
        cfn_template_owner(f->template, cfn_template_entry(f->template, "Resources", "Empty")));
    g_autoptr(Fixture) bare = fixture_new("A: b\n");
    assert_null(cfn_template_owner(bare->template, bare->tree->root));
}

static void test_is_template(void **state)
{
    static const struct {
        const char *text;
        bool is_template;
    } cases[] = {
        { "AWSTemplateFormatVersion: x\n", true },
        { "Resources: {A: {Type: 'AWS::S3::Bucket'}}\n", true },
        { "Resources: {A: {Type: b}, B: {Type: 'Custom::X'}}\n", true },
        { "Resources: {A: {Type: b}, B: {}}\n", false },
        { "Resources: [{Type: 'AWS::S3::Bucket'}]\n", false },
        { "resources: {A: {Type: 'AWS::S3::Bucket'}}\n", false },
        { "just text\n", false },
        { "- AWSTemplateFormatVersion\n", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Fixture) f = fixture_new(cases[i].text);
        assert_int_equal(cfn_tree_is_template(f->tree), cases[i].is_template);
    }
}

static void check_transform(const char *text, bool is_sam, bool has_macro)
{
    g_autoptr(Fixture) f = fixture_new(text);
    assert_int_equal(cfn_template_has_transform(f->template, "AWS::Serverless-2016-10-31"), is_sam);
    assert_int_equal(cfn_template_has_macro(f->template), has_macro);
}

static void test_transforms(void **state)
{
    check_transform("A: b\n", false, false);
    check_transform("Transform: AWS::Serverless-2016-10-31\n", true, false);
    check_transform("Transform: [AWS::LanguageExtensions, 'AWS::Serverless-2016-10-31']\n", true,
                    false);
    check_transform("Transform: {Name: 'AWS::Serverless-2016-10-31'}\n", true, false);
    check_transform("Transform: !Transform {Name: 'AWS::Serverless-2016-10-31'}\n", true, false);
    check_transform("Transform:\n- Mine\n- AWS::Serverless-2016-10-31\n", true, true);
    check_transform("Transform:\n- Name: AWS::Include\n  Parameters: {Location: x}\n", false, true);
    check_transform("Transform: 'AWS::CodeDeployBlueGreen'\n", false, false);
    check_transform("Fn::Transform: {Name: Mine}\n", false, true);
    check_transform("Resources: {'Fn::Transform': {Name: AWS::Include}}\n", false, true);
    check_transform("Resources: {A: {Properties: {'Fn::Transform': {Name: AWS::Include}}}}\n",
                    false, false);
    check_transform("Transform: {Parameters: {}}\n", false, true);
}

static bool is_cdk(const char *text)
{
    g_autoptr(Fixture) f = fixture_new(text);
    return cfn_template_is_cdk(f->template) && cfn_template_is_cdk(f->template);
}

static void test_cdk(void **state)
{
    assert_false(is_cdk(basic));
    assert_true(is_cdk("Parameters: {BootstrapVersion: {Type: String}}\n"));
    assert_true(is_cdk("Resources: {A: {}, B: {Metadata: {'aws:cdk:path': x}}}\n"));
    assert_false(is_cdk("Resources: {A: {Metadata: {'aws:asset:path': x}}}\n"));
}

static void test_metadata(void **state)
{
    g_autoptr(Fixture) f = fixture_new(basic);
    const CfnResource *key = cfn_template_resource(f->template, "Key");
    const CfnResource *other = cfn_template_resource(f->template, "Other");
    assert_true(cfn_resource_is_ours(other));
    assert_false(cfn_resource_is_ours(key));
}

static void test_pointer(void **state)
{
    g_autoptr(Fixture) f = fixture_new("R:\n"
                                       "  a/b~c:\n"
                                       "    - x\n"
                                       "    - !If [a, {k: !Sub t}, !!str c]\n"
                                       "  P: {Fn::Sub: [!Ref x, {y: z}]}\n");
    const CfnNode *list = cfn_node_at(f->tree->root, "R", "a/b~c", NULL);
    const CfnNode *choice = cfn_node_item(list, 1);
    const CfnNode *inner = cfn_node_item(choice, 1);
    assert_taken(cfn_pointer(f->tree->root), "");
    assert_taken(cfn_pointer(fixture_get(f, "R")), "/R");
    assert_taken(cfn_pointer(list->first), "/R/a~1b~0c/0");
    assert_taken(cfn_pointer(choice), "/R/a~1b~0c/1");
    assert_taken(cfn_pointer_inside(choice), "/R/a~1b~0c/1/Fn::If");
    assert_taken(cfn_pointer(inner), "/R/a~1b~0c/1/Fn::If/1");
    assert_taken(cfn_pointer(inner->first), "/R/a~1b~0c/1/Fn::If/1/k");
    assert_taken(cfn_pointer(inner->last), "/R/a~1b~0c/1/Fn::If/1/k");
    assert_taken(cfn_pointer_inside(inner->last), "/R/a~1b~0c/1/Fn::If/1/k/Fn::Sub");
    assert_taken(cfn_pointer_inside(choice->last), "/R/a~1b~0c/1/Fn::If/2");
    const CfnNode *text = cfn_node_at(f->tree->root, "R", "P", "Fn::Sub", NULL)->first;
    assert_taken(cfn_pointer_inside(text), "/R/P/Fn::Sub/0/Ref");
    assert_taken(cfn_pointer(text->next->last), "/R/P/Fn::Sub/1/y");
}

static void test_large(void **state)
{
    g_autoptr(GString) text = g_string_new("Resources:\n");
    for (int i = 0; i < 20000; i++) {
        g_string_append_printf(text, "  R%d:\n    Type: T::%d\n", i, i % 10);
    }
    g_autoptr(Fixture) f = fixture_new(text->str);
    assert_int_equal(cfn_template_resource_count(f->template), 20000);
    for (uint32_t i = 0; i < 20000; i++) {
        const CfnResource *resource = cfn_template_resource_at(f->template, i);
        assert_ptr_equal(cfn_template_resource(f->template, resource->logical_id), resource);
        assert_ptr_equal(cfn_template_owner(f->template, resource->node->last), resource);
        assert_false(cfn_template_is_cdk(f->template));
        assert_false(cfn_template_id_is_free(f->template, resource->logical_id));
    }
    assert_int_equal(cfn_template_resources_of(f->template, "T::3")->len, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resources),   cmocka_unit_test(test_duplicate_ids),
        cmocka_unit_test(test_sections),    cmocka_unit_test(test_owner),
        cmocka_unit_test(test_is_template), cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_cdk),         cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_pointer),     cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
