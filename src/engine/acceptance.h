/*
 * Findings that somebody has accepted: they are neither told nor repaired.
 */
#ifndef CFN_ENGINE_ACCEPTANCE_H
#define CFN_ENGINE_ACCEPTANCE_H

#include "engine/finding.h"

/* What is accepted in one file. */
typedef struct {
    const char *path;  /* as the fingerprints have it (cfn_fingerprints); borrowed */
    GHashTable *known; /* set of fingerprints, not written to while anyone works; borrowed; NULL:
                          whatever is found is accepted */
} CfnAcceptance;

/*
 * Takes what is accepted out of FINDINGS, those of one round: its changes are dropped, its
 * fingerprints set. CfnFinding* in the order of the text, the caller's; none if ACCEPTANCE is NULL.
 * Of findings that only their order tells apart the accepted ones are the first in the text.
 *
 * Each round is judged by its own text, as if it were the input: so what one run leaves alone, the
 * next one leaves alone too, and neither does what the other would not.
 */
GPtrArray *cfn_acceptance_take(const CfnAcceptance *acceptance, GPtrArray *findings);

#endif
