/*
 * The role refers to its new policies, so they are there before it is updated, and one update of
 * the role takes the inline ones away and attaches the managed ones. The other way round (the
 * policy names the role) it would be without permissions in between.
 */
#include "transforms/embedded_policies.h"

#include "model/flatten.h"
#include "transforms/moved_policy.h"
#include "transforms/policy_size.h"

typedef struct {
    CfnPass *pass;
    const CfnResource *role;
    GPtrArray *units; /* CfnPolicyUnit */
} Move;

/* ---- Why not: new strings, or NULL ---- */

char *cfn_managed_policy_obstacle(const CfnNode *document)
{
    if (document == NULL) {
        return g_strdup("it has no PolicyDocument");
    }
    uint64_t size = cfn_policy_size(document);
    if (size > CFN_MANAGED_POLICY_LIMIT) {
        return g_strdup_printf("a managed policy takes %d characters, and this one has about "
                               "%" G_GUINT64_FORMAT,
                               CFN_MANAGED_POLICY_LIMIT, size);
    }
    return NULL;
}

/* Whether something can be appended in every branch of a list, or a list can be put there. */
static bool is_open_list(const CfnNode *node)
{
    const CfnNode *choice = cfn_choice(node);
    if (choice != NULL) {
        return is_open_list(cfn_node_item(choice, 1)) && is_open_list(cfn_node_item(choice, 2));
    }
    return node == NULL || cfn_is_ref(node, "AWS::NoValue") ||
           (cfn_node_is_sequence(node) && !cfn_node_has_tag(node));
}

static char *obstacle_in_role(const CfnResource *role, const CfnAttachments *attachments)
{
    guint count = cfn_attachments_of(attachments, role);
    if (count > CFN_ATTACHMENT_LIMIT) {
        return g_strdup_printf("the role would have %u managed policies, and IAM takes %d", count,
                               CFN_ATTACHMENT_LIMIT);
    }
    if (!is_open_list(cfn_resource_property(role, "ManagedPolicyArns"))) {
        return g_strdup("the role's ManagedPolicyArns are not written out here");
    }
    return cfn_depends_on(role->template, role, role)
               ? g_strdup("it refers to something that depends on the role, and a policy of its "
                          "own would be part of that cycle")
               : NULL;
}

#define UNMOVABLE "an anchor, an alias or a double key in it cannot be moved"

static char *obstacle_in_unit(const CfnPolicyUnit *unit)
{
    g_autofree char *snippet = cfn_snippet_of(unit->node);
    if (unit->unreadable || snippet == NULL) {
        return g_strdup(unit->unreadable ? "it is not written out here" : UNMOVABLE);
    }
    for (guint i = 0; i < unit->leaves->len; i++) {
        const CfnPolicyLeaf *leaf = unit->leaves->pdata[i];
        char *obstacle = cfn_managed_policy_obstacle(cfn_node_get(leaf->node, "PolicyDocument"));
        if (obstacle != NULL) {
            return obstacle;
        }
    }
    return NULL;
}

/* ---- What is written ---- */

/* Moves the policies of UNIT and adds what refers to them to ITEMS. */
static void move_unit(const Move *move, CfnChange *change, const CfnPolicyUnit *unit,
                      GPtrArray *items)
{
    CfnPolicyMove one = { move->pass, move->role, change, unit->finding };
    for (guint i = 0; i < unit->leaves->len; i++) {
        g_ptr_array_add(items, cfn_move_policy(&one, unit->leaves->pdata[i]));
    }
    cfn_edit_remove(change, unit->handle);
}

/* ITEMS at the end of LIST, in every branch. */
static void append_items(CfnChange *change, const CfnNode *list, const GPtrArray *items,
                         const char *yaml)
{
    const CfnNode *choice = cfn_choice(list);
    if (cfn_is_ref(list, "AWS::NoValue")) {
        cfn_edit_replace(change, list, yaml);
    } else if (choice != NULL) {
        append_items(change, cfn_node_item(choice, 1), items, yaml);
        append_items(change, cfn_node_item(choice, 2), items, yaml);
    } else {
        for (guint i = 0; i < items->len; i++) {
            cfn_edit_append(change, list, items->pdata[i]);
        }
    }
}

static void attach(const Move *move, CfnChange *change, const GPtrArray *items)
{
    g_autoptr(GString) yaml = g_string_new(NULL);
    for (guint i = 0; i < items->len; i++) {
        g_string_append_printf(yaml, "- %s\n", (const char *)items->pdata[i]);
    }
    const CfnNode *list = cfn_resource_property(move->role, "ManagedPolicyArns");
    if (list != NULL) {
        append_items(change, list, items, yaml->str);
        return;
    }
    const CfnNode *properties = move->role->properties;
    cfn_edit_add(change, properties, cfn_node_find_key(properties, "Policies"), "ManagedPolicyArns",
                 yaml->str);
}

/* All of a role in one change: what it refers to and what is there must agree. */
static void write_all(const Move *move)
{
    g_autofree char *key = g_strconcat("policies of ", move->role->logical_id, NULL);
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_free);
    CfnChange *change = NULL;
    for (guint i = 0; i < move->units->len; i++) {
        const CfnPolicyUnit *unit = move->units->pdata[i];
        if (unit->finding != NULL) {
            bool is_new;
            change = cfn_finding_shared_change(move->pass, unit->finding, key, &is_new);
            move_unit(move, change, unit, items);
            /* Each finding has the part that shows where it was. */
            cfn_edit_remove(cfn_finding_change(move->pass, unit->finding), unit->handle);
        }
    }
    if (change != NULL) {
        attach(move, change, items);
    }
}

/* ---- The findings ---- */

static CfnFinding *report(const Move *move, const CfnPolicyUnit *unit)
{
    const CfnPolicyLeaf *first = unit->leaves->len == 1 ? unit->leaves->pdata[0] : NULL;
    g_autofree char *name =
        first != NULL ? cfn_flatten(cfn_node_get(first->node, "PolicyName")) : NULL;
    if (name != NULL) {
        return cfn_report(move->pass, unit->node, "the policy '%s' is inline in its role", name);
    }
    return cfn_report(move->pass, unit->node,
                      unit->leaves->len > 1 ? "policies are inline in their role"
                                            : "a policy is inline in its role");
}

static void judge(CfnPolicyUnit *unit, CfnFinding *finding, const char *obstacle)
{
    g_autofree char *own = obstacle == NULL ? obstacle_in_unit(unit) : g_strdup(obstacle);
    if (own != NULL) {
        cfn_finding_cannot_fix(finding, "%s", own);
    } else {
        unit->finding = finding;
    }
}

/* Comments cannot move along. All policies of a role go in one change, so all wait for consent. */
static void weigh_comments(const Move *move)
{
    const CfnTree *tree = cfn_template_tree(move->pass->template);
    bool lost = false;
    for (guint i = 0; i < move->units->len; i++) {
        const CfnPolicyUnit *unit = move->units->pdata[i];
        lost = lost || (unit->finding != NULL && cfn_edit_takes_comments(tree, unit->handle));
    }
    for (guint i = 0; lost && i < move->units->len; i++) {
        const CfnPolicyUnit *unit = move->units->pdata[i];
        if (unit->finding != NULL) {
            cfn_finding_needs_consent(unit->finding,
                                      "comments in the role's policies would not move along");
        }
    }
}

void cfn_move_embedded_policies(CfnPass *pass, const CfnResource *role,
                                const CfnAttachments *attachments)
{
    Move move = { pass, role, cfn_policy_units(role) };
    g_autofree char *obstacle = move.units->len > 0 ? obstacle_in_role(role, attachments) : NULL;
    for (guint i = 0; i < move.units->len; i++) {
        CfnPolicyUnit *unit = move.units->pdata[i];
        judge(unit, report(&move, unit), obstacle);
    }
    weigh_comments(&move);
    write_all(&move);
    g_ptr_array_unref(move.units);
}
