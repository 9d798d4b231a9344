/*
 * From a scalar's raw bytes to its text, with the way back, and from text to escaped bytes.
 *
 * Where readers differ libyaml is followed to the letter, since CloudFormation reads what it reads:
 * the Unicode line breaks of YAML 1.1 count, a block scalar that ends the file without a newline
 * has none, and its indentation is that of the widest line up to the first one with content.
 */
#include "syntax/scalar.h"

typedef struct {
    const char *text;
    uint32_t end; /* nothing is read from here on */
    GString *out;
    GArray *map; /* of CfnSpan, or NULL */
} Decoder;

static void emit(Decoder *decoder, const char *bytes, size_t length, CfnSpan from)
{
    g_string_append_len(decoder->out, bytes, length);
    for (size_t i = 0; decoder->map != NULL && i < length; i++) {
        g_array_append_val(decoder->map, from);
    }
}

/* Raw bytes that stand for themselves. */
static void copy(Decoder *decoder, uint32_t start, uint32_t end)
{
    g_string_append_len(decoder->out, decoder->text + start, end - start);
    for (uint32_t at = start; decoder->map != NULL && at < end; at++) {
        CfnSpan byte = { at, at + 1 };
        g_array_append_val(decoder->map, byte);
    }
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The length of the line break at AT, or 0: LF, CR LF, CR, NEL; LS and PS alone have 3 bytes. */
static uint32_t break_length(const Decoder *decoder, uint32_t at)
{
    const unsigned char *bytes = (const unsigned char *)decoder->text + at;
    uint32_t left = decoder->end - at;
    if (left == 0) {
        return 0;
    }
    switch (bytes[0]) {
    case '\n':
        return 1;
    case '\r':
        return left > 1 && bytes[1] == '\n' ? 2 : 1;
    case 0xc2:
        return left > 1 && bytes[1] == 0x85 ? 2 : 0;
    case 0xe2:
        return left > 2 && bytes[1] == 0x80 && (bytes[2] == 0xa8 || bytes[2] == 0xa9) ? 3 : 0;
    default:
        return 0;
    }
}

static uint32_t find_break(const Decoder *decoder, uint32_t at, uint32_t end)
{
    while (at < end && break_length(decoder, at) == 0) {
        at++;
    }
    return at;
}

static uint32_t pass_blanks(const Decoder *decoder, uint32_t at)
{
    while (at < decoder->end && is_blank(decoder->text[at])) {
        at++;
    }
    return at;
}

/* LS and PS stay what they are, all other breaks are newlines. */
static void emit_break(Decoder *decoder, uint32_t at, CfnSpan from)
{
    if (break_length(decoder, at) == 3) {
        emit(decoder, decoder->text + at, 3, from);
    } else {
        emit(decoder, "\n", 1, from);
    }
}

/* Each break of GAP counts, and comes from itself and the white space behind it. */
static void keep_breaks(Decoder *decoder, CfnSpan gap)
{
    uint32_t at = find_break(decoder, gap.start, gap.end);
    while (at < gap.end) {
        uint32_t next = find_break(decoder, at + break_length(decoder, at), gap.end);
        emit_break(decoder, at, (CfnSpan){ at, next });
        at = next;
    }
}

/* One break of GAP is a space, of several the first is lost; all come from the whole gap. */
static void fold_breaks(Decoder *decoder, CfnSpan gap)
{
    uint32_t at = find_break(decoder, gap.start, gap.end);
    uint32_t length = break_length(decoder, at);
    if (length == 3) {
        keep_breaks(decoder, gap);
        return;
    }
    at = find_break(decoder, at + length, gap.end);
    if (at == gap.end) {
        emit(decoder, " ", 1, gap);
    }
    while (at < gap.end) {
        emit_break(decoder, at, gap);
        at = find_break(decoder, at + break_length(decoder, at), gap.end);
    }
}

/* The end of the white space and breaks from AT on. */
static uint32_t gap_end(const Decoder *decoder, uint32_t at)
{
    for (;;) {
        at = pass_blanks(decoder, at);
        uint32_t length = break_length(decoder, at);
        if (length == 0) {
            return at;
        }
        at += length;
    }
}

/* White space inside a flow scalar: as it is within a line, folded over line ends. */
static uint32_t decode_gap(Decoder *decoder, uint32_t at)
{
    CfnSpan gap = { at, gap_end(decoder, at) };
    if (pass_blanks(decoder, at) == gap.end) {
        copy(decoder, gap.start, gap.end);
    } else {
        fold_breaks(decoder, gap);
    }
    return gap.end;
}

static const struct {
    char letter;
    gunichar code;
} simple_escapes[] = {
    { '0', 0x00 }, { 'a', 0x07 },  { 'b', 0x08 }, { 't', 0x09 }, { '\t', 0x09 },  { 'n', 0x0a },
    { 'v', 0x0b }, { 'f', 0x0c },  { 'r', 0x0d }, { 'e', 0x1b }, { ' ', 0x20 },   { '"', 0x22 },
    { '/', 0x2f }, { '\\', 0x5c }, { 'N', 0x85 }, { '_', 0xa0 }, { 'L', 0x2028 }, { 'P', 0x2029 },
};

static bool read_hex(const Decoder *decoder, uint32_t at, uint32_t digits, gunichar *code)
{
    if (decoder->end - at < digits) {
        return false;
    }
    *code = 0;
    for (uint32_t i = 0; i < digits; i++) {
        int value = g_ascii_xdigit_value(decoder->text[at + i]);
        if (value < 0) {
            return false;
        }
        *code = *code << 4 | (gunichar)value;
    }
    return true;
}

/* JSON spells characters outside the basic plane as two escapes, which libyaml refuses. */
static uint32_t join_surrogates(const Decoder *decoder, uint32_t at, gunichar *code)
{
    gunichar low;
    bool is_pair = *code >= 0xd800 && *code <= 0xdbff && decoder->end - at >= 12 &&
                   decoder->text[at + 6] == '\\' && decoder->text[at + 7] == 'u' &&
                   read_hex(decoder, at + 8, 4, &low) && low >= 0xdc00 && low <= 0xdfff;
    if (!is_pair) {
        return 6;
    }
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return 12;
}

/* The length of the escape whose backslash is at AT, 0 if it is none. */
static uint32_t read_escape(const Decoder *decoder, uint32_t at, gunichar *code)
{
    if (decoder->end - at < 2) {
        return 0;
    }
    char letter = decoder->text[at + 1];
    switch (letter) {
    case 'x':
        return read_hex(decoder, at + 2, 2, code) ? 4 : 0;
    case 'u':
        return read_hex(decoder, at + 2, 4, code) ? join_surrogates(decoder, at, code) : 0;
    case 'U':
        return read_hex(decoder, at + 2, 8, code) ? 10 : 0;
    default:
        for (size_t i = 0; i < G_N_ELEMENTS(simple_escapes); i++) {
            if (simple_escapes[i].letter == letter) {
                *code = simple_escapes[i].code;
                return 2;
            }
        }
        return 0;
    }
}

static uint32_t decode_escape(Decoder *decoder, uint32_t at)
{
    uint32_t line_break = break_length(decoder, at + 1);
    if (line_break > 0) {
        /* Neither the break nor the next line's indentation counts, only blank lines between. */
        uint32_t start = at + 1 + line_break;
        CfnSpan gap = { start, gap_end(decoder, start) };
        keep_breaks(decoder, gap);
        return gap.end;
    }
    gunichar code;
    uint32_t length = read_escape(decoder, at, &code);
    if (length == 0 || !g_unichar_validate(code)) {
        copy(decoder, at, at + 1);
        return at + 1;
    }
    char utf8[6];
    emit(decoder, utf8, (size_t)g_unichar_to_utf8(code, utf8), (CfnSpan){ at, at + length });
    return at + length;
}

/* Two quotes are one. */
static uint32_t decode_quote(Decoder *decoder, uint32_t at)
{
    uint32_t length = decoder->end - at > 1 && decoder->text[at + 1] == '\'' ? 2 : 1;
    emit(decoder, "'", 1, (CfnSpan){ at, at + length });
    return at + length;
}

/* A flow scalar's inside up to the decoder's end; ESCAPE is the byte an escape begins with. */
static void decode_flow(Decoder *decoder, uint32_t at, char escape)
{
    while (at < decoder->end) {
        char byte = decoder->text[at];
        if (byte == escape) {
            at = escape == '\\' ? decode_escape(decoder, at) : decode_quote(decoder, at);
        } else if (is_blank(byte) || break_length(decoder, at) > 0) {
            at = decode_gap(decoder, at);
        } else {
            uint32_t start = at;
            do {
                at++;
            } while (at < decoder->end && !is_blank(decoder->text[at]) &&
                     decoder->text[at] != escape && break_length(decoder, at) == 0);
            copy(decoder, start, at);
        }
    }
}

typedef struct {
    bool folded;
    char chomping;   /* '-', '+', or 0 to clip */
    uint32_t indent; /* 0: to be detected */
    uint32_t body;   /* where the next line begins */
} BlockHeader;

static BlockHeader read_header(const Decoder *decoder, uint32_t at, uint32_t parent_indent)
{
    BlockHeader header = { .folded = at < decoder->end && decoder->text[at] == '>' };
    for (at++; at < decoder->end; at++) {
        char byte = decoder->text[at];
        if (byte == '-' || byte == '+') {
            header.chomping = byte;
        } else if (g_ascii_isdigit(byte)) {
            header.indent = parent_indent + (uint32_t)(byte - '0');
        } else {
            break;
        }
    }
    at = find_break(decoder, MIN(at, decoder->end), decoder->end);
    header.body = at + break_length(decoder, at);
    return header;
}

/* How many spaces stand at AT, at most LIMIT. */
static uint32_t count_spaces(const Decoder *decoder, uint32_t at, uint32_t limit)
{
    uint32_t count = 0;
    while (count < limit && at + count < decoder->end && decoder->text[at + count] == ' ') {
        count++;
    }
    return count;
}

static uint32_t detect_indent(const Decoder *decoder, uint32_t at, uint32_t parent_indent)
{
    uint32_t widest = parent_indent + 1;
    for (;;) {
        uint32_t column = count_spaces(decoder, at, UINT32_MAX);
        uint32_t length = break_length(decoder, at + column);
        widest = MAX(widest, column);
        if (length == 0) {
            return widest;
        }
        at += column + length;
    }
}

/* Passes blank lines from the line start AT on, to the end of the last one's break. CONTENT is
   where the line behind them has its content, CFN_NOWHERE if it is not indented enough. */
static uint32_t pass_blank_lines(const Decoder *decoder, uint32_t at, uint32_t indent,
                                 uint32_t *content)
{
    for (;;) {
        uint32_t column = count_spaces(decoder, at, indent);
        uint32_t length = break_length(decoder, at + column);
        if (length == 0) {
            bool is_content = column == indent && at + column < decoder->end;
            *content = is_content ? at + column : CFN_NOWHERE;
            return at;
        }
        at += column + length;
    }
}

static void decode_block(Decoder *decoder, uint32_t at, uint32_t parent_indent)
{
    BlockHeader header = read_header(decoder, at, parent_indent);
    uint32_t indent =
        header.indent != 0 ? header.indent : detect_indent(decoder, header.body, parent_indent);
    uint32_t content;
    CfnSpan gap = { header.body, pass_blank_lines(decoder, header.body, indent, &content) };
    bool has_line = false;
    bool was_blank = false; /* the line before begins with white space: "more indented" */
    while (content != CFN_NOWHERE) {
        bool begins_blank = is_blank(decoder->text[content]);
        gap.end = content;
        if (header.folded && has_line && !was_blank && !begins_blank) {
            fold_breaks(decoder, gap);
        } else {
            keep_breaks(decoder, gap);
        }
        gap.start = find_break(decoder, content, decoder->end);
        copy(decoder, content, gap.start);
        has_line = true;
        was_blank = begins_blank;
        uint32_t next = gap.start + break_length(decoder, gap.start);
        gap.end = pass_blank_lines(decoder, next, indent, &content);
    }
    if (header.chomping == 0) {
        gap.end = has_line ? gap.start + break_length(decoder, gap.start) : gap.start;
    }
    if (header.chomping != '-') {
        keep_breaks(decoder, gap);
    }
}

void cfn_scalar_decode(const CfnSource *source, const CfnNode *scalar, uint32_t parent_indent,
                       GString *out, GArray *map)
{
    Decoder decoder = { source->text, scalar->span.end, out, map };
    switch ((CfnStyle)scalar->style) {
    case CFN_LITERAL:
    case CFN_FOLDED:
        decoder.end = source->length;
        decode_block(&decoder, cfn_node_content(scalar), parent_indent);
        break;
    case CFN_SINGLE_QUOTED:
        decoder.end--;
        decode_flow(&decoder, cfn_node_content(scalar) + 1, '\'');
        break;
    case CFN_DOUBLE_QUOTED:
        decoder.end--;
        decode_flow(&decoder, cfn_node_content(scalar) + 1, '\\');
        break;
    default:
        decode_flow(&decoder, cfn_node_content(scalar), '\0');
        break;
    }
}

static uint32_t enclosing_indent(const CfnSource *source, const CfnNode *node)
{
    const CfnNode *parent = node->parent;
    while (parent != NULL && parent->style != CFN_BLOCK) {
        parent = parent->parent;
    }
    return parent == NULL
               ? 0
               : cfn_node_content(parent) - cfn_source_line_start(source, cfn_node_content(parent));
}

GArray *cfn_scalar_map(const CfnSource *source, const CfnNode *scalar)
{
    GArray *map = g_array_sized_new(FALSE, FALSE, sizeof(CfnSpan), scalar->length);
    g_autoptr(GString) text = g_string_sized_new(scalar->length);
    cfn_scalar_decode(source, scalar, enclosing_indent(source, scalar), text, map);
    return map;
}

/* What a reader would refuse or take for a line break when it stood for itself. */
static bool must_escape(gunichar code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           code == 0xfeff || code == 0xfffe || code == 0xffff;
}

static void escape_code(GString *out, gunichar code)
{
    static const char letters[] = "btn?fr"; /* 0x08 to 0x0d; JSON has no \v */
    if (code >= 0x08 && code <= 0x0d && code != 0x0b) {
        g_string_append_c(out, '\\');
        g_string_append_c(out, letters[code - 0x08]);
    } else {
        g_string_append_printf(out, "\\u%04x", code);
    }
}

void cfn_scalar_escape_double(GString *out, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        gunichar code = *text == '\0' ? 0 : g_utf8_get_char_validated(text, end - text);
        bool is_valid = code != (gunichar)-1 && code != (gunichar)-2;
        const char *next = is_valid ? g_utf8_next_char(text) : text + 1;
        if (*text == '"' || *text == '\\') {
            g_string_append_c(out, '\\');
        }
        if (is_valid && must_escape(code)) {
            escape_code(out, code);
        } else {
            g_string_append_len(out, text, next - text);
        }
        text = next;
    }
}

void cfn_scalar_escape_single(GString *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'') {
            g_string_append_c(out, '\'');
        }
        g_string_append_c(out, text[i]);
    }
}
