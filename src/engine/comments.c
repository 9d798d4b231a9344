/*
 * Comments that are meant for a tool, and the lines that they are about.
 *
 * The tree has no comments. A `#` begins one (or stands in one) where white space or nothing is
 * before it on its line and no scalar is around it:
 * https://yaml.org/spec/1.1/#comment%20syntax
 */
#define _GNU_SOURCE 1 /* memmem */
#include "engine/comments.h"

typedef struct {
    uint32_t hash; /* its `#` */
    CfnSpan line;  /* that it stands on, without the newline */
    uint32_t text; /* behind the word */
    bool is_quoted;
} Candidate;

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The `#` before the word at OFFSET, or CFN_NOWHERE. */
static uint32_t find_hash(const CfnSource *source, uint32_t line, uint32_t offset)
{
    while (offset > line && is_blank(source->text[offset - 1])) {
        offset--;
    }
    if (offset == line || source->text[offset - 1] != '#') {
        return CFN_NOWHERE;
    }
    uint32_t hash = offset - 1;
    return hash == line || is_blank(source->text[hash - 1]) ? hash : CFN_NOWHERE;
}

static GArray *find_candidates(const CfnSource *source, const char *word)
{
    GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
    const size_t size = strlen(word);
    const char *end = source->text + source->length;
    CfnSpan line = { source->start, cfn_source_line_end(source, source->start) };
    for (const char *at = source->text + source->start;
         (at = memmem(at, (size_t)(end - at), word, size)) != NULL; at += size) {
        uint32_t offset = (uint32_t)(at - source->text);
        while (line.end < offset) {
            line.start = cfn_source_next_line(source, line.end);
            line.end = cfn_source_line_end(source, line.start);
        }
        uint32_t hash = find_hash(source, line.start, offset);
        if (hash != CFN_NOWHERE) {
            Candidate one = { hash, line, offset + (uint32_t)size, false };
            g_array_append_val(candidates, one);
        }
    }
    return candidates;
}

/* The first candidate at or behind OFFSET. */
static guint find_from(const GArray *candidates, uint32_t offset)
{
    guint low = 0;
    guint high = candidates->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(candidates, Candidate, middle).hash < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The line of a block scalar's `|` has room for a comment. */
static CfnSpan text_span(const CfnTree *tree, const CfnNode *scalar)
{
    CfnSpan span = scalar->span;
    if (scalar->style == CFN_LITERAL || scalar->style == CFN_FOLDED) {
        span.start = cfn_source_line_end(tree->source, cfn_node_content(scalar));
    }
    return span;
}

static void mark_quoted(const CfnTree *tree, GArray *candidates)
{
    uint32_t first = g_array_index(candidates, Candidate, 0).hash;
    for (size_t i = 0; i < tree->node_count; i++) {
        const CfnNode *node = &tree->nodes[i];
        if (node->kind != CFN_SCALAR || node->span.end <= first) {
            continue;
        }
        CfnSpan span = text_span(tree, node);
        for (guint k = find_from(candidates, span.start); k < candidates->len; k++) {
            Candidate *candidate = &g_array_index(candidates, Candidate, k);
            if (candidate->hash >= span.end) {
                break;
            }
            candidate->is_quoted = true;
        }
    }
}

static uint32_t skip_blanks(const CfnSource *source, CfnSpan line)
{
    while (line.start < line.end && is_blank(source->text[line.start])) {
        line.start++;
    }
    return line.start;
}

/* The first line from OFFSET on that is no comment; that of BELOW, a comment alone on its line,
   where it is reached. */
static CfnSpan line_below(const CfnSource *source, uint32_t offset, const CfnComment *below)
{
    CfnSpan line = { offset, cfn_source_line_end(source, offset) };
    uint32_t first = skip_blanks(source, line);
    while (first < line.end && source->text[first] == '#') {
        if (below != NULL && below->is_alone && below->text.end == line.end) {
            return below->line;
        }
        line.start = cfn_source_next_line(source, line.end);
        line.end = cfn_source_line_end(source, line.start);
        first = skip_blanks(source, line);
    }
    return first < line.end ? line : (CfnSpan){ line.start, line.start };
}

static CfnComment read_comment(const CfnSource *source, const Candidate *candidate,
                               const CfnComment *below)
{
    CfnComment comment = { .text = { candidate->text, candidate->line.end },
                           .own = candidate->line };
    comment.is_alone = skip_blanks(source, candidate->line) == candidate->hash;
    comment.line =
        comment.is_alone
            ? line_below(source, cfn_source_next_line(source, candidate->line.end), below)
            : candidate->line;
    return comment;
}

GArray *cfn_comments_find(const CfnTree *tree, const char *word)
{
    GArray *comments = g_array_new(FALSE, FALSE, sizeof(CfnComment));
    g_autoptr(GArray) candidates = find_candidates(tree->source, word);
    if (candidates->len == 0) {
        return comments;
    }
    mark_quoted(tree, candidates);
    /* From below, so that no line of a run of comments is looked at twice. */
    for (guint i = candidates->len; i > 0; i--) {
        const Candidate *candidate = &g_array_index(candidates, Candidate, i - 1);
        const CfnComment *below =
            comments->len > 0 ? &g_array_index(comments, CfnComment, comments->len - 1) : NULL;
        if (!candidate->is_quoted) {
            CfnComment comment = read_comment(tree->source, candidate, below);
            g_array_append_val(comments, comment);
        }
    }
    for (guint i = 0, k = comments->len; i + 1 < k; i++) {
        CfnComment *one = &g_array_index(comments, CfnComment, i);
        CfnComment *other = &g_array_index(comments, CfnComment, --k);
        CfnComment held = *one;
        *one = *other;
        *other = held;
    }
    return comments;
}
