/*
 * The proof of a round must see every change that was not declared.
 *
 * A splice that covers the whole text makes the comparison of bytes blind, so that the walk over
 * the trees has to find everything alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/verify.h"

static const char template[] = "Resources:\n"
                               "  Bucket: # a comment\n"
                               "    Type: AWS::S3::Bucket\n"
                               "    Properties:\n"
                               "      BucketName: 'one, two'\n"
                               "      Tags:\n"
                               "      - {Key: a, Value: !Sub 'b,${C}'}\n"
                               "      - Key: d\n"
                               "        Value: \"e\"\n"
                               "  Policy:\n"
                               "    Type: AWS::S3::BucketPolicy\n"
                               "    DependsOn: Bucket\n"
                               "    Properties:\n"
                               "      Bucket: !Ref Bucket\n"
                               "      PolicyDocument:\n"
                               "        Statement:\n"
                               "          Effect: Allow\n"
                               "          Action: [s3:Get, s3:Put]\n";

/* A text, the edits on it, and what came of them. */
typedef struct {
    CfnSource *source;
    CfnTree *tree;
    CfnEdits *edits;
    CfnChange *change;
    GBytes *result;
} Round;

static CfnSource *source_of(const char *text, size_t length)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, length);
    return cfn_source_new("test.yaml", bytes, CFN_SOURCE_DEFAULT_LIMIT, NULL);
}

static void begin(Round *round, const char *text)
{
    g_autoptr(GError) error = NULL;
    round->source = source_of(text, strlen(text));
    round->tree = cfn_tree_parse(round->source, &error);
    assert_null(error);
    round->edits = cfn_edits_new(round->tree);
    round->change = cfn_change_new(round->edits, round);
    round->result = NULL;
}

static void end(Round *round)
{
    cfn_edits_free(round->edits);
    cfn_tree_free(round->tree);
    cfn_source_free(round->source);
    g_clear_pointer(&round->result, g_bytes_unref);
}

static const CfnNode *at(const Round *round, const char *path)
{
    g_auto(GStrv) steps = g_strsplit(path, "/", -1);
    const CfnNode *node = round->tree->root;
    for (char **step = steps; *step != NULL; step++) {
        bool number = g_ascii_isdigit(**step);
        node = number ? cfn_node_item(node, (uint32_t)g_ascii_strtoull(*step, NULL, 10))
                      : cfn_node_get(node, *step);
        assert_non_null(node);
    }
    return node;
}

/* Every kind of operation at once. */
static void edit_everything(Round *round)
{
    CfnChange *change = round->change;
    const CfnNode *tags = at(round, "Resources/Bucket/Properties/Tags");
    cfn_edit_set_string(change, at(round, "Resources/Bucket/Properties/BucketName"), "yes");
    cfn_edit_splice(change, at(round, "Resources/Bucket/Properties/Tags/0/Value"), 1, 2, "-");
    cfn_edit_append(change, tags, "Key: f\nValue: 012\n");
    cfn_edit_remove(change, cfn_node_item(tags, 1));
    cfn_edit_remove(change, cfn_node_find_key(at(round, "Resources/Policy"), "DependsOn"));
    cfn_edit_replace(change, at(round, "Resources/Policy/Properties/Bucket"), "!GetAtt Bucket.Arn");
    cfn_edit_wrap_append(change, at(round, "Resources/Policy/Properties/PolicyDocument/Statement"),
                         "Effect: Deny\n");
    cfn_edit_add(change, at(round, "Resources/Bucket"),
                 cfn_node_find_key(at(round, "Resources/Bucket"), "Type"), "DeletionPolicy",
                 "Delete");
    cfn_edit_add_to_section(change, "Outputs", "Name", "Value: !Ref Bucket\n");
    round->result = cfn_edits_apply(round->edits);
    assert_non_null(round->result);
    assert_true(cfn_change_applied(change));
}

/* Whether TEXT is taken as the result of the round. */
static bool accepts(const Round *round, const char *text, size_t length)
{
    g_autoptr(CfnSource) source = source_of(text, length);
    g_autoptr(CfnTree) tree = source != NULL ? cfn_tree_parse(source, NULL) : NULL;
    if (tree == NULL) {
        return false;
    }
    g_autoptr(GError) error = NULL;
    bool right = cfn_verify(round->tree, round->edits, tree, NULL, NULL, &error);
    assert_true(right || g_error_matches(error, CFN_ERROR, CFN_ERROR_INTERNAL));
    assert_true(right == (error == NULL));
    return right;
}

/* The same for the trees alone. */
static bool trees_accept(const Round *round, const char *text, size_t length)
{
    CfnSplice whole = { { 0, round->source->length }, g_strndup(text, length), (uint32_t)length };
    GArray *splices = (GArray *)cfn_edits_splices(round->edits);
    g_array_set_size(splices, 0);
    g_array_append_val(splices, whole);
    return accepts(round, text, length);
}

static void test_operations(void **state)
{
    static const char *const expected[] = {
        "add /Resources/Bucket/DeletionPolicy \"Delete\"",
        "replace /Resources/Bucket/Properties/BucketName \"yes\"",
        "replace /Resources/Bucket/Properties/Tags/0/Value/Fn::Sub \"b-${C}\"",
        "add /Resources/Bucket/Properties/Tags/1 {\"Key\":\"f\",\"Value\":10}",
        "remove /Resources/Bucket/Properties/Tags/1 -",
        "remove /Resources/Policy/DependsOn -",
        "replace /Resources/Policy/Properties/Bucket {\"Fn::GetAtt\":\"Bucket.Arn\"}",
        "wrap /Resources/Policy/Properties/PolicyDocument/Statement -",
        "add /Resources/Policy/Properties/PolicyDocument/Statement/1 {\"Effect\":\"Deny\"}",
        "add /Outputs {\"Name\":{\"Value\":{\"Ref\":\"Bucket\"}}}",
    };
    Round round;
    begin(&round, template);
    edit_everything(&round);
    gsize length;
    const char *result = g_bytes_get_data(round.result, &length);
    g_autoptr(CfnSource) source = source_of(result, length);
    g_autoptr(CfnTree) tree = cfn_tree_parse(source, NULL);
    g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_done_free);
    g_autoptr(GPtrArray) owners = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GError) error = NULL;
    cfn_verify(round.tree, round.edits, tree, done, owners, &error);
    assert_string_equal(error != NULL ? error->message : "", "");
    assert_int_equal(done->len, G_N_ELEMENTS(expected));
    assert_int_equal(owners->len, done->len);
    for (guint i = 0; i < done->len; i++) {
        const CfnDone *one = done->pdata[i];
        const char *value = one->value != NULL ? one->value : "-";
        g_autofree char *line = g_strjoin(" ", one->op, one->path, value, NULL);
        assert_string_equal(line, expected[i]);
        assert_ptr_equal(g_ptr_array_index((GPtrArray *)owners->pdata[i], 0), &round);
    }
    end(&round);
}

static void test_any_byte_changed(void **state)
{
    Round round;
    begin(&round, template);
    edit_everything(&round);
    gsize length;
    const char *result = g_bytes_get_data(round.result, &length);
    assert_true(accepts(&round, result, length));
    for (gsize i = 0; i < length; i++) {
        g_autofree char *text = g_memdup2(result, length);
        text[i] ^= 1;
        assert_false(accepts(&round, text, length));
        text[i] = text[i] == ' ' ? '\n' : ' ';
        assert_true(text[i] == result[i] || !accepts(&round, text, length));
    }
    end(&round);
}

static void test_any_byte_lost_or_new(void **state)
{
    Round round;
    begin(&round, template);
    edit_everything(&round);
    gsize length;
    const char *result = g_bytes_get_data(round.result, &length);
    for (gsize i = 0; i < length; i++) {
        g_autoptr(GString) text = g_string_new_len(result, (gssize)length);
        g_string_insert_c(text, (gssize)i, ' ');
        assert_false(accepts(&round, text->str, text->len));
        g_string_erase(text, (gssize)i, 2);
        assert_false(accepts(&round, text->str, text->len));
        g_string_truncate(text, i);
        assert_false(accepts(&round, text->str, text->len));
    }
    end(&round);
}

/* Where a `#` comment stands in LINE, or its end. */
static gsize comment_in(const char *text, gsize i)
{
    while (i > 0 && text[i - 1] != '\n') {
        i--;
    }
    return i + strcspn(text + i, "#\n");
}

static void test_any_letter_of_a_tree(void **state)
{
    Round round;
    begin(&round, template);
    edit_everything(&round);
    gsize length;
    const char *bytes = g_bytes_get_data(round.result, &length);
    g_autofree char *result = g_strndup(bytes, length);
    assert_true(trees_accept(&round, result, length));
    guint changed = 0;
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_isalnum(result[i]) && i < comment_in(result, i)) {
            g_autofree char *text = g_memdup2(result, length);
            text[i] ^= 1;
            assert_false(trees_accept(&round, text, length));
            changed++;
        }
    }
    assert_true(changed > 200);
    end(&round);
}

static void test_undeclared_changes(void **state)
{
    static const char before[] = "a: {b: 'c', d: [1, 2]}\ne: !Sub x\nf: &g h\n";
    static const struct {
        const char *after;
        bool same;
    } cases[] = {
        { before, true },
        { "# comments are no nodes\na: {b: 'c', d: [1, 2]}\ne: !Sub x\nf: &g h\n", true },
        { "a: {b: \"c\", d: [1, 2]}\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: c, d: [1, 2]}\ne: !Sub x\nf: &g h\n", false },
        { "a: {d: [1, 2], b: 'c'}\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, 2, 2]}\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1]}\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, '2']}\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, [2]]}\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: 'c', d: {1: 2}}\ne: !Sub x\nf: &g h\n", false },
        { "a:\n  b: 'c'\n  d: [1, 2]\ne: !Sub x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: !Ref x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: x\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: {Fn::Sub: x}\nf: &g h\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: !Sub x\nf: &i h\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: !Sub x\nf: h\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: !Sub x\nf: &g h\nj: k\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: !Sub x\n", false },
        { "a: {b: 'c', d: [1, 2]}\ne: !Sub x\n? f\n: &g h\n", true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Round round;
        begin(&round, before);
        bool same = trees_accept(&round, cases[i].after, strlen(cases[i].after));
        if (same != cases[i].same) {
            fail_msg("%s", cases[i].after);
        }
        end(&round);
    }
}

/* What was meant, and what may stand there for it. */
static void test_spellings(void **state)
{
    static const struct {
        const char *meant;
        const char *written;
        bool same;
    } cases[] = {
        { "!GetAtt A.B", "!GetAtt A.B", true },
        { "!GetAtt A.B", "!GetAtt [A, B]", true },
        { "!GetAtt A.B", "{Fn::GetAtt: [A, B]}", true },
        { "!GetAtt A.B", "{Fn::GetAtt: \"A.B\"}", true },
        { "!GetAtt A.B", "{Fn::GetAtt: [A, C]}", false },
        { "!GetAtt A.B", "{Fn::GetAtt: [A, B, C]}", false },
        { "!GetAtt A.B", "A.B", false },
        { "!GetAtt A.B", "{Fn::GetAtt: A.B, x: y}", false },
        { "!Ref A", "{Ref: A}", true },
        { "!Ref A", "{Fn::Ref: A}", false },
        { "!Condition A", "{Condition: A}", true },
        { "!If [A, !Ref B, c]", "{\"Fn::If\": [\"A\", {\"Ref\": \"B\"}, 'c']}", true },
        { "!If [A, !Ref B, c]", "{\"Fn::If\": [\"A\", {\"Ref\": \"B\"}, 'd']}", false },
        { "!Sub 'x'", "{Fn::Sub: x}", true },
        { "!Sub [x, {a: b}]", "{Fn::Sub: [x, {a: b}]}", true },
        { "'true'", "true", false },
        { "'true'", "\"true\"", true },
        { "true", "true", true },
        { "true", "'true'", false },
        { "'2012-10-17'", "2012-10-17", false },
        { "'2012-10-17'", "\"2012-10-17\"", true },
        { "2012-10-17", "2012-10-17", true },
        { "80", "80", true },
        { "80", "'80'", false },
        { "80", "81", false },
        { "a: 1\nb: 2", "{a: 1, b: 2}", true },
        { "a: 1\nb: 2", "{b: 2, a: 1}", false },
        { "a: 1", "{a: 1, a: 1}", false },
        { "a: [1]", "{a: 1}", false },
        { "a\nb", "\"a b\"", true },
        { "x", "&y x", false },
        { "x", "!!str x", false },
        { "x", "!X x", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Round round;
        begin(&round, "a: {b: c}\n");
        cfn_edit_replace(round.change, at(&round, "a/b"), cases[i].meant);
        round.result = cfn_edits_apply(round.edits);
        g_autofree char *after = g_strdup_printf("a: {b: %s}\n", cases[i].written);
        if (trees_accept(&round, after, strlen(after)) != cases[i].same) {
            fail_msg("%s: %s", cases[i].meant, cases[i].written);
        }
        end(&round);
    }
}

/* An operation that was declared must be found, each kind of them. */
static void remove_item(Round *round)
{
    cfn_edit_remove(round->change, cfn_node_item(at(round, "a"), 0));
}

static void append_item(Round *round)
{
    cfn_edit_append(round->change, at(round, "a"), "x");
}

static void wrap_value(Round *round)
{
    cfn_edit_wrap_append(round->change, at(round, "b"), "x");
}

static void replace_value(Round *round)
{
    cfn_edit_replace(round->change, at(round, "b"), "x");
}

static void set_text(Round *round)
{
    cfn_edit_set_string(round->change, at(round, "b"), "x");
}

static void add_pair(Round *round)
{
    cfn_edit_add(round->change, round->tree->root, NULL, "x", "y");
}

static void rename_key(Round *round)
{
    cfn_edit_rename(round->change, cfn_node_find_key(round->tree->root, "b"), "x");
}

static void test_edits_that_were_not_made(void **state)
{
    static const char before[] = "a: [1, 2]\nb: c\n";
    static void (*const edits[])(Round *) = { remove_item, append_item, wrap_value, replace_value,
                                              set_text,    add_pair,    rename_key };
    for (size_t i = 0; i < G_N_ELEMENTS(edits); i++) {
        Round round;
        begin(&round, before);
        edits[i](&round);
        round.result = cfn_edits_apply(round.edits);
        gsize length;
        const char *result = g_bytes_get_data(round.result, &length);
        assert_true(accepts(&round, result, length));
        assert_false(trees_accept(&round, before, strlen(before)));
        end(&round);
    }
}

static void test_texts(void **state)
{
    static const struct {
        const char *before;
        const char *written;
        bool same;
    } cases[] = {
        { "a", "x: y", false },   { "a", "on", false },          { "a", "'on'", true },
        { "a", "\"on\"", true },  { "'a'", "'on'", true },       { "'a'", "\"on\"", false },
        { "\"a\"", "on", false }, { "!Sub a", "!Sub on", true }, { "!Sub a", "'on'", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Round round;
        g_autofree char *before = g_strdup_printf("k: %s\n", cases[i].before);
        g_autofree char *after = g_strdup_printf("k: %s\n", cases[i].written);
        begin(&round, before);
        cfn_edit_set_string(round.change, at(&round, "k"), "on");
        round.result = cfn_edits_apply(round.edits);
        if (trees_accept(&round, after, strlen(after)) != cases[i].same) {
            fail_msg("%s: %s", cases[i].before, cases[i].written);
        }
        end(&round);
    }
}

/* A pair whose key and value change at once: `"v": 1` to `"V": {s: t}`. */
static void rename_pair(Round *round)
{
    begin(round, "A:\n  \"v\": 1\n  w: 2\n");
    cfn_edit_rename(round->change, cfn_node_find_key(at(round, "A"), "v"), "V");
    cfn_edit_replace(round->change, at(round, "A/v"), "s: t");
    round->result = cfn_edits_apply(round->edits);
    assert_non_null(round->result);
}

static void test_renamed_pair(void **state)
{
    static const struct {
        const char *after;
        bool same;
    } cases[] = {
        { "A:\n  \"V\":\n    s: t\n  w: 2\n", true },
        { "A:\n  \"v\":\n    s: t\n  w: 2\n", false },
        { "A:\n  \"X\":\n    s: t\n  w: 2\n", false },
        { "A:\n  'V':\n    s: t\n  w: 2\n", false },
        { "A:\n  V:\n    s: t\n  w: 2\n", false },
        { "A:\n  !x \"V\":\n    s: t\n  w: 2\n", false },
        { "A:\n  &x \"V\":\n    s: t\n  w: 2\n", false },
        { "A:\n  \"V\": 1\n  w: 2\n", false },
        { "A:\n  \"V\":\n    s: u\n  w: 2\n", false },
        { "A:\n  w: 2\n  \"V\":\n    s: t\n", false },
        { "A:\n  \"V\":\n    s: t\n", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Round round;
        rename_pair(&round);
        if (trees_accept(&round, cases[i].after, strlen(cases[i].after)) != cases[i].same) {
            fail_msg("%s", cases[i].after);
        }
        end(&round);
    }
}

/* What changed inside a renamed pair is part of what was added, and not told again. */
static void test_operations_of_a_renamed_pair(void **state)
{
    Round round;
    rename_pair(&round);
    gsize length;
    const char *result = g_bytes_get_data(round.result, &length);
    g_autoptr(CfnSource) source = source_of(result, length);
    g_autoptr(CfnTree) tree = cfn_tree_parse(source, NULL);
    g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_done_free);
    g_autoptr(GPtrArray) owners = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    assert_true(cfn_verify(round.tree, round.edits, tree, done, owners, NULL));
    assert_int_equal(done->len, 2);
    assert_int_equal(owners->len, 2);
    const CfnDone *removed = done->pdata[0], *added = done->pdata[1];
    assert_string_equal(removed->op, "remove");
    assert_string_equal(removed->path, "/A/v");
    assert_string_equal(added->op, "add");
    assert_string_equal(added->path, "/A/V");
    assert_string_equal(added->value, "{\"s\":\"t\"}");
    end(&round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_any_byte_changed),
        cmocka_unit_test(test_any_byte_lost_or_new),
        cmocka_unit_test(test_any_letter_of_a_tree),
        cmocka_unit_test(test_undeclared_changes),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_edits_that_were_not_made),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_renamed_pair),
        cmocka_unit_test(test_operations_of_a_renamed_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
