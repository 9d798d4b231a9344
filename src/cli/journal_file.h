/*
 * The file of --journal: a line that says what it is, then one for each template that was done, all
 * of them JSON. docs/journal.md describes it.
 *
 * It only ever grows. A run that is killed can leave half a line at the end, which the next one
 * cuts off; a line that is lost costs nothing but another look at its template.
 */
#ifndef CFN_CLI_JOURNAL_FILE_H
#define CFN_CLI_JOURNAL_FILE_H

#include "report/reporter.h"

/* As SHA-256 (FIPS 180-4) has it. */
enum { CFN_HASH_BYTES = 32 };

/* One template that was done. `before` and `after` are hashes of its texts, `options` one of all
   that decides what the one becomes. They are looked up by two that stand side by side. */
typedef struct {
    guint8 before[CFN_HASH_BYTES];
    guint8 options[CFN_HASH_BYTES];
    guint8 after[CFN_HASH_BYTES];
    CfnLeft left;
} CfnJournalRecord;

typedef struct CfnJournalFile CfnJournalFile;

/*
 * Opens the file PATH, or makes it, for this run alone, and appends its records to RECORDS
 * (CfnJournalRecord). NULL with ERROR if it cannot be read or written, is no journal, which is then
 * left as it is, or if another run has it.
 */
CfnJournalFile *cfn_journal_file_open(const char *path, GArray *records, GError **error);
/* Appends RECORD, that of the template TEMPLATE_PATH. It is on the disk a second later at most, if
   others follow. */
bool cfn_journal_file_append(CfnJournalFile *file, const char *template_path,
                             const CfnJournalRecord *record, GError **error);
/* Has all of it on the disk. */
bool cfn_journal_file_flush(CfnJournalFile *file, GError **error);
void cfn_journal_file_close(CfnJournalFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnJournalFile, cfn_journal_file_close)

#endif
