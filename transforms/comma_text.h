/*
 * The commas in a value that is put together of literals, Fn::Sub, Fn::Join and Fn::If.
 */
#ifndef CFN_TRANSFORMS_COMMA_TEXT_H
#define CFN_TRANSFORMS_COMMA_TEXT_H

#include "edit/edits.h"
#include "model/intrinsic.h"

/* One comma with the white space around it, in a scalar's decoded text. */
typedef struct {
    const CfnNode *scalar;
    uint32_t start, end;
} CfnComma;

typedef struct {
    GArray *found;      /* CfnComma */
    bool joined;        /* some of them stand in an Fn::Join */
    GPtrArray *names;   /* char*: what Ref and `${…}` put into the value */
    GPtrArray *lookups; /* const CfnNode*: calls of Fn::FindInMap in it */
} CfnCommas;

/* All commas in VALUE's literal text. What Fn::Split takes apart and other functions make is not
   looked into. */
CfnCommas *cfn_commas_in(const CfnNode *value);
void cfn_commas_free(CfnCommas *commas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnCommas, cfn_commas_free)

/* Every comma found becomes a hyphen. */
void cfn_commas_replace(const CfnCommas *commas, CfnChange *change);
/* The text of a literal with hyphens for commas. g_free it. */
char *cfn_without_commas(const CfnNode *scalar);

#endif
