/*
 * From what is named on the command line to the files to look at.
 */
#ifndef CFN_CLI_INPUTS_H
#define CFN_CLI_INPUTS_H

#include "engine/run.h"

#include "engine/acceptance.h"

typedef struct {
    char *path;                /* to open, and as messages name it; "-" is standard input */
    guint below;               /* of `path`: where the part behind the named folder begins, or 0 */
    bool is_named;             /* on the command line, not found in a folder */
    const CfnOptions *options; /* what applies to it; borrowed, NULL until that is known */
    const CfnAcceptance *acceptance; /* of the baseline (cli/baseline.h), or NULL; borrowed */
    bool is_excluded;                /* by a configuration: it is passed over */
    GError *error;                   /* why there is nothing to open ("path: …"), or NULL */
    GBytes *content; /* to read in the place of the file: the staged text; NULL mostly */
} CfnInput;

void cfn_input_free(CfnInput *input);

/* One name for a file, however its path is spelled: absolute, without links; also for a file that
   is not there yet. g_free it. */
char *cfn_path_identity(const char *path);

/* Whether a search of a folder finds what is called BELOW in it ("a/b.yaml"): by its name alone. */
bool cfn_input_is_found(const char *below);
/* The path of what is called BELOW in FOLDER: "./a.yaml" is "a.yaml". g_free it. */
char *cfn_input_join(const char *folder, const char *below);

/*
 * CfnInput* for each file that NAMES mean: folders are searched for .yaml, .yml, .json and
 * .template files, sorted, without hidden folders, node_modules, links to folders, configurations
 * of cfnfix, and AVOID (a folder, or NULL). Every file once.
 */
GPtrArray *cfn_inputs_expand(char *const *names, const char *avoid);

#endif
