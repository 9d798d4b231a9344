/*
 * What the two scanners share: the array they fill, and the rules that make their spans the same.
 */
#ifndef CFN_SYNTAX_SCAN_INTERNAL_H
#define CFN_SYNTAX_SCAN_INTERNAL_H

#include "syntax/node.h"
#include "syntax/scan.h"

typedef struct {
    CfnSource *source;
    GArray *tokens;              /* of CfnToken: those there are, and room for more */
    guint count;                 /* of those there are */
    uint32_t end;                /* behind the last token that has bytes */
    bool is_behind_dash;         /* that token is a `-` */
    bool refuses_tabs;           /* where indentation could stand; libyaml sees to it by itself */
    uint32_t unsettled;          /* the last tokens that wait for the next one to have a place */
    uint32_t depth;              /* collections open now */
    guint open[CFN_DEPTH_LIMIT]; /* the tokens that opened them */
} CfnTokenSink;

/* Whether tokens of this type have bytes; only for these does the sink look at a place that it is
   given. */
static inline bool cfn_token_has_bytes(CfnTokenType type)
{
    return type != CFN_TOKEN_BLOCK_MAPPING_START && type != CFN_TOKEN_BLOCK_SEQUENCE_START &&
           type != CFN_TOKEN_BLOCK_END;
}

/*
 * Appends a token, after it has corrected the place in TOKEN. That of one without bytes (the start
 * and end of a block collection, an implicit key) is not looked at, it follows from its neighbours;
 * a block scalar's end may be anywhere in the blank lines behind it. False with ERROR when the
 * nesting is too deep, a block scalar does not end where its indentation says, something but white
 * space and comments was left out before this token, or the stream's end is not the text's.
 */
bool cfn_token_sink_add(CfnTokenSink *sink, CfnToken *token, GError **error);

/* Whether the innermost open collection has brackets or braces. */
bool cfn_token_sink_in_flow(const CfnTokenSink *sink);

/* Each fills SINK up to the stream's end. */
bool cfn_scan_libfyaml(CfnTokenSink *sink, GError **error);
bool cfn_scan_libyaml(CfnTokenSink *sink, GError **error);

#endif
