/*
 * The security policy that listeners get by default admits TLS 1.0.
 *
 * The console has a newer default; CloudFormation keeps ELBSecurityPolicy-2016-08.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
#include "transforms/listener_protocol.h"

static void apply(CfnPass *pass, const CfnResource *listener);

const CfnTransform cfn_transform_listener_ssl_policy = {
    .id = "listener-ssl-policy",
    .summary = "Have HTTPS and TLS listeners refuse TLS 1.0 and 1.1",
    .rationale =
        "A listener without `SslPolicy` that CloudFormation makes gets ELBSecurityPolicy-2016-08, "
        "which admits TLS 1.0 and 1.1; both are deprecated (RFC 8996). So do several others.\n\n"
        "The repair writes ELBSecurityPolicy-TLS13-1-2-2021-06, which admits TLS 1.2 and 1.3; a "
        "FIPS or post-quantum policy gets the one of its own kind. Clients that know nothing newer "
        "than TLS 1.1 can no longer connect, so the repair is made only where it is asked for by "
        "name. Listeners that do not encrypt must not have a policy, and get none.",
    .url = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
           "describe-ssl-policies.html",
    .group = CFN_GROUP_SECURITY,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_ACCESS_NARROWED,
    .by_name = true,
    .resource_types = (const char *const[]){ "AWS::ElasticLoadBalancingV2::Listener", NULL },
    .words = (const char *const[]){ "Protocol", NULL },
    .apply = apply,
};

#define GOOD "ELBSecurityPolicy-TLS13-1-2-2021-06"
#define GOOD_FIPS "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04"
#define BOTH "TLS 1.0 and 1.1"

typedef struct {
    const char *name;
    const char *admits;
    const char *instead;
} WeakPolicy;

static const WeakPolicy weak_policies[] = {
    { "ELBSecurityPolicy-2015-05", BOTH, GOOD },
    { "ELBSecurityPolicy-2016-08", BOTH, GOOD },
    { "ELBSecurityPolicy-TLS-1-0-2015-04", BOTH, GOOD },
    { "ELBSecurityPolicy-TLS-1-1-2017-01", "TLS 1.1", GOOD },
    { "ELBSecurityPolicy-FS-2018-06", BOTH, GOOD },
    { "ELBSecurityPolicy-FS-1-1-2019-08", "TLS 1.1", GOOD },
    { "ELBSecurityPolicy-TLS13-1-0-2021-06", BOTH, GOOD },
    { "ELBSecurityPolicy-TLS13-1-1-2021-06", "TLS 1.1", GOOD },
    { "ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", BOTH, GOOD_FIPS },
    { "ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04", "TLS 1.1", GOOD_FIPS },
    { "ELBSecurityPolicy-TLS13-1-0-PQ-2025-09", BOTH, "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09" },
    { "ELBSecurityPolicy-TLS13-1-0-FIPS-PQ-2025-09", BOTH,
      "ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09" },
};

static const WeakPolicy *find_weak(const CfnNode *policy)
{
    for (size_t i = 0; !cfn_node_has_tag(policy) && i < G_N_ELEMENTS(weak_policies); i++) {
        if (cfn_node_equals(policy, weak_policies[i].name)) {
            return &weak_policies[i];
        }
    }
    return NULL;
}

static bool is_nothing(const CfnNode *value)
{
    return value == NULL || cfn_node_is_empty(value) || cfn_is_ref(value, "AWS::NoValue");
}

/* No policy at VALUE, or, where that is NULL, none at all. */
static void repair_missing(CfnPass *pass, const CfnResource *listener,
                           const CfnListenerProtocol *protocol, const CfnNode *value)
{
    CfnFinding *finding =
        cfn_report(pass, value != NULL ? value : cfn_node_value(protocol->key),
                   "%s listener without a security policy: the default admits " BOTH,
                   protocol->name != NULL ? protocol->name : "possibly secure");
    if (protocol->kind == CFN_PROTOCOL_UNSEEN) {
        cfn_finding_cannot_fix(finding, "%s", protocol->unseen);
        return;
    }
    g_autofree char *yaml = cfn_where_secure(protocol, GOOD);
    CfnChange *change = cfn_finding_change(pass, finding);
    if (value != NULL) {
        cfn_edit_replace(change, value, yaml);
    } else {
        cfn_edit_add(change, listener->properties, protocol->key, "SslPolicy", yaml);
    }
}

static void check_policy(CfnPass *pass, const CfnNode *value)
{
    const CfnNode *known = cfn_resolve(pass->template, value);
    const WeakPolicy *weak = find_weak(known);
    if (weak != NULL) {
        CfnFinding *finding =
            cfn_report(pass, value, "the security policy %s admits %s", weak->name, weak->admits);
        if (known == value) {
            cfn_edit_set_string(cfn_finding_change(pass, finding), value, weak->instead);
        } else {
            g_autofree char *parameter = cfn_ref_name(value);
            cfn_finding_cannot_fix(finding, "it is the default of the parameter %s", parameter);
        }
    } else if (cfn_intrinsic(value).function != CFN_FN_NONE &&
               !cfn_is_function(value, CFN_FN_REF)) {
        CfnFinding *finding = cfn_report(pass, value, "a security policy that may admit " BOTH);
        cfn_finding_cannot_fix(finding, "the value is behind an intrinsic function");
    }
}

/* Each value of the policy. Where the protocol changes too, AWS::NoValue may be right. */
static void check_branches(CfnPass *pass, const CfnResource *listener,
                           const CfnListenerProtocol *protocol, const CfnNode *value)
{
    const CfnNode *choice = cfn_choice(value);
    if (choice != NULL) {
        check_branches(pass, listener, protocol, cfn_node_item(choice, 1));
        check_branches(pass, listener, protocol, cfn_node_item(choice, 2));
    } else if (!is_nothing(value)) {
        check_policy(pass, value);
    } else if (protocol->kind == CFN_PROTOCOL_SECURE) {
        repair_missing(pass, listener, protocol, value);
    }
}

static void apply(CfnPass *pass, const CfnResource *listener)
{
    g_autoptr(CfnListenerProtocol) protocol = cfn_listener_protocol_new(listener);
    const CfnNode *value = cfn_resource_property(listener, "SslPolicy");
    if (protocol->kind == CFN_PROTOCOL_OPEN) {
        return;
    }
    if (is_nothing(value)) {
        repair_missing(pass, listener, protocol, value);
    } else {
        check_branches(pass, listener, protocol, value);
    }
}
