/*
 * The document of --format json, read back; and the summary for people, which is made from the same
 * results.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "made.h"

static const CfnTransform transform = { .id = "force-destroy", .summary = "Summary" };

static CfnFinding *make_finding(CfnState state, CfnEffects effects, const char *logical_id)
{
    CfnFinding *finding = g_new0(CfnFinding, 1);
    finding->transform = &transform;
    finding->state = state;
    finding->unsafe = state == CFN_NEEDS_CONSENT;
    finding->effects = effects;
    finding->message = g_strdup("is \x1b[31mnot\x1b[0m \"deletable\"");
    finding->reason = state == CFN_FIXED ? NULL : g_strdup("someone chose Retain");
    finding->logical_id = g_strdup(logical_id);
    finding->pointer = g_strdup("/Resources/Bucket");
    finding->start = (CfnPlace){ 3, 5 };
    finding->end = (CfnPlace){ 3, 11 };
    return finding;
}

static CfnDone *make_done(const char *op, const char *path, const char *value)
{
    static const guint first = 0;
    CfnDone *done = g_new0(CfnDone, 1);
    done->round = 1;
    done->op = op;
    done->path = g_strdup(path);
    done->value = g_strdup(value);
    done->findings = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(done->findings, first);
    return done;
}

static void free_done(gpointer data)
{
    CfnDone *done = data;
    g_free(done->path);
    g_free(done->value);
    g_array_unref(done->findings);
    g_free(done);
}

static void free_notice(gpointer data)
{
    CfnNotice *notice = data;
    g_free(notice->message);
    g_free(notice);
}

static CfnResult *make_result(const char *path, CfnVerdict verdict)
{
    CfnResult *result = g_new0(CfnResult, 1);
    result->path = g_strdup(path);
    result->verdict = verdict;
    if (verdict <= CFN_VERDICT_UNCHANGED) {
        CfnOutcome *outcome = result->outcome = g_new0(CfnOutcome, 1);
        g_autoptr(GBytes) bytes = g_bytes_new_static("a: b\n", 5);
        outcome->source = cfn_source_new(path, bytes, 100, NULL);
        outcome->findings = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
        outcome->operations = g_ptr_array_new_with_free_func(free_done);
        outcome->notices = g_ptr_array_new_with_free_func(free_notice);
        outcome->is_template = true;
        outcome->readers = CFN_READER_LIBFYAML | CFN_READER_JANSSON;
    }
    return result;
}

static CfnResult *make_changed(void)
{
    CfnResult *result = make_result("a.yaml", CFN_VERDICT_CHANGED);
    CfnOutcome *outcome = result->outcome;
    outcome->rounds = 1;
    CfnEffects effects = CFN_EFFECT_DATA_DELETABLE | CFN_EFFECT_NEW_RESOURCE;
    g_ptr_array_add(outcome->findings, make_finding(CFN_FIXED, effects, "Bucket"));
    g_ptr_array_add(outcome->findings, make_finding(CFN_NEEDS_CONSENT, effects, NULL));
    g_ptr_array_add(outcome->operations, make_done("add", "/Resources/New", "{\"Type\": 1.5}"));
    g_ptr_array_add(outcome->operations,
                    make_done("replace", "/Resources/Big", "123456789012345678901234567890"));
    g_ptr_array_add(outcome->operations, make_done("remove", "/Resources/Old", NULL));
    CfnNotice *notice = g_new0(CfnNotice, 1);
    notice->place = (CfnPlace){ 2, 1 };
    notice->message = g_strdup("anchors are left alone");
    g_ptr_array_add(outcome->notices, notice);
    result->diff = g_strdup("diff --git a/a.yaml b/a.yaml\n");
    return result;
}

/* One whose diff hides something. */
static CfnResult *make_hiding(void)
{
    CfnResult *result = make_changed();
    result->patch = g_strdup("diff --git a/a.yaml b/a.yaml\n");
    result->hides = true;
    return result;
}

static CfnResult *make_error(const char *path, const char *message)
{
    CfnResult *result = make_result(path, CFN_VERDICT_ERROR);
    result->error = g_error_new_literal(CFN_ERROR, CFN_ERROR_SYNTAX, message);
    return result;
}

/* The value at a path of keys and indices, which must be there. */
static json_t *at(json_t *value, const char *path)
{
    g_auto(GStrv) steps = g_strsplit(path, "/", -1);
    for (char **step = steps; *step != NULL; step++) {
        value = json_is_array(value)
                    ? json_array_get(value, (size_t)g_ascii_strtoull(*step, NULL, 10))
                    : json_object_get(value, *step);
        assert_non_null(value);
    }
    return value;
}

static void check_string(json_t *document, const char *path, const char *expected)
{
    assert_string_equal(json_string_value(at(document, path)), expected);
}

static void check_integer(json_t *document, const char *path, json_int_t expected)
{
    assert_true(json_is_integer(at(document, path)));
    assert_int_equal(json_integer_value(at(document, path)), expected);
}

static json_t *tell_json(CfnResult **results)
{
    static const CfnManner manner = { .dry_run = true };
    g_autofree char *text = made_document(&cfn_reporter_json, &manner, results);
    for (const char *c = text; *c != '\0'; c++) {
        assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f)); /* harmless on a terminal */
    }
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    return document;
}

static void tells_no_files(void **state)
{
    CfnResult *results[] = { NULL };
    json_t *document = tell_json(results);
    check_integer(document, "version", 1);
    check_string(document, "tool/name", "cfnfix");
    check_string(document, "tool/version", CFN_VERSION);
    assert_int_equal(json_array_size(at(document, "files")), 0);
    check_integer(document, "summary/files", 0);
    json_decref(document);
}

static void tells_what_changed(void **state)
{
    CfnResult *results[] = { make_changed(), NULL };
    json_t *document = tell_json(results);
    check_string(document, "files/0/state", "changed");
    check_string(document, "files/0/readers/0", "libfyaml");
    check_string(document, "files/0/readers/1", "jansson");
    check_integer(document, "files/0/rounds", 1);
    check_string(document, "files/0/findings/0/state", "fixed");
    check_string(document, "files/0/findings/0/safety", "safe");
    check_string(document, "files/0/findings/0/effects/0", "data-deletable");
    check_string(document, "files/0/findings/0/logicalId", "Bucket");
    check_string(document, "files/0/findings/0/message", "is \x1b[31mnot\x1b[0m \"deletable\"");
    check_integer(document, "files/0/findings/0/range/end/column", 11);
    assert_true(json_is_null(at(document, "files/0/findings/0/reason")));
    check_string(document, "files/0/findings/1/safety", "unsafe");
    assert_true(json_is_null(at(document, "files/0/findings/1/logicalId")));
    check_string(document, "files/0/findings/1/reason", "someone chose Retain");
    assert_true(json_is_real(at(document, "files/0/operations/0/value/Type")));
    check_string(document, "files/0/operations/1/value", "123456789012345678901234567890");
    assert_null(json_object_get(at(document, "files/0/operations/2"), "value"));
    check_integer(document, "files/0/operations/2/findings/0", 0);
    check_integer(document, "files/0/notices/0/line", 2);
    check_string(document, "files/0/diff", "diff --git a/a.yaml b/a.yaml\n");
    assert_true(json_is_false(at(document, "files/0/secretsHidden")));
    check_integer(document, "summary/needsConsent", 1);
    json_decref(document);
}

static void tells_errors(void **state)
{
    CfnResult *results[] = {
        make_error("a:b.yaml", "a:b.yaml:3:14: tab here: 7"),
        make_error("b.yaml", "b.yaml: cannot be opened"),
        make_error("<stdin>", "standard input: too large"),
        make_error("bad\xff.yaml", "bad\xff.yaml: 12: cannot be opened"),
        make_result("c.yaml", CFN_VERDICT_NOT_TEMPLATE),
        NULL,
    };
    json_t *document = tell_json(results);
    check_integer(document, "files/0/errors/0/line", 3);
    check_integer(document, "files/0/errors/0/column", 14);
    check_string(document, "files/0/errors/0/message", "tab here: 7");
    assert_true(json_is_null(at(document, "files/1/errors/0/line")));
    check_string(document, "files/1/errors/0/message", "cannot be opened");
    check_string(document, "files/2/errors/0/message", "standard input: too large");
    check_string(document, "files/3/path", "bad\xef\xbf\xbd.yaml");
    check_string(document, "files/3/errors/0/message", "12: cannot be opened");
    check_string(document, "files/4/state", "not-a-template");
    check_integer(document, "summary/files", 5);
    check_integer(document, "summary/errors", 4);
    json_decref(document);
}

static void summarizes_for_people(void **state)
{
    static const CfnManner dry = { .dry_run = true };
    CfnResult *results[] = { make_changed(), make_result("b.yaml", CFN_VERDICT_UNCHANGED), NULL };
    g_autofree char *text = made_document(&cfn_reporter_text, &dry, results);
    assert_string_equal(
        text, "a.yaml: 1 fixable, 1 needs consent, 1 note\n"
              "  3:5  fixable        force-destroy  Bucket: is \\x1b[31mnot\\x1b[0m \"deletable\""
              "  [data-deletable, new-resource]\n"
              "  3:5  needs consent  force-destroy  is \\x1b[31mnot\\x1b[0m \"deletable\""
              "  [data-deletable, new-resource]\n"
              "       someone chose Retain (--unsafe-fixes)\n"
              "  2:1  note           anchors are left alone\n"
              "2 templates: 1 to change (1 fixable, 1 needs consent)\n"
              "would become deletable with its data: Bucket (a.yaml)\n"
              "-i writes the changes; 'cfnfix --explain ID' tells more about a repair\n");
    static const CfnManner done = { 0 };
    CfnResult *again[] = { make_changed(), NULL };
    for (guint i = 0; i < again[0]->outcome->findings->len; i++) {
        CfnFinding *finding = g_ptr_array_index(again[0]->outcome->findings, i);
        finding->forbidden = true;
    }
    g_autofree char *kept = made_document(&cfn_reporter_text, &done, again);
    assert_null(strstr(kept, "--unsafe-fixes"));
    assert_non_null(strstr(kept, "a.yaml: 1 fixed, 1 needs consent, 1 note\n"));
}

static void tells_that_a_diff_hides(void **state)
{
    static const CfnManner diff = { .shows_diff = true }, other = { 0 };
    CfnResult *results[] = { make_hiding(), NULL };
    json_t *document = tell_json(results);
    assert_true(json_is_true(at(document, "files/0/secretsHidden")));
    json_decref(document);
    CfnResult *shown[] = { make_hiding(), make_changed(), make_hiding(), NULL };
    g_autofree char *text = made_document(&cfn_reporter_text, &diff, shown);
    const char *line = strstr(text, "\nthe diff hides a password and does not apply; "
                                    "--patch FILE writes one that does\n");
    assert_non_null(line);
    assert_null(strstr(line + 2, "the diff hides"));
    CfnResult *unshown[] = { make_hiding(), NULL };
    g_autofree char *silent = made_document(&cfn_reporter_text, &other, unshown);
    assert_null(strstr(silent, "hides"));
    CfnResult *plain[] = { make_changed(), NULL };
    g_autofree char *applying = made_document(&cfn_reporter_text, &diff, plain);
    assert_null(strstr(applying, "hides"));
}

static void is_silent_without_findings(void **state)
{
    static const CfnManner manner = { 0 };
    CfnResult *results[] = { make_result("a.yaml", CFN_VERDICT_UNCHANGED),
                             make_result("b.yaml", CFN_VERDICT_NOT_TEMPLATE),
                             make_error("c.yaml", "c.yaml: told elsewhere"), NULL };
    g_autofree char *text = made_document(&cfn_reporter_text, &manner, results);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_no_files),
        cmocka_unit_test(tells_what_changed),
        cmocka_unit_test(tells_errors),
        cmocka_unit_test(summarizes_for_people),
        cmocka_unit_test(tells_that_a_diff_hides),
        cmocka_unit_test(is_silent_without_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
