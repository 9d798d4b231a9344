/*
 * A page for people, for a whole run: files by folder, each with what was found and its diff, then
 * the sums with a chart, and a script that filters.
 *
 * What is told of a file goes out as its result comes, so nothing is kept but sums: those stand at
 * the end of the text, and the style shows them first. A browser that runs no script shows all but
 * the filters.
 */
#include "report/reporter.h"

#include <string.h>

#include "report/diff_view.h"
#include "report/html_page.h"
#include "report/html_sums.h"
#include "report/words.h"
#include "text/file.h"

/* Diffs for which there is no room are not shown: a browser should still open the page. */
#define DIFF_BYTES ((gsize)256 * 1024)
#define PAGE_BYTES ((gsize)64 * 1024 * 1024)
/* So many names of what becomes deletable are told. */
#define NAMES_SHOWN 100

typedef struct {
    CfnHtmlSums *sums; /* owned */
    char *folder;      /* of the file before; NULL if there is none; owned */
    gsize room;        /* bytes for diffs */
} CfnHtml;

/* ---- Entries: a finding, an error or a note ---- */

/* ATTRIBUTES begin with a blank, if there are any. */
static void append_start(GString *out, const CfnManner *manner, guint entry, const char *attributes)
{
    const char *name = cfn_html_entry_name(entry);
    g_string_append_printf(out, "<li data-state=\"%s\"%s><span class=\"state %s\">%s</span><p>",
                           name, attributes, name, cfn_html_entry_words(manner, entry));
}

static void append_line_number(GString *out, uint32_t line)
{
    if (line > 0) {
        g_string_append_printf(out, " <span class=\"about\">line %u</span>", line);
    }
}

static void append_reason(GString *out, const CfnFinding *finding)
{
    if (finding->reason == NULL) {
        return;
    }
    g_string_append(out, "<p class=\"fact\">Why: ");
    cfn_html_text(out, finding->reason);
    if (finding->state == CFN_NEEDS_CONSENT) {
        g_string_append(out, finding->forbidden ? " (consent is not taken with this profile)"
                                                : " (consent with <code>--unsafe-fixes</code>)");
    }
    g_string_append(out, "</p>");
}

static void append_effects(GString *out, const CfnFinding *finding)
{
    CfnEffects effects = cfn_html_effects(finding);
    if (effects == 0) {
        return;
    }
    g_autofree char *text = cfn_effects_text(effects);
    g_string_append_printf(out, "<p class=\"fact\">Deploying it: %s%s</p>", text,
                           (effects & CFN_EFFECT_DATA_DELETABLE) != 0
                               ? ". <strong>Its data can be deleted then</strong>"
                               : "");
}

static void append_finding(GString *out, const CfnManner *manner, const CfnResult *result,
                           const CfnFinding *finding)
{
    const char *id = finding->transform->id;
    g_autofree char *effects = cfn_effects_text(cfn_html_effects(finding));
    g_autofree char *attributes =
        g_strdup_printf(" data-repair=\"%s\" data-effects=\"%s\"", id, effects);
    append_start(out, manner, finding->state, attributes);
    g_string_append_printf(out, "<strong>%s</strong>", id);
    append_line_number(out, finding->start.line);
    if (!cfn_result_touches(result, finding)) {
        g_string_append(out, " <span class=\"about\">(not on changed lines)</span>");
    }
    g_string_append(out, "</p><p>");
    if (finding->logical_id != NULL) {
        cfn_html_code(out, finding->logical_id);
        g_string_append(out, ": ");
    }
    cfn_html_text(out, finding->message);
    g_string_append(out, "</p>");
    append_reason(out, finding);
    append_effects(out, finding);
    g_string_append(out, "</li>\n");
}

static void tell_message(CfnHtml *page, GString *out, const CfnManner *manner, CfnEntry entry,
                         uint32_t line, const char *message)
{
    cfn_html_sums_add(page->sums, entry);
    append_start(out, manner, entry, "");
    cfn_html_text(out, message);
    append_line_number(out, line);
    g_string_append(out, "</p></li>\n");
}

static void tell_error(CfnHtml *page, GString *out, const CfnManner *manner,
                       const CfnResult *result)
{
    CfnPlace place;
    const char *message = cfn_result_error(result, &place);
    tell_message(page, out, manner, CFN_ENTRY_ERROR, place.line, message);
}

/* Of a file that is not left alone. */
static void tell_outcome(CfnHtml *page, GString *out, const CfnManner *manner,
                         const CfnResult *result)
{
    const CfnOutcome *outcome = result->outcome;
    for (guint i = 0; i < outcome->findings->len; i++) {
        cfn_html_sums_add_finding(page->sums, outcome->findings->pdata[i]);
        append_finding(out, manner, result, outcome->findings->pdata[i]);
    }
    for (guint i = 0; i < outcome->notices->len; i++) {
        const CfnNotice *notice = outcome->notices->pdata[i];
        tell_message(page, out, manner, CFN_ENTRY_NOTE, notice->place.line, notice->message);
    }
    if (outcome->readers == CFN_READER_LIBYAML && result->verdict == CFN_VERDICT_CHANGED) {
        tell_message(page, out, manner, CFN_ENTRY_NOTE, 0, CFN_WORDS_ONE_READER);
    }
}

/* ---- Diffs ---- */

static const char *element_of(char first)
{
    switch (first) {
    case '@':
        return "b";
    case '-':
        return "del";
    case '+':
        return "ins";
    default:
        return "span";
    }
}

/* The hunks of DIFF, each line an element that its first character says; those that both texts have
   share one. */
static void append_hunks(GString *out, const char *diff)
{
    const char *open = NULL;
    while (*diff != '\0') {
        size_t length = strcspn(diff, "\n") + 1;
        length = MIN(length, strlen(diff));
        const char *element = element_of(*diff);
        g_autofree char *line = g_markup_escape_text(diff, (gssize)length);
        if (open != element || *element != 's') {
            g_string_append_printf(out, open != NULL ? "</%s><%s>" : "%s<%s>",
                                   open != NULL ? open : "", element);
        }
        g_string_append(out, line);
        open = element;
        diff += length;
    }
    if (open != NULL) {
        g_string_append_printf(out, "</%s>", open);
    }
}

/* What stands before the hunks names the file only. */
static const char *skip_names(const char *diff)
{
    const char *hunk = strstr(diff, "\n@@");
    return hunk != NULL ? hunk + 1 : "";
}

static void tell_diff(CfnHtml *page, GString *out, const CfnResult *result)
{
    g_autoptr(GString) text = g_string_new(NULL);
    cfn_diff_view(text, skip_names(result->diff), false);
    g_string_append(out, "<details><summary>Diff</summary>");
    if (text->len > MIN(DIFF_BYTES, page->room)) {
        g_string_append(out, "<p>It is too long for this page. <code>--patch FILE</code> writes "
                             "it.</p>");
    } else {
        page->room -= text->len;
        g_string_append(out,
                        result->hides ? "<p class=\"fact\">******** stands for a secret.</p>" : "");
        g_string_append(out, "<pre>");
        append_hunks(out, text->str);
        g_string_append(out, "</pre>");
    }
    g_string_append(out, "</details>\n");
}

/* ---- Files ---- */

static bool has_something(const CfnResult *result)
{
    switch (result->verdict) {
    case CFN_VERDICT_ERROR:
    case CFN_VERDICT_CHANGED:
        return true;
    case CFN_VERDICT_NOT_TEMPLATE:
        return false;
    case CFN_VERDICT_UNCHANGED:
        break;
    }
    return result->outcome->findings->len + result->outcome->notices->len > 0;
}

/* A heading where the folder is another than before. */
static void enter_folder(CfnHtml *page, GString *out, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_strcmp0(folder, page->folder) == 0) {
        return;
    }
    g_string_append(out, page->folder != NULL ? "</section>\n" : "");
    g_string_append(out, "<section class=\"folder\"><h3>");
    cfn_html_code(out, folder);
    g_string_append(out, "</h3>\n");
    g_free(page->folder);
    page->folder = g_steal_pointer(&folder);
}

/* The name stands out from its folder, which the heading above has, too. */
static void append_path(GString *out, const char *path)
{
    const char *name = cfn_path_name(path);
    g_autofree char *folder = g_strndup(path, (gsize)(name - path));
    g_string_append(out, "<code>");
    if (folder[0] != '\0') {
        g_string_append(out, "<span class=\"about\">");
        cfn_html_text(out, folder);
        g_string_append(out, "</span>");
    }
    cfn_html_text(out, name);
    g_string_append(out, "</code>");
}

static void append_headline(GString *out, const CfnManner *manner, const CfnResult *result)
{
    g_autofree char *states = cfn_words_result(manner, result);
    g_string_append(out, "<article><h4>");
    append_path(out, result->path);
    g_string_append_printf(out, " <small>%s</small></h4>\n", states);
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    CfnHtml *page = state;
    if (!has_something(result)) {
        return;
    }
    enter_folder(page, out, result->path);
    append_headline(out, manner, result);
    gsize before = out->len;
    g_string_append(out, "<ul class=\"results\">\n");
    gsize empty = out->len;
    if (result->verdict == CFN_VERDICT_ERROR) {
        tell_error(page, out, manner, result);
    } else {
        tell_outcome(page, out, manner, result);
    }
    if (out->len > empty) {
        g_string_append(out, "</ul>\n");
    } else {
        g_string_truncate(out, before);
    }
    if (result->diff != NULL) {
        tell_diff(page, out, result);
    }
    g_string_append(out, "</article>\n");
}

/* ---- The whole ---- */

static gpointer begin(const CfnManner *manner, GString *out)
{
    CfnHtml *page = g_new0(CfnHtml, 1);
    page->sums = cfn_html_sums_new();
    page->room = PAGE_BYTES;
    const char *mode = !manner->dry_run    ? "Changed templates were written."
                       : manner->is_staged ? "Dry run over the index: no template was written."
                                           : "Dry run: no template was written.";
    const CfnHtmlSlot slots[] = { { "mode", mode }, { NULL, NULL } };
    cfn_html_begin(out, slots);
    return page;
}

static void append_affected(GString *out, const char *what, const GPtrArray *affected)
{
    if (affected->len == 0) {
        return;
    }
    g_string_append_printf(out,
                           "<details class=\"affected\"><summary><strong>%c%s</strong> %u %s"
                           "</summary><ul>\n",
                           g_ascii_toupper(what[0]), what + 1, affected->len,
                           affected->len == 1 ? "resource" : "resources");
    for (guint i = 0; i < MIN(affected->len, NAMES_SHOWN); i++) {
        g_string_append(out, "<li>");
        cfn_html_code(out, affected->pdata[i]);
        g_string_append(out, "</li>\n");
    }
    if (affected->len > NAMES_SHOWN) {
        g_string_append_printf(out, "<li>and %u more: see their effect below</li>\n",
                               affected->len - NAMES_SHOWN);
    }
    g_string_append(out, "</ul></details>\n");
}

/* What is told below the headline. g_free it. */
static char *tell_totals(const CfnManner *manner, const CfnTotals *totals)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < CFN_TOTALS_EFFECTS; i++) {
        append_affected(out, cfn_words_affected(manner, i), totals->affected[i]);
    }
    if (totals->accepted > 0) {
        g_string_append_printf(out, "<p class=\"about\">%u accepted by the baseline.</p>",
                               totals->accepted);
    }
    return g_string_free(out, FALSE);
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    CfnHtml *page = state;
    g_autofree char *sums = cfn_words_sums(manner, totals);
    g_autofree char *affected = tell_totals(manner, totals);
    g_autofree char *repairs = cfn_html_sums_repairs(page->sums, manner);
    g_autofree char *states = cfn_html_sums_states(page->sums, manner);
    g_autofree char *effects = cfn_html_sums_effects(page->sums);
    const CfnHtmlSlot slots[] = {
        { "sums", sums },     { "affected", affected }, { "repairs", repairs },
        { "states", states }, { "effects", effects },   { NULL, NULL },
    };
    g_string_append(out, page->folder != NULL ? "</section>\n" : "");
    cfn_html_end(out, slots);
    cfn_html_sums_free(page->sums);
    g_free(page->folder);
    g_free(page);
}

const CfnReporter cfn_reporter_html = {
    .name = "html",
    .needs = CFN_NEEDS_DIFF,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
