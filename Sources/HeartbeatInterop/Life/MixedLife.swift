// Plays the life of one pair in a laboratory of its own and says what was not as it must be.

import HeartbeatLab

/// How one scene went.
package struct SceneOutcome: Hashable, Sendable {
    package var scene: LifeScene
    package var outage: [Duration]
    /// By address: all pauses together, of those that the probing does not explain.
    package var lost: [Duration]
    package var problems: [String]
    /// By node: the script calls that changed something.
    package var touched: [String: Set<String>]
}

/// How a life went.
package struct LifeOutcome: Sendable {
    package var row: MixedCase
    package var scenes: [SceneOutcome]
    /// How often the original has lost a word of its own scripts, which was repeated.
    package var lostByOriginal = 0
    /// Why it ended early; with the ends of the logs.
    package var failure: String?

    package var problems: [String] {
        scenes.flatMap { outcome in outcome.problems.map { "\(outcome.scene.name): \($0)" } }
            + (failure.map { [$0] } ?? []) + lossBeyondTwoHandovers
    }

    /// Replacing a node costs each group no more than going to the other node and coming home. Half as much again is the
    /// machine's.
    private var lossBeyondTwoHandovers: [String] {
        guard row.story == .replacement, failure == nil,
            let first = scenes.firstIndex(where: { if case .replacement = $0.scene { true } else { false } })
        else { return [] }
        return [0, 1].compactMap { group in
            let usual = scenes[..<first].dropFirst().map { $0.lost[group] }.reduce(.zero, +)
            let lost = scenes[first...].prefix(2).map { $0.lost[group] }.reduce(.zero, +)
            guard lost > usual * 1.5 else { return nil }
            return
                "\(NodeConfiguration.addresses[group]) was lost for \(lost.roundedMilliseconds) ms by replacing both nodes, "
                + "two handovers of the original take \(usual.roundedMilliseconds) ms"
        }
    }
}

/// A pair and its life.
final class MixedLife {
    private let row: MixedCase
    private let laboratory: Laboratory
    private let nodes: [MixedNode]
    private let probes: [ClientProbe]
    private var owners = [0, 1]
    private var recordsSeen = 0
    private var replay = OwnershipReplay()
    private var lostByOriginal = 0

    /// - Parameter isRecorded: each call of a script is written down with all it was told, for `takeCalls`.
    init(_ row: MixedCase, programs: String, resourceScripts: String, isRecorded: Bool = false) throws {
        self.row = row
        let laboratory = try Laboratory(
            prefix: MixedNode.prefix, programs: programs, resourceScripts: resourceScripts)
        self.laboratory = laboratory
        nodes = zip(row.software, laboratory.nodes).enumerated().map { number, pair in
            MixedNode(pair.0, pair.1, number: number, in: laboratory)
        }
        do {
            for node in nodes {
                try node.prepare(row)
                if isRecorded { try node.record() }
            }
            probes = try NodeConfiguration.addresses.map {
                try ClientProbe($0, from: laboratory.client, every: .milliseconds(10))
            }
        } catch {
            laboratory.close()
            throw error
        }
    }

    func close() {
        for probe in probes { probe.close() }
        laboratory.close()
    }

    /// The calls of both nodes' scripts since the last time, in order.
    func takeCalls() -> [[ScriptCall]] {
        nodes.map { $0.takeCalls() }
    }

    /// Plays scenes; ends at the first that does not come to its end, because nothing can be said about what follows.
    /// - Parameter scenes: `nil` for the whole life of such a pair.
    func play(_ scenes: [LifeScene]? = nil, report: (SceneOutcome) -> Void) throws -> LifeOutcome {
        var outcome = LifeOutcome(row: row, scenes: [])
        for scene in scenes ?? LifeScene.scenes(of: row) {
            let result = try play(scene)
            report(result)
            outcome.scenes.append(result)
            outcome.lostByOriginal = lostByOriginal
            if !result.problems.isEmpty {
                outcome.failure = nodes.map(\.diagnosis).joined()
                break
            }
        }
        return outcome
    }

    private func play(_ scene: LifeScene) throws -> SceneOutcome {
        let start = Moment.now()
        owners = scene.owners(after: owners, row)
        let after = owners
        try act(scene)
        owners = after
        var problems: [String] = []
        if try !settle(limit: limit(scene)), try !repeatWhatWasLost(scene) {
            problems.append(try "not settled: \(state())")
        }
        try repeatLostWords()
        try Interruption.pause(ProbeAnalysis.patience)
        let end = Moment.now()
        let records = laboratory.scripts().records
        replay.begin(mayOverlap: scene == .partition)
        replay.take(records.dropFirst(recordsSeen))
        recordsSeen = records.count
        problems += replay.problems
        if scene.isNoEvent, !replay.touched.isEmpty { problems.append("scripts were run: \(replay.touched)") }
        let analyses = try probes.map { try $0.analysis() }
        let figures = analyses.map { $0.figures(from: start, to: end) }
        if case .uptime = scene { problems += nodes.flatMap(\.complaints) }
        if scene != .partition {
            for (address, figure) in zip(NodeConfiguration.addresses, figures) where figure.doubleOwnership > .zero {
                problems.append("\(address) had two owners for \(figure.doubleOwnership.roundedMilliseconds) ms")
            }
        }
        return SceneOutcome(
            scene: scene, outage: figures.map(\.outage),
            lost: analyses.map { analysis in
                analysis.pauses(longerThan: analysis.period * 5, from: start, to: end).reduce(.zero, +)
            }, problems: problems, touched: replay.touched)
    }

    /// True when something was lost and told once more, and the scene has come to its end with that.
    private func repeatWhatWasLost(_ scene: LifeScene) throws -> Bool {
        let before = lostByOriginal
        if case .move(let program, let word, let node) = scene, nodes[node].hasLostAnOrder {
            try nodes[node].move(program, word)
            lostByOriginal += 1
        }
        if case .return(let node) = scene, row.failback == .legacy, nodes[1 - node].hasLostAnOrder {
            try nodes[1 - node].repeatAnswer(to: nodes[node])
            lostByOriginal += 1
        }
        try repeatLostWords()
        return try lostByOriginal > before && settle(limit: limit(scene))
    }

    private func repeatLostWords() throws {
        for node in nodes { lostByOriginal += try node.repeatLostWords() }
    }

    private func act(_ scene: LifeScene) throws {
        switch scene {
        case .coldStart: for node in nodes { try node.powerOn() }
        case .move(let program, let word, let node): try nodes[node].move(program, word)
        case .powerLoss(let node): try nodes[node].powerOff()
        case .return(let node): try nodes[node].powerOn()
        case .stop(let node): try nodes[node].stop()
        case .loss:
            for node in nodes { try node.loseHeartbeats(true) }
            try Interruption.pause(.seconds(20))
            for node in nodes { try node.loseHeartbeats(false) }
        case .partition:
            try plug(false)
            try Interruption.pause(.milliseconds(row.deadtimeMilliseconds * 2 + 3000))
            try repeatLostWords()
            try plug(true)
        case .newKey: try changeKey()
        case .replacement(let node): try replace(node)
        case .uptime(let count): try Interruption.pause(.milliseconds(row.keepaliveMilliseconds * count))
        }
    }

    /// First both know the new key, then one after the other signs with it.
    private func changeKey() throws {
        for current in [1, 2] {
            for node in nodes {
                try node.lab.configure("authkeys", NodeConfiguration.authkeys(row, current: current, hasNewKey: true))
                try node.reload()
                try Interruption.pause(.milliseconds(row.deadtimeMilliseconds * 3 / 2))
            }
        }
    }

    /// docs/replace-heartbeat.md, step by step.
    private func replace(_ node: Int) throws {
        if row.failback != .legacy { try order("hb_standby", "all", on: node, owners: [1 - node, 1 - node]) }
        try nodes[node].stop()
        try nodes[node].install()
        try nodes[node].powerOn()
        try nodes[node].check()
        guard row.failback == .off else { return }
        owners = [1 - node, 1 - node]
        guard try settle(limit: limit(.return(node))) else { throw LabError.notReached(try state()) }
        try order("hb_takeover", "local", on: node, owners: [0, 1])
    }

    /// Gives an order and waits until it is carried out.
    private func order(_ program: String, _ word: String, on node: Int, owners: [Int]) throws {
        self.owners = owners
        let scene = LifeScene.move(program, word, on: node)
        try act(scene)
        if try !settle(limit: limit(scene)), try !repeatWhatWasLost(scene) { throw LabError.notReached(try state()) }
    }

    private func plug(_ isPlugged: Bool) throws {
        try laboratory.plug(.cross(0), isPlugged)
        if row.media == .bcastAndUcast { try laboratory.plug(.lan(1), isPlugged) }
        try laboratory.plug(.nullModem, isPlugged)
    }

    private func limit(_ scene: LifeScene) -> Duration {
        let deadtime = Duration.milliseconds(row.deadtimeMilliseconds)
        return switch scene {
        case .coldStart: deadtime * 2 + .seconds(40)
        case .partition: deadtime * 4 + .seconds(60)
        case .move, .powerLoss, .return, .stop, .loss, .newKey, .replacement, .uptime: deadtime * 3 + .seconds(40)
        }
    }

    /// Everything is where it must be, for as long as the original needs to change its mind.
    private func settle(limit: Duration) throws -> Bool {
        let end = Moment.now() + limit
        var since: Moment?
        while Moment.now() < end {
            if try isInPlace() {
                let first = since ?? Moment.now()
                since = first
                if Moment.now() - first >= .milliseconds(2500) { return true }
            } else {
                since = nil
            }
            try Interruption.pause(.milliseconds(400))
        }
        return false
    }

    private func isInPlace() throws -> Bool {
        let history = laboratory.scripts()
        for node in nodes {
            let wanted = Set([0, 1].filter { owners[$0] == node.number })
            guard try node.groups(history) == (wanted, wanted) else { return false }
        }
        // The original alone may call itself in transition for as long as it is alone, whoever has died (observed).
        guard row.failback != .legacy, nodes.allSatisfy(\.lab.isPowered) else { return true }
        for node in nodes {
            let status = try node.resourceStatus()
            guard !status.isEmpty, status != "transition" else { return false }
        }
        return true
    }

    private func state() throws -> String {
        let history = laboratory.scripts()
        let parts = try nodes.map { node in
            let groups = try node.groups(history).complete.sorted().map { NodeConfiguration.addresses[$0] }
            return try
                "\(node.lab.name) (\(node.software.rawValue)) has [\(groups.joined(separator: " "))], says \(node.resourceStatus())"
        }
        let wanted = owners.enumerated().map { "\(NodeConfiguration.addresses[$0.offset]) on cluster\($0.element + 1)" }
        return "\(parts.joined(separator: ", ")); expected \(wanted.joined(separator: ", "))"
    }
}
