/*
 * One token array, whoever fills it.
 */
#include "syntax/scan_internal.h"

static bool may_be_break(char byte)
{
    return byte == '\n' || byte == '\r' || byte == '\xC2' || byte == '\xE2';
}

/* The length of the line break at POSITION, 0 if there is none. YAML 1.1 counts NEL, LS and PS. */
static uint32_t break_length(const CfnSource *source, uint32_t position)
{
    const char *at = source->text + position;
    const uint32_t left = source->length - position;
    if (left == 0 || !may_be_break(*at)) {
        return 0;
    }
    if (*at == '\n') {
        return 1;
    }
    if (*at == '\r') {
        return left >= 2 && at[1] == '\n' ? 2 : 1;
    }
    if (left >= 2 && memcmp(at, "\xC2\x85", 2) == 0) {
        return 2;
    }
    if (left >= 3 && (memcmp(at, "\xE2\x80\xA8", 3) == 0 || memcmp(at, "\xE2\x80\xA9", 3) == 0)) {
        return 3;
    }
    return 0;
}

static uint32_t skip_to_break(const CfnSource *source, uint32_t position)
{
    while (position < source->length &&
           (!may_be_break(source->text[position]) || break_length(source, position) == 0)) {
        position++;
    }
    return position;
}

static uint32_t skip_spaces(const CfnSource *source, uint32_t position)
{
    while (position < source->length && source->text[position] == ' ') {
        position++;
    }
    return position;
}

static bool is_blank_between(const CfnSource *source, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end;) {
        const uint32_t width = break_length(source, i);
        if (width == 0 && source->text[i] != ' ' && source->text[i] != '\t') {
            return false;
        }
        i += MAX(width, 1);
    }
    return true;
}

bool cfn_token_sink_in_flow(const CfnTokenSink *sink)
{
    if (sink->depth == 0) {
        return false;
    }
    const guint opener = sink->open[sink->depth - 1];
    const uint8_t type = g_array_index(sink->tokens, CfnToken, opener).type;
    return type == CFN_TOKEN_FLOW_SEQUENCE_START || type == CFN_TOKEN_FLOW_MAPPING_START;
}

/* What no token covers must be white space or a comment: no library drops anything unseen. */
static bool check_gap(const CfnTokenSink *sink, uint32_t start, GError **error)
{
    CfnSource *source = sink->source;
    bool in_indent = sink->end == source->start || sink->is_behind_dash;
    for (uint32_t i = sink->end; i < start;) {
        const char byte = source->text[i];
        if (byte == ' ') {
            i++;
            continue;
        }
        const uint32_t width = break_length(source, i);
        if (byte == '\t' && in_indent && sink->refuses_tabs && !cfn_token_sink_in_flow(sink)) {
            return cfn_source_error(source, i, error, CFN_ERROR_SYNTAX,
                                    "a tab is no indentation, use spaces");
        }
        if (byte == '#') {
            i = skip_to_break(source, i);
            continue;
        }
        if (width == 0 && byte != '\t') {
            return cfn_source_error(source, i, error, CFN_ERROR_SYNTAX,
                                    "this character belongs to nothing");
        }
        in_indent = in_indent || width > 0;
        i += MAX(width, 1);
    }
    return true;
}

/* The column of the innermost open block collection, -1 outside all of them. */
static int64_t block_column(const CfnTokenSink *sink)
{
    for (uint32_t i = sink->depth; i > 0; i--) {
        const CfnToken *token = &g_array_index(sink->tokens, CfnToken, sink->open[i - 1]);
        if (token->type == CFN_TOKEN_BLOCK_MAPPING_START ||
            token->type == CFN_TOKEN_BLOCK_SEQUENCE_START) {
            return token->start - cfn_source_line_start(sink->source, token->start);
        }
    }
    return -1;
}

/* The indentation that the header names, relative to PARENT; 0 if it names none. */
static int64_t header_indent(const CfnSource *source, uint32_t header, int64_t parent)
{
    uint32_t i = header + 1;
    i += i < source->length && strchr("+-", source->text[i]) != NULL;
    const bool named = i < source->length && g_ascii_isdigit(source->text[i]);
    return named ? MAX(parent, 0) + (source->text[i] - '0') : 0;
}

/* The indentation of the text from the line at POSITION on, as libyaml finds it. */
static int64_t detect_indent(const CfnSource *source, uint32_t position, int64_t parent)
{
    int64_t indent = MAX(parent + 1, 1);
    while (position < source->length) {
        const uint32_t content = skip_spaces(source, position);
        indent = MAX(indent, content - position);
        const uint32_t width = break_length(source, content);
        if (width == 0) {
            break;
        }
        position = content + width;
    }
    return indent;
}

/* Where the block scalar with its header at HEADER ends: behind its last line with content. */
static uint32_t block_scalar_end(const CfnTokenSink *sink, uint32_t header)
{
    const CfnSource *source = sink->source;
    const int64_t parent = block_column(sink);
    uint32_t end = header + 1;
    while (end < source->length && strchr("+-0123456789", source->text[end]) != NULL) {
        end++;
    }
    uint32_t line = skip_to_break(source, end);
    line += break_length(source, line);
    int64_t indent = header_indent(source, header, parent);
    if (indent == 0) {
        indent = detect_indent(source, line, parent);
    }
    while (line < source->length) {
        const uint32_t content = skip_spaces(source, line);
        const uint32_t line_end = skip_to_break(source, content);
        if (line_end - line > indent && content - line >= indent) {
            end = line_end;
        } else if (content < line_end) {
            break;
        }
        line = line_end + break_length(source, line_end);
    }
    return end;
}

/* Sets the end of a block scalar by its indentation, and refuses where the scanner had another. */
static bool trim_block_scalar(const CfnTokenSink *sink, CfnToken *token, GError **error)
{
    const uint32_t end = block_scalar_end(sink, token->start);
    const uint32_t header_end = skip_to_break(sink->source, token->start);
    const uint32_t first = MAX(MIN(end, token->end), header_end);
    if (!is_blank_between(sink->source, first, MAX(end, token->end))) {
        return cfn_source_error(sink->source, token->start, error, CFN_ERROR_SYNTAX,
                                "the lines of this block of text are not indented alike");
    }
    token->end = end;
    return true;
}

/* Tokens without bytes that begin something stand where the next token begins. */
static void settle(CfnTokenSink *sink, uint32_t start)
{
    for (; sink->unsettled > 0; sink->unsettled--) {
        CfnToken *token = &g_array_index(sink->tokens, CfnToken, sink->count - sink->unsettled);
        token->start = token->end = start;
    }
}

/* Tokens without bytes: those that begin something wait for the next one to give them a place. */
static void place(const CfnTokenSink *sink, CfnToken *token)
{
    switch ((CfnTokenType)token->type) {
    case CFN_TOKEN_KEY:
        if (token->start != token->end) {
            break;
        } /* fallthrough */
    case CFN_TOKEN_BLOCK_SEQUENCE_START:
    case CFN_TOKEN_BLOCK_MAPPING_START:
        token->start = token->end = CFN_NOWHERE;
        break;
    case CFN_TOKEN_BLOCK_END:
        token->start = token->end = sink->end;
        break;
    default:
        break;
    }
}

static bool track_depth(CfnTokenSink *sink, const CfnToken *token, GError **error)
{
    switch ((CfnTokenType)token->type) {
    case CFN_TOKEN_BLOCK_SEQUENCE_START:
    case CFN_TOKEN_BLOCK_MAPPING_START:
    case CFN_TOKEN_FLOW_SEQUENCE_START:
    case CFN_TOKEN_FLOW_MAPPING_START:
        if (sink->depth == CFN_DEPTH_LIMIT) {
            return cfn_source_error(sink->source, sink->end, error, CFN_ERROR_DEPTH,
                                    "nested more than %d deep", CFN_DEPTH_LIMIT);
        }
        sink->open[sink->depth++] = sink->count;
        return true;
    case CFN_TOKEN_BLOCK_END:
    case CFN_TOKEN_FLOW_SEQUENCE_END:
    case CFN_TOKEN_FLOW_MAPPING_END:
        sink->depth -= sink->depth > 0;
        return true;
    default:
        return true;
    }
}

/* Tokens come in order, inside the text, and the last one at its end. */
static bool check_place(const CfnTokenSink *sink, const CfnToken *token, GError **error)
{
    const uint32_t length = sink->source->length;
    const bool is_right = token->start >= sink->end && token->end >= token->start &&
                          token->end <= length &&
                          (token->type != CFN_TOKEN_STREAM_END || token->end == length);
    return is_right || cfn_source_error(sink->source, sink->end, error, CFN_ERROR_SYNTAX,
                                        "the scanner lost its way behind this");
}

/* Field by field: what was just written in parts is slow to read as a whole. */
static void append(CfnTokenSink *sink, const CfnToken *token)
{
    if (sink->count == sink->tokens->len) {
        g_array_set_size(sink->tokens, sink->count + sink->count / 2 + 64);
    }
    CfnToken *last = &g_array_index(sink->tokens, CfnToken, sink->count++);
    last->start = token->start;
    last->end = token->end;
    last->type = token->type;
    last->style = token->style;
}

bool cfn_token_sink_add(CfnTokenSink *sink, CfnToken *token, GError **error)
{
    place(sink, token);
    const bool has_bytes = token->start != CFN_NOWHERE && token->type != CFN_TOKEN_BLOCK_END;
    if (has_bytes) {
        if (!check_place(sink, token, error) || !check_gap(sink, token->start, error)) {
            return false;
        }
        settle(sink, token->start);
    }
    const bool is_block_scalar = token->type == CFN_TOKEN_SCALAR &&
                                 (token->style == CFN_LITERAL || token->style == CFN_FOLDED);
    if ((is_block_scalar && !trim_block_scalar(sink, token, error)) ||
        !track_depth(sink, token, error)) {
        return false;
    }
    if (has_bytes) {
        sink->end = token->end;
        sink->is_behind_dash = token->type == CFN_TOKEN_BLOCK_ENTRY;
    }
    sink->unsettled += token->start == CFN_NOWHERE;
    append(sink, token);
    return true;
}

GArray *cfn_scan(CfnSource *source, CfnScanner scanner, GError **error)
{
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(CfnToken));
    g_array_set_size(tokens, source->length / 5 + 64);
    CfnTokenSink sink = {
        .source = source,
        .tokens = tokens,
        .end = source->start,
        .refuses_tabs = scanner == CFN_SCANNER_LIBFYAML,
    };
    bool done = false;
    if (source->length == source->start) {
        CfnToken end = { source->length, source->length, CFN_TOKEN_STREAM_END, CFN_PLAIN };
        done = cfn_token_sink_add(&sink, &end, error);
    } else {
        done = scanner == CFN_SCANNER_LIBFYAML ? cfn_scan_libfyaml(&sink, error)
                                               : cfn_scan_libyaml(&sink, error);
    }
    g_array_set_size(tokens, sink.count);
    return done ? g_steal_pointer(&tokens) : NULL;
}
