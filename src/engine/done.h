/*
 * What was done to a template, in terms of JSON.
 */
#ifndef CFN_ENGINE_DONE_H
#define CFN_ENGINE_DONE_H

#include <glib.h>
#include <stdint.h>

/* One thing that was done: what a checker can apply to the tree before. */
typedef struct {
    uint32_t round; /* from 1; paths of round n are about the text after round n-1 */
    const char *op; /* "remove", "replace", "wrap": path into the tree before the round; "add": into
                         the tree after */
    char *path;     /* JSON Pointer into the long form */
    char *value;    /* JSON text of what stands there now; NULL for remove and wrap */
    GArray *findings; /* guint indices into the outcome's findings */
} CfnDone;

void cfn_done_free(CfnDone *done);

#endif
