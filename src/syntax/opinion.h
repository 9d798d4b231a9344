/*
 * The second opinion: a text read once more by a parser that shares nothing with ours.
 *
 * That is libyaml with its own grammar (yaml_parser_parse, not its tokens), for JSON too; JSON that
 * it cannot read, such as surrogate pairs, is read by jansson.
 */
#ifndef CFN_SYNTAX_OPINION_H
#define CFN_SYNTAX_OPINION_H

#include "syntax/tree.h"

/* Who can read a text. */
typedef enum {
    CFN_READER_NONE = 0,
    CFN_READER_LIBFYAML = 1 << 0,
    CFN_READER_LIBYAML = 1 << 1,
    CFN_READER_JANSSON = 1 << 2,
} CfnReader;

/*
 * The other parser, if it reads TREE's source as the tree has it: kinds, tags, anchors, styles
 * and decoded texts. Else CFN_READER_NONE with ERROR (CFN_ERROR_SYNTAX) naming the first
 * difference.
 */
CfnReader cfn_opinion(const CfnTree *tree, GError **error);

/*
 * Whether libfyaml is known to misread a text in silence that has these bytes: a block scalar
 * header followed by a blank line. Such a file gets the second opinion even where nothing was
 * found.
 */
bool cfn_opinion_is_due(const CfnTree *tree);

#endif
