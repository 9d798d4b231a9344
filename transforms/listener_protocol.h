/*
 * Whether a listener encrypts: what its Protocol says, as far as that can be seen.
 */
#ifndef CFN_TRANSFORMS_LISTENER_PROTOCOL_H
#define CFN_TRANSFORMS_LISTENER_PROTOCOL_H

#include "engine/transform.h"

typedef enum {
    CFN_PROTOCOL_OPEN,      /* HTTP, TCP and the like, or a parameter that says nothing */
    CFN_PROTOCOL_SECURE,    /* HTTPS or TLS */
    CFN_PROTOCOL_SECURE_IF, /* HTTPS or TLS in one of the two branches of an Fn::If */
    CFN_PROTOCOL_UNSEEN,    /* may be HTTPS or TLS */
} CfnProtocolKind;

typedef struct {
    CfnProtocolKind kind;
    const CfnNode *key; /* of the property Protocol; NULL if there is none */
    const char *name;   /* "HTTPS" or "TLS"; NULL if neither was found */
    char *condition;    /* SECURE_IF: what the Fn::If asks */
    bool inverted;      /* SECURE_IF: secure where the condition is false */
    char *unseen;       /* UNSEEN: why, one clause */
} CfnListenerProtocol;

/* The protocol of LISTENER, an AWS::ElasticLoadBalancingV2::Listener. */
CfnListenerProtocol *cfn_listener_protocol_new(const CfnResource *listener);
void cfn_listener_protocol_free(CfnListenerProtocol *protocol);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnListenerProtocol, cfn_listener_protocol_free)

/* YAML, a scalar or an item of a list on one line, as the value of a property that only secure
   listeners may have. g_free it. */
char *cfn_where_secure(const CfnListenerProtocol *protocol, const char *yaml);

#endif
