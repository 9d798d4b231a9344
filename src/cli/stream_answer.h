/*
 * --stream: what is answered to a line of JSON.
 */
#ifndef CFN_CLI_STREAM_ANSWER_H
#define CFN_CLI_STREAM_ANSWER_H

#include "cli/config.h"

/* What became of a line. */
typedef enum {
    CFN_STREAM_DONE,
    CFN_STREAM_REMAINS, /* something was found that needs consent, or cannot be fixed */
    CFN_STREAM_ERROR,
} CfnStreamState;

/*
 * The answer to LINE: an object of docs/stream.schema.json, ended by "\n"; never NULL. Nothing is
 * printed, and no file is read or written. CONFIGS are COMMAND's, which has --config or
 * --no-config.
 */
GBytes *cfn_stream_answer(const CfnCommand *command, CfnConfigs *configs, GBytes *line,
                          CfnStreamState *state);

/* The answer to a line that could not be worked on, for what MESSAGE says. It has what LINE has, as
   far as that can be read; LINE may be NULL, if nothing of it is known. */
GBytes *cfn_stream_refuse(GBytes *line, const char *message);

#endif
