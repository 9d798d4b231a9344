/*
 * CloudFormation refuses aliases and merge keys, though tools in front of it resolve them; of
 * duplicate keys it takes one in silence. No repair touches any of them, so that is said once, but
 * not where no repair that is selected has anything to do with the template.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 */
#include "engine/notice.h"

#include "syntax/scalar.h"

enum { ANCHORS, MERGE_KEYS, DUPLICATE_KEYS, KINDS };

static bool is_merge_key(const CfnNode *node)
{
    return node->is_key && node->length == 2 && node->kind == CFN_SCALAR &&
           cfn_scalar_meaning(node) == CFN_MEANS_MERGE;
}

static void keep_first(const CfnNode **first, const CfnNode *node)
{
    if (*first == NULL || node->span.start < (*first)->span.start) {
        *first = node;
    }
}

static void find_first(const CfnTree *tree, const CfnNode *first[KINDS])
{
    for (size_t i = 0; i < tree->node_count; i++) {
        const CfnNode *node = &tree->nodes[i];
        if (node->kind == CFN_ALIAS || cfn_node_has_anchor(node)) {
            keep_first(&first[ANCHORS], node);
        }
        if (is_merge_key(node)) {
            keep_first(&first[MERGE_KEYS], node);
        }
        if (node->duplicate) {
            keep_first(&first[DUPLICATE_KEYS], node);
        }
    }
}

static char *message_of(int kind, const CfnNode *node)
{
    switch (kind) {
    case ANCHORS:
        return g_strdup("anchors and aliases are left alone: CloudFormation refuses aliases");
    case MERGE_KEYS:
        return g_strdup("mappings with merge keys are left alone: CloudFormation refuses those");
    default:
        return g_strdup_printf(
            "the key '%.*s' stands more than once in its mapping: duplicate keys "
            "are left alone",
            (int)node->length, node->text);
    }
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const CfnPlace one = (*(const CfnNotice *const *)a)->place;
    const CfnPlace other = (*(const CfnNotice *const *)b)->place;
    if (one.line != other.line) {
        return one.line < other.line ? -1 : 1;
    }
    return one.column < other.column ? -1 : one.column > other.column;
}

void cfn_notice_add(GPtrArray *notices, CfnSource *source, uint32_t offset, const char *message)
{
    CfnNotice *notice = g_new0(CfnNotice, 1);
    notice->place = cfn_source_place(source, offset);
    notice->message = g_strdup(message);
    g_ptr_array_add(notices, notice);
}

void cfn_notices_sort(GPtrArray *notices)
{
    g_ptr_array_sort(notices, by_place);
}

void cfn_notices_find(const CfnTree *tree, GPtrArray *notices)
{
    if (!tree->has_anchors && !tree->has_merge_keys && !tree->has_duplicates) {
        return;
    }
    const CfnNode *first[KINDS] = { NULL };
    find_first(tree, first);
    for (int kind = 0; kind < KINDS; kind++) {
        if (first[kind] != NULL) {
            g_autofree char *message = message_of(kind, first[kind]);
            cfn_notice_add(notices, tree->source, first[kind]->span.start, message);
        }
    }
    cfn_notices_sort(notices);
}

void cfn_notice_free(CfnNotice *notice)
{
    g_free(notice->message);
    g_free(notice);
}
