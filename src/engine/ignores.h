/*
 * What the template itself says is to be left alone, and whether that was needed.
 *
 *   # cfnfix: ignore[id, id] reason     the line it stands on or above; on or above the line of a
 *                                       resource's logical id: the resource
 *   # cfnfix: ignore-file[id]           the template
 *   Metadata: {cfnfix: {ignore: [id, {id: id, reason: text}]}}    the resource, or the template
 *
 * and what other tools were told. Comments count where they stand in the input, in each round;
 * Metadata as it stands in the text of the round, since repairs write some.
 */
#ifndef CFN_ENGINE_IGNORES_H
#define CFN_ENGINE_IGNORES_H

#include "engine/run.h"

/* Those of one input, and which of them were of use. */
typedef struct CfnIgnores CfnIgnores;

/* Of the input's TREE, which is borrowed for this call; OPTIONS for longer. What is in Metadata is
   read with the first round. */
CfnIgnores *cfn_ignores_new(const CfnTree *tree, const CfnOptions *options);
void cfn_ignores_free(CfnIgnores *ignores);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnIgnores, cfn_ignores_free)

/* Appends to NOTICES what is wrong with them, and those that ignored nothing although their repair
   ran. INPUT is what TREE was made of. */
void cfn_ignores_tell(CfnIgnores *ignores, CfnSource *input, GPtrArray *notices);

/* Where another id can be put in, before the `]` of a comment that ignores something on the line
   that begins at OFFSET; CFN_NOWHERE if there is no such comment. */
uint32_t cfn_ignores_bracket(const CfnIgnores *ignores, uint32_t offset);

/* Those that count in one round. */
typedef struct CfnIgnoring CfnIgnoring;

/* Which of them count. */
typedef enum { CFN_IGNORES_NONE, CFN_IGNORES_USED, CFN_IGNORES_ALL } CfnIgnoresScope;

/* TEMPLATE is that of the round; HISTORY (CfnEdits*) are the rounds before it. All are borrowed. */
CfnIgnoring *cfn_ignoring_new(CfnIgnores *ignores, CfnIgnoresScope scope,
                              const CfnTemplate *template, const GPtrArray *history);
void cfn_ignoring_free(CfnIgnoring *ignoring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnIgnoring, cfn_ignoring_free)

/* Whether RESOURCE (NULL: the template) is left alone by TRANSFORM as a whole. */
bool cfn_ignoring_skips(const CfnIgnoring *ignoring, const CfnResource *resource,
                        const CfnTransform *transform);
/* Whether that, or at least something in RESOURCE is left alone by TRANSFORM. */
bool cfn_ignoring_touches(const CfnIgnoring *ignoring, const CfnResource *resource,
                          const CfnTransform *transform);
/* Whether FINDING, of this round, with its span in the input, is ignored. What ignores it is of
   use. */
bool cfn_ignoring_accepts(const CfnIgnoring *ignoring, const CfnFinding *finding);
/* Whether transforms skip something, so that nobody knows what they would have found there. */
bool cfn_ignoring_hides(const CfnIgnoring *ignoring);
/* Whether some ignore was of no use yet. */
bool cfn_ignoring_is_open(const CfnIgnoring *ignoring);
/* TRANSFORM finds something if nothing is ignored that no ignore names: each of its ignores may be
   of use. */
void cfn_ignoring_trust(const CfnIgnoring *ignoring, const CfnTransform *transform);

/* The place in the input that OFFSET of the text after HISTORY came from. */
uint32_t cfn_history_map_back(const GPtrArray *history, uint32_t offset);

#endif
