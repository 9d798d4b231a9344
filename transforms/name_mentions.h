/*
 * Where else a template says a name: in a policy's ARN, an environment variable, an alarm's
 * dimension.
 */
#ifndef CFN_TRANSFORMS_NAME_MENTIONS_H
#define CFN_TRANSFORMS_NAME_MENTIONS_H

#include "model/intrinsic.h"

typedef struct CfnMentions CfnMentions;

/*
 * All texts of TEMPLATE but prose. NAMES (a set of nodes) are names of resources themselves: equal
 * ones do not mean each other. LABELS (a set of nodes) mean nothing to anyone. Both are borrowed
 * for the call.
 */
CfnMentions *cfn_mentions_new(const CfnTemplate *template, GHashTable *names, GHashTable *labels);
void cfn_mentions_free(CfnMentions *mentions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnMentions, cfn_mentions_free)

/* A place that says NAME (as cfn_flatten has it), alone or as part of a text; NULL if there is
   none. */
const CfnNode *cfn_mention_of_name(const CfnMentions *mentions, const char *name);
/* A place that selects resources by a tag with VALUE; NULL if there is none. */
const CfnNode *cfn_mention_of_tag(const CfnMentions *mentions, const char *value);

#endif
