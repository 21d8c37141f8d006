// The table of instructions is what the toolchain's compiler makes of the program's source, and the kernel takes it.

import CLinux
import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatFormats
@testable import HeartbeatLease
@testable import HeartbeatSystem

@Suite struct LeaseProgramTests {
    private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/HeartbeatLease/lease.bpf.c").path

    /// The compiler that has come with `swift`; another one may order the same instructions otherwise.
    private static func compile(into directory: String) -> [UInt8]? {
        let script = """
            compiler="$(dirname "$(readlink -f "$(command -v swift)")")/clang"
            "$compiler" -target bpf -O2 -g0 -Wall -Werror -c '\(source)' -o '\(directory)/lease.o'
            """
        guard Shell.run(script) == 0 else { return nil }
        return FileManager.default.contents(atPath: directory + "/lease.o").map { Array($0) }
    }

    /// The bytes of a section of a 64-bit ELF file: the offset of the section headers stands at 40, their number at 60, that
    /// of the section of their names at 62; in a header of 64 bytes the name at 0, the offset at 24, the size at 32.
    private static func section(_ name: String, of file: [UInt8]) -> [UInt8]? {
        func number(_ offset: Int, _ size: Int) -> Int {
            file[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let headers = number(40, 8)
        let names = number(headers + 64 * number(62, 2) + 24, 8)
        for header in (0..<number(60, 2)).map({ headers + 64 * $0 }) {
            let start = number(header + 24, 8)
            if file[(names + number(header, 4))...].cString == name {
                return Array(file[start..<(start + number(header + 32, 8))])
            }
        }
        return nil
    }

    @Test("The table is what the compiler makes of the source")
    func table() throws {
        let directory = TemporaryDirectory()
        guard let object = Self.compile(into: directory.path) else {
            return print(
                "SKIPPED: no clang beside swift compiles for the kernel; the table of the lease is not compared")
        }
        let both: [(String, LeaseProgram.Offsets)] = [("incoming", .incoming), ("outgoing", .outgoing)]
        for (name, offsets) in both {
            let compiled = try #require(Self.section(name, of: object))
            let table = LeaseProgram.instructions(offsets).flatMap(\.bytes)
            #expect(table.count == compiled.count)
            for start in stride(from: 0, to: min(table.count, compiled.count), by: 8) {
                let place = start..<(start + 8)
                #expect(Array(table[place]) == Array(compiled[place]), "\(name), word \(start / 8)")
            }
        }
        let license = try #require(Self.section("license", of: object))
        #expect(license[...].cString == LeaseProgram.license)
    }

    @Test("Maps go where the compiler has left room for them")
    func maps() {
        let bytes = LeaseProgram.bytes(.incoming, LeaseProgram.Maps(services4: 5, services6: 6, lease: 7))
        let loads = stride(from: 0, to: bytes.count, by: 8).filter { bytes[$0] == 0x18 }
        #expect(loads.map { $0 / 8 } == [5, 28, 43, 58])
        #expect(loads.map { bytes[$0 + 1] >> 4 } == [1, 1, 1, 1])
        #expect(loads.map { bytes[$0 + 4] } == [7, 5, 5, 6])
    }

    @Test("The verifier's reason is in the error, and a refusal has a remedy")
    func refusals() {
        let text = "0: (b4) w6 = -1\nR1 invalid mem access 'scalar'\nprocessed 2 insns (limit 1000000)\n"
        let reason = KernelLease.refusal(EACCES, verifier: text)
        #expect(reason == "Permission denied (verifier: R1 invalid mem access 'scalar')")
        #expect(KernelLease.refusal(EPERM, verifier: "") == "Operation not permitted")
        #expect(SystemError(.load, "a map", code: EINVAL).description.contains("Linux 5.8"))
    }

    @Test("Without the capability the error says what is missing", .enabled(if: TestNetwork.isAvailable))
    func withoutCapability() {
        let error = onNewThread { () -> SystemError? in
            guard clinux_lab_drop_capabilities() == 0 else { return nil }
            do throws(SystemError) {
                _ = try KernelLease()
                return nil
            } catch {
                return error
            }
        }
        #expect(error?.code == EPERM)
        #expect(error?.description.contains("CAP_BPF") == true)
    }

    @Test(
        "The deadline is stored as it is, and nothing dark is ever negative",
        .enabled(if: TestNetwork.isAvailable && canHoldLease))
    func deadline() throws {
        let lease = try KernelLease()
        #expect(lease.until == .zero)
        lease.store(until: Instant(nanoseconds: 123_456_789))
        #expect(lease.until == Instant(nanoseconds: 123_456_789))
        lease.store(until: Instant(nanoseconds: -5))
        #expect(lease.until == .zero)
        lease.store(until: Instant(nanoseconds: .max))
        #expect(lease.until == Instant(nanoseconds: .max))
        #expect(lease.droppedPackets == 0)
    }

    @Test(
        "Addresses come and go in any order, up to what there is room for",
        .enabled(if: TestNetwork.isAvailable && canHoldLease))
    func addresses() throws {
        let lease = try KernelLease()
        try lease.guardAddresses([Service.four, Service.six, Service.four])
        try lease.releaseAddresses([
            Service.four, IPAddress("10.1.2.3")!, Service.six, Service.six,
        ])
        let many = (0..<KernelLease.capacity).map { IPAddress(0x0A00_0000 + $0) }
        try lease.guardAddresses(many)
        let error = #expect(throws: SystemError.self) { try lease.guardAddresses([Service.four]) }
        #expect(error?.code == E2BIG)
        try lease.releaseAddresses(many)
        try lease.guardAddresses([Service.four])
    }

    @Test("The time since boot goes on and is never behind the monotonic one")
    func clock() {
        let earlier = Instant.now
        let boot = Instant.sinceBoot
        #expect(boot >= earlier)
        #expect(Instant.sinceBoot >= boot)
    }
}
