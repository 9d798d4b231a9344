/*
 * The rounds, and the two readers who must agree on the first text and on the last.
 *
 * A file is read by libfyaml. Whatever goes wrong on that way, be it that libfyaml refuses the
 * text, that libyaml reads it otherwise, or that a proof fails, the file is done once more, and
 * libyaml's tokens decide.
 */
#include "engine/run.h"

#include "engine/add_ignores.h"
#include "engine/notice.h"
#include "engine/quick_look.h"
#include "engine/round.h"
#include "engine/verify.h"
#include "syntax/opinion.h"
#include "text/hash.h"

/* Real templates need two or three. */
#define ROUND_LIMIT 10

typedef struct {
    CfnOutcome *outcome;
    const CfnOptions *options;
    CfnScanner scanner;
    CfnSource *source;    /* the text of this round; NULL: the input */
    CfnTree *tree;        /* its tree */
    GPtrArray *history;   /* CfnEdits* of the rounds before this one */
    GHashTable *pointers; /* of findings of the first round that were not repaired in it */
    CfnIgnores *ignores;
    GPtrArray *owners; /* for each of the outcome's operations, the findings that wanted it */
    CfnTrail *trail;   /* of all rounds, if there are to be suggestions, else NULL */
} Run;

static void run_init(Run *run, CfnOutcome *outcome, const CfnOptions *options, CfnScanner scanner)
{
    *run = (Run){
        .outcome = outcome,
        .options = options,
        .scanner = scanner,
        .history = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_edits_free),
        .pointers = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free),
        .owners = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref),
        .trail = options->with_suggestions && !options->add_ignores
                     ? cfn_trail_new(outcome->source->length)
                     : NULL,
    };
}

static void run_release(Run *run)
{
    cfn_tree_free(run->tree);
    if (run->source != NULL) {
        cfn_source_free(run->source);
    }
    g_ptr_array_unref(run->history);
    g_hash_table_unref(run->pointers);
    g_ptr_array_unref(run->owners);
    cfn_trail_free(run->trail);
    cfn_ignores_free(run->ignores);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_release)

static bool fail(const Run *run, GError **error, const char *what)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_INTERNAL, "%s: %s", run->outcome->source->path, what);
    return false;
}

/* ---- Findings ---- */

/* What a finding of the first round that waits, or cannot be fixed, is known by in later rounds. */
static char *mark_of(const CfnFinding *finding)
{
    return g_strdup_printf("%s %u", finding->transform->id, finding->span.start);
}

/* Pointers are about the input, so those of the first round are kept for what is told in the last
   one. */
static void keep_pointer(Run *run, CfnFinding *finding)
{
    if (run->history->len == 0) {
        g_hash_table_insert(run->pointers, mark_of(finding), g_strdup(finding->pointer));
    }
}

static void restore_pointer(Run *run, CfnFinding *finding)
{
    g_autofree char *mark = mark_of(finding);
    const char *pointer = g_hash_table_lookup(run->pointers, mark);
    if (run->history->len > 0 && pointer != NULL) {
        g_free(finding->pointer);
        finding->pointer = g_strdup(pointer);
    }
}

static void keep_finding(Run *run, CfnFinding *finding)
{
    finding->change = NULL;
    finding->resource = NULL;
    finding->round = run->history->len + 1;
    restore_pointer(run, finding);
    g_ptr_array_add(run->outcome->findings, finding);
}

/* Of a round that changed something what it repaired; of the last one what it did not. */
static void keep_findings(Run *run, CfnRound *round, bool is_last)
{
    for (guint i = 0; i < round->findings->len; i++) {
        CfnFinding *finding = round->findings->pdata[i];
        bool fixed = finding->state == CFN_FIXED;
        if (fixed ? !is_last && cfn_change_applied(finding->change) : is_last) {
            round->findings->pdata[i] = NULL;
            keep_finding(run, finding);
        } else {
            keep_pointer(run, finding);
        }
    }
}

/* Those of the first round: they are about the input. */
static void keep_accepted(Run *run, GPtrArray **accepted)
{
    if (run->history->len > 0) {
        return;
    }
    for (guint i = 0; i < (*accepted)->len; i++) {
        CfnFinding *finding = (*accepted)->pdata[i];
        finding->round = 1;
        finding->resource = NULL;
    }
    g_ptr_array_unref(run->outcome->accepted);
    run->outcome->accepted = g_steal_pointer(accepted);
}

/* Whether a finding that could be repaired was not. */
static bool is_stuck(const CfnRound *round)
{
    for (guint i = 0; i < round->findings->len; i++) {
        const CfnFinding *finding = round->findings->pdata[i];
        if (finding != NULL && finding->state == CFN_FIXED) {
            return true;
        }
    }
    return false;
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const CfnFinding *one = *(const CfnFinding *const *)a;
    const CfnFinding *other = *(const CfnFinding *const *)b;
    return one->span.start < other->span.start ? -1 : one->span.start > other->span.start;
}

/* Puts the findings in the order of the input, and tells the operations whose they are. */
static void sort_findings(Run *run)
{
    GPtrArray *findings = run->outcome->findings;
    g_ptr_array_sort(findings, by_place);
    g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < findings->len; i++) {
        g_hash_table_insert(numbers, findings->pdata[i], GUINT_TO_POINTER(i));
    }
    for (guint i = 0; i < run->owners->len; i++) {
        const GPtrArray *owners = run->owners->pdata[i];
        CfnDone *done = run->outcome->operations->pdata[i];
        done->findings = g_array_new(FALSE, FALSE, sizeof(guint));
        for (guint k = 0; k < owners->len; k++) {
            guint number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, owners->pdata[k]));
            g_array_append_val(done->findings, number);
        }
    }
}

/* ---- Rounds ---- */

static bool prove(Run *run, const CfnEdits *edits, const CfnTree *after, GError **error)
{
    GPtrArray *operations = run->outcome->operations;
    guint first = operations->len;
    GPtrArray *done = run->options->without_operations ? NULL : operations;
    if (!cfn_verify(run->tree, edits, after, done, run->owners, error)) {
        return false;
    }
    for (guint i = first; i < operations->len; i++) {
        ((CfnDone *)operations->pdata[i])->round = run->history->len + 1;
    }
    return true;
}

/* Goes on with the text BYTES, which ROUND's edits made. */
static bool advance(Run *run, CfnRound *round, GBytes *bytes, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    g_autoptr(CfnSource) source =
        cfn_source_new(run->outcome->source->path, bytes, CFN_SOURCE_HARD_LIMIT, &refusal);
    g_autoptr(CfnTree) tree =
        source != NULL ? cfn_tree_parse_with(source, run->scanner, &refusal) : NULL;
    if (tree == NULL) {
        g_autofree char *what = g_strconcat("the result cannot be read: ", refusal->message, NULL);
        return fail(run, error, what);
    }
    if (!prove(run, round->edits, tree, error)) {
        return false;
    }
    cfn_tree_free(run->tree);
    g_clear_pointer(&run->source, cfn_source_free);
    if (run->trail != NULL) {
        cfn_trail_follow(run->trail, cfn_edits_splices(round->edits));
    }
    run->tree = g_steal_pointer(&tree);
    run->source = g_steal_pointer(&source);
    g_ptr_array_add(run->history, g_steal_pointer(&round->edits));
    return true;
}

static bool ask_other(Run *run, GError **error)
{
    const CfnReader other = cfn_opinion(run->tree, error);
    run->outcome->readers |= other;
    return other != CFN_READER_NONE;
}

static bool run_round(Run *run, bool *at_rest, GError **error)
{
    const CfnRounds rounds = {
        .options = run->options,
        .input = run->outcome->source,
        .history = run->history,
        .ignores = run->ignores,
        .secrets = run->outcome->secrets,
    };
    g_autoptr(CfnRound) round = cfn_round_new(run->tree, &rounds);
    g_autoptr(GPtrArray) accepted = cfn_acceptance_take(run->options->acceptance, round->findings);
    g_autoptr(GBytes) bytes = cfn_edits_apply(round->edits);
    *at_rest = bytes == NULL;
    keep_accepted(run, &accepted);
    keep_findings(run, round, *at_rest);
    if (*at_rest) {
        return !is_stuck(round) || fail(run, error, "a repair was found and not made");
    }
    bool is_input = run->source == NULL;
    return (!is_input || ask_other(run, error)) && advance(run, round, bytes, error);
}

/* What is ignored from now on is told as notices, at places in the input. */
static void tell_ignored(const Run *run, const CfnRound *round)
{
    for (guint i = 0; i < round->findings->len; i++) {
        const CfnFinding *finding = round->findings->pdata[i];
        if (finding->state == CFN_FIXED) {
            g_autofree char *message =
                g_strdup_printf("%s is ignored from now on: %s%s%s", finding->transform->id,
                                finding->logical_id != NULL ? finding->logical_id : "",
                                finding->logical_id != NULL ? ": " : "", finding->message);
            cfn_notice_add(run->outcome->notices, run->outcome->source,
                           cfn_history_map_back(run->history, finding->span.start), message);
        }
    }
}

/* Keeps what cannot be ignored, at places in the input. */
static void keep_refused(Run *run, CfnRound *round)
{
    CfnSource *input = run->outcome->source;
    for (guint i = 0; i < round->findings->len; i++) {
        CfnFinding *finding = round->findings->pdata[i];
        finding->span.start = cfn_history_map_back(run->history, finding->span.start);
        finding->span.end =
            MAX(cfn_history_map_back(run->history, finding->span.end), finding->span.start);
        finding->start = cfn_source_place(input, finding->span.start);
        finding->end = cfn_source_place(input, finding->span.end);
    }
    keep_findings(run, round, true);
}

/* A round that repairs nothing: what is found is to be ignored. Each begins afresh, with the
   ignores that the one before it wrote. */
static bool ignore_round(Run *run, bool *at_rest, GError **error)
{
    bool is_input = run->source == NULL;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(CfnIgnores) ignores = cfn_ignores_new(run->tree, run->options);
    const CfnRounds rounds = {
        .options = run->options,
        .input = is_input ? run->outcome->source : run->source,
        .history = none,
        .ignores = ignores,
        .secrets = run->outcome->secrets,
    };
    g_autoptr(CfnRound) round = cfn_round_new(run->tree, &rounds);
    g_autoptr(GPtrArray) accepted = cfn_acceptance_take(run->options->acceptance, round->findings);
    cfn_edits_free(round->edits);
    round->edits = cfn_add_ignores(run->tree, round, ignores);
    g_autoptr(GBytes) bytes = cfn_edits_apply(round->edits);
    *at_rest = bytes == NULL;
    keep_accepted(run, &accepted);
    if (*at_rest) {
        keep_refused(run, round);
        return true;
    }
    tell_ignored(run, round);
    return (!is_input || ask_other(run, error)) && advance(run, round, bytes, error);
}

static bool run_rounds(Run *run, GError **error)
{
    bool at_rest = false;
    for (int i = 0; i < ROUND_LIMIT && !at_rest; i++) {
        if (!(run->options->add_ignores ? ignore_round : run_round)(run, &at_rest, error)) {
            return false;
        }
    }
    return at_rest || fail(run, error, "the repairs do not come to rest");
}

/* ---- Readers ---- */

/* The last text must be read the same by both; one that nothing was done to only where libfyaml
   is known to misread such text in silence. */
static bool check_last_text(Run *run, GError **error)
{
    if (run->source == NULL) {
        return !cfn_opinion_is_due(run->tree) || ask_other(run, error);
    }
    g_autoptr(GError) difference = NULL;
    if (ask_other(run, &difference)) {
        return true;
    }
    g_autofree char *what = g_strconcat("the result: ", difference->message, NULL);
    return fail(run, error, what);
}

static bool finish(Run *run, GError **error)
{
    if (!check_last_text(run, error)) {
        return false;
    }
    run->outcome->rounds = run->history->len;
    run->outcome->after = run->source != NULL ? g_bytes_ref(run->source->bytes) : NULL;
    sort_findings(run);
    if (run->trail != NULL && run->source != NULL) {
        run->outcome->suggestions = cfn_suggestions_new(run->trail, run->outcome->source,
                                                        run->source, run->outcome->findings);
    }
    return true;
}

/* Nobody has to know what was not edited where nothing would be. */
static void find_notices(const Run *run)
{
    const CfnOutcome *outcome = run->outcome;
    cfn_notices_find(run->tree, outcome->notices);
    if (outcome->notices->len > 0 &&
        !cfn_quick_look(outcome->source->text, outcome->source->length, run->options)) {
        g_ptr_array_set_size(outcome->notices, 0);
    }
}

static bool attempt(CfnOutcome *outcome, const CfnOptions *options, CfnScanner scanner,
                    GError **error)
{
    g_auto(Run) run;
    run_init(&run, outcome, options, scanner);
    run.tree = cfn_tree_parse_with(outcome->source, scanner, error);
    if (run.tree == NULL) {
        return false;
    }
    outcome->is_template = cfn_tree_is_template(run.tree);
    if (!outcome->is_template) {
        return true;
    }
    outcome->readers = scanner == CFN_SCANNER_LIBFYAML ? CFN_READER_LIBFYAML : CFN_READER_LIBYAML;
    find_notices(&run);
    run.ignores = cfn_ignores_new(run.tree, options);
    if (!run_rounds(&run, error) || !finish(&run, error)) {
        return false;
    }
    if (options->add_ignores) {
        cfn_notices_sort(outcome->notices);
    } else {
        cfn_ignores_tell(run.ignores, outcome->source, outcome->notices);
    }
    return true;
}

/* ---- Outcomes ---- */

CfnOutcome *cfn_outcome_new(CfnSource *source)
{
    CfnOutcome *outcome = g_new0(CfnOutcome, 1);
    outcome->source = source;
    outcome->findings = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    outcome->accepted = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    outcome->operations = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_done_free);
    outcome->notices = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_notice_free);
    outcome->secrets = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    return outcome;
}

/* All but the secrets: what the second attempt says could show them too. */
static void forget(CfnOutcome *outcome)
{
    g_ptr_array_set_size(outcome->findings, 0);
    g_ptr_array_set_size(outcome->accepted, 0);
    g_ptr_array_set_size(outcome->operations, 0);
    g_ptr_array_set_size(outcome->notices, 0);
}

/* A bug of ours is told before what libyaml has against the text (it refuses some JSON). */
static GError *graver(GError *first, GError *second)
{
    bool is_ours = g_error_matches(first, CFN_ERROR, CFN_ERROR_INTERNAL);
    g_error_free(is_ours ? second : first);
    return is_ours ? first : second;
}

CfnOutcome *cfn_outcome_without_run(CfnSource *source)
{
    CfnOutcome *outcome = cfn_outcome_new(source);
    outcome->is_template = true;
    return outcome;
}

CfnOutcome *cfn_run(CfnSource *source, const CfnOptions *options)
{
    CfnOutcome *outcome = cfn_outcome_new(source);
    GError *first = NULL;
    GError *second = NULL;
    if (attempt(outcome, options, CFN_SCANNER_LIBFYAML, &first)) {
        return outcome;
    }
    forget(outcome);
    if (g_error_matches(first, CFN_ERROR, CFN_ERROR_DEPTH)) {
        outcome->error = first;
        return outcome;
    }
    if (attempt(outcome, options, CFN_SCANNER_LIBYAML, &second)) {
        g_error_free(first);
        return outcome;
    }
    forget(outcome);
    outcome->error = graver(first, second);
    return outcome;
}

void cfn_outcome_free(CfnOutcome *outcome)
{
    if (outcome == NULL) {
        return;
    }
    cfn_source_free(outcome->source);
    g_clear_pointer(&outcome->after, g_bytes_unref);
    g_ptr_array_unref(outcome->findings);
    g_clear_pointer(&outcome->accepted, g_ptr_array_unref);
    g_ptr_array_unref(outcome->operations);
    g_ptr_array_unref(outcome->notices);
    g_clear_pointer(&outcome->suggestions, g_ptr_array_unref);
    g_clear_pointer(&outcome->secrets, g_hash_table_unref);
    g_clear_error(&outcome->error);
    g_free(outcome);
}
