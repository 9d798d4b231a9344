/*
 * An end for what may never get done.
 *
 * libgit2 1.5 computes for ever on a loose object that is cut off in the middle
 * (git_zstream_get_output), and nothing that it offers stops it.
 */
#ifndef CFN_CLI_PATIENCE_H
#define CFN_CLI_PATIENCE_H

/* What to say where objects are read. */
#define CFN_PATIENCE_OBJECTS                                                                       \
    "git's objects cannot be read: one may be cut off ('git fsck' tells which)\n"

/*
 * From now on git's part may compute for 20 s (of processor time: waiting for a disk or network is
 * no harm). Then the program ends with exit code 2, and says MESSAGE, a line that is kept as it is.
 * Begins anew when called again. By the only thread, and while nothing is written.
 */
void cfn_patience_begin(const char *message);
void cfn_patience_end(void);

#endif
