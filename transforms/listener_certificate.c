/*
 * HTTPS and TLS listeners need a certificate.
 *
 * Without one deployment fails with "A certificate must be specified for HTTPS listeners". A new
 * certificate cannot be written: it waits for the validation of a domain that only its owner knows.
 */
#include "transforms/certificate_source.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_listener_certificate = {
    .id = "listener-certificate",
    .summary = "Give HTTPS and TLS listeners a certificate",
    .rationale =
        "A listener that speaks HTTPS or TLS must have exactly one default certificate; without it "
        "deployment fails with «A certificate must be specified for HTTPS listeners».\n\n"
        "If the template makes exactly one ACM certificate, and makes it whenever the listener is "
        "there, that one is used. Otherwise its ARN becomes a parameter, one for all listeners, "
        "without a default: whoever deploys must name a certificate. None is made up, for the "
        "stack would wait until its domain is validated.\n\n"
        "A listener that exists only under a condition is left for consent where it takes the new "
        "parameter: CloudFormation would ask for the ARN even where no such listener exists.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
           "aws-resource-elasticloadbalancingv2-listener.html"
           "#cfn-elasticloadbalancingv2-listener-certificates",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = (const char *const[]){ CFN_LISTENER, NULL },
    .words = (const char *const[]){ "Protocol", NULL },
    .apply_template = apply_template,
};

typedef struct {
    CfnPass *pass;
    CfnCertificateSource *source;
    bool is_asked; /* the parameter is asked for whatever becomes of conditional listeners */
} Work;

/* ---- What there is ---- */

typedef enum { NONE, SOME, SOMETIMES } Presence;

/* Whether VALUE is empty, or a list that never has an item. */
static bool is_nothing(const CfnNode *value)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    cfn_node_each_item(item, value) {
        cfn_branches(item, items);
    }
    return cfn_node_is_empty(value) || (cfn_node_is_sequence(value) && items->len == 0);
}

static Presence certificates_in(const CfnNode *value)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(value, branches);
    guint some = 0;
    for (guint i = 0; i < branches->len; i++) {
        some += !is_nothing(branches->pdata[i]);
    }
    if (some == 0) {
        return NONE;
    }
    bool is_choice = cfn_is_function(value, CFN_FN_IF);
    return is_choice && (some < branches->len || branches->len < 2) ? SOMETIMES : SOME;
}

static bool is_conditional(const CfnResource *listener, const CfnListenerProtocol *protocol)
{
    return listener->condition != NULL || protocol->kind == CFN_PROTOCOL_SECURE_IF;
}

/* ---- What is written ---- */

static void write_certificates(Work *work, CfnFinding *finding, const CfnResource *listener,
                               const CfnListenerProtocol *protocol, const char *name)
{
    g_autofree char *quoted = cfn_snippet_string(name);
    g_autofree char *list = g_strdup_printf("- CertificateArn: !Ref %s", quoted);
    g_autofree char *yaml = cfn_where_secure(protocol, list);
    const CfnNode *value = cfn_resource_property(listener, "Certificates");
    CfnChange *change = cfn_finding_change(work->pass, finding);
    if (value != NULL) {
        cfn_edit_replace(change, value, yaml);
    } else {
        cfn_edit_add(change, listener->properties, protocol->key, "Certificates", yaml);
    }
}

static void use_certificate(Work *work, const CfnResource *listener,
                            const CfnListenerProtocol *protocol, const CfnNode *place)
{
    const char *name = work->source->certificate->logical_id;
    CfnFinding *finding = cfn_report(
        work->pass, place, "%s listener without a certificate; %s is the only one in this template",
        protocol->name, name);
    write_certificates(work, finding, listener, protocol, name);
}

static void use_parameter(Work *work, const CfnResource *listener,
                          const CfnListenerProtocol *protocol, const CfnNode *place)
{
    const char *name = work->source->parameter;
    CfnFinding *finding =
        cfn_report(work->pass, place,
                   "%s listener without a certificate; its ARN is given by the %sparameter %s",
                   protocol->name, work->source->is_new ? "new " : "", name);
    cfn_write_certificate_parameter(work->source, finding);
    write_certificates(work, finding, listener, protocol, name);
    if (!is_conditional(listener, protocol)) {
        work->is_asked |= cfn_change_refusal(finding->change) == NULL;
    } else if (!work->is_asked) {
        bool by_itself = listener->condition != NULL;
        cfn_finding_needs_consent(finding,
                                  "the parameter would be asked for even where the condition %s "
                                  "leaves no such listener",
                                  by_itself ? listener->condition : protocol->condition);
    }
}

/* ---- Listeners ---- */

static void check_listener(Work *work, const CfnResource *listener,
                           const CfnListenerProtocol *protocol)
{
    const CfnNode *value = cfn_resource_property(listener, "Certificates");
    Presence presence = certificates_in(value);
    bool may_lack = presence == SOMETIMES && protocol->kind == CFN_PROTOCOL_SECURE;
    if (protocol->kind == CFN_PROTOCOL_OPEN || (presence != NONE && !may_lack)) {
        return;
    }
    const CfnNode *place = value != NULL ? value : cfn_node_value(protocol->key);
    if (may_lack) {
        CfnFinding *finding =
            cfn_report(work->pass, place,
                       "%s listener that has a certificate only under a condition", protocol->name);
        cfn_finding_cannot_fix(finding, "its protocol does not change with the condition");
    } else if (protocol->kind == CFN_PROTOCOL_UNSEEN) {
        CfnFinding *finding =
            cfn_report(work->pass, place, "listener without a certificate, which may need one");
        cfn_finding_cannot_fix(finding, "%s", protocol->unseen);
    } else if (cfn_certificate_serves(work->source, listener, protocol)) {
        use_certificate(work, listener, protocol, place);
    } else {
        use_parameter(work, listener, protocol, place);
    }
}

/* Conditional listeners come second: what they would ask for may be asked for already. */
static void check_listeners(Work *work, const GPtrArray *listeners, bool conditional)
{
    for (guint i = 0; i < listeners->len; i++) {
        const CfnResource *listener = listeners->pdata[i];
        g_autoptr(CfnListenerProtocol) protocol = cfn_listener_protocol_new(listener);
        if (is_conditional(listener, protocol) == conditional &&
            !cfn_pass_skips(work->pass, listener)) {
            check_listener(work, listener, protocol);
        }
    }
}

static void apply_template(CfnPass *pass)
{
    const GPtrArray *listeners = cfn_template_resources_of(pass->template, CFN_LISTENER);
    if (listeners->len == 0) {
        return;
    }
    g_auto(CfnCertificateSource) source;
    cfn_certificate_source_init(&source, pass);
    Work work = { pass, &source, !source.is_new };
    check_listeners(&work, listeners, false);
    check_listeners(&work, listeners, true);
}
