/*
 * Who relies on port 80 of a security group, and how else the world gets in.
 */
#ifndef CFN_TRANSFORMS_PORT_80_USE_H
#define CFN_TRANSFORMS_PORT_80_USE_H

#include "transforms/security_groups.h"

typedef struct CfnPort80Use CfnPort80Use;

/* GROUPS is borrowed and outlives it. */
CfnPort80Use *cfn_port_80_use_new(const CfnSecurityGroups *groups);
void cfn_port_80_use_free(CfnPort80Use *use);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnPort80Use, cfn_port_80_use_free)

/* What speaks against taking RULE, which opens port 80 to the world, away: one clause, owned by
   USE. NULL: nothing. */
const char *cfn_port_80_need(CfnPort80Use *use, const CfnIngress *rule);

#endif
