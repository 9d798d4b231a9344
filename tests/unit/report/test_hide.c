/*
 * Secrets are found however they are spelled, in all that is told, and nothing else is touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/hide.h"

/* A set of SECRETS, separated by newlines. */
static GHashTable *make_secrets(const char *secrets)
{
    GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(secrets, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_hash_table_add(set, g_strdup(*line));
    }
    return set;
}

static char *hide(const char *secrets, const char *text)
{
    g_autoptr(GHashTable) set = make_secrets(secrets);
    g_autoptr(CfnHiding) hiding = cfn_hiding_new(set);
    return cfn_hide(hiding, text, strlen(text));
}

static void finds_all_spellings(void **state)
{
    static const struct {
        const char *secret, *text, *expected;
    } rows[] = {
        { "Winter-2024", "x Winter-2024 Winter-2024", "x ******** ********" },
        { "Winter-2024", "aWinter-2024b", "a********b" },
        { "Winter-2024", "W\\u0069nter\\x2d2024", "********" },
        { "Winter-2024", "\"{\\\"p\\\": \\\"W\\\\u0069nter-2024\\\"}\"",
          "\"{\\\"p\\\": \\\"********\\\"}\"" },
        { "W\\u0069nter", "Winter", "********" },
        { "it's me", "'it''s me'", "'********'" },
        { "'it", "'''it'", "''********'" },
        { "a\"b\\c", "{\\\"a\\\\\\\"b\\\\\\\\c\\\"}", "{\\\"********\\\"}" },
        { "a\"b\\c", "a\\\"b\\\\c.", "********." },
        { "a\tbc", "a\\tbc", "********" },
        { "p@ss/word", "mysql://u:p%40ss%2Fword@host", "mysql://u:********@host" },
        { "p%40ss", "p%40ss", "********" },
        { "50%a", "50%a1 50%ag", "********1 ********g" },
        { "next-2024", "C:\\next-2024", "C:\\********" },
        { "\\next", "\\\\\\u006eext", "********" },
        { "abcd\\", "abcd\\nope", "********nope" },
        { "Gr\xc3\xbc\xc3\x9f", "Gr\\u00fc\\u00df", "********" },
        { "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "\\ud83d\\ude00\\\\ud83d\\\\ude00", "********" },
        { "****", "****", "****************" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *hidden = hide(rows[i].secret, rows[i].text);
        assert_non_null(hidden);
        assert_string_equal(hidden, rows[i].expected);
    }
}

static void takes_the_longest(void **state)
{
    g_autofree char *one = hide("pass\npass-word\npass-word-2\nword", "pass-word-3 pass-word-2");
    assert_string_equal(one, "********-3 ********");
    g_autofree char *other = hide("abcd\nabcdefgh\nabce", "abcdefg abce abcf");
    assert_string_equal(other, "********efg ******** abcf");
}

static void leaves_all_else(void **state)
{
    static const struct {
        const char *secret, *text;
    } rows[] = {
        { "Winter", "winter" }, { "Winter", "" },          { "Winter", "Win\nter" },
        { "Winter", "Winte" },  { "a", "a1 ba _a a\xc3" }, { "\n", "text" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *hidden = hide(rows[i].secret, rows[i].text);
        assert_null(hidden);
    }
    g_autoptr(GHashTable) none = g_hash_table_new(g_str_hash, g_str_equal);
    assert_null(cfn_hiding_new(none));
    assert_null(cfn_hiding_new(NULL));
    g_autofree char *word = hide("a", "'a' at a.");
    assert_string_equal(word, "'********' at ********.");
}

/* Not quadratic in the number of secrets, though all begin alike. */
static void finds_one_of_many(void **state)
{
    g_autoptr(GString) secrets = g_string_new("Password-0"), text = g_string_new(NULL);
    for (int i = 1; i < 20000; i++) {
        g_string_append_printf(secrets, "\nPassword-%d", i);
    }
    for (int i = 0; i < 20000; i++) {
        g_string_append_printf(text, "Password-%d,", i);
    }
    g_autofree char *hidden = hide(secrets->str, text->str);
    assert_int_equal(strlen(hidden), 20000 * strlen("********,"));
}

/* ---- Results ---- */

static CfnResult *make_result(const char *secret)
{
    CfnResult *result = g_new0(CfnResult, 1);
    result->path = g_strdup("Winter.yaml");
    g_autoptr(GBytes) bytes = g_bytes_new_static("a: b\n", 5);
    CfnOutcome *outcome = result->outcome = g_new0(CfnOutcome, 1);
    outcome->source = cfn_source_new(result->path, bytes, 100, NULL);
    outcome->findings = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    outcome->operations = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_done_free);
    outcome->notices = g_ptr_array_new();
    outcome->secrets = make_secrets(secret);
    return result;
}

static CfnDone *add_done(CfnResult *result, const char *value)
{
    CfnDone *done = g_new0(CfnDone, 1);
    done->op = "replace";
    done->path = g_strdup("/Winter");
    done->value = g_strdup(value);
    done->findings = g_array_new(FALSE, FALSE, sizeof(guint));
    g_ptr_array_add(result->outcome->operations, done);
    return done;
}

static CfnFinding *add_finding(CfnResult *result, const CfnTransform *transform)
{
    CfnFinding *finding = g_new0(CfnFinding, 1);
    finding->transform = transform;
    finding->message = g_strdup("'Winter' is too long");
    finding->reason = g_strdup("as is Winter");
    finding->logical_id = g_strdup("Winter");
    g_ptr_array_add(result->outcome->findings, finding);
    return finding;
}

static void hides_in_messages(void **state)
{
    static const CfnTransform quoting = { .id = "one" };
    static const CfnTransform silent = { .id = "other", .quotes_nothing = true };
    g_autoptr(CfnResult) result = make_result("Winter");
    const CfnFinding *finding = add_finding(result, &quoting);
    const CfnFinding *kept = add_finding(result, &silent);
    CfnNotice notice = { { 1, 1 }, g_strdup("the key 'Winter'") };
    g_ptr_array_add(result->outcome->notices, &notice);
    result->error = g_error_new(CFN_ERROR, CFN_ERROR_INTERNAL, "Winter.yaml:1:1: not Winter");
    cfn_hide_result(result);
    assert_string_equal(finding->message, "'********' is too long");
    assert_string_equal(finding->reason, "as is ********");
    assert_string_equal(finding->logical_id, "Winter");
    assert_string_equal(kept->message, "'Winter' is too long");
    assert_string_equal(kept->reason, "as is Winter");
    assert_string_equal(notice.message, "the key '********'");
    assert_string_equal(result->error->message, "Winter.yaml:1:1: not ********");
    assert_false(result->hides);
    g_free(notice.message);
}

static void hides_in_operations(void **state)
{
    g_autoptr(CfnResult) result = make_result("Winter\n20242024\n\",\"");
    const CfnDone *text = add_done(result, "\"W\\u0069nter\"");
    const CfnDone *deep = add_done(result, "{\"a\":[\"b\",\"Winter!\",20242024,1],\"Winter\":{}}");
    const CfnDone *other = add_done(result, "[\"a\",\"b\"]");
    const CfnDone *large = add_done(result, "2024202420242024202420242024");
    const CfnDone *none = add_done(result, NULL);
    cfn_hide_result(result);
    assert_true(result->hides);
    assert_string_equal(text->value, "\"********\"");
    assert_string_equal(deep->value, "{\"a\":[\"b\",\"********!\",\"********\",1],\"Winter\":{}}");
    assert_string_equal(other->value, "[\"a\",\"b\"]");
    assert_null(strstr(large->value, "20242024"));
    assert_null(none->value);
    assert_string_equal(text->path, "/Winter");
    assert_null(result->diff);
    assert_null(cfn_result_patch(result));
}

static const char diff[] = "diff --git a/Winter.yaml b/Winter.yaml\n"
                           "--- a/Winter.yaml\n"
                           "+++ b/Winter.yaml\n"
                           "@@ -1,3 +1,2 @@ key: Winter\n"
                           " a: 1\r\n"
                           "--- Winter\n"
                           "-p: Winter # 1\n"
                           "+c: 2\n"
                           "\\ No newline at end of file\n";

static void hides_in_the_diff(void **state)
{
    g_autoptr(CfnResult) result = make_result("Winter\n1\nnewline");
    result->diff = g_strdup(diff);
    cfn_hide_result(result);
    assert_true(result->hides);
    assert_string_equal(result->diff, "diff --git a/Winter.yaml b/Winter.yaml\n"
                                      "--- a/Winter.yaml\n"
                                      "+++ b/Winter.yaml\n"
                                      "@@ -1,3 +1,2 @@ key: ********\n"
                                      " a: ********\r\n"
                                      "--- ********\n"
                                      "-p: ******** # ********\n"
                                      "+c: 2\n"
                                      "\\ No newline at end of file\n");
    assert_string_equal(result->patch, diff);
    assert_string_equal(cfn_result_patch(result), diff);
}

static void hides_what_was_cut_off(void **state)
{
    g_autoptr(CfnResult) result = make_result("Winter-2024");
    result->diff = g_strdup("diff --git a/a b/a\n--- a/a\n+++ b/a\n"
                            "@@ -1 +1 @@ Resources: {Database: {Type: AWS::RDS::DBInstance, "
                            "Password: Winter-2\n-a\n+b\n");
    cfn_hide_result(result);
    assert_string_equal(result->diff, "diff --git a/a b/a\n--- a/a\n+++ b/a\n"
                                      "@@ -1 +1 @@ ********\n-a\n+b\n");
}

static void keeps_a_diff_without_secrets(void **state)
{
    g_autoptr(CfnResult) result = make_result("Summer");
    result->diff = g_strdup(diff);
    cfn_hide_result(result);
    assert_false(result->hides);
    assert_string_equal(result->diff, diff);
    assert_null(result->patch);
    assert_ptr_equal(cfn_result_patch(result), result->diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_all_spellings),
        cmocka_unit_test(takes_the_longest),
        cmocka_unit_test(leaves_all_else),
        cmocka_unit_test(finds_one_of_many),
        cmocka_unit_test(hides_in_messages),
        cmocka_unit_test(hides_in_operations),
        cmocka_unit_test(hides_in_the_diff),
        cmocka_unit_test(hides_what_was_cut_off),
        cmocka_unit_test(keeps_a_diff_without_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
