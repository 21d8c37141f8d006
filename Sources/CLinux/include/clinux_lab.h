// What the laboratory needs of Linux and Swift cannot see: namespaces, packet sockets, ptys. Every function returns -1
// with errno set on failure. The kernel's packet headers are mirrored, not included: the two families of them
// (linux/ and netpacket/) define the same structures and cannot meet in one module.
#ifndef CLINUX_LAB_H
#define CLINUX_LAB_H

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

// Declared here because their headers show them only to _GNU_SOURCE or _XOPEN_SOURCE.
int posix_openpt(int flags);
int grantpt(int fd);
int unlockpt(int fd);
int ptsname_r(int fd, char *buffer, size_t length);
int pipe2(int fds[2], int flags);
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// Moves the calling thread into the network namespace behind `fd`.
static inline int clinux_lab_enter_network(int fd) {
    return (int)syscall(SYS_setns, fd, 0x40000000 /* CLONE_NEWNET */);
}

// A pipe that no child inherits, not even one spawned by another thread at this moment.
static inline int clinux_lab_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC); }

// A timer that becomes readable every `period` nanoseconds, the first time one period from now.
static inline int clinux_lab_ticker(int64_t period) {
    struct itimerspec every;
    int fd = timerfd_create(1 /* CLOCK_MONOTONIC */, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0) return -1;
    every.it_interval.tv_sec = period / 1000000000;
    every.it_interval.tv_nsec = period % 1000000000;
    every.it_value = every.it_interval;
    return timerfd_settime(fd, 0, &every, NULL) < 0 ? -1 : fd;
}

// A stream socket at a path of the file system: connected to whoever listens there, or listening itself. -1 with errno.
static inline int clinux_lab_unix(const char *path, int listens) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = listens ? bind(fd, (struct sockaddr *)&address, sizeof address) : connect(fd, (struct sockaddr *)&address, sizeof address);
    if (result == 0 && listens) result = listen(fd, 1);
    if (result == 0) return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

// The next connection to a listening socket; no child inherits it.
static inline int clinux_lab_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC); }

// A pseudo terminal in raw mode. Returns the master; `other` receives a descriptor of the terminal side, `path` its name.
static inline int clinux_lab_open_pty(int *other, char *path, size_t length) {
    struct termios mode;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -1;
    if (grantpt(master) < 0 || unlockpt(master) < 0 || (errno = ptsname_r(master, path, length)) != 0) return -1;
    *other = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (*other < 0 || tcgetattr(*other, &mode) < 0) return -1;
    cfmakeraw(&mode);
    return tcsetattr(*other, TCSANOW, &mode) < 0 ? -1 : master;
}

// 1 while some process has the file open for writing, by a descriptor for reading: the kernel gives a lease for reading only on a
// file without a writer (fcntl(2)), and gives it to whoever owns the file.
static inline int clinux_lab_has_writer(int fd) {
    if (fcntl(fd, 1024 /* F_SETLEASE */, F_RDLCK) < 0) return errno == EAGAIN;
    fcntl(fd, 1024 /* F_SETLEASE */, F_UNLCK);
    return 0;
}

// A packet socket that receives whole frames of one ethertype (host order) on one interface, also those for other
// stations, and notes when the kernel received each. What the machine itself sends is not among them.
static inline int clinux_lab_packet_socket(int interface, uint16_t ethertype) {
    struct { uint16_t family, protocol; int32_t interface; uint16_t hardware; uint8_t type, length, address[8]; } at;
    struct { int32_t interface; uint16_t type, length; uint8_t address[8]; } promiscuous;
    uint16_t wire = (uint16_t)((ethertype << 8) | (ethertype >> 8));
    int one = 1, room = 8 << 20;
    int fd = socket(17 /* AF_PACKET */, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, wire);
    if (fd < 0) return -1;
    memset(&at, 0, sizeof at);
    at.family = 17;
    at.protocol = wire;
    at.interface = interface;
    memset(&promiscuous, 0, sizeof promiscuous);
    promiscuous.interface = interface;
    promiscuous.type = 1; // PACKET_MR_PROMISC
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0) return -1;
    if (setsockopt(fd, 263 /* SOL_PACKET */, 1 /* ADD_MEMBERSHIP */, &promiscuous, sizeof promiscuous) < 0) return -1;
    if (setsockopt(fd, 263 /* SOL_PACKET */, 23 /* IGNORE_OUTGOING */, &one, sizeof one) < 0) return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0) return -1;
    // Hundreds of addresses are announced at once; each frame counts for almost a kilobyte.
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) return -1;
    return fd;
}

// One frame of such a socket. `at` becomes the moment the kernel received it, on CLOCK_MONOTONIC in nanoseconds: a reader
// that was held up still tells the right time.
static inline ssize_t clinux_lab_receive(int fd, void *buffer, size_t length, int64_t *at) {
    struct timespec monotonic, real, received;
    union { struct cmsghdr header; char room[64]; } control;
    struct iovec part = { buffer, length };
    struct msghdr message;
    struct cmsghdr *entry;
    ssize_t count;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    count = recvmsg(fd, &message, MSG_DONTWAIT);
    if (count < 0) return -1;
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(1 /* CLOCK_MONOTONIC */, &monotonic);
    received = real;
    for (entry = CMSG_FIRSTHDR(&message); entry != NULL; entry = CMSG_NXTHDR(&message, entry))
        if (entry->cmsg_level == SOL_SOCKET && entry->cmsg_type == SO_TIMESTAMPNS)
            memcpy(&received, CMSG_DATA(entry), sizeof received);
    *at = (monotonic.tv_sec - real.tv_sec + received.tv_sec) * INT64_C(1000000000)
        + (monotonic.tv_nsec - real.tv_nsec + received.tv_nsec);
    return count;
}

// A route socket for the two functions below; it belongs to the network namespace of the calling thread for good.
static inline int clinux_lab_route_socket(void) {
    return socket(16 /* AF_NETLINK */, SOCK_RAW | SOCK_CLOEXEC, 0 /* NETLINK_ROUTE */);
}

// Ends all forwarding to and from a bridge port until its interface goes down and up again (spanning tree state
// "disabled"): a cut that takes effect at once and that nobody behind the port can see.
static inline int clinux_lab_cut_port(int fd, int interface) {
    struct {
        struct { uint32_t length; uint16_t type, flags; uint32_t sequence, pid; } header;
        struct { uint8_t family, pad; uint16_t type; int32_t index; uint32_t flags, change; } link;
        struct { uint16_t length, type; } protocol;
        struct { uint16_t length, type; uint8_t state, pad[3]; } state;
    } request;
    struct { uint8_t header[16]; int32_t code; uint8_t rest[512]; } answer;
    memset(&request, 0, sizeof request);
    request.header.length = sizeof request;
    request.header.type = 19; // RTM_SETLINK
    request.header.flags = 1 | 4; // NLM_F_REQUEST | NLM_F_ACK
    request.link.family = 7; // AF_BRIDGE
    request.link.index = interface;
    request.protocol.length = sizeof request.protocol + sizeof request.state;
    request.protocol.type = 12 | 0x8000; // IFLA_PROTINFO | NLA_F_NESTED
    request.state.length = 5;
    request.state.type = 1; // IFLA_BRPORT_STATE
    if (send(fd, &request, sizeof request, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 20) return -1;
    errno = -answer.code;
    return answer.code == 0 ? 0 : -1;
}

// A route socket that hears of links and IPv4 addresses in every network namespace that has a number in the calling thread's: what
// happens in several of them comes in the order in which the kernel did it.
static inline int clinux_lab_news_socket(void) {
    struct { uint16_t family, pad; uint32_t pid, groups; } at = { 16 /* AF_NETLINK */, 0, 0, 0x1 | 0x10 /* RTMGRP_LINK, RTMGRP_IPV4_IFADDR */ };
    int one = 1, room = 8 << 20;
    int fd = socket(16 /* AF_NETLINK */, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0 /* NETLINK_ROUTE */);
    if (fd < 0) return -1;
    if (setsockopt(fd, 270 /* SOL_NETLINK */, 8 /* NETLINK_LISTEN_ALL_NSID */, &one, sizeof one) == 0
        && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) == 0
        && bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

// The next messages of such a socket. `space` becomes the number of the namespace that they are about, -1 the thread's own.
static inline ssize_t clinux_lab_receive_news(int fd, void *buffer, size_t length, int32_t *space) {
    union { struct cmsghdr header; char room[64]; } control;
    struct iovec part = { buffer, length };
    struct msghdr message;
    struct cmsghdr *entry;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    *space = -1;
    ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT);
    if (count < 0) return -1;
    for (entry = CMSG_FIRSTHDR(&message); entry != NULL; entry = CMSG_NXTHDR(&message, entry))
        if (entry->cmsg_level == 270 && entry->cmsg_type == 8) memcpy(space, CMSG_DATA(entry), sizeof *space);
    return count;
}

// Counts how often a thread, and every child it starts from now on, passes a tracepoint: `number` is what tracefs says in
// events/<system>/<name>/id. Eight bytes read from the descriptor are the count so far.
static inline int clinux_lab_count_tracepoint(pid_t thread, uint64_t number) {
    struct perf_event_attr event;
    memset(&event, 0, sizeof event);
    event.type = PERF_TYPE_TRACEPOINT;
    event.size = sizeof event;
    event.config = number;
    event.inherit = 1;
    return (int)syscall(SYS_perf_event_open, &event, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

// Counts the instructions that a thread, and every child it starts from now on, carries out in user space. Fails where the
// processor shows no counter, as in most virtual machines. A count that the counter had to be shared for cannot be read.
static inline int clinux_lab_count_instructions(pid_t thread) {
    struct perf_event_attr event;
    memset(&event, 0, sizeof event);
    event.type = PERF_TYPE_HARDWARE;
    event.size = sizeof event;
    event.config = PERF_COUNT_HW_INSTRUCTIONS;
    event.inherit = 1;
    event.pinned = 1;
    event.exclude_kernel = 1;
    event.exclude_hv = 1;
    return (int)syscall(SYS_perf_event_open, &event, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

// The calling thread, and no other, loses all capabilities, for as long as it lives.
static inline int clinux_lab_drop_capabilities(void) {
    struct { uint32_t version; int32_t thread; } header = { 0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, 0 };
    struct { uint32_t effective, permitted, inheritable; } none[2];
    memset(none, 0, sizeof none);
    return (int)syscall(SYS_capset, &header, none);
}

// The calling process ends with its parent, however that ends.
static inline int clinux_lab_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

#ifdef __cplusplus
}
#endif
#endif
