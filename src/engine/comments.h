/*
 * Comments that are meant for a tool, and the lines that they are about.
 */
#ifndef CFN_ENGINE_COMMENTS_H
#define CFN_ENGINE_COMMENTS_H

#include "syntax/tree.h"

typedef struct {
    CfnSpan text;  /* behind the word that was searched, to the end of the line */
    CfnSpan own;   /* the line it stands on */
    CfnSpan line;  /* the line it is about: its own where something stands before it, else the first
                      one below that is no comment. Empty where there is none */
    bool is_alone; /* nothing but white space stands before it */
} CfnComment;

/*
 * All comments of TREE's source that begin with WORD ("cfnfix:"), perhaps behind another comment on
 * the same line, in their order: CfnComment; g_array_unref it. What stands in a scalar of any kind
 * is none. Almost free where WORD does not occur.
 */
GArray *cfn_comments_find(const CfnTree *tree, const char *word);

#endif
