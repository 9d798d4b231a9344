/*
 * Where repaired templates go when they do not go in place: -o, --output-dir, --patch.
 */
#ifndef CFN_CLI_TARGETS_H
#define CFN_CLI_TARGETS_H

#include "cli/inputs.h"
#include "cli/options.h"

/*
 * The file to write for each of INPUTS, or NULL if there is none for it (char*, as many as inputs).
 * NULL with ERROR if anything written would overwrite an input or another output. Reports, the
 * patch and the baseline of an earlier run that a search has found, and that are no templates, are
 * taken out of INPUTS first.
 */
GPtrArray *cfn_targets_plan(const CfnCommand *command, GPtrArray *inputs, GError **error);

/* Whether what is written to PATH comes out with what is printed, as with /dev/stdout. */
bool cfn_target_is_printed(const char *path);

/* Puts BYTES there: a new file, the whole of an old one, or into a device or FIFO. */
bool cfn_target_write(const char *path, GBytes *bytes, GError **error);

#endif
