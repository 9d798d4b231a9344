/*
 * An item of Policies may be a choice, and so may the whole list. The turns taken on the way to a
 * policy are remembered: they become its condition.
 */
#include "transforms/policy_units.h"

static void free_leaf(gpointer data)
{
    g_array_unref(((CfnPolicyLeaf *)data)->turns);
    g_free(data);
}

static void free_unit(gpointer data)
{
    g_ptr_array_unref(((CfnPolicyUnit *)data)->leaves);
    g_free(data);
}

static void collect(CfnPolicyUnit *unit, const CfnNode *node, GArray *turns);

static void collect_choice(CfnPolicyUnit *unit, const CfnNode *choice, GArray *turns)
{
    for (uint32_t i = 1; i <= 2; i++) {
        CfnPolicyTurn turn = { choice->first, i == 1 };
        g_array_append_val(turns, turn);
        collect(unit, cfn_node_item(choice, i), turns);
        g_array_set_size(turns, turns->len - 1);
    }
}

static void collect(CfnPolicyUnit *unit, const CfnNode *node, GArray *turns)
{
    const CfnNode *choice = cfn_choice(node);
    if (cfn_is_ref(node, "AWS::NoValue")) {
        return;
    }
    if (choice != NULL && cfn_node_is_scalar(choice->first)) {
        collect_choice(unit, choice, turns);
    } else if (cfn_node_is_sequence(node) && !cfn_node_has_tag(node)) {
        cfn_node_each_item(item, node) {
            collect(unit, item, turns);
        }
    } else if (cfn_is_written_out(node)) {
        CfnPolicyLeaf *leaf = g_new0(CfnPolicyLeaf, 1);
        leaf->node = node;
        leaf->turns = g_array_copy(turns);
        g_ptr_array_add(unit->leaves, leaf);
    } else {
        unit->unreadable = true;
    }
}

static void add_unit(GPtrArray *units, const CfnNode *node)
{
    CfnPolicyUnit *unit = g_new0(CfnPolicyUnit, 1);
    const CfnNode *key = cfn_node_key(node);
    unit->node = node;
    unit->handle = key != NULL ? key : node;
    unit->leaves = g_ptr_array_new_with_free_func(free_leaf);
    g_autoptr(GArray) turns = g_array_new(FALSE, FALSE, sizeof(CfnPolicyTurn));
    collect(unit, node, turns);
    if (unit->leaves->len == 0 && !unit->unreadable) {
        free_unit(unit);
    } else {
        g_ptr_array_add(units, unit);
    }
}

GPtrArray *cfn_policy_units(const CfnResource *role)
{
    GPtrArray *units = g_ptr_array_new_with_free_func(free_unit);
    const CfnNode *policies = cfn_resource_property(role, "Policies");
    if (policies != NULL && (!cfn_node_is_sequence(policies) || cfn_node_has_tag(policies))) {
        add_unit(units, policies);
        return units;
    }
    cfn_node_each_item(item, policies) {
        add_unit(units, item);
    }
    return units;
}
