/*
 * The guard at the door (what may be scanned at all), and the places of a text.
 */
#define _GNU_SOURCE 1 /* memrchr */
#include "text/source.h"

#include <stdarg.h>
#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static bool is_control(unsigned char byte)
{
    return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
}

/* A byte order mark of UTF-16, or a first character whose other half is NUL. */
static bool looks_like_utf16(const CfnSource *source)
{
    if (source->length < 2) {
        return false;
    }
    const unsigned char a = (unsigned char)source->text[0];
    const unsigned char b = (unsigned char)source->text[1];
    return (a == 0xFF && b == 0xFE) || (a == 0xFE && b == 0xFF) || (a == 0) != (b == 0);
}

enum { SEEN_TAB = 1, SEEN_RETURN = 2, SEEN_HASH = 4, SEEN_OTHER = 8 };

/* Which bytes there are beside ASCII's printable ones and newlines. No branch in the loop: the
   compiler looks at many bytes at once. */
static unsigned look_through(const char *text, uint32_t length)
{
    unsigned char seen = 0;
    for (uint32_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        const bool is_tab = byte == '\t', is_return = byte == '\r';
        const bool is_space = is_tab | is_return | (byte == '\n');
        const bool is_other = (!is_space & (byte < 0x20)) | (byte >= 0x7F);
        seen |= (unsigned char)(is_tab * SEEN_TAB + is_return * SEEN_RETURN +
                                (byte == '#') * SEEN_HASH + is_other * SEEN_OTHER);
    }
    return seen;
}

static bool check_text(CfnSource *source, GError **error)
{
    const unsigned seen = look_through(source->text, source->length);
    source->has_tabs = (seen & SEEN_TAB) != 0;
    source->has_returns = (seen & SEEN_RETURN) != 0;
    source->has_hashes = (seen & SEEN_HASH) != 0;
    source->is_ascii = (seen & SEEN_OTHER) == 0;
    if (source->is_ascii) {
        return true;
    }
    if (looks_like_utf16(source)) {
        return cfn_source_error(source, 0, error, CFN_ERROR_ENCODING,
                                "the text is UTF-16, save it as UTF-8");
    }
    const char *stop = NULL;
    const bool valid = g_utf8_validate_len(source->text, source->length, &stop);
    const uint32_t end = (uint32_t)(stop - source->text);
    for (uint32_t i = 0; i < end + (end < source->length); i++) {
        const unsigned char byte = (unsigned char)source->text[i];
        if (is_control(byte)) {
            return cfn_source_error(source, i, error, CFN_ERROR_ENCODING,
                                    "control byte 0x%02x in the text", byte);
        }
    }
    return valid || cfn_source_error(source, end, error, CFN_ERROR_ENCODING,
                                     "the text is not UTF-8 (byte 0x%02x)",
                                     (unsigned char)source->text[end]);
}

CfnSource *cfn_source_new(const char *path, GBytes *bytes, size_t limit, GError **error)
{
    gsize size = 0;
    const char *text = g_bytes_get_data(bytes, &size);
    limit = MIN(limit, CFN_SOURCE_HARD_LIMIT);
    if (size > limit) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_SIZE, "%s: larger than %zu bytes", path, limit);
        return NULL;
    }
    g_autoptr(CfnSource) source = g_new0(CfnSource, 1);
    source->path = g_strdup(path);
    source->bytes = g_bytes_ref(bytes);
    source->text = text != NULL ? text : "";
    source->length = (uint32_t)size;
    if (size >= 3 && memcmp(source->text, byte_order_mark, 3) == 0) {
        source->start = 3;
    }
    if (!check_text(source, error)) {
        return NULL;
    }
    return g_steal_pointer(&source);
}

void cfn_source_free(CfnSource *source)
{
    if (source == NULL) {
        return;
    }
    g_free(source->path);
    g_bytes_unref(source->bytes);
    if (source->lines != NULL) {
        g_array_unref(source->lines);
    }
    g_free(source);
}

static void index_lines(CfnSource *source)
{
    source->lines = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t line = source->start;
    g_array_append_val(source->lines, line);
    while (line < source->length) {
        const char *newline = memchr(source->text + line, '\n', source->length - line);
        if (newline == NULL) {
            break;
        }
        line = (uint32_t)(newline - source->text) + 1;
        g_array_append_val(source->lines, line);
    }
}

/* The number of the last line that starts at or before OFFSET, from 0. */
static guint find_line(const GArray *lines, uint32_t offset)
{
    guint low = 0;
    guint high = lines->len;
    while (high - low > 1) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(lines, uint32_t, middle) <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

CfnPlace cfn_source_place(CfnSource *source, uint32_t offset)
{
    if (source->lines == NULL) {
        index_lines(source);
    }
    offset = MIN(offset, source->length);
    const guint line = find_line(source->lines, offset);
    const uint32_t start = g_array_index(source->lines, uint32_t, line);
    CfnPlace place = { .line = line + 1, .column = 1 };
    if (source->is_ascii) {
        place.column += offset - start;
        return place;
    }
    for (uint32_t i = start; i < offset; i++) {
        place.column += ((unsigned char)source->text[i] & 0xC0) != 0x80;
    }
    return place;
}

uint32_t cfn_source_line_start(const CfnSource *source, uint32_t offset)
{
    if (offset <= source->start) {
        return source->start;
    }
    const char *line = source->text + source->start;
    const char *newline = memrchr(line, '\n', MIN(offset, source->length) - source->start);
    return newline == NULL ? source->start : (uint32_t)(newline - source->text) + 1;
}

/* The offset of the "\n" that ends the line of OFFSET, or the end of the text. */
static uint32_t find_newline(const CfnSource *source, uint32_t offset)
{
    if (offset >= source->length) {
        return source->length;
    }
    const char *newline = memchr(source->text + offset, '\n', source->length - offset);
    return newline == NULL ? source->length : (uint32_t)(newline - source->text);
}

uint32_t cfn_source_line_end(const CfnSource *source, uint32_t offset)
{
    const uint32_t newline = find_newline(source, offset);
    const bool has_return =
        newline < source->length && newline > source->start && source->text[newline - 1] == '\r';
    return newline - has_return;
}

uint32_t cfn_source_next_line(const CfnSource *source, uint32_t offset)
{
    const uint32_t newline = find_newline(source, offset);
    return MIN(newline + 1, source->length);
}

const char *cfn_source_newline(const CfnSource *source, uint32_t offset)
{
    uint32_t newline = find_newline(source, offset);
    if (newline == source->length) {
        const uint32_t line = cfn_source_line_start(source, offset);
        if (line == source->start) {
            return "\n";
        }
        newline = line - 1;
    }
    return newline > source->start && source->text[newline - 1] == '\r' ? "\r\n" : "\n";
}

/* As memmem, but quick where the first byte is rare. */
bool cfn_source_contains(const CfnSource *source, const char *text)
{
    if (source->is_ascii) {
        return false;
    }
    const char *end = source->text + source->length;
    const size_t size = strlen(text);
    const char *at = memchr(source->text + source->start, text[0], source->length - source->start);
    while (at != NULL && (size_t)(end - at) >= size && memcmp(at, text, size) != 0) {
        at = memchr(at + 1, text[0], (size_t)(end - at) - 1);
    }
    return at != NULL && (size_t)(end - at) >= size;
}

/* A carriage return that no newline follows. */
static bool has_lone_return(const CfnSource *source)
{
    const char *end = source->text + source->length;
    const char *at = memchr(source->text, '\r', source->length);
    while (at != NULL && at + 1 < end && at[1] == '\n') {
        at = memchr(at + 1, '\r', (size_t)(end - at) - 1);
    }
    return at != NULL;
}

bool cfn_source_has_odd_breaks(const CfnSource *source)
{
    return (source->has_returns && has_lone_return(source)) ||
           cfn_source_contains(source, "\xC2\x85") || cfn_source_contains(source, "\xE2\x80\xA8") ||
           cfn_source_contains(source, "\xE2\x80\xA9");
}

bool cfn_source_error(CfnSource *source, uint32_t offset, GError **error, CfnErrorCode code,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const CfnPlace place = cfn_source_place(source, offset);
    g_set_error(error, CFN_ERROR, code, "%s:%u:%u: %s", source->path, place.line, place.column,
                message);
    return false;
}
