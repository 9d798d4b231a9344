/*
 * Tokens to nodes: what stands where, what is refused, and that no text hurts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <yaml.h>

#include "syntax/tree.h"

static CfnSource *make(const char *path, const char *text, size_t length)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, length);
    return cfn_source_new(path, bytes, CFN_SOURCE_DEFAULT_LIMIT, NULL);
}

static CfnTree *parse(CfnSource *source)
{
    g_autoptr(GError) error = NULL;
    CfnTree *tree = cfn_tree_parse(source, &error);
    if (tree == NULL) {
        fail_msg("%s", error->message);
    }
    return tree;
}

static void describe_span(GString *out, const CfnTree *tree, CfnSpan span)
{
    if (span.start != span.end) {
        g_string_append_len(out, tree->source->text + span.start, span.end - span.start);
        g_string_append_c(out, ' ');
    }
}

/* Flow notation: tags and anchors as they stand, decoded texts in <>, `~` for an empty node. */
static void describe(GString *out, const CfnTree *tree, const CfnNode *node)
{
    describe_span(out, tree, cfn_node_anchor(node));
    describe_span(out, tree, cfn_node_tag(node));
    if (cfn_node_is_empty(node)) {
        g_string_append_c(out, '~');
    } else if (node->kind == CFN_SCALAR || node->kind == CFN_ALIAS) {
        g_string_append(out, node->kind == CFN_ALIAS ? "*" : "<");
        g_string_append_len(out, node->text, node->length);
        g_string_append(out, node->kind == CFN_ALIAS ? "" : ">");
    } else {
        const bool is_mapping = node->kind == CFN_MAPPING;
        g_string_append(out, is_mapping ? "{" : "[");
        for (const CfnNode *child = node->first; child != NULL; child = child->next) {
            describe(out, tree, child);
            g_string_append(out, child->is_key ? ": " : child->next != NULL ? ", " : "");
        }
        g_string_append(out, is_mapping ? "}" : "]");
    }
}

static void check_children(const CfnTree *tree, const CfnNode *node);

/* What is true of every node. */
static void check_node(const CfnTree *tree, const CfnNode *node)
{
    const char *text = tree->source->text;
    assert_in_range(node->span.start, tree->source->start, tree->source->length);
    assert_in_range(cfn_node_content(node), node->span.start, node->span.end);
    assert_in_range(node->span.end, cfn_node_content(node), tree->source->length);
    assert_true(!cfn_node_has_tag(node) || text[cfn_node_tag(node).start] == '!');
    assert_true(!cfn_node_has_anchor(node) || text[cfn_node_anchor(node).start] == '&');
    assert_true(node->kind != CFN_SCALAR || node->text != NULL);
    if (cfn_node_mark(node) != CFN_NOWHERE) {
        assert_non_null(node->parent);
        const char in_mapping = node->is_key ? '?' : ':';
        assert_int_equal(text[cfn_node_mark(node)],
                         node->parent->kind == CFN_MAPPING ? in_mapping : '-');
        assert_in_range(cfn_node_mark(node), 0, node->span.start);
    }
    const bool is_entry =
        node->parent != NULL && (node->is_key || node->parent->kind == CFN_SEQUENCE);
    if (is_entry && cfn_node_comma(node) != CFN_NOWHERE) {
        assert_int_equal(text[cfn_node_comma(node)], ',');
        assert_in_range(cfn_node_comma(node), node->span.end, tree->source->length);
    }
    check_children(tree, node);
}

static void check_children(const CfnTree *tree, const CfnNode *node)
{
    uint32_t number = 0;
    uint32_t end = cfn_node_content(node);
    const CfnNode *last = NULL;
    const bool is_mapping = node->kind == CFN_MAPPING;
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        assert_ptr_equal(child->parent, node);
        assert_int_equal(child->is_key, is_mapping && number % 2 == 0);
        assert_int_equal(child->index, is_mapping ? number / 2 : number);
        assert_in_range(child->span.start, end, node->span.end);
        assert_in_range(child->span.end, child->span.start, node->span.end);
        check_node(tree, child);
        end = child->span.end;
        last = child;
        number++;
    }
    if (node->kind == CFN_MAPPING || node->kind == CFN_SEQUENCE) {
        assert_ptr_equal(node->last, last);
    }
    assert_int_equal(cfn_node_count(node), is_mapping ? number / 2 : number);
    if (node->style == CFN_BLOCK) {
        assert_int_equal(node->span.end, end);
    }
}

static void assert_tree(const char *text, const char *expected)
{
    g_autoptr(CfnSource) source = make("t", text, strlen(text));
    g_autoptr(CfnTree) tree = parse(source);
    check_node(tree, tree->root);
    g_autoptr(GString) out = g_string_new(NULL);
    describe(out, tree, tree->root);
    assert_string_equal(out->str, expected);
}

static void reads_what_is_legal(void **state)
{
    static const struct {
        const char *text, *tree;
    } rows[] = {
        { "a: b", "{<a>: <b>}" },
        { "a:\nb:\n", "{<a>: ~, <b>: ~}" },
        { "L:\n- a\n-\nF: x", "{<L>: [<a>, ~], <F>: <x>}" },
        { "L:\n- \n", "{<L>: [~]}" },
        { "- - a\n  - b\n- k: v\n  l:\n", "[[<a>, <b>], {<k>: <v>, <l>: ~}]" },
        { "[a: b, c, {d: e, f}, [], {},]", "[{<a>: <b>}, <c>, {<d>: <e>, <f>: ~}, [], {}]" },
        { "{a: , b, \"c\": [d,],}", "{<a>: ~, <b>: ~, <c>: [<d>]}" },
        { "{a: b}: c\n[d]: e\n", "{{<a>: <b>}: <c>, [<d>]: <e>}" },
        { "? a\n? - b\n: c\n", "{<a>: ~, [<b>]: <c>}" },
        { "? \n: a\n", "{~: <a>}" },
        { "a: &x !T b\nc: !U &y [d]\ne: *x\n", "{<a>: &x !T <b>, <c>: &y !U [<d>], <e>: *x}" },
        { "a: !Ref\nb: &x\n", "{<a>: !Ref <>, <b>: &x <>}" },
        { "a: !If\n  - b\n", "{<a>: !If [<b>]}" },
        { "a: !If\n- b\n", "{<a>: !If [<b>]}" },
        { "a:\n  !Sub\n  b: c\n", "{<a>: !Sub {<b>: <c>}}" },
        { "Fn::Base64:\n  !Sub |\n    a\n", "{<Fn::Base64>: !Sub <a\n>}" },
        { "!T\na: b\n", "!T {<a>: <b>}" },
        { "!T a: !U b\n", "{!T <a>: !U <b>}" },
        { "---\na: b\n...\n", "{<a>: <b>}" },
        { "%YAML 1.1\n--- # c\na: b\n", "{<a>: <b>}" },
        { "\xEF\xBB\xBF# c\n\na: b # d\n", "{<a>: <b>}" },
        { "a: 'it''s'\nb: \"x\\ty\"\nc: one\n  two\n",
          "{<a>: <it's>, <b>: <x\ty>, <c>: <one two>}" },
        { "a: |\n  x\n   y\n\nb: >-\n  c\n  d\n", "{<a>: <x\n y\n>, <b>: <c d>}" },
        { "- |+\n\n- next\n", "[<\n>, <next>]" },
        { "a:\n|\n b\n", "{<a>: <b\n>}" },
        { "{\"a\":1,\"b\":[true,\"\\u00e9\"]}", "{<a>: <1>, <b>: [<true>, <é>]}" },
        { "just text", "<just text>" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_tree(rows[i].text, rows[i].tree);
    }
}

static void refuses_what_is_not(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "", "t:1:1: the document is empty" },
        { "# only\n", "t:2:1: the document is empty" },
        { "---\n...\n", "t:2:1: the document is empty" },
        { "a: b\n---\nc: d\n", "t:2:1: a second document begins here; a template is one document" },
        { "a: b\n...\nc: d\n", "t:3:1: the document has ended before this text; check the "
                               "indentation and the brackets above" },
        { "[a] b", "t:1:5: the document has ended before this text; check the indentation and the "
                   "brackets above" },
        { "{\"a\": 1}}",
          "t:1:9: the document has ended before this text; check the indentation and "
          "the brackets above" },
        { "a: b: c", "t:1:5: a second ':' on this line, or wrong indentation; quote text that has "
                     "': ' in it" },
        { "a:\n  b: c\n d: e\n", "t:3:2: a key is expected here: the indentation does not fit the "
                                 "lines above, or a text needs quotes" },
        { "- a\nb: c\n", "t:2:1: a list item ('- ') is expected here: the indentation does not fit "
                         "the lines above" },
        { "a: [b", "t:1:4: '[' is never closed" },
        { "a: {b: c\n", "t:1:4: '{' is never closed" },
        { "a: {b: c]", "t:1:9: ',' or '}' is expected here" },
        { "[a b: c d: e]", "t:1:10: ',' or ']' is expected here" },
        { "[a,,b]", "t:1:4: a value is missing before this ','" },
        { "[a, }", "t:1:5: this bracket does not fit the one that is open, or none is" },
        { "{: a}", "t:1:2: a key is missing before this ':'" },
        { "a: - b", "t:1:4: a list item cannot begin here" },
        { "a: *x y", "t:1:7: a key is expected here: the indentation does not fit the lines above, "
                     "or a text needs quotes" },
        { "a: !x!y b", "t:1:4: the tag has an undeclared handle" },
        { "a: b\nMyVpc:\nType\n", "t:4:1: a key without ':', or text that is not indented enough" },
        { "a: @b", "t:1:4: no value can begin with this character; quote the text, and indent with "
                   "spaces, not tabs" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CfnSource) source = make("t", rows[i].text, strlen(rows[i].text));
        assert_null(cfn_tree_parse(source, &error));
        assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_SYNTAX));
        assert_string_equal(error->message, rows[i].message);
    }
}

/* libfyaml's tokens alone would let these through. */
static void looks_behind_libfyaml(void **state)
{
    static const char *const texts[] = { "a: b: c",      "a:\nb\n",       "- a\n-\nb\n",
                                         "a: !T\nb\n",   "a: &x\n!T b\n", "a: b\n---\nc\n",
                                         "[a] b",        "{a b\nc: d}",   "{a:[b]}",
                                         "%x\n---\na: b" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CfnSource) source = make("t", texts[i], strlen(texts[i]));
        assert_null(cfn_tree_parse_with(source, CFN_SCANNER_LIBFYAML, &error));
        assert_true(g_error_matches(error, CFN_ERROR, CFN_ERROR_SYNTAX));
    }
}

static void assert_bytes(const CfnTree *tree, CfnSpan span, const char *expected)
{
    g_autofree char *bytes = g_strndup(tree->source->text + span.start, span.end - span.start);
    assert_string_equal(bytes, expected);
}

static void knows_every_place(void **state)
{
    static const char text[] = "Key: &a !Sub 'x'   # note\n"
                               "List:\n"
                               "  - one\n"
                               "  -\n"
                               "Flow: {a: [1 , 2], b}\n"
                               "Text: !X |-\n"
                               "  line\n"
                               "\n"
                               "# end\n";
    g_autoptr(CfnSource) source = make("t", text, strlen(text));
    g_autoptr(CfnTree) tree = parse(source);
    const CfnNode *value = cfn_node_get(tree->root, "Key");
    assert_bytes(tree, value->span, "&a !Sub 'x'");
    assert_bytes(tree, cfn_node_anchor(value), "&a");
    assert_bytes(tree, cfn_node_tag(value), "!Sub");
    assert_bytes(tree, (CfnSpan){ cfn_node_content(value), value->span.end }, "'x'");
    assert_int_equal(cfn_node_mark(value), 3);
    assert_int_equal(value->style, CFN_SINGLE_QUOTED);
    assert_int_equal(cfn_node_key(value)->mark, CFN_NOWHERE);
    const CfnNode *list = cfn_node_get(tree->root, "List");
    assert_bytes(tree, list->span, "- one\n  -");
    assert_int_equal(cfn_tree_column(tree, cfn_node_mark(list->last)), 2);
    assert_int_equal(list->last->span.start, cfn_node_mark(list->last) + 1);
    assert_true(cfn_node_is_empty(list->last));
    const CfnNode *flow = cfn_node_get(tree->root, "Flow");
    assert_bytes(tree, flow->span, "{a: [1 , 2], b}");
    const CfnNode *numbers = cfn_node_get(flow, "a");
    assert_bytes(
        tree, (CfnSpan){ cfn_node_comma(numbers->first) - 2, cfn_node_comma(numbers->first) + 1 },
        "1 ,");
    assert_int_equal(cfn_node_comma(numbers->last), CFN_NOWHERE);
    assert_int_equal(cfn_node_comma(cfn_node_key(numbers)), numbers->span.end);
    assert_int_equal(cfn_node_comma(cfn_node_key(flow->last)), CFN_NOWHERE);
    assert_int_equal(cfn_node_mark(flow->last), CFN_NOWHERE);
    const CfnNode *block = cfn_node_get(tree->root, "Text");
    assert_bytes(tree, block->span, "!X |-\n  line");
    assert_int_equal(tree->root->span.end, block->span.end);
    assert_int_equal(tree->root->style, CFN_BLOCK);
}

static void points_into_the_text_where_it_can(void **state)
{
    static const char text[] = "a: plain\nb: 'single'\nc: \"double\"\nd: \"es\\x63\"\n";
    g_autoptr(CfnSource) source = make("t", text, strlen(text));
    g_autoptr(CfnTree) tree = parse(source);
    const char *end = source->text + source->length;
    cfn_node_each_key(key, tree->root) {
        const CfnNode *value = cfn_node_value(key);
        const bool points = value->text >= source->text && value->text < end;
        assert_int_equal(points, !cfn_node_equals(key, "d"));
    }
    assert_true(cfn_node_equals(cfn_node_get(tree->root, "b"), "single"));
    assert_true(cfn_node_equals(cfn_node_get(tree->root, "d"), "esc"));
}

static void flags_duplicate_keys(void **state)
{
    g_autoptr(GString) text = g_string_new("a: 1\nb: 2\n'a': 3\n[a]: 4\nc: {d: 1, e: 2}\n");
    for (int i = 0; i < 40; i++) { /* enough keys for the other way of comparing */
        g_autoptr(CfnSource) source = make("t", text->str, text->len);
        g_autoptr(CfnTree) tree = parse(source);
        uint32_t flagged = 0;
        cfn_node_each_key(key, tree->root) {
            assert_int_equal(key->duplicate, cfn_node_equals(key, "a"));
            flagged += key->duplicate;
        }
        assert_int_equal(flagged, 2);
        assert_false(cfn_node_get(tree->root, "c")->first->duplicate);
        assert_true(cfn_node_equals(cfn_node_get(tree->root, "a"), "3"));
        g_string_append_printf(text, "k%d: x\n", i);
    }
}

static void tells_json_by_its_looks(void **state)
{
    static const char *const json[] = { "{\"a\": [1, -2.5e+3, true, false, null, \"x\", {}, []]}\n",
                                        "[]", "{}", "\xEF\xBB\xBF{\"a\":\"\\u00e9\"}",
                                        "{\"a#b\": \"c # d\"}" };
    static const char *const yaml[] = { "a: b",       "{a: 1}",      "{\"a\": b}", "{\"a\": 'b'}",
                                        "[1, 2,]",    "{\"a\": 1,}", "[1] # c",    "---\n[1]",
                                        "[!T \"a\"]", "[&a \"a\"]",  "{\"a\"}",    "{\"a\": }",
                                        "[\"a\": 1]", "\"a\"",       "[12:30]" };
    for (size_t i = 0; i < G_N_ELEMENTS(json); i++) {
        g_autoptr(CfnSource) source = make("t", json[i], strlen(json[i]));
        g_autoptr(CfnTree) tree = parse(source);
        assert_true(tree->is_json);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(yaml); i++) {
        g_autoptr(CfnSource) source = make("t", yaml[i], strlen(yaml[i]));
        g_autoptr(CfnTree) tree = parse(source);
        assert_false(tree->is_json);
    }
}

/* Parses anything within a time that only quadratic work exceeds. */
static bool parses_in_time(const char *text, size_t length)
{
    const gint64 start = g_get_monotonic_time();
    g_autoptr(CfnSource) source = make("t", text, length);
    if (source == NULL) {
        return false;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnTree) tree = cfn_tree_parse(source, &error);
    assert_int_equal(tree == NULL, error != NULL);
    assert_in_range(g_get_monotonic_time() - start, 0, 10 * G_USEC_PER_SEC);
    if (tree != NULL) {
        check_node(tree, tree->root);
    }
    return tree != NULL;
}

static void takes_many_keys(void **state)
{
    g_autoptr(GString) block = g_string_new(NULL);
    g_autoptr(GString) flow = g_string_new("{");
    g_autoptr(GString) anchors = g_string_new(NULL);
    for (int i = 0; i < 20000; i++) {
        g_string_append_printf(block, "key%d: x\n", i);
        g_string_append_printf(flow, "\"key%d\": 1%s", i, i < 19999 ? "," : "}");
        g_string_append_printf(anchors, "- &a%d x\n- *a%d\n", i, i);
    }
    assert_true(parses_in_time(block->str, block->len));
    assert_true(parses_in_time(flow->str, flow->len));
    assert_true(parses_in_time(anchors->str, anchors->len));
}

/* clang-format off */
static const char *const garbage[] = {
    "[", "]", "{", "}", "- ", "-\n", "? ", ": ", ",", "a: ", "a:\n", "&a ", "*a ", "!t ", "! ",
    "'", "\"", "|\n", ">\n\n", "#", " ", "\n", "\t", "\r", "\r\n", "%", "%YAML 1.1\n", "---\n",
    "...\n", "\\", "a", "a ", "a\n", "[a, ", "{a: b, ", "[]", "{}", "- a\n", "\"a\": ", "é",
    "\xE2\x80\xA8", "\xEF\xBB\xBF", "[[]", "? a\n", "- |\n", "a: |\n  b\n\n", "'' ", "[? ",
    "[: ", "{? a, ", "a#", "# c\n", " - a\n", "@", "`", "~,", "\"\\x41\" ",
};
/* clang-format on */

static void withstands_garbage(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(garbage); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < 1 << 19) {
            g_string_append(text, garbage[i]);
        }
        parses_in_time(text->str, text->len);
    }
}

static void takes_much_white_space(void **state)
{
    static const char *const openings[] = { "[", "{a: ", "&a ", "!t ", "- ", "? ", "a: ", "a: 'x" };
    static const char *const fillings[] = { " ", "\n", " \n", "\t", " #c\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(openings); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(fillings); j++) {
            g_autoptr(GString) text = g_string_new(openings[i]);
            while (text->len < 1 << 19) {
                g_string_append(text, fillings[j]);
            }
            parses_in_time(text->str, text->len);
        }
    }
}

static void withstands_every_truncation(void **state)
{
    static const char text[] = "Resources:\n"
                               "  B:\n"
                               "    Type: 'AWS::S3::Bucket' # c\n"
                               "    Properties: {A: [!Ref x, \"y\\\"\"], ? c : d}\n"
                               "    T: &a !Sub |+2\n"
                               "       text\n"
                               "\n"
                               "    U:\n"
                               "    - *a\n"
                               "    - >-\n"
                               "      folded\n"
                               "      é\n"
                               "? long\n"
                               ": short\n";
    for (size_t length = 0; length < sizeof(text); length++) {
        parses_in_time(text, MIN(length, sizeof(text) - 1));
    }
    assert_true(parses_in_time(text, sizeof(text) - 1));
}

/* Whether libyaml's own grammar finds one document. */
static bool libyaml_parses(const CfnSource *source)
{
    yaml_parser_t parser;
    int documents = 0;
    assert_true(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->text, source->length);
    bool is_good = true;
    for (bool is_done = false; is_good && !is_done;) {
        yaml_event_t event;
        is_good = yaml_parser_parse(&parser, &event);
        is_done = is_good && event.type == YAML_STREAM_END_EVENT;
        if (is_good) {
            documents += event.type == YAML_DOCUMENT_START_EVENT;
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&parser);
    return is_good && documents == 1;
}

static void parse_file(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_autoptr(CfnSource) source = make(path, text, length);
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnTree) tree = cfn_tree_parse(source, &error);
    if (tree != NULL) {
        check_node(tree, tree->root);
    } else if (libyaml_parses(source)) {
        fail_msg("%s", error->message);
    }
}

static void parse_folder(const char *folder)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    assert_non_null(entries);
    for (const char *name = g_dir_read_name(entries); name != NULL;
         name = g_dir_read_name(entries)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            parse_folder(path);
        } else if (g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml") ||
                   g_str_has_suffix(name, ".json") || g_str_has_suffix(name, ".template")) {
            parse_file(path);
        }
    }
}

static void parses_real_templates(void **state)
{
    const char *corpus = CFN_ROOT "/../shared/corpus";
    if (!g_file_test(corpus, G_FILE_TEST_IS_DIR)) {
        skip();
    }
    parse_folder(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_legal),
        cmocka_unit_test(refuses_what_is_not),
        cmocka_unit_test(looks_behind_libfyaml),
        cmocka_unit_test(knows_every_place),
        cmocka_unit_test(points_into_the_text_where_it_can),
        cmocka_unit_test(flags_duplicate_keys),
        cmocka_unit_test(tells_json_by_its_looks),
        cmocka_unit_test(takes_many_keys),
        cmocka_unit_test(withstands_garbage),
        cmocka_unit_test(takes_much_white_space),
        cmocka_unit_test(withstands_every_truncation),
        cmocka_unit_test(parses_real_templates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
