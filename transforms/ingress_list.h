/*
 * The rules in a SecurityGroupIngress, in all the shapes it has: a list, one rule, Fn::If of
 * either, items that are Fn::If.
 */
#ifndef CFN_TRANSFORMS_INGRESS_LIST_H
#define CFN_TRANSFORMS_INGRESS_LIST_H

#include "engine/transform.h"

typedef struct CfnSlot CfnSlot;

/* A place of the value: a rule, a list, an Fn::If, or something that cannot be read. */
struct CfnSlot {
    const CfnNode *node;
    CfnSlot *parent; /* the list or Fn::If it stands in; NULL for the whole value */
    bool is_choice;  /* an Fn::If */
    char *condition; /* of an Fn::If, owned; NULL if it cannot be read */
    bool is_second;  /* in an Fn::If: the branch for when the condition is false */
    guint parts;     /* how many children count: AWS::NoValue does not */
    guint gone;      /* how many of them go */
    bool goes;
};

/* Appends to SLOTS, which owns them, all of VALUE, and to RULES those that are rules, in the
   order of the source. */
void cfn_ingress_slots(const CfnNode *value, GPtrArray *slots, GPtrArray *rules);
/* Notes that RULE is to go. Once it is noted for all that go: */
void cfn_slot_goes(CfnSlot *rule);
/* What goes with RULE: itself, or an Fn::If or branch of which nothing is left. */
const CfnSlot *cfn_slot_outermost(const CfnSlot *rule);
/* Removes what cfn_slot_outermost says. A branch of Fn::If becomes AWS::NoValue. */
void cfn_slot_remove(const CfnSlot *rule, CfnChange *change);

#endif
