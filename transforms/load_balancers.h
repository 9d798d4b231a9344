/*
 * Load balancers and what their listeners do.
 */
#ifndef CFN_TRANSFORMS_LOAD_BALANCERS_H
#define CFN_TRANSFORMS_LOAD_BALANCERS_H

#include "engine/transform.h"

/* Whether RESOURCE is an application, network or classic load balancer. */
bool cfn_is_load_balancer(const CfnResource *resource);
/* Whether RESOURCE is a network load balancer without security groups, so that its targets'
   groups meet the clients. */
bool cfn_is_bare_network_balancer(const CfnResource *resource);
/* What speaks for port 80 staying open on BALANCER, one clause as a new string. NULL: no
   listener is on 80, or an HTTPS listener stands beside one that only serves the same. */
char *cfn_load_balancer_need(const CfnResource *balancer);
/* Whether BALANCER has an HTTPS or TLS listener; their ports, as far as they are known, go to
   PORTS (int64_t). */
bool cfn_load_balancer_https(const CfnResource *balancer, GArray *ports);
/* Whether RESOURCE, a target group or classic load balancer, sends requests or health checks to
   port 80. */
bool cfn_sends_to_port_80(const CfnResource *resource);
/* Whether RESOURCE is a listener or a rule of one. */
bool cfn_is_listener(const CfnResource *resource);

#endif
