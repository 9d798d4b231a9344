/*
 * What waits in a file comes back as it was, and what finds no room there is not lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cli/spool.h"

static char *folder; /* empty at the end of each test */

/* PARTS times LENGTH bytes through a spool, each part another letter; whether all came back.
   *IN_MEMORY: the most that stayed in the text between them. */
static bool comes_back(const char *path, guint parts, gsize length, gsize *in_memory)
{
    g_autoptr(CfnSpool) spool = cfn_spool_new(path);
    g_autoptr(GString) wanted = g_string_new(NULL);
    GString *text = g_string_new(NULL);
    *in_memory = 0;
    for (guint i = 0; i < parts; i++) {
        g_autofree char *part = g_strnfill(length, (char)('a' + i % 26));
        g_string_append(wanted, part);
        g_string_append(text, part);
        cfn_spool_take(spool, text);
        *in_memory = MAX(*in_memory, text->len);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = cfn_spool_end(spool, text, &error);
    assert_null(error);
    g_clear_pointer(&spool, cfn_spool_free);
    g_autoptr(GBytes) all = g_string_free_to_bytes(g_steal_pointer(&wanted));
    return g_bytes_equal(bytes, all);
}

static guint count_files(void)
{
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(names) != NULL) {
        count++;
    }
    return count;
}

static void little(void **state)
{
    gsize in_memory;
    assert_true(comes_back("/no/such/folder/report", 0, 0, &in_memory));
    assert_true(comes_back("/no/such/folder/report", 9, 1000, &in_memory));
    assert_int_equal(in_memory, 9000);
}

static void much(void **state)
{
    g_autofree char *path = g_build_filename(folder, "report", NULL);
    gsize in_memory;
    assert_true(comes_back(path, 1000, 9999, &in_memory));
    assert_true(in_memory < CFN_SPOOL_MUCH);
    assert_true(comes_back(path, 4, CFN_SPOOL_MUCH, &in_memory)); /* and nothing behind it */
    assert_int_equal(in_memory, 0);
    assert_true(comes_back("/dev/null", 4, CFN_SPOOL_MUCH, &in_memory));
    assert_int_equal(in_memory, 0);
}

static void leaves_no_name(void **state)
{
    g_autofree char *path = g_build_filename(folder, "report", NULL);
    g_autoptr(CfnSpool) spool = cfn_spool_new(path);
    GString *text = g_string_new(NULL);
    g_string_set_size(text, CFN_SPOOL_MUCH);
    cfn_spool_take(spool, text);
    assert_int_equal(text->len, 0);
    assert_int_equal(count_files(), 0);
    g_string_free(text, TRUE);
}

static void no_folder(void **state)
{
    gsize in_memory;
    assert_true(comes_back("/no/such/folder/report", 5, CFN_SPOOL_MUCH, &in_memory));
    assert_int_equal(in_memory, 5 * CFN_SPOOL_MUCH);
}

/* Room for so many bytes of a file: the next part is cut in the middle. */
static void no_room(void **state)
{
    static const rlim_t rooms[] = { 0, 1, CFN_SPOOL_MUCH, CFN_SPOOL_MUCH + 1,
                                    3 * CFN_SPOOL_MUCH - 1 };
    g_autofree char *path = g_build_filename(folder, "report", NULL);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(rooms); i++) {
        const struct rlimit room = { rooms[i], before.rlim_max };
        gsize in_memory;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
        bool is_whole = comes_back(path, 5, CFN_SPOOL_MUCH, &in_memory);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_true(is_whole);
        assert_true(in_memory >= 2 * CFN_SPOOL_MUCH);
    }
}

static int make_folder(void **state)
{
    folder = g_dir_make_tmp("cfnfix-spool-XXXXXX", NULL);
    return folder != NULL ? 0 : -1;
}

/* Fails if anything is left. */
static int remove_folder(void **state)
{
    int status = g_rmdir(folder);
    g_clear_pointer(&folder, g_free);
    return status;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(little), TEST(much), TEST(leaves_no_name), TEST(no_folder), TEST(no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
