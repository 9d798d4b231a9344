/*
 * What a stack is called or a resource returns is not known, but it is not empty.
 */
#include "transforms/shortest_text.h"

#include <glib.h>

/* The length of the shortest value NAME can have, that of its default if it is a parameter. */
static size_t shortest_value(const CfnTemplate *template, const char *name)
{
    static const struct {
        const char *name;
        size_t length;
    } pseudo_parameters[] = {
        { "AWS::AccountId", 12 },
        { "AWS::Region", 9 },
        { "AWS::Partition", 3 },
        { "AWS::URLSuffix", 13 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pseudo_parameters); i++) {
        if (strcmp(name, pseudo_parameters[i].name) == 0) {
            return pseudo_parameters[i].length;
        }
    }
    const CfnNode *parameter = cfn_template_entry(template, "Parameters", name);
    const CfnNode *preset = cfn_node_get(parameter, "Default");
    return cfn_node_is_scalar(preset) ? preset->length : 1;
}

size_t cfn_shortest_text(const CfnTemplate *template, const char *text)
{
    size_t length = 0;
    for (const char *end; *text != '\0'; text = end) {
        end = text + 1;
        const char *brace = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
        if (brace == NULL) {
            length++;
            continue;
        }
        end = brace + 1;
        g_autofree char *name = g_strstrip(g_strndup(text + 2, (gsize)(brace - text - 2)));
        bool is_literal = name[0] == '!';
        length += is_literal ? strlen(name) + 2 : shortest_value(template, name);
    }
    return length;
}
