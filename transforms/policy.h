/*
 * Reading IAM policy documents: one or many statements, principals and actions.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
#ifndef CFN_TRANSFORMS_POLICY_H
#define CFN_TRANSFORMS_POLICY_H

#include "model/flatten.h"

/* The statements of a policy document: items of a list or a single mapping, through Fn::If. Appends
   const CfnNode* to OUT; what is no mapping (another intrinsic) is appended too. */
void cfn_policy_statements(const CfnNode *policy, GPtrArray *out);

/* The values of an element that may be one or a list ("Action"), through Fn::If, appended to
   OUT. */
void cfn_policy_values(const CfnNode *element, GPtrArray *out);

/* Whether Effect says TEXT. */
bool cfn_statement_has_effect(const CfnNode *statement, const char *effect);
/* Whether one of the statement's actions covers ACTION ("kms:Encrypt"), wildcards and case as IAM
   has them. */
bool cfn_statement_covers(const CfnNode *statement, const char *action);

/* A Sid like BASE that no statement of POLICY has. g_free it. */
char *cfn_policy_new_sid(const CfnNode *policy, const char *base);

#endif
