/*
 * The template's own certificate, if there is no choice, or a parameter.
 *
 * A parameter that is there already is taken where it can be meant for nothing else; one for a
 * distribution names a certificate of us-east-1, which listeners elsewhere cannot use.
 */
#include "transforms/certificate_source.h"

#define CERTIFICATE "AWS::CertificateManager::Certificate"
#define PARAMETER "CertificateArn"

/* Whether the parameter of KEY must be given and serves listeners alone: one that an earlier run
   made, or that was meant for this and forgotten. */
static bool serves_listeners(const CfnTemplate *template, const CfnNode *key)
{
    const CfnNode *parameter = cfn_node_value(key);
    if (!cfn_node_has_prefix(key, PARAMETER) || cfn_node_get(parameter, "Default") != NULL ||
        !cfn_node_equals(cfn_node_get(parameter, "Type"), "String")) {
        return false;
    }
    g_autofree char *name = cfn_node_dup_text(key);
    const GPtrArray *references = cfn_references_to(template, name);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (reference->resource == NULL ||
            !cfn_resource_has_type(reference->resource, CFN_LISTENER)) {
            return false;
        }
    }
    return true;
}

static char *find_parameter(const CfnTemplate *template)
{
    cfn_node_each_key(key, cfn_template_section(template, "Parameters")) {
        if (serves_listeners(template, key)) {
            return cfn_node_dup_text(key);
        }
    }
    return NULL;
}

void cfn_certificate_source_init(CfnCertificateSource *source, CfnPass *pass)
{
    const GPtrArray *certificates = cfn_template_resources_of(pass->template, CERTIFICATE);
    source->pass = pass;
    source->certificate = certificates->len == 1 ? certificates->pdata[0] : NULL;
    source->before =
        certificates->len == 1 ? cfn_dependencies(pass->template, source->certificate) : NULL;
    source->parameter = find_parameter(pass->template);
    source->is_new = source->parameter == NULL;
    if (source->is_new) {
        source->parameter = cfn_pass_new_id(pass, PARAMETER, PARAMETER);
    }
}

void cfn_certificate_source_clear(CfnCertificateSource *source)
{
    g_free(source->before);
    g_free(source->parameter);
}

bool cfn_certificate_serves(const CfnCertificateSource *source, const CfnResource *listener,
                            const CfnListenerProtocol *protocol)
{
    const CfnTemplate *template = listener->template;
    const CfnResource *certificate = source->certificate;
    if (certificate == NULL || source->before[listener->index]) {
        return false;
    }
    const char *needed = certificate->condition;
    const char *branch = protocol->inverted ? NULL : protocol->condition;
    return cfn_condition_implies(template, listener->condition, needed) == CFN_YES ||
           cfn_condition_implies(template, branch, needed) == CFN_YES;
}

void cfn_write_certificate_parameter(CfnCertificateSource *source, CfnFinding *finding)
{
    if (!source->is_new) {
        return;
    }
    finding->effects |= CFN_EFFECT_NEW_PARAMETER;
    bool is_first = false;
    CfnChange *change = cfn_finding_shared_change(source->pass, finding, PARAMETER, &is_first);
    if (is_first) {
        cfn_edit_add_to_section(
            change, "Parameters", source->parameter,
            "Type: String\n"
            "Description: ARN of the ACM certificate that the load balancer presents\n"
            "AllowedPattern: '^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$'\n"
            "ConstraintDescription: must be the ARN of a certificate in ACM, in this region\n");
    }
}
