/*
 * What an account has only once, where several templates are deployed to it.
 */
#ifndef CFN_ENGINE_KEPT_H
#define CFN_ENGINE_KEPT_H

#include <stdbool.h>

/* The one resource of a type that stays; all others give way to it. What it says is borrowed. */
typedef struct {
    const char *type;       /* NULL ends a list */
    const char *logical_id; /* of the one that stays */
    const char *place;      /* where that is: "config.yaml:12" */
    bool is_here;           /* in the template that is being looked at */
    bool is_certain;        /* it is there whatever the parameters say */
} CfnKept;

#endif
