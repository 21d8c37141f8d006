// The lease as the kernel runs it: a classifier on what comes in and one on what goes out, at each interface of the node but
// the loopback. Until the deadline that the daemon has stored every packet passes, and what it says is not even looked at: a
// node that forwards pays for a clock and nothing else. After it, packets to and from a service address are dropped, and all
// others pass. It refuses to know who holds what: the maps say it.
//
// It includes nothing, so that a compiler is all that it takes:
//   clang -target bpf -O2 -g0 -Wall -Werror -c lease.bpf.c -o lease.o
// LeaseProgram.swift has the instructions of this file as a table, and a test holds the two together.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

// The beginning of struct __sk_buff (linux/bpf.h): the kernel translates the access, so that only the offset counts.
struct packet {
    u32 length, kind, mark, queue;
    u32 protocol; // ethertype, in network order
};

// The helpers of the kernel by their numbers (bpf-helpers(7)). None asks for the GPL.
static void *(*look_up)(void *map, const void *key) = (void *)1; // bpf_map_lookup_elem
static u64 (*time_since_boot)(void) = (void *)125; // bpf_ktime_get_boot_ns, Linux 5.8
// bpf_skb_load_bytes_relative, counted from the network header: a VLAN tag or a missing Ethernet header moves nothing.
static long (*load)(const void *packet, u32 offset, void *to, u32 length, u32 from) = (void *)68;
#define NETWORK_HEADER 1

#define NETWORK_ORDER(value) __builtin_bswap16(value)
#define IPV4 NETWORK_ORDER(0x0800)
#define ARP NETWORK_ORDER(0x0806)
#define IPV6 NETWORK_ORDER(0x86DD)

// TC_ACT_UNSPEC: other filters of the interface have their say. TC_ACT_SHOT: the packet is dropped.
#define PASS (-1)
#define DROP 2

// The one element of the array that the daemon maps into its memory.
struct page {
    u64 until; // CLOCK_BOOTTIME in nanoseconds
    u64 dropped; // packets
};

// Maps stand here by name only: whoever loads the program puts their descriptors into the instructions.
#define MAP __attribute__((section("maps"), used)) struct { u32 unused; }
MAP lease;
MAP services4;
MAP services6;

#define INLINE static inline __attribute__((always_inline))

// Offsets of the address within the IPv4 header, the ARP packet and the IPv6 header.
INLINE int judge(struct packet *packet, u32 ipv4, u32 arp, u32 ipv6) {
    u32 first = 0;
    struct page *page = look_up(&lease, &first);
    // An array always has its first element; the kernel's verifier wants the question.
    if (!page || time_since_boot() < *(volatile u64 *)&page->until) return PASS;
    u32 address4;
    u8 address6[16];
    if (packet->protocol == IPV4) {
        if (load(packet, ipv4, &address4, 4, NETWORK_HEADER) || !look_up(&services4, &address4)) return PASS;
    } else if (packet->protocol == ARP) {
        if (load(packet, arp, &address4, 4, NETWORK_HEADER) || !look_up(&services4, &address4)) return PASS;
    } else if (packet->protocol == IPV6) {
        if (load(packet, ipv6, address6, 16, NETWORK_HEADER) || !look_up(&services6, address6)) return PASS;
    } else {
        return PASS;
    }
    // Any other order than none would be an instruction that takes Linux 5.12.
    __atomic_fetch_add(&page->dropped, 1, __ATOMIC_RELAXED);
    return DROP;
}

// Destination; target of an ARP question.
__attribute__((section("incoming"), used)) int judge_incoming(struct packet *packet) { return judge(packet, 16, 24, 24); }

// Source; sender of an ARP packet.
__attribute__((section("outgoing"), used)) int judge_outgoing(struct packet *packet) { return judge(packet, 12, 14, 8); }

__attribute__((section("license"), used)) char terms[] = "Apache-2.0";
