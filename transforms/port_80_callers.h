/*
 * Who talks to port 80 of what, as far as the template tells.
 */
#ifndef CFN_TRANSFORMS_PORT_80_CALLERS_H
#define CFN_TRANSFORMS_PORT_80_CALLERS_H

#include "engine/transform.h"

/* Each text is one clause, owned by this. */
typedef struct {
    const CfnTemplate *template;
    const char **caller;  /* for each resource: who calls its port 80 from outside, or NULL */
    const char **sender;  /* for each resource: who in the network sends to its port 80, or NULL */
    const char *anywhere; /* who calls port 80 from outside without saying of what; or NULL */
    const char *bare;     /* what passes port 80 on to its targets as it comes; or NULL */
    GStringChunk *texts;
} CfnPort80Callers;

CfnPort80Callers *cfn_port_80_callers_new(const CfnTemplate *template);
void cfn_port_80_callers_free(CfnPort80Callers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnPort80Callers, cfn_port_80_callers_free)

#endif
