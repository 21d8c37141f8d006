// The memory that the daemon, its guardian and the kernel's programs share: until when the kernel answers, when the daemon has
// last had a turn, and which addresses may be up here. It refuses to know whose memory it is, and what follows from it.
//
//   0      the deadline, in nanoseconds of CLOCK_BOOTTIME    the lease's programs read it and write the next word
//   8      packets dropped
//   16     the daemon's last turn, on the same clock
//   24     for how long nothing needs to be done after that
//   32     what is to be done when the daemon ends
//   4096   1024 IPv4 addresses, 4 bytes each; one of zeros is a free place
//   8192   1024 IPv6 addresses, 16 bytes each

import CLinux

/// The words of such memory. Each is read and written in one piece; nobody waits for anybody.
package struct GuardPage {
    package static let length = 24576
    /// So many addresses of each kind.
    package static let capacity = 1024

    /// What the guardian does when the daemon has ended.
    package enum Orders: UInt64 {
        /// Nothing: it ends, too.
        case dismissed = 0
        /// It removes the addresses and has the scripts stopped.
        case armed = 1
        /// It removes the addresses. The scripts have been tried for long enough.
        case addressesOnly = 2
    }

    private let base: UnsafeMutableRawPointer

    /// `base` is at the beginning of a page, and `length` bytes are there for as long as this is used.
    package init(_ base: UnsafeMutableRawPointer) {
        self.base = base
    }

    private func word(_ index: Int) -> UnsafeMutablePointer<UInt64> {
        base.assumingMemoryBound(to: UInt64.self) + index
    }

    package var until: UInt64 {
        get { clinux_bpf_read(word(0)) }
        nonmutating set { clinux_bpf_store(word(0), newValue) }
    }

    package var dropped: UInt64 { clinux_bpf_read(word(1)) }

    package var turn: UInt64 {
        get { clinux_bpf_read(word(2)) }
        nonmutating set { clinux_bpf_store(word(2), newValue) }
    }

    package var patience: UInt64 {
        get { clinux_bpf_read(word(3)) }
        nonmutating set { clinux_bpf_store(word(3), newValue) }
    }

    package var orders: Orders {
        get { Orders(rawValue: clinux_bpf_read(word(4))) ?? .armed }
        nonmutating set { clinux_bpf_store(word(4), newValue.rawValue) }
    }

    // MARK: - Addresses

    private func place4(_ index: Int) -> UnsafeMutablePointer<UInt32> {
        (base + 4096).assumingMemoryBound(to: UInt32.self) + index
    }

    private func place6(_ index: Int) -> UnsafeMutablePointer<UInt64> {
        (base + 8192).assumingMemoryBound(to: UInt64.self) + 2 * index
    }

    /// The first places that have this content, or nothing.
    private func find4(_ wanted: UInt32) -> Int? {
        for index in 0..<Self.capacity where place4(index).pointee == wanted { return index }
        return nil
    }

    private func find6(_ first: UInt64, _ second: UInt64) -> Int? {
        for index in 0..<Self.capacity where place6(index)[0] == first && place6(index)[1] == second { return index }
        return nil
    }

    /// Whether the address of these 4 or 16 bytes is listed.
    package func lists(_ address: UnsafeRawBufferPointer) -> Bool {
        switch address.count {
        case 4: find4(address.loadUnaligned(as: UInt32.self)) != nil
        case 16:
            find6(address.loadUnaligned(as: UInt64.self), address.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                != nil
        default: false
        }
    }

    /// Has exactly these listed, each of 4 or 16 bytes. Those that stay keep their places, so that whoever reads meanwhile
    /// misses none of them. Returns how many there was no room for.
    package func list(_ addresses: [[UInt8]]) -> Int {
        let wanted = Set(addresses)
        for index in 0..<Self.capacity {
            let (four, six) = (place4(index), place6(index))
            if four.pointee != 0, !wanted.contains(bytes(four, 4)) { four.pointee = 0 }
            guard six[0] | six[1] != 0, !wanted.contains(bytes(six, 16)) else { continue }
            (six[0], six[1]) = (0, 0)
        }
        return wanted.count(where: { !add($0) })
    }

    private func bytes(_ start: UnsafeMutableRawPointer, _ count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether it is listed from now on. An address of zeros is nobody's.
    private func add(_ address: [UInt8]) -> Bool {
        address.withUnsafeBytes { bytes in
            if lists(bytes) || address.allSatisfy({ $0 == 0 }) { return true }
            if address.count == 4, let index = find4(0) {
                place4(index).pointee = bytes.loadUnaligned(as: UInt32.self)
                return true
            }
            guard address.count == 16, let index = find6(0, 0) else { return false }
            place6(index)[0] = bytes.loadUnaligned(as: UInt64.self)
            place6(index)[1] = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            return true
        }
    }
}
