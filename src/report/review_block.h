/*
 * What a comment on a pull request suggests: lines that it stands on, and what takes their place.
 */
#ifndef CFN_REPORT_REVIEW_BLOCK_H
#define CFN_REPORT_REVIEW_BLOCK_H

#include "report/reporter.h"

typedef struct {
    uint32_t first, last; /* lines of the input, shown together by the pull request */
    char *text;           /* whole lines, each ended ("" if they only go); owned */
} CfnReviewBlock;

/*
 * Whether GitHub can be given SUGGESTION as lines that replace others, and which. An insertion
 * repeats the line above it, or, if the pull request does not show that one, the line below.
 *
 * Not what is in several places, or shows a secret, or on lines that are not in one hunk of the
 * pull request; and not what need not come out byte for byte, since GitHub cuts a file into lines
 * and puts them together again: the line with the byte order mark, files with both kinds of line
 * ends, lone carriage returns, and where the end of the last line would come or go.
 */
bool cfn_review_block(const CfnResult *result, const CfnSuggestion *suggestion,
                      CfnReviewBlock *block);
void cfn_review_block_clear(CfnReviewBlock *block);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnReviewBlock, cfn_review_block_clear)

#endif
