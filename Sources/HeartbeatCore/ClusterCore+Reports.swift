// What this node tells the other about its resources, and when.

import HeartbeatModel

extension ClusterCore {
    private func currentReport() -> ResourceReport {
        let failed = runners.indices.filter { runners[$0].phase == .failed && own.held.contains(set(of: $0)) }
        let claim = ResourceClaim(
            local: claimRank(of: .local), foreign: claimRank(of: .foreign), heard: heardOfPeer,
            failed: failed.map { runners[$0].group.key },
            adopted: (peerTakesSingly ? own.adopted : own.adopted + own.leaving).sorted().map { runners[$0].group.key },
            kept: keptGroups.map { runners[$0].group.key },
            awaited: awaitedGroups.map { runners[$0].group.key }, groups: fingerprints, busy: busyPlacements,
            ownOnBoth: ownLines.namedByEach,
            health: network.isEmpty ? nil : network.health)
        return ResourceReport(hold: own.held, isStable: isStable, info: reportInfo, claim: claim)
    }

    /// A node without any groups runs nothing that another one's could clash with.
    private var fingerprints: [GroupFingerprint]? {
        configuration.groups.isEmpty ? nil : configuration.groups.map(\.fingerprint)
    }

    /// The original's word for why.
    static let shutdownInfo = "shutdown"

    private var reportInfo: String? {
        switch (phase, transaction) {
        case (.shuttingDown, _): Self.shutdownInfo
        case (_, .releasing): "standby"
        case (_, _): nil
        }
    }

    /// A set counts as held until its last stop has ended, unless its groups are given one by one.
    private func claimRank(of part: HoldSet) -> ClaimRank {
        if isGivenSingly(part) { return .none }
        let exceptions = own.adopted + own.leaving
        let isIdle = runners.indices.allSatisfy {
            set(of: $0) != part || runners[$0].isReleased || exceptions.contains($0)
        }
        return own.held.contains(part) || !isIdle ? max(own.rank(of: part), .unheard) : .none
    }

    var heardOfPeer: MessageIdentity? {
        guard let lives, let last = tracker.last else { return nil }
        return MessageIdentity(generation: lives.believed, sequence: last)
    }

    /// Tells the peer what we hold, when that changed or when it asked.
    ///
    /// `asking` wants an answer. An answer must never ask in turn, or two nodes with an open question each would answer each
    /// other as fast as the network carries it.
    mutating func report(force: Bool, asking: Bool = false) {
        switch phase {
        case .negotiating, .stable, .shuttingDown: break
        case .waitingForNodes, .requestingNodes:
            // The peer asked before we are members: we hold nothing, or what an earlier run has left up, and when that is
            // gone it must know.
            guard force || lastReport != nil else { return }
        case .lingering:
            guard force else { return }
        case .stopped: return
        }
        guard peer != nil else { return }
        var report = currentReport()
        guard force || report.differs(from: lastReport) else { return }
        report.claim?.wantsAnswer = asking
        let sequence = send(.resource(report))
        if ownLines.told == nil { ownLines.told = sequence }
        lastReport = report
        lastReportSequence = sequence
        if challenge == Self.unsentChallenge { challenge = sequence }
    }

    /// Stands for the sequence of a question that is about to be sent.
    static let unsentChallenge = SequenceNumber(.max)
}

extension ResourceReport {
    /// Whether it says something new; what was heard meanwhile is not news, and what is awaited only matters to one that asks.
    fileprivate func differs(from other: ResourceReport?) -> Bool {
        guard let other else { return true }
        return hold != other.hold || isStable != other.isStable || info != other.info
            || claim?.local != other.claim?.local || claim?.foreign != other.claim?.foreign
            || claim?.failed != other.claim?.failed || claim?.adopted != other.claim?.adopted
            || claim?.kept != other.claim?.kept || claim?.health != other.claim?.health
            || claim?.groups != other.claim?.groups
            || claim?.busy != other.claim?.busy || claim?.ownOnBoth != other.claim?.ownOnBoth
    }
}
