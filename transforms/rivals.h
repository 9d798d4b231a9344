/*
 * Resources of which there can be only one, and whether their conditions let two of them exist
 * together.
 */
#ifndef CFN_TRANSFORMS_RIVALS_H
#define CFN_TRANSFORMS_RIVALS_H

#include "engine/transform.h"

typedef struct {
    const CfnResource *resource;
    const CfnResource *other;
    bool covered;       /* OTHER, which is no covered one itself, exists whenever RESOURCE does */
    CfnAnswer together; /* else: whether both can exist at once, YES or UNKNOWN */
} CfnRival;

/* Which of RESOURCES (CfnResource*, in the order of the source) must give way to another of them,
   and which cannot be told to: GArray of CfnRival, g_array_unref it. Under equal conditions the
   first stays. */
GArray *cfn_rivals(const CfnTemplate *template, const GPtrArray *resources);

#endif
