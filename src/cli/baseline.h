/*
 * Baselines: the findings that a team has accepted for now (--baseline), how the list of them is
 * made (--create-baseline) and made shorter (--prune-baseline).
 */
#ifndef CFN_CLI_BASELINE_H
#define CFN_CLI_BASELINE_H

#include "cli/options.h"

/* The baseline of one run. */
typedef struct CfnBaseline CfnBaseline;

/*
 * Reads the baseline that COMMAND (borrowed) names, and gives each of INPUTS (CfnInput*) its
 * `acceptance`, which is the baseline's. The baseline itself is taken out of INPUTS where it was
 * only found in a folder. NULL with ERROR if it cannot be read, or would be
 * written over something that is no baseline.
 */
CfnBaseline *cfn_baseline_new(const CfnCommand *command, GPtrArray *inputs, GError **error);
void cfn_baseline_free(CfnBaseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnBaseline, cfn_baseline_free)

/* RESULT is that of the next input, made with OPTIONS. */
void cfn_baseline_take(CfnBaseline *baseline, const CfnResult *result, const CfnOptions *options);

/* Writes the baseline if it is to be. Sets *NOTE to what is to be told, or NULL; g_free it. */
bool cfn_baseline_finish(CfnBaseline *baseline, char **note, GError **error);

#endif
