/*
 * What an HTML report counts while results go by: so much for each repair, state and effect,
 * however many results there are.
 *
 * Each sum stands beside the box that filters by it, and each bar beside its numbers.
 */
#include "report/html_sums.h"

#include "report/html_page.h"
#include "report/words.h"

enum { STATES = CFN_CANNOT_FIX + 1 };

/* The findings of one repair. */
typedef struct {
    const CfnTransform *transform;
    guint count;
    guint states[STATES];
} CfnRepairSum;

struct CfnHtmlSums {
    GArray *repairs; /* CfnRepairSum, in the order of their first findings; owned */
    guint entries[CFN_ENTRIES];
    GArray *effects; /* guint, by bit; owned */
};

CfnHtmlSums *cfn_html_sums_new(void)
{
    CfnHtmlSums *sums = g_new0(CfnHtmlSums, 1);
    sums->repairs = g_array_new(FALSE, TRUE, sizeof(CfnRepairSum));
    sums->effects = g_array_new(FALSE, TRUE, sizeof(guint));
    return sums;
}

void cfn_html_sums_free(CfnHtmlSums *sums)
{
    g_array_unref(sums->repairs);
    g_array_unref(sums->effects);
    g_free(sums);
}

const char *cfn_html_entry_name(guint entry)
{
    return entry == CFN_ENTRY_ERROR  ? "error"
           : entry == CFN_ENTRY_NOTE ? "note"
                                     : cfn_state_name((CfnState)entry);
}

const char *cfn_html_entry_words(const CfnManner *manner, guint entry)
{
    return entry < STATES ? cfn_words_state(manner, (CfnState)entry) : cfn_html_entry_name(entry);
}

CfnEffects cfn_html_effects(const CfnFinding *finding)
{
    return finding->state == CFN_CANNOT_FIX ? (CfnEffects)0 : finding->effects;
}

/* ---- Counting ---- */

void cfn_html_sums_add(CfnHtmlSums *sums, CfnEntry entry)
{
    sums->entries[entry]++;
}

/* There are some twenty. */
static CfnRepairSum *find_repair(CfnHtmlSums *sums, const CfnTransform *transform)
{
    for (guint i = 0; i < sums->repairs->len; i++) {
        CfnRepairSum *sum = &g_array_index(sums->repairs, CfnRepairSum, i);
        if (sum->transform == transform) {
            return sum;
        }
    }
    CfnRepairSum sum = { .transform = transform };
    g_array_append_val(sums->repairs, sum);
    return &g_array_index(sums->repairs, CfnRepairSum, sums->repairs->len - 1);
}

static void count_effects(CfnHtmlSums *sums, CfnEffects effects)
{
    for (guint bit = 0; (guint)effects >> bit != 0; bit++) {
        if (sums->effects->len <= bit) {
            g_array_set_size(sums->effects, bit + 1);
        }
        g_array_index(sums->effects, guint, bit) += (guint)effects >> bit & 1;
    }
}

void cfn_html_sums_add_finding(CfnHtmlSums *sums, const CfnFinding *finding)
{
    CfnRepairSum *sum = find_repair(sums, finding->transform);
    sum->count++;
    sum->states[finding->state]++;
    sums->entries[finding->state]++;
    count_effects(sums, cfn_html_effects(finding));
}

/* ---- Boxes ---- */

/* A box that shows only what is NAMEd VALUE; without a script, VALUE's words and number. */
static void append_box(GString *out, const char *name, const char *value, const char *words)
{
    g_string_append_printf(out,
                           "<input class=\"js\" type=\"checkbox\" form=\"filters\" name=\"%s\" "
                           "value=\"%s\"><span>%s</span>",
                           name, value, words);
}

static void append_counted_box(GString *out, const char *name, const char *value, const char *words,
                               guint count)
{
    if (count > 0) {
        g_string_append(out, "<label class=\"check\">");
        append_box(out, name, value, words);
        g_string_append_printf(out, " <span class=\"number\">%u</span></label>\n", count);
    }
}

static char *finish_boxes(GString *out)
{
    if (out->len == 0) {
        g_string_append(out, "<p class=\"about\">none</p>");
    }
    return g_string_free(out, FALSE);
}

char *cfn_html_sums_states(const CfnHtmlSums *sums, const CfnManner *manner)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < CFN_ENTRIES; i++) {
        append_counted_box(out, "state", cfn_html_entry_name(i), cfn_html_entry_words(manner, i),
                           sums->entries[i]);
    }
    return finish_boxes(out);
}

char *cfn_html_sums_effects(const CfnHtmlSums *sums)
{
    GString *out = g_string_new(NULL);
    for (guint bit = 0; bit < sums->effects->len; bit++) {
        g_autofree char *name = cfn_effects_text((CfnEffects)(1u << bit));
        append_counted_box(out, "effect", name, name, g_array_index(sums->effects, guint, bit));
    }
    return finish_boxes(out);
}

/* ---- The chart ---- */

/* As they are counted; the ids of repairs where that is the same. */
static gint compare_sums(gconstpointer a, gconstpointer b)
{
    const CfnRepairSum *one = a, *other = b;
    if (one->count != other->count) {
        return one->count < other->count ? 1 : -1;
    }
    return g_strcmp0(one->transform->id, other->transform->id);
}

/* WIDEST is the sum that takes the whole width. */
static void append_bar(GString *out, const CfnRepairSum *sum, guint widest)
{
    guint before = 0;
    g_string_append(out, "<td class=\"bar\"><svg viewBox=\"0 0 1000 10\" "
                         "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (guint i = 0; i < STATES; i++) {
        guint64 start = (guint64)before * 1000 / widest;
        before += sum->states[i];
        guint64 end = (guint64)before * 1000 / widest;
        if (sum->states[i] > 0) {
            g_string_append_printf(out,
                                   "<rect class=\"%s\" x=\"%" G_GUINT64_FORMAT
                                   "\" width=\"%" G_GUINT64_FORMAT "\" height=\"10\"/>",
                                   cfn_html_entry_name(i), start, MAX(end - start, 2));
        }
    }
    g_string_append(out, "</svg></td>");
}

static void append_numbers(GString *out, const CfnRepairSum *sum)
{
    for (guint i = 0; i < STATES; i++) {
        g_string_append_printf(out, "<td class=\"number\">%u</td>", sum->states[i]);
    }
    g_string_append_printf(out, "<td class=\"number\">%u</td></tr>\n", sum->count);
}

static void append_repair(GString *out, const CfnRepairSum *sum, guint widest)
{
    const CfnTransform *transform = sum->transform;
    g_string_append(out, "<tr><th scope=\"row\"><label class=\"check\">");
    append_box(out, "repair", transform->id, transform->id);
    g_string_append(out, "</label><p class=\"about\">");
    cfn_html_text(out, transform->summary);
    if (transform->url != NULL) {
        g_string_append(out, " <a rel=\"noopener noreferrer\" href=\"");
        cfn_html_text(out, transform->url);
        g_string_append_printf(out,
                               "\" aria-label=\"AWS documentation for %s\">"
                               "AWS documentation</a>",
                               transform->id);
    }
    g_string_append(out, "</p></th>");
    append_bar(out, sum, widest);
    append_numbers(out, sum);
}

static void append_head(GString *out, const CfnManner *manner)
{
    g_string_append(out, "<table class=\"repairs\"><thead><tr><th scope=\"col\">Repair</th>"
                         "<td></td>");
    for (guint i = 0; i < STATES; i++) {
        g_string_append_printf(out,
                               "<th class=\"number\" scope=\"col\"><span class=\"swatch %s\">"
                               "</span>%s</th>",
                               cfn_html_entry_name(i), cfn_html_entry_words(manner, i));
    }
    g_string_append(out, "<th class=\"number\" scope=\"col\">all</th></tr></thead>\n<tbody>\n");
}

static void append_foot(GString *out, const CfnHtmlSums *sums)
{
    CfnRepairSum all = { .transform = NULL };
    for (guint i = 0; i < STATES; i++) {
        all.states[i] = sums->entries[i];
        all.count += sums->entries[i];
    }
    g_string_append(out, "</tbody>\n<tfoot><tr><th scope=\"row\">All repairs</th><td></td>");
    append_numbers(out, &all);
    g_string_append(out, "</tfoot></table>");
}

char *cfn_html_sums_repairs(const CfnHtmlSums *sums, const CfnManner *manner)
{
    if (sums->repairs->len == 0) {
        return g_strdup("<p>Nothing was found.</p>");
    }
    g_array_sort(sums->repairs, compare_sums);
    guint widest = g_array_index(sums->repairs, CfnRepairSum, 0).count;
    GString *out = g_string_new(NULL);
    append_head(out, manner);
    for (guint i = 0; i < sums->repairs->len; i++) {
        append_repair(out, &g_array_index(sums->repairs, CfnRepairSum, i), widest);
    }
    append_foot(out, sums);
    return g_string_free(out, FALSE);
}
