/*
 * Resources that an account has only once give way to one in another template.
 */
#ifndef CFN_TRANSFORMS_GIVE_WAY_H
#define CFN_TRANSFORMS_GIVE_WAY_H

#include "engine/transform.h"

/* One that is to go. */
typedef struct {
    const CfnResource *resource;
    const CfnKept *kept; /* the one it gives way to */
    const char *noun;    /* "delivery channel" */
} CfnLeaver;

/*
 * Reports LEAVERS (CfnLeaver) and removes those that can be removed, with their entries in
 * DependsOn and the outputs that tell of them. One that is under a condition gives way too: the
 * other one is there when it is. Where nothing would be left of the template, all stay.
 */
void cfn_give_way(CfnPass *pass, const GArray *leavers);

#endif
