/*
 * Reviews: what becomes a comment, what goes into the body, that both stay within GitHub's limits,
 * and that nothing is said twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "made.h"
#include "report/hide.h"
#include "report/markdown_text.h"

static const CfnManner dry = { .dry_run = true };

/* A text of COUNT lines, all of which the pull request shows, or none. */
static CfnResult *make_result(guint count, bool is_shown)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 1; i <= count; i++) {
        g_string_append_printf(text, "%u\n", i);
    }
    CfnResult *result = made_result("a.yaml", text->str);
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    result->touched = cfn_touched_new(is_shown ? nothing : result->before, result->before);
    return result;
}

/* A finding on LINE that is fixed by TEXT in its place. */
static CfnFinding *add_fixed(CfnResult *result, uint32_t line, const char *text)
{
    guint index = result->outcome->findings->len;
    g_autofree char *message = g_strdup_printf("wrong %u", line);
    CfnFinding *finding = made_finding(CFN_FIXED, message, line, line);
    g_ptr_array_add(result->outcome->findings, finding);
    CfnSuggestion *suggestion = made_suggestion(result, line, 1, text);
    g_array_append_val(suggestion->findings, index);
    return finding;
}

static CfnFinding *add_remark(CfnResult *result, CfnState state, uint32_t line, uint32_t last)
{
    g_autofree char *message = g_strdup_printf("kept %u", line);
    CfnFinding *finding = made_finding(state, message, line, last);
    g_ptr_array_add(result->outcome->findings, finding);
    return finding;
}

static json_t *review(const CfnManner *manner, CfnResult *first, CfnResult *second)
{
    CfnResult *results[] = { first, second, NULL };
    g_autofree char *text = made_document(&cfn_reporter_github_review, manner, results);
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    assert_string_equal(json_string_value(json_object_get(document, "event")), "COMMENT");
    assert_true(strlen(json_string_value(json_object_get(document, "body"))) <= CFN_MARKDOWN_LIMIT);
    assert_true(json_array_size(json_object_get(document, "comments")) <= 30);
    return document;
}

static size_t count_comments(json_t *document)
{
    return json_array_size(json_object_get(document, "comments"));
}

static const char *comment_text(json_t *document, size_t index, const char *key)
{
    json_t *comment = json_array_get(json_object_get(document, "comments"), index);
    return json_string_value(json_object_get(comment, key));
}

static json_int_t comment_number(json_t *document, size_t index, const char *key)
{
    json_t *comment = json_array_get(json_object_get(document, "comments"), index);
    return json_integer_value(json_object_get(comment, key));
}

static const char *body_of(json_t *document)
{
    return json_string_value(json_object_get(document, "body"));
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in:\n%s", part, text);
    }
}

static void suggests_on_shown_lines(void **state)
{
    CfnResult *result = make_result(5, true);
    CfnFinding *finding = add_fixed(result, 2, "`````\n");
    finding->effects = CFN_EFFECT_DATA_DELETABLE;
    finding->reason = g_strdup("someone chose @retain");
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 1);
    assert_string_equal(comment_text(document, 0, "path"), "a.yaml");
    assert_string_equal(comment_text(document, 0, "side"), "RIGHT");
    assert_int_equal(comment_number(document, 0, "line"), 2);
    assert_null(comment_text(document, 0, "start_side"));
    const char *body = comment_text(document, 0, "body");
    const char *expected =
        "- [force-destroy](https://example.com/a): <code>Bucket</code>: wrong 2 (consented: "
        "someone "
        "chose &#64;&#8203;retain). Deploying it: data-deletable\n\n"
        "**This makes data deletable, once it is deployed: <code>Bucket</code>.** That is only "
        "proposed, never pushed: whoever applies it decides.\n\n"
        "``````suggestion\n`````\n``````\n\n<!-- cfnfix:";
    assert_true(g_str_has_prefix(body, expected));
    assert_true(g_str_has_suffix(body, " -->\n"));
    assert_string_equal(body_of(document), "**cfnfix**: 1 repair suggested.\n\n");
    json_decref(document);
}

static void suggests_on_several_lines(void **state)
{
    CfnResult *result = make_result(9, true);
    static const guint index = 0;
    g_ptr_array_add(result->outcome->findings, made_finding(CFN_FIXED, "wrong", 3, 3));
    CfnSuggestion *suggestion = made_suggestion(result, 3, 4, "");
    g_array_append_val(suggestion->findings, index);
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(comment_number(document, 0, "start_line"), 3);
    assert_string_equal(comment_text(document, 0, "start_side"), "RIGHT");
    assert_int_equal(comment_number(document, 0, "line"), 6);
    assert_has(comment_text(document, 0, "body"), "\n```suggestion\n```\n");
    json_decref(document);
}

/* What is put in before the first line and behind it would repeat it twice. */
static void no_two_suggestions_share_a_line(void **state)
{
    static const guint indices[] = { 0, 1 };
    g_autoptr(GBytes) base = g_bytes_new_static("x\n2\n3\n4\n5\n6\n7\n8\n9\n", 18);
    CfnResult *result = make_result(9, true);
    cfn_touched_free(result->touched);
    result->touched = cfn_touched_new(result->before, base); /* shows 1 to 4 */
    for (guint i = 0; i < 2; i++) {
        g_ptr_array_add(result->outcome->findings, made_finding(CFN_FIXED, "wrong", 1 + i, 1 + i));
        CfnSuggestion *suggestion = made_suggestion(result, 1 + i, 0, "b\n");
        g_array_append_val(suggestion->findings, indices[i]);
    }
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 1);
    assert_has(body_of(document), "1 repair suggested, 1 below with its patch");
    json_decref(document);
}

static void tells_the_rest_as_patches(void **state)
{
    CfnResult *result = make_result(5, false);
    add_fixed(result, 2, "b\n");
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 0);
    assert_has(body_of(document), "**cfnfix**: 1 below with its patch.\n");
    assert_has(body_of(document), "<details><summary><code>a.yaml</code>, line 2: <code>Bucket"
                                  "</code>: wrong 2</summary>\n");
    assert_has(body_of(document), "\n```diff\ndiff --git a/a.yaml b/a.yaml\n");
    assert_has(body_of(document), "\n-2\n+b\n");
    json_decref(document);
}

static void unknown_lines_are_not_shown(void **state)
{
    CfnResult *result = make_result(5, true);
    add_fixed(result, 2, "b\n");
    add_remark(result, CFN_CANNOT_FIX, 3, 3);
    g_clear_pointer(&result->touched, cfn_touched_free);
    CfnResult *other = make_result(5, true); /* its name cannot be said in JSON */
    add_fixed(other, 2, "b\n");
    add_remark(other, CFN_CANNOT_FIX, 3, 3);
    g_free(other->name);
    other->name = g_strdup("\xff.yaml");
    json_t *document = review(&dry, result, other);
    assert_int_equal(count_comments(document), 0);
    assert_has(body_of(document), "2 below with patches, 2 not to be repaired without you");
    json_decref(document);
}

static void remarks_stand_on_touched_lines(void **state)
{
    g_autoptr(GBytes) base = g_bytes_new_static("1\n2\n3\n4\n5\nx\n7\n8\n9\n", 18);
    CfnResult *result = make_result(9, true);
    cfn_touched_free(result->touched);
    result->touched = cfn_touched_new(base, result->before);
    add_remark(result, CFN_NEEDS_CONSENT, 4, 8);
    add_remark(result, CFN_CANNOT_FIX, 5, 5); /* shown, but not touched */
    add_remark(result, CFN_NEEDS_CONSENT, 9, 9)->forbidden = true;
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 1);
    assert_int_equal(comment_number(document, 0, "line"), 6);
    assert_has(comment_text(document, 0, "body"),
               "<code>Bucket</code>: kept 4. It needs consent: someone chose Retain "
               "(`--unsafe-fixes`; deploying it: in-place)\n\n<!-- cfnfix:");
    assert_null(strstr(comment_text(document, 0, "body"), "suggestion"));
    assert_has(body_of(document), "**cfnfix**: 3 not to be repaired without you.\n\n<details>");
    assert_has(body_of(document), "- <code>a.yaml</code>, line 5: ");
    assert_has(body_of(document), "kept 5. It cannot be fixed: someone chose Retain\n");
    assert_has(body_of(document), "(not with this profile; deploying it: in-place)\n");
    json_decref(document);
}

static void comments_are_at_most_thirty(void **state)
{
    CfnResult *result = make_result(80, true);
    for (guint line = 1; line <= 40; line++) {
        add_remark(result, CFN_CANNOT_FIX, line, line);
    }
    for (guint line = 41; line < 69; line++) {
        add_fixed(result, line, "b\n");
    }
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 30);
    assert_has(comment_text(document, 27, "body"), "suggestion");
    assert_has(comment_text(document, 28, "body"), "kept 1.");
    assert_has(body_of(document), "line 3: ");
    assert_has(body_of(document), "28 repairs suggested, 40 not to be repaired without you");
    json_decref(document);
    result = make_result(80, true);
    for (guint line = 1; line < 41; line++) {
        add_fixed(result, line, "b\n");
    }
    document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 30);
    assert_has(body_of(document), "30 repairs suggested, 10 below with patches");
    json_decref(document);
}

/* All keys in DOCUMENT. */
static CfnSeen *see(json_t *document)
{
    char *text = json_dumps(document, 0);
    CfnSeen *seen = cfn_seen_new(text, strlen(text));
    free(text);
    return seen;
}

/* Some of each: errors, patches, comments and remarks. */
static CfnResult *make_some(const char *text)
{
    CfnResult *result = make_result(20, true);
    add_fixed(result, 2, text);
    add_remark(result, CFN_NEEDS_CONSENT, 3, 3);
    return result;
}

static CfnResult *make_others(const char *text)
{
    CfnResult *result = make_result(20, false);
    add_fixed(result, 12, text);
    add_remark(result, CFN_CANNOT_FIX, 13, 13);
    return result;
}

static void says_nothing_twice(void **state)
{
    json_t *document = review(&dry, make_some("b\n"), make_others("b\n"));
    assert_int_equal(count_comments(document), 2);
    g_autoptr(CfnSeen) seen = see(document);
    json_decref(document);
    const CfnManner again = { .dry_run = true, .seen = seen };
    document = review(&again, make_some("b\n"), make_others("b\n"));
    assert_int_equal(count_comments(document), 0);
    assert_string_equal(body_of(document), "");
    json_decref(document);
    /* What is proposed has changed. */
    document = review(&again, make_some("c\n"), make_others("b\n"));
    assert_int_equal(count_comments(document), 1);
    assert_has(body_of(document), "1 repair suggested, 3 said before.\n");
    json_decref(document);
    document = review(&again, make_some("b\n"), make_others("c\n"));
    assert_has(body_of(document), "1 below with its patch, 3 said before.\n");
    json_decref(document);
}

/* The same proposal for another finding is new; and for the same one on another line it is not. */
static void findings_are_told_apart(void **state)
{
    CfnResult *first = make_result(20, true);
    add_fixed(first, 2, "b\n");
    json_t *document = review(&dry, first, NULL);
    g_autoptr(CfnSeen) seen = see(document);
    json_decref(document);
    const CfnManner again = { .dry_run = true, .seen = seen };
    CfnResult *other = make_result(20, true);
    add_fixed(other, 3, "b\n");
    document = review(&again, other, NULL);
    assert_int_equal(count_comments(document), 1);
    json_decref(document);
    CfnResult *moved = make_result(20, true);
    CfnFinding *finding = add_fixed(moved, 9, "b\n");
    g_free(finding->pointer);
    finding->pointer = g_strdup("/Resources/wrong 2");
    document = review(&again, moved, NULL);
    assert_string_equal(body_of(document), "");
    json_decref(document);
}

static void tells_errors_once(void **state)
{
    json_t *document = review(&dry, made_error("b.yaml", "b.yaml:2:3: <tab>"), NULL);
    assert_has(body_of(document), "**cfnfix**: 1 error.\n\nWhat could not be read:\n\n"
                                  "- <code>b.yaml</code>, line 2: &#60;tab&#62;\n\n<!-- cfnfix:");
    g_autoptr(CfnSeen) seen = see(document);
    json_decref(document);
    const CfnManner again = { .dry_run = true, .seen = seen };
    document = review(&again, made_error("b.yaml", "b.yaml:2:3: <tab>"), NULL);
    assert_string_equal(body_of(document), "");
    json_decref(document);
}

static void nothing_found_is_nothing_said(void **state)
{
    json_t *document = review(&dry, make_result(3, true), NULL);
    assert_int_equal(count_comments(document), 0);
    assert_true(json_is_array(json_object_get(document, "comments")));
    assert_string_equal(body_of(document), "");
    json_decref(document);
}

/* COUNT findings that no comment can tell, with patches of more than LENGTH bytes. */
static CfnResult *make_many(guint count, guint length)
{
    CfnResult *result = make_result(count, false);
    g_autofree char *filling = g_strnfill(length, 'x');
    g_autofree char *text = g_strconcat(filling, "\n", NULL);
    for (guint line = 1; line <= count; line++) {
        add_fixed(result, line, text);
        add_remark(result, CFN_CANNOT_FIX, line, line);
    }
    return result;
}

/* Each run tells what the one before had no room for. */
static void tells_all_in_the_end(void **state)
{
    g_autoptr(GString) said = g_string_new("[]");
    for (guint runs = 1;; runs++) {
        assert_true(runs < 30);
        g_autoptr(CfnSeen) seen = cfn_seen_new(said->str, said->len);
        const CfnManner manner = { .dry_run = true, .seen = seen };
        json_t *document = review(&manner, make_many(100, 5000), NULL);
        char *text = json_dumps(document, 0);
        g_string_append(said, text);
        bool is_last = *body_of(document) == '\0';
        if (runs == 1) {
            assert_has(body_of(document),
                       " have no room here: a review has at most 30 comments and "
                       "65536 characters. The next one tells more.\n");
        }
        free(text);
        json_decref(document);
        if (is_last) {
            assert_true(runs > 2);
            break;
        }
    }
}

static void a_long_patch_is_left_out(void **state)
{
    json_t *document = review(&dry, make_many(1, 70000), NULL);
    assert_has(body_of(document), "The patch is too long for a review; `cfnfix --patch FILE` ");
    assert_null(strstr(body_of(document), "```"));
    json_decref(document);
    CfnResult *result = make_result(3, true); /* as a suggestion, too */
    g_autofree char *filling = g_strnfill(70000, 'x');
    g_autofree char *text = g_strconcat(filling, "\n", NULL);
    add_fixed(result, 1, text);
    document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 0);
    assert_has(body_of(document), "The patch is too long");
    json_decref(document);
}

static void hides_secrets(void **state)
{
    CfnResult *result = make_result(5, true);
    add_fixed(result, 2, "Password: hunter22\n");
    g_autoptr(GHashTable) secrets = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(secrets, "hunter22");
    result->hiding = cfn_hiding_new(secrets);
    json_t *document = review(&dry, result, NULL);
    assert_int_equal(count_comments(document), 0);
    assert_has(body_of(document), "+Password: ********\n");
    assert_null(strstr(body_of(document), "hunter22"));
    assert_has(body_of(document), "The patch hides a password, so it does not apply");
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suggests_on_shown_lines),
        cmocka_unit_test(suggests_on_several_lines),
        cmocka_unit_test(no_two_suggestions_share_a_line),
        cmocka_unit_test(tells_the_rest_as_patches),
        cmocka_unit_test(unknown_lines_are_not_shown),
        cmocka_unit_test(remarks_stand_on_touched_lines),
        cmocka_unit_test(comments_are_at_most_thirty),
        cmocka_unit_test(says_nothing_twice),
        cmocka_unit_test(findings_are_told_apart),
        cmocka_unit_test(tells_errors_once),
        cmocka_unit_test(nothing_found_is_nothing_said),
        cmocka_unit_test(tells_all_in_the_end),
        cmocka_unit_test(a_long_patch_is_left_out),
        cmocka_unit_test(hides_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
