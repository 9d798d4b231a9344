/*
 * The second opinion: it agrees on every construct that templates have, and notices any tampering
 * with the tree. A reading that only one parser has is no agreement.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "syntax/opinion.h"

static CfnSource *source_of(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    GError *error = NULL;
    CfnSource *source = cfn_source_new("t.yaml", bytes, CFN_SOURCE_DEFAULT_LIMIT, &error);
    assert_null(error);
    return source;
}

static CfnTree *tree_of(CfnSource *source)
{
    GError *error = NULL;
    CfnTree *tree = cfn_tree_parse(source, &error);
    if (tree == NULL) {
        fail_msg("\"%s\": %s", source->text, error->message);
    }
    return tree;
}

static void assert_agrees(const char *text, bool is_json)
{
    g_autoptr(CfnSource) source = source_of(text);
    g_autoptr(CfnTree) tree = tree_of(source);
    g_autoptr(GError) error = NULL;
    if (cfn_opinion(tree, &error) == CFN_READER_NONE) {
        fail_msg("\"%s\": %s", text, error->message);
    }
    assert_null(error);
    assert_int_equal(tree->is_json, is_json);
}

/* Agrees before, and with the line and column of the difference not after TAMPER. */
static void assert_differs(const char *text, void (*tamper)(CfnTree *tree), const char *place)
{
    g_autoptr(CfnSource) source = source_of(text);
    g_autoptr(CfnTree) tree = tree_of(source);
    assert_int_not_equal(cfn_opinion(tree, NULL), CFN_READER_NONE);
    tamper(tree);
    g_autoptr(GError) error = NULL;
    assert_int_equal(cfn_opinion(tree, &error), CFN_READER_NONE);
    assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_SYNTAX));
    if (!g_str_has_prefix(error->message, place)) {
        fail_msg("not at %s: %s", place, error->message);
    }
}

static void agrees_on_yaml(void **state)
{
    static const char *const texts[] = {
        "a: b\n",
        "\xef\xbb\xbfk: b\n",
        "%YAML 1.1\n---\na: b\n",
        "---\na: b\n...\n",
        "a:\n- b\n- c: d\n  e:\n    - f\n",
        "- - - a\n    - b\n- c\n",
        "a: [b, 'c', \"d\", {e: f}, [], {}, g: h]\n",
        "a: {b, c: , ? d : e}\n",
        "a:\nb:\n- \n- ~\n-\n",
        "a: !Ref b\nc: !GetAtt d.e\nf: !Sub\n- g\n- {h: i}\n",
        "a: !Join [',', [!Ref b, !If [c, !Ref d, !Ref 'AWS::NoValue']]]\n",
        "a: !!str 1\nb: !<tag:yaml.org,2002:str> c\nd: ! e\nf: ! [g]\nh: !i%21j k\nl: !m\n",
        "a: &b\n  c: &d e\nf: *b\ng: *d\n<<: *b\n",
        "a: &b !c d\ne: !f &g h\ni: &j\n",
        "a: |\n  b\n  c\n\nd: >-\n  e\n   f\n\n  g\n\nh: |+\n  i\n\n",
        "a: |2-\n   b\nc: !Sub |\n  d\ne: | # f\n  g",
        "Fn::Base64:\n  !Sub |\n  a\n",
        "- |+\n\n- b\n",
        "a: b\n  c\n\n  d\ne: 'f\n\n  g'\nh: \"i\\\n  j\\n\"\n",
        "a: b\r\nc: |\r\n  d\r\n  e\r\nf: 'g\r\n  h'\r\n",
        "? a\n: b\n? - c\n: d\n",
        "a: b # c\n# d\n\n\ne: f\n",
        "\xc3\xa9: \xf0\x9f\x98\x80 # \xe2\x82\xac\na: !t b\n",
        "a: b\na: c\n",
        "{\"a\": 1, \"b\": [true, null], 'c': d}\n",
        "a",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_agrees(texts[i], false);
    }
}

static void agrees_on_json(void **state)
{
    g_autofree char *many = g_strnfill(2000, 'k');
    g_autofree char *long_key = g_strdup_printf("{\"%s\": 1}", many);
    const char *texts[] = {
        "{}",
        "\xef\xbb\xbf{\"a\": \"b\"}\n",
        "{\"a\":1,\"b\":[true,false,null,-1.5e3,0.1,12345678901234567890123],\"c\":{},\"d\":[]}",
        "{\n\t\"a\" : \"\\u00e9\\/\\\"\\\\\\n\\u0000\",\r\n\t\"b\": \"\"}\n",
        "{\"a\": 1, \"a\": 2}",
        /* What libyaml refuses. */
        "{\"a\": \"\\ud83d\\ude00\", \"b\": [1, -0, 1.50, 1e3, true, false, null, {}, []]}",
        "[\"\\ud83d\\ude00\", \"\\u0000\"]",
        "\xef\xbb\xbf{\"\\ud83d\\ude00\": \"b\"}",
        long_key,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_agrees(texts[i], true);
    }
}

/* --- tampering ------------------------------------------------------------------------------ */

static CfnNode *last_value(CfnTree *tree)
{
    return &tree->nodes[tree->root->last - tree->nodes];
}

static CfnNode *root_of(CfnTree *tree)
{
    return &tree->nodes[tree->root - tree->nodes];
}

static void change_text(CfnTree *tree)
{
    last_value(tree)->text = "xxxxxxxx"; /* as long as any here */
}

static void shorten_text(CfnTree *tree)
{
    last_value(tree)->length--;
}

static void change_style(CfnTree *tree)
{
    CfnNode *node = last_value(tree);
    node->style = node->style == CFN_PLAIN ? CFN_SINGLE_QUOTED : CFN_PLAIN;
}

static void change_collection_style(CfnTree *tree)
{
    CfnNode *node = last_value(tree);
    node->style = node->style == CFN_FLOW ? CFN_BLOCK : CFN_FLOW;
}

/* Those of the last value, which are all that the tree has. */
static CfnNodeProperties *properties_of(CfnTree *tree)
{
    static CfnNodeProperties none;
    CfnNode *node = last_value(tree);
    if (node->properties == NULL) {
        none = (CfnNodeProperties){ .tag_text = "", .content = node->span.start };
        node->properties = &none;
    }
    return node->properties == &none ? &none : tree->properties;
}

static void drop_tag(CfnTree *tree)
{
    properties_of(tree)->tag.end = properties_of(tree)->tag.start;
}

static void shorten_tag(CfnTree *tree)
{
    properties_of(tree)->tag.end--;
}

static void take_key_for_tag(CfnTree *tree)
{
    properties_of(tree)->tag = tree->root->first->span;
    properties_of(tree)->tag_text = tree->source->text + tree->root->first->span.start;
}

static void drop_anchor(CfnTree *tree)
{
    properties_of(tree)->anchor.end = properties_of(tree)->anchor.start;
}

static void shorten_anchor(CfnTree *tree)
{
    properties_of(tree)->anchor.end--;
}

static void take_key_for_anchor(CfnTree *tree)
{
    properties_of(tree)->anchor = tree->root->first->span;
}

static void change_kind(CfnTree *tree)
{
    CfnNode *node = last_value(tree);
    node->kind = node->kind == CFN_SCALAR ? CFN_ALIAS : CFN_SCALAR;
}

static void swap_kind(CfnTree *tree)
{
    CfnNode *node = last_value(tree);
    node->kind = node->kind == CFN_MAPPING ? CFN_SEQUENCE : CFN_MAPPING;
}

static void drop_last_pair(CfnTree *tree)
{
    CfnNode *first = &tree->nodes[tree->root->first->next - tree->nodes];
    first->next = NULL;
    root_of(tree)->last = first;
}

static void add_item(CfnTree *tree)
{
    CfnNode *list = last_value(tree);
    CfnNode *last = &tree->nodes[list->last - tree->nodes];
    last->next = tree->root->first;
}

static void empty_collection(CfnTree *tree)
{
    last_value(tree)->first = NULL;
}

static void notices_tampering_in_yaml(void **state)
{
    assert_differs("a: b\nc: d\n", change_text, "t.yaml:2:4:");
    assert_differs("a: b\nc: dd\n", shorten_text, "t.yaml:2:4:");
    assert_differs("a: &b c\nd: *b\n", change_text, "t.yaml:2:4:");
    assert_differs("a: b\nc: d\n", change_style, "t.yaml:2:4:");
    assert_differs("a: b\nc: |\n  d\n", change_style, "t.yaml:2:4:");
    assert_differs("a: b\nc: [d]\n", change_collection_style, "t.yaml:2:4:");
    assert_differs("a: b\nc: {d: e}\n", change_collection_style, "t.yaml:2:4:");
    assert_differs("a: b\nc:\n- d\n", change_collection_style, "t.yaml:3:1:");
    assert_differs("a: b\nc: !Ref d\n", drop_tag, "t.yaml:2:4:");
    assert_differs("a: b\nc: !Ref d\n", shorten_tag, "t.yaml:2:4:");
    assert_differs("a: b\nc: !!str d\n", shorten_tag, "t.yaml:2:4:");
    assert_differs("a: b\nc: ! [d]\n", drop_tag, "t.yaml:2:4:");
    assert_differs("a: b\nc: d\n", take_key_for_tag, "t.yaml:2:4:");
    assert_differs("a: b\nc: &e d\n", drop_anchor, "t.yaml:2:4:");
    assert_differs("a: b\nc: &ef d\n", shorten_anchor, "t.yaml:2:4:");
    assert_differs("a: b\nc: d\n", take_key_for_anchor, "t.yaml:2:4:");
    assert_differs("a: b\nc: d\n", change_kind, "t.yaml:2:4:");
    assert_differs("a: &b c\nd: *b\n", change_kind, "t.yaml:2:4:");
    assert_differs("a: b\nc: []\n", swap_kind, "t.yaml:2:4:");
    assert_differs("a: b\nc: {}\n", swap_kind, "t.yaml:2:4:");
    assert_differs("a: b\nc: d\n", drop_last_pair, "t.yaml:1:1:");
    assert_differs("a: b\nc: [d]\n", add_item, "t.yaml:1:1:");
    assert_differs("a: b\nc:\n- d\n- e\n", empty_collection, "t.yaml:3:1:");
}

/* By libyaml, and behind a surrogate pair by jansson. */
static void assert_json_differs(const char *last, void (*tamper)(CfnTree *tree))
{
    g_autofree char *simple = g_strdup_printf("{\"a\": \"b\",\n\"c\": %s}", last);
    g_autofree char *paired = g_strdup_printf("{\"a\": \"\\ud83d\\ude00\",\n\"c\": %s}", last);
    assert_differs(simple, tamper, "t.yaml:");
    assert_differs(paired, tamper, "t.yaml:");
}

static void notices_tampering_in_json(void **state)
{
    assert_json_differs("\"d\"", change_text);
    assert_json_differs("\"dd\"", shorten_text);
    assert_json_differs("\"d\"", change_style);
    assert_json_differs("\"d\"", swap_kind);
    assert_json_differs("12", shorten_text);
    assert_json_differs("12", change_style);
    assert_json_differs("1.25", shorten_text);
    assert_json_differs("true", shorten_text);
    assert_json_differs("true", change_style);
    assert_json_differs("false", change_text);
    assert_json_differs("null", change_text);
    assert_json_differs("[1]", swap_kind);
    assert_json_differs("{}", swap_kind);
    assert_json_differs("[1, 2]", empty_collection);
    assert_json_differs("{\"d\": 1}", empty_collection);
    assert_json_differs("[1]", add_item);
    assert_json_differs("1", drop_last_pair);
}

/* One reading is not two: neither parser takes all of it. */
static void wants_a_second_reader(void **state)
{
    static const char *const texts[] = {
        "{\"a\": \"\\ud83d\\ude00\", \"b\": 1, \"b\": 2}",
        "{\"a\": \"\\ud83d\\ude00\", \"b\": 12345678901234567890123}",
        "{\"a\": \"\\ud83d\"}",
        "{\"a\": \"\\ud83d\\ude00\", \"b\": +1}",
        "a: \"\\ud83d\\ude00\"\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(CfnSource) source = source_of(texts[i]);
        g_autoptr(CfnTree) tree = cfn_tree_parse_with(source, CFN_SCANNER_LIBFYAML, NULL);
        g_autoptr(GError) error = NULL;
        if (tree != NULL && cfn_opinion(tree, &error) != CFN_READER_NONE) {
            fail_msg("%s", texts[i]);
        }
        assert_true(tree == NULL || error != NULL);
    }
}

/* libfyaml 0.7.12 takes `- b` for text; a tree of it must not pass. */
static void notices_what_libfyaml_misreads(void **state)
{
    g_autoptr(CfnSource) source = source_of("a:\n- |+\n\n- b\nc: d\n");
    g_autoptr(CfnTree) theirs = cfn_tree_parse_with(source, CFN_SCANNER_LIBFYAML, NULL);
    g_autoptr(CfnTree) right = cfn_tree_parse_with(source, CFN_SCANNER_LIBYAML, NULL);
    assert_non_null(right);
    assert_int_equal(cfn_opinion(right, NULL), CFN_READER_LIBYAML);
    assert_int_equal(cfn_node_count(cfn_node_get(right->root, "a")), 2);
    if (theirs != NULL && cfn_node_count(cfn_node_get(theirs->root, "a")) != 2) {
        assert_true(cfn_opinion_is_due(theirs));
        assert_int_equal(cfn_opinion(theirs, NULL), CFN_READER_NONE);
    }
}

static bool is_due(const char *text)
{
    CfnSource source = { .text = text, .length = (uint32_t)strlen(text) };
    CfnTree tree = { .source = &source, .scanner = CFN_SCANNER_LIBFYAML };
    return cfn_opinion_is_due(&tree);
}

static void is_due_where_a_header_has_a_blank_line_below(void **state)
{
    static const char *const due[] = {
        "a: |\n\n  b\n",
        "a: >\n   \n  b\n",
        "- |+\n\n- b",
        "a: >-\r\n\r\n  b",
        "a: |2-\n\t\n  b\n",
        "a: | # c\n\n  b",
        "a: | \t \n\n",
        "a: |\r\rb",
        "a: |\n  c\nb: |\n\n  d\n",
        ">\n\n",
        "a: \"| # \": |\n\n",
        "a: >+1 # |\r\n \r\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(due); i++) {
        if (!is_due(due[i])) {
            fail_msg("not due: %s", due[i]);
        }
    }
    static const char *const others[] = {
        "",
        "a: b\n",
        "a: |\n  b\n\nc: d\n",
        "a: |",
        "a: |\n",
        "a: |\n  ",
        "a | b\n\n",
        "a: |x\n\n",
        "a: |#\n\nb",
        "a: >\r\n  b\r\n\r\n",
        "|+",
        "a: | # c\n  b\n\n",
        ">>>>\n",
        "a: |1 2\n\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (is_due(others[i])) {
            fail_msg("due: %s", others[i]);
        }
    }
    CfnSource source = { .text = "|\n\n", .length = 3 };
    CfnTree libyaml = { .source = &source, .scanner = CFN_SCANNER_LIBYAML };
    CfnTree json = { .source = &source, .is_json = true };
    assert_false(cfn_opinion_is_due(&libyaml));
    assert_false(cfn_opinion_is_due(&json));
}

/* What a quadratic search or walk would take minutes for. */
static void is_linear(void **state)
{
    gint64 start = g_get_monotonic_time();
    static const char *const pieces[] = { "| # ", "|", "|+ ", "| #\n", ">\t", "|1" };
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < 4 << 20) {
            g_string_append(text, pieces[i]);
        }
        is_due(text->str);
    }
    static const char *const lines[] = {
        "- a\n", "- {a: [b, c]}\n", "- |\n  a\n\n", "- !Ref &a b\n", "- \"a\n  b\"\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < 1 << 20) {
            g_string_append(text, lines[i]);
        }
        assert_agrees(text->str, false);
    }
    assert_true(g_get_monotonic_time() - start < 20 * G_USEC_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_yaml),
        cmocka_unit_test(agrees_on_json),
        cmocka_unit_test(notices_tampering_in_yaml),
        cmocka_unit_test(notices_tampering_in_json),
        cmocka_unit_test(wants_a_second_reader),
        cmocka_unit_test(notices_what_libfyaml_misreads),
        cmocka_unit_test(is_due_where_a_header_has_a_blank_line_below),
        cmocka_unit_test(is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
