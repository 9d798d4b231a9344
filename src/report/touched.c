/*
 * The lines of a template that a pull request touches, and those that it shows.
 */
#include "report/touched.h"

#include "edit/diff.h"

/* Both hold CfnLines, sorted and without overlap. */
struct CfnTouched {
    GArray *hunks;
    GArray *changed;
};

CfnTouched *cfn_touched_new(GBytes *base, GBytes *now)
{
    CfnTouched *touched = g_new0(CfnTouched, 1);
    touched->hunks = g_array_new(FALSE, FALSE, sizeof(CfnLines));
    touched->changed = g_array_new(FALSE, FALSE, sizeof(CfnLines));
    cfn_diff_lines(base, now, touched->hunks, touched->changed);
    return touched;
}

void cfn_touched_hide(CfnTouched *touched)
{
    g_array_set_size(touched->hunks, 0);
}

void cfn_touched_free(CfnTouched *touched)
{
    if (touched != NULL) {
        g_array_unref(touched->hunks);
        g_array_unref(touched->changed);
        g_free(touched);
    }
}

/* The first of RANGES that does not end before LINE, or NULL. */
static const CfnLines *find(const GArray *ranges, uint32_t line)
{
    guint low = 0, high = ranges->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const CfnLines *lines = &g_array_index(ranges, CfnLines, middle);
        if (lines->first + lines->count <= line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ranges->len ? &g_array_index(ranges, CfnLines, low) : NULL;
}

bool cfn_touched_range(const CfnTouched *touched, uint32_t first, uint32_t last)
{
    const CfnLines *lines = find(touched->changed, first);
    return lines != NULL && lines->first <= last;
}

bool cfn_touched_line(const CfnTouched *touched, uint32_t line)
{
    return cfn_touched_range(touched, line, line);
}

bool cfn_touched_in_one_hunk(const CfnTouched *touched, uint32_t first, uint32_t last)
{
    const CfnLines *hunk = find(touched->hunks, first);
    return hunk != NULL && hunk->first <= first && last < hunk->first + hunk->count;
}
