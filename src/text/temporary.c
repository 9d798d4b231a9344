/*
 * The temporary files that new texts are written to.
 *
 * A sweep may come between making a file and locking it. It then has the lock when it removes the
 * file, so that the writer, who waits for the lock, sees that the name is gone, and makes another.
 */
#include "text/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANDOM "XXXXXX"

typedef enum { GONE, HERE, UNKNOWN } Presence;

/* Whether PATH still names the file of FD. */
static Presence look_for(int fd, const char *path)
{
    struct stat file, name;
    if (lstat(path, &name) != 0) {
        return errno == ENOENT ? GONE : UNKNOWN;
    }
    if (fstat(fd, &file) != 0) {
        return UNKNOWN;
    }
    return file.st_ino == name.st_ino && file.st_dev == name.st_dev ? HERE : GONE;
}

/* Where there are no locks nobody sweeps either, so that it is no failure. */
static void lock(int fd)
{
    int status;
    do {
        status = flock(fd, LOCK_EX);
    } while (status != 0 && errno == EINTR);
}

CfnTemporary *cfn_temporary_new(const char *folder, mode_t mode)
{
    for (;;) {
        g_autofree char *path = g_build_filename(folder, CFN_TEMPORARY_PREFIX RANDOM, NULL);
        int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, (int)mode);
        if (fd < 0) {
            return NULL;
        }
        lock(fd);
        if (look_for(fd, path) != GONE) {
            CfnTemporary *temporary = g_new0(CfnTemporary, 1);
            temporary->path = g_steal_pointer(&path);
            temporary->fd = fd;
            return temporary;
        }
        close(fd);
    }
}

bool cfn_temporary_replace(CfnTemporary *temporary, const char *target)
{
    if (rename(temporary->path, target) != 0) {
        return false;
    }
    g_clear_pointer(&temporary->path, g_free);
    return true;
}

bool cfn_temporary_become(CfnTemporary *temporary, const char *target)
{
    struct stat status;
    /* The temporary name goes when TEMPORARY is freed, or is swept. */
    if (link(temporary->path, target) == 0) {
        return true;
    }
    /* A file system that has no hard links. */
    bool is_there = errno == EEXIST || lstat(target, &status) == 0;
    if (is_there) {
        errno = EEXIST;
    }
    return !is_there && cfn_temporary_replace(temporary, target);
}

void cfn_temporary_free(CfnTemporary *temporary)
{
    if (temporary == NULL) {
        return;
    }
    if (temporary->path != NULL) {
        (void)unlink(temporary->path);
    }
    close(temporary->fd);
    g_free(temporary->path);
    g_free(temporary);
}

/* ---- What was left behind ---- */

static bool has_name(const char *name)
{
    if (!g_str_has_prefix(name, CFN_TEMPORARY_PREFIX)) {
        return false;
    }
    const char *end = name + strlen(CFN_TEMPORARY_PREFIX);
    size_t length = 0;
    while (g_ascii_isalnum(end[length])) {
        length++;
    }
    return length == strlen(RANDOM) && end[length] == '\0';
}

static bool is_ours(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           (geteuid() == 0 || status.st_uid == geteuid());
}

static void sweep_file(const char *path)
{
    int fd =
        is_ours(path) ? open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (fd < 0) {
        return;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && look_for(fd, path) == HERE) {
        (void)unlink(path);
    }
    close(fd);
}

void cfn_temporary_sweep(const char *folder)
{
    GDir *names = g_dir_open(folder, 0, NULL);
    if (names == NULL) {
        return;
    }
    for (const char *name = g_dir_read_name(names); name != NULL; name = g_dir_read_name(names)) {
        if (has_name(name)) {
            g_autofree char *path = g_build_filename(folder, name, NULL);
            sweep_file(path);
        }
    }
    g_dir_close(names);
}
