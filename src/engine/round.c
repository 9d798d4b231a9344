/*
 * Which transform sees which resource, and who must consent to what.
 */
#include "engine/round.h"
#include "text/hash.h"

bool cfn_options_select(const CfnOptions *options, const CfnTransform *transform)
{
    if (options->ignore != NULL && g_hash_table_contains(options->ignore, transform->id)) {
        return false;
    }
    if (options->select != NULL) {
        return g_hash_table_contains(options->select, transform->id);
    }
    return !transform->by_name;
}

/* ---- Finding ---- */

static void apply_to(CfnPass *pass, const CfnResource *resource)
{
    if (!cfn_pass_skips(pass, resource)) {
        pass->transform->apply(pass, resource);
    }
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const CfnResource *one = *(const CfnResource *const *)a;
    const CfnResource *other = *(const CfnResource *const *)b;
    return one->index < other->index ? -1 : one->index > other->index;
}

/* The resources of all the types, in the order of the source. */
static GPtrArray *resources_of(const CfnTemplate *template, const char *const *types)
{
    GPtrArray *resources = g_ptr_array_new();
    guint met = 0;
    for (const char *const *type = types; *type != NULL; type++) {
        const GPtrArray *of_type = cfn_template_resources_of(template, *type);
        for (guint i = 0; i < of_type->len; i++) {
            g_ptr_array_add(resources, of_type->pdata[i]);
        }
        met += of_type->len > 0;
    }
    if (met > 1) { /* those of one type are in order */
        g_ptr_array_sort(resources, by_place);
    }
    return resources;
}

static void apply_to_all(CfnPass *pass)
{
    uint32_t count = cfn_template_resource_count(pass->template);
    for (uint32_t i = 0; i < count; i++) {
        apply_to(pass, cfn_template_resource_at(pass->template, i));
    }
}

static void run_transform(CfnPass *pass)
{
    const CfnTransform *transform = pass->transform;
    if (transform->apply_template != NULL) {
        transform->apply_template(pass);
    } else if (transform->resource_types == NULL) {
        apply_to_all(pass);
    } else {
        g_autoptr(GPtrArray) resources = resources_of(pass->template, transform->resource_types);
        for (guint i = 0; i < resources->len; i++) {
            apply_to(pass, resources->pdata[i]);
        }
    }
}

/* Those that run last, or the others. */
static void run_those(CfnRound *round, const CfnTemplate *template, bool last)
{
    for (const CfnTransform *const *at = round->options->transforms; *at != NULL; at++) {
        CfnPass pass = { *at, template, round->edits, round };
        if ((*at)->runs_last == last && cfn_pass_runs(&pass, *at)) {
            run_transform(&pass);
        }
    }
}

static void run_transforms(CfnRound *round)
{
    run_those(round, round->template, false);
    run_those(round, round->template, true);
}

/* ---- What is ignored ---- */

static void locate(const CfnRound *round, CfnFinding *finding)
{
    const CfnRounds *rounds = round->rounds;
    finding->span.start = cfn_history_map_back(rounds->history, finding->span.start);
    finding->span.end =
        MAX(cfn_history_map_back(rounds->history, finding->span.end), finding->span.start);
    finding->start = cfn_source_place(rounds->input, finding->span.start);
    finding->end = cfn_source_place(rounds->input, finding->span.end);
}

/* Takes the findings that are ignored out of the round. */
static void set_aside(CfnRound *round)
{
    GPtrArray *findings = round->findings;
    guint kept = 0;
    for (guint i = 0; i < findings->len; i++) {
        CfnFinding *finding = findings->pdata[i];
        if (!cfn_ignoring_accepts(round->ignoring, finding)) {
            findings->pdata[kept++] = finding;
            continue;
        }
        if (finding->change != NULL) {
            cfn_change_drop(finding->change);
        }
        g_ptr_array_add(round->ignored, finding);
    }
    findings->len = kept;
}

/* ---- What would have been found ---- */

static char *describe(const CfnFinding *finding)
{
    return g_strdup_printf("%s %u %s", finding->transform->id, finding->span.start,
                           finding->message);
}

/* Marks the ignores that are of use to ROUND, going by ALL that is found without any. A finding
   that is new and in no place that is ignored comes from an ignore elsewhere. */
static void compare(const CfnRound *round, const CfnRound *all)
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < round->findings->len; i++) {
        g_hash_table_add(known, describe(round->findings->pdata[i]));
    }
    for (guint i = 0; i < all->findings->len; i++) {
        CfnFinding *finding = all->findings->pdata[i];
        g_autofree char *description = describe(finding);
        const CfnResource *there = finding->resource;
        finding->resource =
            there != NULL ? cfn_template_resource_at(round->template, there->index) : NULL;
        if (!cfn_ignoring_accepts(round->ignoring, finding) &&
            !g_hash_table_contains(known, description)) {
            cfn_ignoring_trust(round->ignoring, finding->transform);
        }
    }
}

static CfnRound *find_all(const CfnTree *tree, const CfnRounds *rounds, CfnIgnoresScope scope)
{
    CfnRound *round = g_new0(CfnRound, 1);
    round->rounds = rounds;
    round->options = rounds->options;
    round->template = cfn_template_new(tree);
    round->ignoring = cfn_ignoring_new(rounds->ignores, scope, round->template, rounds->history);
    round->edits = cfn_edits_new(tree);
    if (rounds->options->with_suggestions) {
        cfn_edits_track_owners(round->edits);
    }
    round->findings = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    round->ignored = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_finding_free);
    round->shared = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    round->logical_ids = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    round->given_ids = g_hash_table_new(cfn_hash_string, g_str_equal);
    run_transforms(round);
    for (guint i = 0; i < round->findings->len; i++) {
        locate(round, round->findings->pdata[i]);
    }
    return round;
}

static void ask_with(const CfnRound *round, const CfnTree *tree, CfnIgnoresScope scope)
{
    g_autoptr(CfnRound) more = find_all(tree, round->rounds, scope);
    compare(round, more);
}

/*
 * Transforms say nothing about what they skip. So where something is skipped they are asked once
 * more, as if nothing were: to know what was of no use, and what must not be shown. Then as if only
 * that were which was of use: of two that must not both stand, the second is found where the first
 * is skipped.
 */
static void ask_again(const CfnRound *round, const CfnTree *tree)
{
    bool is_first = round->rounds->history->len == 0;
    if (cfn_ignoring_hides(round->ignoring) &&
        (is_first || cfn_ignoring_is_open(round->ignoring))) {
        ask_with(round, tree, CFN_IGNORES_NONE);
        if (cfn_ignoring_is_open(round->ignoring)) {
            ask_with(round, tree, CFN_IGNORES_USED);
        }
    }
}

/* ---- Settling ---- */

/* Whether the finding may be applied as far as consent goes. */
static bool has_consent(const CfnOptions *options, const CfnFinding *finding)
{
    bool deletable = (finding->effects & CFN_EFFECT_DATA_DELETABLE) != 0;
    if (deletable && options->profile == CFN_PROFILE_PRODUCTION) {
        return false;
    }
    if (deletable && options->profile == CFN_PROFILE_EPHEMERAL) {
        return true;
    }
    return !finding->unsafe || options->unsafe_fixes;
}

static void settle_consent(const CfnOptions *options, CfnFinding *finding)
{
    bool deletable = (finding->effects & CFN_EFFECT_DATA_DELETABLE) != 0;
    if (finding->transform->unsafe) {
        finding->unsafe = true;
    }
    if (has_consent(options, finding)) {
        finding->state = CFN_FIXED;
    } else if (deletable && options->profile == CFN_PROFILE_PRODUCTION) {
        finding->forbidden = true;
        cfn_finding_needs_consent(finding, "the production profile makes no data deletable");
    } else if (finding->reason == NULL) {
        cfn_finding_needs_consent(finding, "such a change is made only with consent");
    }
}

/* https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
   has letters and digits only; underscores and hyphens do no harm where an id is written. */
static bool has_plain_id(const CfnFinding *finding)
{
    const char *id = finding->logical_id != NULL ? finding->logical_id : "";
    return id[strspn(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-")] == '\0';
}

static void settle(const CfnOptions *options, CfnFinding *finding)
{
    const char *refusal = finding->change != NULL ? cfn_change_refusal(finding->change) : NULL;
    if (!has_plain_id(finding)) {
        refusal = "its logical id has other characters than letters and digits";
    }
    if (finding->state != CFN_CANNOT_FIX && refusal != NULL) {
        cfn_finding_cannot_fix(finding, "%s", refusal);
    }
    if (finding->state != CFN_CANNOT_FIX) {
        settle_consent(options, finding);
    }
    if (finding->state != CFN_FIXED && finding->change != NULL) {
        cfn_change_drop(finding->change);
    }
    /* A finding that says neither how it is repaired nor why not is a transform's bug. */
    g_assert(finding->state != CFN_FIXED ||
             (finding->change != NULL && !cfn_change_is_empty(finding->change)));
}

CfnRound *cfn_round_new(const CfnTree *tree, const CfnRounds *rounds)
{
    CfnRound *round = find_all(tree, rounds, CFN_IGNORES_ALL);
    ask_again(round, tree);
    set_aside(round);
    for (guint i = 0; i < round->findings->len; i++) {
        settle(rounds->options, round->findings->pdata[i]);
    }
    return round;
}

void cfn_round_free(CfnRound *round)
{
    if (round == NULL) {
        return;
    }
    cfn_edits_free(round->edits);
    g_ptr_array_unref(round->findings);
    g_ptr_array_unref(round->ignored);
    g_hash_table_unref(round->shared);
    g_hash_table_unref(round->given_ids);
    g_hash_table_unref(round->logical_ids);
    cfn_ignoring_free(round->ignoring);
    cfn_template_free(round->template);
    g_free(round);
}
