// Asks the kernel and drivers about interfaces. Several of these questions wait for the lock of all network configuration
// (rtnl), which a driver that resets its device may hold for seconds, so the loop never asks them.

import Glibc
import HeartbeatFormats
import HeartbeatNetlink
import HeartbeatSystem

/// ioctl(2) on a socket, as netdevice(7) has it; a test puts a driver with a transceiver in its place.
package struct InterfaceRequests: Sendable {
    /// Performs the request (SIOC…); returns 0, or the errno.
    let perform: @Sendable (_ request: UInt, inout ifreq) -> Int32

    /// The kernel's, for the network namespace of the calling thread.
    static func kernel() throws(SystemError) -> InterfaceRequests {
        let socket = SharedSocket(try OwnedDescriptor.socket(family: AF_INET, for: "the state of links"))
        return InterfaceRequests { request, query in ioctl(socket.descriptor.number, request, &query) < 0 ? errno : 0 }
    }

    /// Its descriptor does not change while it is used, and the kernel takes calls of any thread.
    private final class SharedSocket: @unchecked Sendable {
        let descriptor: OwnedDescriptor

        init(_ descriptor: OwnedDescriptor) {
            self.descriptor = descriptor
        }
    }
}

/// Reads one interface after the other and remembers which of the sources each has.
final class InterfaceReader {
    private enum Transceiver {
        case unasked
        case absent
        /// It answers, but has never had a link. Where the link comes another way, as by the other of two ports, it never will,
        /// so that its word proves nothing yet.
        case unproved
        case proved
    }

    private struct Memory {
        var reading: InterfaceReading
        var transceiver = Transceiver.unasked
    }

    private let requests: InterfaceRequests
    private let routes = NetlinkSocket()
    private var memories: [String: Memory] = [:]

    init(_ requests: InterfaceRequests) {
        self.requests = requests
    }

    /// `nil` when the interface does not exist.
    func read(_ name: String) -> InterfaceReading? {
        guard var query = InterfaceQuery.query(about: name), requests.perform(UInt(SIOCGIFINDEX), &query) == 0 else {
            memories[name] = nil
            return nil
        }
        let index = UInt32(bitPattern: query.ifr_ifru.ifru_ivalue)
        var memory = memories[name] ?? Memory(reading: InterfaceReading(index: index))
        // Another interface of the same name may have another driver.
        if memory.reading.index != index { memory = Memory(reading: InterfaceReading(index: index)) }
        guard requests.perform(UInt(SIOCGIFFLAGS), &query) == 0 else {
            memories[name] = nil
            return nil
        }
        let flags = UInt32(UInt16(bitPattern: query.ifr_ifru.ifru_flags))
        var reading = InterfaceReading(index: index)
        reading.isAdminUp = flags & 0x1 != 0
        reading.isRunning = flags & 0x40 /* IFF_RUNNING */ != 0
        // Some drivers know their transceiver only while they are up.
        if reading.isAdminUp && !memory.reading.isAdminUp { memory.transceiver = .unasked }
        if reading.isAdminUp {
            reading.ethtool = ethtool(name)
            reading.mii = mii(name, &memory.transceiver)
        }
        complete(&reading, before: memory.reading)
        memory.reading = reading
        memories[name] = memory
        return reading
    }

    /// Forgets all others.
    func keep(_ names: [String]) {
        memories = memories.filter { names.contains($0.key) }
    }

    /// The words for what is wrong take a question of their own, asked when something has changed.
    private func complete(_ reading: inout InterfaceReading, before: InterfaceReading) {
        guard reading.isAdminUp, !reading.isRunning else { return }
        reading.operationalState = before.operationalState
        guard reading != before else { return }
        let entry = try? routes.lookUp(InterfaceEntry.request(reading.index)).flatMap(InterfaceEntry.init)
        reading.operationalState = entry?.operationalState ?? 0
    }

    private func ethtool(_ name: String) -> Bool? {
        guard var query = InterfaceQuery.query(about: name) else { return nil }
        // struct ethtool_value: the command, ETHTOOL_GLINK, and the answer.
        var value: (command: UInt32, data: UInt32) = (0x0A, 0)
        let code = withUnsafeMutablePointer(to: &value) { pointer in
            query.ifr_ifru.ifru_data = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: CChar.self)
            return requests.perform(0x8946 /* SIOCETHTOOL */, &query)
        }
        return code == 0 ? value.data != 0 : nil
    }

    private func mii(_ name: String, _ transceiver: inout Transceiver) -> Bool? {
        guard transceiver != .absent else { return nil }
        guard let hasLink = linkBit(name) else {
            if transceiver == .unasked { transceiver = .absent }
            return nil
        }
        if hasLink {
            transceiver = .proved
        } else if transceiver == .unasked {
            transceiver = .unproved
        }
        return transceiver == .proved ? hasLink : nil
    }

    /// The link bit of the basic mode status register, number 1. It stays 0 after a loss until it is read, so that the second
    /// reading tells of now.
    private func linkBit(_ name: String) -> Bool? {
        guard var query = InterfaceQuery.query(about: name),
            requests.perform(0x8947 /* SIOCGMIIPHY */, &query) == 0
        else { return nil }
        var status: UInt16 = 0
        for _ in 0..<2 {
            // struct mii_ioctl_data: address of the transceiver, register, value to write, value read (2 bytes each).
            withUnsafeMutableBytes(of: &query.ifr_ifru) { $0.storeBytes(of: 1, toByteOffset: 2, as: UInt16.self) }
            guard requests.perform(0x8948 /* SIOCGMIIREG */, &query) == 0 else { return nil }
            status = withUnsafeBytes(of: query.ifr_ifru) { $0.load(fromByteOffset: 6, as: UInt16.self) }
        }
        // Where no transceiver is, the lines of the bus are all high or all low.
        return status == 0xFFFF || status == 0 ? nil : status & 0x0004 != 0
    }
}
