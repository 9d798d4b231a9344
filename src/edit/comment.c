/*
 * Comments that are written.
 *
 * A comment line goes between two lines, so the line break before it must be none of a scalar's:
 * quoted and plain ones go on over lines, and so do block scalars.
 */
#include "edit/internal.h"

#include <string.h>

static gint by_start(gconstpointer a, gconstpointer b)
{
    const CfnSpan *one = a, *other = b;
    return (one->start > other->start) - (one->start < other->start);
}

static GArray *find_texts(const CfnTree *tree)
{
    GArray *texts = g_array_new(FALSE, FALSE, sizeof(CfnSpan));
    for (size_t i = 0; i < tree->node_count; i++) {
        const CfnNode *node = &tree->nodes[i];
        const char *start = tree->source->text + node->span.start;
        if (node->kind == CFN_SCALAR && memchr(start, '\n', cfn_span_length(node->span)) != NULL) {
            g_array_append_val(texts, node->span);
        }
    }
    g_array_sort(texts, by_start);
    return texts;
}

static void clear_splice(gpointer data)
{
    g_free(((CfnSplice *)data)->text);
}

/* Whether OFFSET is inside one of TEXTS, behind its first byte. */
static bool is_inside(const GArray *texts, uint32_t offset)
{
    guint low = 0;
    guint high = texts->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(texts, CfnSpan, middle).end <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < texts->len && g_array_index(texts, CfnSpan, low).start < offset;
}

bool cfn_edit_takes_comment(CfnEdits *edits, uint32_t offset)
{
    const CfnTree *tree = edits->tree;
    if (tree->is_json || cfn_source_has_odd_breaks(tree->source)) {
        return false;
    }
    if (edits->texts == NULL) {
        edits->texts = find_texts(tree);
    }
    return !is_inside(edits->texts, cfn_source_line_start(tree->source, offset));
}

void cfn_edit_comment_insert(CfnEdits *edits, uint32_t offset, const char *text)
{
    if (edits->comments == NULL) {
        edits->comments = g_array_new(FALSE, FALSE, sizeof(CfnSplice));
        g_array_set_clear_func(edits->comments, clear_splice);
    }
    CfnSplice splice = { { offset, offset }, g_strdup(text), (uint32_t)strlen(text) };
    g_array_append_val(edits->comments, splice);
}

void cfn_edit_comment_above(CfnEdits *edits, uint32_t offset, const char *text)
{
    const CfnTree *tree = edits->tree;
    g_autofree char *indent = cfn_line_indent(tree, offset);
    g_autofree char *line =
        g_strconcat(indent, text, cfn_source_newline(tree->source, offset), NULL);
    cfn_edit_comment_insert(edits, cfn_source_line_start(tree->source, offset), line);
}
