/*
 * Text from templates and file names, made harmless for a comment on GitHub.
 *
 * Character references never act as Markdown or HTML (CommonMark 0.31, 2.5), so they stand for all
 * that could. GitHub looks for names and references in the finished text, behind that; so an
 * invisible space parts the sign from the name, as Dependabot and Renovate do it. So it does in
 * code, too: GitHub looks for none there, but in the plain text of a mail that quotes it.
 */
#include "report/markdown_text.h"

#include <stdbool.h>
#include <string.h>

#include "report/escape.h"

/* Longer texts are cut. */
#define SHOWN 600

#define INVISIBLE_SPACE "&#8203;"

/* TEXT as one line without controls, cut if it is long. */
static GString *clean(const char *text)
{
    GString *line = g_string_new(NULL);
    cfn_escape_line(line, text, strlen(text));
    if (line->len > SHOWN) {
        const char *end = g_utf8_find_prev_char(line->str, line->str + SHOWN);
        g_string_truncate(line, (gsize)(end - line->str));
        g_string_append(line, "…");
    }
    return line;
}

/* A dash means something only where it comes first. */
static void append_character(GString *out, const char *at, bool is_first)
{
    if (strchr("\\`*_{}[]()<>#|&~@!$^+=", *at) != NULL || (*at == '-' && is_first)) {
        g_string_append_printf(out, "&#%d;", *at);
    } else {
        g_string_append_c(out, *at);
    }
}

/* Whether GitHub may see a name or reference that begins before AT and goes on behind it: @name,
   #1, GH-1. */
static bool is_reference(const char *text, const char *at)
{
    return *at == '@' || *at == '#' ||
           (*at == '-' && at - text >= 2 && g_ascii_strncasecmp(at - 2, "GH", 2) == 0);
}

/* Whether it may see an address that way: http://, www. */
static bool is_address(const char *text, const char *at)
{
    return (*at == ':' && at[1] == '/') ||
           (*at == '.' && at - text >= 3 && g_ascii_strncasecmp(at - 3, "www", 3) == 0);
}

void cfn_markdown_text(GString *out, const char *text)
{
    g_autoptr(GString) line = clean(text);
    for (const char *at = line->str; *at != '\0'; at++) {
        append_character(out, at, at == line->str);
        if (is_reference(line->str, at) || is_address(line->str, at)) {
            g_string_append(out, INVISIBLE_SPACE);
        }
    }
}

void cfn_markdown_code(GString *out, const char *text)
{
    g_string_append(out, "<code>");
    cfn_markdown_text(out, text);
    g_string_append(out, "</code>");
}

static guint longest_run(const char *text, char character)
{
    guint longest = 0, run = 0;
    for (; *text != '\0'; text++) {
        run = *text == character ? run + 1 : 0;
        longest = MAX(longest, run);
    }
    return longest;
}

void cfn_markdown_fence(GString *out, const char *info, const char *text)
{
    g_autofree char *fence = g_strnfill(MAX(3, longest_run(text, '`') + 1), '`');
    g_string_append_printf(out, "%s%s\n%s", fence, info, text);
    if (text[0] != '\0' && !g_str_has_suffix(text, "\n")) {
        g_string_append_c(out, '\n');
    }
    g_string_append_printf(out, "%s\n", fence);
}

void cfn_markdown_repair(GString *out, const CfnTransform *transform)
{
    if (transform->url != NULL) {
        g_string_append_printf(out, "[%s](%s)", transform->id, transform->url);
    } else {
        g_string_append(out, transform->id);
    }
}

void cfn_markdown_finding(GString *out, const CfnFinding *finding)
{
    if (finding->logical_id != NULL) {
        cfn_markdown_code(out, finding->logical_id);
        g_string_append(out, ": ");
    }
    cfn_markdown_text(out, finding->message);
}
