/*
 * Sums for each repair and for each folder.
 *
 * A folder is the one that a file is in: how deep a tree is worth being looked at only its owners
 * know, and a program that reads the JSON report can add up what lies below.
 */
#include "report/statistics.h"

#include <string.h>

#include "report/escape.h"
#include "text/hash.h"

/* Of folders: the others are one line. */
#define FOLDERS_SHOWN 20

/* A repair, and the numbers of the last file in which it found, and fixed, something. */
typedef struct {
    CfnTally tally;
    guint found_in, fixed_in;
} Repair;

struct CfnStatistics {
    GHashTable *repairs; /* id -> Repair */
    GHashTable *folders; /* path -> CfnTally; owns both */
    guint files;
};

CfnStatistics *cfn_statistics_new(void)
{
    CfnStatistics *statistics = g_new0(CfnStatistics, 1);
    statistics->repairs = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL, g_free);
    statistics->folders = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    return statistics;
}

void cfn_statistics_free(CfnStatistics *statistics)
{
    if (statistics != NULL) {
        g_hash_table_unref(statistics->repairs);
        g_hash_table_unref(statistics->folders);
        g_free(statistics);
    }
}

/* ---- Counting ---- */

static CfnTally *tally_of_folder(CfnStatistics *statistics, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    CfnTally *tally = g_hash_table_lookup(statistics->folders, folder);
    if (tally == NULL) {
        tally = g_new0(CfnTally, 1);
        tally->name = folder;
        g_hash_table_insert(statistics->folders, g_steal_pointer(&folder), tally);
    }
    return tally;
}

static Repair *repair_of(CfnStatistics *statistics, const char *id)
{
    Repair *repair = g_hash_table_lookup(statistics->repairs, id);
    if (repair == NULL) {
        repair = g_new0(Repair, 1);
        repair->tally.name = id;
        g_hash_table_insert(statistics->repairs, (gpointer)id, repair);
    }
    return repair;
}

static void count(CfnTally *tally, const CfnFinding *finding)
{
    tally->fixed += finding->state == CFN_FIXED;
    tally->needs_consent += finding->state == CFN_NEEDS_CONSENT;
    tally->cannot_fix += finding->state == CFN_CANNOT_FIX;
    for (guint i = 0; finding->state == CFN_FIXED && i < CFN_EFFECT_COUNT; i++) {
        tally->effects[i] += ((guint)finding->effects >> i) & 1u;
    }
}

/* A finding in the file that has the number FILE. */
static void count_for_repair(Repair *repair, const CfnFinding *finding, guint file)
{
    CfnTally *tally = &repair->tally;
    count(tally, finding);
    tally->files += repair->found_in != file;
    repair->found_in = file;
    if (finding->state == CFN_FIXED) {
        tally->changed += repair->fixed_in != file;
        repair->fixed_in = file;
    }
}

void cfn_statistics_add(CfnStatistics *statistics, const CfnResult *result)
{
    CfnTally *folder = tally_of_folder(statistics, result->path);
    statistics->files++;
    folder->files++;
    folder->templates +=
        result->verdict == CFN_VERDICT_CHANGED || result->verdict == CFN_VERDICT_UNCHANGED;
    folder->changed += result->verdict == CFN_VERDICT_CHANGED;
    folder->errors += result->verdict == CFN_VERDICT_ERROR;
    const GPtrArray *findings = cfn_result_findings(result);
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = findings->pdata[i];
        count(folder, finding);
        count_for_repair(repair_of(statistics, finding->transform->id), finding, statistics->files);
    }
}

/* ---- Sorting ---- */

static guint findings_of(const CfnTally *tally)
{
    return tally->fixed + tally->needs_consent + tally->cannot_fix;
}

static gint by_weight(gconstpointer a, gconstpointer b)
{
    const CfnTally *one = *(const CfnTally *const *)a;
    const CfnTally *other = *(const CfnTally *const *)b;
    if (findings_of(one) != findings_of(other)) {
        return findings_of(one) > findings_of(other) ? -1 : 1;
    }
    if (one->errors != other->errors) {
        return one->errors > other->errors ? -1 : 1;
    }
    return strcmp(one->name, other->name);
}

/* The values of TABLE begin with a tally. */
static GPtrArray *sort(GHashTable *table)
{
    GPtrArray *sorted = g_ptr_array_new();
    GHashTableIter iter;
    gpointer tally;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &tally)) {
        g_ptr_array_add(sorted, tally);
    }
    g_ptr_array_sort(sorted, by_weight);
    return sorted;
}

GPtrArray *cfn_statistics_repairs(const CfnStatistics *statistics)
{
    return sort(statistics->repairs);
}

GPtrArray *cfn_statistics_folders(const CfnStatistics *statistics)
{
    return sort(statistics->folders);
}

/* ---- Tables ---- */

typedef struct {
    const char *title, *dry_title;
    size_t offset; /* of its figure in a tally */
} Column;

/* The place of the one bit of EFFECT. */
#define EFFECT(effect, title)                                                                      \
    {                                                                                              \
        title, title, offsetof(CfnTally, effects) + sizeof(guint) * (size_t)__builtin_ctz(effect)  \
    }

/* Of the effects those that cost something: data, access, a new physical resource, a resource. */
static const Column columns[] = {
    { "files", "files", offsetof(CfnTally, files) },
    { "templates", "templates", offsetof(CfnTally, templates) },
    { "changed", "to change", offsetof(CfnTally, changed) },
    { "fixed", "fixable", offsetof(CfnTally, fixed) },
    { "need consent", "need consent", offsetof(CfnTally, needs_consent) },
    { "cannot fix", "cannot fix", offsetof(CfnTally, cannot_fix) },
    { "errors", "errors", offsetof(CfnTally, errors) },
    EFFECT(CFN_EFFECT_DATA_DELETABLE, "data-deletable"),
    EFFECT(CFN_EFFECT_ACCESS_WIDENED, "access-widened"),
    EFFECT(CFN_EFFECT_REPLACEMENT, "replacement"),
    EFFECT(CFN_EFFECT_REMOVAL, "removal"),
};

static guint figure(const CfnTally *tally, const Column *column)
{
    return *(const guint *)(const void *)((const char *)tally + column->offset);
}

/* How wide COLUMN is for ROWS; 0 if it has no figure. */
static int measure(const GPtrArray *rows, const Column *column, const char *title)
{
    guint most = 0;
    for (guint i = 0; i < rows->len; i++) {
        most = MAX(most, figure(rows->pdata[i], column));
    }
    return most == 0 ? 0 : MAX((int)strlen(title), g_snprintf(NULL, 0, "%u", most));
}

static const char *title_of(const Column *column, bool dry_run)
{
    return dry_run ? column->dry_title : column->title;
}

static void append_row(GString *out, const CfnTally *row, const int *widths)
{
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (widths[i] > 0) {
            g_string_append_printf(out, "  %*u", widths[i], figure(row, &columns[i]));
        }
    }
    g_string_append(out, "  ");
    cfn_escape_line(out, row->name, strlen(row->name));
    g_string_append_c(out, '\n');
}

/* ROWS with a line of titles above; the names are those of a WHAT. */
static void append_table(GString *out, const GPtrArray *rows, const char *what, bool dry_run)
{
    int widths[G_N_ELEMENTS(columns)];
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        const char *title = title_of(&columns[i], dry_run);
        widths[i] = measure(rows, &columns[i], title);
        if (widths[i] > 0) {
            g_string_append_printf(out, "  %*s", widths[i], title);
        }
    }
    g_string_append_printf(out, "  %s\n", what);
    for (guint i = 0; i < rows->len; i++) {
        append_row(out, rows->pdata[i], widths);
    }
}

static void add_tally(CfnTally *sum, const CfnTally *tally)
{
    sum->files += tally->files;
    sum->templates += tally->templates;
    sum->changed += tally->changed;
    sum->fixed += tally->fixed;
    sum->needs_consent += tally->needs_consent;
    sum->cannot_fix += tally->cannot_fix;
    sum->errors += tally->errors;
    for (guint i = 0; i < CFN_EFFECT_COUNT; i++) {
        sum->effects[i] += tally->effects[i];
    }
}

static void append_folders(GString *out, GPtrArray *folders, bool dry_run)
{
    CfnTally others = { 0 };
    g_autofree char *name = NULL;
    if (folders->len > FOLDERS_SHOWN + 1) { /* one more takes no more room than its mention */
        for (guint i = FOLDERS_SHOWN; i < folders->len; i++) {
            add_tally(&others, folders->pdata[i]);
        }
        name = g_strdup_printf("(%u other folders)", folders->len - FOLDERS_SHOWN);
        others.name = name;
        g_ptr_array_set_size(folders, FOLDERS_SHOWN);
        g_ptr_array_add(folders, &others);
    }
    append_table(out, folders, "folder", dry_run);
}

void cfn_statistics_print(const CfnStatistics *statistics, bool dry_run, GString *out)
{
    g_autoptr(GPtrArray) repairs = cfn_statistics_repairs(statistics);
    g_autoptr(GPtrArray) folders = cfn_statistics_folders(statistics);
    if (repairs->len > 0) {
        append_table(out, repairs, "repair", dry_run);
        g_string_append_c(out, '\n');
    }
    if (folders->len > 0) {
        append_folders(out, folders, dry_run);
    }
}
