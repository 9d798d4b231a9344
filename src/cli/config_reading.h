/*
 * The places, errors and words of a configuration that is being read.
 */
#ifndef CFN_CLI_CONFIG_READING_H
#define CFN_CLI_CONFIG_READING_H

#include "cli/config_file.h"
#include "syntax/tree.h"

typedef struct {
    CfnSource *source;
    const CfnTransform *const *transforms;
    CfnConfig *config; /* what was read so far */
} CfnReading;

/* Those that fail set ERROR to "path:line:column: …" (CFN_ERROR_CONFIG) and return false. */
bool cfn_reading_fail(const CfnReading *reading, const CfnNode *node, GError **error,
                      const char *format, ...) G_GNUC_PRINTF(4, 5);
/* NODE, which is WHAT ("'select'"), is not what it must be ("a list"). */
bool cfn_reading_fail_kind(const CfnReading *reading, const CfnNode *node, const char *what,
                           const char *wanted, GError **error);
/* Gives REASON, which is taken over, the place of NODE. */
bool cfn_reading_fail_because(const CfnReading *reading, const CfnNode *node, GError *reason,
                              GError **error);

/* ".cfnfix.yaml:3", for people. g_free it. */
char *cfn_reading_place(const CfnReading *reading, const CfnNode *node);

/* The text that NODE, which is WHAT, must be. g_free it. NULL with ERROR. */
char *cfn_reading_text(const CfnReading *reading, const CfnNode *node, const char *what,
                       GError **error);
/* The same, if it must be one of a few: so much of it that it can be told from all of them. */
char *cfn_reading_name(const CfnReading *reading, const CfnNode *node, const char *what,
                       GError **error);
/* The text of a mapping's key, as a name. A second key of the same name is refused. */
char *cfn_reading_key(const CfnReading *reading, const CfnNode *key, GError **error);
/* Sets VALUE to what NODE, which is WHAT, must be: true or false. */
bool cfn_reading_boolean(const CfnReading *reading, const CfnNode *node, const char *what,
                         bool *value, GError **error);

#endif
