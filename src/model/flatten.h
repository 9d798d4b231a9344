/*
 * A value as one text, as far as it can be read without deploying.
 */
#ifndef CFN_MODEL_FLATTEN_H
#define CFN_MODEL_FLATTEN_H

#include "model/intrinsic.h"

/*
 * The text of a literal, of Fn::Sub (its `${…}` stay), of Fn::Join with a literal delimiter, with
 * Ref X as `${X}` and GetAtt A.B as `${A.B}`. The same value in any of these spellings gives the
 * same text. NULL if any part of it is something else. g_free it.
 */
char *cfn_flatten(const CfnNode *node);

/* Whether TEXT matches PATTERN with `*` and `?` as IAM has them; without case if NOCASE. Linear in
   the product of the lengths at worst. */
bool cfn_glob_matches(const char *pattern, const char *text, bool nocase);

#endif
