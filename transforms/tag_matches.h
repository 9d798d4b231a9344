/*
 * Where a template looks for resources by their tags: conditions of policies, selectors of
 * services.
 */
#ifndef CFN_TRANSFORMS_TAG_MATCHES_H
#define CFN_TRANSFORMS_TAG_MATCHES_H

#include "engine/transform.h"

typedef struct CfnTagMatches CfnTagMatches;

/* An index of all such places in the resources that PASS does not skip. */
CfnTagMatches *cfn_tag_matches_new(const CfnPass *pass);
void cfn_tag_matches_free(CfnTagMatches *matches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnTagMatches, cfn_tag_matches_free)

/* The values (const CfnNode*) that match the tag KEY when it says TEXT (as cfn_flatten gives it),
   or NULL. */
const GPtrArray *cfn_tag_matches_of(const CfnTagMatches *matches, const char *key,
                                    const char *text);
/* One text that stands for a tag: for hash tables. g_free it. */
char *cfn_tag_name(const char *key, const char *text);

#endif
