/*
 * A replacement as readers take it that think in lines: where the newline at its end belongs, and
 * what they make of the ends of a file.
 */
#ifndef CFN_REPORT_LINE_EDIT_H
#define CFN_REPORT_LINE_EDIT_H

#include "report/reporter.h"

typedef enum {
    CFN_EDIT_LINES,   /* FIRST to LAST; the newline behind LAST stays, or, if TEXT is "", goes */
    CFN_EDIT_INSERT,  /* before FIRST, which is LAST; TEXT ends with its newline */
    CFN_EDIT_THROUGH, /* FIRST to LAST and the newline behind LAST; TEXT may end with another */
} CfnEditKind;

typedef struct {
    CfnEditKind kind;
    uint32_t first, last; /* lines of the input, from 1 */
    char *text;           /* owned */
} CfnLineEdit;

/*
 * REPLACEMENT, of a suggestion of RESULT. Lines that are put in behind the last line come as an
 * edit of that line, since many readers refuse a place that is in no line. WITH_MARK: the reader
 * takes a byte order mark for a part of the first line, so an edit there begins with it.
 */
void cfn_line_edit_init(CfnLineEdit *edit, const CfnResult *result,
                        const CfnReplacement *replacement, bool with_mark);
void cfn_line_edit_clear(CfnLineEdit *edit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnLineEdit, cfn_line_edit_clear)

#endif
