import Glibc
import HeartbeatModel
import Synchronization
import Testing

@testable import HeartbeatInterfaces

/// What follows from what is known of an interface, without a kernel.
struct InterfaceStateTests {
    private static let up = InterfaceReading(index: 3, isAdminUp: true, isRunning: true)

    @Test("A link is up only if everybody who knows says so")
    func everybody() {
        for mii in [nil, true, false] as [Bool?] {
            for ethtool in [nil, true, false] as [Bool?] {
                for isRunning in [true, false] {
                    var reading = Self.up
                    (reading.mii, reading.ethtool, reading.isRunning) = (mii, ethtool, isRunning)
                    #expect(InterfaceState(reading).isUp == (mii != false && ethtool != false && isRunning))
                }
            }
        }
    }

    @Test("The log reads who says what")
    func words() {
        var reading = Self.up
        #expect(InterfaceState(reading) == InterfaceState(isUp: true, source: .carrier, reason: "link", index: 3))
        reading.ethtool = true
        #expect(InterfaceState(reading).source == .ethtool)
        reading.mii = true
        #expect(InterfaceState(reading).source == .mii)
        reading.mii = false
        #expect(InterfaceState(reading) == InterfaceState(isUp: false, source: .mii, reason: "MII: no link", index: 3))
        (reading.mii, reading.isRunning, reading.operationalState) = (nil, false, 5)
        #expect(InterfaceState(reading) == InterfaceState(isUp: false, source: .carrier, reason: "dormant", index: 3))
        reading.operationalState = 3
        #expect(InterfaceState(reading).reason == "the interface below it is down")
        reading.ethtool = false
        #expect(
            InterfaceState(reading) == InterfaceState(isUp: false, source: .ethtool, reason: "no carrier", index: 3))
        reading.isAdminUp = false
        #expect(InterfaceState(reading).reason == "administratively down")
        #expect(
            InterfaceState(nil) == InterfaceState(isUp: false, source: .carrier, reason: "does not exist", index: 0))
    }
}

/// A driver with a transceiver, as no virtual interface has one: it answers instead of ioctl(2), for any name.
final class StandInDriver: Sendable {
    /// What the driver of `eth0` knows.
    struct Hardware {
        var index: Int32 = 7
        var flags: Int16 = 0x1 | 0x40
        var carrier: UInt32? = 1
        /// What successive readings of the status register give, the last one for ever; `nil` when it cannot be asked.
        var status: [UInt16]? = [0x796D]
    }

    private let hardware = Mutex(Hardware())

    func change(_ body: (inout Hardware) -> Void) { hardware.withLock { body(&$0) } }

    var requests: InterfaceRequests {
        InterfaceRequests { request, query in self.hardware.withLock { Self.answer(request, &query, &$0) } }
    }

    private static func answer(_ request: UInt, _ query: inout ifreq, _ hardware: inout Hardware) -> Int32 {
        switch request {
        case UInt(SIOCGIFINDEX): query.ifr_ifru.ifru_ivalue = hardware.index
        case UInt(SIOCGIFFLAGS): query.ifr_ifru.ifru_flags = hardware.flags
        case 0x8946:
            guard let carrier = hardware.carrier, let data = query.ifr_ifru.ifru_data else { return EOPNOTSUPP }
            UnsafeMutableRawPointer(data).storeBytes(of: carrier, toByteOffset: 4, as: UInt32.self)
        case 0x8947:
            guard hardware.status != nil else { return EOPNOTSUPP }
            withUnsafeMutableBytes(of: &query.ifr_ifru) { $0.storeBytes(of: 1, as: UInt16.self) }
        case 0x8948:
            guard let status = hardware.status, let next = status.first else { return EIO }
            #expect(withUnsafeBytes(of: query.ifr_ifru) { $0.load(fromByteOffset: 2, as: UInt16.self) } == 1)
            withUnsafeMutableBytes(of: &query.ifr_ifru) { $0.storeBytes(of: next, toByteOffset: 6, as: UInt16.self) }
            if status.count > 1 { hardware.status?.removeFirst() }
        default: return EINVAL
        }
        return 0
    }
}

struct InterfaceReaderTests {
    private let machine = StandInDriver()

    @Test("The transceiver's word counts, although the driver and the kernel still see a carrier")
    func loss() {
        let reader = InterfaceReader(machine.requests)
        #expect(
            InterfaceState(reader.read("eth0")) == InterfaceState(isUp: true, source: .mii, reason: "link", index: 7))
        machine.change { $0.status = [0x7969] }
        #expect(
            InterfaceState(reader.read("eth0"))
                == InterfaceState(isUp: false, source: .mii, reason: "MII: no link", index: 7))
    }

    @Test("A loss that is over is none, although the register remembers it")
    func latch() {
        let reader = InterfaceReader(machine.requests)
        #expect(reader.read("eth0")?.mii == true)
        machine.change { $0.status = [0x7969, 0x796D] }
        #expect(reader.read("eth0")?.mii == true)
    }

    @Test("A transceiver that has never seen a link where the driver has one watches another port")
    func otherPort() {
        machine.change { $0.status = [0x7949] }
        let reader = InterfaceReader(machine.requests)
        #expect(
            InterfaceState(reader.read("eth0"))
                == InterfaceState(isUp: true, source: .ethtool, reason: "link", index: 7))
    }

    @Test("A bus without a transceiver says nothing", arguments: [0xFFFF, 0] as [UInt16])
    func emptyBus(status: UInt16) {
        machine.change { $0.status = [status] }
        #expect(InterfaceState(InterfaceReader(machine.requests).read("eth0")).source == .ethtool)
    }

    @Test("What the driver cannot answer, the kernel's word decides")
    func carrierOnly() {
        machine.change { ($0.status, $0.carrier) = (nil, nil) }
        let reader = InterfaceReader(machine.requests)
        #expect(InterfaceState(reader.read("eth0")).source == .carrier)
        machine.change { $0.flags = 0x1 }
        #expect(InterfaceState(reader.read("eth0")).isUp == false)
    }

    @Test("Another interface of the same name is asked anew what it can tell")
    func anew() {
        machine.change { $0.status = nil }
        let reader = InterfaceReader(machine.requests)
        #expect(reader.read("eth0")?.mii == nil)
        machine.change { $0.status = [0x796D] }
        #expect(reader.read("eth0")?.mii == nil)
        machine.change { $0.index = 8 }
        #expect(
            reader.read("eth0")
                == InterfaceReading(index: 8, isAdminUp: true, isRunning: true, ethtool: true, mii: true))
        // A driver may find its transceiver only when the interface goes up.
        machine.change { ($0.index, $0.status) = (9, nil) }
        #expect(reader.read("eth0")?.mii == nil)
        machine.change { $0.flags = 0 }
        #expect(reader.read("eth0") == InterfaceReading(index: 9))
        machine.change { ($0.flags, $0.status) = (0x41, [0x796D]) }
        #expect(reader.read("eth0")?.mii == true)
    }
}
