/*
 * What is legal in a template, and left alone all the same.
 */
#ifndef CFN_ENGINE_NOTICE_H
#define CFN_ENGINE_NOTICE_H

#include "engine/run.h"

/* Appends a CfnNotice for each kind of such things in TREE, at the first of them, in the order of
   the source. */
void cfn_notices_find(const CfnTree *tree, GPtrArray *notices);
/* Appends one at OFFSET of SOURCE; MESSAGE is copied. */
void cfn_notice_add(GPtrArray *notices, CfnSource *source, uint32_t offset, const char *message);
/* Puts them in the order of the source. */
void cfn_notices_sort(GPtrArray *notices);
void cfn_notice_free(CfnNotice *notice);

#endif
