/*
 * What git leaves out: the rules of .gitignore, .git/info/exclude and core.excludesFile, asked of
 * libgit2 (https://git-scm.com/docs/gitignore).
 *
 * A file that is tracked is not ignored, whatever the rules say; nor is a folder with such a file,
 * although what else it has is. Where libgit2 1.5 cannot read the index (a split or sparse one),
 * the rules alone count.
 *
 * libgit2 1.5 reads one thing otherwise than git: a rule with `!` takes back what an earlier rule
 * ignores only if both end in the same way, not in a star the one and in a name the other.
 *
 * It only reads, and runs nothing of the repository. So whose repository it is does not matter
 * here, as it does for cli/repository.h: a container may well be somebody else.
 *
 * A question costs libgit2 some 10 us and more in deep folders, since it looks at every .gitignore
 * on the way for each. Most files are never asked about: cli/ignore_hints.h.
 */
#ifndef CFN_CLI_IGNORED_H
#define CFN_CLI_IGNORED_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnIgnored CfnIgnored;

/* How git's rules are asked for what one folder has. */
typedef struct {
    CfnIgnored *rules; /* NULL: nothing is ignored; borrowed */
    bool asks_all;     /* a rule may be about anything below */
    bool is_ignored;   /* by the rules, as a whole: only what is tracked is left */
} CfnIgnoring;

/*
 * The rules of the repository around FOLDER (absolute, without links). *IGNORING has no rules if
 * there is none, or if FOLDER itself is ignored: who asks for it wants what is in it. False with
 * ERROR (CFN_ERROR_READ, "path: …") if they cannot be read. Its rules are to be freed.
 */
bool cfn_ignoring_begin(const char *folder, CfnIgnoring *ignoring, GError **error);
/* The same for a FOLDER that has a .git itself. If that is no repository, *IGNORING is left. */
bool cfn_ignoring_begin_here(const char *folder, CfnIgnoring *ignoring, GError **error);
void cfn_ignored_free(CfnIgnored *ignored);

/*
 * What counts in FOLDER, which is the one before or in it; it HAS_RULES if there is a .gitignore.
 * False with ERROR if that cannot be read.
 */
bool cfn_ignoring_enter(CfnIgnoring *ignoring, const char *folder, bool has_rules, GError **error);

/* Whether NAME in FOLDER is left out. */
bool cfn_ignoring_has(const CfnIgnoring *ignoring, const char *folder, const char *name,
                      bool is_folder);

#endif
