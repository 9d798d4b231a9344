/*
 * Which AWS managed policies there are, as of a date: transforms/data/managed_policies.txt.
 */
#ifndef CFN_TRANSFORMS_MANAGED_POLICIES_H
#define CFN_TRANSFORMS_MANAGED_POLICIES_H

#include <stdbool.h>

/* The path and name ("service-role/AWS_ConfigRole") of the policy that NAME, without a path and in
   any case, is or has become. If there is an attachable one, it is that. NULL if there is none. */
const char *cfn_managed_policy(const char *name);
/* Whether the policy of that path and name can be attached by its users, not just by AWS. */
bool cfn_managed_policy_attachable(const char *path);
/* "2026-09-30" */
const char *cfn_managed_policies_date(void);

#endif
