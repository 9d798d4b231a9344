/*
 * A diff as a terminal should get it.
 */
#include "report/diff_view.h"

#include <string.h>

#include "report/escape.h"

/* The color of a line of a hunk, or NULL. */
static const char *color_of(char first)
{
    switch (first) {
    case '@':
        return "36";
    case '+':
        return "32";
    case '-':
        return "31";
    default:
        return NULL;
    }
}

static void append_line(GString *out, const char *line, size_t length, const char *color)
{
    if (color == NULL) {
        cfn_escape_text(out, line, length);
        return;
    }
    g_string_append_printf(out, "\x1b[%sm", color);
    cfn_escape_text(out, line, length);
    g_string_append(out, "\x1b[0m");
}

void cfn_diff_view(GString *out, const char *diff, bool color)
{
    bool is_hunk = false;
    while (*diff != '\0') {
        size_t length = strcspn(diff, "\n");
        size_t shown = length > 0 && diff[length - 1] == '\r' ? length - 1 : length;
        bool is_header = g_str_has_prefix(diff, "diff ");
        is_hunk = !is_header && (is_hunk || *diff == '@');
        append_line(out, diff, shown, !color ? NULL : is_hunk ? color_of(*diff) : "1");
        diff += length;
        if (*diff == '\n') {
            g_string_append_c(out, '\n');
            diff++;
        }
    }
}
