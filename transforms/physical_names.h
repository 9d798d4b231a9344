/*
 * Properties that give a resource its name outside of the stack.
 */
#ifndef CFN_TRANSFORMS_PHYSICAL_NAMES_H
#define CFN_TRANSFORMS_PHYSICAL_NAMES_H

#include "model/template.h"

enum {
    CFN_NAME_MUTABLE = 1 << 0, /* a new name is no new resource */
    CFN_NAME_OF_DATA = 1 << 1, /* what is replaced takes its data along */
    CFN_NAME_MAY_END = 1 << 2, /* in `.fifo`, which must stay at the end */
};

typedef struct {
    const char *type;
    const char *property;
    uint16_t limit; /* in characters */
    uint8_t flags;
} CfnPhysicalName;

/* The one of TYPE, or NULL. */
const CfnPhysicalName *cfn_physical_name(const char *type);

/* Why a resource of TYPE that is called NAME must be called so, or NULL. */
const char *cfn_name_is_fixed(const char *type, const char *name);

#endif
