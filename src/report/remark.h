/*
 * What the tools of pull requests are told about a file, whatever their format: one remark for each
 * finding, one for its error.
 *
 * Notices are not among them: they are about what cfnfix does, not about what is wrong.
 */
#ifndef CFN_REPORT_REMARK_H
#define CFN_REPORT_REMARK_H

#include "report/reporter.h"

typedef enum {
    CFN_SEVERITY_ERROR,   /* the file was left alone */
    CFN_SEVERITY_WARNING, /* something has to be done */
    CFN_SEVERITY_INFO,    /* worth knowing: it was repaired, or perhaps someone wants it so */
    CFN_SEVERITIES,
} CfnSeverity;

/* Which suggestions a format has room for. */
typedef enum {
    CFN_OFFERS_NONE,
    CFN_OFFERS_LINES, /* those that replace lines that stand together: cfn_suggestion_is_plain */
    CFN_OFFERS_ALL,   /* all but those that write a secret */
} CfnOffers;

typedef struct {
    CfnSeverity severity;
    const CfnFinding *finding; /* NULL for an error; borrowed */
    const char *rule;          /* id of the repair, "error" for an error; borrowed */
    char *fingerprint;   /* of 40 hexadecimal digits, no other remark of the run has it; owned */
    char *message;       /* one line, harmless on a terminal and valid in XML once escaped; owned */
    CfnPlace start, end; /* in the input; columns in characters, 0 if only the line is known */
    const CfnSuggestion *suggestion; /* to be offered with this one; NULL: none; borrowed */
} CfnRemark;

/*
 * The CfnRemarks about RESULT (which needs a name), findings in their order; g_ptr_array_unref it.
 * In a dry run each suggestion is offered once, with the first of its findings; where it stands
 * elsewhere, or cannot be offered, the message says so. Once files are written their lines are
 * others, so nothing is offered.
 */
GPtrArray *cfn_remarks(const CfnManner *manner, const CfnResult *result, CfnOffers offers);

#endif
