/*
 * What other tools were told to leave alone, in the words of our repairs.
 *
 * Where each tool is told:
 * https://github.com/aws-cloudformation/cfn-lint#metadata
 * https://github.com/stelligent/cfn_nag#per-resource-rule-suppression
 * https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
 */
#include "engine/other_tools.h"

/* Where a tool's ids stand under Metadata: as texts, or as mappings with an `id`. */
static const struct {
    const char *tool;
    const char *path[3];
    bool on_template; /* also in the template's own */
} places[] = {
    { "cfn-lint", { "cfn-lint", "config", "ignore_checks" }, true },
    { "cfn_nag", { "cfn_nag", "rules_to_suppress" }, false },
    { "checkov", { "checkov", "skip" }, false },
};

const char *cfn_other_id(const CfnOtherId *table, const char *tool, const char *text, size_t length)
{
    for (const CfnOtherId *other = table; other != NULL && other->tool != NULL; other++) {
        if (strcmp(other->tool, tool) == 0 && strlen(other->id) == length &&
            strncmp(other->id, text, length) == 0) {
            return other->ours;
        }
    }
    return NULL;
}

/* The list at a tool's place, or NULL. */
static const CfnNode *ids_at(const CfnNode *metadata, const char *const path[3])
{
    const CfnNode *ids = metadata;
    for (size_t i = 0; i < 3 && path[i] != NULL; i++) {
        ids = cfn_node_get(ids, path[i]);
    }
    return ids;
}

void cfn_other_tools_read(const CfnOtherId *table, const CfnNode *metadata, bool of_template,
                          void (*take)(gpointer data, const char *ours, const CfnNode *node),
                          gpointer data)
{
    for (size_t i = 0; cfn_node_is_mapping(metadata) && i < G_N_ELEMENTS(places); i++) {
        if (of_template && !places[i].on_template) {
            continue;
        }
        cfn_node_each_item(item, ids_at(metadata, places[i].path)) {
            const CfnNode *id = cfn_node_is_mapping(item) ? cfn_node_get(item, "id") : item;
            const char *ours = cfn_node_is_scalar(id)
                                   ? cfn_other_id(table, places[i].tool, id->text, id->length)
                                   : NULL;
            if (ours != NULL) {
                take(data, ours, id);
            }
        }
    }
}
