/*
 * Where the tags of a template stand, and what the services behind them do with a comma.
 */
#ifndef CFN_TRANSFORMS_TAG_PLACES_H
#define CFN_TRANSFORMS_TAG_PLACES_H

#include "model/intrinsic.h"

typedef struct {
    const char *type;     /* of the resource; of SAM's Globals that of the resources they are for */
    const CfnNode *key;   /* a literal, or an intrinsic */
    const CfnNode *value; /* may be Fn::If */
} CfnTag;

/* Appends the tags of RESOURCE to OUT (CfnTag), lists and maps alike. Custom resources have none:
   what they call so is an argument of a function. */
void cfn_tags_of(const CfnResource *resource, GArray *out);
/* The same for the Globals section of a SAM template. */
void cfn_tags_of_globals(const CfnTemplate *template, GArray *out);

/* Appends the pairs of COLLECTION to OUT (CfnTag): the mappings with both KEY and VALUE of a list,
   or one such mapping, or the pairs of any other mapping. */
void cfn_tag_pairs(const CfnNode *collection, const char *type, const char *key, const char *value,
                   GArray *out);
/* Appends what stands at PATH ("A/B") under MAPPING to OUT (const CfnNode*). Lists and Fn::If on
   the way are gone through, a step `*` is every key. */
void cfn_values_at(const CfnNode *mapping, const char *path, GPtrArray *out);

/* Whether the service of TYPE is known to reject a comma in a tag value. */
bool cfn_type_rejects_commas(const char *type);
/* Whether a change of its tags replaces a resource of TYPE. */
bool cfn_type_has_fixed_tags(const char *type);

#endif
