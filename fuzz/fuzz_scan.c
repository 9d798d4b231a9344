/*
 * The stage «scan»: places in a text, and the tokens of both scanners.
 *
 * Asserted are the places, line by line, against a count that knows nothing of indices; that tokens
 * are in order, have the bytes that their type says, and leave out nothing but white space and
 * comments; and that the two scanners, where they see the same tokens, see them at the same places.
 */
#include "harness.h"

#include <string.h>

#include "syntax/node.h"
#include "syntax/scan.h"

/* ---- Places ---- */

static bool is_return_before(const CfnSource *source, uint32_t newline)
{
    return newline > source->start && source->text[newline - 1] == '\r';
}

/* What is said of every OFFSET of the line from START to NEWLINE, which may be the text's end. */
static void check_line(CfnSource *source, uint32_t start, uint32_t newline, uint32_t number)
{
    const bool is_last = newline == source->length;
    const uint32_t end = !is_last && is_return_before(source, newline) ? newline - 1 : newline;
    uint32_t column = 0;
    for (uint32_t at = start; at <= newline; at++) {
        const CfnPlace place = cfn_source_place(source, at);
        fuzz_check(place.line == number, "the line's number", at);
        fuzz_check(place.column == column + 1, "the column", at);
        fuzz_check(cfn_source_line_start(source, at) == start, "the line's start", at);
        fuzz_check(cfn_source_line_end(source, at) == end, "the line's end", at);
        fuzz_check(cfn_source_next_line(source, at) == (is_last ? newline : newline + 1),
                   "the next line", at);
        /* A character counts from behind its first byte on. */
        column += at < newline && ((unsigned char)source->text[at] & 0xC0) != 0x80;
    }
}

static void check_lines(CfnSource *source)
{
    uint32_t start = source->start;
    for (uint32_t number = 1; number <= 500; number++) { /* each asks for the whole line: enough */
        const char *newline = memchr(source->text + start, '\n', source->length - start);
        const uint32_t end = newline != NULL ? (uint32_t)(newline - source->text) : source->length;
        if (end - start < 2000) {
            check_line(source, start, end, number);
        }
        if (newline == NULL) {
            return;
        }
        start = end + 1;
    }
}

/* Bytes that are refused, and the flags of those that are not. */
static void check_bytes(const CfnSource *source)
{
    bool has_tabs = false, has_returns = false, has_hashes = false, is_ascii = true;
    for (uint32_t i = 0; i < source->length; i++) {
        const unsigned char byte = (unsigned char)source->text[i];
        const bool is_control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
        fuzz_check(!is_control && byte != 0x7F, "a control byte is taken", i);
        has_tabs |= byte == '\t';
        has_returns |= byte == '\r';
        has_hashes |= byte == '#';
        is_ascii &= byte < 0x80;
    }
    fuzz_check(g_utf8_validate_len(source->text, source->length, NULL), "no UTF-8 is taken", 0);
    fuzz_check(has_tabs == source->has_tabs && has_returns == source->has_returns &&
                   has_hashes == source->has_hashes && is_ascii == source->is_ascii,
               "what the text has", 0);
}

/* ---- Tokens ---- */

static uint32_t break_at(const CfnSource *source, uint32_t at)
{
    static const char *const breaks[] = { "\r\n",     "\n",           "\r",
                                          "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9" };
    for (size_t i = 0; i < G_N_ELEMENTS(breaks); i++) {
        const size_t length = strlen(breaks[i]);
        if (source->length - at >= length && memcmp(source->text + at, breaks[i], length) == 0) {
            return (uint32_t)length;
        }
    }
    return 0;
}

/* White space, comments, and before the first token a directive. */
static void check_gap(const CfnSource *source, uint32_t at, uint32_t end, bool is_first)
{
    while (at < end) {
        const uint32_t width = break_at(source, at);
        if (source->text[at] == '#' || (is_first && source->text[at] == '%')) {
            while (at < end && break_at(source, at) == 0) {
                at++;
            }
            continue;
        }
        fuzz_check(width > 0 || strchr(" \t", source->text[at]) != NULL, "something is left out",
                   at);
        at += MAX(width, 1);
    }
}

/* What each type begins with; NULL: nothing is said. */
static const char *const beginnings[] = {
    [CFN_TOKEN_DOCUMENT_START] = "---",
    [CFN_TOKEN_DOCUMENT_END] = "...",
    [CFN_TOKEN_FLOW_SEQUENCE_START] = "[",
    [CFN_TOKEN_FLOW_SEQUENCE_END] = "]",
    [CFN_TOKEN_FLOW_MAPPING_START] = "{",
    [CFN_TOKEN_FLOW_MAPPING_END] = "}",
    [CFN_TOKEN_BLOCK_ENTRY] = "-",
    [CFN_TOKEN_FLOW_ENTRY] = ",",
    [CFN_TOKEN_VALUE] = ":",
    [CFN_TOKEN_ALIAS] = "*",
    [CFN_TOKEN_ANCHOR] = "&",
    [CFN_TOKEN_TAG] = "!",
    [CFN_TOKEN_STREAM_END] = NULL,
};

static bool is_without_bytes(const CfnToken *token)
{
    return token->type == CFN_TOKEN_BLOCK_MAPPING_START ||
           token->type == CFN_TOKEN_BLOCK_SEQUENCE_START || token->type == CFN_TOKEN_BLOCK_END ||
           token->type == CFN_TOKEN_STREAM_END;
}

static void check_scalar(const CfnSource *source, const CfnToken *token)
{
    static const char signs[] = { [CFN_SINGLE_QUOTED] = '\'',
                                  [CFN_DOUBLE_QUOTED] = '"',
                                  [CFN_LITERAL] = '|',
                                  [CFN_FOLDED] = '>' };
    const char *text = source->text;
    fuzz_check(token->style <= CFN_FOLDED, "a scalar's style", token->start);
    if (token->style == CFN_PLAIN) {
        return;
    }
    fuzz_check(token->end > token->start && text[token->start] == signs[token->style],
               "a scalar's sign", token->start);
    if (token->style <= CFN_DOUBLE_QUOTED) {
        fuzz_check(token->end >= token->start + 2 && text[token->end - 1] == signs[token->style],
                   "a scalar's other quote", token->end);
    }
}

static void check_token(const CfnSource *source, const CfnToken *token)
{
    const uint32_t length = token->end - token->start;
    const char *beginning = token->type < G_N_ELEMENTS(beginnings) ? beginnings[token->type] : NULL;
    if (is_without_bytes(token)) {
        fuzz_check(length == 0, "this has no bytes", token->start);
    } else if (token->type == CFN_TOKEN_KEY) {
        fuzz_check(length == 0 || (length == 1 && source->text[token->start] == '?'), "a key",
                   token->start);
    } else if (token->type == CFN_TOKEN_SCALAR) {
        check_scalar(source, token);
    }
    if (beginning != NULL) {
        fuzz_check(length >= strlen(beginning) &&
                       memcmp(source->text + token->start, beginning, strlen(beginning)) == 0,
                   "a token's first bytes", token->start);
    }
}

static void check_tokens(const CfnSource *source, const GArray *tokens)
{
    uint32_t end = source->start;
    fuzz_check(tokens->len > 0, "there is a last token", 0);
    for (guint i = 0; i < tokens->len; i++) {
        const CfnToken *token = &g_array_index(tokens, CfnToken, i);
        const bool is_last = i + 1 == tokens->len;
        fuzz_check((token->type == CFN_TOKEN_STREAM_END) == is_last, "the stream's end is last",
                   token->start);
        fuzz_check(token->start >= end && token->end >= token->start &&
                       token->end <= source->length,
                   "tokens are in order", token->start);
        check_gap(source, end, token->start, end == source->start);
        check_token(source, token);
        end = token->end;
    }
    fuzz_check(end == source->length, "the last token ends the text", end);
}

/* Where both see the same, they see it at the same places. */
static void check_both(const GArray *first, const GArray *second)
{
    if (first->len != second->len) {
        return;
    }
    for (guint i = 0; i < first->len; i++) {
        const CfnToken *one = &g_array_index(first, CfnToken, i);
        const CfnToken *other = &g_array_index(second, CfnToken, i);
        if (one->type != other->type || one->style != other->style) {
            return;
        }
    }
    for (guint i = 0; i < first->len; i++) {
        const CfnToken *one = &g_array_index(first, CfnToken, i);
        const CfnToken *other = &g_array_index(second, CfnToken, i);
        fuzz_check(one->start == other->start && one->end == other->end,
                   "the scanners see the same elsewhere", one->start);
    }
}

static GArray *scan(CfnSource *source, CfnScanner scanner)
{
    g_autoptr(GError) error = NULL;
    GArray *tokens = cfn_scan(source, scanner, &error);
    fuzz_check((tokens == NULL) == (error != NULL), "an error or tokens", 0);
    if (tokens != NULL) {
        check_tokens(source, tokens);
    }
    return tokens;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(CfnSource) source = fuzz_source(data, size);
    if (source == NULL) {
        return 0;
    }
    check_bytes(source);
    check_lines(source);
    g_autoptr(GArray) first = scan(source, CFN_SCANNER_LIBFYAML);
    g_autoptr(GArray) second = scan(source, CFN_SCANNER_LIBYAML);
    if (first != NULL && second != NULL) {
        check_both(first, second);
    }
    return 0;
}
