/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Landlock against files and connections, seccomp against the rest, rlimits against excess. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void close_others(const int *keep, size_t count)
{
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    unsigned from = STDERR_FILENO + 1;
#ifdef SYS_close_range
    for (size_t i = 0; i < count; i++) {
        if ((unsigned)keep[i] > from)
            syscall(SYS_close_range, from, (unsigned)keep[i] - 1, 0);
        from = (unsigned)keep[i] + 1;
    }
    syscall(SYS_close_range, from, ~0u, 0);
#else
    (void)keep, (void)count, (void)from;
#endif
}

/* Address space, because that is what allocation fails by; AddressSanitizer reserves terabytes. */
static void limit_memory(uint64_t bytes)
{
#if !defined(__SANITIZE_ADDRESS__)
    unsigned long pages = 0;
    FILE *file = bytes ? fopen("/proc/self/statm", "r") : NULL;
    if (!file)
        return;
    if (fscanf(file, "%lu", &pages) == 1) {
        const rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes;
        const struct rlimit limit = {most, most};
        setrlimit(RLIMIT_AS, &limit);
    }
    fclose(file);
#else
    (void)bytes;
#endif
}

/* A ruleset without a rule: all that it handles is forbidden. */
static void forbid_writing(void)
{
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return;
    struct {
        uint64_t files, net, scoped;
    } handled = {LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM,
                 0, 0};
    size_t size = sizeof handled.files;
    handled.files |= abi >= 3 ? 1u << 14 : 0; /* truncate */
    if (abi >= 4) {
        handled.net = 3; /* bind, connect */
        size = offsetof(__typeof__(handled), scoped);
    }
    if (abi >= 6) {
        handled.scoped = 3; /* abstract sockets, signals */
        size = sizeof handled;
    }
    const long rules = syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (rules < 0)
        return;
    syscall(SYS_landlock_restrict_self, (int)rules, 0);
    close((int)rules);
}

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define DENY(call)                                                                                 \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1),                                         \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static void forbid_calls(void)
{
#ifdef ARCH
    static const struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        DENY(execve),
        DENY(execveat),
        DENY(socket),
        DENY(socketpair),
        DENY(connect),
        DENY(bind),
        DENY(ptrace),
        DENY(process_vm_readv),
        DENY(process_vm_writev),
        DENY(kill),
        DENY(tkill),
        DENY(pidfd_open),
        DENY(mount),
        DENY(umount2),
        DENY(chroot),
        DENY(unshare),
        DENY(setns),
        DENY(bpf),
        DENY(io_uring_setup),
        DENY(keyctl),
        DENY(fchmod),
        DENY(fchown),
#ifdef SYS_fork
        DENY(fork),
        DENY(vfork),
        DENY(chmod),
        DENY(chown),
#endif
        DENY(fchmodat),
        DENY(fchownat),
        /* the C library falls back to clone, whose flags can be looked at */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter,
                                       (struct sock_filter *)(uintptr_t)filter};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

void segi_sandbox_enter(const seg_context *context, pid_t parent, const int *keep, size_t count)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* the parent ends us when the user asks it to stop */
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    close_others(keep, count);
    limit_memory(context->stage_memory);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        forbid_writing();
        forbid_calls();
    }
}
