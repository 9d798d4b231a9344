/*
 * Comments on pull requests: what is quoted in them can do no harm, and they stay short enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "report/markdown_text.h"

static const CfnManner dry = { .dry_run = true };

static void check_text(const char *text, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_markdown_text(out, text);
    assert_string_equal(out->str, expected);
}

static void keeps_words(void **state)
{
    check_text("it's a key, 'a-b' says: no.", "it's a key, 'a-b' says: no.");
    check_text("größer", "größer");
    check_text("AWS::S3::Bucket", "AWS::S3::Bucket");
}

static void disarms_text(void **state)
{
    check_text("@here", "&#64;&#8203;here");
    check_text("a#1", "a&#35;&#8203;1");
    check_text("gh-1", "gh-&#8203;1");
    check_text("http://a", "http:&#8203;//a");
    check_text("www.a", "www.&#8203;a");
    check_text("<img src=x>", "&#60;img src&#61;x&#62;");
    check_text("![a](b)", "&#33;&#91;a&#93;&#40;b&#41;");
    check_text("&#64;b", "&#38;&#35;&#8203;64;b");
    check_text("a|b\\|`c`", "a&#124;b&#92;&#124;&#96;c&#96;");
    check_text("a\r\n# b", "a&#92;x0d&#92;x0a&#35;&#8203; b");
    check_text("a\xe2\x80\xae"
               "b",
               "a&#92;u202eb");
    check_text("*a* _b_ ~c~ $d$", "&#42;a&#42; &#95;b&#95; &#126;c&#126; &#36;d&#36;");
    check_text("- a", "&#45; a");
    check_text("--> <!--", "&#45;-&#62; &#60;&#33;--");
}

static void cuts_long_text(void **state)
{
    g_autofree char *text = g_strnfill(700, 'a');
    memcpy(text + 598, "\xc3\xa9\xc3\xa9", 4);
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_markdown_code(out, text);
    assert_true(g_str_has_suffix(out->str, "aaa\xc3\xa9…</code>") ||
                g_str_has_suffix(out->str, "aaa…</code>"));
    assert_true(g_utf8_validate(out->str, -1, NULL));
    assert_true(out->len < 640);
}

static void check_fence(const char *text, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_markdown_fence(out, "x", text);
    assert_string_equal(out->str, expected);
}

static void fences_are_longer(void **state)
{
    check_fence("a\n", "```x\na\n```\n");
    check_fence("", "```x\n```\n");
    check_fence("a", "```x\na\n```\n");
    check_fence("\n", "```x\n\n```\n");
    check_fence("``\n```\n", "````x\n``\n```\n````\n");
    check_fence("a `````b\n", "``````x\na `````b\n``````\n");
}

/* A file with a finding of each state, and a notice. */
static CfnResult *made_full_result(void)
{
    CfnResult *result = made_result("a|b.yaml", "a: b\n");
    CfnFinding *consent = made_finding(CFN_NEEDS_CONSENT, "asks", 3, 3);
    CfnFinding *forbidden = made_finding(CFN_NEEDS_CONSENT, "asks in vain", 4, 4);
    CfnFinding *deletable = made_finding(CFN_FIXED, "is fixed", 2, 2);
    forbidden->forbidden = true;
    deletable->effects = CFN_EFFECT_DATA_DELETABLE;
    g_ptr_array_add(result->outcome->findings, deletable);
    g_ptr_array_add(result->outcome->findings, consent);
    g_ptr_array_add(result->outcome->findings, forbidden);
    g_ptr_array_add(result->outcome->findings, made_finding(CFN_CANNOT_FIX, "stays", 5, 5));
    CfnNotice *notice = g_new0(CfnNotice, 1);
    notice->place = (CfnPlace){ 6, 1 };
    notice->message = g_strdup("an anchor");
    g_ptr_array_add(result->outcome->notices, notice);
    result->diff = g_strdup("-```\n+a\n");
    return result;
}

/* How each row of it starts. */
#define WHO "| [force-destroy](https://example.com/a) | <code>Bucket</code>: "

/* What is told of it, and of a file that could not be read. */
static const char full_document[] =
    "## cfnfix: 1 template: 1 to change (1 fixable, 2 need consent, 1 cannot be fixed), 1 "
    "error\n"
    "\n"
    "**Would become deletable with its data:** <code>Bucket &#40;a&#124;b.yaml&#41;</code>\n"
    "\n"
    "### <code>a&#124;b.yaml</code>: 1 fixable, 2 need consent, 1 cannot be fixed\n"
    "\n"
    "**Would be fixed**\n"
    "\n"
    "| line | repair | what | deploying it |\n"
    "|--:|---|---|---|\n"
    "| 2 " WHO "is fixed | data-deletable: **its data can be deleted then** |\n"
    "\n"
    "**Needs consent**\n"
    "\n"
    "| line | repair | what | why | deploying it | how to consent |\n"
    "|--:|---|---|---|---|---|\n"
    "| 3 " WHO "asks | someone chose Retain | in-place | `--unsafe-fixes` |\n"
    "| 4 " WHO "asks in vain | someone chose Retain | in-place | not with this profile |\n"
    "\n"
    "**Cannot be fixed**\n"
    "\n"
    "| line | repair | what | why |\n"
    "|--:|---|---|---|\n"
    "| 5 " WHO "stays | someone chose Retain |\n"
    "\n"
    "- line 6: an anchor\n"
    "\n"
    "<details><summary>the diff</summary>\n"
    "\n"
    "````diff\n"
    "-```\n"
    "+a\n"
    "````\n"
    "\n"
    "</details>\n"
    "\n"
    "### Errors\n"
    "\n"
    "- <code>c.yaml</code>, line 3: tab &#60;here&#62;\n"
    "\n"
    "<sub>`cfnfix --explain ID` tells more about a repair.</sub>\n";

static void tells_a_file(void **state)
{
    CfnResult *results[] = { made_full_result(), made_error("c.yaml", "c.yaml:3:14: tab <here>"),
                             NULL };
    g_autofree char *text = made_document(&cfn_reporter_markdown, &dry, results);
    assert_string_equal(text, full_document);
}

static void tells_that_nothing_is_to_do(void **state)
{
    CfnResult *result = made_result("a.yaml", "a: b\n");
    result->verdict = CFN_VERDICT_UNCHANGED;
    CfnResult *results[] = { result, NULL };
    g_autofree char *text = made_document(&cfn_reporter_markdown, &dry, results);
    assert_string_equal(text, "## cfnfix: 1 template: nothing to do\n\n"
                              "<sub>`cfnfix --explain ID` tells more about a repair.</sub>\n");
}

/* One whose section has more than LENGTH bytes, in the diff or in the table. */
static CfnResult *make_long(const char *path, guint length, bool in_diff)
{
    CfnResult *result = made_result(path, "a: b\n");
    guint count = in_diff ? 1 : length / 40 + 1;
    for (guint i = 0; i < count; i++) {
        g_ptr_array_add(result->outcome->findings,
                        made_finding(CFN_FIXED, "is said in forty characters, or more", 1, 1));
    }
    g_autofree char *filling = g_strnfill(in_diff ? length : 1, 'x');
    result->diff = g_strdup_printf("+%s\n", filling);
    return result;
}

static void stays_within_the_limit(void **state)
{
    CfnResult *results[] = { make_long("1.yaml", 30000, true),  make_long("2.yaml", 40000, true),
                             make_long("3.yaml", 65536, false), make_long("4.yaml", 65536, false),
                             make_long("5.yaml", 1000, true),   NULL };
    g_autofree char *text = made_document(&cfn_reporter_markdown, &dry, results);
    assert_true(strlen(text) <= CFN_MARKDOWN_LIMIT);
    assert_non_null(strstr(text, "### <code>1.yaml</code>"));
    const char *second = strstr(text, "### <code>2.yaml</code>");
    assert_non_null(second);
    assert_non_null(strstr(second, "The diff is too long for this comment.\n"));
    assert_non_null(strstr(text, "### <code>3.yaml</code>: 1639 fixable\n\n"
                                 "What was found is too long for this comment.\n\n### "));
    assert_non_null(strstr(text, "### <code>5.yaml</code>"));
    assert_null(strstr(text, "left out"));
}

/* As many errors and as long names as there are: nothing can make it longer. */
static void hostile_names_do_not_lengthen_it(void **state)
{
    enum { COUNT = 300 };
    CfnResult *results[COUNT + 1] = { NULL };
    g_autofree char *name = g_strnfill(2000, '@');
    for (guint i = 0; i < COUNT; i++) {
        if (i % 2 == 0) {
            results[i] = made_error(name, "a: b");
            continue;
        }
        results[i] = made_result(name, "a: b\n");
        CfnFinding *finding = made_finding(CFN_FIXED, name, 1, 1);
        finding->effects = CFN_EFFECT_DATA_DELETABLE | CFN_EFFECT_ACCESS_WIDENED;
        g_ptr_array_add(results[i]->outcome->findings, finding);
    }
    g_autofree char *text = made_document(&cfn_reporter_markdown, &dry, results);
    assert_true(strlen(text) <= CFN_MARKDOWN_LIMIT);
    assert_null(strchr(text, '@'));
    assert_non_null(strstr(text, "more files are left out: a comment takes 65536 characters.\n"));
    assert_non_null(strstr(text, "more errors are left out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_words),
        cmocka_unit_test(disarms_text),
        cmocka_unit_test(cuts_long_text),
        cmocka_unit_test(fences_are_longer),
        cmocka_unit_test(tells_a_file),
        cmocka_unit_test(tells_that_nothing_is_to_do),
        cmocka_unit_test(stays_within_the_limit),
        cmocka_unit_test(hostile_names_do_not_lengthen_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
