/*
 * What is a template for certain is one for the parser, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/recognize.h"
#include "model/template.h"

#define VERSION "AWSTemplateFormatVersion"

static bool is_template(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(CfnSource) source = cfn_source_new("t", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
    g_autoptr(CfnTree) tree = source != NULL ? cfn_tree_parse(source, NULL) : NULL;
    return tree != NULL && cfn_tree_is_template(tree);
}

static const char *const sure[] = {
    VERSION ": '2010-09-09'\n",
    "\xEF\xBB\xBF" VERSION ": x\r\nResources: {}\r\n",
    "# a comment\n\n---\n" VERSION ":\n",
    "Description: >\n  folded\n" VERSION ": x\n",
    "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
    "Resources:\r\n  B:\r\n    Type: 'AWS::S3::Bucket'\r\n",
    "A: a " VERSION ":b\nB: |\n  " VERSION ":\n" VERSION ": x\n",
    "Parameters: {}\nResources: # all\n  # of them\n\n  B: # this\n    # one\n    DependsOn: |\n"
    "      Type: x\n\n    Type: \"A::B\"\n",
    "{\"" VERSION "\": \"x\"}",
    "\n  { \"Description\" : \"{ \\\" \\\\\", \"" VERSION "\" : 1 }",
    "{\"Parameters\": {\"A\": [{}, {\"" VERSION
    "\": 1}]},\n\t\"Resources\": {\"B\": {\"Properties\": "
    "{\"a\": \"}\"}, \"Type\": \"AWS::S3::Bucket\"}}}",
};

static void test_sure(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sure); i++) {
        assert_true(cfn_is_surely_template(sure[i], strlen(sure[i])));
        assert_true(is_template(sure[i]));
    }
}

/* Some of these are templates: only the parser can tell. */
static void test_unsure(void **state)
{
    static const char *const unsure[] = {
        "",
        "# " VERSION ": x",
        "  " VERSION ": x\n",
        "A:\n  " VERSION ": x\n",
        "A: |\n  " VERSION ": x\n",
        "--- |\n" VERSION ": x\n",
        "- " VERSION ": x\n",
        "%YAML 1.1\n---\n" VERSION ": x\n",
        VERSION "s: x\n",
        "A: b\n" VERSION ":x\n",
        "Resources:\n",
        "Resources:\n  B:\n    Type: Text\n",
        "Resources:\n  B:\n    Type: Text # ::\n",
        "Resources:\n  B:\n    A:\n      Type: A::B\n",
        "Resources:\n  B: {Type: A::B}\n",
        "Resources:\n  B:\nOutputs:\n    Type: A::B\n",
        "Resources:\nB:\n  Type: A::B\n",
        "A:\n  Resources:\n    B:\n      Type: A::B\n",
        "{",
        "{}",
        "[{\"" VERSION "\": 1}]",
        "{\"A\": {\"" VERSION "\": 1}}",
        "{\"A\": \"" VERSION "\"}",
        "{\"A\": \"\\\"" VERSION "\\\": 1\"}",
        "{\"A\": [ # ]\n1, \"" VERSION "\": 1}",
        "{\"A\": ['[', \"" VERSION "\": 1]}",
        "{\"Resources\": {\"B\": {\"Type\": \"Text\"}}}",
        "{\"Resources\": {\"B\": {\"A\": {\"Type\": \"A::B\"}}}}",
        "{\"Resources\": {}, \"Type\": \"A::B\"}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(unsure); i++) {
        if (cfn_is_surely_template(unsure[i], strlen(unsure[i]))) {
            fail_msg("sure: %s", unsure[i]);
        }
    }
}

/* Cut off anywhere it reads nothing behind the end (the sanitizers would tell). */
static void test_cut_off(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sure); i++) {
        for (size_t length = 1; length < strlen(sure[i]); length++) {
            g_autofree char *part = g_memdup2(sure[i], length);
            cfn_is_surely_template(part, length);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sure),
        cmocka_unit_test(test_unsure),
        cmocka_unit_test(test_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
