// Whether both nodes have the same files, as far as the daemon of this one knows: what a check says of it is what `hbctl status`
// says, in the same words.

import HeartbeatModel

/// Both nodes' files, compared by the daemons.
package struct Agreement: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case same
        case different
        /// They are being read.
        case pending
        case unknown
    }

    package var state: State
    /// Why it is unknown; `nil` where it is not.
    package var reason: String?
    package var findings: [Finding]

    /// What the state of a pair says of it.
    package init(_ status: PairStatus) {
        switch status.source.kind {
        case .daemon, .olderDaemon:
            findings = status.problems.filter { $0.healed == nil }.compactMap(Self.finding)
            (state, reason) = Self.state(status, hasFindings: !findings.isEmpty)
        case .lastWords, .none:
            (state, findings) = (.unknown, [])
            reason = status.problems.first?.sentence ?? status.verdict.sentence
        }
        guard state == .unknown else { return }
        findings.append(
            Finding(
                .agreementUnknown, "node", status.source.node.text,
                "whether the other node's files are the same is not known: \(reason ?? "")",
                remedy: FindingCode.agreementUnknown.entry.remedy))
    }

    private static func state(_ status: PairStatus, hasFindings: Bool) -> (State, String?) {
        if hasFindings { return (.different, nil) }
        guard let peer = status.peer else {
            return (.unknown, "ha.cf names no other node")
        }
        switch peer.files {
        case .same: return (.same, nil)
        case .differ: return (.different, nil)
        case .pending: return (.pending, nil)
        case .unknown where peer.speaks == .original:
            return (.unknown, "\(peer.name) runs heartbeat 3, which does not tell")
        case .unknown: return (.unknown, "\(peer.name) has not told")
        }
    }

    private static func finding(_ problem: PairStatus.Problem) -> Finding? {
        guard let code = code(of: problem.code) else { return nil }
        let object = problem.objects.first
        return Finding(
            code, severity(problem.severity), object?.kind ?? "node", object?.name ?? "", problem.sentence,
            remedy: problem.remedy)
    }

    /// What is about files; the codes are the same words.
    private static func code(of problem: ProblemCode) -> FindingCode? {
        let codes: Set<FindingCode> = [
            .differentGroups, .ownOnBoth, .differentNodes, .differentFiles, .unlistedFile, .differentDeadtime,
            .differentConfiguration,
        ]
        return FindingCode(rawValue: problem.rawValue).flatMap { codes.contains($0) ? $0 : nil }
    }

    private static func severity(_ severity: ProblemCode.Severity) -> FindingCode.Severity {
        switch severity {
        case .critical: .error
        case .unknown: .unknown
        case .degraded: .warning
        case .info: .note
        }
    }
}
