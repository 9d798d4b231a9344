/*
 * How long a policy document is, as IAM counts.
 */
#ifndef CFN_TRANSFORMS_POLICY_SIZE_H
#define CFN_TRANSFORMS_POLICY_SIZE_H

#include "model/intrinsic.h"

/* What a managed policy may have, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-
   quotas.html */
#define CFN_MANAGED_POLICY_LIMIT 6144

/* The characters of DOCUMENT in JSON, without white space. What only deployment knows is taken to
   be as long as such values usually are; of the branches of Fn::If the longest counts. */
uint64_t cfn_policy_size(const CfnNode *document);

#endif
