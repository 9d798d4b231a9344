/*
 * How many managed policies a role, user or group has, and would have if none were inline.
 */
#ifndef CFN_TRANSFORMS_ATTACHMENTS_H
#define CFN_TRANSFORMS_ATTACHMENTS_H

#include "engine/transform.h"

/* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
#define CFN_ATTACHMENT_LIMIT 10

typedef struct CfnAttachments CfnAttachments;

/* Counts over the template; what PASS skips stays inline. */
CfnAttachments *cfn_attachments_new(const CfnPass *pass);
void cfn_attachments_free(CfnAttachments *attachments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnAttachments, cfn_attachments_free)

/* Of a role in the template. */
guint cfn_attachments_of(const CfnAttachments *attachments, const CfnResource *role);
/* The most that anything has to which POLICY, a resource, is attached. */
guint cfn_attachments_beside(const CfnAttachments *attachments, const CfnResource *policy);

#endif
