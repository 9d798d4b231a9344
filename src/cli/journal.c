/*
 * --journal: what earlier runs have done is not done again.
 */
#include "cli/journal.h"

#include <string.h>

#include "cli/inputs.h"
#include "cli/journal_file.h"
#include "engine/names.h"
#include "engine/round.h"
#include "text/file.h"
#include "text/hash.h"

struct CfnJournalView {
    const CfnJournal *journal;
    guint8 options[CFN_HASH_BYTES];
};

struct CfnJournal {
    const CfnCommand *command;
    CfnJournalFile *file;
    GArray *records;   /* CfnJournalRecord, as the run found them */
    GHashTable *index; /* the two hashes that a record is looked up by, in it */
    GHashTable *views; /* what it is made of, as text -> its CfnJournalView* */
    char *baseline;    /* all that the baseline accepts, as a hash; NULL if there is none */
    bool tells_all;    /* whatever is left in a template is to be told again */
    GError *failure;   /* why nothing more is recorded, or NULL */
};

/* ---- Looking up ---- */

static guint hash_pair(gconstpointer pair)
{
    return (guint)cfn_hash(pair, 2 * (size_t)CFN_HASH_BYTES);
}

static gboolean equals_pair(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, 2 * (size_t)CFN_HASH_BYTES) == 0;
}

/* What is repaired in place has the text after; what goes elsewhere keeps the text before. */
static bool is_in_place(const CfnJournal *journal)
{
    return journal->command->output_dir == NULL;
}

static void index_records(CfnJournal *journal)
{
    size_t start = is_in_place(journal) ? G_STRUCT_OFFSET(CfnJournalRecord, options)
                                        : G_STRUCT_OFFSET(CfnJournalRecord, before);
    for (guint i = 0; i < journal->records->len; i++) {
        CfnJournalRecord *record = &g_array_index(journal->records, CfnJournalRecord, i);
        g_hash_table_insert(journal->index, (guint8 *)record + start, record);
    }
}

static const CfnJournalRecord *find(const CfnJournalView *view, const guint8 hash[CFN_HASH_BYTES])
{
    guint8 pair[2 * CFN_HASH_BYTES];
    bool is_after = is_in_place(view->journal);
    memcpy(pair + (is_after ? 0 : CFN_HASH_BYTES), view->options, CFN_HASH_BYTES);
    memcpy(pair + (is_after ? CFN_HASH_BYTES : 0), hash, CFN_HASH_BYTES);
    return g_hash_table_lookup(view->journal->index, pair);
}

static void hash_bytes(GBytes *bytes, guint8 hash[CFN_HASH_BYTES])
{
    gsize length, size = CFN_HASH_BYTES;
    const guchar *data = g_bytes_get_data(bytes, &length);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, data, (gssize)length);
    g_checksum_get_digest(sum, hash, &size);
}

/* Whether TARGET has what it would be written with. */
static bool is_written(const CfnJournal *journal, const CfnJournalRecord *record,
                       const char *target)
{
    guint8 hash[CFN_HASH_BYTES];
    g_autoptr(GBytes) bytes = cfn_file_read(target, 2 * journal->command->max_size, NULL, NULL);
    if (bytes == NULL) {
        return false;
    }
    hash_bytes(bytes, hash);
    return memcmp(hash, record->after, CFN_HASH_BYTES) == 0;
}

static bool is_told(const CfnJournal *journal, const CfnLeft *left)
{
    return !journal->tells_all ||
           left->needs_consent + left->cannot_fix + left->accepted + left->notices == 0;
}

bool cfn_journal_recall(const CfnJournalView *view, const char *target, CfnResult *result)
{
    guint8 hash[CFN_HASH_BYTES];
    hash_bytes(result->before, hash);
    const CfnJournalRecord *record = find(view, hash);
    if (record == NULL || (target != NULL && !is_written(view->journal, record, target)) ||
        !is_told(view->journal, &record->left)) {
        return false;
    }
    result->verdict = CFN_VERDICT_UNCHANGED;
    result->outcome = cfn_outcome_without_run(NULL);
    result->was_done = true;
    result->left = record->left;
    return true;
}

/* ---- Recording ---- */

void cfn_journal_mark(const CfnJournalView *view, CfnResult *result)
{
    if (result->verdict > CFN_VERDICT_UNCHANGED) {
        return;
    }
    guint8 hashes[2 * CFN_HASH_BYTES];
    GBytes *after =
        result->verdict == CFN_VERDICT_CHANGED ? result->outcome->after : result->before;
    hash_bytes(result->before, hashes);
    hash_bytes(after, hashes + CFN_HASH_BYTES);
    /* What is done again only to be told is recorded already. */
    if (find(view, hashes + (is_in_place(view->journal) ? CFN_HASH_BYTES : 0)) == NULL) {
        result->hashes = g_bytes_new(hashes, sizeof hashes);
    }
}

static CfnLeft count_left(const CfnResult *result)
{
    CfnLeft left = { .accepted = cfn_result_accepted(result)->len,
                     .notices = result->outcome->notices->len };
    const GPtrArray *findings = cfn_result_findings(result);
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *finding = findings->pdata[i];
        left.needs_consent += finding->state == CFN_NEEDS_CONSENT;
        left.cannot_fix += finding->state == CFN_CANNOT_FIX;
    }
    return left;
}

void cfn_journal_take(CfnJournal *journal, const CfnJournalView *view, const CfnResult *result)
{
    if (view == NULL || result->hashes == NULL || journal->failure != NULL ||
        g_bytes_get_size(result->hashes) != (gsize)2 * CFN_HASH_BYTES) {
        return;
    }
    CfnJournalRecord record = { .left = count_left(result) };
    const guint8 *hashes = g_bytes_get_data(result->hashes, NULL);
    memcpy(record.before, hashes, CFN_HASH_BYTES);
    memcpy(record.after, hashes + CFN_HASH_BYTES, CFN_HASH_BYTES);
    memcpy(record.options, view->options, CFN_HASH_BYTES);
    (void)cfn_journal_file_append(journal->file, result->path, &record, &journal->failure);
}

bool cfn_journal_finish(CfnJournal *journal, GError **error)
{
    if (journal->failure == NULL) {
        return cfn_journal_file_flush(journal->file, error);
    }
    g_propagate_error(error, g_steal_pointer(&journal->failure));
    return false;
}

/* ---- What decides what becomes of a template ---- */

/* Appends "WORD KEY VALUE" for each in TABLE (NULL: none), in the order of the keys. */
static void append_table(GString *out, const char *word, GHashTable *table)
{
    g_autoptr(GList) keys = table != NULL ? g_hash_table_get_keys(table) : NULL;
    keys = g_list_sort(keys, (GCompareFunc)strcmp);
    for (const GList *key = keys; key != NULL; key = key->next) {
        g_string_append_printf(out, "%s %s %s\n", word, (const char *)key->data,
                               (const char *)g_hash_table_lookup(table, key->data));
    }
}

static char *describe(const CfnJournal *journal, const CfnInput *input)
{
    const CfnOptions *options = input->options;
    GString *out = g_string_new("cfnfix " CFN_VERSION "\n");
    g_string_append_printf(out, "profile %s\nunsafe %d\nadd ignores %d\nno ignores %d\n",
                           cfn_profile_names[options->profile], options->unsafe_fixes,
                           options->add_ignores, options->no_ignores);
    for (const CfnTransform *const *transform = options->transforms; *transform != NULL;
         transform++) {
        if (cfn_options_select(options, *transform)) {
            g_string_append_printf(out, "repair %s\n", (*transform)->id);
        }
    }
    append_table(out, "setting", options->settings);
    if (input->acceptance != NULL) {
        g_string_append_printf(out, "baseline %s %s\n", journal->baseline, input->acceptance->path);
    }
    return g_string_free(out, FALSE);
}

static const CfnJournalView *make_view(CfnJournal *journal, const CfnInput *input)
{
    g_autofree char *text = describe(journal, input);
    CfnJournalView *view = g_hash_table_lookup(journal->views, text);
    if (view == NULL) {
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        view = g_new0(CfnJournalView, 1);
        view->journal = journal;
        hash_bytes(bytes, view->options);
        g_hash_table_insert(journal->views, g_steal_pointer(&text), view);
    }
    return view;
}

static char *hash_baseline(GHashTable *known)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_table(text, "accepted", known);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, (gssize)text->len);
}

static void add_views(CfnJournal *journal, GPtrArray *inputs)
{
    for (guint i = 0; i < inputs->len; i++) {
        CfnInput *input = inputs->pdata[i];
        if (input->error != NULL || input->is_excluded || input->options == NULL) {
            continue;
        }
        if (input->acceptance != NULL && journal->baseline == NULL) {
            journal->baseline = hash_baseline(input->acceptance->known);
        }
        input->journal = make_view(journal, input);
    }
}

CfnJournal *cfn_journal_new(const CfnCommand *command, GPtrArray *inputs, GError **error)
{
    g_autoptr(CfnJournal) journal = g_new0(CfnJournal, 1);
    journal->command = command;
    journal->tells_all = command->reports->len > 0 || command->baseline != NULL ||
                         command->format != &cfn_reporter_text;
    journal->records = g_array_new(FALSE, FALSE, sizeof(CfnJournalRecord));
    journal->index = g_hash_table_new(hash_pair, equals_pair);
    journal->views = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free);
    journal->file = cfn_journal_file_open(command->journal, journal->records, error);
    if (journal->file == NULL) {
        return NULL;
    }
    index_records(journal);
    add_views(journal, inputs);
    return g_steal_pointer(&journal);
}

void cfn_journal_free(CfnJournal *journal)
{
    if (journal == NULL) {
        return;
    }
    cfn_journal_file_close(journal->file);
    g_array_unref(journal->records);
    g_hash_table_unref(journal->index);
    g_hash_table_unref(journal->views);
    g_free(journal->baseline);
    g_clear_error(&journal->failure);
    g_free(journal);
}
