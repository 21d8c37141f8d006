// What this node tells the other about its resources, and when.

import HeartbeatModel

extension Ownership {
    private func currentReport(_ node: LocalNode) -> ResourceReport {
        let runners = node.groups.runners
        var (failed, moved): ([String], [String]) = ([], [])
        for runner in runners
        where runner.phase == .failed && !runner.isRetired && own.held.contains(node.groups.set(of: runner)) {
            failed.append(runner.group.key)
            if runner.gift != nil { moved.append(runner.group.key) }
        }
        let singly = peerTakesSingly
        var claim = ResourceClaim(
            local: claimRank(of: .local, node), foreign: claimRank(of: .foreign, node),
            heard: node.channel.heardOfPeer, failed: failed,
            adopted: keys(of: singly ? own.adopted : (own.adopted + own.leaving).sorted(), node),
            kept: singly ? keptGroups(node) : [], awaited: awaitedGroups(node), groups: fingerprints(node),
            busy: busyLines(node), ownOnBoth: lines.namedByEach,
            health: node.health.isEmpty ? nil : node.health.health, files: fileFingerprints(node))
        claim.moved = moved
        return ResourceReport(hold: own.held, isStable: isStable(node), info: reportInfo, claim: claim)
    }

    private func keys(of ids: [GroupID], _ node: LocalNode) -> [String] {
        ids.isEmpty ? [] : ids.map { node.groups[$0].group.key }
    }

    /// A node without any groups runs nothing that another one's could clash with.
    private func fingerprints(_ node: LocalNode) -> [GroupFingerprint]? {
        node.configuration.groups.isEmpty ? nil : node.configuration.groups.map(\.fingerprint)
    }

    /// The original's word for why.
    static let shutdownInfo = "shutdown"

    private var reportInfo: String? {
        if case .leaving = state { return Self.shutdownInfo }
        if case .releasing = handover { return "standby" }
        return nil
    }

    /// A set counts as held until its last stop has ended, unless its groups are given one by one.
    private func claimRank(of part: HoldSet, _ node: LocalNode) -> ClaimRank {
        if isGivenSingly(part) { return .none }
        return own.held.contains(part) || !isIdle(part, node) ? max(own.rank(of: part), .unheard) : .none
    }

    private func isIdle(_ part: HoldSet, _ node: LocalNode) -> Bool {
        node.groups.runners.allSatisfy {
            $0.isReleased || node.groups.set(of: $0) != part || own.adopted.contains($0.id)
                || own.leaving.contains($0.id)
        }
    }

    /// Tells the peer what we hold, whether it is news or not.
    ///
    /// - Parameter asking: an answer is wanted. An answer must never ask in turn, or two nodes with an open question each would
    ///   answer each other as fast as the network carries it.
    /// - Returns: the sequence of the report; `nil` when there is nobody to tell, or nothing any more.
    @discardableResult
    mutating func report(_ node: inout LocalNode, asking: Bool = false) -> SequenceNumber? {
        guard state != .gone, node.membership.peer != nil else { return nil }
        return tell(currentReport(node), asking: asking, &node)
    }

    /// Answers a question of the peer's.
    mutating func answer(_ node: inout LocalNode, at now: Instant) {
        guard state != .gone else { return }
        var report = currentReport(node)
        // One that answers for its addresses has no use for a promise, which would only keep this node from taking over.
        if let peer = node.peer, peer.isAlive, peer.isDark {
            report.claim?.grantsLease = true
            node.membership.peer?.promise(until: now + node.configuration.deadtime)
        }
        _ = tell(report, asking: false, &node)
    }

    /// Tells the peer what we hold, when that has changed.
    mutating func reportNews(_ node: inout LocalNode) {
        switch state {
        case .negotiating, .stable, .leaving: break
        // The peer asked before we are members: we hold nothing, or what an earlier run has left up, and when that is
        // gone it must know.
        case .joining: guard told != nil else { return }
        case .lingering, .gone: return
        }
        guard node.membership.peer != nil else { return }
        let report = currentReport(node)
        if report.differs(from: told?.report) { _ = tell(report, asking: false, &node) }
    }

    private mutating func tell(_ report: ResourceReport, asking: Bool, _ node: inout LocalNode) -> SequenceNumber {
        var report = report
        report.claim?.wantsAnswer = asking
        let sequence = node.send(.resource(report))
        lines.wereTold(in: sequence)
        told = ToldReport(report: report, sequence: sequence)
        return sequence
    }
}

extension ResourceReport {
    /// Whether it says something new; what was heard meanwhile is not news, and what is awaited only matters to one that asks.
    fileprivate func differs(from other: ResourceReport?) -> Bool {
        guard let other else { return true }
        return hold != other.hold || isStable != other.isStable || info != other.info
            || claim?.local != other.claim?.local || claim?.foreign != other.claim?.foreign
            || claim?.failed != other.claim?.failed || claim?.moved != other.claim?.moved
            || claim?.adopted != other.claim?.adopted
            || claim?.kept != other.claim?.kept || claim?.health != other.claim?.health
            || claim?.groups != other.claim?.groups
            || claim?.files != other.claim?.files || claim?.busy != other.claim?.busy
            || claim?.ownOnBoth != other.claim?.ownOnBoth
    }
}
