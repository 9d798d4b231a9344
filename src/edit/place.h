/*
 * Where lines begin and end around a node, and which comments are its own.
 */
#ifndef CFN_EDIT_PLACE_H
#define CFN_EDIT_PLACE_H

#include "edit/style.h"

/* The end of the line's comment if nothing but white space and a comment stands behind OFFSET, else
   OFFSET itself. */
uint32_t cfn_behind_comment(const CfnTree *tree, uint32_t offset);
/* Whether the line that begins at START has nothing but white space. */
bool cfn_is_blank_line(const CfnTree *tree, uint32_t start);
/* Whether OFFSET is at a line's end, but for white space and a comment. */
bool cfn_ends_line(const CfnTree *tree, uint32_t offset);

/*
 * The end of the last line that belongs to CHILD, an item or pair in block style: behind its
 * trailing comment and the deeper comment lines below it; if IS_LAST also behind the comments of
 * its own column that do not head what follows the collection.
 */
uint32_t cfn_block_end(const CfnTree *tree, const CfnNode *child, bool is_last);

/* Whether a blank line stands above CHILD, in block style, and the comments that head it. */
bool cfn_is_set_off(const CfnTree *tree, const CfnNode *child);

/* The lines (or the part of one) to cut for the children FIRST to LAST, direct neighbours, in block
   style; BEFORE is the remaining child in front, or NULL. */
CfnSpan cfn_block_extent(const CfnTree *tree, const CfnNode *before, const CfnNode *first,
                         const CfnNode *last);
/* The same in flow style, in bytes. */
CfnSpan cfn_flow_extent(const CfnTree *tree, const CfnNode *before, const CfnNode *first,
                        const CfnNode *last);

/* The block scalar that CHILD ends with, or NULL. */
const CfnNode *cfn_last_block_scalar(const CfnNode *child);
/* Whether trailing blank lines are part of the block scalar's value (`|+`). */
bool cfn_keeps_blank_lines(const CfnTree *tree, const CfnNode *block_scalar);

/* The next item or key behind CHILD, or NULL. */
const CfnNode *cfn_next_child(const CfnNode *child);

#endif
