/*
 * What a comment on a pull request suggests.
 */
#include "report/review_block.h"

#include <string.h>

#include "report/hide.h"
#include "report/seen.h"

void cfn_review_block_clear(CfnReviewBlock *block)
{
    g_clear_pointer(&block->text, g_free);
}

static bool ends_line(const char *text, gsize length)
{
    return length > 0 && text[length - 1] == '\n';
}

/* Whether all lines end with newlines only, or all with a carriage return before it. */
static bool is_uniform(const CfnSource *source)
{
    if (!source->has_returns) {
        return true;
    }
    const char *end = source->text + source->length;
    for (const char *at = source->text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        if (at == source->text || at[-1] != '\r') {
            return false;
        }
    }
    return true;
}

static bool has_lone_return(const char *text)
{
    for (; (text = strchr(text, '\r')) != NULL; text++) {
        if (text[1] != '\n') {
            return true;
        }
    }
    return false;
}

/* The line that begins at OFFSET, ended or not. */
static char *copy_line(const CfnSource *source, uint32_t offset)
{
    return g_strndup(source->text + offset, cfn_source_next_line(source, offset) - offset);
}

/* Whether TEXT can be shown and comes out as it is. */
static bool is_plain(const CfnResult *result, const char *text)
{
    g_autofree char *hidden =
        result->hiding != NULL ? cfn_hide(result->hiding, text, strlen(text)) : NULL;
    return hidden == NULL && !has_lone_return(text) && !cfn_seen_is_forged(text);
}

/* Fills BLOCK if that can be: the pull request shows those lines, and the mark is not among them.
   TEXT is taken. */
static bool fill(const CfnResult *result, CfnReviewBlock *block, uint32_t first, uint32_t last,
                 char *text)
{
    g_autofree char *owned = text;
    bool has_mark = first == 1 && result->outcome->source->start > 0;
    if (has_mark || !cfn_touched_in_one_hunk(result->touched, first, last) ||
        !is_plain(result, text) || !is_uniform(result->outcome->source)) {
        return false;
    }
    *block = (CfnReviewBlock){ first, last, g_steal_pointer(&owned) };
    return true;
}

static bool replace(const CfnResult *result, const CfnReplacement *one, CfnReviewBlock *block)
{
    gsize length = strlen(one->text);
    bool had_end = ends_line(result->outcome->source->text, one->span.end);
    return had_end == (length == 0 || ends_line(one->text, length)) &&
           fill(result, block, one->first_line, one->first_line + one->lines - 1,
                g_strdup(one->text));
}

static bool insert(const CfnResult *result, const CfnReplacement *one, CfnReviewBlock *block)
{
    const CfnSource *source = result->outcome->source;
    uint32_t line = one->first_line, at = one->span.start;
    if (line > 1) {
        g_autofree char *above = copy_line(source, cfn_source_line_start(source, at - 1));
        if (fill(result, block, line - 1, line - 1, g_strconcat(above, one->text, NULL))) {
            return true;
        }
    }
    g_autofree char *below = copy_line(source, at);
    return at < source->length &&
           fill(result, block, line, line, g_strconcat(one->text, below, NULL));
}

bool cfn_review_block(const CfnResult *result, const CfnSuggestion *suggestion,
                      CfnReviewBlock *block)
{
    *block = (CfnReviewBlock){ 0 };
    if (result->touched == NULL || suggestion->replacements->len != 1) {
        return false;
    }
    const CfnReplacement *one = &g_array_index(suggestion->replacements, CfnReplacement, 0);
    return one->lines > 0 ? replace(result, one, block) : insert(result, one, block);
}
