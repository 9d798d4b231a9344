/*
 * How a file looks, and so how a value put into it should look.
 */
#ifndef CFN_EDIT_STYLE_H
#define CFN_EDIT_STYLE_H

#include "syntax/tree.h"

/* Votes for and against, counted over a file. */
typedef struct {
    uint32_t yes, no;
} CfnVote;

#define CFN_STYLE_STEPS 17

/* The habits of a whole file. */
typedef struct {
    const CfnTree *tree;
    uint32_t steps[CFN_STYLE_STEPS]; /* how often each indent step was seen */
    uint32_t gaps[8];                /* spaces behind a dash */
    CfnVote tabs;
    CfnVote indented_sequences; /* `- ` deeper than its key */
    CfnVote double_quotes;
    CfnVote short_functions;   /* !Sub, not Fn::Sub */
    CfnVote long_in_braces;    /* {Ref: x} within block style */
    CfnVote long_lists_inline; /* Fn::GetAtt: [a, b] */
    CfnVote quoted_sub;        /* !Sub 'x', not !Sub x */
    CfnVote inline_small;      /* a flow mapping of one pair stands on one line */
    CfnVote inline_lists;      /* a flow list of scalars stands on one line */
    CfnVote space_in_braces;
    CfnVote space_in_brackets;
    CfnVote space_behind_comma;
    CfnVote space_before_colon; /* in flow style */
    CfnVote space_behind_colon;
} CfnFileStyle;

/* One linear pass over TREE, which is borrowed. */
void cfn_file_style_init(CfnFileStyle *style, const CfnTree *tree);

/* How a value is to look at one place. */
typedef struct {
    bool json;     /* quoted keys, no tags, no plain strings */
    bool flow;     /* stands inside a flow collection */
    bool one_line; /* flow: everything on one line */
    bool short_functions;
    bool long_in_braces;
    bool long_lists_inline;
    bool quoted_sub;
    bool quote_always; /* strings are quoted here even where they need not be */
    bool quote_keys;
    bool inline_small;
    bool inline_lists;
    bool space_in_braces;
    bool space_in_brackets;
    bool indented_sequences;
    char quote;        /* ' or " */
    uint8_t gap;       /* spaces behind a dash */
    const char *comma; /* ", " or "," */
    const char *colon; /* flow: ": ", " : ", ":" */
    const char *newline;
    char step[CFN_STYLE_STEPS]; /* one more level of indentation */
} CfnLook;

/* The look for something put into CONTAINER (a collection, or an empty node's parent). */
CfnLook cfn_look_in(const CfnFileStyle *style, const CfnNode *container);

/* Whether text from START to END stands on one line. */
bool cfn_on_one_line(const CfnTree *tree, uint32_t start, uint32_t end);
/* Whether only white space stands before OFFSET on its line. */
bool cfn_is_first_on_line(const CfnTree *tree, uint32_t offset);
/* The white space that the line of OFFSET begins with. g_free it. */
char *cfn_line_indent(const CfnTree *tree, uint32_t offset);
/* Where an item or pair begins: at its dash, or at its key or the `?` of that. */
uint32_t cfn_child_start(const CfnNode *child);
/* Where an item or pair ends: behind its value. */
uint32_t cfn_child_end(const CfnNode *child);

#endif
