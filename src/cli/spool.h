/*
 * A text that grows during a run and is written at its end, as reports and patches are: with many
 * templates there may be more of it than memory.
 *
 * What there is much of waits in a file without a name, in the folder that the text will be written
 * to. It goes with the program, however that ends.
 */
#ifndef CFN_CLI_SPOOL_H
#define CFN_CLI_SPOOL_H

#include <glib.h>

typedef struct CfnSpool CfnSpool;

/* So much text is kept in memory. */
enum { CFN_SPOOL_MUCH = 1024 * 1024 };

/* For a text that will be written to PATH. */
CfnSpool *cfn_spool_new(const char *path);
void cfn_spool_free(CfnSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnSpool, cfn_spool_free)

/* Takes what TEXT has so far, once it is much; TEXT is empty then. Where there is no room for it,
   it stays in TEXT. */
void cfn_spool_take(CfnSpool *spool, GString *text);

/* All that was taken, and TEXT, the rest, which is taken over. NULL with ERROR (CFN_ERROR_WRITE,
   "path: …") if it cannot be had back. To be called once; g_bytes_unref it, before or after SPOOL
   is freed. */
GBytes *cfn_spool_end(CfnSpool *spool, GString *text, GError **error);

#endif
