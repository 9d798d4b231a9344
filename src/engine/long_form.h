/*
 * A value in the template's long form, as compact JSON text: `!Sub a` is {"Fn::Sub":"a"}.
 *
 * Written as text and not through a JSON library, so that the order of keys and duplicates of
 * them show.
 */
#ifndef CFN_ENGINE_LONG_FORM_H
#define CFN_ENGINE_LONG_FORM_H

#include <stdbool.h>

#include "syntax/node.h"

/* A scalar is a string unless it is a plain boolean, number or null of YAML 1.1. g_free it. */
char *cfn_long_form(const CfnNode *node);
/* The decoded text of a scalar as a JSON string, whatever its tag. g_free it. */
char *cfn_long_form_text(const CfnNode *scalar);
/* Whether both mean the same, in either spelling of intrinsics, with the same order of keys. */
bool cfn_long_form_same(const CfnNode *a, const CfnNode *b);

#endif
