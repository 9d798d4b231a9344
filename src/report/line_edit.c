/*
 * A replacement as readers take it that think in lines.
 */
#include "report/line_edit.h"

#include <string.h>

#include "report/hide.h"

/* How many bytes at the end of TEXT are its newline. */
static size_t measure_newline(const char *text, size_t length)
{
    if (length == 0 || text[length - 1] != '\n') {
        return 0;
    }
    return length > 1 && text[length - 2] == '\r' ? 2 : 1;
}

static bool is_shown(const CfnResult *result, const char *text, size_t length)
{
    g_autofree char *hidden =
        result->hiding != NULL ? cfn_hide(result->hiding, text, length) : NULL;
    return hidden == NULL;
}

/*
 * The line that an insertion has to be told with, as its span; empty if it can stand alone. Behind
 * the last line that line; at a byte order mark, which stays in front, the first one.
 */
static CfnSpan find_anchor(const CfnSource *source, uint32_t offset, bool with_mark)
{
    CfnSpan anchor = { offset, offset };
    if (offset == source->length) {
        anchor.start = cfn_source_line_start(source, offset - 1);
    } else if (offset == source->start && source->start > 0 && with_mark) {
        anchor.end = cfn_source_next_line(source, offset);
    }
    return anchor;
}

/* Turns an insertion into one with its anchor. */
static void anchor(CfnLineEdit *edit, const CfnResult *result, CfnSpan *span, bool with_mark)
{
    const CfnSource *source = result->outcome->source;
    const CfnSpan line = find_anchor(source, span->start, with_mark);
    const char *text = source->text + line.start;
    if (cfn_span_length(line) == 0 || !is_shown(result, text, cfn_span_length(line))) {
        return;
    }
    const bool is_last = line.start < span->start;
    g_autofree char *added = edit->text;
    edit->text = g_strdup_printf("%s%.*s%s", is_last ? "" : added, (int)cfn_span_length(line), text,
                                 is_last ? added : "");
    edit->kind = CFN_EDIT_LINES;
    edit->first = edit->last = edit->first - is_last;
    *span = line;
}

/* The newline at the end stays, where it is the same before and after. A lone one has to go with
   the lines: without it nothing would be left, which means that they go. */
static void settle_newline(CfnLineEdit *edit, const CfnSource *source, CfnSpan span)
{
    const size_t length = strlen(edit->text);
    const size_t old = measure_newline(source->text + span.start, cfn_span_length(span));
    const size_t new = measure_newline(edit->text, length);
    if (length == 0 || old == 0) {
        return;
    }
    if (old == new &&length > new) {
        edit->text[length - new] = '\0';
    } else {
        edit->kind = CFN_EDIT_THROUGH;
    }
}

void cfn_line_edit_init(CfnLineEdit *edit, const CfnResult *result,
                        const CfnReplacement *replacement, bool with_mark)
{
    const CfnSource *source = result->outcome->source;
    CfnSpan span = replacement->span;
    edit->kind = replacement->lines > 0 ? CFN_EDIT_LINES : CFN_EDIT_INSERT;
    edit->first = replacement->first_line;
    edit->last = replacement->first_line + MAX(replacement->lines, 1) - 1;
    edit->text = g_strdup(replacement->text);
    if (edit->kind == CFN_EDIT_INSERT) {
        anchor(edit, result, &span, with_mark);
    }
    if (edit->kind == CFN_EDIT_INSERT) {
        return;
    }
    settle_newline(edit, source, span);
    if (with_mark && source->start > 0 && edit->first == 1) {
        g_autofree char *text = edit->text;
        edit->text = g_strdup_printf("%.*s%s", (int)source->start, source->text, text);
    }
}

void cfn_line_edit_clear(CfnLineEdit *edit)
{
    g_clear_pointer(&edit->text, g_free);
}
