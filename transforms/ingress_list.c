/*
 * Fn::If needs both its branches, so a branch that loses all its rules becomes AWS::NoValue, and
 * an Fn::If that would have two of those goes itself.
 */
#include "transforms/ingress_list.h"

typedef struct {
    GPtrArray *slots;
    GPtrArray *rules;
} Walk;

static CfnSlot *visit(Walk *walk, const CfnNode *node, CfnSlot *parent);

static void free_slot(gpointer data)
{
    CfnSlot *slot = data;
    g_free(slot->condition);
    g_free(slot);
}

static void visit_choice(Walk *walk, CfnSlot *choice, const CfnNode *arguments)
{
    choice->is_choice = true;
    choice->condition = cfn_node_dup_text(arguments->first);
    visit(walk, cfn_node_item(arguments, 1), choice);
    CfnSlot *second = visit(walk, cfn_node_item(arguments, 2), choice);
    if (second != NULL) {
        second->is_second = true;
    }
}

static CfnSlot *visit(Walk *walk, const CfnNode *node, CfnSlot *parent)
{
    if (cfn_is_ref(node, "AWS::NoValue")) {
        return NULL;
    }
    CfnSlot *slot = g_new0(CfnSlot, 1);
    g_ptr_array_add(walk->slots, slot);
    slot->node = node;
    slot->parent = parent;
    if (parent != NULL) {
        parent->parts++;
    }
    const CfnNode *choice = cfn_choice(node);
    const bool is_call = cfn_intrinsic(node).function != CFN_FN_NONE;
    if (choice != NULL) {
        visit_choice(walk, slot, choice);
    } else if (!is_call && cfn_node_is_mapping(node)) {
        g_ptr_array_add(walk->rules, slot);
    } else if (!is_call) {
        cfn_node_each_item(item, node) {
            visit(walk, item, slot);
        }
    }
    return slot;
}

void cfn_ingress_slots(const CfnNode *value, GPtrArray *slots, GPtrArray *rules)
{
    g_ptr_array_set_free_func(slots, free_slot);
    Walk walk = { slots, rules };
    visit(&walk, value, NULL);
}

void cfn_slot_goes(CfnSlot *rule)
{
    rule->goes = true;
    for (CfnSlot *at = rule->parent; at != NULL; at = at->parent) {
        /* What the property's own list loses, it loses item by item. */
        bool is_whole_list = at->parent == NULL && !at->is_choice;
        if (++at->gone < at->parts || is_whole_list) {
            return;
        }
        at->goes = true;
    }
}

const CfnSlot *cfn_slot_outermost(const CfnSlot *rule)
{
    const CfnSlot *slot = rule;
    while (slot->parent != NULL && slot->parent->goes) {
        slot = slot->parent;
    }
    return slot;
}

void cfn_slot_remove(const CfnSlot *rule, CfnChange *change)
{
    const CfnSlot *slot = cfn_slot_outermost(rule);
    if (slot->parent == NULL) {
        cfn_edit_remove(change, cfn_node_key(slot->node));
    } else if (slot->parent->is_choice) {
        cfn_edit_replace(change, slot->node, "!Ref AWS::NoValue");
    } else {
        cfn_edit_remove(change, slot->node);
    }
}
