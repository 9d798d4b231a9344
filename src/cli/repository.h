/*
 * What cfnfix asks a git repository: which files differ from a commit, or are staged, and what they
 * were. It only reads: no hook, filter program or other command runs, and nothing is written, the
 * index neither.
 *
 * A damaged repository is an error, but for one that libgit2 1.5 never gets done with, a loose
 * object cut off in the middle: see cli/patience.h.
 *
 * By the main thread alone, as cfn_diff_set_up says. Errors are CFN_ERROR_USAGE unless told
 * otherwise.
 */
#ifndef CFN_CLI_REPOSITORY_H
#define CFN_CLI_REPOSITORY_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnRepository CfnRepository;

/* A file that differs. */
typedef struct {
    char *name;        /* from the top of the work tree, with slashes; owned */
    char *old_name;    /* what it was called where it is compared with; owned */
    bool is_file;      /* there is a text to read: no deletion, link, or submodule */
    bool has_conflict; /* in the index, and is not merged yet */
} CfnChangedFile;

/* The repository that has the folder FOLDER in its work tree; NULL with ERROR if there is none, it
   is bare, or belongs to somebody else (git's safe.directory). */
CfnRepository *cfn_repository_open(const char *folder, GError **error);
void cfn_repository_free(CfnRepository *repository);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnRepository, cfn_repository_free)

/* The top of its work tree, absolute, without links and without a slash at its end. Borrowed. */
const char *cfn_repository_top(const CfnRepository *repository);

/*
 * Compares the work tree with the merge base of REVISION (anything that git understands) and HEAD,
 * as a pull request does. Untracked files count, ignored ones do not; a renamed file is compared
 * with what it was.
 */
bool cfn_repository_compare_base(CfnRepository *repository, const char *revision, GError **error);
/* Compares the index with HEAD, or with nothing before the first commit. In a hook, the index is
   the one that git names by GIT_INDEX_FILE. */
bool cfn_repository_compare_index(CfnRepository *repository, GError **error);

/* What differs: CfnChangedFile*, sorted by name. Borrowed. */
const GPtrArray *cfn_repository_changes(const CfnRepository *repository);
/* The one of the file NAME, or NULL. Borrowed. */
const CfnChangedFile *cfn_repository_find(const CfnRepository *repository, const char *name);

/*
 * The bytes that the file of CHANGE had in the base; empty if there was none. NULL with ERROR
 * (CFN_ERROR_READ; CFN_ERROR_SIZE if they are more than LIMIT), where PATH is how messages call it.
 */
GBytes *cfn_repository_read_base(CfnRepository *repository, const CfnChangedFile *change,
                                 const char *path, size_t limit, GError **error);
/* The same for the bytes that are staged. */
GBytes *cfn_repository_read_staged(CfnRepository *repository, const CfnChangedFile *change,
                                   const char *path, size_t limit, GError **error);
/* BYTES, which are those of the file of CHANGE, as git would store them: with other line ends, by
   core.autocrlf or .gitattributes. Never NULL; not BYTES, but a reference or bytes of its own. */
GBytes *cfn_repository_clean(CfnRepository *repository, const CfnChangedFile *change,
                             GBytes *bytes);
/* Whether git, and so a pull request, shows how the file of CHANGE differs: not if .gitattributes
   has it as -diff, or binary, which means that too. */
bool cfn_repository_shows(CfnRepository *repository, const CfnChangedFile *change);

#endif
