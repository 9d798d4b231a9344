/*
 * The proof of one round: the text after is the text before plus the declared edits, as bytes and
 * as a tree.
 */
#ifndef CFN_ENGINE_VERIFY_H
#define CFN_ENGINE_VERIFY_H

#include "edit/edits.h"
#include "engine/done.h"

/*
 * BEFORE is the tree the edits were made on, AFTER the tree of their result. Every byte outside the
 * splices must be unchanged; walked in step, kind, tag, anchor, style and decoded text must be
 * equal everywhere but where an operation says otherwise, and what it added must be what is there
 * (in either spelling of intrinsics). DONE, if not NULL, gets CfnDone* for each operation, without
 * `round` and `findings`; their owners go to OWNERS (GPtrArray* each). False with ERROR
 * (CFN_ERROR_INTERNAL) at the first difference.
 */
bool cfn_verify(const CfnTree *before, const CfnEdits *edits, const CfnTree *after, GPtrArray *done,
                GPtrArray *owners, GError **error);

#endif
