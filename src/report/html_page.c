/*
 * The page of an HTML report.
 *
 * Its policy (https://www.w3.org/TR/CSP3/) allows this one style and this one script, by their
 * hashes, and nothing from anywhere: so what a template might smuggle in does not run, and whoever
 * opens the page asks no one. The icon is an empty one, or browsers would look for another.
 */
#include "report/html_page.h"

#include <string.h>

#include "report/escape.h"
#include "report/html/begin.html.h"
#include "report/html/end.html.h"
#include "report/html/page.css.h"
#include "report/html/page.js.h"

/* "sha256-…" of TEXT, as a policy has it. g_free it. */
static char *hash(const char *text)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)text, -1);
    g_checksum_get_digest(checksum, digest, &length);
    g_autofree char *base64 = g_base64_encode(digest, length);
    return g_strdup_printf("sha256-%s", base64);
}

static const char *find_slot(const CfnHtmlSlot *slots, const char *name, gsize length)
{
    while (slots->name != NULL) {
        if (strlen(slots->name) == length && memcmp(slots->name, name, length) == 0) {
            return slots->value;
        }
        slots++;
    }
    return NULL;
}

/* Appends FRAME; each slot in it is in OWN or SLOTS. */
static void fill(GString *out, const char *frame, const CfnHtmlSlot *own, const CfnHtmlSlot *slots)
{
    const char *start;
    while ((start = strstr(frame, "{{")) != NULL) {
        const char *name = start + strlen("{{");
        const char *end = strstr(name, "}}");
        g_assert(end != NULL);
        const char *value = find_slot(own, name, (gsize)(end - name));
        value = value != NULL ? value : find_slot(slots, name, (gsize)(end - name));
        g_assert(value != NULL);
        g_string_append_len(out, frame, start - frame);
        g_string_append(out, value);
        frame = end + strlen("}}");
    }
    g_string_append(out, frame);
}

void cfn_html_begin(GString *out, const CfnHtmlSlot *slots)
{
    g_autofree char *style = hash(page_css);
    g_autofree char *script = hash(page_js);
    g_autofree char *policy =
        g_strdup_printf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; "
                        "base-uri 'none'; form-action 'none'",
                        style, script);
    const CfnHtmlSlot own[] = {
        { "policy", policy }, { "style", page_css }, { "version", CFN_VERSION }, { NULL, NULL }
    };
    fill(out, begin_html, own, slots);
}

void cfn_html_end(GString *out, const CfnHtmlSlot *slots)
{
    const CfnHtmlSlot own[] = { { "script", page_js }, { NULL, NULL } };
    fill(out, end_html, own, slots);
}

void cfn_html_text(GString *out, const char *text)
{
    g_autoptr(GString) line = g_string_new(NULL);
    cfn_escape_line(line, text, strlen(text));
    g_autofree char *escaped = g_markup_escape_text(line->str, (gssize)line->len);
    g_string_append(out, escaped);
}

void cfn_html_code(GString *out, const char *text)
{
    g_string_append(out, "<code>");
    cfn_html_text(out, text);
    g_string_append(out, "</code>");
}
