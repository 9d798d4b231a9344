/*
 * Values as snippets: what is read back means the same, for small values and for every resource of
 * the corpus.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "edit/edits.h"
#include "syntax/scalar.h"

typedef struct {
    CfnSource *source;
    CfnTree *tree;
} Text;

static void text_clear(Text *text)
{
    cfn_tree_free(text->tree);
    cfn_source_free(text->source);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

static Text text_of(const char *yaml, size_t length)
{
    g_autoptr(GBytes) bytes = g_bytes_new(yaml, length);
    Text text = { cfn_source_new("text", bytes, CFN_SOURCE_HARD_LIMIT, NULL), NULL };
    text.tree = text.source != NULL ? cfn_tree_parse(text.source, NULL) : NULL;
    return text;
}

/* ---- What a value means, in one spelling ---- */

static void put(GString *out, const CfnNode *node);

static void put_text(GString *out, const char *text, size_t length)
{
    g_string_append_c(out, '"');
    cfn_scalar_escape_double(out, text, length);
    g_string_append_c(out, '"');
}

static void put_children(GString *out, const CfnNode *node)
{
    g_string_append_c(out, node->kind == CFN_MAPPING ? '{' : '[');
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (child->is_key) {
            put_text(out, child->text, child->length);
            g_string_append_c(out, ':');
            child = cfn_node_value(child);
        }
        put(out, child);
        g_string_append_c(out, ',');
    }
    g_string_append_c(out, node->kind == CFN_MAPPING ? '}' : ']');
}

/* NODE without its tag; an argument of a function is a string. */
static void put_plain(GString *out, const CfnNode *node)
{
    if (node->kind != CFN_SCALAR) {
        put_children(out, node);
    } else if (cfn_node_has_tag(node) || cfn_scalar_meaning(node) == CFN_MEANS_STRING) {
        put_text(out, node->text, node->length);
    } else if (cfn_scalar_meaning(node) == CFN_MEANS_NULL) {
        g_string_append(out, "null");
    } else {
        g_string_append_len(out, node->text, node->length);
    }
}

static void put_attribute(GString *out, const CfnNode *node)
{
    const char *dot = node->kind == CFN_SCALAR ? memchr(node->text, '.', node->length) : NULL;
    if (dot == NULL) {
        put_plain(out, node);
        return;
    }
    size_t length = (size_t)(dot - node->text);
    g_string_append_c(out, '[');
    put_text(out, node->text, length);
    g_string_append_c(out, ',');
    put_text(out, dot + 1, node->length - length - 1);
    g_string_append(out, ",]");
}

static void put_call(GString *out, const char *name, const CfnNode *argument, bool own)
{
    put_text(out, name, strlen(name));
    g_string_append_c(out, ':');
    if (strcmp(name, "Fn::GetAtt") == 0) {
        put_attribute(out, argument);
    } else {
        (own ? put_plain : put)(out, argument);
    }
}

static void put(GString *out, const CfnNode *node)
{
    if (cfn_node_has_tag(node)) {
        g_autofree char *tag =
            g_strndup(cfn_node_tag_text(node) + 1, cfn_span_length(cfn_node_tag(node)) - 1);
        bool bare = strcmp(tag, "Ref") == 0 || strcmp(tag, "Condition") == 0;
        g_autofree char *name = g_strconcat(bare ? "" : "Fn::", tag, NULL);
        g_string_append_c(out, '{');
        put_call(out, name, node, true);
        g_string_append(out, ",}");
    } else if (node->kind == CFN_MAPPING && cfn_node_count(node) == 1 &&
               cfn_node_equals(node->first, "Fn::GetAtt") && !cfn_node_has_tag(node->last)) {
        g_string_append_c(out, '{');
        put_call(out, "Fn::GetAtt", node->last, false);
        g_string_append(out, ",}");
    } else {
        put_plain(out, node);
    }
}

static char *meaning(const CfnNode *node)
{
    GString *out = g_string_new(NULL);
    put(out, node);
    return g_string_free(out, FALSE);
}

/* ---- Cases ---- */

typedef struct {
    const char *name;
    const char *before; /* the value of the key A */
    const char *snippet;
} Case;

static const Case cases[] = {
    { "JSON", "{\"A\": {\"B\": [\"x\", \"true\", true, 1, null, \"\"], \"C\": {}, \"1\": []}}",
      "B:\n  - x\n  - \"true\"\n  - true\n  - 1\n  - null\n  - \"\"\nC: {}\n\"1\": []\n" },
    { "long intrinsics",
      "A:\n  B:\n    Fn::Sub: 'a: ${x}'\n  C:\n    Fn::GetAtt: [K, Arn]\n  D: {Ref: P}\n",
      "B: !Sub \"a: ${x}\"\nC: !GetAtt K.Arn\nD: !Ref P\n" },
    { "an intrinsic in an intrinsic", "A:\n  Fn::Base64:\n    Fn::Sub: x\n",
      "Fn::Base64: !Sub x\n" },
    { "an intrinsic with a short one in it", "A:\n  Fn::Base64: !Sub x\n", "Fn::Base64: !Sub x\n" },
    { "a function of a list", "A:\n  Fn::If: [c, {Ref: 'AWS::NoValue'}, [a, b]]\n",
      "!If [c, !Ref \"AWS::NoValue\", [a, b]]\n" },
    { "a long function of a list",
      "{\"A\": [{\"Fn::Join\": [\"\", [\"arn:\", {\"Ref\": \"AWS::Partition\"}]]}]}",
      "- !Join\n  - \"\"\n  -\n    - \"arn:\"\n    - !Ref AWS::Partition\n" },
    { "the condition of a statement", "A:\n  Condition:\n    Bool: {x: 'true'}\n",
      "Condition:\n  Bool: {x: \"true\"}\n" },
    { "what flow would quote", "A: {Action: [s3:Get, s3:Put], B: [x, !Ref AWS::NoValue]}\n",
      "Action:\n  - s3:Get\n  - s3:Put\nB: [x, !Ref \"AWS::NoValue\"]\n" },
    { "a macro", "A:\n  Fn::Transform: {Name: AWS::Include}\n",
      "Fn::Transform:\n  Name: AWS::Include\n" },
    { "short flow stays", "A: {Action: ['s3:Get', 's3:Put'], Version: 2012-10-17}\n",
      "{Action: [\"s3:Get\", \"s3:Put\"], Version: 2012-10-17}\n" },
    { "a text of lines", "A:\n  T: !Sub |\n      one\n\n        two\n  U: |-\n    a\n    b\n",
      "T: !Sub |\n  one\n\n    two\nU: |-\n  a\n  b\n" },
    { "a text of lines with a kept end", "A: |+\n  a\n  b\n\n", "\"a\\nb\\n\\n\"\n" },
    { "a folded text", "A: !Sub >-\n  a\n  b\n", "!Sub a b\n" },
    { "an empty value", "A:\n  B:\n  C:\n    -\n    - x\n", "B: null\nC:\n  - null\n  - x\n" },
    { "an anchor", "A:\n  B: &x 1\n", NULL },
    { "an alias", "Z: &x 1\nA:\n  B: *x\n", NULL },
    { "a merge key", "Z: &x {a: 1}\nA:\n  <<: *x\n", NULL },
    { "a duplicate key", "A:\n  B: 1\n  B: 2\n", NULL },
    { "a tag that is no function", "A:\n  B: !!binary aGk=\n", NULL },
};

static void assert_round_trip(const CfnNode *node, const char *snippet)
{
    g_auto(Text) read = text_of(snippet, strlen(snippet));
    if (read.tree == NULL) {
        print_error("cannot be read:\n%s", snippet);
    }
    g_assert(read.tree != NULL); /* cmocka's own do not tell the analyzer that they end the test */
    g_autofree char *before = meaning(node);
    g_autofree char *after = meaning(read.tree->root);
    assert_string_equal(before, after);
}

static void run_case(void **state)
{
    const Case *one = *state;
    g_auto(Text) text = text_of(one->before, strlen(one->before));
    g_assert(text.tree != NULL);
    const CfnNode *node = cfn_node_get(text.tree->root, "A");
    g_autofree char *snippet = cfn_snippet_of(node);
    if (one->snippet == NULL) {
        assert_null(snippet);
        return;
    }
    assert_non_null(snippet);
    assert_string_equal(snippet, one->snippet);
    assert_round_trip(node, snippet);
}

/* ---- The corpus, where it is at hand ---- */

static guint check_file(const char *path)
{
    g_autofree char *contents = NULL;
    gsize length = 0;
    guint checked = 0;
    if (!g_file_get_contents(path, &contents, &length, NULL)) {
        return 0;
    }
    g_auto(Text) text = text_of(contents, length);
    if (text.tree == NULL) {
        return 0;
    }
    cfn_node_each_key(key, cfn_node_get(text.tree->root, "Resources")) {
        g_autofree char *snippet = cfn_snippet_of(cfn_node_value(key));
        if (snippet != NULL) {
            assert_round_trip(cfn_node_value(key), snippet);
            checked++;
        }
    }
    return checked;
}

static guint check_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    guint checked = 0;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        checked += g_file_test(below, G_FILE_TEST_IS_DIR) ? check_folder(below) : check_file(below);
    }
    return checked;
}

static void test_corpus(void **state)
{
    const char *root = CFN_ROOT "/../shared/corpus";
    if (!g_file_test(root, G_FILE_TEST_IS_DIR)) {
        skip();
    }
    assert_true(check_folder(root) > 1000);
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases) + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tests[i] = (struct CMUnitTest){ .name = cases[i].name,
                                        .test_func = run_case,
                                        .initial_state = (void *)&cases[i] };
    }
    tests[G_N_ELEMENTS(cases)] = (struct CMUnitTest)cmocka_unit_test(test_corpus);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
