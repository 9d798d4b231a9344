/*
 * Policies that are part of what they are attached to, or attached as if they were.
 *
 * Organizations forbid inline policies, and reviews fail on them. A role's own
 * (embedded_policies.c) become resources; a separate AWS::IAM::Policy or AWS::IAM::RolePolicy,
 * which writes an inline policy too, becomes an AWS::IAM::ManagedPolicy here, in its place.
 */
#include "transforms/embedded_policies.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_iam_inline_policy = {
    .id = "iam-inline-policy",
    .summary = "Make inline policies of roles managed policies",
    .rationale =
        "Inline policies cannot be reused, versioned or found by what audits managed policies, "
        "and many organizations forbid them. Both a role's `Policies` and the resources "
        "AWS::IAM::Policy (which the CDK writes) and AWS::IAM::RolePolicy are inline.\n\n"
        "A policy that stands in a role becomes an AWS::IAM::ManagedPolicy that the role's "
        "`ManagedPolicyArns` refer to, under the condition of the branch it stood in. The new "
        "policy exists before the role changes. A separate policy becomes a managed one under a "
        "new logical id and keeps its document and what it is attached to; CloudFormation creates "
        "the new one before it deletes the old one. So the permissions are the same at every "
        "moment of the update. No name is given: named policies would need a capability more and "
        "could not be replaced.\n\n"
        "IAM attaches 10 managed policies to a role unless the quota was raised, and a managed "
        "policy has up to 6,144 characters: where that could be exceeded, the policy is left as "
        "it is. Comments inside a policy that moves out of a role cannot move along, so then the "
        "repair waits for consent.",
    .url =
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    .group = CFN_GROUP_HYGIENE,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_NEW_RESOURCE | CFN_EFFECT_NEEDS_CAPABILITY,
    .by_name = true,
    .resource_types =
        (const char *const[]){ "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::RolePolicy", NULL },
    .words = (const char *const[]){ "Policies", "AWS::IAM::Policy", "AWS::IAM::RolePolicy", NULL },
    .apply_template = apply_template,
};

/* ---- Separate policies ---- */

/* Whether REFERENCE only orders, as DependsOn does: a value in Metadata, too. */
static bool only_orders(const CfnReference *reference)
{
    const CfnResource *user = reference->resource;
    return reference->kind == CFN_REFERS_DEPENDS_ON ||
           (user != NULL && user->metadata != NULL &&
            cfn_node_is_under(reference->node, user->metadata));
}

/* Why what names POLICY cannot name another resource, as a new string, or NULL if it can. */
static char *obstacle_in_references(const CfnResource *policy)
{
    const GPtrArray *references = cfn_references_to(policy->template, policy->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (reference->kind != CFN_REFERS_CONDITION && !only_orders(reference)) {
            g_autofree char *user =
                reference->entry != NULL ? cfn_node_dup_text(reference->entry) : NULL;
            return g_strdup_printf("'%s' uses its name, which a managed policy does not give",
                                   user != NULL ? user : reference->section);
        }
    }
    return NULL;
}

static char *obstacle_in_policy(const CfnResource *policy, const CfnAttachments *attachments)
{
    guint count = cfn_attachments_beside(attachments, policy);
    const CfnNode *deletion = cfn_node_get(policy->node, "DeletionPolicy");
    if (cfn_template_has_macro(policy->template) ||
        cfn_named_in_for_each(policy->template, policy->logical_id)) {
        return g_strdup("a macro or loop may refer to it by its logical id");
    }
    if (deletion != NULL && !cfn_node_equals(deletion, "Delete")) {
        return g_strdup("its DeletionPolicy would keep the inline policy where it is");
    }
    if (count > CFN_ATTACHMENT_LIMIT) {
        return g_strdup_printf("what it is attached to would have %u managed policies, and IAM "
                               "takes %d",
                               count, CFN_ATTACHMENT_LIMIT);
    }
    char *obstacle = cfn_managed_policy_obstacle(cfn_resource_property(policy, "PolicyDocument"));
    return obstacle != NULL ? obstacle : obstacle_in_references(policy);
}

/* RolePolicy has one role, ManagedPolicy a list. */
static void list_role(CfnChange *change, const CfnResource *policy)
{
    const CfnNode *key = cfn_node_find_key(policy->properties, "RoleName");
    g_autofree char *role = key != NULL ? cfn_snippet_of(cfn_node_value(key)) : NULL;
    if (role != NULL) {
        g_autofree char *yaml = g_strconcat("- ", role, NULL);
        cfn_edit_add(change, policy->properties, key, "Roles", yaml);
        cfn_edit_remove(change, key);
    }
}

/* "ApiPolicy" becomes "ApiManagedPolicy". */
static char *new_id(CfnPass *pass, const CfnResource *policy)
{
    g_autoptr(GString) base = g_string_new(policy->logical_id);
    if (g_str_has_suffix(base->str, "Policy")) {
        g_string_truncate(base, base->len - strlen("Policy"));
    }
    g_string_append(base, "ManagedPolicy");
    return cfn_pass_new_id(pass, policy->logical_id, base->str);
}

static void make_managed(CfnPass *pass, CfnChange *change, const CfnResource *policy)
{
    g_autofree char *id = new_id(pass, policy);
    const CfnNode *name = cfn_node_find_key(policy->properties, "PolicyName");
    cfn_edit_rename(change, policy->key, id);
    cfn_edit_set_string(change, cfn_node_get(policy->node, "Type"), "AWS::IAM::ManagedPolicy");
    if (name != NULL) {
        cfn_edit_remove(change, name);
    }
    list_role(change, policy);
    const GPtrArray *references = cfn_references_to(pass->template, policy->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (reference->kind != CFN_REFERS_CONDITION) {
            cfn_edit_splice(change, reference->node, reference->start, reference->end, id);
        }
    }
}

static void move_separate_policy(CfnPass *pass, const CfnResource *policy,
                                 const CfnAttachments *attachments)
{
    if (policy->properties == NULL) {
        return;
    }
    CfnFinding *finding = cfn_report(pass, policy->key, "%s writes an inline policy", policy->type);
    g_autofree char *obstacle = obstacle_in_policy(policy, attachments);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
    } else {
        make_managed(pass, cfn_finding_change(pass, finding), policy);
    }
}

static void apply_template(CfnPass *pass)
{
    g_autoptr(CfnAttachments) attachments = cfn_attachments_new(pass);
    for (uint32_t i = 0; i < cfn_template_resource_count(pass->template); i++) {
        const CfnResource *resource = cfn_template_resource_at(pass->template, i);
        if (cfn_pass_skips(pass, resource)) {
            continue;
        }
        if (cfn_resource_has_type(resource, "AWS::IAM::Role")) {
            cfn_move_embedded_policies(pass, resource, attachments);
        } else if (cfn_resource_has_type(resource, "AWS::IAM::Policy") ||
                   cfn_resource_has_type(resource, "AWS::IAM::RolePolicy")) {
            move_separate_policy(pass, resource, attachments);
        }
    }
}
