// What running scripts, keeping state and being a good daemon need of Linux and Swift cannot see: variadic functions,
// function-like macros and what the headers show only to _GNU_SOURCE. Functions return -1 with errno set on failure,
// unless told otherwise.
#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

// Declared here because their headers show them only to _GNU_SOURCE.
int pipe2(int fds[2], int flags);
int getdtablesize(void);

// A pipe that no child inherits. Both ends block until told otherwise.
static inline int clinux_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC); }

// A descriptor that tells which of `signals` (blocked beforehand) have arrived; it never blocks.
static inline int clinux_signal_descriptor(const sigset_t *signals) {
    return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Everything a new process is given; see clinux_spawn.
struct clinux_child {
    const char *executable;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    const char *input; // path of its standard input
    int output, errors; // become 1 and 2
    int extra; // becomes 3, or -1
    int further; // becomes 4, or -1; only with `extra`
    int leads_session; // else a process group only
    int dies_with_us; // SIGKILL reaches it when the calling thread ends
    int changes_user; // to `user` and `group` with exactly these further groups
    uint32_t user, group;
    const gid_t *groups;
    int group_count;
};

// Only the kernel's calls: those of the C library would change every thread of the process whose memory the child shares.
static inline int clinux_change_user(const struct clinux_child *child) {
    if (syscall(SYS_setgroups, child->group_count, child->groups) < 0) return -1;
    if (syscall(SYS_setresgid, child->group, child->group, child->group) < 0) return -1;
    return (int)syscall(SYS_setresuid, child->user, child->user, child->user);
}

// The child's side: shares our memory until it runs its program, so it may call the kernel and nothing else.
static inline int clinux_become(const struct clinux_child *child, pid_t parent) {
    struct sched_param normal;
    struct sigaction standard;
    sigset_t none;
    int input, descriptor, signal, further = -1;
    memset(&normal, 0, sizeof normal);
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    if (child->leads_session ? setsid() < 0 : setpgid(0, 0) < 0) return errno;
    sched_setscheduler(0, SCHED_OTHER, &normal);
    for (signal = 1; signal < 65; signal++) sigaction(signal, &standard, NULL);
    umask(022);
    if ((input = open(child->input, O_RDONLY)) < 0 || dup2(input, 0) < 0) return errno;
    if (dup2(child->output, 1) < 0 || dup2(child->errors, 2) < 0) return errno;
    // Out of the way of what becomes 3.
    if (child->further >= 0 && (further = fcntl(child->further, F_DUPFD, 5)) < 0) return errno;
    if (child->extra >= 0 && dup2(child->extra, 3) < 0) return errno;
    if (further >= 0 && dup2(further, 4) < 0) return errno;
    // dup2 onto itself keeps the flag that closes it.
    for (descriptor = 0; descriptor < 3 + (child->extra >= 0) + (further >= 0); descriptor++)
        fcntl(descriptor, F_SETFD, 0);
    if (syscall(436 /* close_range */, descriptor, ~0U, 0) < 0)
        for (; descriptor < getdtablesize(); descriptor++) close(descriptor);
    if (chdir(child->directory) < 0) return errno;
    if (child->changes_user && clinux_change_user(child) < 0) return errno;
    if (child->dies_with_us) {
        // After the change of the user, which the kernel takes as a reason to forget it.
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return errno;
        // The parent may have gone before the kernel was told.
        if (getppid() != parent) return ESRCH;
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(child->executable, child->arguments, child->environment);
    return errno;
}

// Starts a child as posix_spawn(3) does, which cannot make a child die with its parent. vfork, because fork would copy the
// page tables of a locked process; its frame must not become part of another function's.
__attribute__((noinline)) static pid_t clinux_spawn(const struct clinux_child *child) {
    const pid_t parent = getpid();
    const int dumps_core = prctl(PR_GET_DUMPABLE);
    volatile int failure = 0;
    sigset_t all, before;
    pid_t pid;
    sigfillset(&all);
    // No handler may run in the child while it shares our memory.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = vfork();
    if (pid == 0) {
        failure = clinux_become(child, parent);
        _exit(127);
    }
    if (pid < 0) failure = errno;
    // A change of the user marks the memory as not to be read by others, and until it ran its program it was ours.
    if (child->changes_user) prctl(PR_SET_DUMPABLE, dumps_core);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure == 0) return pid;
    if (pid > 0) while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    return -failure;
}

// 1 when our child `pid` has ended (it stays a zombie), 0 while it runs.
static inline int clinux_child_has_ended(pid_t pid) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return -1;
    return info.si_pid == pid;
}

// Opens a path on which no component is a symbolic link (openat2(2), RESOLVE_NO_SYMLINKS); before Linux 5.6 only the last.
static inline int clinux_open_without_links(const char *path, int flags, mode_t mode) {
    struct { uint64_t flags, mode, resolve; } how = { (uint64_t)(unsigned)flags, mode, 0x04 };
    int descriptor = (int)syscall(437 /* openat2 */, AT_FDCWD, path, &how, sizeof how);
    return descriptor < 0 && errno == ENOSYS ? open(path, flags | O_NOFOLLOW, mode) : descriptor;
}

// Names one process beyond reuse of its number.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(434 /* pidfd_open */, pid, 0); }

// The process that has connected a Unix socket to us, beyond reuse of its number (SO_PEERPIDFD, Linux 6.5).
static inline int clinux_peer_pidfd(int fd) {
    int process = -1;
    socklen_t length = sizeof process;
    return getsockopt(fd, SOL_SOCKET, 77 /* SO_PEERPIDFD */, &process, &length) < 0 ? -1 : process;
}

static inline int clinux_pidfd_send_signal(int fd, int signal) {
    return (int)syscall(424 /* pidfd_send_signal */, fd, signal, NULL, 0);
}

// Memory that can be handed to a child: an anonymous file of so many zeros, closed on exec.
static inline int clinux_memory_file(const char *name, off_t length) {
    int fd = (int)syscall(SYS_memfd_create, name, 1 /* MFD_CLOEXEC */);
    if (fd >= 0 && ftruncate(fd, length) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

// Gives the calling thread normal scheduling again.
static inline int clinux_set_normal(void) {
    struct sched_param parameter;
    memset(&parameter, 0, sizeof parameter);
    return sched_setscheduler(0, SCHED_OTHER, &parameter);
}

// Locks the whole file behind `fd` for as long as the descriptor is open, without waiting.
static inline int clinux_lock_file(int fd) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    return fcntl(fd, 37 /* F_OFD_SETLK */, &lock);
}

// 1 when somebody else holds the lock of `clinux_lock_file`, 0 when nobody does. Takes no lock itself.
static inline int clinux_file_is_locked(int fd) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    if (fcntl(fd, 36 /* F_OFD_GETLK */, &lock) < 0) return -1;
    return lock.l_type != F_UNLCK;
}

// Makes the calling thread a real-time one whose children and threads are not.
static inline int clinux_set_round_robin(int priority) {
    struct sched_param parameter;
    memset(&parameter, 0, sizeof parameter);
    parameter.sched_priority = priority;
    return sched_setscheduler(0, SCHED_RR | 0x40000000 /* SCHED_RESET_ON_FORK */, &parameter);
}

// Asks a watchdog device for a timeout in seconds; the device may round it, the result tells to what.
static inline int clinux_watchdog_set_timeout(int fd, int seconds) {
    return ioctl(fd, WDIOC_SETTIMEOUT, &seconds) < 0 ? -1 : seconds;
}

// Restarts the machine, or ends the PID namespace of the caller, without returning.
static inline int clinux_reboot(void) { return reboot(RB_AUTOBOOT); }

// Who opened the other end of a connected Unix socket, when it did.
struct clinux_peer { int32_t pid; uint32_t uid, gid; };

static inline int clinux_peer(int fd, struct clinux_peer *peer) {
    socklen_t length = sizeof *peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length);
}

#ifdef __cplusplus
}
#endif
#endif
