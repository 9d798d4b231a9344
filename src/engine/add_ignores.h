/*
 * Ignores that are written into a template.
 */
#ifndef CFN_ENGINE_ADD_IGNORES_H
#define CFN_ENGINE_ADD_IGNORES_H

#include "engine/round.h"

/*
 * Has OWNER, a resource's mapping or the template's, ignore IDS (ended by NULL): Metadata: {cfnfix:
 * {ignore: …}}, put into what is there of it. Why that cannot be ("its Metadata is …"), a constant
 * text, or NULL.
 */
const char *cfn_write_ignore(CfnChange *change, const CfnNode *owner, const char *const *ids);

/*
 * The edits that make the template of ROUND ignore all of its findings: comments, where those can
 * be, else Metadata. IGNORES are those of the same text. What cannot be ignored is then
 * CFN_CANNOT_FIX, all else CFN_FIXED. ROUND outlives the edits.
 */
CfnEdits *cfn_add_ignores(const CfnTree *tree, const CfnRound *round, const CfnIgnores *ignores);

#endif
