/*
 * One round: every selected transform on one tree, and what may be applied of what they found.
 */
#ifndef CFN_ENGINE_ROUND_H
#define CFN_ENGINE_ROUND_H

#include "engine/run.h"

typedef struct CfnRound {
    const CfnOptions *options;
    CfnEdits *edits;
    GPtrArray *findings;     /* CfnFinding*, owned */
    GHashTable *shared;      /* "transform/key" -> CfnChange*, owned by the edits */
    GHashTable *logical_ids; /* "transform/key" -> the new logical id */
    GHashTable *given_ids;   /* the set of those, borrowed from it */
    GHashTable *secrets;     /* the outcome's, borrowed */
} CfnRound;

/*
 * Runs the selected transforms on TREE, which is borrowed and outlives the round. Findings that
 * are not CFN_FIXED afterwards have had their changes dropped: what is left in the edits may be
 * applied. What must not be shown is added to the set SECRETS.
 */
CfnRound *cfn_round_new(const CfnTree *tree, const CfnOptions *options, GHashTable *secrets);
void cfn_round_free(CfnRound *round);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnRound, cfn_round_free)

/* Whether TRANSFORM is to be run at all. */
bool cfn_options_select(const CfnOptions *options, const CfnTransform *transform);

#endif
