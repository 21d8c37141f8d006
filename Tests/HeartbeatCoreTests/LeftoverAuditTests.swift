// An address of a group that this node does not hold is found up while the daemon runs: the group looks what is there and stops
// it, unless it is known to run, to be stuck, or to be another group's.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct LeftoverAuditTests {
    private static func atRest(_ running: String...) -> GroupOnHost {
        var host = GroupOnHost("10.0.0.1", "web")
        host.running = Set(running)
        return host
    }

    private static func suspect(_ host: inout GroupOnHost) {
        host.runner.suspect()
        host.pass(.zero)
    }

    @Test func `an address that somebody has brought up is stopped by its group`() {
        var host = Self.atRest("10.0.0.1")
        Self.suspect(&host)
        #expect(!host.runner.isReleased)
        host.settle()
        #expect(
            host.takeHistory() == [
                "status web", "status 10.0.0.1", "LEFTOVER 10.0.0.1", "stop web", "stop 10.0.0.1", "RELEASED",
            ])
        #expect(host.running.isEmpty && host.runner.isReleased)
    }

    @Test func `what is gone again when it is looked at calls no stop`() {
        var host = Self.atRest()
        Self.suspect(&host)
        host.settle()
        #expect(host.takeHistory() == ["status web", "status 10.0.0.1"])
        #expect(host.runner.phase == .stopped)
    }

    @Test func `what runs here, or is about to, is no leftover`() {
        var host = Self.atRest()
        host.want(true)
        Self.suspect(&host)
        host.settle()
        #expect(host.runner.isRunning)
        _ = host.takeHistory()
        Self.suspect(&host)
        #expect(host.pending == nil && host.runner.isRunning && host.takeHistory().isEmpty)
    }

    @Test func `a group that will not stop goes on as it was`() {
        var host = Self.atRest("10.0.0.1")
        host.lies["stop 10.0.0.1"] = .failed
        Self.suspect(&host)
        for _ in 0..<20 {
            host.settle()
            host.pass(.seconds(1))
        }
        #expect(host.runner.hasStopFailed)
        _ = host.takeHistory()
        Self.suspect(&host)
        #expect(host.pending == nil && host.takeHistory().isEmpty, "its stop is tried again in its own time")
        host.lies = [:]
        host.pass(.seconds(30))
        host.settle()
        #expect(host.runner.isReleased)
    }

    @Test(arguments: [true, false]) func `what has failed here stays so`(isThere: Bool) {
        var host = Self.atRest()
        host.lies["start web"] = .failed
        host.want(true)
        host.settle()
        host.want(false)
        #expect(host.runner.phase == .failed)
        if isThere { host.running = ["10.0.0.1"] }
        Self.suspect(&host)
        host.settle()
        #expect(host.runner.phase == .failed && host.running.isEmpty && host.runner.deadline != nil)
    }

    @Test func `an address that another group runs, too, is that one's`() {
        let word = Resource(
            word: "10.0.0.1", scriptName: "IPaddr", arguments: [],
            address: ServiceAddress(bytes: [10, 0, 0, 1], text: "10.0.0.1"))
        let groups = ["web", "mail"].map { name in
            ResourceGroup(
                preferredNode: NodeName("alpha"),
                resources: [Resource(word: name, scriptName: name, arguments: []), word], line: 1)
        }
        var configuration = Configuration(nodes: [NodeName("alpha"), NodeName("beta")])
        configuration.groups = groups
        var table = GroupTable(configuration, local: NodeName("alpha"), generation: Generation(1))
        // Nobody has looked yet what runs here.
        table.suspect("10.0.0.1", of: "web")
        #expect(table.runners.allSatisfy { $0.phase == .unknown })
        for runner in table.runners {
            _ = table.advance(runner.id, at: .zero)
            for _ in 0..<2 {
                let action = table.begin(runner.id)
                _ = table.finished(action, .said("stopped", code: 3), at: .zero)
            }
        }
        #expect(table.areReleased)
        let first = table.runners[0].id
        table.instruct(first, Instruction(isWanted: true))
        _ = table.advance(first, at: .zero)
        table.suspect("10.0.0.1", of: "mail")
        #expect(table.runners[1].isReleased)
    }
}
