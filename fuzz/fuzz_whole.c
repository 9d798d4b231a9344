/*
 * The stage «whole»: a template through the engine, with the default set of repairs, with all of
 * them and consent, and with ignores written instead.
 *
 * Asserted is that no input makes it fail its own proof; that a second run on what it wrote has
 * nothing to do; that the suggestions together give the text after; and that the looks at the bytes
 * which spare the parser never say no where the parser says yes.
 */
#include "harness.h"

#include <string.h>

#include "cli/recognize.h"
#include "engine/quick_look.h"
#include "transforms/registry.h"

/* All repairs, also those that run only by name. */
static GHashTable *all_ids(void)
{
    static GHashTable *ids;
    if (ids == NULL) {
        ids = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; cfn_transforms[i] != NULL; i++) {
            g_hash_table_add(ids, (char *)cfn_transforms[i]->id);
        }
    }
    return ids;
}

/* NULL if the bytes are refused before anything is parsed. */
static CfnOutcome *run(GBytes *bytes, const CfnOptions *options)
{
    CfnSource *source = cfn_source_new("input", bytes, CFN_SOURCE_DEFAULT_LIMIT, NULL);
    return source != NULL ? cfn_run(source, options) : NULL;
}

static void check_proof(const CfnOutcome *outcome)
{
    if (g_error_matches(outcome->error, CFN_ERROR, CFN_ERROR_INTERNAL)) {
        fuzz_fail(outcome->error->message, 0);
    }
}

static void check_second_run(GBytes *after, const CfnOptions *options)
{
    g_autoptr(CfnOutcome) second = run(after, options);
    g_assert_nonnull(second);
    g_assert_no_error(second->error);
    g_assert_null(second->after);
    for (guint i = 0; i < second->findings->len; i++) {
        const CfnFinding *finding = g_ptr_array_index(second->findings, i);
        fuzz_check(finding->state != CFN_FIXED, "the second run repairs", finding->span.start);
    }
}

/* ---- Suggestions ---- */

static gint by_place(gconstpointer a, gconstpointer b)
{
    const CfnReplacement *one = a, *other = b;
    return (one->span.start > other->span.start) - (one->span.start < other->span.start);
}

static void check_suggestions(const CfnOutcome *outcome)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(CfnReplacement));
    for (guint i = 0; i < outcome->suggestions->len; i++) {
        const CfnSuggestion *one = outcome->suggestions->pdata[i];
        fuzz_check(one->findings->len > 0 && one->replacements->len > 0, "a suggestion is empty",
                   0);
        g_array_append_vals(all, one->replacements->data, one->replacements->len);
    }
    g_array_sort(all, by_place);
    g_autoptr(GString) text = g_string_new(NULL);
    uint32_t end = 0;
    for (guint i = 0; i < all->len; i++) {
        const CfnReplacement *one = &g_array_index(all, CfnReplacement, i);
        fuzz_check(one->span.start >= end && one->span.end >= one->span.start, "they overlap",
                   one->span.start);
        g_string_append_len(text, outcome->source->text + end, one->span.start - end);
        g_string_append(text, one->text);
        end = one->span.end;
    }
    g_string_append_len(text, outcome->source->text + end, outcome->source->length - end);
    gsize length;
    const char *after = g_bytes_get_data(outcome->after, &length);
    fuzz_check(length == text->len && memcmp(after, text->str, length) == 0,
               "the suggestions give another text", 0);
}

/* ---- Looks at the bytes ---- */

/* The one exception of docs/architecture.md: quotes and brackets that go on in the first column. */
static bool may_mislead(const CfnSource *source)
{
    for (uint32_t i = source->start; i < source->length; i++) {
        if (source->text[i] == '{' && i == source->start) {
            return false; /* JSON */
        }
        if (strchr("'\"[{", source->text[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_looks(GBytes *bytes, const CfnOutcome *outcome, const CfnOptions *options)
{
    const CfnSource *source = outcome->source;
    if (outcome->error != NULL) {
        return;
    }
    if (!cfn_quick_look(source->text, source->length, options)) {
        fuzz_check(outcome->after == NULL &&
                       outcome->findings->len + outcome->accepted->len + outcome->notices->len == 0,
                   "a quick look overlooks", 0);
    }
    fuzz_check(!outcome->is_template || cfn_has_escapes(source->text, source->length) ||
                   cfn_looks_like_template(bytes),
               "a template does not look like one", 0);
    if (!outcome->is_template && !cfn_has_escapes(source->text, source->length) &&
        cfn_is_surely_template(source->text, source->length)) {
        fuzz_check(may_mislead(source), "a template for certain is none", 0);
    }
}

/* ---- */

static void check(GBytes *bytes, const CfnOptions *options)
{
    g_autoptr(CfnOutcome) outcome = run(bytes, options);
    if (outcome == NULL) {
        return;
    }
    check_proof(outcome);
    check_looks(bytes, outcome, options);
    if (outcome->after != NULL) {
        check_second_run(outcome->after, options);
    }
    if (outcome->after != NULL && outcome->suggestions != NULL) {
        check_suggestions(outcome);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    const CfnOptions kinds[] = {
        { .transforms = cfn_transforms, .with_suggestions = true },
        { .transforms = cfn_transforms,
          .with_suggestions = true,
          .unsafe_fixes = true,
          .select = all_ids() },
        { .transforms = cfn_transforms, .add_ignores = true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        check(bytes, &kinds[i]);
    }
    return 0;
}
