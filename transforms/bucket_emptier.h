/*
 * The resources that empty a bucket when its stack is deleted.
 */
#ifndef CFN_TRANSFORMS_BUCKET_EMPTIER_H
#define CFN_TRANSFORMS_BUCKET_EMPTIER_H

#include "engine/transform.h"

/* The type of the custom resource. Its function is transforms/force_destroy_emptier.py. */
#define CFN_EMPTIER_TYPE "Custom::S3ForceDestroy"

/* Roughly how many bytes one emptier adds to a template, and what the first adds besides. */
#define CFN_EMPTIER_SIZE 1100
size_t cfn_emptier_shared_size(const CfnTemplate *template);

/*
 * Adds to FINDING's change a custom resource that empties BUCKET and the policy it needs, and,
 * where the template has none of ours, the function and the role that all emptiers share. The
 * logical id of the custom resource; g_free it.
 */
char *cfn_write_bucket_emptier(CfnPass *pass, CfnFinding *finding, const CfnResource *bucket);

#endif
