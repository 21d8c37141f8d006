// The floor: the smallest failover daemon that can be, as the physical limit the others are measured against. One process,
// no configuration, no authentication, two nodes. It adds its addresses with one netlink message batch, announces each
// with one gratuitous ARP, tells the other node by UDP broadcast that it lives, and takes over when that falls silent.
//
//   hbfloor INTERFACE NODE BROADCAST PREFIX KEEPALIVE_US DEADTIME_US ADDRESS...
//
// Node 1 has precedence. SIGUSR2: hand everything over and want nothing back. SIGTERM: hand over and end.
// After each takeover one line on standard error tells what it cost: "floor: 3 addresses, added 45 us, announced 61 us".
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 6940, MOST_ADDRESSES = 1024 };

// The whole protocol: who speaks, and what holds for it now.
struct beat { uint8_t magic, node, flags; };
enum { MAGIC = 'F', OWNS = 1, HANDS_OVER = 2, WANTS = 4 };

static int node, owns, wants = 1;
static uint32_t addresses[MOST_ADDRESSES];
static int address_count, prefix;
static int interface;
static uint8_t station[6];
static int netlink, arp, udp;
static struct sockaddr_in everybody = { .sin_family = AF_INET };

static _Noreturn void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000ull + time.tv_nsec / 1000;
}

static uint32_t address(const char *text) {
    struct in_addr result;
    if (!inet_aton(text, &result)) {
        fprintf(stderr, "hbfloor: %s is no IPv4 address\n", text);
        exit(2);
    }
    return result.s_addr;
}

// One batch for all addresses; only the last message asks for an acknowledgement.
static void change_addresses(uint16_t type, uint16_t flags) {
    struct change {
        struct nlmsghdr header;
        struct ifaddrmsg body;
        struct rtattr local_header;
        uint32_t local;
        struct rtattr address_header;
        uint32_t address;
    };
    static struct change batch[MOST_ADDRESSES];
    static uint32_t sequence;
    char answer[8192];
    for (int i = 0; i < address_count; i++)
        batch[i] = (struct change){
            .header = { .nlmsg_len = sizeof *batch, .nlmsg_type = type, .nlmsg_seq = ++sequence,
                        .nlmsg_flags = NLM_F_REQUEST | flags | (i == address_count - 1 ? NLM_F_ACK : 0) },
            .body = { .ifa_family = AF_INET, .ifa_prefixlen = prefix, .ifa_index = interface },
            .local_header = { .rta_len = 8, .rta_type = IFA_LOCAL },
            .local = addresses[i],
            .address_header = { .rta_len = 8, .rta_type = IFA_ADDRESS },
            .address = addresses[i],
        };
    if (send(netlink, batch, sizeof *batch * address_count, 0) < 0) die("netlink");
    // What is already there, or already gone, is told before the last acknowledgement and harms nothing.
    while (recv(netlink, answer, sizeof answer, 0) > 0 && ((struct nlmsghdr *)answer)->nlmsg_seq != sequence) {}
}

static void announce(void) {
    uint8_t frame[42] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1 };
    memcpy(frame + 6, station, 6);
    memcpy(frame + 22, station, 6);
    for (int i = 0; i < address_count; i++) {
        memcpy(frame + 28, &addresses[i], 4);
        memcpy(frame + 38, &addresses[i], 4);
        if (send(arp, frame, sizeof frame, 0) < 0) perror("hbfloor: announce");
    }
}

static void say(uint8_t flags) {
    struct beat beat = { MAGIC, node, flags | (owns ? OWNS : 0) | (wants && node == 1 ? WANTS : 0) };
    sendto(udp, &beat, sizeof beat, MSG_DONTWAIT, (struct sockaddr *)&everybody, sizeof everybody);
}

static void take(void) {
    if (owns) return;
    uint64_t begun = microseconds();
    change_addresses(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    uint64_t added = microseconds();
    announce();
    uint64_t announced = microseconds();
    owns = 1;
    say(0);
    fprintf(stderr, "floor: %d addresses, added %llu us, announced %llu us\n", address_count,
            (unsigned long long)(added - begun), (unsigned long long)(announced - added));
}

static void release(uint8_t flags) {
    if (!owns) return;
    owns = 0;
    change_addresses(RTM_DELADDR, 0);
    say(flags);
}

static void heard(struct beat beat) {
    int preferred = node == 1;
    if (beat.flags & HANDS_OVER) {
        take();
    } else if (beat.flags & OWNS) {
        if (!owns) return;
        // Both own it: the preferred node says so once more, because the clients may believe the other.
        if (preferred) announce();
        else release(0);
    } else if (preferred) {
        if (wants) take();
    } else if (beat.flags & WANTS) {
        release(HANDS_OVER);
    }
}

static void arm(int timer, uint64_t us, int repeats) {
    struct itimerspec time = { .it_value = { us / 1000000, us % 1000000 * 1000 } };
    if (repeats) time.it_interval = time.it_value;
    timerfd_settime(timer, 0, &time, NULL);
}

static void open_sockets(const char *name) {
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    struct sockaddr_ll link = { .sll_family = AF_PACKET, .sll_ifindex = interface };
    struct ifreq request = { 0 };
    int one = 1;
    udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    arp = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (udp < 0 || arp < 0 || netlink < 0) die("socket");
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (setsockopt(udp, SOL_SOCKET, SO_BROADCAST, &one, sizeof one) < 0
        || setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name)) < 0
        || bind(udp, (struct sockaddr *)&any, sizeof any) < 0 || bind(arp, (struct sockaddr *)&link, sizeof link) < 0
        || ioctl(udp, SIOCGIFHWADDR, &request) < 0)
        die(name);
    memcpy(station, request.ifr_hwaddr.sa_data, sizeof station);
}

static int run(uint64_t keepalive, uint64_t deadtime) {
    struct sched_param realtime = { .sched_priority = 1 };
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int asked = signalfd(-1, &signals, SFD_CLOEXEC), beats = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    int silence = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (asked < 0 || beats < 0 || silence < 0) die("timer");
    // Both make it better, neither is needed.
    if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0) perror("hbfloor: mlockall");
    if (sched_setscheduler(0, SCHED_FIFO, &realtime) < 0) perror("hbfloor: SCHED_FIFO");
    say(0);
    arm(beats, keepalive, 1);
    arm(silence, deadtime, 0);
    struct pollfd polls[] = { { asked, POLLIN, 0 }, { udp, POLLIN, 0 }, { beats, POLLIN, 0 }, { silence, POLLIN, 0 } };
    for (;;) {
        struct signalfd_siginfo signal;
        struct beat beat;
        uint64_t count;
        if (poll(polls, 4, -1) < 0) continue;
        if (polls[0].revents && read(asked, &signal, sizeof signal) == sizeof signal) {
            wants = 0;
            release(HANDS_OVER);
            if (signal.ssi_signo == SIGTERM) return 0;
        }
        while (recv(udp, &beat, sizeof beat, MSG_DONTWAIT) == sizeof beat) {
            if (beat.magic != MAGIC || beat.node == node) continue;
            arm(silence, deadtime, 0);
            heard(beat);
        }
        if (polls[2].revents && read(beats, &count, sizeof count) > 0) say(0);
        // What arrived while this process stood still has just set the timer anew; then there is nothing to read.
        if (polls[3].revents) {
            struct pollfd still = { silence, POLLIN, 0 };
            if (poll(&still, 1, 0) > 0 && read(silence, &count, sizeof count) > 0) take();
        }
    }
}

int main(int count, char **words) {
    if (count < 8 || count - 7 > MOST_ADDRESSES) {
        fprintf(stderr, "usage: hbfloor INTERFACE NODE BROADCAST PREFIX KEEPALIVE_US DEADTIME_US ADDRESS...\n");
        return 2;
    }
    interface = if_nametoindex(words[1]);
    node = atoi(words[2]);
    everybody.sin_addr.s_addr = address(words[3]);
    everybody.sin_port = htons(PORT);
    prefix = atoi(words[4]);
    for (int i = 7; i < count; i++) addresses[address_count++] = address(words[i]);
    open_sockets(words[1]);
    return run(strtoull(words[5], NULL, 10), strtoull(words[6], NULL, 10));
}
