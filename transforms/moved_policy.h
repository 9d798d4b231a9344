/*
 * A policy of a role as a resource of its own.
 */
#ifndef CFN_TRANSFORMS_MOVED_POLICY_H
#define CFN_TRANSFORMS_MOVED_POLICY_H

#include "transforms/policy_units.h"

typedef struct {
    CfnPass *pass;
    const CfnResource *role;
    CfnChange *change;
    CfnFinding *finding; /* that of the unit which LEAF is in */
} CfnPolicyMove;

/* Adds the resource for LEAF, and the condition it needs. Returns the item for ManagedPolicyArns as
   a snippet; g_free it. */
char *cfn_move_policy(const CfnPolicyMove *move, const CfnPolicyLeaf *leaf);

#endif
