/*
 * What a finding is known by from one run to the next.
 */
#include "engine/fingerprint.h"

#include <string.h>

#include "engine/transform.h"
#include "text/hash.h"

/* POINTER with a star for each component that is a number. */
static void append_path(GString *out, const char *pointer)
{
    g_auto(GStrv) parts = g_strsplit(pointer, "/", -1);
    for (char **part = parts; *part != NULL; part++) {
        bool is_number = **part != '\0' && (*part)[strspn(*part, G_CSET_DIGITS)] == '\0';
        g_string_append_printf(out, "/%s", is_number ? "*" : *part);
    }
}

char *cfn_fingerprint_key(const CfnFinding *finding)
{
    GString *key = g_string_new(finding->transform->id);
    g_string_append_printf(key, "\n%s\n", finding->logical_id != NULL ? finding->logical_id : "");
    append_path(key, finding->pointer);
    return g_string_free(key, FALSE);
}

GPtrArray *cfn_fingerprints(const char *path, const GPtrArray *findings)
{
    GPtrArray *fingerprints = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) counts =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = findings->pdata[i];
        char *key = cfn_fingerprint_key(finding);
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));
        g_autofree char *text =
            g_strdup_printf("%s\n%s\n%u", path, key, count + finding->accepted_before);
        g_hash_table_replace(counts, key, GUINT_TO_POINTER(count + 1));
        char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
        digest[CFN_FINGERPRINT_DIGITS] = '\0';
        g_ptr_array_add(fingerprints, digest);
    }
    return fingerprints;
}
