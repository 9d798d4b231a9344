/*
 * Comments are no nodes: whose they are is decided by column and blank lines, as a reader would.
 */
#include "edit/place.h"

#include "edit/edits.h"

const CfnNode *cfn_next_child(const CfnNode *child)
{
    return child->is_key ? cfn_node_next_key(child) : child->next;
}

static uint32_t skip_blanks(const CfnSource *source, uint32_t offset)
{
    while (offset < source->length &&
           (source->text[offset] == ' ' || source->text[offset] == '\t')) {
        offset++;
    }
    return offset;
}

static bool at_line_end(const CfnSource *source, uint32_t offset)
{
    return offset == source->length || source->text[offset] == '\n' || source->text[offset] == '\r';
}

/* A `#` begins a comment behind white space, and directly behind a quote or a bracket. */
bool cfn_ends_line(const CfnTree *tree, uint32_t offset)
{
    const char *text = tree->source->text;
    uint32_t next = skip_blanks(tree->source, offset);
    if (at_line_end(tree->source, next)) {
        return true;
    }
    bool closed = offset > tree->source->start && strchr("'\"]}", text[offset - 1]) != NULL;
    return text[next] == '#' && (next > offset || closed);
}

uint32_t cfn_behind_comment(const CfnTree *tree, uint32_t offset)
{
    return cfn_ends_line(tree, offset) ? cfn_source_line_end(tree->source, offset) : offset;
}

/* What a line holds: nothing, a comment and its column, or something else. */
typedef enum { LINE_BLANK, LINE_COMMENT, LINE_OTHER, LINE_NONE } LineKind;

static LineKind line_kind(const CfnTree *tree, uint32_t start, uint32_t *column)
{
    const CfnSource *source = tree->source;
    if (start >= source->length) {
        return LINE_NONE;
    }
    uint32_t first = skip_blanks(source, start);
    *column = first - start;
    if (at_line_end(source, first)) {
        return LINE_BLANK;
    }
    return source->text[first] == '#' ? LINE_COMMENT : LINE_OTHER;
}

/* Behind the comment lines below OFFSET's line that are indented deeper than COLUMN. */
static uint32_t behind_deeper_comments(const CfnTree *tree, uint32_t offset, uint32_t column)
{
    uint32_t end = offset;
    uint32_t line = cfn_source_next_line(tree->source, offset);
    uint32_t at = 0;
    for (;;) {
        LineKind kind = line_kind(tree, line, &at);
        if (kind == LINE_COMMENT && at > column) {
            end = cfn_source_line_end(tree->source, line);
        } else if (kind != LINE_BLANK) {
            return end;
        }
        line = cfn_source_next_line(tree->source, line);
    }
}

/* The same for comments in COLUMN itself, up to a block of them that something follows without a
   blank line: that one heads what follows. */
static uint32_t behind_own_comments(const CfnTree *tree, uint32_t offset, uint32_t column)
{
    uint32_t end = offset;
    uint32_t pending = offset;
    uint32_t line = cfn_source_next_line(tree->source, offset);
    uint32_t at = 0;
    for (;;) {
        LineKind kind = line_kind(tree, line, &at);
        if (kind == LINE_COMMENT && at >= column && column > 0) {
            pending = cfn_source_line_end(tree->source, line);
        } else if (kind == LINE_BLANK || kind == LINE_NONE) {
            end = pending;
        }
        if (kind == LINE_NONE || kind == LINE_OTHER || (kind == LINE_COMMENT && at < column)) {
            return end;
        }
        line = cfn_source_next_line(tree->source, line);
    }
}

/* What of NODE comes last in the text; NULL if nothing in it does. */
static const CfnNode *last_part(const CfnNode *node)
{
    const CfnNode *key = cfn_node_key(node);
    if (key != NULL && cfn_node_is_empty(node) && cfn_node_mark(node) == CFN_NOWHERE) {
        return key; /* `? key`, and nothing else */
    }
    return node->style == CFN_BLOCK ? cfn_node_last(node) : NULL;
}

const CfnNode *cfn_last_block_scalar(const CfnNode *child)
{
    const CfnNode *node = child->is_key ? cfn_node_value(child) : child;
    for (const CfnNode *part = node; part != NULL; part = last_part(part)) {
        node = part;
    }
    bool block =
        node->kind == CFN_SCALAR && (node->style == CFN_LITERAL || node->style == CFN_FOLDED);
    return block ? node : NULL;
}

bool cfn_keeps_blank_lines(const CfnTree *tree, const CfnNode *block_scalar)
{
    const CfnSource *source = tree->source;
    uint32_t header = cfn_node_content(block_scalar) + 1; /* one or two bytes, perhaps none */
    uint32_t end = MIN(header + 2, cfn_source_line_end(source, header));
    return memchr(source->text + header, '+', end - header) != NULL;
}

uint32_t cfn_block_end(const CfnTree *tree, const CfnNode *child, bool is_last)
{
    uint32_t column = cfn_tree_column(tree, cfn_child_start(child));
    uint32_t end = cfn_behind_comment(tree, cfn_child_end(child));
    const CfnNode *scalar = cfn_last_block_scalar(child);
    if (scalar != NULL) {
        end = MAX(end, cfn_source_line_end(tree->source, scalar->span.end));
    }
    if (is_last && cfn_next_child(child) == NULL) {
        const CfnNode *above = child->parent;
        bool indentless = above->kind == CFN_SEQUENCE && above->parent != NULL &&
                          above->parent->kind == CFN_MAPPING &&
                          cfn_tree_column(tree, cfn_child_start(above->parent->first)) == column;
        end = behind_deeper_comments(tree, end, column);
        return indentless ? end : behind_own_comments(tree, end, column);
    }
    return behind_deeper_comments(tree, end, column);
}

/* ---- What to cut ---- */

/* The start of the comment lines directly above the line at START, in its column. */
static uint32_t above_comments(const CfnTree *tree, uint32_t start, uint32_t column)
{
    uint32_t at = 0;
    while (start > tree->source->start) {
        uint32_t above = cfn_source_line_start(tree->source, start - 1);
        if (line_kind(tree, above, &at) != LINE_COMMENT || at != column) {
            break;
        }
        start = above;
    }
    return start;
}

bool cfn_is_blank_line(const CfnTree *tree, uint32_t start)
{
    uint32_t column = 0;
    return line_kind(tree, start, &column) == LINE_BLANK;
}

static bool blank_line_above(const CfnTree *tree, uint32_t start)
{
    return start > tree->source->start &&
           cfn_is_blank_line(tree, cfn_source_line_start(tree->source, start - 1));
}

bool cfn_is_set_off(const CfnTree *tree, const CfnNode *child)
{
    uint32_t start = cfn_child_start(child);
    uint32_t line = cfn_source_line_start(tree->source, start);
    return blank_line_above(tree, above_comments(tree, line, start - line));
}

/* Two runs of blank lines that meet become the one above, which is part of a text if that keeps
   it. */
static CfnSpan without_double_blanks(const CfnTree *tree, CfnSpan span, bool is_kept)
{
    if (!is_kept && !blank_line_above(tree, span.start)) {
        return span;
    }
    while (cfn_is_blank_line(tree, span.end)) {
        span.end = cfn_source_next_line(tree->source, span.end);
    }
    while (!is_kept && span.end == tree->source->length && blank_line_above(tree, span.start)) {
        span.start = cfn_source_line_start(tree->source, span.start - 1);
    }
    return span;
}

/* At the end of a text without final newline the newline above goes instead. */
static CfnSpan without_final_newline(const CfnTree *tree, CfnSpan span)
{
    const CfnSource *source = tree->source;
    bool ended = source->length > 0 && source->text[source->length - 1] == '\n';
    if (span.end == source->length && !ended && span.start > source->start) {
        span.start--;
        if (span.start > source->start && source->text[span.start - 1] == '\r') {
            span.start--;
        }
    }
    return span;
}

CfnSpan cfn_block_extent(const CfnTree *tree, const CfnNode *before, const CfnNode *first,
                         const CfnNode *last)
{
    uint32_t start = cfn_child_start(first);
    const CfnNode *next = cfn_next_child(last);
    if (!cfn_is_first_on_line(tree, start) && next != NULL) {
        return (CfnSpan){ start, cfn_child_start(next) };
    }
    uint32_t column = cfn_tree_column(tree, start);
    uint32_t line = cfn_source_line_start(tree->source, start);
    uint32_t end = cfn_block_end(tree, last, false);
    CfnSpan span = { above_comments(tree, line, column), cfn_source_next_line(tree->source, end) };
    const CfnNode *above = before != NULL ? cfn_last_block_scalar(before) : NULL;
    bool is_kept = above != NULL && cfn_keeps_blank_lines(tree, above);
    span = without_double_blanks(tree, span, is_kept);
    bool needs_break = above != NULL && above->length > 0 && above->text[above->length - 1] == '\n';
    return needs_break ? span : without_final_newline(tree, span);
}

/* Whether CHILD is a pair without a value: libyaml takes no `{Key:}`. */
static bool has_nothing(const CfnNode *child)
{
    return child->is_key && cfn_node_is_empty(cfn_node_value(child));
}

CfnSpan cfn_flow_extent(const CfnTree *tree, const CfnNode *before, const CfnNode *first,
                        const CfnNode *last)
{
    const CfnNode *next = cfn_next_child(last);
    uint32_t start = cfn_child_start(first);
    if (next == NULL) {
        uint32_t from = before != NULL ? cfn_child_end(before) : start;
        from += from < start && tree->source->text[from] == ' ' && has_nothing(before);
        return (CfnSpan){ from, cfn_child_end(last) };
    }
    uint32_t next_start = cfn_child_start(next);
    if (!cfn_is_first_on_line(tree, start) || !cfn_is_first_on_line(tree, next_start)) {
        return (CfnSpan){ start, next_start };
    }
    uint32_t line = cfn_source_line_start(tree->source, start);
    uint32_t comma = cfn_node_comma(last);
    uint32_t end = cfn_behind_comment(tree, comma + 1);
    return (CfnSpan){ above_comments(tree, line, start - line),
                      cfn_source_next_line(tree->source, end) };
}

/* ---- Comments in what is cut ---- */

/* Only in the gaps between tokens does a `#` begin a comment. Moves AT behind the scalars of NODE.
   */
static bool has_comment_inside(const CfnTree *tree, const CfnNode *node, uint32_t *at)
{
    if (node->kind == CFN_SCALAR || node->kind == CFN_ALIAS) {
        uint32_t gap = MAX(node->span.start, *at) - *at;
        bool found = memchr(tree->source->text + *at, '#', gap) != NULL;
        *at = MAX(node->span.end, *at);
        return found;
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (has_comment_inside(tree, child, at)) {
            return true;
        }
    }
    return false;
}

bool cfn_edit_takes_comments(const CfnTree *tree, const CfnNode *item_or_key)
{
    if (tree->is_json) {
        return false;
    }
    CfnSpan cut = item_or_key->parent->style == CFN_FLOW
                      ? item_or_key->span
                      : cfn_block_extent(tree, NULL, item_or_key, item_or_key);
    uint32_t at = cut.start;
    bool found =
        has_comment_inside(tree, item_or_key, &at) ||
        (item_or_key->is_key && has_comment_inside(tree, cfn_node_value(item_or_key), &at));
    uint32_t end = MAX(cut.end, at);
    return found || memchr(tree->source->text + at, '#', end - at) != NULL;
}
