/*
 * Where a listener's certificate can come from: the template, or whoever deploys it.
 */
#ifndef CFN_TRANSFORMS_CERTIFICATE_SOURCE_H
#define CFN_TRANSFORMS_CERTIFICATE_SOURCE_H

#include "transforms/listener_protocol.h"

#define CFN_LISTENER "AWS::ElasticLoadBalancingV2::Listener"

typedef struct {
    CfnPass *pass;
    const CfnResource *certificate; /* the only one of the template, or NULL */
    bool *before;                   /* by index: the resources that it is made after */
    char *parameter;                /* that names a certificate */
    bool is_new;                    /* the parameter is not in the template yet */
} CfnCertificateSource;

void cfn_certificate_source_init(CfnCertificateSource *source, CfnPass *pass);
void cfn_certificate_source_clear(CfnCertificateSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnCertificateSource, cfn_certificate_source_clear)

/* Whether the template's certificate is there whenever LISTENER is secure. */
bool cfn_certificate_serves(const CfnCertificateSource *source, const CfnResource *listener,
                            const CfnListenerProtocol *protocol);
/* Writes the parameter, if it is new, once for all findings. */
void cfn_write_certificate_parameter(CfnCertificateSource *source, CfnFinding *finding);

#endif
