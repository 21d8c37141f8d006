// The program of the lease as the kernel takes it: a table of instructions, which is what a compiler makes of lease.bpf.c. Pure; it
// refuses to know how a program is loaded and where it hangs. It stands here as a table because a gateway has no compiler.

import HeartbeatFormats

/// One instruction of the kernel's machine (struct bpf_insn, 8 bytes): what to do (1 byte), the registers written and read (a
/// nibble each, on a little-endian machine the written one low), an offset (2), a constant (4).
package struct BpfInstruction: Hashable {
    let code: UInt8
    let target: UInt8
    var source: UInt8
    let offset: Int16
    var immediate: Int32

    fileprivate init(_ code: UInt8, _ target: UInt8, _ source: UInt8, _ offset: Int16, _ immediate: Int32) {
        self.code = code
        self.target = target
        self.source = source
        self.offset = offset
        self.immediate = immediate
    }

    package var bytes: [UInt8] {
        [code, source << 4 | target] + hostBytes(offset) + hostBytes(immediate)
    }
}

package enum LeaseProgram {
    /// Where the address stands that decides, in bytes from the beginning of the IPv4 header, the ARP packet and the IPv6
    /// header. Nothing else differs between what comes in and what goes out.
    package struct Offsets: Hashable {
        fileprivate let ipv4: Int32
        fileprivate let arp: Int32
        fileprivate let ipv6: Int32

        /// The destination; whom an ARP packet asks for.
        package static let incoming = Offsets(ipv4: 16, arp: 24, ipv6: 24)
        /// The source; who speaks in an ARP packet.
        package static let outgoing = Offsets(ipv4: 12, arp: 14, ipv6: 8)
    }

    /// Descriptors of its maps: service addresses of four and of sixteen bytes, and the array with the page.
    package struct Maps {
        package let services4: Int32
        package let services6: Int32
        package let lease: Int32

        package init(services4: Int32, services6: Int32, lease: Int32) {
            self.services4 = services4
            self.services6 = services6
            self.lease = lease
        }
    }

    /// None of the helpers that it calls asks for the GPL.
    package static let license = "Apache-2.0"

    /// The instructions as a compiler gives them, without maps.
    package static func instructions(_ offsets: Offsets) -> [BpfInstruction] {
        deadline + ethertypes + look(4, at: offsets.ipv4, notLoaded: 39, notFound: 33) + [
            BpfInstruction(0x05, 0, 0, 29, 0)
        ]
            + look(4, at: offsets.arp, notLoaded: 24, notFound: 18) + [BpfInstruction(0x05, 0, 0, 14, 0)]
            + look(16, at: offsets.ipv6, notLoaded: 9, notFound: 3) + verdict
    }

    /// The program with its maps, in the kernel's form.
    package static func bytes(_ offsets: Offsets, _ maps: Maps) -> [UInt8] {
        var program = instructions(offsets)
        let places = [(5, maps.lease), (28, maps.services4), (43, maps.services4), (58, maps.services6)]
        for (index, descriptor) in places {
            program[index].source = 1  // BPF_PSEUDO_MAP_FD
            program[index].immediate = descriptor
        }
        return program.flatMap(\.bytes)
    }

    // MARK: - The table

    /// Words 0 to 13: until the deadline everything passes, by a jump to word 65, the end.
    private static let deadline: [BpfInstruction] = [
        .init(0xBF, 8, 1, 0, 0),  // r8 = the packet
        .init(0xB4, 1, 0, 0, 0),  // w1 = 0, the key
        .init(0x63, 10, 1, -4, 0),  // *(u32 *)(r10 - 4) = w1
        .init(0xBF, 2, 10, 0, 0),  // r2 = r10, the stack
        .init(0x07, 2, 0, 0, -4),  // r2 += -4
        .init(0x18, 1, 0, 0, 0),  // r1 = the map
        .init(0x00, 0, 0, 0, 0),  // (its upper half)
        .init(0x85, 0, 0, 0, 1),  // call bpf_map_lookup_elem
        .init(0xBF, 7, 0, 0, 0),  // r7 = r0, the page
        .init(0xB4, 6, 0, 0, -1),  // w6 = TC_ACT_UNSPEC
        .init(0x15, 7, 0, 54, 0),  // if r7 == 0 goto 65
        .init(0x85, 0, 0, 0, 125),  // call bpf_ktime_get_boot_ns
        .init(0x79, 1, 7, 0, 0),  // r1 = page->until
        .init(0xAD, 0, 1, 51, 0),  // if r0 < r1 goto 65
    ]

    /// Words 14 to 17: IPv6 goes on at word 48, ARP at 33, IPv4 at 18; everything else passes.
    private static let ethertypes: [BpfInstruction] = [
        .init(0x61, 1, 8, 16, 0),  // w1 = packet->protocol, in network order
        .init(0x16, 1, 0, 32, 0xDD86),  // if w1 == IPv6 goto 48
        .init(0x16, 1, 0, 16, 0x0608),  // if w1 == ARP goto 33
        .init(0x56, 1, 0, 47, 0x0008),  // if w1 != IPv4 goto 65
    ]

    /// 14 words: is the address of so many bytes there in the map of services? The jumps lead to word 65, the end.
    private static func look(
        _ length: Int32, at offset: Int32, notLoaded: Int16, notFound: Int16
    ) -> [BpfInstruction] {
        [
            .init(0xBF, 3, 10, 0, 0),  // r3 = r10
            .init(0x07, 3, 0, 0, -20),  // r3 += -20
            .init(0xBF, 1, 8, 0, 0),  // r1 = the packet
            .init(0xB4, 2, 0, 0, offset),  // w2 = offset
            .init(0xB4, 4, 0, 0, length),  // w4 = length
            .init(0xB4, 5, 0, 0, 1),  // w5 = BPF_HDR_START_NET
            .init(0x85, 0, 0, 0, 68),  // call bpf_skb_load_bytes_relative
            .init(0x55, 0, 0, notLoaded, 0),  // if r0 != 0 goto 65
            .init(0xBF, 2, 10, 0, 0),  // r2 = r10
            .init(0x07, 2, 0, 0, -20),  // r2 += -20
            .init(0x18, 1, 0, 0, 0),  // r1 = the map
            .init(0x00, 0, 0, 0, 0),  // (its upper half)
            .init(0x85, 0, 0, 0, 1),  // call bpf_map_lookup_elem
            .init(0x15, 0, 0, notFound, 0),  // if r0 == 0 goto 65
        ]
    }

    /// Words 62 to 66: what a dark node would have said or heard for a service is counted and dropped.
    private static let verdict: [BpfInstruction] = [
        .init(0xB7, 1, 0, 0, 1),  // r1 = 1
        .init(0xDB, 7, 1, 8, 0),  // lock page->dropped += r1
        .init(0xB4, 6, 0, 0, 2),  // w6 = TC_ACT_SHOT
        .init(0xBC, 0, 6, 0, 0),  // w0 = w6
        .init(0x95, 0, 0, 0, 0),  // return
    ]
}
