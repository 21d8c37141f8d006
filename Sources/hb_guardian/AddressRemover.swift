// Removes the listed addresses from every interface but the loopback, and nothing else: the secondary ones first, because the
// last to go is the one that others may hang on. It refuses to know why, and needs no memory that it does not have from its
// start.

import CLinux
import Glibc
import HeartbeatGuard

/// Two routing sockets and room for what they say.
struct AddressRemover {
    struct Outcome {
        var removed = 0
        /// Listed, and still on an interface.
        var left = 0
    }

    private struct Entry {
        var interface: UInt32 = 0
        var family: UInt8 = 0
        var prefix: UInt8 = 0
        var isSecondary = false
        /// The address, and the one whose first bits are its network.
        var local: (UInt64, UInt64) = (0, 0)
        var network: (UInt64, UInt64) = (0, 0)

        var length: Int { family == UInt8(AF_INET) ? 4 : 16 }
    }

    /// LOOPBACK_IFINDEX: the same in every network namespace.
    private static let loopback: UInt32 = 1
    private static let most = 512
    private static let mostRounds = 16
    private static let longestDatagram = 65536

    private let page: GuardPage
    private let lister: Int32
    private let changer: Int32
    private let room: UnsafeMutableRawBufferPointer
    private let request: UnsafeMutableRawBufferPointer
    private let entries: UnsafeMutableBufferPointer<Entry>
    /// Interfaces with secondary addresses of others.
    private let shared: UnsafeMutableBufferPointer<UInt32>

    init?(_ page: GuardPage) {
        self.page = page
        lister = Self.routeSocket()
        changer = Self.routeSocket()
        room = .allocate(byteCount: Self.longestDatagram, alignment: 8)
        request = .allocate(byteCount: 128, alignment: 8)
        entries = .allocate(capacity: Self.most)
        shared = .allocate(capacity: Self.most)
        guard lister >= 0, changer >= 0 else { return nil }
        room.initializeMemory(as: UInt8.self, repeating: 0)
        entries.initialize(repeating: Entry())
        shared.initialize(repeating: 0)
    }

    /// Waits for an answer, but not long.
    private static func routeSocket() -> Int32 {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | O_CLOEXEC, 0)
        var limit = timeval(tv_sec: 0, tv_usec: 500_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    // MARK: - Removing

    /// Goes through all of it once without changing anything: no interface has the number 0.
    func rehearse() {
        _ = find()
        entries[0] = Entry(family: UInt8(AF_INET), prefix: 32)
        _ = promote(0)
        _ = remove(0)
    }

    func run() -> Outcome {
        var outcome = Outcome()
        for _ in 0..<Self.mostRounds {
            let found = find()
            outcome.left = found.count
            guard found.count > 0 || !found.isWhole else { break }
            let removed = removeAll(found.count)
            outcome.removed += removed
            outcome.left -= removed
            // What there was no room for, or what came meanwhile, is in the next round.
            if removed == 0, found.isWhole { break }
        }
        return outcome
    }

    private func removeAll(_ count: Int) -> Int {
        var removed = 0
        for pass in 0..<2 {
            let isLast = pass == 1
            for index in 0..<count {
                let entry = entries[index]
                let mayHaveDependents = entry.family == UInt8(AF_INET) && !entry.isSecondary
                guard mayHaveDependents == isLast else { continue }
                // It would take along addresses of others that hang on it.
                if isLast, shared.contains(entry.interface), promote(entry.interface) != 0 { continue }
                let code = remove(index)
                if code == 0 || code == EADDRNOTAVAIL || code == ENODEV { removed += 1 }
            }
        }
        return removed
    }

    // MARK: - Changes

    /// Removes exactly this one; the errno.
    private func remove(_ index: Int) -> Int32 {
        let entry = entries[index]
        var end = begin(21 /* RTM_DELADDR */, flags: 0x5 /* NLM_F_REQUEST | NLM_F_ACK */)
        request[end] = entry.family
        request[end + 1] = entry.prefix
        put(entry.interface, at: end + 4)
        end += 8
        append(2 /* IFA_LOCAL */, entry.local, entry.length, &end)
        append(1 /* IFA_ADDRESS */, entry.network, entry.length, &end)
        return exchange(end)
    }

    /// Has the IPv4 addresses of an interface outlive the first of their network; the errno.
    private func promote(_ interface: UInt32) -> Int32 {
        var end = begin(19 /* RTM_SETLINK */, flags: 0x5)
        put(interface, at: end + 4)
        end += 16
        // IFLA_AF_SPEC { AF_INET { IFLA_INET_CONF { 20, promote_secondaries: 1 } } }
        nest(26, 20, &end)
        nest(2, 16, &end)
        nest(1, 12, &end)
        nest(20, 8, &end)
        put(UInt32(1), at: end)
        return exchange(end + 4)
    }

    private func nest(_ type: UInt16, _ length: UInt16, _ end: inout Int) {
        put(length, at: end)
        put(type, at: end + 2)
        end += 4
    }

    private func begin(_ type: UInt16, flags: UInt16) -> Int {
        request.initializeMemory(as: UInt8.self, repeating: 0)
        put(type, at: 4)
        put(flags, at: 6)
        return 16
    }

    private func put<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
        request.storeBytes(of: value, toByteOffset: offset, as: Number.self)
    }

    private func append(_ type: UInt16, _ address: (UInt64, UInt64), _ length: Int, _ end: inout Int) {
        put(UInt16(4 + length), at: end)
        put(type, at: end + 2)
        withUnsafeBytes(of: address) { bytes in
            for index in 0..<length { request[end + 4 + index] = bytes[index] }
        }
        end += 4 + length
    }

    /// struct nlmsgerr follows the header of the answer: the negative errno, 0 when it is done.
    private func exchange(_ length: Int) -> Int32 {
        put(UInt32(length), at: 0)
        guard send(changer, request.baseAddress, length, 0) == length else { return errno }
        let count = recv(changer, room.baseAddress, room.count, 0)
        guard count >= 20 else { return EIO }
        return -room.loadUnaligned(fromByteOffset: 16, as: Int32.self)
    }

    // MARK: - Looking

    /// Notes what is listed and up, as far as there is room.
    private func find() -> (count: Int, isWhole: Bool) {
        let end = begin(22 /* RTM_GETADDR */, flags: 0x301 /* NLM_F_REQUEST | NLM_F_DUMP */) + 8
        put(UInt32(end), at: 0)
        var found = Found()
        shared.update(repeating: 0)
        guard send(lister, request.baseAddress, end, 0) == end else { return (0, false) }
        while true {
            let count = recv(lister, room.baseAddress, room.count, 0)
            guard count > 0 else { return (found.count, false) }
            var at = 0
            while count - at >= 16 {
                let length = Int(room.loadUnaligned(fromByteOffset: at, as: UInt32.self))
                let type = room.loadUnaligned(fromByteOffset: at + 4, as: UInt16.self)
                guard length >= 16, length <= count - at, type != 2 /* NLMSG_ERROR */, type != 3 /* NLMSG_DONE */ else {
                    return (found.count, type == 3 && found.isWhole)
                }
                // NLM_F_DUMP_INTR: the list changed while it was being told.
                if room.loadUnaligned(fromByteOffset: at + 6, as: UInt16.self) & 0x10 != 0 { found.isWhole = false }
                if type == 20 /* RTM_NEWADDR */, length >= 24 { note(at, at + length, &found) }
                at += (length + 3) & ~3
            }
        }
    }

    private struct Found {
        var count = 0
        var shared = 0
        var isWhole = true
    }

    /// struct ifaddrmsg is family, prefix length, flags, scope (1 byte each), index (4); attributes follow.
    private func note(_ start: Int, _ end: Int, _ found: inout Found) {
        var entry = Entry()
        entry.family = room[start + 16]
        entry.prefix = room[start + 17]
        entry.isSecondary = entry.family == UInt8(AF_INET) && room[start + 18] & 1 != 0
        entry.interface = room.loadUnaligned(fromByteOffset: start + 20, as: UInt32.self)
        var (local, network) = (0, 0)
        var at = start + 24
        while end - at >= 4 {
            let length = Int(room.loadUnaligned(fromByteOffset: at, as: UInt16.self))
            guard length >= 4, length <= end - at else { break }
            let type = room.loadUnaligned(fromByteOffset: at + 2, as: UInt16.self)
            if length - 4 == entry.length {
                if type == 1 { network = at + 4 }
                if type == 2 { local = at + 4 }
            }
            at += (length + 3) & ~3
        }
        guard entry.interface != Self.loopback, local + network > 0 else { return }
        // IPv6 mostly has IFA_ADDRESS only.
        if local == 0 { local = network }
        if network == 0 { network = local }
        guard page.lists(UnsafeRawBufferPointer(rebasing: room[local..<local + entry.length])) else {
            guard entry.isSecondary, found.shared < shared.count else { return }
            shared[found.shared] = entry.interface
            found.shared += 1
            return
        }
        guard found.count < entries.count else {
            found.isWhole = false
            return
        }
        entry.local = address(local, entry.length)
        entry.network = address(network, entry.length)
        entries[found.count] = entry
        found.count += 1
    }

    private func address(_ start: Int, _ length: Int) -> (UInt64, UInt64) {
        var address: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: room[start..<start + length]) }
        return address
    }
}
