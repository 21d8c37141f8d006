// The scenes of the demonstration as values: what each is called, what it needs before it, what is expected of it. How
// they are played is the demonstration's business.

import HeartbeatModel

/// One scene.
package enum Scene: String, CaseIterable, Hashable, Sendable {
    case coldStart = "cold-start"
    case powerLoss = "power-loss"
    case failback
    case standby
    case standbyBack = "standby-back"
    case cableCut = "cable-cut"
    case cableBack = "cable-back"
    case serialOnly = "serial-only"
    case daemonFrozen = "daemon-frozen"
    case daemonKilled = "daemon-killed"

    /// The scenes that must have been played before this one, in order.
    package var requirements: [Scene] {
        switch self {
        case .coldStart: []
        case .powerLoss, .standby, .cableCut, .serialOnly, .daemonFrozen, .daemonKilled: [.coldStart]
        case .failback: [.coldStart, .powerLoss]
        case .standbyBack: [.coldStart, .standby]
        case .cableBack: [.coldStart, .cableCut]
        }
    }

    /// The headline in the timeline.
    package var title: String {
        switch self {
        case .coldStart: "Both nodes start"
        case .powerLoss: "The active node loses power"
        case .failback: "It returns, and its group with it"
        case .standby: "hb_standby on the active node"
        case .standbyBack: "hb_standby failback on the other"
        case .cableCut: "The LAN cable of the active node is pulled out"
        case .cableBack: "The cable is put back and stays"
        case .serialOnly: "Every medium but the serial line is unplugged, then restored"
        case .daemonFrozen: "The daemon of the active node stands still for 3 s and goes on"
        case .daemonKilled: "The daemon of the active node is killed, and nothing cleans up"
        }
    }

    /// What to look at, for somebody who sees it for the first time; lines of at most 76 characters.
    var explanation: String {
        switch self {
        case .coldStart: "Both are switched on. The group prefers cluster1, so it starts there."
        case .powerLoss: "Nobody says goodbye: cluster2 waits for deadtime, 1 s, and takes over."
        case .failback: "cluster1 is switched on again, and auto_failback brings its group home."
        case .standby: "An operator moves the service by hand: stopped here, then started there."
        case .standbyBack: "The operator of cluster2 gives back what belongs to cluster1."
        case .cableCut: "cluster1 lives, but its clients cannot reach it: it hands its group over."
        case .cableBack: "Once the link has stayed for 5 s it counts again, and the group returns."
        case .serialOnly:
            """
            cluster2 loses the LAN and the second link. The null modem still carries
            heartbeats, so neither takes the other for dead, and nothing moves.
            """
        case .daemonFrozen:
            """
            Without its daemon the kernel of cluster1 answers for 500 ms only: it falls
            silent before cluster2 takes over. The daemon that goes on asks first, and
            answers again when cluster2 has stopped everything.
            """
        case .daemonKilled:
            """
            The address and the services stay up on cluster1, but its kernel answers for
            them no longer than 500 ms. cluster2 takes over after deadtime, 1 s.
            """
        }
    }

    /// Number of the node (0 or 1) that must own the group at the end.
    var expectedOwner: Int {
        switch self {
        case .coldStart, .failback, .standbyBack, .cableBack, .serialOnly, .daemonFrozen: 0
        case .powerLoss, .standby, .cableCut, .daemonKilled: 1
        }
    }

    /// What must become of the group, in order, by the numbers of the nodes: whose scripts stop it, and whose start it then.
    var moves: [(from: Int?, to: Int?)] {
        switch self {
        case .coldStart: [(nil, 0)]
        case .powerLoss, .daemonKilled: [(nil, 1)]
        case .failback, .standbyBack, .cableBack: [(1, 0)]
        case .standby, .cableCut: [(0, 1)]
        case .serialOnly: []
        // What the frozen daemon has started still runs, and its node has the better claim.
        case .daemonFrozen: [(nil, 1), (1, nil)]
        }
    }

    /// Number of the node that comes to serve first; `nil` when nothing may move.
    var taker: Int? { moves.first?.to }

    /// The outage that is aimed at; missing it on a busy machine is told, not punished. Power loss: deadtime and what
    /// four keepalives a second leave open. A cable: the node waits for `debounce` before it believes the loss.
    var goal: Duration? {
        switch self {
        case .coldStart: nil
        case .powerLoss: NodeFiles.deadtime + .milliseconds(250)
        case .cableCut: InterfaceRule.defaultDebounce + .milliseconds(100)
        // Between the end of a lease, half of deadtime after the last keepalive, and the deadtime nobody answers.
        case .daemonFrozen, .daemonKilled: NodeFiles.deadtime / 2 + .milliseconds(250)
        case .failback, .standby, .standbyBack, .cableBack, .serialOnly: .milliseconds(100)
        }
    }

    /// How long the scene may take to come to its end.
    var limit: Duration {
        switch self {
        case .coldStart, .failback, .cableBack: .seconds(20)
        case .powerLoss, .standby, .standbyBack, .cableCut, .serialOnly, .daemonFrozen, .daemonKilled: .seconds(8)
        }
    }
}

/// How a scene went.
package struct SceneResult: Hashable, Sendable {
    package var scene: Scene
    package var figures: ProbeFigures
    /// What the scripts were asked.
    package var scripts: ScriptHistory
    /// Where the time went; `nil` when nothing moved.
    package var timeline: MergedTimeline?
    /// Everything that was not as it must be; empty when the scene is passed.
    package var problems: [String]

    /// Whether the outage was as short as aimed at; `nil` without an aim.
    package var isGoalMet: Bool? {
        scene.goal.map { figures.outage <= $0 }
    }

    /// Judges a scene that has come to its end.
    static func judge(
        _ scene: Scene, figures: ProbeFigures, scripts: ScriptHistory, owners: Set<HardwareAddress>,
        nodes: [(name: String, address: HardwareAddress)]
    ) -> SceneResult {
        var problems: [String] = []
        let expected = nodes[scene.expectedOwner]
        if owners != [expected.address] {
            let names = owners.map { owner in nodes.first { $0.address == owner }?.name ?? owner.description }.sorted()
            problems.append("owned by [\(names.joined(separator: " "))], expected [\(expected.name)]")
        }
        if figures.doubleOwnership > .zero {
            problems.append("two owners for \(figures.doubleOwnership.roundedMilliseconds) ms")
        }
        if let taker = scene.taker, !figures.announcements.contains(where: { $0.from == nodes[taker].address }) {
            problems.append("\(nodes[taker].name) did not announce its takeover")
        }
        problems += scripts.problems(
            moving: NodeFiles.group,
            scene.moves.map { move in (move.from.map { nodes[$0].name }, move.to.map { nodes[$0].name }) })
        return SceneResult(scene: scene, figures: figures, scripts: scripts, problems: problems)
    }
}
