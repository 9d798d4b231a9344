/*
 * Temporary files: what a killed run left goes, and nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/temporary.h"

#define STALE CFN_TEMPORARY_PREFIX "aB3xY9"

static char *in(void **state, const char *name)
{
    return g_build_filename(*state, name, NULL);
}

static void put(void **state, const char *name)
{
    g_autofree char *path = in(state, name);
    assert_true(g_file_set_contents(path, "text", -1, NULL));
}

static bool is_there(void **state, const char *name)
{
    g_autofree char *path = in(state, name);
    struct stat status;
    return lstat(path, &status) == 0;
}

static int set_up(void **state)
{
    *state = g_dir_make_tmp("cfnfix-temporary-XXXXXX", NULL);
    return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    GDir *folder = g_dir_open(*state, 0, NULL);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = in(state, name);
        assert_int_equal(g_remove(path), 0);
    }
    g_dir_close(folder);
    assert_int_equal(g_rmdir(*state), 0);
    g_free(*state);
    return 0;
}

static void sweeps_what_nobody_holds(void **state)
{
    put(state, STALE);
    put(state, CFN_TEMPORARY_PREFIX "123456");
    cfn_temporary_sweep(*state);
    assert_false(is_there(state, STALE));
    assert_false(is_there(state, CFN_TEMPORARY_PREFIX "123456"));
    cfn_temporary_sweep("/no/such/folder");
}

static void leaves_what_is_being_written(void **state)
{
    g_autoptr(CfnTemporary) temporary = cfn_temporary_new(*state, 0600);
    assert_non_null(temporary);
    g_autofree char *name = g_path_get_basename(temporary->path);
    cfn_temporary_sweep(*state);
    assert_true(is_there(state, name));
    g_clear_pointer(&temporary, cfn_temporary_free);
    assert_false(is_there(state, name));
}

static void leaves_files_of_users(void **state)
{
    static const char *const names[] = {
        ".cfnfix.yaml",
        ".cfnfix-backup",
        CFN_TEMPORARY_PREFIX "aB3xY",
        CFN_TEMPORARY_PREFIX "aB3xY99",
        CFN_TEMPORARY_PREFIX "aB3xY9.yaml",
        CFN_TEMPORARY_PREFIX "aB3-Y9",
        "x" STALE,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        put(state, names[i]);
    }
    cfn_temporary_sweep(*state);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_true(is_there(state, names[i]));
    }
}

static void leaves_what_is_no_file(void **state)
{
    put(state, "target");
    g_autofree char *link_path = in(state, STALE);
    g_autofree char *pipe_path = in(state, CFN_TEMPORARY_PREFIX "pipe00");
    g_autofree char *folder_path = in(state, CFN_TEMPORARY_PREFIX "folder");
    assert_int_equal(symlink("target", link_path), 0);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(mkdir(folder_path, 0700), 0);
    alarm(10); /* one that waits at the pipe is ended */
    cfn_temporary_sweep(*state);
    alarm(0);
    assert_true(is_there(state, STALE));
    assert_true(is_there(state, "target"));
    assert_true(is_there(state, CFN_TEMPORARY_PREFIX "pipe00"));
    assert_true(is_there(state, CFN_TEMPORARY_PREFIX "folder"));
}

static void leaves_what_belongs_to_others(void **state)
{
    if (geteuid() != 0) {
        skip();
    }
    put(state, STALE);
    g_autofree char *path = in(state, STALE);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(seteuid(1234), 0);
    cfn_temporary_sweep(*state);
    assert_int_equal(seteuid(0), 0);
    assert_true(is_there(state, STALE));
    /* root gives them away itself */
    assert_int_equal(chown(path, 1234, 1234), 0);
    cfn_temporary_sweep(*state);
    assert_false(is_there(state, STALE));
}

static void becomes_another_file(void **state)
{
    g_autofree char *target = in(state, "target");
    g_autoptr(CfnTemporary) first = cfn_temporary_new(*state, 0666);
    assert_int_equal(write(first->fd, "first", 5), 5);
    assert_true(cfn_temporary_become(first, target));
    g_autoptr(CfnTemporary) second = cfn_temporary_new(*state, 0666);
    assert_false(cfn_temporary_become(second, target));
    assert_int_equal(errno, EEXIST);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(target, &text, NULL, NULL));
    assert_string_equal(text, "first");
    assert_true(cfn_temporary_replace(second, target));
    g_clear_pointer(&first, cfn_temporary_free);
    g_clear_pointer(&second, cfn_temporary_free);
    struct stat status;
    assert_int_equal(stat(target, &status), 0);
    assert_int_equal(status.st_size, 0);
    assert_int_equal(status.st_nlink, 1);
}

static void has_the_mode_of_the_umask(void **state)
{
    mode_t before = umask(027);
    g_autoptr(CfnTemporary) temporary = cfn_temporary_new(*state, 0666);
    umask(before);
    struct stat status;
    assert_int_equal(fstat(temporary->fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void says_where_there_is_no_room(void **state)
{
    assert_null(cfn_temporary_new("/no/such/folder", 0600));
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(sweeps_what_nobody_holds),      TEST(leaves_what_is_being_written),
        TEST(leaves_files_of_users),         TEST(leaves_what_is_no_file),
        TEST(leaves_what_belongs_to_others), TEST(becomes_another_file),
        TEST(has_the_mode_of_the_umask),     TEST(says_where_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
