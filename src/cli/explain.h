/*
 * --list and --explain: what the repairs are.
 */
#ifndef CFN_CLI_EXPLAIN_H
#define CFN_CLI_EXPLAIN_H

#include "engine/transform.h"

/* A line for each repair. g_free it. */
char *cfn_explain_all(const CfnTransform *const *transforms);
/* All there is to know about one. g_free it. */
char *cfn_explain(const CfnTransform *transform);

#endif
