// A pair as metrics, for Prometheus and whatever reads its text. What nobody knows is not told, and nothing is 0 for that; what can be
// one of several states is told as all of them, so that no series comes or goes with a change.

import HeartbeatModel

/// Metrics of one answer of a daemon, or of none.
package struct Exposition: Sendable {
    package let status: PairStatus
    /// `nil` where no daemon has answered.
    private let facts: NodeFacts?
    private var families = MetricFamilies()

    /// A pure function, as `PairStatus`. The last drill is no metric: it is for pages that are made of the same status.
    package init(_ source: StatusSource, of node: NodeName, asked: UInt64, lastDrill: PairStatus.Drill? = nil) {
        var status = PairStatus(source, of: node, asked: asked)
        status.lastDrill = lastDrill
        self.status = status
        facts =
            switch source {
            case .answered(let facts), .answeredByOlder(let facts): facts
            case .newer, .down, .silent, .refused, .garbled: nil
            }
        tellQuestion()
        tellGroups()
        tellReadiness()
        tellNodes()
        tellMedia()
        tellNetwork()
        tellMachine()
        tellCounters()
        tellHistograms()
    }

    /// Version 0.0.4 of the text format.
    package var text: String { families.text }

    /// What a server calls it.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var local: String { status.source.node.text }

    // MARK: - The question, and what it comes to

    private mutating func tellQuestion() {
        families.add(.up, .flag(facts != nil))
        if facts != nil, let version = status.source.product {
            families.add(.buildInfo, .flag(true), [local, version])
        }
        let levels = PairStatus.Verdict.Level.allCases.map(\.word)
        families.add(.verdict, status.verdict.level.word, of: levels)
        tellProblems()
    }

    /// What a daemon that tells everything does not tell is not there. Of one that tells less, or nothing, that is not known.
    private mutating func tellProblems() {
        let counts = Dictionary(grouping: status.problems.filter { $0.healed == nil }, by: \.code).mapValues(\.count)
        let isSureOfAll = status.source.kind == .daemon
        let ofQuestion = Set(ProblemCode.question.map(\.0))
        for code in ProblemCode.allCases {
            let count = counts[code] ?? 0
            guard count > 0 || isSureOfAll || ofQuestion.contains(code) else { continue }
            families.add(.problem, .count(UInt64(count)), [code.rawValue, code.entry.severity.rawValue])
        }
    }

    // MARK: - Groups

    private var pair: [PairStatus.Node] { status.nodes.filter { !$0.isPing } }

    private mutating func tellGroups() {
        for group in status.groups {
            families.add(.groupService, group.service.word, of: PairStatus.Group.Service.words, [group.key])
            for node in pair {
                families.add(.groupOwner, serves(node.name, group.service), [group.key, node.name.text])
            }
            families.add(.twoOwners, group.service == .unknown ? nil : .flag(group.service == .both), [group.key])
            families.add(.groupMovement, group.lastMovement.map { .time($0) }, [group.key])
            families.add(.groupNeighbours, value(group.neighbours), [group.key])
        }
        let states = ClusterSnapshot.Group.State.allCases.map(\.word)
        for group in facts?.groups ?? [] {
            families.add(.groupState, group.state.word, of: states, [group.key])
            for (word, isRunning) in zip(group.resources, group.running ?? []) {
                families.add(.resourceRunning, .flag(isRunning), [group.key, word])
            }
        }
        for announced in facts?.announced ?? [] {
            families.add(.announceConfirmed, .flag(announced.isConfirmed), ["\(announced.address)"])
        }
    }

    private func serves(_ node: NodeName, _ service: PairStatus.Group.Service) -> MetricValue? {
        switch service {
        case .on(let server): .flag(server == node)
        case .both: .flag(true)
        case .moving, .nobody: .flag(false)
        case .unknown: nil
        }
    }

    private func value(_ answer: PairStatus.Answer) -> MetricValue? {
        switch answer {
        case .yes: .flag(true)
        case .no: .flag(false)
        case .unknown: nil
        }
    }

    private mutating func tellReadiness() {
        let readiness = status.readiness
        switch readiness.kind {
        case .ready, .mutual: families.add(.standbyReady, .flag(true))
        case .notReady, .nobody: families.add(.standbyReady, .flag(false))
        case .unknown: break
        }
        families.add(.predictedTakeover, readiness.within.map { .time($0) })
        switch status.nodes.first(where: \.isLocal)?.files {
        case .same?: families.add(.configSame, .flag(true))
        case .differ?: families.add(.configSame, .flag(false))
        case .pending?, .unknown?, nil: break
        }
    }

    // MARK: - Nodes and media

    private mutating func tellNodes() {
        for node in status.nodes {
            let name = node.name.text
            families.add(.nodeStatus, node.statusWord, of: PairStatus.Node.statusWords, [name])
            families.add(.nodeSilence, node.lastHeard.map { .time($0) }, [name])
        }
        for node in pair {
            let name = node.name.text
            families.add(.uptime, node.up.map { .time($0.duration) }, [name])
            families.add(.maintenance, isMaintained(node), [name])
            families.add(.latenessHigh, node.lateness.map { .time($0) }, [name])
        }
    }

    private func isMaintained(_ node: PairStatus.Node) -> MetricValue? {
        switch node.network {
        case .maintenance: .flag(true)
        case .sound, .lost, .lostCount, .doubtful, .unwatched: .flag(false)
        case .unknown: nil
        }
    }

    private mutating func tellMedia() {
        let peer = pair.first { !$0.isLocal }?.name.text
        for medium in status.media {
            let name = medium.name.text
            switch medium.state {
            case .open: families.add(.mediumOpen, .flag(true), [name])
            case .failing, .unopened: families.add(.mediumOpen, .flag(false), [name])
            case .unknown: break
            }
            guard let peer else { continue }
            let hears = medium.hears
            families.add(.linkUp, isUp(hears), [peer, name])
            families.add(.linkHeard, isUp(medium.isHeard), [peer, name])
            families.add(.beatAge, hears.lastHeard.map { .time($0) }, [peer, name])
            families.add(.beatJitter, hears.jitter.map { .time($0) }, [peer, name])
            families.add(.beatsLost, hears.lost.map { .count($0) }, [peer, name])
        }
        tellMessages(.messagesSent, \.sent)
        tellMessages(.messagesDropped, \.dropped)
        tellMessages(.messagesReceived, \.received)
    }

    private func isUp(_ direction: PairStatus.Medium.Direction) -> MetricValue? {
        switch direction.state {
        case .sound: .flag(true)
        case .silent, .never: .flag(false)
        case .unknown: nil
        }
    }

    /// Two media on one interface have one name, and one series.
    private mutating func tellMessages(_ metric: Metric, _ count: KeyPath<NodeFacts.Medium, UInt64?>) {
        var sums: [MediumName: UInt64] = [:]
        let media = facts?.media ?? []
        for medium in media {
            if let number = medium[keyPath: count] { sums[medium.name, default: 0] &+= number }
        }
        for medium in media { families.add(metric, sums[medium.name].map { .count($0) }, [medium.name.text]) }
    }

    private mutating func tellNetwork() {
        for watched in status.watched {
            let value: MetricValue? =
                switch watched.state {
                case .good: .flag(true)
                case .lost: .flag(false)
                case .doubtful: nil
                }
            let metric: Metric =
                switch watched.kind {
                case .uplink, .downlink, .heartbeat: .interfaceUp
                case .probe, .probeGroup: .probeSuccess
                }
            families.add(metric, value, [watched.name, watched.kind.rawValue])
        }
    }

    // MARK: - This machine, and what was counted

    private mutating func tellMachine() {
        if let lease = facts?.lease {
            families.add(.leaseHeld, .flag(lease.isHeld))
            families.add(.leaseDark, .flag(lease.isDark))
            families.add(.leaseLeft, lease.left.map { .time($0) })
        }
        if let guardian = facts?.guardian {
            families.add(.guardianWanted, .flag(guardian.isWanted))
            families.add(.guardianRunning, .flag(guardian.isRunning))
        }
        if let lateness = facts?.lateness {
            families.add(.latenessMedian, .time(lateness.median), [local])
            families.add(.latenessRecent, .time(lateness.recentMost), [local])
            families.add(.latenessMost, .time(lateness.most), [local])
        }
    }

    private mutating func tellCounters() {
        for counter in facts?.counters ?? [] {
            let time = MetricValue.time(.nanoseconds(Int64(clamping: counter.value)))
            let count = MetricValue.count(counter.value)
            switch NodeFacts.Counter.Name(rawValue: counter.name) {
            case .rejected?: families.add(.messagesRejected, count, counter.labels)
            case .takeovers?: families.add(.takeovers, count, counter.labels)
            case .actions?: families.add(.actions, count, counter.labels)
            case .twoOwnersTime?: families.add(.twoOwnersSeconds, time, counter.labels)
            case .leaseExpired?: families.add(.leaseExpired, count, counter.labels)
            case nil: break
            }
        }
    }

    private mutating func tellHistograms() {
        for histogram in facts?.histograms ?? [] {
            let metric: Metric
            switch NodeFacts.Histogram.Name(rawValue: histogram.name) {
            case .beatInterval?: metric = .beatInterval
            case .loopLateness?: metric = .lateness
            case .takeover?: metric = .takeoverDuration
            case .action?: metric = .actionDuration
            case nil: continue
            }
            families.add(metric, histogram.durations, histogram.labels)
        }
    }
}
