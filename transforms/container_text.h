/*
 * Container definitions that stand in a template as JSON text.
 */
#ifndef CFN_TRANSFORMS_CONTAINER_TEXT_H
#define CFN_TRANSFORMS_CONTAINER_TEXT_H

#include "model/intrinsic.h"

typedef struct {
    CfnSource *source;
    CfnTree *tree;
    GHashTable
        *bare; /* offsets of the strings that stand for a `${…}` outside of quotes; private */
    bool substitutes;    /* `${…}` in its strings is what Fn::Sub knows */
    guint substitutions; /* how many there are */
} CfnContainerText;

/*
 * Reads NODE: a literal, Fn::Sub (with what its map says put in) or Fn::Join. NULL if it is no
 * text, with PROBLEM left alone, or if its text cannot be read, with PROBLEM set to why (g_free
 * it).
 */
CfnContainerText *cfn_container_text_new(const CfnNode *node, char **problem);
void cfn_container_text_free(CfnContainerText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnContainerText, cfn_container_text_free)

/* Whether SCALAR of the text's tree is a `${…}` that had no quotes around it. */
bool cfn_container_text_is_bare(const CfnContainerText *text, const CfnNode *scalar);

#endif
