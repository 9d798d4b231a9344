/*
 * The policies that stand in a role itself.
 */
#ifndef CFN_TRANSFORMS_EMBEDDED_POLICIES_H
#define CFN_TRANSFORMS_EMBEDDED_POLICIES_H

#include "transforms/attachments.h"

/* Reports the policies under ROLE's Policies, and moves those that can be into resources of their
   own. */
void cfn_move_embedded_policies(CfnPass *pass, const CfnResource *role,
                                const CfnAttachments *attachments);

/* Why DOCUMENT cannot be that of a managed policy, as a new string, or NULL if it can. */
char *cfn_managed_policy_obstacle(const CfnNode *document);

#endif
