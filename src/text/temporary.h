/*
 * The temporary files that new texts are written to, beside the files they become.
 *
 * Whoever writes one holds an exclusive lock on it, flock(2), which ends with the process however
 * it ends. So one that nobody has locked was left by a run that was killed, and may be removed.
 */
#ifndef CFN_TEXT_TEMPORARY_H
#define CFN_TEXT_TEMPORARY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* A temporary file is called so, and six letters or digits. */
#define CFN_TEMPORARY_PREFIX ".cfnfix-temporary-"

typedef struct {
    char *path; /* owned; NULL once it has become another file */
    int fd;     /* open for writing, and locked */
} CfnTemporary;

/* A new one in FOLDER, with MODE less the umask. NULL with the reason in errno. */
CfnTemporary *cfn_temporary_new(const char *folder, mode_t mode);
/* Gives it the name TARGET, in the place of whatever has that name. False with the reason in
   errno. */
bool cfn_temporary_replace(CfnTemporary *temporary, const char *target);
/* The same where nothing has that name: EEXIST if something has. */
bool cfn_temporary_become(CfnTemporary *temporary, const char *target);
/* Removes it if it has not become another file. */
void cfn_temporary_free(CfnTemporary *temporary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnTemporary, cfn_temporary_free)

/*
 * Removes the temporary files that killed runs have left in FOLDER: regular files of ours (of
 * anybody, for root, since they get their target's owner) with such a name, on which nobody has a
 * lock. What cannot be removed stays, and so does everything where there are no locks.
 */
void cfn_temporary_sweep(const char *folder);

#endif
