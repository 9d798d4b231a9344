/*
 * Resources go under a condition, with all that cannot exist without them.
 */
#ifndef CFN_TRANSFORMS_PUT_UNDER_CONDITION_H
#define CFN_TRANSFORMS_PUT_UNDER_CONDITION_H

#include "engine/transform.h"

/*
 * RESOURCES (CfnResource*) exist only under CONDITION from now on, in the change of FINDING; the
 * condition itself is the caller's to define. Where a resource or an output has a condition
 * already, both must hold. A value that names one of the resources becomes an Fn::If, an output
 * gets the condition, and DependsOn becomes a reference in the Metadata, which orders the same
 * and may be conditional. What cannot be conditioned keeps all of it as it is: then nothing is
 * edited, FINDING says why it cannot be fixed, and false is returned.
 */
bool cfn_put_under_condition(CfnPass *pass, CfnFinding *finding, const GPtrArray *resources,
                             const char *condition);

/* Whether the condition NAME (NULL: always) is CONDITION, or an Fn::And with CONDITION in it. */
bool cfn_stands_for_condition(const CfnTemplate *template, const char *name, const char *condition);

#endif
