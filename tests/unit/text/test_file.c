/*
 * Files that are links, pipes, devices, read-only or too big, files that change meanwhile, full
 * disks: whatever happens, the file is whole and nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/error.h"
#include "text/file.h"

enum { LIMIT = 1 << 20 };

/* Each test gets a folder of its own. */
typedef struct {
    char *folder;
} Place;

static char *in(const Place *place, const char *name)
{
    return g_build_filename(place->folder, name, NULL);
}

static char *put(const Place *place, const char *name, const char *text)
{
    char *path = in(place, name);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void assert_holds(const char *path, const char *expected)
{
    g_autofree char *text = NULL;
    size_t length;
    assert_true(g_file_get_contents(path, &text, &length, NULL));
    assert_int_equal(length, strlen(expected));
    assert_string_equal(text, expected);
}

/* Whatever was written or not, only the files of the test are there. */
static void assert_count(const Place *place, int expected)
{
    int count = 0;
    GDir *folder = g_dir_open(place->folder, 0, NULL);
    while (g_dir_read_name(folder) != NULL) {
        count++;
    }
    g_dir_close(folder);
    assert_int_equal(count, expected);
}

static void assert_refused(bool done, GError *error, CfnErrorCode code, const char *path)
{
    assert_false(done);
    assert_non_null(error);
    assert_int_equal(error->domain, CFN_ERROR);
    assert_int_equal(error->code, code);
    g_autofree char *prefix = g_strconcat(path, ": ", NULL);
    assert_true(g_str_has_prefix(error->message, prefix));
    assert_true(strlen(error->message) > strlen(prefix));
}

static bool write_text(const char *path, const char *text, const CfnFileState *state,
                       GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return cfn_file_write(path, bytes, state, error);
}

static void assert_not_readable(const char *path, size_t limit, CfnErrorCode code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = cfn_file_read(path, limit, NULL, &error);
    assert_refused(bytes != NULL, error, code, path);
}

static void assert_not_writable(const char *path, const CfnFileState *state, CfnErrorCode code)
{
    g_autoptr(GError) error = NULL;
    bool done = write_text(path, "new", state, &error);
    assert_refused(done, error, code, path);
}

static void read_state(const char *path, CfnFileState *state)
{
    g_autoptr(GBytes) bytes = cfn_file_read(path, LIMIT, state, NULL);
    assert_non_null(bytes);
}

static int set_up(void **state)
{
    Place *place = g_new0(Place, 1);
    place->folder = g_dir_make_tmp("cfnfix-file-XXXXXX", NULL);
    *state = place;
    return place->folder == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    Place *place = *state;
    GDir *folder = g_dir_open(place->folder, 0, NULL);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = in(place, name);
        g_remove(path);
    }
    g_dir_close(folder);
    g_rmdir(place->folder);
    g_free(place->folder);
    g_free(place);
    return 0;
}

static void reads_every_byte(void **state)
{
    Place *place = *state;
    g_autofree char *text = g_strnfill(200 * 1000, 'x');
    text[0] = '\r';
    g_autofree char *path = put(place, "a.yaml", text);
    CfnFileState file;
    g_autoptr(GBytes) bytes = cfn_file_read(path, 200 * 1000, &file, NULL);
    size_t length;
    const char *data = g_bytes_get_data(bytes, &length);
    assert_int_equal(length, 200 * 1000);
    assert_memory_equal(data, text, length);
    assert_int_equal(file.status.st_size, 200 * 1000);
    assert_not_readable(path, 200 * 1000 - 1, CFN_ERROR_SIZE);

    g_autofree char *empty = put(place, "empty", "");
    g_autoptr(GBytes) none = cfn_file_read(empty, 0, NULL, NULL);
    assert_non_null(none);
    assert_int_equal(g_bytes_get_size(none), 0);
}

/* Files of procfs say that they are empty. */
static void does_not_trust_the_size(void **state)
{
    g_autoptr(GBytes) bytes = cfn_file_read("/proc/self/stat", LIMIT, NULL, NULL);
    assert_non_null(bytes);
    assert_true(g_bytes_get_size(bytes) > 10);
    assert_not_readable("/proc/self/stat", 10, CFN_ERROR_SIZE);
}

static void refuses_what_is_no_file(void **state)
{
    Place *place = *state;
    g_autofree char *pipe = in(place, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    alarm(10); /* a reader that waits for a writer is ended */
    assert_not_readable(pipe, LIMIT, CFN_ERROR_READ);
    assert_not_writable(pipe, NULL, CFN_ERROR_READ);
    assert_not_readable("/dev/zero", LIMIT, CFN_ERROR_READ);
    assert_not_writable("/dev/null", NULL, CFN_ERROR_READ);
    alarm(0);
    assert_not_readable(place->folder, LIMIT, CFN_ERROR_READ);
    assert_not_writable(place->folder, NULL, CFN_ERROR_READ);
    assert_not_readable("", LIMIT, CFN_ERROR_READ);
    g_autofree char *missing = in(place, "missing");
    assert_not_readable(missing, LIMIT, CFN_ERROR_READ);
    assert_not_writable(missing, NULL, CFN_ERROR_WRITE);
    assert_count(place, 1);
}

static void refuses_broken_links(void **state)
{
    Place *place = *state;
    g_autofree char *broken = in(place, "broken");
    g_autofree char *circle = in(place, "circle");
    assert_int_equal(symlink("missing", broken), 0);
    assert_int_equal(symlink("circle", circle), 0);
    assert_not_readable(broken, LIMIT, CFN_ERROR_READ);
    assert_not_readable(circle, LIMIT, CFN_ERROR_READ);
    assert_not_writable(broken, NULL, CFN_ERROR_WRITE);
    assert_not_writable(circle, NULL, CFN_ERROR_WRITE);
    assert_count(place, 2);
}

static void replaces_whole_and_keeps_the_mode(void **state)
{
    Place *place = *state;
    g_autofree char *path = put(place, "a.yaml", "old and longer");
    const mode_t modes[] = { 0600, 0640, 0644, 0664, 0755, 0777, 04711 };
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        CfnFileState file;
        read_state(path, &file);
        assert_true(write_text(path, "new", &file, NULL));
        assert_holds(path, "new");
        struct stat now;
        assert_int_equal(stat(path, &now), 0);
        assert_int_equal(now.st_mode & 07777, modes[i]);
        assert_int_not_equal(now.st_ino, file.status.st_ino);
    }
    assert_true(write_text(path, "", NULL, NULL));
    assert_holds(path, "");
    assert_count(place, 1);
}

static void keeps_the_owner(void **state)
{
    if (geteuid() != 0) {
        skip();
    }
    Place *place = *state;
    g_autofree char *path = put(place, "a.yaml", "old");
    assert_int_equal(chown(path, 1234, 4321), 0);
    assert_int_equal(chmod(path, 06755), 0);
    assert_true(write_text(path, "new", NULL, NULL));
    struct stat now;
    assert_int_equal(stat(path, &now), 0);
    assert_int_equal(now.st_uid, 1234);
    assert_int_equal(now.st_gid, 4321);
    assert_int_equal(now.st_mode & 07777, 06755);
}

static void replaces_what_a_link_names(void **state)
{
    Place *place = *state;
    g_autofree char *path = put(place, "a.yaml", "old");
    g_autofree char *first = in(place, "first");
    g_autofree char *second = in(place, "second");
    assert_int_equal(symlink("a.yaml", first), 0);
    assert_int_equal(symlink(first, second), 0);
    CfnFileState file;
    read_state(second, &file);
    assert_true(write_text(second, "new", &file, NULL));
    assert_holds(path, "new");
    g_autofree char *target = g_file_read_link(second, NULL);
    assert_string_equal(target, first);
    assert_true(g_file_test(first, G_FILE_TEST_IS_SYMLINK));
    assert_count(place, 3);
}

static void takes_a_bare_name(void **state)
{
    Place *place = *state;
    g_autofree char *before = g_get_current_dir();
    g_autofree char *path = put(place, "a.yaml", "old");
    assert_int_equal(chdir(place->folder), 0);
    assert_true(write_text("a.yaml", "new", NULL, NULL));
    assert_int_equal(chdir(before), 0);
    assert_holds(path, "new");
}

static void leaves_a_changed_file_alone(void **state)
{
    Place *place = *state;
    g_autofree char *path = put(place, "a.yaml", "old");
    CfnFileState file;
    read_state(path, &file);

    CfnFileState other = file;
    other.status.st_mtim.tv_nsec ^= 1; /* the same size, the same second */
    assert_not_writable(path, &other, CFN_ERROR_CHANGED);
    other = file;
    other.status.st_size++;
    assert_not_writable(path, &other, CFN_ERROR_CHANGED);
    assert_holds(path, "old");

    g_autofree char *copy = put(place, "b.yaml", "old"); /* another file in its place */
    const struct timespec times[] = { file.status.st_atim, file.status.st_mtim };
    assert_int_equal(utimensat(AT_FDCWD, copy, times, 0), 0);
    assert_int_equal(rename(copy, path), 0);
    assert_not_writable(path, &file, CFN_ERROR_CHANGED);
    assert_count(place, 1);

    read_state(path, &file);
    assert_int_equal(unlink(path), 0);
    assert_not_writable(path, &file, CFN_ERROR_WRITE);
    assert_count(place, 0);
}

static void leaves_a_read_only_file_alone(void **state)
{
    Place *place = *state;
    g_autofree char *path = put(place, "a.yaml", "old");
    assert_int_equal(chmod(path, 0444), 0);
    assert_not_writable(path, NULL, CFN_ERROR_WRITE);
    assert_holds(path, "old");
    assert_count(place, 1);
}

static void survives_a_full_disk(void **state)
{
    Place *place = *state;
    g_autofree char *path = put(place, "a.yaml", "old");
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = { 100 * 1000, before.rlim_max };
    g_autofree char *big = g_strnfill(300 * 1000, 'x');
    g_autoptr(GError) error = NULL;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    bool done = write_text(path, big, NULL, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_refused(done, error, CFN_ERROR_WRITE, path);
    assert_non_null(strstr(error->message, g_strerror(EFBIG)));
    assert_holds(path, "old");
    assert_count(place, 1);
}

static void creates_what_is_not_there(void **state)
{
    Place *place = *state;
    g_autofree char *path = in(place, "new");
    g_autoptr(GBytes) bytes = g_bytes_new_static("new", 3);
    mode_t before = umask(026);
    assert_true(cfn_file_create(path, bytes, NULL));
    umask(before);
    assert_holds(path, "new");
    struct stat now;
    assert_int_equal(stat(path, &now), 0);
    assert_int_equal(now.st_mode & 07777, 0640);
    assert_count(place, 1);
}

static void creates_nothing_over_what_is_there(void **state)
{
    Place *place = *state;
    g_autofree char *path = put(place, "old", "old");
    g_autofree char *broken = in(place, "broken");
    assert_int_equal(symlink("missing", broken), 0);
    g_autoptr(GBytes) bytes = g_bytes_new_static("new", 3);
    for (const char *const *name = (const char *[]){ path, broken, NULL }; *name != NULL; name++) {
        g_autoptr(GError) error = NULL;
        bool done = cfn_file_create(*name, bytes, &error);
        assert_refused(done, error, CFN_ERROR_CHANGED, *name);
    }
    assert_holds(path, "old");
    assert_count(place, 2);
}

static void makes_folders(void **state)
{
    Place *place = *state;
    g_autofree char *file = put(place, "file", "");
    g_autofree char *broken = in(place, "broken");
    g_autofree char *deep = in(place, "a//b/../c");
    assert_int_equal(symlink("missing", broken), 0);
    g_autofree char *first = in(place, "a/b");
    assert_true(cfn_folder_make(first, NULL));
    assert_true(cfn_folder_make(deep, NULL));
    assert_true(cfn_folder_make(deep, NULL));
    assert_true(g_file_test(deep, G_FILE_TEST_IS_DIR));
    for (const char *const *above = (const char *[]){ file, broken, NULL }; *above != NULL;
         above++) {
        g_autofree char *below = g_build_filename(*above, "x", "y", NULL);
        g_autoptr(GError) error = NULL;
        assert_false(cfn_folder_make(below, &error));
        assert_int_equal(error->code, CFN_ERROR_WRITE);
    }
    const char *const made[] = { "a/c", "a/b", "a" };
    for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
        g_autofree char *path = in(place, made[i]);
        assert_int_equal(g_rmdir(path), 0);
    }
}

/* Runs cfn_file_read_stdin on TEXT. */
static GBytes *read_piped(const char *text, size_t limit, GError **error)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    int before = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    GBytes *bytes = cfn_file_read_stdin(limit, error);
    dup2(before, STDIN_FILENO);
    close(before);
    return bytes;
}

static void reads_standard_input(void **state)
{
    g_autoptr(GBytes) bytes = read_piped("a: b\n", 5, NULL);
    assert_non_null(bytes);
    assert_int_equal(g_bytes_get_size(bytes), 5);
    assert_memory_equal(g_bytes_get_data(bytes, NULL), "a: b\n", 5);

    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) none = read_piped("a: b\n", 4, &error);
    assert_refused(none != NULL, error, CFN_ERROR_SIZE, "standard input");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(reads_every_byte),
        TEST(does_not_trust_the_size),
        TEST(refuses_what_is_no_file),
        TEST(refuses_broken_links),
        TEST(replaces_whole_and_keeps_the_mode),
        TEST(keeps_the_owner),
        TEST(replaces_what_a_link_names),
        TEST(takes_a_bare_name),
        TEST(leaves_a_changed_file_alone),
        TEST(leaves_a_read_only_file_alone),
        TEST(survives_a_full_disk),
        TEST(creates_what_is_not_there),
        TEST(creates_nothing_over_what_is_there),
        TEST(makes_folders),
        TEST(reads_standard_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
