// What it comes to, in one word and one sentence: who serves, and who could.

import HeartbeatModel

struct VerdictReading {
    private let reading: PairReading
    private let groups: [PairStatus.Group]
    private let readiness: PairStatus.Readiness
    private let problems: [PairStatus.Problem]

    init(
        _ reading: PairReading, groups: [PairStatus.Group], readiness: PairStatus.Readiness,
        problems: [PairStatus.Problem]
    ) {
        self.reading = reading
        self.groups = groups
        self.readiness = readiness
        self.problems = problems.filter { $0.healed == nil }
    }

    var verdict: PairStatus.Verdict {
        let level = level
        let clauses = [serving, level == .critical ? restServed ?? elsewhere : ready].compactMap(\.self)
        return .init(level: level, sentence: clauses.joined(separator: "; "))
    }

    private var level: PairStatus.Verdict.Level {
        let worst = problems.map(\.severity).max() ?? .info
        let isUnsettled = groups.contains { $0.service == .unknown }
        switch worst {
        case .critical: return .critical
        case .unknown: return .unknown
        case .degraded: return isUnsettled ? .unknown : .degraded
        case .info:
            if isUnsettled { return .unknown }
            return readiness.kind == .notReady || readiness.kind == .nobody && !groups.isEmpty ? .degraded : .ok
        }
    }

    // MARK: - Who serves

    private var serving: String {
        guard !groups.isEmpty else { return "\(reading.local) has no groups in haresources" }
        if let worst = groups.first(where: { $0.service == .both }) { return "\(worst.key) runs on both nodes" }
        if let bad = groups.first(where: { $0.service == .nobody }) {
            let others = groups.count { $0.service == .nobody } - 1
            let more = others == 0 ? "" : others == 1 ? " and 1 more group" : " and \(others) more groups"
            let time = bad.age.map { " for \($0.duration.ageText)" } ?? ""
            // Parts of it may run.
            if others == 0, bad.states.contains(.stopFailed) { return "\(bad.key) is stuck\(time)" }
            return "\(bad.key)\(more) \(others == 0 ? "is" : "are") served by nobody\(time)"
        }
        if let moving = groups.first(where: { if case .moving = $0.service { true } else { false } }) {
            let count = groups.count { if case .moving = $0.service { true } else { false } }
            return (count == 1 ? "\(moving.key) is" : "\(count) of \(groups.count) groups are") + " on the way"
        }
        if let unknown = groups.first(where: { $0.service == .unknown }) {
            let count = groups.count { $0.service == .unknown }
            return (count == 1 ? "who serves \(unknown.key)" : "who serves \(count) of \(groups.count) groups")
                + " is not known on \(reading.local)"
        }
        return settled
    }

    /// Each group runs on one node.
    private var settled: String {
        let servers = [reading.local, reading.peerName].filter { !keys(of: $0).isEmpty }
        guard servers.count > 1 else {
            let name = servers.first ?? reading.local
            return groups.count == 1 ? "\(name) serves \(groups[0].key)" : "\(name) serves all \(groups.count) groups"
        }
        if groups.count == 2 { return servers.map { "\($0) serves \(keys(of: $0)[0])" }.joined(separator: ", ") }
        let counts = servers.map { "\($0) serves \(keys(of: $0).count)" }.joined(separator: ", ")
        return "\(counts) of \(groups.count) groups"
    }

    private func keys(of node: NodeName) -> [String] { groups.filter { $0.service == .on(node) }.map(\.key) }

    /// Beside what nobody serves.
    private var restServed: String? {
        let servers = [reading.local, reading.peerName].filter { !keys(of: $0).isEmpty }
        guard !servers.isEmpty, servers.reduce(0, { $0 + keys(of: $1).count }) < groups.count else { return nil }
        return servers.map { "\($0) serves \(keys(of: $0).count)" }.joined(separator: ", ") + " of \(groups.count)"
    }

    /// Each group is served by one node, and the service is concerned all the same.
    private var elsewhere: String? {
        let isServed = groups.allSatisfy { if case .on = $0.service { true } else { false } }
        return isServed ? problems.first { $0.severity == .critical }?.sentence : nil
    }

    // MARK: - Who could

    private var ready: String? {
        let name = readiness.node?.text ?? ""
        switch readiness.kind {
        case .ready: return "\(name) is ready to take over" + (readiness.within.map { " in \($0.ageText)" } ?? "")
        case .mutual: return "each is ready for the other"
        case .notReady:
            return "\(name) cannot take over"
                + (readiness.obstacles.first.flatMap { Self.words[$0] }.map { ": \($0)" } ?? "")
        case .nobody:
            guard readiness.node != nil else { return nil }
            let reason = readiness.obstacles.first.flatMap { Self.words[$0] }.map { ": \(name) \($0)" } ?? ""
            return "nobody could take over\(reason)"
        case .unknown: return nil
        }
    }

    /// An obstacle in a few words, said of the node that has it.
    private static let words: [ProblemCode: String] = [
        .nodeDead: "is dead", .peerShutDown: "was stopped", .startingUp: "it is joining", .peerJoining: "it is joining",
        .leaseDark: "its lease has ended", .blind: "it has no carrier", .unmanaged: "it runs no groups",
        .interfaceLost: "it has lost more of the network", .pathLost: "it has lost more of the network",
        .pathGroupLost: "it has lost more of the network", .peerNetwork: "it has lost more of the network",
        .maintenance: "it is in maintenance",
        .startFailed: "a group failed there", .differentGroups: "haresources differs",
    ]
}
