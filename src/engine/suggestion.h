/*
 * What can be taken or left by itself: the changes of one finding, or of several that share lines.
 */
#ifndef CFN_ENGINE_SUGGESTION_H
#define CFN_ENGINE_SUGGESTION_H

#include "edit/trail.h"

/* Lines of the input and what is to stand in their place. */
typedef struct {
    uint32_t first_line; /* from 1 */
    uint32_t lines;      /* that go; 0: lines are put in before FIRST_LINE */
    CfnSpan span;        /* those lines, in the input */
    char *text;          /* whole lines, with their line breaks; "" if they only go; owned */
} CfnReplacement;

/*
 * Each is applicable on its own, since the lines of two suggestions have nothing in common; all of
 * a file, in any order, give the text after.
 */
typedef struct {
    GArray *replacements; /* CfnReplacement, in the order of the input, at least one; owned */
    GArray *findings;     /* guint: places in the outcome's findings, at least one; owned */
} CfnSuggestion;

/* One of nothing so far. */
CfnSuggestion *cfn_suggestion_new(void);
void cfn_suggestion_free(CfnSuggestion *suggestion);

/*
 * The CfnSuggestions for FINDINGS (CfnFinding, sorted by place; those that were fixed own the
 * hunks), by their first line. g_ptr_array_unref it.
 */
GPtrArray *cfn_suggestions_new(const CfnTrail *trail, CfnSource *input, const CfnSource *after,
                               const GPtrArray *findings);

#endif
