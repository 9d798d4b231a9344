/*
 * The properties of a container definition, as CloudFormation spells them.
 */
#ifndef CFN_TRANSFORMS_CONTAINER_SCHEMA_H
#define CFN_TRANSFORMS_CONTAINER_SCHEMA_H

#include "syntax/node.h"

typedef struct CfnContainerKey CfnContainerKey;

struct CfnContainerKey {
    const char *name; /* NULL ends a table */
    const CfnContainerKey
        *of; /* the keys of the value, or of its items; NULL: a plain value, or a map with keys of
                                  the author's own */
    bool number; /* a number or boolean, or a list of numbers */
};

/* Of a container definition itself. */
extern const CfnContainerKey cfn_container_keys[];

/* The property that KEY means, spelled as here or with a small first letter as in the ECS API; NULL
   if KEYS has none. */
const CfnContainerKey *cfn_container_key(const CfnContainerKey *keys, const CfnNode *key);

#endif
