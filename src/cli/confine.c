/*
 * What a worker process gives up.
 *
 * What is not allowed fails with EPERM or EACCES; it does not end the worker. A library that tries
 * something harmless (a locale, a configuration) goes on without it.
 */
#define _GNU_SOURCE 1 /* O_PATH */
#include "cli/confine.h"

#include "cli/inputs.h"
#include "text/file.h"
#include "text/hash.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

/* All rights of Landlock's first version: what is not handled is not withheld. */
#define HANDLED ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                                    \
    (READING | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                       \
     LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define WRITING_TREE (WRITING | LANDLOCK_ACCESS_FS_MAKE_DIR)

struct CfnConfinement {
    int ruleset;            /* of Landlock; -1: the kernel has none */
    scmp_filter_ctx filter; /* of seccomp; NULL: none could be made */
};

/* ---- Folders ---- */

static void allow_folder(const CfnConfinement *confinement, const char *folder, guint64 rights)
{
    struct landlock_path_beneath_attr rule = { .allowed_access = rights };
    rule.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.parent_fd >= 0) {
        (void)syscall(SYS_landlock_add_rule, confinement->ruleset, LANDLOCK_RULE_PATH_BENEATH,
                      &rule, 0);
        close(rule.parent_fd);
    }
}

/* The folder of PATH, once. */
static void allow_folder_of(const CfnConfinement *confinement, const char *path, guint64 rights,
                            GHashTable *known)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!g_hash_table_contains(known, folder)) {
        allow_folder(confinement, folder, rights);
        g_hash_table_add(known, g_steal_pointer(&folder));
    }
}

/* That of INPUT, and where its path is a link, that of what it leads to. */
static void allow_around(const CfnConfinement *confinement, const CfnInput *input, guint64 rights,
                         GHashTable *known)
{
    g_autofree char *target = cfn_input_link_target(input);
    allow_folder_of(confinement, input->path, rights, known);
    if (target != NULL) {
        allow_folder_of(confinement, target, rights, known);
    }
}

static void allow_folders(const CfnConfinement *confinement, const CfnCommand *command,
                          const GPtrArray *inputs, const GPtrArray *targets)
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    bool is_in_place = targets != NULL && command->in_place && command->output == NULL;
    if (targets != NULL && command->output_dir != NULL) {
        (void)cfn_folder_make(command->output_dir, NULL);
        allow_folder(confinement, command->output_dir, WRITING_TREE);
    }
    for (guint i = 0; i < inputs->len; i++) {
        const CfnInput *input = g_ptr_array_index(inputs, i);
        bool is_written = is_in_place && g_ptr_array_index(targets, i) == NULL;
        allow_around(confinement, input, is_written ? WRITING : READING, known);
    }
}

static int new_ruleset(void)
{
    const struct landlock_ruleset_attr handled = { .handled_access_fs = HANDLED };
    return (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
}

/* ---- System calls ---- */

/* Reading and writing files, memory, time, and an end. */
static const int allowed_calls[] = {
    SCMP_SYS(access),
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(close_range),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchown),
    SCMP_SYS(fcntl),
    SCMP_SYS(fdatasync),
    SCMP_SYS(flock),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fsync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(futex),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrlimit),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(madvise),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(umask),
    SCMP_SYS(uname),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* Memory, but none that can be executed. */
static bool allow_memory(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code) == 0;
}

/* What isatty() needs: nothing is typed into a terminal. */
static bool allow_asking(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp asks = SCMP_A1(SCMP_CMP_EQ, TCGETS);
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, asks) == 0;
}

/* What abort() needs: this process may end itself, and no other. */
static void allow_own_end(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, itself);
}

static scmp_filter_ctx new_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool is_made = filter != NULL && allow_memory(filter) && allow_asking(filter);
    for (size_t i = 0; is_made && i < G_N_ELEMENTS(allowed_calls); i++) {
        /* One that this processor does not have has a negative number, and is passed over. */
        is_made = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0) == 0;
    }
    if (!is_made && filter != NULL) {
        seccomp_release(filter);
    }
    return is_made ? filter : NULL;
}

/* ---- Both ---- */

CfnConfinement *cfn_confine_new(const CfnCommand *command, const GPtrArray *inputs,
                                const GPtrArray *targets)
{
    CfnConfinement *confinement = g_new0(CfnConfinement, 1);
    confinement->ruleset = new_ruleset();
    if (confinement->ruleset >= 0) {
        allow_folders(confinement, command, inputs, targets);
    }
    confinement->filter = new_filter();
    return confinement;
}

void cfn_confine_free(CfnConfinement *confinement)
{
    if (confinement == NULL) {
        return;
    }
    if (confinement->ruleset >= 0) {
        close(confinement->ruleset);
    }
    if (confinement->filter != NULL) {
        seccomp_release(confinement->filter);
    }
    g_free(confinement);
}

void cfn_confine_enter(const CfnConfinement *confinement)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return;
    }
    if (confinement->ruleset >= 0) {
        (void)syscall(SYS_landlock_restrict_self, confinement->ruleset, 0);
    }
    if (confinement->filter != NULL) {
        allow_own_end(confinement->filter);
        (void)seccomp_load(confinement->filter);
    }
}

#else /* no Linux */

struct CfnConfinement {
    char nothing;
};

CfnConfinement *cfn_confine_new(const CfnCommand *command, const GPtrArray *inputs,
                                const GPtrArray *targets)
{
    return g_new0(CfnConfinement, 1);
}

void cfn_confine_free(CfnConfinement *confinement)
{
    g_free(confinement);
}

void cfn_confine_enter(const CfnConfinement *confinement)
{
}

#endif
