/*
 * A text that grows during a run and is written at its end.
 */
#include "cli/spool.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/error.h"
#include "text/file.h"
#include "text/temporary.h"

struct CfnSpool {
    char *path;
    CfnTemporary *file; /* has no name any more; NULL until there is much */
    off_t length;       /* of what it has; what stands behind was not taken */
    bool is_full;       /* nothing more can be put into it */
};

CfnSpool *cfn_spool_new(const char *path)
{
    CfnSpool *spool = g_new0(CfnSpool, 1);
    spool->path = g_strdup(path);
    return spool;
}

void cfn_spool_free(CfnSpool *spool)
{
    if (spool != NULL) {
        cfn_temporary_free(spool->file);
        g_free(spool->path);
        g_free(spool);
    }
}

/* That of the text; where there can be no files, as in /dev, that of temporary ones. */
static char *folder_of(const char *path)
{
    struct stat status;
    bool is_device = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    return is_device ? g_strdup(g_get_tmp_dir()) : g_path_get_dirname(path);
}

static CfnTemporary *new_file(const char *path)
{
    g_autofree char *folder = folder_of(path);
    CfnTemporary *file = cfn_temporary_new(folder, S_IRUSR | S_IWUSR);
    if (file != NULL) {
        (void)unlink(file->path);
        g_clear_pointer(&file->path, g_free);
    }
    return file;
}

/* Whether TEXT was put into the file, which is made for it. */
static bool put(CfnSpool *spool, const GString *text)
{
    if (spool->file == NULL && !spool->is_full) {
        spool->file = new_file(spool->path);
    }
    spool->is_full = spool->is_full || spool->file == NULL ||
                     !cfn_descriptor_write(spool->file->fd, text->str, text->len);
    spool->length += spool->is_full ? 0 : (off_t)text->len;
    return !spool->is_full;
}

void cfn_spool_take(CfnSpool *spool, GString *text)
{
    if (text->len >= CFN_SPOOL_MUCH && put(spool, text)) {
        g_string_truncate(text, 0);
    }
}

/* What was taken. */
static GBytes *map(const CfnSpool *spool, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GMappedFile) file = NULL;
    if (ftruncate(spool->file->fd, spool->length) == 0) {
        file = g_mapped_file_new_from_fd(spool->file->fd, FALSE, &reason);
    }
    if (file == NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_WRITE, "%s: cannot be written: %s", spool->path,
                    reason != NULL ? reason->message : g_strerror(errno));
        return NULL;
    }
    return g_mapped_file_get_bytes(file);
}

GBytes *cfn_spool_end(CfnSpool *spool, GString *text, GError **error)
{
    if (spool->file == NULL) {
        return g_string_free_to_bytes(text);
    }
    if (put(spool, text)) {
        g_string_truncate(text, 0);
    }
    GBytes *bytes = map(spool, error);
    if (bytes != NULL && text->len > 0) {
        gsize length;
        const char *taken = g_bytes_get_data(bytes, &length);
        g_string_prepend_len(text, taken, (gssize)length);
        g_bytes_unref(bytes);
        return g_string_free_to_bytes(text);
    }
    g_string_free(text, TRUE);
    return bytes;
}
