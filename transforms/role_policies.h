/*
 * What a role of the template may do.
 */
#ifndef CFN_TRANSFORMS_ROLE_POLICIES_H
#define CFN_TRANSFORMS_ROLE_POLICIES_H

#include "model/reference.h"

/* A policy document that counts for a role. */
typedef struct {
    const CfnNode *document;
    const CfnResource *holder; /* the role itself, or the policy's resource */
    bool shared;               /* other roles, users or groups have it, too */
} CfnRolePolicy;

typedef struct {
    GArray *policies;       /* CfnRolePolicy */
    bool allows_everything; /* it has one of AWS's policies that do */
} CfnRolePolicies;

/* The documents that stand in ROLE or in the template's policies attached to it. Clear the result.
   */
CfnRolePolicies cfn_role_policies(const CfnResource *role);
void cfn_role_policies_clear(CfnRolePolicies *policies);

typedef enum {
    CFN_DECRYPT_NO,
    CFN_DECRYPT_YES,
    CFN_DECRYPT_DENIED,
    CFN_DECRYPT_UNKNOWN, /* a document or statement cannot be read */
} CfnDecrypt;

/* Whether the policies, or KEY's own, let ROLE decrypt with KEY; with NULL for the key, with any.
   */
CfnDecrypt cfn_role_decrypts(const CfnRolePolicies *policies, const CfnResource *role,
                             const CfnResource *key);

/* Whether KEY's policy leaves it to IAM policies of its account who may decrypt; also if it cannot
   be read. */
bool cfn_key_trusts_iam(const CfnResource *key);

#endif
