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
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

// Declared here because their headers show them only to _GNU_SOURCE.
int pipe2(int fds[2], int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// A pipe that no child inherits. Both ends block until told otherwise.
static inline int clinux_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC); }

// A descriptor that tells which of `signals` (blocked beforehand) have arrived; it never blocks.
static inline int clinux_signal_descriptor(const sigset_t *signals) {
    return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// 1 when our child `pid` has ended (it stays a zombie), 0 while it runs.
static inline int clinux_child_has_ended(pid_t pid) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return -1;
    return info.si_pid == pid;
}

// Names one process beyond reuse of its number.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(434 /* pidfd_open */, pid, 0); }

static inline int clinux_pidfd_send_signal(int fd, int signal) {
    return (int)syscall(424 /* pidfd_send_signal */, fd, signal, NULL, 0);
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

// The user at the other end of a connected Unix socket.
static inline int clinux_peer_uid(int fd, uint32_t *uid) {
    struct { int32_t pid; uint32_t uid, gid; } peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -1;
    *uid = peer.uid;
    return 0;
}

#ifdef __cplusplus
}
#endif
#endif
