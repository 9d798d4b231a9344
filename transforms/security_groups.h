/*
 * The security groups of a template with their ingress rules, wherever those stand.
 */
#ifndef CFN_TRANSFORMS_SECURITY_GROUPS_H
#define CFN_TRANSFORMS_SECURITY_GROUPS_H

#include "transforms/ingress_list.h"
#include "transforms/ingress_rule.h"

typedef struct {
    char *name;       /* its logical id, or the text of a GroupId from elsewhere ("sg-…", of
                         `!Ref X` the X); NULL if it has none that can be read */
    GPtrArray *rules; /* CfnIngress, borrowed, in the order of the source */
} CfnSecurityGroup;

typedef struct {
    const CfnResource *resource; /* the group, or the AWS::EC2::SecurityGroupIngress */
    const CfnNode *rule;         /* the mapping with its IpProtocol */
    CfnSlot *slot;               /* NULL if the rule is a resource of its own */
    CfnSecurityGroup *group;
} CfnIngress;

typedef struct {
    const CfnTemplate *template;
    GPtrArray *ingresses; /* CfnIngress: all rules, in the order of the source */
    GPtrArray *groups;    /* CfnSecurityGroup */
    GHashTable *by_name;
    GPtrArray *slots;
} CfnSecurityGroups;

CfnSecurityGroups *cfn_security_groups_new(const CfnTemplate *template);
void cfn_security_groups_free(CfnSecurityGroups *groups);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnSecurityGroups, cfn_security_groups_free)

/* By logical id, or NULL. */
const CfnSecurityGroup *cfn_security_groups_find(const CfnSecurityGroups *groups, const char *name);

/* Whether RESOURCE is a security group or a rule of one. */
bool cfn_is_group_or_rule(const CfnResource *resource);

/* What RULE stands under (its resource's condition, branches of Fn::If) as a text that is the
   same for the same. g_free it. */
char *cfn_ingress_stand(const CfnIngress *rule);
/* Whether WAY is there whenever RULE is: what it stands under is true then. */
bool cfn_ingress_accompanies(const CfnIngress *way, const CfnIngress *rule);

#endif
