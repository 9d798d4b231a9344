/*
 * Hunks that have a finding in common belong together; so do findings that have a hunk in common.
 */
#include "engine/suggestion.h"

#include "engine/finding.h"

static void clear_replacement(gpointer data)
{
    g_free(((CfnReplacement *)data)->text);
}

void cfn_suggestion_free(CfnSuggestion *suggestion)
{
    g_array_unref(suggestion->replacements);
    g_array_unref(suggestion->findings);
    g_free(suggestion);
}

CfnSuggestion *cfn_suggestion_new(void)
{
    CfnSuggestion *suggestion = g_new0(CfnSuggestion, 1);
    suggestion->replacements = g_array_new(FALSE, FALSE, sizeof(CfnReplacement));
    g_array_set_clear_func(suggestion->replacements, clear_replacement);
    suggestion->findings = g_array_new(FALSE, FALSE, sizeof(guint));
    return suggestion;
}

/* ---- What belongs together ---- */

/* Each hunk points to an earlier one of its group, or to itself. */
static guint root_of(guint *groups, guint hunk)
{
    while (groups[hunk] != hunk) {
        groups[hunk] = groups[groups[hunk]];
        hunk = groups[hunk];
    }
    return hunk;
}

static void unite(guint *groups, guint one, guint other)
{
    one = root_of(groups, one);
    other = root_of(groups, other);
    groups[MAX(one, other)] = MIN(one, other);
}

/* Finding -> the first hunk it owns, plus one; GROUPS joins those that it owns besides. */
static GHashTable *group_hunks(const GArray *hunks, guint *groups)
{
    GHashTable *firsts = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < hunks->len; i++) {
        const CfnHunk *hunk = &g_array_index(hunks, CfnHunk, i);
        groups[i] = i;
        for (guint k = 0; k < hunk->owners->len; k++) {
            guint first = GPOINTER_TO_UINT(g_hash_table_lookup(firsts, hunk->owners->pdata[k]));
            if (first > 0) {
                unite(groups, first - 1, i);
            } else {
                g_hash_table_insert(firsts, hunk->owners->pdata[k], GUINT_TO_POINTER(i + 1));
            }
        }
    }
    return firsts;
}

/* The hunk that a finding is told with which owns none: what it wanted removed went with what
   another one removed. The last that begins at or before it. */
static guint nearest_hunk(const GArray *hunks, const CfnFinding *finding)
{
    guint nearest = 0;
    for (guint i = 0; i < hunks->len; i++) {
        if (g_array_index(hunks, CfnHunk, i).before.start <= finding->span.start) {
            nearest = i;
        }
    }
    return nearest;
}

/* ---- Making them ---- */

static void add_replacement(CfnSuggestion *suggestion, const CfnHunk *hunk, CfnSource *input,
                            const CfnSource *after)
{
    CfnReplacement made = {
        .span = hunk->before,
        .first_line = cfn_source_place(input, hunk->before.start).line,
        .text = g_strndup(after->text + hunk->after.start, cfn_span_length(hunk->after)),
    };
    for (uint32_t at = hunk->before.start; at < hunk->before.end; made.lines++) {
        at = cfn_source_next_line(input, at);
    }
    g_array_append_val(suggestion->replacements, made);
}

GPtrArray *cfn_suggestions_new(const CfnTrail *trail, CfnSource *input, const CfnSource *after,
                               const GPtrArray *findings)
{
    GPtrArray *suggestions = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_suggestion_free);
    g_autoptr(GArray) hunks = cfn_trail_hunks(trail, input, after);
    g_autofree guint *groups = g_new(guint, hunks->len);
    g_autofree CfnSuggestion **of_hunk = g_new0(CfnSuggestion *, hunks->len);
    g_autoptr(GHashTable) firsts = group_hunks(hunks, groups);
    for (guint i = 0; i < hunks->len; i++) {
        guint root = root_of(groups, i);
        if (root == i) {
            of_hunk[i] = cfn_suggestion_new();
            g_ptr_array_add(suggestions, of_hunk[i]);
        }
        add_replacement(of_hunk[root], &g_array_index(hunks, CfnHunk, i), input, after);
    }
    for (guint i = 0; i < findings->len && hunks->len > 0; i++) {
        const CfnFinding *finding = findings->pdata[i];
        guint first = GPOINTER_TO_UINT(g_hash_table_lookup(firsts, finding));
        if (finding->state == CFN_FIXED) {
            guint hunk = first > 0 ? first - 1 : nearest_hunk(hunks, finding);
            g_array_append_val(of_hunk[root_of(groups, hunk)]->findings, i);
        }
    }
    return suggestions;
}
