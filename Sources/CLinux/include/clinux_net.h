// What the media and the announcements need of Linux and Swift cannot import: filters of raw ICMP sockets, packet sockets,
// namespaces. Every function returns -1 with errno set on failure. The packet address is mirrored, not included: linux/
// and netpacket/ both define it and cannot meet in one module.
#ifndef CLINUX_NET_H
#define CLINUX_NET_H

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

// Lets only echo replies through to a raw ICMP socket (raw(7), ICMP_FILTER): every other ICMP packet of the machine would
// wake the daemon. A set bit blocks.
static inline int clinux_icmp_replies_only(int fd) {
    uint32_t blocked = ~(uint32_t)(1u << 0 /* ICMP_ECHOREPLY */);
    return setsockopt(fd, 255 /* SOL_RAW */, 1 /* ICMP_FILTER */, &blocked, sizeof blocked);
}

// The same for ICMPv6 (RFC 3542 section 3.2): 256 bits, a set bit blocks on Linux.
static inline int clinux_icmp6_replies_only(int fd) {
    uint32_t blocked[8];
    memset(blocked, 0xFF, sizeof blocked);
    blocked[129 / 32] &= ~(uint32_t)(1u << (129 % 32)); // ICMPV6_ECHO_REPLY
    return setsockopt(fd, 58 /* IPPROTO_ICMPV6 */, 1 /* ICMPV6_FILTER */, blocked, sizeof blocked);
}

// A packet socket that only sends (packet(7): protocol 0 receives nothing); the kernel writes the link-level header.
static inline int clinux_packet_socket(void) {
    return socket(17 /* AF_PACKET */, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

// Sends one payload of the given ethertype (host order) to a six-byte station address.
static inline ssize_t clinux_packet_send(int fd, int interface, uint16_t ethertype, const uint8_t *station,
                                         const void *payload, size_t length) {
    struct { uint16_t family, protocol; int32_t interface; uint16_t hardware; uint8_t type, length, address[8]; } to;
    memset(&to, 0, sizeof to);
    to.family = 17;
    to.protocol = (uint16_t)((ethertype << 8) | (ethertype >> 8));
    to.interface = interface;
    to.length = 6;
    memcpy(to.address, station, 6);
    return sendto(fd, payload, length, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof to);
}

// From now on such a socket receives, too: frames of one interface and one ethertype (host order).
static inline int clinux_packet_listen(int fd, int interface, uint16_t ethertype) {
    struct { uint16_t family, protocol; int32_t interface; uint8_t rest[12]; } at;
    memset(&at, 0, sizeof at);
    at.family = 17;
    at.protocol = (uint16_t)((ethertype << 8) | (ethertype >> 8));
    at.interface = interface;
    return bind(fd, (const struct sockaddr *)&at, sizeof at);
}

// Sends a datagram from a given address of this machine and over a given interface, although the socket is bound to neither
// (IP_PKTINFO of ip(7), IPV6_PKTINFO of ipv6(7)). `source` has 16 bytes if `is_ipv6`, else 4.
static inline ssize_t clinux_udp_send_from(int fd, const void *bytes, size_t length, const struct sockaddr *to,
                                           socklen_t to_length, const uint8_t *source, int is_ipv6, int interface) {
    struct { int32_t interface; uint8_t source[4], unused[4]; } four;
    struct { uint8_t source[16]; int32_t interface; } six;
    const size_t size = is_ipv6 ? sizeof six : sizeof four;
    union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(struct { uint8_t most[20]; }))]; } control;
    struct iovec part = { (void *)(uintptr_t)bytes, length };
    struct msghdr message;
    struct cmsghdr *entry;
    memset(&four, 0, sizeof four);
    memset(&six, 0, sizeof six);
    memset(&control, 0, sizeof control);
    memset(&message, 0, sizeof message);
    four.interface = six.interface = interface;
    memcpy(is_ipv6 ? six.source : four.source, source, is_ipv6 ? 16 : 4);
    message.msg_name = (void *)(uintptr_t)to;
    message.msg_namelen = to_length;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(size);
    entry = CMSG_FIRSTHDR(&message);
    entry->cmsg_level = is_ipv6 ? 41 /* IPPROTO_IPV6 */ : 0 /* IPPROTO_IP */;
    entry->cmsg_type = is_ipv6 ? 50 /* IPV6_PKTINFO */ : 8 /* IP_PKTINFO */;
    entry->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(entry), is_ipv6 ? (const void *)&six : (const void *)&four, size);
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// Moves the calling thread into the network namespace behind `fd`.
static inline int clinux_enter_network(int fd) {
    return (int)syscall(SYS_setns, fd, 0x40000000 /* CLONE_NEWNET */);
}

// Moves the calling thread into a new, empty network namespace.
static inline int clinux_new_network(void) {
    return (int)syscall(SYS_unshare, 0x40000000 /* CLONE_NEWNET */);
}

#ifdef __cplusplus
}
#endif
#endif
