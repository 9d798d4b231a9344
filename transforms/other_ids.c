/*
 * What other tools call the things that we repair.
 *
 * Only what means the same is here: who told such a tool that port 80 is open on purpose has told
 * us, too. What only overlaps (checkov's CKV_AWS_129 is about more databases, cfn-lint's E3002
 * about any property) is not.
 */
#include "transforms/registry.h"

const CfnOtherId cfn_other_ids[] = {
    /* cfnlint/rules/resources/elasticloadbalancingv2/ListenerCertificate.py */
    { "cfn-lint", "E3676", "listener-certificate",
      "Validate ELBv2 protocols that require certificates have a certificate specified" },
    /* https://github.com/stelligent/cfn_nag/tree/master/lib/cfn-nag/custom_rules */
    { "cfn_nag", "F23", "hardcoded-db-password",
      "RDS instance master user password must not be a plaintext string" },
    { "cfn_nag", "F34", "hardcoded-db-password",
      "RDS DB Cluster master user password must not be a plaintext string" },
    { "cfn_nag", "F35", "hardcoded-db-password",
      "Redshift Cluster master user password must not be a plaintext string" },
    { "cfn_nag", "F70", "hardcoded-db-password",
      "DocDB DB Cluster master user password must not be a plaintext string" },
    { "cfn_nag", "W2", "strip-port-80-ingress",
      "Security Groups found with cidr open to world on ingress" },
    { "cfn_nag", "W28", "physical-name-suffix",
      "Resource found with an explicit name, this disallows updates that require replacement" },
    { "cfn_nag", "W55", "listener-ssl-policy",
      "Elastic Load Balancer V2 Listener SslPolicy should use TLS 1.2" },
    { "cfn_nag", "W84", "log-group-kms-key",
      "CloudWatchLogs LogGroup should specify a KMS Key Id to encrypt the log data" },
    /* https://github.com/bridgecrewio/checkov/tree/main/checkov/cloudformation/checks/resource/aws
     */
    { "checkov", "CKV_AWS_103", "listener-ssl-policy",
      "Ensure that Application Load Balancer Listener is using TLS v1.2" },
    { "checkov", "CKV_AWS_158", "log-group-kms-key",
      "Ensure that CloudWatch Log Group is encrypted by KMS" },
    { "checkov", "CKV_AWS_260", "strip-port-80-ingress",
      "Ensure no security groups allow ingress from 0.0.0.0:0 to port 80" },
    { NULL },
};
