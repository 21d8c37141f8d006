// What the kernel and systemd write is understood, and what is no such text says nothing.

import CLinux
import Glibc
import HeartbeatStatus
import HeartbeatSystem
import Testing

@testable import HeartbeatOperator

@Suite struct MachineReaderTests {
    // MARK: - Rights

    private static func rights(capabilities: String, memory: String, priority: String) -> MachineFacts.Rights? {
        MachineFacts.Rights(
            status:
                "Name:\theartbeat\nCapInh:\t0000000000000000\nCapEff:\t\(capabilities)\nCapBnd:\tffffffffffffffff\n",
            limits: """
                Limit                     Soft Limit           Hard Limit           Units
                Max locked memory         \(memory)              8388608              bytes
                Max realtime priority     \(priority)                    99
                """)
    }

    @Test(arguments: [
        ("000001ffffffffff", "8388608", "0", true, 99), ("0000000000000000", "8388608", "0", false, 0),
        ("0000000000004000", "65536", "5", true, 5), ("0000000000800000", "65536", "0", false, 99),
        ("0000000000000000", "unlimited", "unlimited", true, 99), ("00000000ff7fbfff", "1", "50", false, 50),
    ])
    func `a capability goes before a limit`(
        capabilities: String, memory: String, priority: String, locksMemory: Bool, highest: Int
    ) {
        #expect(
            Self.rights(capabilities: capabilities, memory: memory, priority: priority)
                == MachineFacts.Rights(locksMemory: locksMemory, priority: highest))
    }

    @Test func `what is no such text says nothing of rights`() {
        #expect(MachineFacts.Rights(status: "", limits: "") == nil)
        #expect(Self.rights(capabilities: "xyz", memory: "1", priority: "1") == nil)
        #expect(Self.rights(capabilities: "0", memory: "none", priority: "1") == nil)
    }

    // MARK: - Ports

    @Test func `the table of UDP sockets is read`() {
        let text = """
               sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
              123: 00000000:02B6 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 54321 2 0000000000000000 0
              124: 0100007F:1E0E 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 99 2 0000000000000000 0
            noise
            """
        #expect(
            UDPTable(Array(text.utf8)).sockets == [
                .init(port: 694, user: 0, inode: 54321), .init(port: 7694, user: 1000, inode: 99),
            ])
        #expect(UDPTable([]).sockets == [])
    }

    // MARK: - Units

    private static let wanted = ["a.service", "b.service", "c.service", "d.service", "e.service"].map {
        (unit: $0, resource: "word")
    }

    @Test func `a unit starts by itself where it is enabled, or made of a script that something wants`() {
        let text = """
            Id=a.service
            LoadState=loaded
            UnitFileState=enabled
            WantedBy=multi-user.target

            Id=b.service
            LoadState=loaded
            UnitFileState=disabled
            WantedBy=

            Id=c.service
            LoadState=not-found
            UnitFileState=

            Id=d.service
            LoadState=loaded
            UnitFileState=generated
            WantedBy=multi-user.target

            Id=a.service
            LoadState=loaded
            UnitFileState=enabled
            """
        let units = SystemdUnits.units(text, of: Self.wanted)
        #expect(units.map(\.name) == ["a.service", "b.service", "d.service"])
        #expect(units.map(\.startsItself) == [true, false, true])
        #expect(SystemdUnits.units("", of: Self.wanted) == [])
        #expect(SystemdUnits.units("Failed to connect to bus", of: Self.wanted) == [])
    }

    // MARK: - Interfaces

    @Test func `an interface that is there has flags, another one has none`() throws {
        #expect(try InterfaceQuery.flags(of: "lo") & UInt32(IFF_LOOPBACK) != 0)
        #expect(throws: SystemError.self) { try InterfaceQuery.flags(of: "nosuch0") }
    }
}
