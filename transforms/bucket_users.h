/*
 * Who uses a bucket: its bucket policies, what empties it, and services that keep something in it.
 */
#ifndef CFN_TRANSFORMS_BUCKET_USERS_H
#define CFN_TRANSFORMS_BUCKET_USERS_H

#include "engine/transform.h"

typedef enum { CFN_USER_EMPTIER, CFN_USER_POLICY, CFN_USER_KEEPER } CfnUserKind;

typedef struct {
    const CfnResource *resource;
    CfnUserKind kind;
    const char *says; /* what a keeper does with the bucket: "CloudTrail delivers to it" */
} CfnBucketUser;

typedef struct CfnBucketUsers CfnBucketUsers;

/* The users of all buckets of TEMPLATE, which is borrowed. */
CfnBucketUsers *cfn_bucket_users_new(const CfnTemplate *template);
void cfn_bucket_users_free(CfnBucketUsers *users);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnBucketUsers, cfn_bucket_users_free)

/* GArray of CfnBucketUser: those that name BUCKET by a reference, and those that spell its physical
   name as it does itself. g_array_unref it. */
GArray *cfn_bucket_users_of(const CfnBucketUsers *users, const CfnResource *bucket);

#endif
