/*
 * Reading a file without being fooled, writing it without losing it.
 */
#ifndef CFN_TEXT_FILE_H
#define CFN_TEXT_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/* What a file was when it was read, to see whether it still is. */
typedef struct {
    struct stat status;
} CfnFileState;

/*
 * The bytes of a regular file (links are followed; a FIFO, device or folder is refused without
 * opening it for long), at most LIMIT bytes. STATE, if not NULL, is filled. NULL with ERROR ("path:
 * …").
 */
GBytes *cfn_file_read(const char *path, size_t limit, CfnFileState *state, GError **error);
/* All of standard input, at most LIMIT bytes. */
GBytes *cfn_file_read_stdin(size_t limit, GError **error);
/*
 * Puts BYTES in the place of the file, whole or not at all: a temporary file in the same folder,
 * with the same mode and owner, flushed, renamed. A symbolic link's target is replaced, not the
 * link. If STATE is not NULL and the file is no longer as STATE has it, or if it is read-only,
 * nothing happens and ERROR says so: CFN_ERROR_CHANGED in the first case. The last look at the file
 * is right before the renaming.
 */
bool cfn_file_write(const char *path, GBytes *bytes, const CfnFileState *state, GError **error);

/*
 * A new file with BYTES, whole or not at all, with the mode that the umask gives. CFN_ERROR_CHANGED
 * if something has that name.
 */
bool cfn_file_create(const char *path, GBytes *bytes, GError **error);
/* Writes LENGTH bytes to the descriptor FD, however many calls it takes; false with errno. */
bool cfn_descriptor_write(int fd, const void *bytes, size_t length);
/* Makes the folder PATH and those above it where they are missing, to last. */
bool cfn_folder_make(const char *path, GError **error);
/* Makes what was renamed in FOLDER, or made in it, last; a file system that cannot is no reason to
   fail. */
void cfn_folder_flush(const char *folder);

/* The file that the symbolic link PATH leads to: absolute, without links. NULL if PATH is none, or
   leads nowhere. g_free it. */
char *cfn_link_target(const char *path);
/* What stands in PATH behind its last slash; borrowed from PATH. */
const char *cfn_path_name(const char *path);
/* What stands in PATH behind FOLDER, which may have a slash at its end; NULL if PATH is not below
   it. By their letters alone; borrowed from PATH. */
const char *cfn_path_below(const char *path, const char *folder);

#endif
