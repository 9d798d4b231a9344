/*
 * What can be known about conditions without the parameters' values.
 */
#ifndef CFN_MODEL_CONDITION_H
#define CFN_MODEL_CONDITION_H

#include "model/template.h"

typedef enum { CFN_NO, CFN_YES, CFN_UNKNOWN } CfnAnswer;

/* Whether A and B (names, NULL for "always") can never be true together. Parameters' AllowedValues
   count; what is compared with anything but literals is an atom of its own. UNKNOWN where there are
   too many atoms, or a condition is not defined or not understood. */
CfnAnswer cfn_conditions_exclude(const CfnTemplate *template, const char *a, const char *b);
/* Whether B is true whenever A is. NULL as B: YES. */
CfnAnswer cfn_condition_implies(const CfnTemplate *template, const char *a, const char *b);

#endif
