/*
 * What other tools were told to leave alone, in the words of our repairs.
 */
#ifndef CFN_ENGINE_OTHER_TOOLS_H
#define CFN_ENGINE_OTHER_TOOLS_H

#include "syntax/node.h"

/* An id of theirs that means the same as one of our repairs. */
typedef struct {
    const char *tool; /* "cfn-lint", "cfn_nag", "checkov" */
    const char *id;   /* theirs */
    const char *ours;
    const char *words; /* how they call it */
} CfnOtherId;

/* The repair that LENGTH bytes of TEXT, an id of TOOL, mean in TABLE (ended by a NULL tool; NULL
   is an empty table), or NULL. */
const char *cfn_other_id(const CfnOtherId *table, const char *tool, const char *text,
                         size_t length);

/* Calls TAKE with the id of each repair that METADATA, of a resource or of the template (NULL if
   there is none), has other tools leave alone. */
void cfn_other_tools_read(const CfnOtherId *table, const CfnNode *metadata, bool of_template,
                          void (*take)(gpointer data, const char *ours, const CfnNode *node),
                          gpointer data);

#endif
