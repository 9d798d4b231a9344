/*
 * libFuzzer's harness: bytes in, the engine's promises asserted.
 *
 * No input makes it crash or fail its own proof, and a second run on what it wrote has nothing to
 * do. scripts/fuzz runs it: the default set, with and without consent; with CFN_FUZZ_ALL in the
 * environment every repair at once.
 */
#include <stdlib.h>

#include "engine/run.h"
#include "transforms/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All repairs, also those that run only by name. */
static GHashTable *all_ids(void)
{
    GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; cfn_transforms[i] != NULL; i++) {
        g_hash_table_add(ids, (char *)cfn_transforms[i]->id);
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
        g_printerr("a proof failed: %s\n", outcome->error->message);
        abort(); /* g_error would trap, which libFuzzer does not catch */
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
        g_assert_cmpint(finding->state, !=, CFN_FIXED);
    }
}

static void check(GBytes *bytes, bool unsafe_fixes)
{
    static GHashTable *ids;
    if (ids == NULL && g_getenv("CFN_FUZZ_ALL") != NULL) {
        ids = all_ids();
    }
    const CfnOptions options = {
        .transforms = cfn_transforms,
        .select = ids,
        .unsafe_fixes = unsafe_fixes,
    };
    g_autoptr(CfnOutcome) outcome = run(bytes, &options);
    if (outcome == NULL) {
        return;
    }
    check_proof(outcome);
    if (outcome->after != NULL) {
        check_second_run(outcome->after, &options);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    check(bytes, false);
    check(bytes, true);
    return 0;
}
