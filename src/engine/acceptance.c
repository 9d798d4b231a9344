/*
 * Findings that somebody has accepted.
 */
#include "engine/acceptance.h"

#include "edit/edits.h"
#include "engine/fingerprint.h"
#include "text/hash.h"

static int by_place(gconstpointer a, gconstpointer b)
{
    const CfnFinding *one = *(const CfnFinding *const *)a;
    const CfnFinding *other = *(const CfnFinding *const *)b;
    return one->span.start < other->span.start ? -1 : one->span.start > other->span.start;
}

static GPtrArray *sort(GPtrArray *findings)
{
    GPtrArray *sorted = g_ptr_array_copy(findings, NULL, NULL);
    g_ptr_array_set_free_func(sorted, NULL);
    g_ptr_array_sort(sorted, by_place);
    return sorted;
}

/* Another one that FINDING is told apart from by order alone; returns how many there were. */
static guint count_equal(GHashTable *counts, const CfnFinding *finding, bool is_another)
{
    char *key = cfn_fingerprint_key(finding);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));
    g_hash_table_replace(counts, key, GUINT_TO_POINTER(count + is_another));
    return count;
}

static void accept(CfnFinding *finding, const char *fingerprint)
{
    finding->fingerprint = g_strdup(fingerprint);
    if (finding->change != NULL) {
        cfn_change_drop(finding->change);
        finding->change = NULL;
    }
}

/* Marks what is accepted by giving it its fingerprint. SORTED is in the order of the text. */
static void judge(const CfnAcceptance *acceptance, const GPtrArray *sorted)
{
    g_autoptr(GPtrArray) fingerprints = cfn_fingerprints(acceptance->path, sorted);
    g_autoptr(GHashTable) counts =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < sorted->len; i++) {
        CfnFinding *finding = sorted->pdata[i];
        bool is_accepted = acceptance->known == NULL ||
                           g_hash_table_contains(acceptance->known, fingerprints->pdata[i]);
        guint before = count_equal(counts, finding, is_accepted);
        if (is_accepted) {
            accept(finding, fingerprints->pdata[i]);
        } else {
            finding->accepted_before = before;
        }
    }
}

/* Takes those that have a fingerprint out of FINDINGS, and leaves no others in SORTED. */
static void part(GPtrArray *findings, GPtrArray *sorted)
{
    guint told = 0, accepted = 0;
    for (guint i = 0; i < findings->len; i++) {
        CfnFinding *finding = findings->pdata[i];
        if (finding->fingerprint == NULL) {
            findings->pdata[told++] = finding;
        }
    }
    for (guint i = 0; i < sorted->len; i++) {
        CfnFinding *finding = sorted->pdata[i];
        if (finding->fingerprint != NULL) {
            sorted->pdata[accepted++] = finding;
        }
    }
    findings->len = told;
    g_ptr_array_set_size(sorted, (gint)accepted);
}

GPtrArray *cfn_acceptance_take(const CfnAcceptance *acceptance, GPtrArray *findings)
{
    GPtrArray *accepted = acceptance != NULL ? sort(findings) : g_ptr_array_new();
    if (acceptance != NULL) {
        judge(acceptance, accepted);
        part(findings, accepted);
    }
    g_ptr_array_set_free_func(accepted, (GDestroyNotify)cfn_finding_free);
    return accepted;
}
