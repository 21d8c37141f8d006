// docs/log-events.md and the code say the same: every event is in its tables with the level, the words and the fields the
// code gives it, and the tables hold nothing else.

import Foundation
import HeartbeatCore
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct LogEventTests {
    /// A row of a table of events.
    struct Row {
        var event: String
        var level: String
        /// The text between its variable parts.
        var pieces: [String]
        var fields: Set<String>
        var advice: String
    }

    static let document: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try? String(contentsOf: root.appendingPathComponent("docs/log-events.md"), encoding: .utf8)
    }()

    static let rows: [Row] = (document ?? "").split(separator: "\n").compactMap { line in
        let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard cells.count == 7, cells[1].hasPrefix("`") else { return nil }
        return Row(
            event: cells[1].trimmingCharacters(in: ["`"]), level: cells[2],
            pieces: cells[3].components(separatedBy: "…"),
            fields: Set(cells[4].split(separator: " ").map(String.init)), advice: cells[5])
    }

    private static let node = NodeName("gw2")
    private static let step = ResourceStep([Resource(word: "web", scriptName: "web", arguments: [])])
    private static let group = ResourceGroup(preferredNode: node, resources: step.resources, line: 1)
    private static let link = LinkRule(interface: "eth0")
    private static let probe = PathProbe(name: "isp", kind: .icmp(host: "192.0.2.1"))
    private static let paths = PathProbeGroup(name: "paths", needed: 2, members: ["isp", "dns", "web"])
    private static let results: [ActionResult] = [
        .exited(code: 1, output: ""), .signalled(9), .timedOut, .notRun(reason: "no such file"),
    ]

    /// At least one of every kind.
    static let notices: [Notice] =
        [
            .communication(.linkUp(node: node, medium: MediumName("eth0"))),
            .communication(.linkDead(node: node, medium: MediumName("eth0"))), .communication(.unknownNode(node)),
            .communication(.notUnderstood(type: "resource", node: node, reason: "field [rsc_hold] cannot be read")),
            .communication(.replay(node: node, generation: Generation(1), known: Generation(2))),
            .communication(
                .packetsLost(count: 3, node: node, last: SequenceNumber(4), current: SequenceNumber(8))),
            .communication(.nothingMissing(node: node)),
            .communication(.namesake(node, medium: MediumName("eth0"))),
            .communication(.lockedOut(generation: Generation(3), known: Generation(9))),
            .communication(.unanswered(node: node)),
            .communication(.packetIrretrievable(SequenceNumber(5), node: node)),
            .communication(.stalled(.milliseconds(700))), .membership(.localStatus(.active)),
            .membership(.statusUpdate(node: node, status: .up)),
            .membership(.lateHeartbeat(node: node, silence: .milliseconds(600))),
            .membership(.returnedAfterPartition(node: node)), .membership(.peerRestarted(node: node)),
            .membership(.nodeDead(node: node)), .membership(.differentNodes(node: node, nodes: [node])),
            .membership(.differentGroups(node: node, keys: ["web"])),
            .membership(.ownOnBoth(node: node, keys: ["web"], first: node)),
            .membership(.communicationUp), .membership(.reconfigured), .membership(.peerShutDown(node: node)),
            .membership(.shuttingDown), .membership(.allReleased), .membership(.shutdownComplete),
            .membership(.shutdownUnfinished(group)), .holdings(.acquiringFromLeaver(node: node)),
            .holdings(.startingUnstopped(group, node: node)),
            .holdings(.takingOverAll(from: node)), .holdings(.localResourcesAcquired(.local)),
            .holdings(.remoteStable(node: node)), .holdings(.bothHold(.all)), .holdings(.yielding(.foreign)),
            .holdings(.conflictEnded([])), .holdings(.nobodyHolds(.all)), .holdings(.adoptingGroup(group)),
            .standby(.offering(.all, isFailback: false)), .standby(.offerIgnored), .standby(.offerUnanswered),
            .standby(.willAcquire(.local)), .standby(.givingUp(.local)), .standby(.acquiring(.all)),
            .standby(.takenBack(.all)), .standby(.takerSilent(.all)), .standby(.promiseExpired),
            .standby(.standbyRefused("no peer")), .standby(.standbyFailed(group)), .group(.acquiringGroup(group)),
            .group(.groupRunning(group)), .group(.releasingGroup(group)), .group(.groupReleased(group)),
            .group(.foundRunning(group, step)), .group(.addressRemoved(group, step, times: 2)),
            .group(.failedTooOften(group, step)), .group(.failureForgotten(group)), .group(.stopFailed(group, step)),
            .group(.stopFailureIgnored(group, step)), .group(.stopUnjustlyFailed(group, step)),
            .group(.stopFailureReboots(group, step)), .group(.added(group)), .group(.removed(group)),
        ]
        + [
            .linkLost(link), .linkLost(LinkRule(interface: "eth1", role: .heartbeat)),
            .linkOnTrial(link, .seconds(5)), .linkRecovered(link),
            .pathMissed(probe, count: 1, reason: "no answer"), .pathLost(probe, reason: "no answer"),
            .pathRecovered(probe), .pathUnknown(probe, reason: "no interface eth9"), .pathKnown(probe),
            .groupLost(paths, working: 1), .groupRecovered(paths, working: 2),
            .moving(to: node, lost: ["eth0"]),
            .staying(peer: node, lost: ["eth0"], peerHealth: NodeHealth(lost: 1, unproven: 2)),
            .cannotMove(reason: "a standby is already in progress"),
        ].map(Notice.health)
        + results.flatMap { result -> [Notice] in
            [
                .group(.startFailed(group, step, result)), .group(.checkNotRun(group, step, result)),
                .group(.checkFailed(group, step, result, failures: 1, limit: 3)),
                .group(.stopRetry(group, step, result, attempt: 2)),
            ]
        }

    @Test func everyEventOfTheCodeIsInTheTablesAndTheOtherWayRound() {
        let code = NoticeEvent.allCases.map(\.rawValue) + ShellEvent.allCases.map(\.rawValue)
        #expect(Set(code).count == code.count, "two events share a name")
        #expect(Self.rows.map(\.event).sorted() == code.sorted())
        #expect(Self.rows.allSatisfy { !$0.advice.isEmpty })
    }

    @Test func everyEventOfTheCoreHasASample() {
        #expect(Set(Self.notices.map(\.event)) == Set(NoticeEvent.allCases))
    }

    @Test func wordsLevelsAndFieldsAreTheTables() throws {
        for notice in Self.notices {
            let row = try #require(Self.rows.first { $0.event == notice.event.rawValue }, "\(notice.event)")
            #expect(row.level == Self.word(for: notice.level), "\(row.event)")
            #expect(Self.matches(notice.text, row.pieces), "\(row.event): [\(notice.text)] is not \(row.pieces)")
            let fields = notice.fields.map(\.name.rawValue)
            #expect(row.fields.isSuperset(of: fields), "\(row.event) has \(fields)")
            #expect(Set(fields).count == fields.count, "\(row.event) says a field twice")
            #expect(notice.fields.allSatisfy { !$0.value.isEmpty }, "\(row.event)")
        }
        for event in NoticeEvent.allCases {
            let said = Set(Self.notices.filter { $0.event == event }.flatMap(\.fields).map(\.name.rawValue))
            #expect(Self.rows.first { $0.event == event.rawValue }?.fields == said, "\(event)")
        }
    }

    @Test func theShellsLevelsAreTheTables() {
        for event in ShellEvent.allCases {
            let row = Self.rows.first { $0.event == event.rawValue }
            #expect(row?.level == Self.word(for: event.level), "\(event)")
        }
    }

    private static let origins: [GroupTimeline.Origin] = [
        .lastHeard(node), .request, .loss, .failback, .offer, .stop, .peerStopped, .failure, .decision,
    ]

    @Test func everyWordOfATimelineIsExplained() throws {
        let row = try #require(Self.rows.first { $0.event == ShellEvent.groupTimeline.rawValue })
        let document = try #require(Self.document)
        var said: Set<String> = []
        for origin in Self.origins {
            let timeline = GroupTimeline(
                group: "web", origin: origin, zero: .zero, marks: [:], steps: [], outcome: .running,
                end: .zero + .milliseconds(1500))
            let fact = LogFact(timeline)
            #expect(Self.matches(fact.text, row.pieces), "\(fact.text)")
            said.formUnion(fact.fields.map(\.name.rawValue))
            #expect(fact.fields.contains(NoticeField(.latency, 1500)))
            let words = "\(origin)".replacingOccurrences(of: Self.node.text, with: "…")
            #expect(document.contains("\n| \(words) | "), "\(words)")
            #expect(document.contains(" | \(origin.word) |\n"), "\(origin.word)")
        }
        #expect(row.fields == said)
        let parts = GroupTimeline.Mark.allCases.map(\.rawValue) + GroupTimeline.Outcome.allCases.map(\.rawValue)
        for part in parts { #expect(document.contains("`\(part)`"), "\(part)") }
    }

    @Test func everyFieldIsExplained() {
        for name in NoticeField.Name.allCases {
            #expect(Self.document?.contains("`\(name.rawValue)`") == true, "\(name.rawValue)")
        }
    }

    private static func word(for level: Notice.Level) -> String {
        switch level {
        case .info: "info"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "CRIT"
        }
    }

    /// Whether the text is the pieces in order, with anything between them.
    private static func matches(_ text: String, _ pieces: [String]) -> Bool {
        guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first), text.hasSuffix(last) else {
            return false
        }
        var rest = text[...]
        for piece in pieces where !piece.isEmpty {
            guard let found = rest.range(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
