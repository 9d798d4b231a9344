/*
 * How much of what was found where: sums for each repair and for each folder.
 */
#ifndef CFN_REPORT_STATISTICS_H
#define CFN_REPORT_STATISTICS_H

#include "report/reporter.h"

/* The sums of one repair, or of one folder. */
typedef struct {
    const char *name; /* the repair's id, or the folder of the files; borrowed */
    guint files;      /* of a folder: looked at; of a repair: in which it found something */
    guint templates;  /* of a folder: those of them that could be read; of a repair 0 */
    guint changed;    /* files whose text is another (of a repair: in which it fixed something) */
    guint fixed, needs_consent, cannot_fix; /* findings */
    guint errors;                           /* files; of a repair 0 */
    guint effects[CFN_EFFECT_COUNT];        /* fixed findings that have each */
} CfnTally;

/* The sums over all results so far. They grow with the number of folders, not with that of files.
 */
typedef struct CfnStatistics CfnStatistics;

CfnStatistics *cfn_statistics_new(void);
void cfn_statistics_free(CfnStatistics *statistics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnStatistics, cfn_statistics_free)
void cfn_statistics_add(CfnStatistics *statistics, const CfnResult *result);

/* CfnTally* of those that have findings, those with the most first; g_ptr_array_unref. */
GPtrArray *cfn_statistics_repairs(const CfnStatistics *statistics);
/* The same of all folders: where there are no findings those with the most errors first. */
GPtrArray *cfn_statistics_folders(const CfnStatistics *statistics);

/* Appends both as tables for people. Names come last in their lines, so that none of them, however
   wide a terminal shows it, moves a figure; they are escaped. Columns without a figure are left
   out. */
void cfn_statistics_print(const CfnStatistics *statistics, bool dry_run, GString *out);

#endif
