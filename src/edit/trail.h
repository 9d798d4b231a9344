/*
 * What several rounds did to a text, as one list of hunks: which lines of the first text went, what
 * stands there in the last one, and on whose account.
 */
#ifndef CFN_EDIT_TRAIL_H
#define CFN_EDIT_TRAIL_H

#include "edit/edits.h"

typedef struct CfnTrail CfnTrail;

/* Of a text of LENGTH bytes, to which nothing was done yet. */
CfnTrail *cfn_trail_new(uint32_t length);
void cfn_trail_free(CfnTrail *trail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnTrail, cfn_trail_free)

/* The next round: SPLICES (CfnSplice) of the text as the rounds before have left it, in order, with
   their owners. */
void cfn_trail_follow(CfnTrail *trail, const GArray *splices);

/* Whole lines of the first text, and the whole lines of the last one that stand in their place. */
typedef struct {
    CfnSpan before;    /* bytes of the first text, from line start to line start or end of text;
                          empty where lines are only put in */
    CfnSpan after;     /* bytes of the last text */
    GPtrArray *owners; /* of all splices in it; owned */
} CfnHunk;

/*
 * A GArray of CfnHunk (g_array_unref it), in the order of the text, of which no two touch but where
 * both replace whole lines: each can be applied without the others. Lines that are equal before
 * and after are in none.
 */
GArray *cfn_trail_hunks(const CfnTrail *trail, const CfnSource *first, const CfnSource *last);

#endif
