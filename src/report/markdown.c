/*
 * A comment on a pull request: the sums, then for each file what was repaired and what was not, as
 * tables, and the diff, folded.
 *
 * The headline has sums that are known last, so everything is kept until then, as far as it fits
 * into a comment.
 */
#include "report/reporter.h"

#include "report/diff_view.h"
#include "report/markdown_text.h"
#include "report/words.h"

/* For the headline and what stands at the end: what was left out, and where to read on. */
#define RESERVED 6144
#define TOLD_LAST 512
/* So many names of what becomes deletable are told. */
#define NAMES_SHOWN 5

typedef struct {
    GString *sections; /* of files; owned */
    GString *errors;   /* a list; owned */
    guint left_out;    /* files that have no section, for lack of room */
    guint errors_left_out;
} CfnMarkdown;

static gpointer begin(const CfnManner *manner, GString *out)
{
    CfnMarkdown *document = g_new0(CfnMarkdown, 1);
    document->sections = g_string_new(NULL);
    document->errors = g_string_new(NULL);
    return document;
}

/* Whether MORE bytes fit, too. */
static bool has_room(const CfnMarkdown *document, gsize more)
{
    return document->sections->len + document->errors->len + more <= CFN_MARKDOWN_LIMIT - RESERVED;
}

/* ---- Tables ---- */

static void append_start(GString *out, const CfnFinding *finding)
{
    g_string_append_printf(out, "| %u | ", finding->start.line);
    cfn_markdown_repair(out, finding->transform);
    g_string_append(out, " | ");
    cfn_markdown_finding(out, finding);
    g_string_append(out, " | ");
}

static void append_reason(GString *out, const CfnFinding *finding)
{
    if (finding->reason != NULL) {
        cfn_markdown_text(out, finding->reason);
    }
}

static void append_fixed(GString *out, const CfnManner *manner, const CfnFinding *finding)
{
    g_autofree char *effects = cfn_effects_text(finding->effects);
    append_start(out, finding);
    g_string_append(out, effects);
    if ((finding->effects & CFN_EFFECT_DATA_DELETABLE) != 0) {
        g_string_append(out, ": **its data can be deleted then**");
    }
    g_string_append(out, " |\n");
}

static void append_asking(GString *out, const CfnManner *manner, const CfnFinding *finding)
{
    g_autofree char *effects = cfn_effects_text(finding->effects);
    append_start(out, finding);
    append_reason(out, finding);
    g_string_append_printf(out, " | %s | %s |\n", effects,
                           !finding->forbidden ? "`--unsafe-fixes`" : "not with this profile");
}

static void append_unfixable(GString *out, const CfnManner *manner, const CfnFinding *finding)
{
    append_start(out, finding);
    append_reason(out, finding);
    g_string_append(out, " |\n");
}

typedef struct {
    const char *title, *title_of_dry_run;
    const char *head;
    void (*append)(GString *out, const CfnManner *manner, const CfnFinding *finding);
} CfnMarkdownTable;

static const CfnMarkdownTable tables[] = {
    [CFN_FIXED] = { "Fixed", "Would be fixed",
                    "| line | repair | what | deploying it |\n|--:|---|---|---|\n", append_fixed },
    [CFN_NEEDS_CONSENT] = { "Needs consent", "Needs consent",
                            "| line | repair | what | why | deploying it | how to consent |\n"
                            "|--:|---|---|---|---|---|\n",
                            append_asking },
    [CFN_CANNOT_FIX] = { "Cannot be fixed", "Cannot be fixed",
                         "| line | repair | what | why |\n|--:|---|---|---|\n", append_unfixable },
};

static void append_table(GString *out, const CfnManner *manner, const CfnResult *result,
                         CfnState state)
{
    const CfnMarkdownTable *table = &tables[state];
    const GPtrArray *findings = cfn_result_findings(result);
    bool has_head = false;
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = findings->pdata[i];
        if (finding->state != state) {
            continue;
        }
        if (!has_head) {
            g_string_append_printf(out, "**%s**\n\n%s",
                                   manner->dry_run ? table->title_of_dry_run : table->title,
                                   table->head);
            has_head = true;
        }
        table->append(out, manner, finding);
    }
    g_string_append(out, has_head ? "\n" : "");
}

static void append_notices(GString *out, const CfnResult *result)
{
    const GPtrArray *notices = result->outcome->notices;
    for (guint i = 0; i < notices->len; i++) {
        const CfnNotice *notice = notices->pdata[i];
        g_string_append_printf(out, "- line %u: ", notice->place.line);
        cfn_markdown_text(out, notice->message);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, notices->len > 0 ? "\n" : "");
}

/* ---- Files ---- */

static void append_diff(GString *out, const CfnResult *result)
{
    g_autoptr(GString) text = g_string_new(NULL);
    cfn_diff_view(text, result->diff, false);
    g_string_append(out, "<details><summary>the diff</summary>\n\n");
    cfn_markdown_fence(out, "diff", text->str);
    g_string_append(out, "\n</details>\n\n");
}

static GString *make_head(const CfnManner *manner, const CfnResult *result)
{
    g_autofree char *states = cfn_words_result(manner, result);
    GString *section = g_string_new("### ");
    cfn_markdown_code(section, result->path);
    g_string_append_printf(section, "%s%s\n\n", states[0] != '\0' ? ": " : "", states);
    return section;
}

/* What there is to tell of a file, in less and less words until it fits; NULL if nothing does. */
static GString *make_section(const CfnMarkdown *document, const CfnManner *manner,
                             const CfnResult *result)
{
    g_autoptr(GString) section = make_head(manner, result);
    gsize head = section->len;
    for (CfnState state = CFN_FIXED; state <= CFN_CANNOT_FIX; state++) {
        append_table(section, manner, result, state);
    }
    append_notices(section, result);
    gsize with_tables = section->len;
    if (result->diff != NULL) {
        append_diff(section, result);
    }
    if (!has_room(document, section->len)) {
        g_string_truncate(section, with_tables);
        g_string_append(section, "The diff is too long for this comment.\n\n");
    }
    if (!has_room(document, section->len)) {
        g_string_truncate(section, head);
        g_string_append(section, "What was found is too long for this comment.\n\n");
    }
    return has_room(document, section->len) ? g_steal_pointer(&section) : NULL;
}

static void tell_error(CfnMarkdown *document, const CfnResult *result)
{
    CfnPlace place;
    const char *message = cfn_result_error(result, &place);
    g_autoptr(GString) line = g_string_new("- ");
    cfn_markdown_code(line, result->path);
    if (place.line > 0) {
        g_string_append_printf(line, ", line %u", place.line);
    }
    g_string_append(line, ": ");
    cfn_markdown_text(line, message);
    g_string_append_c(line, '\n');
    if (has_room(document, line->len)) {
        g_string_append(document->errors, line->str);
    } else {
        document->errors_left_out++;
    }
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    CfnMarkdown *document = state;
    if (result->verdict == CFN_VERDICT_ERROR) {
        tell_error(document, result);
        return;
    }
    if (result->verdict == CFN_VERDICT_NOT_TEMPLATE ||
        result->outcome->findings->len + result->outcome->notices->len == 0) {
        return;
    }
    g_autoptr(GString) section = make_section(document, manner, result);
    if (section != NULL) {
        g_string_append(document->sections, section->str);
    } else {
        document->left_out++;
    }
}

/* ---- The whole ---- */

static void append_affected(GString *out, const char *what, const GPtrArray *affected)
{
    if (affected->len == 0) {
        return;
    }
    g_string_append_printf(out, "**%c%s** ", g_ascii_toupper(what[0]), what + 1);
    for (guint i = 0; i < MIN(affected->len, NAMES_SHOWN); i++) {
        g_string_append(out, i > 0 ? ", " : "");
        cfn_markdown_code(out, affected->pdata[i]);
    }
    if (affected->len > NAMES_SHOWN) {
        g_string_append_printf(out, " and %u more", affected->len - NAMES_SHOWN);
    }
    g_string_append(out, "\n\n");
}

/* Names that are so long that they leave no room are not told. */
static void append_headline(GString *out, const CfnManner *manner, const CfnTotals *totals)
{
    g_autofree char *sums = cfn_words_sums(manner, totals);
    g_string_append_printf(out, "## cfnfix: %s\n\n", sums);
    gsize length = out->len;
    for (guint i = 0; i < CFN_TOTALS_EFFECTS; i++) {
        append_affected(out, cfn_words_affected(manner, i), totals->affected[i]);
    }
    if (out->len > RESERVED - TOLD_LAST) {
        g_string_truncate(out, length);
    }
}

static void append_left_out(GString *out, guint count, const char *one, const char *many)
{
    if (count > 0) {
        g_string_append_printf(out, "%u more %s left out: a comment takes %d characters.\n\n",
                               count, count == 1 ? one : many, CFN_MARKDOWN_LIMIT);
    }
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    CfnMarkdown *document = state;
    append_headline(out, manner, totals);
    g_string_append(out, document->sections->str);
    append_left_out(out, document->left_out, "file is", "files are");
    if (document->errors->len > 0) {
        g_string_append_printf(out, "### Errors\n\n%s\n", document->errors->str);
    }
    append_left_out(out, document->errors_left_out, "error is", "errors are");
    g_string_append(out, "<sub>`cfnfix --explain ID` tells more about a repair.</sub>\n");
    g_string_free(document->sections, TRUE);
    g_string_free(document->errors, TRUE);
    g_free(document);
}

const CfnReporter cfn_reporter_markdown = {
    .name = "markdown",
    .needs = CFN_NEEDS_DIFF,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
