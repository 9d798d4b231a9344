/*
 * The KMS keys behind what ECS reads and writes for a task before it runs.
 */
#ifndef CFN_TRANSFORMS_TASK_KEYS_H
#define CFN_TRANSFORMS_TASK_KEYS_H

#include "model/reference.h"

typedef struct {
    const CfnResource *key;  /* NULL: it is not in the template */
    const CfnResource *user; /* the secret, database or log group that it encrypts */
} CfnTaskKey;

/* Of a task definition's secrets, registry credentials and log groups; each key once (GArray of
   CfnTaskKey, g_array_unref it). What is encrypted with an AWS key is left out. */
GArray *cfn_task_keys(const CfnResource *task);

/* The key of the template that NODE names, directly or by an alias, or NULL. */
const CfnResource *cfn_key_named_by(const CfnTemplate *template, const CfnNode *node);

#endif
