/*
 * The stage «hostile»: everything else that reads bytes which somebody else wrote.
 *
 * The first byte says who reads the others: the parent what workers send, --journal, --stream,
 * --config, --baseline, --seen. None of them crashes. Of a parcel all is told in every format; an
 * answer of --stream is one line of JSON; a journal that is taken goes on, and one that is refused
 * stays as it is.
 */
#define _GNU_SOURCE 1 /* memfd_create */
#include "harness.h"

#include <jansson.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/account_sites.h"
#include "cli/baseline.h"
#include "cli/feed.h"
#include "cli/journal_file.h"
#include "cli/stream_answer.h"
#include "report/hide.h"
#include "report/parcel.h"
#include "report/statistics.h"
#include "transforms/registry.h"

/* ---- A file in memory ---- */

typedef struct {
    int fd;
    char path[32];
} File;

static File make_file(const uint8_t *data, size_t size)
{
    File file = { .fd = memfd_create("input", MFD_CLOEXEC) };
    fuzz_check(file.fd >= 0 && write(file.fd, data, size) == (ssize_t)size &&
                   lseek(file.fd, 0, SEEK_SET) == 0,
               "no file in memory", 0);
    (void)g_snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
    return file;
}

static bool still_has(const File *file, const uint8_t *data, size_t size)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    return g_file_get_contents(file->path, &text, &length, NULL) && length == size &&
           memcmp(text, data, size) == 0;
}

/* ---- Parcels ---- */

static void tell(const CfnReporter *reporter, const CfnResult *result, const CfnTotals *totals)
{
    const CfnManner manner = { .transforms = cfn_transforms, .color = true };
    g_autoptr(CfnReport) report = cfn_report_new(reporter, &manner);
    cfn_report_add(report, result, totals);
    cfn_report_end(report, totals);
}

/* As cli/session.c takes it. */
static void take(CfnResult *result)
{
    CfnTotals totals;
    cfn_totals_init(&totals);
    totals.statistics = cfn_statistics_new();
    cfn_hide_result(result);
    if (result->before != NULL) {
        g_autoptr(GBytes) base = g_bytes_new_static("Resources:\n", 11);
        result->touched = cfn_touched_new(base, result->before);
    }
    for (const CfnReporter *const *at = cfn_reporters; *at != NULL; at++) {
        tell(*at, result, &totals);
    }
    cfn_totals_add(&totals, result);
    g_autoptr(GString) out = g_string_new(NULL);
    cfn_statistics_print(totals.statistics, true, out);
    cfn_totals_release(&totals);
}

static void unpack(GBytes *parcel)
{
    const CfnParcelParts parts = CFN_PARCEL_TEXT | CFN_PARCEL_NAME | CFN_PARCEL_DIFF;
    g_autoptr(CfnResult) result =
        cfn_parcel_unpack(parcel, "a.yaml", cfn_transforms, FUZZ_LIMIT, parts);
    if (result != NULL) {
        take(result);
    }
}

static void read_parcel(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) parcel = g_bytes_new(data, size);
    unpack(parcel);
}

static CfnResult *work(CfnSource *source)
{
    const CfnOptions options = { .transforms = cfn_transforms, .with_suggestions = true };
    CfnResult *result = g_new0(CfnResult, 1);
    result->path = g_strdup("a.yaml");
    result->name = g_strdup("a.yaml");
    result->before = g_bytes_ref(source->bytes);
    result->outcome = cfn_run(source, &options);
    result->verdict = result->outcome->after != NULL ? CFN_VERDICT_CHANGED : CFN_VERDICT_UNCHANGED;
    result->diff = g_strdup("");
    if (result->outcome->error != NULL) {
        result->verdict = CFN_VERDICT_ERROR;
        result->error = g_error_copy(result->outcome->error);
    }
    return result;
}

/* A template, a NUL, and what is damaged of its parcel: places (two bytes) and bytes. */
static void read_damaged(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    CfnSource *source = end != NULL ? fuzz_source(data, (size_t)(end - data)) : NULL;
    if (source == NULL) {
        return;
    }
    g_autoptr(CfnResult) result = work(source);
    g_autoptr(GBytes) whole = cfn_parcel_pack(result, cfn_transforms, CFN_PARCEL_TEXT);
    gsize length;
    uint8_t *bytes = g_bytes_unref_to_data(g_steal_pointer(&whole), &length);
    for (const uint8_t *at = end + 1; at + 3 <= data + size; at += 3) {
        const size_t from_end = (size_t)(at[0] << 8 | at[1]) % length;
        bytes[length - 1 - from_end] = at[2]; /* the small and telling parts stand there */
    }
    g_autoptr(GBytes) parcel = g_bytes_new_take(bytes, length);
    unpack(parcel);
}

static void read_sites(const uint8_t *data, size_t size)
{
    CfnAccountSite sites[CFN_ACCOUNT_KINDS];
    g_autoptr(GBytes) packed = g_bytes_new(data, size);
    if (!cfn_account_sites_unpack(packed, sites)) {
        return;
    }
    g_autoptr(GBytes) again = cfn_account_sites_pack(sites);
    cfn_account_sites_clear(sites);
    fuzz_check(cfn_account_sites_unpack(again, sites), "sites that were packed", 0);
    cfn_account_sites_clear(sites);
}

/* ---- Journals ---- */

/* The number of its records, or -1 if it is refused. One is appended. */
static int read_records(const File *file)
{
    g_autoptr(GArray) records = g_array_new(FALSE, FALSE, sizeof(CfnJournalRecord));
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnJournalFile) journal = cfn_journal_file_open(file->path, records, &error);
    if (journal == NULL) {
        fuzz_check(error != NULL, "refused without a reason", 0);
        return -1;
    }
    const CfnJournalRecord record = { .left = { 1, 2, 3, 4 } };
    fuzz_check(cfn_journal_file_append(journal, "a\n\xFF.yaml", &record, NULL), "no room", 0);
    return (int)records->len;
}

static void read_journal(const uint8_t *data, size_t size)
{
    const File file = make_file(data, size);
    const int count = read_records(&file);
    if (count < 0) {
        fuzz_check(still_has(&file, data, size), "a journal that is refused has changed", 0);
    } else {
        fuzz_check(read_records(&file) == count + 1, "a journal has lost records", 0);
    }
    (void)close(file.fd);
}

/* ---- Streams ---- */

static CfnCommand *command_of(const char *option, const char *value, const char *input)
{
    char *argv[] = { "cfnfix", "--quiet", (char *)option, (char *)value, (char *)input, NULL };
    g_autoptr(GError) error = NULL;
    CfnCommand *command = cfn_command_parse(argv, cfn_transforms, &error);
    g_assert_no_error(error);
    return command;
}

static void check_answer(GBytes *answer, CfnStreamState state)
{
    gsize length;
    const char *text = g_bytes_get_data(answer, &length);
    const char *newline = memchr(text, '\n', length);
    fuzz_check(newline != NULL && newline == text + length - 1, "an answer is one line", 0);
    json_auto_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    fuzz_check(json != NULL, "an answer is JSON", 0);
    fuzz_check(json_is_null(json_object_get(json, "error")) == (state != CFN_STREAM_ERROR),
               "an answer and its state", 0);
    fuzz_check(json_is_array(json_object_get(json, "findings")) &&
                   json_is_string(json_object_get(json, "diff")),
               "an answer has its members", 0);
}

/* LINE is what stands at DATA up to the newline or its end. Returns how much that is. */
static size_t check_line(GBytes *line, const uint8_t *data, size_t size)
{
    const uint8_t *newline = memchr(data, '\n', size);
    const size_t length = newline != NULL ? (size_t)(newline - data) : size;
    gsize got;
    const void *bytes = g_bytes_get_data(line, &got);
    fuzz_check(got == length && (length == 0 || memcmp(bytes, data, length) == 0), "a line", 0);
    return length + (newline != NULL);
}

static void read_stream(const uint8_t *data, size_t size)
{
    static CfnCommand *command;
    static CfnConfigs *configs;
    if (command == NULL) {
        command = command_of("--stream", "--no-config", NULL);
        configs = cfn_configs_new(command, NULL);
    }
    const File file = make_file(data, size);
    g_autoptr(CfnFeed) feed = cfn_feed_new(file.fd, FUZZ_LIMIT);
    size_t at = 0;
    g_autoptr(GBytes) line = NULL;
    while (cfn_feed_next(feed, &line) == CFN_FEED_LINE) {
        at += check_line(line, data + at, size - at);
        CfnStreamState state = CFN_STREAM_ERROR;
        g_autoptr(GBytes) answer = cfn_stream_answer(command, configs, line, &state);
        check_answer(answer, state);
        g_clear_pointer(&line, g_bytes_unref);
    }
    fuzz_check(at == size || size > FUZZ_LIMIT, "a stream's end", (uint32_t)at);
    (void)close(file.fd);
}

/* ---- Files beside templates ---- */

static void read_config(const uint8_t *data, size_t size)
{
    const File file = make_file(data, size);
    g_autoptr(CfnCommand) command = command_of("--config", file.path, "a.yaml");
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnConfigs) configs = cfn_configs_new(command, &error);
    fuzz_check((configs == NULL) == (error != NULL), "a configuration or an error", 0);
    if (configs != NULL) {
        (void)cfn_configs_apply_to_name(configs, "a/b.yaml");
        g_free(cfn_configs_show(configs, "a/b.yaml", NULL));
    }
    (void)close(file.fd);
}

static void read_baseline(const uint8_t *data, size_t size)
{
    const File file = make_file(data, size);
    g_autoptr(CfnCommand) command = command_of("--baseline", file.path, "a.yaml");
    g_autoptr(GPtrArray) inputs = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnBaseline) baseline = cfn_baseline_new(command, inputs, &error);
    fuzz_check((baseline == NULL) == (error != NULL), "a baseline or an error", 0);
    (void)close(file.fd);
}

static void read_seen(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(CfnSeen) seen = cfn_seen_new((const char *)data, size);
    (void)cfn_seen_has(seen, text);
    (void)cfn_seen_is_forged(text);
}

/* ---- */

static const struct {
    char letter;
    void (*read)(const uint8_t *data, size_t size);
} readers[] = {
    { 'p', read_parcel }, { 'a', read_sites },  { 'd', read_damaged },  { 'j', read_journal },
    { 's', read_stream }, { 'c', read_config }, { 'b', read_baseline }, { 'r', read_seen },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; size > 0 && i < G_N_ELEMENTS(readers); i++) {
        if (data[0] == (uint8_t)readers[i].letter) {
            readers[i].read(data + 1, size - 1);
        }
    }
    return 0;
}
