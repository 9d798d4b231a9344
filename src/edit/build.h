/*
 * What the files that turn wants into splices share: one round under construction.
 */
#ifndef CFN_EDIT_BUILD_H
#define CFN_EDIT_BUILD_H

#include "edit/internal.h"
#include "edit/place.h"
#include "edit/render.h"

typedef struct {
    CfnEdits *edits;
    const CfnTree *tree;
    GHashTable *removed;    /* key or item -> GPtrArray of owners */
    GHashTable *losses;     /* container -> how many children go */
    GPtrArray *losing;      /* those containers, in order */
    GHashTable *additions;  /* container -> GPtrArray of CfnWant */
    GPtrArray *growing;     /* those containers, in order */
    GHashTable *text_edits; /* scalar -> GPtrArray of CfnWant */
    GHashTable *wraps;      /* value -> GPtrArray of CfnWant */
    GArray *splices;        /* CfnPlaced */
    guint first_operation;  /* of the step that is being built: see cfn_build_begin */
    guint first_splice;
    guint depth;          /* of what is being built */
    const CfnNode *final; /* the block scalar that ends the text, when something follows it */
} CfnBuild;

/* A splice and what decides its place among others at the same offset. */
typedef struct {
    CfnSplice splice;
    guint depth;
    guint order;
    guint operation, operations_end; /* it is part of these; of none if they are equal */
    bool needs_break;                /* its last line, even where the text ends with it */
} CfnPlaced;

/* ---- remove.c ---- */

/* CHILD goes. The owners of its removal: the caller adds to them. */
GPtrArray *cfn_build_mark_removed(CfnBuild *build, const CfnNode *child);
/* What loses its last child goes with its key, unless something is added to it. */
void cfn_build_promote_removals(CfnBuild *build);
/* Makes the operations and cuts of all that was marked. */
void cfn_build_removals(CfnBuild *build);

/* ---- add.c ---- */

/* The root of the want's snippet, parsed on first use. */
const CfnNode *cfn_build_value_of(CfnBuild *build, CfnWant *want);
/* Appends the want's pair or item as it is written, without what stands around it. */
void cfn_build_put_child(CfnBuild *build, GString *out, CfnWant *want, const CfnLook *look,
                         const char *indent);
/* White space up to the column that CHILD begins in. g_free it. */
char *cfn_build_indent(const CfnBuild *build, const CfnNode *child);
/* Puts LINES, each begun by NEWLINE, below ANCHOR and its comments. They end with the value FINAL.
   Takes LINES. */
void cfn_build_splice_lines(CfnBuild *build, const CfnNode *anchor, bool is_last, GString *lines,
                            const char *newline, const CfnNode *final);
/* What a comma behind CHILD needs before it: libyaml takes no `Key:,`. */
const char *cfn_build_before_comma(const CfnNode *child);
/* What follows the block scalar that the text ends with must not give it a final line break. */
void cfn_build_final_break(CfnBuild *build);
/* Makes the operations and splices of all that is added to CONTAINER. */
void cfn_build_additions(CfnBuild *build, const CfnNode *container);
/* The same for mappings where there was none: an empty node, a missing section. */
void cfn_build_fillings(CfnBuild *build, const GPtrArray *wants);

/* ---- value.c ---- */

/* A value becomes another one. */
void cfn_build_replacement(CfnBuild *build, CfnWant *want);
/* A scalar, a value or a key, gets the want's text in its own kind of quotes. */
void cfn_build_string(CfnBuild *build, CfnOpKind kind, CfnWant *want);
/* Parts of a scalar change; WANTS are all splices on it. */
void cfn_build_scalar(CfnBuild *build, const CfnNode *scalar, GPtrArray *wants);
/* A value becomes the first item of a list, which goes on with what WANTS bring. */
void cfn_build_wrap(CfnBuild *build, const CfnNode *node, const GPtrArray *wants);

/* ---- build.c ---- */

/* What is spliced from here to cfn_build_end is part of the operations that are made meanwhile. */
void cfn_build_begin(CfnBuild *build);
void cfn_build_end(CfnBuild *build);

/* Each owner once; none where OWNER is NULL. */
void cfn_build_add_owner(GPtrArray *owners, gpointer owner);
/* The owner of a want's change, or of all changes that share it. */
void cfn_build_add_owners(const CfnBuild *build, GPtrArray *owners, const CfnWant *want);
/* A new operation, which WANT (NULL: nobody yet) asked for. */
CfnOperation *cfn_build_operate(CfnBuild *build, CfnOpKind kind, const CfnNode *target,
                                const CfnWant *want);
/* TEXT in the place of START to END. Copied. */
void cfn_build_splice(CfnBuild *build, uint32_t start, uint32_t end, const char *text,
                      size_t length);
/* How deep NODE stands; the root has 1. */
guint cfn_build_depth(const CfnNode *node);
/* The same with a string that is taken. */
void cfn_build_splice_string(CfnBuild *build, uint32_t start, uint32_t end, GString *text);

#endif
