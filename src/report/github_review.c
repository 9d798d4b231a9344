/*
 * A review of a pull request, ready to POST:
 * https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
 *
 * GitHub refuses a review as a whole if one comment stands on lines that the pull request does not
 * show, so what cannot be a comment goes into the review's body. Both have limits; what finds no
 * room is counted, and told by a later review, since it is not among what was seen.
 */
#include "report/reporter.h"

#include <string.h>

#include "edit/diff.h"
#include "engine/fingerprint.h"
#include "report/hide.h"
#include "report/json_value.h"
#include "report/markdown_text.h"
#include "report/review_block.h"
#include "report/seen.h"
#include "report/suggest.h"
#include "report/words.h"

/* More comments at once GitHub takes for abuse. */
#define COMMENTS 30
/* Of the body: for what frames the lists, for what comes behind the patches; and the line of keys
   has this for each. */
#define RESERVED 2048
#define RESERVED_FOR_LISTS 16384
#define KEY_LENGTH 41
/* So many findings of one group are told, and so many names. */
#define FINDINGS_SHOWN 20
#define NAMES_SHOWN 5

/* Something that a comment says without suggesting anything. */
typedef struct {
    json_t *comment; /* owned */
    char *key;       /* owned */
    char *line;      /* the same for the body's list; owned */
} CfnRemark;

typedef struct {
    json_t *comments;                 /* with suggestions; owned */
    GPtrArray *remarks;               /* CfnRemark; owned */
    GString *patches, *list, *errors; /* of the body; owned */
    GPtrArray *keys;                  /* char*, of what is in the body; owned */
    bool is_full;                     /* a patch found no room, so that no further one is made */
    uint32_t claimed;                 /* the last line of this file that a suggestion stands on */
    char *path;                       /* of a file that something is told about; NULL; owned */
    guint suggested, patched, remarked, failed; /* that are told, findings and files */
    guint repeated, left_out;                   /* that are not */
} CfnReview;

static void free_remark(gpointer data)
{
    CfnRemark *remark = data;
    json_decref(remark->comment);
    g_free(remark->key);
    g_free(remark->line);
    g_free(remark);
}

static gpointer begin(const CfnManner *manner, GString *out)
{
    CfnReview *review = g_new0(CfnReview, 1);
    review->comments = json_array();
    review->remarks = g_ptr_array_new_with_free_func(free_remark);
    review->patches = g_string_new(NULL);
    review->list = g_string_new(NULL);
    review->errors = g_string_new(NULL);
    review->keys = g_ptr_array_new_with_free_func(g_free);
    return review;
}

static void free_review(CfnReview *review)
{
    json_decref(review->comments);
    g_ptr_array_unref(review->remarks);
    g_string_free(review->patches, TRUE);
    g_string_free(review->list, TRUE);
    g_string_free(review->errors, TRUE);
    g_ptr_array_unref(review->keys);
    g_free(review->path);
    g_free(review);
}

/* ---- Keys ---- */

static void add_shown(GString *out, const CfnResult *result, const char *text)
{
    g_autofree char *hidden =
        result->hiding != NULL ? cfn_hide(result->hiding, text, strlen(text)) : NULL;
    g_string_append_printf(out, "%s\n", hidden != NULL ? hidden : text);
}

/* Of the findings and what is proposed, as it is shown: a key tells nothing about a secret. */
static char *make_suggestion_key(const CfnResult *result, const CfnSuggestion *suggestion,
                                 const GPtrArray *fingerprints)
{
    g_autoptr(GString) text = g_string_new("suggestion\n");
    for (guint i = 0; i < suggestion->findings->len; i++) {
        guint index = g_array_index(suggestion->findings, guint, i);
        g_string_append_printf(text, "%s\n", (const char *)fingerprints->pdata[index]);
    }
    for (guint i = 0; i < suggestion->replacements->len; i++) {
        add_shown(text, result, g_array_index(suggestion->replacements, CfnReplacement, i).text);
    }
    return cfn_seen_key(text->str);
}

/* The same of what is told as PATCH. Its lines count too, those around the change among them, but
   not their numbers: once they are others the patch no longer applies, and is told anew. */
static char *make_patch_key(const char *suggestion_key, const char *patch)
{
    g_autoptr(GString) text = g_string_new(suggestion_key);
    g_auto(GStrv) lines = g_strsplit(patch, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_string_append_printf(text, "\n%s", g_str_has_prefix(*line, "@@") ? "@@" : *line);
    }
    return cfn_seen_key(text->str);
}

static char *make_finding_key(const CfnFinding *finding, const char *fingerprint)
{
    g_autofree char *text =
        g_strdup_printf("%s\n%s\n%s", cfn_state_name(finding->state), fingerprint, finding->reason);
    return cfn_seen_key(text);
}

/* Whether KEY is new; if not, COUNT findings are not told again. */
static bool is_new(CfnReview *review, const CfnManner *manner, const char *key, guint count)
{
    bool is_old = cfn_seen_has(manner->seen, key);
    review->repeated += is_old ? count : 0;
    return !is_old;
}

/* ---- The body ---- */

/* Whether MORE bytes and a key fit into the body, where REST has to stay free. */
static bool has_room(const CfnReview *review, gsize more, gsize rest)
{
    gsize used = review->patches->len + review->list->len + review->errors->len +
                 (gsize)KEY_LENGTH * (review->keys->len + 1);
    return used + more + rest + RESERVED <= CFN_MARKDOWN_LIMIT;
}

/* Appends ENTRY to PART of the body, and its KEY, which is copied; false if there is no room. */
static bool add_entry(CfnReview *review, GString *part, const GString *entry, const char *key,
                      gsize rest)
{
    if (!has_room(review, entry->len, rest)) {
        return false;
    }
    g_string_append(part, entry->str);
    g_ptr_array_add(review->keys, g_strdup(key));
    return true;
}

/* ---- Suggestions ---- */

static const CfnFinding *finding_of(const CfnResult *result, const CfnSuggestion *suggestion,
                                    guint place)
{
    guint index = g_array_index(suggestion->findings, guint, place);
    return result->outcome->findings->pdata[index];
}

static void append_finding(GString *out, const CfnFinding *finding)
{
    g_autofree char *effects = cfn_effects_text(finding->effects);
    g_string_append(out, "- ");
    cfn_markdown_repair(out, finding->transform);
    g_string_append(out, ": ");
    cfn_markdown_finding(out, finding);
    if (finding->reason != NULL) {
        g_string_append(out, " (consented: ");
        cfn_markdown_text(out, finding->reason);
        g_string_append_c(out, ')');
    }
    g_string_append_printf(out, ". Deploying it: %s\n", effects);
}

/* What is proposed and never pushed. */
static void append_deletable(GString *out, const CfnResult *result, const CfnSuggestion *suggestion)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint count = 0;
    for (guint i = 0; i < suggestion->findings->len; i++) {
        const CfnFinding *finding = finding_of(result, suggestion, i);
        if ((finding->effects & CFN_EFFECT_DATA_DELETABLE) != 0 && count++ < NAMES_SHOWN) {
            g_string_append(names, count > 1 ? ", " : "");
            cfn_markdown_code(names,
                              finding->logical_id != NULL ? finding->logical_id : result->path);
        }
    }
    if (count > 0) {
        if (count > NAMES_SHOWN) {
            g_string_append_printf(names, " and %u more", count - NAMES_SHOWN);
        }
        g_string_append_printf(out,
                               "\n**This makes data deletable, once it is deployed: %s.** That is "
                               "only proposed, never pushed: whoever applies it decides.\n",
                               names->str);
    }
}

static void append_findings(GString *out, const CfnResult *result, const CfnSuggestion *suggestion)
{
    guint count = suggestion->findings->len;
    for (guint i = 0; i < MIN(count, FINDINGS_SHOWN); i++) {
        append_finding(out, finding_of(result, suggestion, i));
    }
    if (count > FINDINGS_SHOWN) {
        g_string_append_printf(out, "- and %u more\n", count - FINDINGS_SHOWN);
    }
    append_deletable(out, result, suggestion);
    g_string_append_c(out, '\n');
}

/* On the lines from FIRST to LAST. BODY ends with its KEY. */
static json_t *make_comment(const CfnResult *result, uint32_t first, uint32_t last, GString *body,
                            const char *key)
{
    gpointer const keys[] = { (gpointer)key };
    const GPtrArray one = { .pdata = (gpointer *)keys, .len = 1 };
    g_string_append_c(body, '\n');
    cfn_seen_append(body, &one);
    json_t *comment = json_object();
    json_object_set_new(comment, "path", cfn_json_string(result->name));
    json_object_set_new(comment, "body", cfn_json_string(body->str));
    if (first < last) {
        json_object_set_new(comment, "start_line", cfn_json_count(first));
        json_object_set_new(comment, "start_side", json_string("RIGHT"));
    }
    json_object_set_new(comment, "line", cfn_json_count(last));
    json_object_set_new(comment, "side", json_string("RIGHT"));
    return comment;
}

/* Whether a comment can stand in the file at all: its name is one that JSON can have. */
static bool takes_comments(const CfnResult *result)
{
    return result->touched != NULL && g_utf8_validate(result->name, -1, NULL);
}

static bool add_comment(CfnReview *review, const CfnResult *result, const CfnSuggestion *suggestion,
                        const char *key)
{
    g_auto(CfnReviewBlock) block = { 0 };
    /* Two insertions may repeat the same line, and then only one could be taken. */
    if (json_array_size(review->comments) == COMMENTS || !takes_comments(result) ||
        !cfn_review_block(result, suggestion, &block) || block.first <= review->claimed) {
        return false;
    }
    g_autoptr(GString) body = g_string_new(NULL);
    append_findings(body, result, suggestion);
    cfn_markdown_fence(body, "suggestion", block.text);
    if (body->len > CFN_MARKDOWN_LIMIT - RESERVED) {
        return false;
    }
    review->claimed = block.last;
    json_array_append_new(review->comments,
                          make_comment(result, block.first, block.last, body, key));
    return true;
}

static void append_patch(GString *out, const CfnResult *result, const char *patch)
{
    cfn_markdown_fence(out, "diff", patch);
    if (result->hiding != NULL && strstr(patch, CFN_HIDDEN) != NULL) {
        g_string_append(out, "\nThe patch hides a password, so it does not apply; "
                             "`cfnfix --patch FILE` writes one that does.\n");
    }
}

static bool add_patch(CfnReview *review, const CfnResult *result, const CfnSuggestion *suggestion,
                      const char *patch, const char *key)
{
    g_autoptr(GString) entry = g_string_new("<details><summary>");
    const CfnFinding *first = finding_of(result, suggestion, 0);
    cfn_markdown_code(entry, result->name);
    g_string_append_printf(entry, ", line %u: ", first->start.line);
    cfn_markdown_finding(entry, first);
    if (suggestion->findings->len > 1) {
        g_string_append_printf(entry, " (and %u more)", suggestion->findings->len - 1);
    }
    g_string_append(entry, "</summary>\n\n");
    append_findings(entry, result, suggestion);
    gsize length = entry->len;
    append_patch(entry, result, patch);
    if (!has_room(review, entry->len, RESERVED_FOR_LISTS) && review->patches->len == 0) {
        g_string_truncate(entry, length);
        g_string_append(entry, "The patch is too long for a review; `cfnfix --patch FILE` writes "
                               "it.\n");
    }
    g_string_append(entry, "\n</details>\n\n");
    review->is_full = !add_entry(review, review->patches, entry, key, RESERVED_FOR_LISTS);
    return !review->is_full;
}

static void tell_patch(CfnReview *review, const CfnManner *manner, const CfnResult *result,
                       const CfnSuggestion *suggestion, const char *suggestion_key)
{
    guint count = suggestion->findings->len;
    if (review->is_full) {
        review->left_out += count;
        return;
    }
    g_autofree char *patch = cfn_suggestion_patch(result, suggestion);
    g_autofree char *key = make_patch_key(suggestion_key, patch);
    if (!is_new(review, manner, key, count)) {
        return;
    }
    if (add_patch(review, result, suggestion, patch, key)) {
        review->patched += count;
    } else {
        review->left_out += count;
    }
}

static void tell_suggestion(CfnReview *review, const CfnManner *manner, const CfnResult *result,
                            const CfnSuggestion *suggestion, const GPtrArray *fingerprints)
{
    guint count = suggestion->findings->len;
    g_autofree char *key = make_suggestion_key(result, suggestion, fingerprints);
    if (!is_new(review, manner, key, count)) {
        return;
    }
    if (add_comment(review, result, suggestion, key)) {
        review->suggested += count;
    } else {
        tell_patch(review, manner, result, suggestion, key);
    }
}

/* ---- What is not repaired ---- */

static void append_remark(GString *out, const CfnFinding *finding)
{
    cfn_markdown_repair(out, finding->transform);
    g_string_append(out, ": ");
    cfn_markdown_finding(out, finding);
    bool needs_consent = finding->state == CFN_NEEDS_CONSENT;
    g_string_append(out, needs_consent ? ". It needs consent: " : ". It cannot be fixed: ");
    cfn_markdown_text(out, finding->reason);
    if (needs_consent) {
        g_autofree char *effects = cfn_effects_text(finding->effects);
        g_string_append_printf(out, " (%s; deploying it: %s)",
                               finding->forbidden ? "not with this profile" : "`--unsafe-fixes`",
                               effects);
    }
    g_string_append_c(out, '\n');
}

/* The first line of FINDING that the pull request touches; 0 if it touches none. */
static uint32_t touched_line(const CfnResult *result, const CfnFinding *finding)
{
    if (!takes_comments(result) || !cfn_result_touches(result, finding)) {
        return 0;
    }
    for (uint32_t line = finding->start.line; line <= finding->end.line; line++) {
        if (cfn_touched_line(result->touched, line) &&
            cfn_touched_in_one_hunk(result->touched, line, line)) {
            return line;
        }
    }
    return 0;
}

static char *make_line(const CfnResult *result, const CfnFinding *finding)
{
    GString *line = g_string_new("- ");
    cfn_markdown_code(line, result->name);
    g_string_append_printf(line, ", line %u: ", finding->start.line);
    append_remark(line, finding);
    return g_string_free(line, FALSE);
}

static void add_line(CfnReview *review, const char *line, const char *key)
{
    const GString entry = { .str = (char *)line, .len = strlen(line) };
    if (add_entry(review, review->list, &entry, key, 0)) {
        review->remarked++;
    } else {
        review->left_out++;
    }
}

static void tell_remark(CfnReview *review, const CfnManner *manner, const CfnResult *result,
                        const CfnFinding *finding, const char *fingerprint)
{
    g_autofree char *key = make_finding_key(finding, fingerprint);
    if (!is_new(review, manner, key, 1)) {
        return;
    }
    g_autofree char *line = make_line(result, finding);
    uint32_t at = touched_line(result, finding);
    if (at == 0 || review->remarks->len == COMMENTS) {
        add_line(review, line, key);
        return;
    }
    g_autoptr(GString) body = g_string_new(NULL);
    append_remark(body, finding);
    CfnRemark *remark = g_new0(CfnRemark, 1);
    remark->comment = make_comment(result, at, at, body, key);
    remark->key = g_steal_pointer(&key);
    remark->line = g_steal_pointer(&line);
    g_ptr_array_add(review->remarks, remark);
}

static void tell_error(CfnReview *review, const CfnManner *manner, const CfnResult *result)
{
    CfnPlace place;
    const char *message = cfn_result_error(result, &place);
    g_autofree char *text = g_strdup_printf("error\n%s\n%s", result->path, message);
    g_autofree char *key = cfn_seen_key(text);
    if (!is_new(review, manner, key, 1)) {
        return;
    }
    g_autoptr(GString) entry = g_string_new("- ");
    cfn_markdown_code(entry, result->name);
    if (place.line > 0) {
        g_string_append_printf(entry, ", line %u", place.line);
    }
    g_string_append(entry, ": ");
    cfn_markdown_text(entry, message);
    g_string_append_c(entry, '\n');
    if (add_entry(review, review->errors, entry, key, 0)) {
        review->failed++;
    } else {
        review->left_out++;
    }
}

static void tell_findings(CfnReview *review, const CfnManner *manner, const CfnResult *result)
{
    const CfnOutcome *outcome = result->outcome;
    const GPtrArray *findings = cfn_result_findings(result);
    review->claimed = 0;
    g_autoptr(GPtrArray) fingerprints = cfn_fingerprints(result->name, findings);
    for (guint i = 0; outcome->suggestions != NULL && i < outcome->suggestions->len; i++) {
        tell_suggestion(review, manner, result, outcome->suggestions->pdata[i], fingerprints);
    }
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = findings->pdata[i];
        if (finding->state != CFN_FIXED) {
            tell_remark(review, manner, result, finding, fingerprints->pdata[i]);
        }
    }
}

static void tell_result(gpointer state, const CfnManner *manner, const CfnResult *result,
                        const CfnTotals *totals, GString *out)
{
    CfnReview *review = state;
    if (result->verdict == CFN_VERDICT_NOT_TEMPLATE) {
        return;
    }
    if (review->path == NULL) {
        review->path = g_strdup(result->path);
    }
    if (result->verdict == CFN_VERDICT_ERROR) {
        tell_error(review, manner, result);
    } else {
        tell_findings(review, manner, result);
    }
}

/* ---- The whole ---- */

/* Remarks become comments as long as there may be more, then lines of the list. */
static void place_remarks(CfnReview *review)
{
    for (guint i = 0; i < review->remarks->len; i++) {
        CfnRemark *remark = review->remarks->pdata[i];
        if (json_array_size(review->comments) < COMMENTS) {
            json_array_append(review->comments, remark->comment);
            review->remarked++;
        } else {
            add_line(review, remark->line, remark->key);
        }
    }
}

static void append_headline(GString *out, const CfnReview *review)
{
    g_autoptr(GString) counts = g_string_new(NULL);
    cfn_words_count(counts, ", ", review->suggested, "repair suggested", "repairs suggested");
    cfn_words_count(counts, ", ", review->patched, "below with its patch", "below with patches");
    cfn_words_count(counts, ", ", review->remarked, "not to be repaired without you",
                    "not to be repaired without you");
    cfn_words_count(counts, ", ", review->failed, "error", "errors");
    cfn_words_count(counts, ", ", review->repeated, "said before", "said before");
    g_string_append_printf(out, "**cfnfix**: %s.\n\n", counts->str);
}

static void append_list(GString *out, const GString *list, const char *title)
{
    if (list->len > 0) {
        g_string_append_printf(out, "<details><summary>%s</summary>\n\n%s\n</details>\n\n", title,
                               list->str);
    }
}

/* "" if there is nothing that is new. */
static char *make_body(const CfnReview *review)
{
    GString *body = g_string_new(NULL);
    if (json_array_size(review->comments) + review->keys->len == 0) {
        return g_string_free(body, FALSE);
    }
    append_headline(body, review);
    g_string_append(body, review->patches->str);
    append_list(body, review->list, "What needs consent or cannot be fixed, on other lines");
    if (review->errors->len > 0) {
        g_string_append_printf(body, "What could not be read:\n\n%s\n", review->errors->str);
    }
    if (review->left_out > 0) {
        g_string_append_printf(body,
                               "%u more %s no room here: a review has at most %d comments and %d "
                               "characters. The next one tells more.\n\n",
                               review->left_out, review->left_out == 1 ? "has" : "have", COMMENTS,
                               CFN_MARKDOWN_LIMIT);
    }
    cfn_seen_append(body, review->keys);
    return g_string_free(body, FALSE);
}

static void end(gpointer state, const CfnManner *manner, const CfnTotals *totals, GString *out)
{
    CfnReview *review = state;
    place_remarks(review);
    g_autofree char *body = make_body(review);
    g_autofree char *commit = review->path != NULL ? cfn_diff_commit(review->path) : NULL;
    json_t *document = json_object();
    if (commit != NULL) {
        json_object_set_new(document, "commit_id", json_string(commit));
    }
    json_object_set_new(document, "event", json_string("COMMENT"));
    json_object_set_new(document, "body", json_string(body));
    json_object_set(document, "comments", review->comments);
    cfn_json_append(out, document);
    g_string_append_c(out, '\n');
    free_review(review);
}

const CfnReporter cfn_reporter_github_review = {
    .name = "github-review",
    .needs = CFN_NEEDS_SUGGESTIONS | CFN_NEEDS_TOUCHED,
    .begin = begin,
    .result = tell_result,
    .end = end,
};
