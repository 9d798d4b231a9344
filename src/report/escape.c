/*
 * Text from templates and file names, made harmless for a terminal and the log of a CI job.
 */
#include "report/escape.h"

#include <stdbool.h>
#include <string.h>

/* What is no character and never will be; XML refuses some of it. */
static bool is_noncharacter(gunichar character)
{
    return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
}

/* Controls, and what is invisible or changes the direction: Unicode's categories Cc, Cf, Zl, Zp. */
static bool is_harmful(gunichar character)
{
    if (is_noncharacter(character)) {
        return true;
    }
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return false;
    }
}

static void spell_out(GString *out, gunichar character)
{
    if (character < 0x80) {
        g_string_append_printf(out, "\\x%02x", character);
    } else if (character <= 0xffff) {
        g_string_append_printf(out, "\\u%04x", character);
    } else {
        g_string_append_printf(out, "\\U%08x", character);
    }
}

/* Whether the byte at TEXT is part of the lines that a text is made of. */
static bool is_layout(const char *text, const char *end)
{
    return *text == '\n' || *text == '\t' || (*text == '\r' && text + 1 < end && text[1] == '\n');
}

/* Whether "##[", "##vso[" or the like is at TEXT. */
static bool is_order(const char *text, const char *end)
{
    if (end - text < 3 || text[0] != '#' || text[1] != '#') {
        return false;
    }
    text += 2;
    while (text < end && g_ascii_isalpha(*text)) {
        text++;
    }
    return text < end && *text == '[';
}

static void escape(GString *out, const char *text, gsize length, bool keep_layout)
{
    const char *end = text + length;
    while (text < end) {
        if (is_order(text, end)) {
            g_string_append(out, "#\\x23");
            text += 2;
            continue;
        }
        if ((*text >= ' ' && *text < 0x7f) || (keep_layout && is_layout(text, end))) {
            g_string_append_c(out, *text++);
            continue;
        }
        gunichar character = g_utf8_get_char_validated(text, end - text);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02x", (guint8)*text++);
            continue;
        }
        const char *next = g_utf8_next_char(text);
        if (is_harmful(character)) {
            spell_out(out, character);
        } else {
            g_string_append_len(out, text, next - text);
        }
        text = next;
    }
}

void cfn_escape_line(GString *out, const char *text, gsize length)
{
    escape(out, text, length, false);
}

void cfn_escape_start(GString *out, const char *text)
{
    const char *at = text;
    while (g_ascii_isspace(*at) || (*at & 0x80) != 0) {
        at++;
    }
    cfn_escape_line(out, text, (gsize)(at - text));
    if (g_str_has_prefix(at, "::")) {
        spell_out(out, ':');
        at++;
    }
    cfn_escape_line(out, at, strlen(at));
}

void cfn_escape_text(GString *out, const char *text, gsize length)
{
    escape(out, text, length, true);
}
