// Facts on their way to a log, with a real loop: what was counted is told when the window ends, without anything happening.

import Foundation
import HeartbeatCore
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct FactTellerTests {
    /// Runs `body` on a loop of its own and gives the texts of the log.
    private static func log(_ body: @escaping @Sendable (FactTeller, Reactor, String) -> Void) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("hb-facts-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let ended = DispatchSemaphore(value: 0)
        let thread = Thread {
            var configuration = LoggingConfiguration()
            configuration.logFile = path
            let output = LogOutput(configuration, host: "gw1", console: .none)
            var kept: FactTeller?
            Reactor.run { reactor in
                let counting = RepeatedFacts(passing: 1, window: .seconds(1))
                let teller = FactTeller(output.logger, reactor: reactor, counting: counting)
                kept = teller
                body(teller, reactor, path)
            }
            withExtendedLifetime(kept) {}
            output.flush(atMost: .seconds(30))
            ended.signal()
        }
        thread.start()
        try #require(ended.wait(timeout: .now() + 60) == .success)
        return lines(path)
    }

    private static func lines(_ path: String) -> [String] {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").compactMap { $0.components(separatedBy: "]: ").last }
    }

    @Test func whatWasCountedIsToldWhenTheWindowEnds() throws {
        let lines = try Self.log { teller, reactor, path in
            for _ in 0..<3 { teller.tell(.mediumFailed, "cannot send", [Fact.Field(.medium, "eth0")]) }
            Self.stop(reactor) { Self.lines(path).last?.contains(" more time") == true }
        }
        Self.expect(lines, "ERROR: cannot send")
    }

    @Test func everyMovementHasItsLineHoweverOftenAGroupMoves() throws {
        let lines = try Self.log { teller, reactor, path in
            for number in 1...20 {
                let end = Instant.zero + .milliseconds(number)
                teller.tell(
                    GroupTimeline(
                        group: "web", origin: .stop, zero: .zero, marks: [:], steps: [], outcome: .released, end: end))
            }
            Self.stop(reactor) { Self.lines(path).count >= 20 }
        }
        let head = "info: Timeline of web (ms since the stop was asked for, at 0.000000): released "
        #expect(lines == (1...20).map { "\(head)\($0).00" })
    }

    @Test func atTheEndNothingCountedIsLost() throws {
        let lines = try Self.log { teller, reactor, _ in
            for _ in 0..<3 { teller.tell(.bothHold(.all)) }
            teller.close()
            reactor.stop()
        }
        Self.expect(lines, "CRIT: Both machines own our all resources!")
    }

    /// Three in all: the first as it is, the last line with a count. A machine that stands still may split the count.
    private static func expect(_ lines: [String], _ text: String) {
        #expect(lines.first == text && lines.last?.hasPrefix(text + "; ") == true, "\(lines)")
        let counts = lines.map { line in
            line == text ? 1 : line.dropFirst(text.count + 2).split(separator: " ").first.flatMap { Int($0) } ?? 0
        }
        #expect(counts.reduce(0, +) == 3, "\(lines)")
    }

    /// Ends the loop when `isDone`, or after half a minute.
    private static func stop(_ reactor: Reactor, attempts: Int = 3000, when isDone: @escaping () -> Bool) {
        guard attempts > 0, !isDone() else { return reactor.stop() }
        reactor.after(.milliseconds(10)) { stop(reactor, attempts: attempts - 1, when: isDone) }
    }
}
