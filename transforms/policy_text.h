/*
 * A policy document that stands in a template as JSON text, literal or under Fn::Sub.
 */
#ifndef CFN_TRANSFORMS_POLICY_TEXT_H
#define CFN_TRANSFORMS_POLICY_TEXT_H

#include "edit/edits.h"
#include "model/intrinsic.h"

typedef struct CfnPolicyText CfnPolicyText;

/* The document in NODE's text, or NULL if NODE is no text or the text is no mapping in JSON. */
CfnPolicyText *cfn_policy_text_new(const CfnNode *node);
void cfn_policy_text_free(CfnPolicyText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnPolicyText, cfn_policy_text_free)

const CfnNode *cfn_policy_text_root(const CfnPolicyText *text);
/* A change on the document: edit with it what is under the root. */
CfnChange *cfn_policy_text_change(CfnPolicyText *text);
/* Carries that change over to the template: the same edits inside the text. A literal text becomes
   the argument of Fn::Sub, and what looks like a substitution in it is escaped. */
void cfn_policy_text_apply(CfnPolicyText *text, CfnChange *change);

#endif
