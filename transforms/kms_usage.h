/*
 * Who uses a KMS key to encrypt.
 */
#ifndef CFN_TRANSFORMS_KMS_USAGE_H
#define CFN_TRANSFORMS_KMS_USAGE_H

#include "model/reference.h"

typedef struct {
    bool log_groups;               /* CloudWatch Logs encrypts log groups with it */
    bool detectors;                /* … anomaly detectors */
    const CfnResource *log_user;   /* the first of these resources, or NULL */
    const CfnResource *other_user; /* the first resource of another service, or NULL */
    GPtrArray *group_names; /* flattened names of the log groups (char*), an entry "*" where one is
                               unknown */
} CfnKmsUsage;

/* Aliases, outputs, exports, nested stacks' parameters and policies are no users. Clear the
   result. */
CfnKmsUsage cfn_kms_usage(const CfnTemplate *template, const CfnResource *key);
void cfn_kms_usage_clear(CfnKmsUsage *usage);

/* Whether RESOURCE (NULL is none) is a key or a replica of one. */
bool cfn_kms_is_key(const CfnResource *resource);
/* The key in this template that an alias points to, or NULL. */
const CfnResource *cfn_kms_alias_target(const CfnTemplate *template, const CfnResource *alias);

/* Whether KEY is symmetric and encrypts and decrypts, the only kind that CloudWatch Logs takes. */
bool cfn_kms_is_symmetric(const CfnTemplate *template, const CfnResource *key);

#endif
