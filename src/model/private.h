/*
 * What the files of this room share and nobody else sees.
 */
#ifndef CFN_MODEL_PRIVATE_H
#define CFN_MODEL_PRIVATE_H

#include "model/reference.h"

/* Appends the long name of NODE's tag to OUT; false if NODE has no tag that is a function. */
bool cfn_append_long_name(GString *out, const CfnNode *node);

/* Whether NODE is a scalar that is no function: its text is meant as it stands. */
bool cfn_is_literal(const CfnNode *node);

/* The argument of NODE's CALL if it is a text of its own, else NULL: in `Fn::Sub: !Ref x` it is
   none. */
const CfnNode *cfn_text_argument(const CfnNode *node, CfnIntrinsic call);
/* As cfn_sub, of a CALL of Fn::Sub. */
bool cfn_sub_arguments(const CfnNode *node, CfnIntrinsic call, const CfnNode **text,
                       const CfnNode **map);

/* Whether KEY begins with `Fn::ForEach::`. */
bool cfn_is_for_each_key(const CfnNode *key);

/* All references of a template. */
typedef struct CfnReferenceIndex CfnReferenceIndex;

CfnReferenceIndex *cfn_reference_index_new(const CfnTemplate *template);
void cfn_reference_index_free(CfnReferenceIndex *index);
/* The template's own index, made on first use. */
const CfnReferenceIndex *cfn_template_references(const CfnTemplate *template);

#endif
