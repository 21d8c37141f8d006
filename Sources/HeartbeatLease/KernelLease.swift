// The lease itself: until when this node's kernel may answer for the service addresses, in a page that the kernel's programs
// read at every packet. It refuses to know who stores which deadline and why, and on which interfaces the programs hang.
//
// The deadline is absolute: who is stopped between deciding and storing stores one that has passed meanwhile, and harms nobody.

import CLinux
import Glibc
import HeartbeatGuard
import HeartbeatModel
import HeartbeatSystem

/// The two programs and what they look at. What hangs somewhere stays when this object goes, or its process, and knows the
/// last deadline that was stored: a daemon that dies leaves a node that is soon dark.
package final class KernelLease {
    /// So many service addresses of each kind. A map takes 16 bytes for each that may come, and about 70 for each that has.
    package static let capacity: UInt32 = 1024

    package let programs: LeasePrograms
    private let services4: OwnedDescriptor
    private let services6: OwnedDescriptor
    /// The programs read the deadline in it, and count the packets that they drop.
    package let memory: GuardMemory

    /// Dark, and guarding no address: what hangs anywhere lets everything pass until an address is guarded.
    ///
    /// Throws EPERM without CAP_BPF and CAP_NET_ADMIN or where the kernel is locked down, EINVAL or ENOSYS where it is older
    /// than Linux 5.8 or built without, and what the kernel's verifier says of the programs if it refuses them.
    package init() throws(SystemError) {
        // BPF_F_MMAPABLE; BPF_F_NO_PREALLOC keeps an empty map small.
        let lease = try Self.map(
            2 /* array */, key: 4, value: UInt32(GuardPage.length), entries: 1, flags: 0x400, "hb_lease")
        services4 = try Self.map(1 /* hash */, key: 4, value: 1, entries: Self.capacity, flags: 1, "hb_services4")
        services6 = try Self.map(1 /* hash */, key: 16, value: 1, entries: Self.capacity, flags: 1, "hb_services6")
        let maps = LeaseProgram.Maps(
            services4: services4.number, services6: services6.number, lease: lease.number)
        programs = LeasePrograms(
            incoming: try Self.load(LeaseProgram.bytes(.incoming, maps), "hb_lease_in"),
            outgoing: try Self.load(LeaseProgram.bytes(.outgoing, maps), "hb_lease_out"))
        memory = try GuardMemory(map: lease)
    }

    /// Goes on with that of the program before this one: what hangs stays hung, and the deadline goes on.
    package init(_ kept: KeptLease) throws(SystemError) {
        let descriptors = kept.descriptors.map(OwnedDescriptor.init(takingOwnershipOf:))
        guard descriptors.count == 5 else { throw SystemError(.load, "the lease", code: EBADF) }
        (services4, services6) = (descriptors[1], descriptors[2])
        programs = LeasePrograms(incoming: descriptors[3], outgoing: descriptors[4])
        memory = try GuardMemory(map: descriptors[0])
    }

    package func handOver(to next: HandOver) throws(SystemError) -> KeptLease {
        var kept = KeptLease(descriptors: [])
        for descriptor in [memory.descriptor, services4, services6, programs.incoming, programs.outgoing] {
            kept.descriptors.append(try next.keep(descriptor.number))
        }
        return kept
    }

    /// The kernel answers for guarded addresses while `Instant.sinceBoot` is earlier than this.
    package var until: Instant { Instant(nanoseconds: Int64(clamping: memory.page.until)) }

    /// Stores a deadline on the clock of `Instant.sinceBoot`, later or earlier than the last. It costs no system call, and
    /// holds for every packet from now on.
    package func store(until deadline: Instant) {
        memory.page.until = UInt64(max(0, deadline.nanoseconds))
    }

    /// So many packets to or from guarded addresses found the deadline passed.
    package var droppedPackets: UInt64 { memory.page.dropped }

    /// From now on these are answered for only until the deadline. To be called before an address is added to an interface: it
    /// must never be there unguarded. What is guarded already stays so; on failure those before the one that failed are.
    ///
    /// Throws E2BIG beyond `capacity`.
    package func guardAddresses(_ addresses: [IPAddress]) throws(SystemError) {
        for address in addresses {
            try check(clinux_bpf_put(map(of: address), address.bytes), .guardAddress, "\(address)")
        }
    }

    /// These are no concern of the lease any more. To be called after an address has been removed from its interface. Those
    /// that are not guarded are passed over.
    package func releaseAddresses(_ addresses: [IPAddress]) throws(SystemError) {
        for address in addresses {
            let result = clinux_bpf_remove(map(of: address), address.bytes)
            if result == 0 || errno != ENOENT { try check(result, .guardAddress, "\(address)") }
        }
    }

    private func map(of address: IPAddress) -> Int32 {
        address.isIPv6 ? services6.number : services4.number
    }

    // MARK: - Loading

    private static func map(
        _ type: UInt32, key: UInt32, value: UInt32, entries: UInt32, flags: UInt32, _ name: String
    ) throws(SystemError) -> OwnedDescriptor {
        let map = clinux_bpf_map(type, key, value, entries, flags, name)
        return OwnedDescriptor(takingOwnershipOf: try check(map, .load, "the map \(name) of the lease"))
    }

    private static func load(_ program: [UInt8], _ name: String) throws(SystemError) -> OwnedDescriptor {
        let count = UInt32(program.count / 8)
        let loaded = clinux_bpf_classifier(program, count, LeaseProgram.license, name, nil, 0)
        guard loaded < 0 else { return OwnedDescriptor(takingOwnershipOf: loaded) }
        let code = errno
        // Asked again, the verifier says why; it has nothing to say to who lacks a capability.
        let log = [CChar](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
            buffer.initialize(repeating: 0)
            let again = clinux_bpf_classifier(
                program, count, LeaseProgram.license, name, buffer.baseAddress, UInt32(buffer.count))
            if again >= 0 { close(again) }
            initialized = buffer.count
        }
        let text = log.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        throw SystemError(
            .load, "the program \(name) of the lease", code: code, reason: refusal(code, verifier: text))
    }

    /// The last words of the verifier but one are why; the last line counts what it has looked at.
    static func refusal(_ code: Int32, verifier text: String) -> String {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("processed ") }
        return SystemError.text(of: code) + (lines.last.map { " (verifier: \($0))" } ?? "")
    }
}

/// A lease, for the program after this one: the page, both maps, both programs.
package struct KeptLease: Codable {
    fileprivate(set) var descriptors: [Int32]
}

/// The programs, loaded; open as long as this is.
package struct LeasePrograms {
    package let incoming: OwnedDescriptor
    package let outgoing: OwnedDescriptor
}
