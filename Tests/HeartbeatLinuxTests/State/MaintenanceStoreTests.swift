// That a node is out of service is read as it was written; where it cannot be understood the node does not serve.

import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatHost

@Suite struct MaintenanceStoreTests {
    private func withPlace(_ body: (MaintenanceStore, _ directory: String) throws -> Void) throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        try PrivateDirectory(base + "/state").make(mode: 0o755)
        try body(MaintenanceStore(in: PrivateDirectory(base + "/state")), base + "/state")
    }

    @Test func `what was stored is read, until it is over`() throws {
        let order = try #require(
            Maintenance(reason: "new disks: 50 %\u{FC}", since: 1_790_000_000, until: 1_790_003_600))
        try withPlace { file, _ in
            #expect(file.read() == nil)
            #expect(file.store(order) == nil)
            #expect(file.read() == order)
            #expect(file.store(nil) == nil)
            #expect(file.read() == nil)
        }
    }

    @Test(arguments: ["noise", "maintenance", "maintenance\treason=\tsince=1", "status\tx=y", "\u{0}"])
    func `what cannot be understood keeps the node out of service`(text: String) throws {
        try withPlace { file, directory in
            writeFile(directory + "/maintenance", text, mode: 0o644)
            #expect(file.read()?.reason == "maintenance cannot be understood")
        }
    }

    @Test func `a place that cannot be written is told`() throws {
        try withPlace { _, directory in
            #expect(MaintenanceStore(in: PrivateDirectory(directory + "/none")).store(Maintenance(reason: "x")) != nil)
        }
    }

    @Test func `a reason is a line of 80 bytes at most`() {
        #expect(
            Maintenance(reason: "") == nil && Maintenance(reason: "a\nb") == nil
                && Maintenance(reason: "a\u{7F}") == nil)
        #expect(Maintenance(reason: String(repeating: "x", count: 80)) != nil)
        #expect(Maintenance(reason: String(repeating: "x", count: 81)) == nil)
    }

    @Test func `it is over when its time has come, and without one never`() throws {
        let order = try #require(Maintenance(reason: "x", until: 100))
        #expect(!order.isOver(at: 99) && order.isOver(at: 100))
        #expect(try #require(Maintenance(reason: "x")).isOver(at: .max) == false)
    }
}
