// docs/log-events.md and the code say the same: every event is in its tables with the level, the words and the fields the
// code gives it, and the tables hold nothing else.

import Foundation
import HeartbeatAddresses
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
    private static let link = InterfaceRule(interface: "eth0")
    private static let probe = PathProbe(name: "isp", kind: .icmp(host: "192.0.2.1"))
    private static let paths = PathProbeGroup(name: "paths", needed: 2, members: ["isp", "dns", "web"])
    private static let results: [ActionResult] = [
        .exited(code: 1, output: ""), .signalled(9), .timedOut, .notRun(reason: "no such file"),
    ]

    private static func trouble(_ trouble: GroupTrouble) -> Fact {
        Fact(trouble, of: step, in: group, failureLimit: 3)
    }

    /// At least one of every kind.
    static let samples: [Fact] =
        [
            .leaseHeld(.seconds(5)), .leaseDark(late: .milliseconds(300), .suspended(.seconds(2))),
            .leaseDark(late: .milliseconds(300), .notScheduled(.seconds(2))),
            .leaseDark(late: .milliseconds(300), .notSent), .peerDark(node: node),
            .peerKernelLives(node: node, interface: "eth0"),
            .quickDeath(
                node: node, DeathVerdict(silentOn: ["eth0", "eth1"], provedOn: ["eth0"], cable: nil),
                silence: .milliseconds(540)),
            .quickDeath(
                node: node, DeathVerdict(silentOn: ["eth0", "eth1"], provedOn: ["eth0"], cable: "eth1"),
                silence: .milliseconds(140)),
            .quickDeathUnsure(node: node, .nothingProved), .quickDeathUnsure(node: node, .ownInterface("eth0")),
            .quickDeathWasWrong(node: node, suspension: .seconds(600)), .mediaCut(node: node, over: ["eth0"]),
            .onlyKernelServes(node: node, address: IPAddress(0x0A00_0064), interface: "eth0", port: 694),
            .mediaMended(node: node),
            .blind(node: node),
            .linkUp(node: node, medium: MediumName("eth0")),
            .linkDead(node: node, medium: MediumName("eth0")), .unknownNode(node),
            .notUnderstood(type: "resource", node: node, reason: "field [rsc_hold] cannot be read"),
            .replay(node: node, generation: Generation(1), known: Generation(2)),
            .packetsLost(count: 3, node: node, last: SequenceNumber(4), current: SequenceNumber(8)),
            .nothingMissing(node: node),
            .namesake(node, medium: MediumName("eth0")),
            .lockedOut(generation: Generation(3), known: Generation(9)),
            .unanswered(node: node),
            .packetIrretrievable(SequenceNumber(5), node: node),
            .stalled(.milliseconds(700)), .localStatus(.active),
            .statusUpdate(node: node, status: .up),
            .lateHeartbeat(node: node, silence: .milliseconds(600)),
            .returnedAfterPartition(node: node), .peerRestarted(node: node),
            .nodeDead(node: node), .differentNodes(node: node, nodes: [node]),
            .differentGroups(node: node, keys: ["web"]),
            .ownOnBoth(node: node, keys: ["web"], first: node),
            .differentFile("/etc/a", here: .hash(1), there: .missing, node: node),
            .unlistedFile("/etc/a", listedBy: node, notBy: node),
            .sameFile("/etc/a", node: node), .failbackWaits(node: node, paths: ["/etc/a"]),
            .failbackWaits(node: node, for: .seconds(300)),
            .communicationUp, .reconfigured, .peerShutDown(node: node),
            .shuttingDown, .allReleased, .shutdownComplete,
            .shutdownUnfinished(group), .acquiringFromLeaver(node: node),
            .startingUnstopped(group, node: node),
            .takingOverAll(from: node), .localResourcesAcquired(.local),
            .remoteStable(node: node), .bothHold(.all), .yielding(.foreign),
            .conflictEnded([]), .nobodyHolds(.all), .adoptingGroup(group, isMoved: false), .moveOrdered(group),
            .moveTakenBack(group),
            .standbyOffered(.all, isFailback: false), .standbyIgnored, .standbyUnanswered,
            .standbyAccepted(.local), .standbyGivingUp(.local), .standbyAcquiring(.all),
            .standbyTakenBack(.all), .standbyTakerSilent(.all), .standbyExpired,
            .standbyRefused("no peer"), .standbyFailed(group), Fact(.acquiring, of: group),
            Fact(.running, of: group), Fact(.releasing, of: group), Fact(.released, of: group),
            trouble(.foundRunning), trouble(.leftoverAddress), trouble(.addressRemoved(times: 2)),
            trouble(.failedTooOften), Fact(.failureForgotten, of: group), trouble(.stopFailed),
            trouble(.stopFailureIgnored), trouble(.stopUnjustlyFailed),
            trouble(.stopFailureReboots), .groupAdded(group), .groupRemoved(group),
        ]
        + [
            .interfaceLost(link), .interfaceLost(InterfaceRule(interface: "eth1", role: .heartbeat)),
            .interfaceOnTrial(link, .seconds(5)), .interfaceRecovered(link),
            .pathMissed(probe, count: 1, reason: "no answer"), .pathLost(probe, reason: "no answer"),
            .pathStillLost(probe, count: 37, reason: "no answer"),
            .pathRelapsed(probe, answers: 4, reason: "no answer"),
            .pathRecovered(probe), .pathUnknown(probe, reason: "no interface eth9"), .pathKnown(probe),
            .pathGroupLost(paths, working: 1), .pathGroupRecovered(paths, working: 2),
            .partnerDenies(probe), .partnerAgrees(probe),
            .pairsApart(lost: ["far"], reason: "the other node here has lost more"),
            .healthMoving(to: node, lost: ["eth0"]),
            .healthStaying(peer: node, lost: ["eth0"], peerHealth: NodeHealth(lost: 1, unproven: 2)),
            .healthCannotMove(reason: "a standby is already in progress"),
            .maintenanceBegins(reason: "new disks"), .maintenanceEnds,
        ] as [Fact]
        + results.flatMap { result -> [Fact] in
            [
                trouble(.startFailed(result)), trouble(.checkNotRun(result)),
                trouble(.checkFailed(result, failures: 1)),
                trouble(.stopRetry(result, attempt: 2, limit: 11)),
            ]
        }

    @Test func everyEventOfTheCodeIsInTheTablesAndTheOtherWayRound() {
        let code = FactEvent.allCases.map(\.rawValue) + ShellEvent.allCases.map(\.rawValue)
        #expect(Set(code).count == code.count, "two events share a name")
        #expect(Self.rows.map(\.event).sorted() == code.sorted())
        #expect(Self.rows.allSatisfy { !$0.advice.isEmpty })
    }

    @Test func everyEventOfTheCoreHasASample() {
        #expect(Set(Self.samples.map(\.event)) == Set(FactEvent.allCases.map(\.rawValue)))
    }

    @Test func wordsLevelsAndFieldsAreTheTables() throws {
        for fact in Self.samples {
            let row = try #require(Self.rows.first { $0.event == fact.event }, "\(fact.event)")
            #expect(row.level == Self.word(for: fact.level), "\(row.event)")
            #expect(Self.matches(fact.text, row.pieces), "\(row.event): [\(fact.text)] is not \(row.pieces)")
            let fields = fact.fields.map(\.name.rawValue)
            #expect(row.fields.isSuperset(of: fields), "\(row.event) has \(fields)")
            #expect(Set(fields).count == fields.count, "\(row.event) says a field twice")
            #expect(fact.fields.allSatisfy { !$0.value.isEmpty }, "\(row.event)")
        }
        for event in FactEvent.allCases {
            let said = Set(Self.samples.filter { $0.event == event.rawValue }.flatMap(\.fields).map(\.name.rawValue))
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
            let fact = Fact(timeline)
            #expect(Self.matches(fact.text, row.pieces), "\(fact.text)")
            said.formUnion(fact.fields.map(\.name.rawValue))
            #expect(fact.fields.contains(Fact.Field(.latency, 1500)))
            let words = "\(origin)".replacingOccurrences(of: Self.node.text, with: "…")
            #expect(document.contains("\n| \(words) | "), "\(words)")
            #expect(document.contains(" | \(origin.word) |\n"), "\(origin.word)")
        }
        #expect(row.fields == said)
        let parts = GroupTimeline.Mark.allCases.map(\.rawValue) + GroupTimeline.Outcome.allCases.map(\.rawValue)
        for part in parts { #expect(document.contains("`\(part)`"), "\(part)") }
    }

    @Test func whatNeighboursAreFoundToBelieveIsTheTables() throws {
        let addresses = ["10.0.0.1", "10.0.0.2"].compactMap { IPAddress($0) }
        let routers = ["10.0.0.254", "10.0.0.253"].compactMap { IPAddress($0) }
        let all: [NeighbourNews] = [
            .agree([routers[0]], after: .microseconds(1260), announcements: 1),
            .agree(routers, after: .seconds(3), announcements: 9),
            .disagrees(routers[0], of: addresses[0], interface: "eth0"), .unknown(routers),
        ]
        let facts = all.compactMap { Fact($0, of: addresses, group: "web", word: { "\($0)/24" }) }
        try #require(facts.count == all.count)
        for fact in facts {
            let row = try #require(Self.rows.first { $0.event == fact.event })
            #expect(Self.matches(fact.text, row.pieces), "\(fact.text)")
            #expect(Set(fact.fields.map(\.name.rawValue)) == row.fields, "\(fact.event)")
        }
        #expect(
            facts[0].text
                == "Neighbour 10.0.0.254 knows that this node has 10.0.0.1 and 1 more address: 1.3 ms after the first "
                + "announcement, told once")
        #expect(facts[1].text.hasPrefix("Neighbours 10.0.0.254, 10.0.0.253 know that"))
        #expect(Fact(.first(agreed: nil), of: addresses, group: "web", word: { _ in nil }) == nil)
    }

    @Test func everyFieldIsExplained() {
        for name in Fact.Field.Name.allCases {
            #expect(Self.document?.contains("`\(name.rawValue)`") == true, "\(name.rawValue)")
        }
    }

    private static func word(for level: Fact.Level) -> String {
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
