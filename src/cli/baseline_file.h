/*
 * Baselines as files: docs/baseline.schema.json. One finding a line, sorted, so that people can
 * read what changes in them, and git can merge them.
 */
#ifndef CFN_CLI_BASELINE_FILE_H
#define CFN_CLI_BASELINE_FILE_H

#include <glib.h>
#include <jansson.h>

#include "engine/finding.h"

/* One accepted finding. */
typedef struct {
    json_t *json;                        /* all that the file says of it; owned */
    const char *fingerprint, *path, *id; /* parts of that */
    bool is_missed; /* its file was read and its repair run, and it was not found there */
} CfnBaselineEntry;

CfnBaselineEntry *cfn_baseline_entry_new(const char *path, const CfnFinding *finding);
void cfn_baseline_entry_free(CfnBaselineEntry *entry);

/*
 * The entries (CfnBaselineEntry*) in BYTES; what else they have is kept. NULL with ERROR
 * ("PATH:line:column: …") if that is no baseline.
 */
GPtrArray *cfn_baseline_parse(const char *path, GBytes *bytes, GError **error);

/* The text of a file with ENTRIES, which are sorted by this; equal ones come once. */
GBytes *cfn_baseline_format(GPtrArray *entries);

#endif
