/*
 * Text to tokens: two scanners fill the same array.
 *
 * libfyaml comes first: its marks are byte offsets and it is fast. libyaml is the fallback, because
 * libfyaml 0.7.12 refuses a few valid constructs (a tag on a line of its own before a block scalar)
 * and must not be given others (an explicit `?` key).
 *
 * Spans are the same from both: quotes, `&`, `*` and `!` belong to their token; a block scalar
 * begins at its `|` or `>` and ends behind its last line with content; a KEY has no width and
 * stands where the key begins (or is the `?` itself).
 */
#ifndef CFN_SYNTAX_SCAN_H
#define CFN_SYNTAX_SCAN_H

#include "text/source.h"

typedef enum {
    CFN_TOKEN_DOCUMENT_START, /* --- */
    CFN_TOKEN_DOCUMENT_END,   /* ... */
    CFN_TOKEN_BLOCK_SEQUENCE_START,
    CFN_TOKEN_BLOCK_MAPPING_START,
    CFN_TOKEN_BLOCK_END,
    CFN_TOKEN_FLOW_SEQUENCE_START,
    CFN_TOKEN_FLOW_SEQUENCE_END,
    CFN_TOKEN_FLOW_MAPPING_START,
    CFN_TOKEN_FLOW_MAPPING_END,
    CFN_TOKEN_BLOCK_ENTRY, /* - */
    CFN_TOKEN_FLOW_ENTRY,  /* , */
    CFN_TOKEN_KEY,
    CFN_TOKEN_VALUE, /* : */
    CFN_TOKEN_ALIAS,
    CFN_TOKEN_ANCHOR,
    CFN_TOKEN_TAG,
    CFN_TOKEN_SCALAR,
    CFN_TOKEN_STREAM_END, /* the last one, always */
} CfnTokenType;

typedef struct {
    uint32_t start, end;
    uint8_t type;  /* CfnTokenType */
    uint8_t style; /* CfnStyle of a scalar */
} CfnToken;

/* Deeper nesting than this is refused. CloudFormation's own templates stay far below. */
#define CFN_DEPTH_LIMIT 200

typedef enum {
    CFN_SCANNER_LIBFYAML,
    CFN_SCANNER_LIBYAML,
} CfnScanner;

/*
 * All tokens of SOURCE as a new GArray of CfnToken (g_array_unref it), or NULL with ERROR:
 * CFN_ERROR_SYNTAX or CFN_ERROR_DEPTH, with its place. libfyaml also refuses what it must not be
 * given.
 */
GArray *cfn_scan(CfnSource *source, CfnScanner scanner, GError **error);

#endif
