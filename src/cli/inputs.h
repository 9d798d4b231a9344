/*
 * From what is named on the command line to the files to look at.
 */
#ifndef CFN_CLI_INPUTS_H
#define CFN_CLI_INPUTS_H

#include "cli/options.h"

#include "engine/acceptance.h"

/* There may be a million of these. */
typedef struct {
    char *path;     /* to open, and as messages name it; "-" is standard input */
    char *folder;   /* that `path` is in: absolute, without links; a GRefString, NULL: not known */
    char *identity; /* the one name of the file (cfn_path_identity) where it is not `folder` and the
                       last name of `path`, as that of a link; else NULL */
    const CfnOptions *options;       /* what applies to it; borrowed, NULL until that is known */
    const CfnAcceptance *acceptance; /* of the baseline (cli/baseline.h), or NULL; borrowed */
    const CfnKept *kept;             /* of --same-account (cli/same_account.h), or NULL; borrowed */
    const struct CfnJournalView *journal; /* of --journal (cli/journal.h), or NULL; borrowed */
    GError *error;                        /* why there is nothing to open ("path: …"), or NULL */
    GBytes *content;  /* to read in the place of the file: the staged text; NULL mostly */
    guint below;      /* of `path`: where the part behind the named folder begins, or 0 */
    bool is_named;    /* on the command line, not found in a folder or list */
    bool is_excluded; /* by a configuration: it is passed over */
} CfnInput;

void cfn_input_free(CfnInput *input);

/* One name for a file, however its path is spelled: absolute, without links; also for a file that
   is not there yet. g_free it. */
char *cfn_path_identity(const char *path);
/* The same for the file of INPUT, from what is known of it already. g_free it. */
char *cfn_input_identity(const CfnInput *input);
/* What the path of INPUT leads to if it is a link, as cfn_link_target has it; where the search has
   seen that it is none, nobody is asked. g_free it. */
char *cfn_input_link_target(const CfnInput *input);
/* For sets of CfnInput* (GHashTable), each with a folder or an identity: whether they are the same
   file. */
guint cfn_input_hash(gconstpointer input);
gboolean cfn_input_equal(gconstpointer a, gconstpointer b);

/* Whether a search of a folder finds what is called BELOW in it ("a/b.yaml"): by its name alone. */
bool cfn_input_is_found(const CfnPathFilter *filter, const char *below);
/* The path of what is called BELOW in FOLDER: "./a.yaml" is "a.yaml". g_free it. */
char *cfn_input_join(const char *folder, const char *below);

/*
 * CfnInput* for each file that the names and the list of COMMAND mean, every file once: folders are
 * searched (cli/walk.h), files of the list count as found, and a folder in it is passed over. NULL
 * with ERROR (CFN_ERROR_READ, "path: …") if the list cannot be read. LEFT gets the folders (char*)
 * that were searched and may have what a killed run has left (cli/sweep.h).
 */
GPtrArray *cfn_inputs_find(const CfnCommand *command, GPtrArray *left, GError **error);

/* Leaves in INPUTS, in their order, those for which KEEPS says so, and frees the others. */
void cfn_inputs_keep(GPtrArray *inputs, bool (*keeps)(CfnInput *input, gpointer data),
                     gpointer data);

#endif
