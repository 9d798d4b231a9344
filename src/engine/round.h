/*
 * One round: every selected transform on one tree, and what may be applied of what they found.
 */
#ifndef CFN_ENGINE_ROUND_H
#define CFN_ENGINE_ROUND_H

#include "engine/ignores.h"

/* What all rounds of one input share. All of it is borrowed. */
typedef struct {
    const CfnOptions *options;
    CfnSource *input;
    const GPtrArray *history; /* CfnEdits* of the rounds so far */
    CfnIgnores *ignores;
    GHashTable *secrets; /* set of what must not be shown: rounds add to it */
} CfnRounds;

typedef struct CfnRound {
    const CfnRounds *rounds;
    const CfnOptions *options; /* theirs */
    CfnTemplate *template;
    CfnIgnoring *ignoring;
    CfnEdits *edits;
    GPtrArray *findings;     /* CfnFinding*, owned */
    GHashTable *shared;      /* "transform/key" -> CfnChange*, owned by the edits */
    GHashTable *logical_ids; /* "transform/key" -> the new logical id */
    GHashTable *given_ids;   /* the set of those, borrowed from it */
    GPtrArray *ignored;      /* CfnFinding* that the template says no to, owned */
} CfnRound;

/*
 * Runs the selected transforms on TREE, which is borrowed and outlives the round. Findings that
 * are not CFN_FIXED afterwards have had their changes dropped: what is left in the edits may be
 * applied. The places of all findings are in the input.
 */
CfnRound *cfn_round_new(const CfnTree *tree, const CfnRounds *rounds);
void cfn_round_free(CfnRound *round);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnRound, cfn_round_free)

/* Whether TRANSFORM is to be run at all. */
bool cfn_options_select(const CfnOptions *options, const CfnTransform *transform);

#endif
