/*
 * Reading a file without being fooled, writing it without losing it.
 */
#include "text/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/error.h"
#include "text/temporary.h"

enum { CHUNK = 64 * 1024 };

static bool fail(GError **error, CfnErrorCode code, const char *path, const char *what)
{
    g_set_error(error, CFN_ERROR, (int)code, "%s: %s", path, what);
    return false;
}

/* The same with the reason in errno. */
static bool fail_errno(GError **error, CfnErrorCode code, const char *path, const char *what)
{
    g_set_error(error, CFN_ERROR, (int)code, "%s: %s: %s", path, what, g_strerror(errno));
    return false;
}

static bool check_regular(const char *path, const struct stat *status, GError **error)
{
    if (S_ISREG(status->st_mode)) {
        return true;
    }
    return fail(error, CFN_ERROR_READ, path,
                S_ISDIR(status->st_mode) ? "is a folder" : "is no regular file");
}

static bool fail_size(GError **error, const char *path, size_t limit)
{
    g_set_error(error, CFN_ERROR, CFN_ERROR_SIZE,
                "%s: larger than the limit of %" G_GSIZE_FORMAT " bytes", path, limit);
    return false;
}

/* Reads up to the end of FD, as no size told beforehand can be trusted. */
static bool read_all(int fd, const char *path, size_t limit, GByteArray *bytes, GError **error)
{
    g_autofree guint8 *chunk = g_malloc(CHUNK);
    for (;;) {
        ssize_t count = read(fd, chunk, CHUNK);
        if (count == 0) {
            return true;
        }
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_errno(error, CFN_ERROR_READ, path, "cannot be read");
        }
        if ((size_t)count > limit - bytes->len) {
            return fail_size(error, path, limit);
        }
        g_byte_array_append(bytes, chunk, (guint)count);
    }
}

/* A GByteArray counts in 32 bits, and doubles as it grows. */
static size_t clamp(size_t limit)
{
    return MIN(limit, (size_t)1 << 30);
}

static bool read_regular(int fd, const char *path, size_t limit, struct stat *status,
                         GByteArray *bytes, GError **error)
{
    if (fstat(fd, status) != 0) {
        return fail_errno(error, CFN_ERROR_READ, path, "cannot be read");
    }
    if (!check_regular(path, status, error)) {
        return false;
    }
    if (status->st_size > (off_t)limit) {
        return fail_size(error, path, limit);
    }
    return read_all(fd, path, limit, bytes, error);
}

GBytes *cfn_file_read(const char *path, size_t limit, CfnFileState *state, GError **error)
{
    /* Without O_NONBLOCK a FIFO would hold us until somebody writes to it. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        fail_errno(error, CFN_ERROR_READ, path, "cannot be opened");
        return NULL;
    }
    struct stat status;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    bool is_read = read_regular(fd, path, clamp(limit), &status, bytes, error);
    close(fd);
    if (!is_read) {
        return NULL;
    }
    if (state != NULL) {
        state->status = status;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

GBytes *cfn_file_read_stdin(size_t limit, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    if (!read_all(STDIN_FILENO, "standard input", clamp(limit), bytes, error)) {
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

/* Whether the file TARGET is still the one of BEFORE; PATH is for the message. */
static bool check_unchanged(const char *path, const char *target, const struct stat *before,
                            GError **error)
{
    struct stat now;
    bool is_same = stat(target, &now) == 0 && now.st_dev == before->st_dev &&
                   now.st_ino == before->st_ino && now.st_size == before->st_size &&
                   now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
                   now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
    return is_same || fail(error, CFN_ERROR_CHANGED, path, "changed since it was read, left alone");
}

/* root may write to any file, but one without a single write bit is meant to stay as it is. */
static bool check_writable(const char *path, const char *target, mode_t mode, GError **error)
{
    bool has_bit = (mode & (S_IWUSR | S_IWGRP | S_IWOTH)) != 0;
    return (has_bit && access(target, W_OK) == 0) ||
           fail(error, CFN_ERROR_WRITE, path, "is read-only");
}

bool cfn_descriptor_write(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t count = write(fd, at, length);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        at += MAX(count, 0);
        length -= (size_t)MAX(count, 0);
    }
    return true;
}

/* The owner first: changing it clears the set-id bits, which nobody else may have anyway. */
static bool take_over(int fd, const struct stat *status)
{
    bool is_owned = fchown(fd, status->st_uid, status->st_gid) == 0;
    return fchmod(fd, status->st_mode & (is_owned ? 07777 : 0777)) == 0;
}

/* Until BYTES are on the disk. */
static bool fill(int fd, GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    if (!cfn_descriptor_write(fd, text, length)) {
        return false;
    }
    int status;
    do {
        status = fsync(fd);
    } while (status != 0 && errno == EINTR);
    return status == 0;
}

void cfn_folder_flush(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static CfnTemporary *make_beside(const char *path, const char *folder, mode_t mode, GError **error)
{
    CfnTemporary *temporary = cfn_temporary_new(folder, mode);
    if (temporary == NULL) {
        fail_errno(error, CFN_ERROR_WRITE, path, "no temporary file in its folder");
    }
    return temporary;
}

static bool replace(const char *path, const char *target, GBytes *bytes, const struct stat *before,
                    GError **error)
{
    g_autofree char *folder = g_path_get_dirname(target);
    g_autoptr(CfnTemporary) temporary = make_beside(path, folder, S_IRUSR | S_IWUSR, error);
    if (temporary == NULL) {
        return false;
    }
    if (!take_over(temporary->fd, before) || !fill(temporary->fd, bytes)) {
        return fail_errno(error, CFN_ERROR_WRITE, path, "cannot be written");
    }
    if (!check_unchanged(path, target, before, error)) {
        return false;
    }
    if (!cfn_temporary_replace(temporary, target)) {
        return fail_errno(error, CFN_ERROR_WRITE, path, "cannot be replaced");
    }
    cfn_folder_flush(folder);
    return true;
}

bool cfn_file_write(const char *path, GBytes *bytes, const CfnFileState *state, GError **error)
{
    g_autofree char *target = realpath(path, NULL); /* g_free is free */
    struct stat status;
    if (target == NULL || stat(target, &status) != 0) {
        return fail_errno(error, CFN_ERROR_WRITE, path, "cannot be written");
    }
    const struct stat *before = state != NULL ? &state->status : &status;
    return check_regular(path, &status, error) && check_unchanged(path, target, before, error) &&
           check_writable(path, target, status.st_mode, error) &&
           replace(path, target, bytes, before, error);
}

bool cfn_file_create(const char *path, GBytes *bytes, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(CfnTemporary) temporary = make_beside(path, folder, 0666, error);
    if (temporary == NULL) {
        return false;
    }
    if (fill(temporary->fd, bytes) && cfn_temporary_become(temporary, path)) {
        cfn_folder_flush(folder);
        return true;
    }
    return errno == EEXIST ? fail(error, CFN_ERROR_CHANGED, path, "appeared meanwhile, left alone")
                           : fail_errno(error, CFN_ERROR_WRITE, path, "cannot be written");
}

/* False with the reason in errno: ENOENT only where the folder above is missing. */
static bool make_folder(const char *path, const char *above)
{
    struct stat status;
    if (mkdir(path, 0777) == 0) {
        cfn_folder_flush(above);
        return true;
    }
    if (errno != EEXIST || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))) {
        return errno == EEXIST;
    }
    errno = ENOTDIR;
    return false;
}

bool cfn_folder_make(const char *path, GError **error)
{
    g_autofree char *above = g_path_get_dirname(path);
    if (make_folder(path, above)) {
        return true;
    }
    if (errno == ENOENT && strcmp(above, path) != 0) {
        if (!cfn_folder_make(above, error)) {
            return false;
        }
        if (make_folder(path, above)) {
            return true;
        }
    }
    return fail_errno(error, CFN_ERROR_WRITE, path, "folder cannot be made");
}

char *cfn_link_target(const char *path)
{
    struct stat status;
    bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    return is_link ? realpath(path, NULL) : NULL; /* g_free is free */
}

const char *cfn_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

const char *cfn_path_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    if (folder[0] == '\0' || strncmp(path, folder, length) != 0 || path[length] != '/') {
        return NULL;
    }
    return path + length + 1;
}
