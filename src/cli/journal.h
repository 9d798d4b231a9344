/*
 * --journal: what earlier runs have done is not done again.
 *
 * A template is known by the hash of its text, and by that of everything that decides what becomes
 * of it: program, repairs, settings, profile, baseline. What is recorded is that the text after it
 * has nothing more to be done, which stays true whatever happens to file or journal.
 */
#ifndef CFN_CLI_JOURNAL_H
#define CFN_CLI_JOURNAL_H

#include "cli/options.h"

/* The journal of one run. */
typedef struct CfnJournal CfnJournal;
/* The same as it is for one input. */
typedef struct CfnJournalView CfnJournalView;

/*
 * Opens the journal that COMMAND (borrowed) names, and gives each of INPUTS (CfnInput*) that is to
 * be worked on its `journal`, which is the journal's. Options and acceptances must be known. NULL
 * with ERROR if it cannot be used (cfn_journal_file_open).
 */
CfnJournal *cfn_journal_new(const CfnCommand *command, GPtrArray *inputs, GError **error);
void cfn_journal_free(CfnJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnJournal, cfn_journal_free)

/*
 * Whether the text of RESULT (`before`) is done already; so is TARGET, if that is not NULL. Then
 * RESULT says so. What would not be told in full, as a report or a baseline needs it, is not done.
 * Any worker may ask.
 */
bool cfn_journal_recall(const CfnJournalView *view, const char *target, CfnResult *result);
/* RESULT, which is written, is to be recorded. By the same worker. */
void cfn_journal_mark(const CfnJournalView *view, CfnResult *result);

/* Records RESULT, that of an input with VIEW (or NULL), if it is to be. */
void cfn_journal_take(CfnJournal *journal, const CfnJournalView *view, const CfnResult *result);
/* Has all on the disk. False with ERROR if anything was not recorded. */
bool cfn_journal_finish(CfnJournal *journal, GError **error);

#endif
