/*
 * What a worker can still do once it has locked itself in: each try in a process of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/confine.h"
#include "cli/inputs.h"
#include "text/file.h"

static char *home;    /* of all that is made here */
static char *folder;  /* of the inputs */
static char *outside; /* beside it */

static char *path_in(const char *parent, const char *name)
{
    return g_build_filename(parent, name, NULL);
}

/* ---- What is tried: 0, or errno ---- */

static int read_input(void)
{
    g_autofree char *path = path_in(folder, "a.yaml");
    int fd = open(path, O_RDONLY);
    return fd >= 0 ? 0 : errno;
}

static int read_target_of_link(void)
{
    g_autofree char *path = path_in(folder, "link.yaml");
    int fd = open(path, O_RDONLY);
    return fd >= 0 ? 0 : errno;
}

static int replace_input(void)
{
    g_autofree char *path = path_in(folder, "a.yaml");
    g_autoptr(GBytes) bytes = g_bytes_new_static("b", 1);
    g_autoptr(GError) error = NULL;
    return cfn_file_write(path, bytes, NULL, &error) ? 0 : EACCES;
}

static int read_other(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : errno;
}

static int write_other(void)
{
    g_autofree char *path = path_in(outside, "new");
    return open(path, O_WRONLY | O_CREAT, 0600) >= 0 ? 0 : errno;
}

static int escape_by_dots(void)
{
    g_autofree char *path = path_in(folder, "../outside/secret");
    return open(path, O_RDONLY) >= 0 ? 0 : errno;
}

static int rename_out(void)
{
    g_autofree char *from = path_in(folder, "a.yaml");
    g_autofree char *to = path_in(outside, "a.yaml");
    return rename(from, to) == 0 ? 0 : errno;
}

static int open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : errno;
}

static int start_program(void)
{
    char *const arguments[] = { "true", NULL };
    return execv("/bin/true", arguments) == 0 ? 0 : errno;
}

static int start_process(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid > 0 ? 0 : errno;
}

static int kill_parent(void)
{
    return kill(getppid(), 0) == 0 ? 0 : errno;
}

/* As abort() ends its own process. */
static int abort_parent(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ? 0 : errno;
}

static int signal_itself(void)
{
    return raise(SIGCONT) == 0 ? 0 : errno;
}

static int make_code(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page != MAP_FAILED ? 0 : errno;
}

static int type_into_terminal(void)
{
    return ioctl(STDIN_FILENO, TIOCSTI, "x") == 0 || errno != EPERM ? 0 : errno;
}

static int make_executable(void)
{
    g_autofree char *path = path_in(folder, "a.yaml");
    return symlink("/etc/passwd", path) == 0 ? 0 : errno;
}

/* ---- The tests ---- */

/* A sanitizer needs what workers give up, so that in its builds nobody is locked in. */
static void skip_where_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
    skip();
#endif
}

/* What TRIED says in a process that is locked in with COMMAND. */
static int try_locked_in(int (*tried)(void), const CfnCommand *command)
{
    g_autofree char *one = path_in(folder, "a.yaml");
    g_autofree char *two = path_in(folder, "link.yaml");
    CfnInput first = { .path = one }, second = { .path = two };
    gpointer inputs[] = { &first, &second }, targets[] = { NULL, NULL };
    GPtrArray input_list = { inputs, 2 }, target_list = { targets, 2 };
    CfnConfinement *confinement = cfn_confine_new(command, &input_list, &target_list);
    pid_t pid = fork();
    if (pid == 0) {
        cfn_confine_enter(confinement);
        _exit(tried());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    cfn_confine_free(confinement);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void reads_and_writes_what_is_its_own(void **state)
{
    skip_where_sanitized();
    const CfnCommand in_place = { .in_place = true };
    assert_int_equal(try_locked_in(read_input, &in_place), 0);
    assert_int_equal(try_locked_in(read_target_of_link, &in_place), 0);
    assert_int_equal(try_locked_in(replace_input, &in_place), 0);
    assert_int_equal(try_locked_in(signal_itself, &in_place), 0);
}

static void does_nothing_else(void **state)
{
    skip_where_sanitized();
    static int (*const tried[])(void) = { read_other,    write_other,        escape_by_dots,
                                          rename_out,    open_socket,        start_program,
                                          start_process, kill_parent,        abort_parent,
                                          make_code,     type_into_terminal, make_executable };
    const CfnCommand in_place = { .in_place = true };
    for (size_t i = 0; i < G_N_ELEMENTS(tried); i++) {
        int reason = try_locked_in(tried[i], &in_place);
        if (reason != EPERM && reason != EACCES && reason != EXDEV) {
            fail_msg("try %zu came to %s", i, g_strerror(reason));
        }
    }
}

static void writes_nothing_in_a_dry_run(void **state)
{
    skip_where_sanitized();
    const CfnCommand dry = { .dry_run = true };
    assert_int_equal(try_locked_in(read_input, &dry), 0);
    assert_int_equal(try_locked_in(replace_input, &dry), EACCES);
}

static void fill(const char *parent, const char *name)
{
    g_autofree char *path = path_in(parent, name);
    assert_true(g_file_set_contents(path, "a", 1, NULL));
}

static int make_folders(void **state)
{
    home = g_dir_make_tmp("cfnfix-confine-XXXXXX", NULL);
    folder = path_in(home, "inside");
    outside = path_in(home, "outside");
    g_autofree char *linked = path_in(home, "linked");
    g_autofree char *target = path_in(linked, "real.yaml");
    g_autofree char *link = path_in(folder, "link.yaml");
    (void)g_mkdir_with_parents(folder, 0700);
    (void)g_mkdir_with_parents(outside, 0700);
    (void)g_mkdir_with_parents(linked, 0700);
    fill(folder, "a.yaml");
    fill(outside, "secret");
    fill(linked, "real.yaml");
    return symlink(target, link);
}

static int remove_folders(void **state)
{
    char *command[] = { "rm", "-r", home, NULL };
    return g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                        NULL)
               ? 0
               : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_what_is_its_own),
        cmocka_unit_test(does_nothing_else),
        cmocka_unit_test(writes_nothing_in_a_dry_run),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
