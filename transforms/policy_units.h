/*
 * The policies in a role, by what moves as a whole.
 */
#ifndef CFN_TRANSFORMS_POLICY_UNITS_H
#define CFN_TRANSFORMS_POLICY_UNITS_H

#include "engine/transform.h"

/* One branch taken on the way to a policy. */
typedef struct {
    const CfnNode *condition;
    bool holds;
} CfnPolicyTurn;

typedef struct {
    const CfnNode *node; /* with PolicyName and PolicyDocument */
    GArray *turns;       /* CfnPolicyTurn, from the outside */
} CfnPolicyLeaf;

/* What is moved as a whole: an item of the list, or all of it where the list itself is a choice. */
typedef struct {
    const CfnNode *node;
    const CfnNode *handle; /* the item or key to remove */
    GPtrArray *leaves;     /* CfnPolicyLeaf */
    bool unreadable;       /* something else than policies stands in it */
    CfnFinding *finding;   /* NULL if it cannot be fixed */
} CfnPolicyUnit;

/* What ROLE's Policies hold, CfnPolicyUnit* in the order of the source; g_ptr_array_unref it. */
GPtrArray *cfn_policy_units(const CfnResource *role);

#endif
