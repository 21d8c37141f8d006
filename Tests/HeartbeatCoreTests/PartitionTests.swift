// What follows from a partition, in one direction or both: small scenarios, of which the test reads who ended with the
// service, and when.

import HeartbeatModel
import HeartbeatSimulator
import Testing

@testable import HeartbeatCore

@Suite struct PartitionTests {
    /// Keepalive 250 ms, deadtime 1 s; one address, alpha's; alpha and beta beat at different instants.
    private static func outcome(
        of events: String, failback: String = "off", group: String = "group alpha 10.0.0.1"
    ) throws -> Outcome {
        let times = "keepalive=250ms deadtime=1s warntime=500ms initdead=12s"
        let cluster = "cluster alpha beta \(times) auto_failback=\(failback) media=eth0\n\(group)\n"
        return Outcome(try Scenario.run(cluster + "at 0s boot alpha\nat 100ms boot beta\n\(events)\n----\n"))
    }

    private struct Outcome {
        var text: String
        private var lines: [(milliseconds: Int, text: String)] = []

        init(_ text: String) {
            self.text = text
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                let number = words.first?.split(separator: ".") ?? []
                guard number.count == 2, let seconds = Int(number[0]), let fraction = Int(number[1]) else { continue }
                lines.append((seconds * 1000 + fraction, words.dropFirst().joined(separator: " ")))
            }
        }

        /// Milliseconds of the lines that begin with `words`.
        func times(_ words: String) -> [Int] { lines.filter { $0.text.hasPrefix(words) }.map(\.milliseconds) }
    }

    // MARK: - Both directions

    @Test func `the node that keeps the service announces it after the other's last stop`() throws {
        // Beta, which took over, hears alpha before alpha believes it alive, and has stopped everything by then.
        let outcome = try Self.outcome(of: "at 20s cut all\nat 25050ms mend all\nuntil 30s")
        let stopped = try #require(outcome.times("beta Resource group 10.0.0.1 is released").last, "\(outcome.text)")
        let announced = try #require(outcome.times("alpha announces 10.0.0.1").last, "\(outcome.text)")
        #expect(announced >= stopped)
        #expect(outcome.text.contains("10.0.0.1 runs on alpha\n"))
    }

    @Test func `the node that has served throughout keeps the service, although the other one is preferred`() throws {
        let outcome = try Self.outcome(
            of: "at 20s power off alpha\nat 30s boot alpha\nat 40s cut all\nat 45s mend all\nuntil 60s")
        #expect(outcome.text.contains("10.0.0.1 runs on beta\n"), "\(outcome.text)")
        #expect(outcome.times("beta Releasing").isEmpty)
        #expect(!outcome.times("alpha Releasing").isEmpty)
    }

    @Test func `a node that begins anew takes nothing from the one that serves`() throws {
        // Beta began alone, so nobody had agreed to its claim when alpha, looking for leftovers, was heard.
        let outcome = try Self.outcome(of: "at 50ms power off alpha\nat 20s boot alpha\nuntil 40s")
        #expect(outcome.text.contains("10.0.0.1 runs on beta\n"), "\(outcome.text)")
        #expect(outcome.times("beta Releasing").isEmpty)
        #expect(outcome.times("beta Both machines own").isEmpty)
    }

    @Test func `a node waits for the other one that has yielded and is slow to stop`() throws {
        let outcome = try Self.outcome(
            of: "at 20s cut all\nat 24s stick slow on beta\nat 25s mend all\nat 32s repair\nuntil 60s",
            group: "group alpha 10.0.0.1 slow")
        #expect(outcome.times("alpha Releasing").isEmpty, "\(outcome.text)")
        #expect(outcome.text.contains("10.0.0.1 runs on alpha\n"))
        let stopped = try #require(outcome.times("beta Resource group 10.0.0.1 is released").last)
        #expect(outcome.times("alpha announces 10.0.0.1").contains { $0 >= stopped })
    }

    @Test func `what runs in the other's place goes on, although it starts there by now`() throws {
        let outcome = try Self.outcome(
            of: "at 0s break 10.0.0.1 on alpha\nat 15s repair\nat 20s cut all\nat 25s mend all\nuntil 40s")
        #expect(outcome.times("beta Releasing").isEmpty, "\(outcome.text)")
        let stopped = try #require(outcome.times("alpha Resource group 10.0.0.1 is released").last, "\(outcome.text)")
        #expect(stopped > 25_000)
        #expect(outcome.times("beta announces 10.0.0.1").contains { $0 >= stopped })
        #expect(outcome.text.contains("10.0.0.1 runs on beta\n"))
    }

    /// The peer has tried the group again, in vain, and the word of that comes after the word of how it ended.
    @Test func `what was announced elsewhere is announced again, even if that is told too late`() {
        func report(_ desk: CoreOnDesk, failed: [String]) -> Message.Content {
            let claim = ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent, failed: failed)
            return .resource(ResourceReport(hold: claim.held, isStable: true, claim: claim))
        }
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(report(desk, failed: ["files"]), sequence: 20)
        _ = desk.settle()
        _ = desk.hear(report(desk, failed: ["files"]), sequence: 21)
        #expect(desk.core.ownership.own.adopted == [1] && !desk.core.ownership.mayBeMistaken)
        _ = desk.hear(report(desk, failed: ["files"]), sequence: 23)
        #expect(desk.hear(report(desk, failed: []), sequence: 22).reports.last?.claim?.wantsAnswer == true)
        let effects = desk.hear(report(desk, failed: ["files"]), sequence: 24)
        #expect(effects.contains(.announce(desk.core.node.groups.runners[1].group)))
    }

    /// The peer has taken us for dead, tried the group again and announced it, while our offer was under way to it.
    @Test func `what was announced elsewhere during an offer is announced again`() {
        func report(_ desk: CoreOnDesk, failed: [String]) -> Message.Content {
            let claim = ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent, failed: failed)
            return .resource(ResourceReport(hold: claim.held, isStable: true, claim: claim))
        }
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(report(desk, failed: ["files"]))
        _ = desk.settle()
        _ = desk.hear(report(desk, failed: ["files"]))
        #expect(desk.request(.standby(.local)).steps == ["local me"] && desk.core.ownership.own.adopted == [1])
        _ = desk.hear(report(desk, failed: []))
        _ = desk.hear(report(desk, failed: ["files"]))
        #expect(desk.pass(.seconds(11)).tells(.standbyUnanswered))
        let effects = desk.hear(report(desk, failed: ["files"]))
        #expect(effects.contains(.announce(desk.core.node.groups.runners[1].group)))
    }

    /// It takes its time to stop what it found, or cannot: it knows all along that we serve, so it is no better off after a
    /// partition.
    @Test func `a peer that is only about to stop something does not object`() {
        var desk = CoreOnDesk.besideOurs()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(35))
        #expect(desk.core.ownership.own.held == .all && !desk.core.ownership.own.isAgreed)
        _ = desk.hear(status: .active)
        let stopping = ResourceClaim(local: .unheard, foreign: .none, heard: desk.everythingSent)
        _ = desk.hear(.resource(ResourceReport(hold: [], isStable: true, claim: stopping)))
        #expect(desk.core.ownership.own.isAgreed)
        _ = desk.pass(.seconds(35))
        _ = desk.hear(status: .active)
        let all = ResourceClaim(local: .takeover, foreign: .takeover, heard: desk.everythingSent)
        _ = desk.hear(claim: all, stable: true)
        #expect(desk.core.ownership.own.held == .all)
    }

    // MARK: - One direction

    @Test func `a deaf peer that takes over is yielded to at once`() throws {
        let outcome = try Self.outcome(of: "at 20s cut all from alpha\nuntil 28s")
        let taken = try #require(outcome.times("beta Resources being acquired from alpha").last, "\(outcome.text)")
        let released = try #require(outcome.times("alpha Resource group 10.0.0.1 is released").last, "\(outcome.text)")
        #expect(released - taken < 100)
        #expect(outcome.text.contains("10.0.0.1 runs on beta\n"))
    }

    @Test func `a deaf node that serves goes on, and nobody takes from it`() throws {
        let outcome = try Self.outcome(of: "at 20s cut all from beta\nuntil 28s\n----\n\nat 30s mend all\nuntil 40s")
        #expect(outcome.times("beta Acquiring").isEmpty, "\(outcome.text)")
        #expect(outcome.times("alpha Releasing").isEmpty)
    }
}
