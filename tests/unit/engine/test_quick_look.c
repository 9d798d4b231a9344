/*
 * What a look at the bytes tells, and what makes it say nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/quick_look.h"
#include "text/hash.h"

static const CfnTransform of_type = {
    .id = "of-type",
    .resource_types = (const char *const[]){ "AWS::S3::Bucket", "AWS::ECR::Repository", NULL },
};
static const CfnTransform of_word = {
    .id = "of-word",
    .words = (const char *const[]){ "Tags", "gtid-mode", NULL },
};
static const CfnTransform of_both = {
    .id = "of-both",
    .resource_types = (const char *const[]){ "AWS::S3::Bucket", NULL },
    .words = (const char *const[]){ "Versioning", "AWS::KMS::Key", NULL },
    .by_name = true,
};
static const CfnTransform *const transforms[] = { &of_type, &of_word, &of_both, NULL };

static bool looks(const char *text, const CfnTransform *transform)
{
    return cfn_quick_look_for(text, strlen(text), transform);
}

static void test_types(void **state)
{
    assert_true(looks("Type: AWS::S3::Bucket", &of_type));
    assert_true(looks("{\"Type\":\"AWS::ECR::Repository\"}", &of_type));
    assert_true(looks("Type: AWS::SQS::Queue\nType: 'AWS::S3::Bucket' # x", &of_type));
    assert_true(looks("'AWS::S3::Bucket': x", &of_type));
    assert_true(looks("AWS::S3::Bucket:\n", &of_type));
    assert_false(looks("Type: AWS::S3::BucketPolicy", &of_type));
    assert_false(looks("Type: AWS::S3::Bucket::More", &of_type));
    assert_false(looks("Type: AWS::S3", &of_type));
    assert_false(looks("aws::s3::bucket AWS: :S3 W WS:: AWS:", &of_type));
    assert_false(looks("", &of_type));
}

static void test_words(void **state)
{
    assert_true(looks("Tags:\n- Key: a", &of_word));
    assert_true(looks("UserPoolTags: {}", &of_word));
    assert_true(looks("{\"gtid-mode\": 1}", &of_word));
    assert_true(looks("text: '{\\n\\tTags: 1}'", &of_word)); /* the t of an escape is before it */
    assert_true(looks("Tags", &of_word));
    assert_false(looks("Tagstore: Tags_ TagsToAdd tags Tag", &of_word));
    assert_true(looks("Tagstore Tags", &of_word));
}

static void test_both_must_be_there(void **state)
{
    assert_true(looks("AWS::S3::Bucket Versioning", &of_both));
    assert_true(looks("AWS::KMS::Key AWS::S3::Bucket", &of_both));
    assert_false(looks("AWS::S3::Bucket VersioningConfiguration AWS::KMS::Keys", &of_both));
    assert_false(looks("AWS::S3::Buckets Versioning", &of_both));
}

static void test_escapes(void **state)
{
    static const char *const escaped[] = { "\\u0041WS",
                                           "A\\x57S",
                                           "\\U00000041WS",
                                           "AWS::\\\n  S3",
                                           "AWS::\\\r\n  S3",
                                           "AWS::\\\xE2\x80\xA8S3",
                                           "{\\\"a\\\": \\\"\\\\u0041\\\"}" };
    for (size_t i = 0; i < G_N_ELEMENTS(escaped); i++) {
        assert_true(cfn_has_escapes(escaped[i], strlen(escaped[i])));
        assert_true(looks(escaped[i], &of_type));
    }
    static const char *const plain[] = { "", "\\", "a\\n\\t\\\"", "\\\\", "\\\\ u0041", "ux\\/" };
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        assert_false(cfn_has_escapes(plain[i], strlen(plain[i])));
    }
    assert_false(cfn_has_escapes("\\u", 1)); /* not behind the end */
}

static void test_a_run(void **state)
{
    CfnOptions options = { .transforms = transforms };
    const char *bucket = "Type: AWS::S3::Bucket", *tags = "Tags: []";
    assert_true(cfn_quick_look(bucket, strlen(bucket), &options));
    assert_true(cfn_quick_look(tags, strlen(tags), &options));
    g_autoptr(GHashTable) select = g_hash_table_new(cfn_hash_string, g_str_equal);
    g_hash_table_add(select, (gpointer) "of-word");
    options.select = select;
    assert_false(cfn_quick_look(bucket, strlen(bucket), &options));
    assert_true(cfn_quick_look(tags, strlen(tags), &options));
    g_hash_table_add(select, (gpointer) "of-both");
    assert_false(cfn_quick_look(bucket, strlen(bucket), &options));
}

/* An ignore that ignores nothing is told, whatever the template has. */
static void test_ignores(void **state)
{
    const CfnOptions options = { .transforms = transforms };
    const char *comment = "A: 1 # cfnfix: ignore[of-type]", *other = "# xcfnfi cfnfi x cfnfiX";
    assert_true(cfn_quick_look(comment, strlen(comment), &options));
    assert_false(cfn_quick_look(other, strlen(other), &options));
}

static void test_very_many_types(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 10000; i++) {
        g_string_append_printf(text, "AWS::A::B%d ", i % 200);
    }
    assert_false(looks(text->str, &of_type));
    for (int i = 0; i < 10000; i++) {
        g_string_append_printf(text, "AWS::A::B%d ", i);
    }
    assert_true(looks(text->str, &of_type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_both_must_be_there),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_a_run),
        cmocka_unit_test(test_ignores),
        cmocka_unit_test(test_very_many_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
