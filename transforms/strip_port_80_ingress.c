/*
 * Port 80 open to the world, where HTTPS is open too, serves what should not be served in clear
 * text.
 *
 * It stays open where that seems meant: a redirect to HTTPS, or nothing but port 80 to come in
 * by.
 */
#include "model/flatten.h"
#include "transforms/port_80_use.h"
#include "transforms/remove_resource.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_strip_port_80_ingress = {
    .id = "strip-port-80-ingress",
    .summary = "Close port 80 to the world where HTTPS is open",
    .rationale = "A security group rule for TCP port 80 from 0.0.0.0/0 or ::/0 lets anyone talk to "
                 "the service in "
                 "clear text. Policies that are enforced at deployment (Security Hub, AWS Config, "
                 "organization rules) "
                 "reject it.\n\n"
                 "The rule is removed if the group also admits HTTPS from the world, or an HTTPS "
                 "listener stands on the "
                 "same load balancer. It is removed only with consent if something seems to rely "
                 "on it: a listener "
                 "that redirects from port 80 to HTTPS or that has no HTTPS listener beside it, a "
                 "network or classic load "
                 "balancer on port 80, a CloudFront origin, Global Accelerator or an HTTP health "
                 "check; or if "
                 "there is no other way in.\n\n"
                 "Rules for other groups, prefix lists and private networks are left alone. Rules "
                 "that admit more than port "
                 "80, and those whose source or port is a parameter, are told and not changed.",
    .url = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18",
    .group = CFN_GROUP_SECURITY,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_ACCESS_NARROWED,
    .resource_types =
        (const char *const[]){ "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", NULL },
    .words = (const char *const[]){ "CidrIp", "CidrIpv6", NULL },
    .apply_template = apply_template,
};

/* A rule that is to be removed. */
typedef struct {
    const CfnIngress *ingress;
    CfnFinding *finding;
    const char *need; /* what speaks against it */
} Removal;

/* The address that the rule names, as it is written. */
static char *source_of(const CfnNode *rule)
{
    const CfnNode *four = cfn_node_get(rule, "CidrIp");
    return cfn_flatten(four != NULL ? four : cfn_node_get(rule, "CidrIpv6"));
}

static CfnFinding *report(CfnPass *pass, const CfnIngress *ingress, CfnRuleKind kind)
{
    const CfnNode *node = ingress->slot != NULL ? ingress->rule : ingress->resource->key;
    if (kind == CFN_RULE_POSSIBLE) {
        return cfn_report(pass, node, "TCP port 80 may be open to the world");
    }
    g_autofree char *source = source_of(ingress->rule);
    return source != NULL ? cfn_report(pass, node, "TCP port 80 is open to the world (%s)", source)
                          : cfn_report(pass, node, "TCP port 80 is open to the world");
}

/* Reports the rule if it lets the world in, and appends it to REMOVALS if it is to go. */
static void check(CfnPass *pass, CfnPort80Use *use, const CfnIngress *ingress, GArray *removals)
{
    g_autofree char *why = NULL;
    CfnRuleKind kind = cfn_rule_kind(pass->template, ingress->rule, &why);
    if (kind == CFN_RULE_OTHER || cfn_pass_skips(pass, ingress->resource)) {
        return;
    }
    CfnFinding *finding = report(pass, ingress, kind);
    if (kind != CFN_RULE_PORT_80) {
        cfn_finding_cannot_fix(finding, "%s", why);
        return;
    }
    Removal removal = { ingress, finding, cfn_port_80_need(use, ingress) };
    g_array_append_val(removals, removal);
    if (ingress->slot != NULL) {
        cfn_slot_goes(ingress->slot);
    }
}

/* What goes in one piece needs consent if any rule of it does. */
static void share_needs(const GArray *removals)
{
    g_autoptr(GHashTable) needs = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < removals->len; i++) {
        const Removal *removal = &g_array_index(removals, Removal, i);
        if (removal->ingress->slot != NULL && removal->need != NULL) {
            g_hash_table_insert(needs, (gpointer)cfn_slot_outermost(removal->ingress->slot),
                                (gpointer)removal->need);
        }
    }
    for (guint i = 0; i < removals->len; i++) {
        Removal *removal = &g_array_index(removals, Removal, i);
        if (removal->ingress->slot != NULL && removal->need == NULL) {
            removal->need = g_hash_table_lookup(needs, cfn_slot_outermost(removal->ingress->slot));
        }
    }
}

static void remove_rule(CfnPass *pass, const Removal *removal)
{
    if (removal->need != NULL) {
        cfn_finding_needs_consent(removal->finding, "%s", removal->need);
    }
    if (removal->ingress->slot != NULL) {
        cfn_slot_remove(removal->ingress->slot, cfn_finding_change(pass, removal->finding));
    } else {
        cfn_remove_resource(pass, removal->finding, removal->ingress->resource);
    }
}

/* Whether a template would be left without resources, which CloudFormation refuses. */
static bool takes_all_resources(const CfnTemplate *template, const GArray *removals)
{
    uint32_t count = 0;
    for (guint i = 0; i < removals->len; i++) {
        count += g_array_index(removals, Removal, i).ingress->slot == NULL;
    }
    return count == cfn_template_resource_count(template);
}

static void apply_template(CfnPass *pass)
{
    g_autoptr(CfnSecurityGroups) groups = cfn_security_groups_new(pass->template);
    if (groups->ingresses->len == 0) {
        return;
    }
    g_autoptr(CfnPort80Use) use = cfn_port_80_use_new(groups);
    g_autoptr(GArray) removals = g_array_new(FALSE, FALSE, sizeof(Removal));
    for (guint i = 0; i < groups->ingresses->len; i++) {
        check(pass, use, groups->ingresses->pdata[i], removals);
    }
    share_needs(removals);
    bool takes_all = takes_all_resources(pass->template, removals);
    for (guint i = 0; i < removals->len; i++) {
        const Removal *removal = &g_array_index(removals, Removal, i);
        if (takes_all) {
            cfn_finding_cannot_fix(removal->finding, "a template needs at least one resource");
        } else {
            remove_rule(pass, removal);
        }
    }
}
