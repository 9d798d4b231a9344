/*
 * The parameter that tells the names of one stack from those of another, and how it is put on a
 * name.
 */
#ifndef CFN_TRANSFORMS_NAME_SUFFIX_H
#define CFN_TRANSFORMS_NAME_SUFFIX_H

#include "engine/transform.h"

typedef struct {
    char *parameter;
    size_t length; /* of its longest value */
    bool is_new;   /* the template has no such parameter */
} CfnNameSuffix;

/* The template's own parameter if it has one whose every value fits any name, else a new one. */
CfnNameSuffix cfn_name_suffix(CfnPass *pass);
void cfn_name_suffix_clear(CfnNameSuffix *suffix);

/* The length that TEXT can have once Fn::Sub put in what it knows of account and region. */
size_t cfn_name_length(const char *text);
/* Whether TEXT (as cfn_flatten has it) is the same in every stack of an account and region. */
bool cfn_name_is_constant(const char *text);

/*
 * Puts the suffix on the name at NODE (a literal, Fn::Sub, Fn::Join), whose text is FLAT, before a
 * `.fifo` that must be at its end if MAY_END. A literal first loses what is not in CUT (FLAT
 * without a part of its middle), if that is not NULL. Why it cannot be done, or NULL.
 */
const char *cfn_name_suffix_put(CfnPass *pass, CfnFinding *finding, const CfnNameSuffix *suffix,
                                const CfnNode *node, const char *flat, bool may_end,
                                const char *cut);

#endif
