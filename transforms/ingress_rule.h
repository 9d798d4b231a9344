/*
 * What one ingress rule of a security group lets in.
 */
#ifndef CFN_TRANSFORMS_INGRESS_RULE_H
#define CFN_TRANSFORMS_INGRESS_RULE_H

#include "engine/transform.h"

typedef enum {
    CFN_RULE_OTHER,    /* the world does not get to port 80 by it */
    CFN_RULE_PORT_80,  /* TCP port 80, no other, from the world */
    CFN_RULE_WIDER,    /* port 80 and more from the world */
    CFN_RULE_POSSIBLE, /* port 80 from the world, if a value that is not written there says so */
} CfnRuleKind;

/* The kind of RULE, the mapping with its IpProtocol. WHY becomes a new string for the last two,
   else NULL. */
CfnRuleKind cfn_rule_kind(const CfnTemplate *template, const CfnNode *rule, char **why);
/* Whether RULE lets in TCP to PORT from somewhere. */
bool cfn_rule_admits(const CfnTemplate *template, const CfnNode *rule, int64_t port);
/* Whether RULE is for the whole world. */
bool cfn_rule_is_for_world(const CfnTemplate *template, const CfnNode *rule);

/* The integer that VALUE is, also as the default of a parameter; false if it is none. */
bool cfn_known_integer(const CfnTemplate *template, const CfnNode *value, int64_t *integer);
/* Whether VALUE, in some branch of it, is the integer. NULL is not. */
bool cfn_can_be_integer(const CfnTemplate *template, const CfnNode *value, int64_t integer);
/* Whether VALUE, in some branch of it, is TEXT without case. NULL is not. */
bool cfn_can_be_text(const CfnTemplate *template, const CfnNode *value, const char *text);

#endif
