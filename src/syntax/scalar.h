/*
 * What a scalar means, and how its text is spelled.
 *
 * CloudFormation reads YAML 1.1 (https://yaml.org/type/): unquoted ON, yes, 012, 1:30 and
 * 2012-10-17 are no strings. libfyaml types nothing, so it is decided here from style, tag and
 * text.
 */
#ifndef CFN_SYNTAX_SCALAR_H
#define CFN_SYNTAX_SCALAR_H

#include <glib.h>

#include "syntax/node.h"
#include "text/source.h"

typedef enum {
    CFN_MEANS_STRING,
    CFN_MEANS_TRUE, /* y, yes, true, on in their three spellings each */
    CFN_MEANS_FALSE,
    CFN_MEANS_INT, /* decimal, octal 012, 0x1f, 0b1, 1_000, 12:30:00 */
    CFN_MEANS_FLOAT,
    CFN_MEANS_NULL,
    CFN_MEANS_TIMESTAMP,
    CFN_MEANS_MERGE, /* << */
} CfnMeaning;

/* A quoted or block scalar, or one with a tag, is always a string. */
CfnMeaning cfn_scalar_meaning(const CfnNode *scalar);
/* Whether NODE is a scalar without a tag that means a string. */
bool cfn_scalar_is_string(const CfnNode *node);
/* The meaning of TEXT when written plain. */
CfnMeaning cfn_scalar_plain_meaning(const char *text, size_t length);
/* Whether TEXT, written plain on one line at a place (in flow style or not), reads back as this
   string. */
bool cfn_scalar_can_be_plain(const char *text, size_t length, bool in_flow);

/* The boolean that CloudFormation takes from true, 'true', "True", yes …: sets VALUE; false if
   none. */
bool cfn_scalar_boolean(const CfnNode *scalar, bool *value);
/* A decimal integer, quoted or not (`80`, '80'): sets VALUE; false if it is none or too large. */
bool cfn_scalar_integer(const CfnNode *scalar, int64_t *value);

/*
 * Decodes a scalar's raw bytes (CONTENT to span.end) into OUT, as YAML 1.1 has it: quotes, escapes,
 * line folding, block indentation, chomping. Where MAP is not NULL it gets, for every byte of OUT,
 * the CfnSpan of the raw bytes that byte came from (all bytes of one escape share its span; a byte
 * that a folded newline produced has the whole break), so that an edit inside a value can keep
 * everything else. PARENT_INDENT is the column of the nearest block collection above (0 if none),
 * for `|2`. TEXT_END is the end of the source: a block scalar's trailing breaks are looked for up
 * to it. The raw bytes come from a token, so they are well-formed; what is not is taken as it
 * stands.
 */
void cfn_scalar_decode(const CfnSource *source, const CfnNode *scalar, uint32_t parent_indent,
                       GString *out, GArray *map);
/* The same for a node in a tree: finds the indent itself. */
GArray *cfn_scalar_map(const CfnSource *source, const CfnNode *scalar);

/* Appends TEXT to OUT as a double-quoted scalar's inside (JSON's escapes, which are YAML's too), or
   a single-quoted one's (quotes doubled). The quotes are the caller's. */
void cfn_scalar_escape_double(GString *out, const char *text, size_t length);
void cfn_scalar_escape_single(GString *out, const char *text, size_t length);

#endif
