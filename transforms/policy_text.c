/*
 * The text is parsed as a document of its own; its splices are then made in the scalar's text.
 */
#include "transforms/policy_text.h"

struct CfnPolicyText {
    const CfnNode *scalar;
    bool literal; /* not yet under Fn::Sub */
    CfnSource *source;
    CfnTree *tree;
    CfnEdits *edits;
};

void cfn_policy_text_free(CfnPolicyText *text)
{
    if (text == NULL) {
        return;
    }
    cfn_edits_free(text->edits);
    cfn_tree_free(text->tree);
    cfn_source_free(text->source);
    g_free(text);
}

CfnPolicyText *cfn_policy_text_new(const CfnNode *node)
{
    const CfnNode *scalar = node, *map = NULL;
    bool literal = cfn_node_is_scalar(node) && !cfn_node_has_tag(node);
    if (!literal && !cfn_sub(node, &scalar, &map)) {
        return NULL;
    }
    CfnPolicyText *text = g_new0(CfnPolicyText, 1);
    text->scalar = scalar;
    text->literal = literal;
    g_autoptr(GBytes) bytes = g_bytes_new(scalar->text, scalar->length);
    text->source = cfn_source_new("policy", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
    text->tree = text->source == NULL ? NULL : cfn_tree_parse(text->source, NULL);
    if (text->tree == NULL || text->tree->root->kind != CFN_MAPPING || !text->tree->is_json) {
        cfn_policy_text_free(text);
        return NULL;
    }
    text->edits = cfn_edits_new(text->tree);
    return text;
}

const CfnNode *cfn_policy_text_root(const CfnPolicyText *text)
{
    return text->tree->root;
}

CfnChange *cfn_policy_text_change(CfnPolicyText *text)
{
    return cfn_change_new(text->edits, NULL);
}

/* `${x}` in text that was not under Fn::Sub before becomes `${!x}`. */
static void escape_substitutions(const CfnNode *scalar, CfnChange *change)
{
    for (uint32_t i = 0; i + 1 < scalar->length; i++) {
        if (scalar->text[i] == '$' && scalar->text[i + 1] == '{') {
            cfn_edit_splice(change, scalar, i + 2, i + 2, "!");
        }
    }
}

void cfn_policy_text_apply(CfnPolicyText *text, CfnChange *change)
{
    g_autoptr(GBytes) after = cfn_edits_apply(text->edits);
    if (after == NULL) {
        return;
    }
    const GArray *splices = cfn_edits_splices(text->edits);
    for (guint i = 0; i < splices->len; i++) {
        const CfnSplice *splice = &g_array_index(splices, CfnSplice, i);
        cfn_edit_splice(change, text->scalar, splice->span.start, splice->span.end, splice->text);
    }
    if (text->literal) {
        escape_substitutions(text->scalar, change);
        cfn_edit_call(change, text->scalar, "Sub");
    }
}
