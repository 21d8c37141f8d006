// What the laboratory needs of Linux and Swift cannot see: namespaces, packet sockets, ptys. Every function returns -1
// with errno set on failure. The kernel's packet headers are mirrored, not included: the two families of them
// (linux/ and netpacket/) define the same structures and cannot meet in one module.
#ifndef CLINUX_LAB_H
#define CLINUX_LAB_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <termios.h>
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

// A packet socket that sees whole frames of one ethertype (host order) on one interface, also those for other stations.
static inline int clinux_lab_packet_socket(int interface, uint16_t ethertype) {
    struct { uint16_t family, protocol; int32_t interface; uint16_t hardware; uint8_t type, length, address[8]; } at;
    struct { int32_t interface; uint16_t type, length; uint8_t address[8]; } promiscuous;
    uint16_t wire = (uint16_t)((ethertype << 8) | (ethertype >> 8));
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
    return fd;
}

#ifdef __cplusplus
}
#endif
#endif
