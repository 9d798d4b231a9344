/*
 * A resource goes, and another one takes its place for all that names it.
 */
#ifndef CFN_TRANSFORMS_REPOINT_H
#define CFN_TRANSFORMS_REPOINT_H

#include "engine/transform.h"

/* Who takes whose place in one round. */
typedef struct CfnRepoint CfnRepoint;

/* TEMPLATE is borrowed. Resources of the types NEVER_AFTER (NULL-terminated, may be NULL) lose an
   entry of DependsOn that would have to be re-pointed. */
CfnRepoint *cfn_repoint_new(const CfnTemplate *template, const char *const *never_after);
void cfn_repoint_free(CfnRepoint *repoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnRepoint, cfn_repoint_free)

/* Why SURVIVOR cannot take the place of OLD, as a new string, or NULL if it can. */
char *cfn_repoint_obstacle(CfnRepoint *repoint, const CfnResource *old,
                           const CfnResource *survivor);
/* SURVIVOR, which stays, takes the place of OLD. All are to be told before the first is applied,
   so that an entry of DependsOn is not written twice. */
void cfn_repoint_tell(CfnRepoint *repoint, const CfnResource *old, const CfnResource *survivor);
/* Removes OLD, which was told, in CHANGE, and whatever names it names its survivor. */
void cfn_repoint_apply(CfnRepoint *repoint, CfnChange *change, const CfnResource *old);

#endif
