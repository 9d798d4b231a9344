/*
 * The file of --journal.
 */
#include "cli/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "report/json_value.h"
#include "text/error.h"
#include "text/file.h"

#define FORMAT_VERSION 1
/* What the first line of every version begins with. */
#define MARK "{\"journal\": \"cfnfix\""

struct CfnJournalFile {
    char *path;
    int fd;         /* locked */
    off_t length;   /* of its whole lines */
    gint64 unsaved; /* since when there is something that may not be on the disk; 0: nothing */
};

static bool fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_READ, "%s: %s", path, what);
    return false;
}

/* The same with the reason in errno. */
static bool fail_errno(GError **error, const char *path, const char *what)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_WRITE, "%s: %s: %s", path, what, g_strerror(errno));
    return false;
}

static bool fail_line(GError **error, const char *path, guint line, const char *what)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_SYNTAX, "%s:%u:1: %s", path, line, what);
    return false;
}

/* ---- Hashes ---- */

static bool read_hash(const json_t *record, const char *key, guint8 hash[CFN_HASH_BYTES])
{
    const char *text = json_string_value(json_object_get(record, key));
    if (text == NULL || strlen(text) != 2 * (size_t)CFN_HASH_BYTES) {
        return false;
    }
    for (size_t i = 0; i < CFN_HASH_BYTES; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]), low = g_ascii_xdigit_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        hash[i] = (guint8)(high << 4 | low);
    }
    return true;
}

static json_t *make_hash(const guint8 hash[CFN_HASH_BYTES])
{
    char text[2 * CFN_HASH_BYTES + 1];
    for (size_t i = 0; i < CFN_HASH_BYTES; i++) {
        g_snprintf(text + 2 * i, 3, "%02x", hash[i]);
    }
    return json_string(text);
}

/* ---- Lines ---- */

static bool read_count(const json_t *record, const char *key, guint *count)
{
    const json_t *value = json_object_get(record, key);
    json_int_t number = json_integer_value(value);
    *count = (guint)number;
    return json_is_integer(value) && number >= 0 && number <= G_MAXINT;
}

static bool read_record(const json_t *json, CfnJournalRecord *record)
{
    CfnLeft *left = &record->left;
    return json_is_string(json_object_get(json, "path")) &&
           read_hash(json, "before", record->before) &&
           read_hash(json, "options", record->options) && read_hash(json, "after", record->after) &&
           read_count(json, "needsConsent", &left->needs_consent) &&
           read_count(json, "cannotFix", &left->cannot_fix) &&
           read_count(json, "accepted", &left->accepted) &&
           read_count(json, "notices", &left->notices);
}

static bool check_header(const char *path, const json_t *header, GError **error)
{
    const char *mark = json_string_value(json_object_get(header, "journal"));
    if (mark == NULL || strcmp(mark, "cfnfix") != 0) {
        return fail(error, path, "is no journal of cfnfix, left alone");
    }
    return json_integer_value(json_object_get(header, "version")) == FORMAT_VERSION ||
           fail_line(error, path, 1, "version must be 1: this cfnfix reads no other");
}

/* LINE, with its newline, is the one with the number NUMBER. */
static bool read_line(const char *path, const char *line, size_t length, guint number,
                      GArray *records, GError **error)
{
    json_t *json = json_loadb(line, length, 0, NULL);
    CfnJournalRecord record;
    bool is_read;
    if (number == 1) {
        is_read = check_header(path, json, error);
    } else {
        is_read = read_record(json, &record) ||
                  fail_line(error, path, number, "is no record of a journal");
        if (is_read) {
            g_array_append_val(records, record);
        }
    }
    json_decref(json);
    return is_read;
}

/* What a run that was killed while it began a journal can have left. */
static bool is_begun(const char *text, size_t length)
{
    return strncmp(text, MARK, MIN(length, strlen(MARK))) == 0;
}

static bool read_lines(CfnJournalFile *file, FILE *stream, GArray *records, GError **error)
{
    char *line = NULL;
    size_t size = 0;
    bool is_read = true;
    ssize_t length = getline(&line, &size, stream);
    for (guint number = 1; is_read && length > 0; number++) {
        if (line[length - 1] != '\n') {
            is_read = number > 1 || is_begun(line, (size_t)length) ||
                      fail(error, file->path, "is no journal of cfnfix, left alone");
            break;
        }
        is_read = read_line(file->path, line, (size_t)length, number, records, error);
        file->length += length;
        length = getline(&line, &size, stream);
    }
    free(line);
    return is_read && (!ferror(stream) || fail_errno(error, file->path, "cannot be read"));
}

static bool read_all(CfnJournalFile *file, GArray *records, GError **error)
{
    int copy = dup(file->fd);
    FILE *stream = copy >= 0 ? fdopen(copy, "r") : NULL;
    if (stream == NULL) {
        return fail_errno(error, file->path, "cannot be read");
    }
    bool is_read = read_lines(file, stream, records, error);
    (void)fclose(stream);
    return is_read;
}

/* ---- Writing ---- */

/* Appends TEXT, a whole line, or nothing. */
static bool append(CfnJournalFile *file, const GString *text, GError **error)
{
    if (!cfn_descriptor_write(file->fd, text->str, text->len)) {
        fail_errno(error, file->path, "cannot be written");
        (void)ftruncate(file->fd, file->length);
        return false;
    }
    file->length += (off_t)text->len;
    return true;
}

static bool begin(CfnJournalFile *file, GError **error)
{
    g_autoptr(GString) header = g_string_new(NULL);
    g_string_printf(header,
                    MARK ", \"version\": %d, \"tool\": {\"name\": \"cfnfix\", \"version\": \"%s\"}"
                         "}\n",
                    FORMAT_VERSION, CFN_VERSION);
    g_autofree char *folder = g_path_get_dirname(file->path);
    if (!append(file, header, error) || !cfn_journal_file_flush(file, error)) {
        return false;
    }
    cfn_folder_flush(folder);
    return true;
}

bool cfn_journal_file_append(CfnJournalFile *file, const char *template_path,
                             const CfnJournalRecord *record, GError **error)
{
    json_t *json = json_object();
    json_object_set_new(json, "path", cfn_json_string(template_path));
    json_object_set_new(json, "before", make_hash(record->before));
    json_object_set_new(json, "after", make_hash(record->after));
    json_object_set_new(json, "options", make_hash(record->options));
    json_object_set_new(json, "needsConsent", cfn_json_count(record->left.needs_consent));
    json_object_set_new(json, "cannotFix", cfn_json_count(record->left.cannot_fix));
    json_object_set_new(json, "accepted", cfn_json_count(record->left.accepted));
    json_object_set_new(json, "notices", cfn_json_count(record->left.notices));
    g_autoptr(GString) line = g_string_new(NULL);
    cfn_json_append(line, json);
    g_string_append_c(line, '\n');
    if (!append(file, line, error)) {
        return false;
    }
    gint64 now = g_get_monotonic_time();
    file->unsaved = file->unsaved > 0 ? file->unsaved : now;
    return now - file->unsaved < G_USEC_PER_SEC || cfn_journal_file_flush(file, error);
}

bool cfn_journal_file_flush(CfnJournalFile *file, GError **error)
{
    file->unsaved = 0;
    return fsync(file->fd) == 0 || errno == EINVAL ||
           fail_errno(error, file->path, "cannot be written");
}

/* ---- Opening ---- */

static bool check_file(const CfnJournalFile *file, GError **error)
{
    struct stat status;
    if (fstat(file->fd, &status) != 0) {
        return fail_errno(error, file->path, "cannot be read");
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(error, file->path, "is no regular file");
    }
    if (flock(file->fd, LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    return errno == EWOULDBLOCK ? fail(error, file->path, "another run is using this journal")
                                : fail_errno(error, file->path, "cannot be locked");
}

/* Cuts off what was not written to its end. */
static bool cut(const CfnJournalFile *file, GError **error)
{
    return ftruncate(file->fd, file->length) == 0 ||
           fail_errno(error, file->path, "cannot be written");
}

CfnJournalFile *cfn_journal_file_open(const char *path, GArray *records, GError **error)
{
    /* Without O_NONBLOCK a FIFO would hold us. */
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd < 0) {
        fail_errno(error, path, "cannot be opened");
        return NULL;
    }
    g_autoptr(CfnJournalFile) file = g_new0(CfnJournalFile, 1);
    file->path = g_strdup(path);
    file->fd = fd;
    if (!check_file(file, error) || !read_all(file, records, error) || !cut(file, error) ||
        (file->length == 0 && !begin(file, error))) {
        return NULL;
    }
    return g_steal_pointer(&file);
}

void cfn_journal_file_close(CfnJournalFile *file)
{
    if (file != NULL) {
        close(file->fd);
        g_free(file->path);
        g_free(file);
    }
}
