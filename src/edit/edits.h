/*
 * What the findings of one round want changed, and how that becomes bytes.
 *
 * An edit is said on nodes, never on bytes: remove this item, append that value. Indentation,
 * commas, quotes and comments are this room's business alone. Edits that belong together form a
 * CfnChange: it is applied whole, or it waits for the next round (its place is taken by an earlier
 * one), or it is refused (a node may not be edited: anchors, aliases, merge keys, duplicate keys,
 * Fn::Transform, Fn::ForEach).
 *
 * Values are given as a few lines of YAML (block style, short intrinsics, plain wherever a plain
 * scalar means the same); they are written in the style found at the place. A scalar that must be a
 * string is quoted in the snippet if it would not be one plain ('2012-10-17', 'true').
 */
#ifndef CFN_EDIT_EDITS_H
#define CFN_EDIT_EDITS_H

#include "syntax/tree.h"

typedef struct CfnEdits CfnEdits;
typedef struct CfnChange CfnChange;

/* An empty round on TREE, which is borrowed until the edits are applied and verified. */
CfnEdits *cfn_edits_new(const CfnTree *tree);
void cfn_edits_free(CfnEdits *edits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnEdits, cfn_edits_free)

/* A new, empty change; EDITS owns it. OWNER is what operations and states are told with (a
   finding). */
CfnChange *cfn_change_new(CfnEdits *edits, gpointer owner);
/* CHANGE is applied only together with SHARED (which needs no owner of its own and is applied only
   if some change that requires it is). */
void cfn_change_require(CfnChange *change, CfnChange *shared);
/* CHANGE is not to be applied: no consent, or no fix. */
void cfn_change_drop(CfnChange *change);
/* Why a node of CHANGE may not be edited ("stands under the anchor 'x'"), or NULL. Owned by
   CHANGE. */
const char *cfn_change_refusal(const CfnChange *change);
/* Whether it neither changes nor requires anything. */
bool cfn_change_is_empty(const CfnChange *change);

/* Why NODE may not be edited, as a new string, or NULL when it may. */
char *cfn_edit_refusal(const CfnTree *tree, const CfnNode *node);

/* ---- What can be done. NODE, MAPPING, SEQUENCE belong to the tree of the round. ---- */

/* The scalar's value becomes the string TEXT. Only its own bytes change: tag, anchor and comment
   stay, so does its kind of quotes; a plain scalar is quoted, in the file's kind of quotes, where
   TEXT would not be a string without. */
void cfn_edit_set_string(CfnChange *change, const CfnNode *scalar, const char *text);
/* Bytes START to END of the scalar's decoded text become TEXT; everything else of the scalar stays
   as it is spelled. Several on one scalar must not overlap. */
void cfn_edit_splice(CfnChange *change, const CfnNode *scalar, uint32_t start, uint32_t end,
                     const char *text);
/* NODE, with its tag, becomes the value YAML. */
void cfn_edit_replace(CfnChange *change, const CfnNode *node, const char *yaml);
/* Removes an item of a sequence, or a pair of a mapping (pass its key): its lines, the comment
   directly above it, one comma. What is emptied by it goes too: `DependsOn` with its last entry. */
void cfn_edit_remove(CfnChange *change, const CfnNode *item_or_key);
/* Whether comments go with it when ITEM_OR_KEY is removed. */
bool cfn_edit_takes_comments(const CfnTree *tree, const CfnNode *item_or_key);
/* A new last item of SEQUENCE. */
void cfn_edit_append(CfnChange *change, const CfnNode *sequence, const char *yaml);
/* VALUE stands where a list may: appends to it if it is a sequence, else wraps it in one first. */
void cfn_edit_wrap_append(CfnChange *change, const CfnNode *value, const char *yaml);
/* A new pair of MAPPING (or of an empty node, which becomes a mapping) behind the pair of AFTER, a
   key of it, or NULL for the end. A change that adds KEY where an earlier one does waits. */
void cfn_edit_add(CfnChange *change, const CfnNode *mapping, const CfnNode *after, const char *key,
                  const char *yaml);
/* A new entry at the end of a section of the template ("Resources"), which is made where it is
   missing, in the usual order of sections. Entries are set off by blank lines where their siblings
   are. */
void cfn_edit_add_to_section(CfnChange *change, const char *section, const char *key,
                             const char *yaml);

/* The key of a pair becomes NAME: a resource gets another logical id. What names it is the caller's
   to change. */
void cfn_edit_rename(CfnChange *change, const CfnNode *key, const char *name);
/* The scalar, as it stands, becomes the argument of an intrinsic function ("Sub"). Splices on it
   count too. */
void cfn_edit_call(CfnChange *change, const CfnNode *scalar, const char *function);

/* A snippet for a mapping with one pair. g_free it. */
char *cfn_snippet_pair(const char *key, const char *yaml);
/* TEXT as a double-quoted scalar, for putting text of any kind into a snippet. g_free it. */
char *cfn_snippet_string(const char *text);
/* NODE, a value of the template, as a snippet: to write it elsewhere, too. Comments are not in it.
   NULL where it has an anchor, an alias, a merge key, a duplicate key or a tag that is no function.
   g_free it. */
char *cfn_snippet_of(const CfnNode *node);

/* ---- Comments: they change no value, so they need no change and claim nothing ---- */

/* Whether a comment line can stand above the line of OFFSET, a node's start: not in JSON, not where
   that line begins inside a scalar. */
bool cfn_edit_takes_comment(CfnEdits *edits, uint32_t offset);
/* A comment line above the line of OFFSET, in its indentation. TEXT begins with `#`. */
void cfn_edit_comment_above(CfnEdits *edits, uint32_t offset, const char *text);
/* TEXT is put in at OFFSET, a place in a comment. */
void cfn_edit_comment_insert(CfnEdits *edits, uint32_t offset, const char *text);

/* ---- What was done, for verify and reports ---- */

typedef enum {
    CFN_OP_REMOVE,  /* target: a key or an item of the tree before */
    CFN_OP_REPLACE, /* target: a value of the tree before; value: what stands there now */
    CFN_OP_TEXT,    /* target: a scalar of the tree before; text: what it says now */
    CFN_OP_ADD, /* target: the container in the tree before; after: the child it follows, NULL if it
                       is the first; key (NULL in a sequence) and value: what was added */
    CFN_OP_WRAP,   /* target: a value of the tree before that became the first item of a list;
                       value: an item that follows it. Several on one target: in this order */
    CFN_OP_RENAME, /* target: a key of the tree before; text: what it says now. What was done
                       inside its value has operations, too */
} CfnOpKind;

typedef struct {
    CfnOpKind kind;
    const CfnNode *target;
    const CfnNode *after;
    const char *key;
    const CfnNode *value; /* of a snippet's tree */
    const char *text;     /* NUL-terminated */
    GPtrArray *owners;    /* the owners of the changes that wanted it */
} CfnOperation;

/* A range of the text before, and what stands in its place. */
typedef struct {
    CfnSpan span;
    char *text;
    uint32_t length;
    GPtrArray *owners; /* the owners of the changes that wanted it; NULL unless they are tracked */
} CfnSplice;

/* From now on splices are to tell their owners. */
void cfn_edits_track_owners(CfnEdits *edits);

/*
 * Decides which changes are applied (in the order they were made; what overlaps an earlier one
 * waits) and returns the text after. NULL if nothing was applied. Call it once.
 */
GBytes *cfn_edits_apply(CfnEdits *edits);
/* After cfn_edits_apply: */
bool cfn_change_applied(const CfnChange *change);
bool cfn_change_waits(const CfnChange *change);
/* CfnOperation*, in the order of the source; owned by EDITS. */
const GPtrArray *cfn_edits_operations(const CfnEdits *edits);
/* CfnSplice, in the order of the source, not overlapping; owned by EDITS. */
const GArray *cfn_edits_splices(const CfnEdits *edits);
/* The place in the text before that OFFSET of the text after came from: the same byte, or, inside
   new text, where it was put in. */
uint32_t cfn_edits_map_back(const CfnEdits *edits, uint32_t offset);

#endif
