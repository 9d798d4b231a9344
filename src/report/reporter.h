/*
 * What is told about a run, and in which format: one table of reporters, one file for each.
 *
 * A reporter turns results into text and knows nothing of where it goes. Results come one by one,
 * in the order of the inputs, and are freed behind it.
 */
#ifndef CFN_REPORT_REPORTER_H
#define CFN_REPORT_REPORTER_H

#include "engine/run.h"
#include "report/seen.h"
#include "report/touched.h"

typedef enum {
    CFN_VERDICT_CHANGED, /* the text after differs (in a dry run: would) */
    CFN_VERDICT_UNCHANGED,
    CFN_VERDICT_NOT_TEMPLATE, /* passed over */
    CFN_VERDICT_ERROR,        /* left alone; see `error` */
} CfnVerdict;

/* How much was found in a template, and is still there. */
typedef struct {
    guint needs_consent, cannot_fix, accepted, notices;
} CfnLeft;

/* What became of one input. */
typedef struct {
    char *path; /* as messages name it; owned */
    CfnVerdict verdict;
    GBytes *before;      /* NULL if it could not be read; owned */
    CfnOutcome *outcome; /* NULL if it did not come to that; owned */
    GError *error;       /* of CFN_VERDICT_ERROR, else NULL; owned */
    char *diff;          /* as it is shown; NULL if nobody asked for it; owned */
    char *patch;         /* as it applies, if the shown one hides something, else NULL; owned */
    bool hides;          /* the diff or an operation has CFN_HIDDEN where there is a secret */
    char *name;          /* the path as diffs name it: cfn_diff_path; owned */
    struct CfnHiding *hiding; /* of the template's secrets, NULL if it has none; owned */
    CfnTouched *touched; /* by the pull request; NULL without --diff-base, or if it cannot be told;
                            owned */
    GBytes *hashes; /* what a journal is to record of it (cli/journal.h); NULL: nothing; owned */
    bool was_done;  /* by an earlier run, as a journal has it: the outcome is empty */
    CfnLeft left;   /* what that run left in it; of nothing else */
} CfnResult;

void cfn_result_free(CfnResult *result);
/* Whether FINDING lies on lines that the pull request touches; true where that is not known. */
bool cfn_result_touches(const CfnResult *result, const CfnFinding *finding);
/* The diff that applies; NULL if nobody asked for one. Borrowed. */
const char *cfn_result_patch(const CfnResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnResult, cfn_result_free)

/* The effects that are named once more at the end of a summary. */
enum { CFN_TOTALS_DATA_DELETABLE, CFN_TOTALS_ACCESS_WIDENED, CFN_TOTALS_EFFECTS };

/* The sums over all results. */
typedef struct {
    guint files;     /* looked at */
    guint templates; /* of which this many are templates that could be read */
    guint changed;
    guint fixed, needs_consent, cannot_fix;
    guint accepted; /* findings that a baseline has */
    guint errors;
    guint done_before;                       /* templates that an earlier run had done */
    guint hiding;                            /* files whose diff hides something */
    GPtrArray *affected[CFN_TOTALS_EFFECTS]; /* "Bucket (a.yaml)", of what was fixed; owned */
    struct CfnStatistics *statistics; /* NULL if nobody wants them; owned once they are set */
} CfnTotals;

void cfn_totals_init(CfnTotals *totals);
void cfn_totals_add(CfnTotals *totals, const CfnResult *result);
void cfn_totals_release(CfnTotals *totals);

/* How to tell it. */
typedef struct {
    bool color;      /* for a terminal */
    bool dry_run;    /* nothing was written: what is fixed only would be */
    bool shows_diff; /* on standard output */
    bool is_staged;  /* the texts are those of the index, which -i cannot write */
    bool sums_only;  /* of text: no word about single files */
    const CfnTransform *const *transforms; /* all there are, NULL-terminated; borrowed */
    const CfnSeen *seen;                   /* what earlier reviews said; borrowed, NULL: nothing */
} CfnManner;

/* What a reporter needs to be worked out for it. Bits. */
typedef enum {
    CFN_NEEDS_DIFF = 1 << 0,
    CFN_NEEDS_OPERATIONS = 1 << 1,
    CFN_NEEDS_SUGGESTIONS = 1 << 2,
    CFN_NEEDS_NAME = 1 << 3,    /* each of the others brings it, too */
    CFN_NEEDS_TOUCHED = 1 << 4, /* there must be a --diff-base */
} CfnNeeds;

typedef struct CfnReporter {
    const char *name; /* as --format has it */
    CfnNeeds needs;
    /* All of these append to OUT, which may be emptied in between. STATE is what `begin` returned:
       NULL if a reporter keeps nothing from one result to the next. `end` frees it. */
    gpointer (*begin)(const CfnManner *manner, GString *out);
    /* TOTALS are those of the results before this one. */
    void (*result)(gpointer state, const CfnManner *manner, const CfnResult *result,
                   const CfnTotals *totals, GString *out);
    void (*end)(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out);
} CfnReporter;

/* One document that is being written. */
typedef struct {
    const CfnReporter *reporter;
    CfnManner manner;
    gpointer state;
    GString *out; /* what is written and was not taken yet; owned */
} CfnReport;

/* Begins a document. MANNER is copied. */
CfnReport *cfn_report_new(const CfnReporter *reporter, const CfnManner *manner);
void cfn_report_add(CfnReport *report, const CfnResult *result, const CfnTotals *totals);
/* To be called once, and before it is freed. */
void cfn_report_end(CfnReport *report, const CfnTotals *totals);
void cfn_report_free(CfnReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnReport, cfn_report_free)

/* For people, on standard error. Errors are not in it: they are printed as they stand. */
extern const CfnReporter cfn_reporter_text;
/* A document of docs/report.schema.json. */
extern const CfnReporter cfn_reporter_json;
/* For reviewdog. */
extern const CfnReporter cfn_reporter_rdjson, cfn_reporter_rdjsonl;
/* For code scanning. */
extern const CfnReporter cfn_reporter_sarif;
/* For the log of a GitHub workflow. */
extern const CfnReporter cfn_reporter_github;
/* For GitLab's merge requests. */
extern const CfnReporter cfn_reporter_gitlab;
/* For the test results of a CI server. */
extern const CfnReporter cfn_reporter_junit;
/* For people, as a comment on a pull request. */
extern const CfnReporter cfn_reporter_markdown;
/* For people, as a page with filters, for a whole run. */
extern const CfnReporter cfn_reporter_html;
/* A review of a pull request, for GitHub's API. */
extern const CfnReporter cfn_reporter_github_review;

/* All of them, ended by NULL. */
extern const CfnReporter *const cfn_reporters[];
/* The one called NAME, or NULL. */
const CfnReporter *cfn_reporter_find(const char *name);

/* The error of RESULT taken apart: "path:line:column: message" or "path: message". Returns the
   message (borrowed); a place that it does not tell is 0. */
const char *cfn_result_error(const CfnResult *result, CfnPlace *place);

/* The findings of RESULT that count: none if the file was left alone because of an error. Never
   NULL, borrowed. */
const GPtrArray *cfn_result_findings(const CfnResult *result);
/* The same of those that are accepted, and not among the former. */
const GPtrArray *cfn_result_accepted(const CfnResult *result);

#endif
