// What the facts of one node say of the pair, in the words of the world in which it is played on. What they do not say, or what does not
// stand still, is not guessed: then nothing is told.

import HeartbeatModel
import HeartbeatSimulator

/// Why nothing can be told: one sentence without a full stop.
struct CannotTell: Error, Hashable {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// The pair as it is now. Hosts are places in the list of nodes.
struct LiveState {
    /// With every interface that the nodes watch.
    private(set) var configuration: Configuration
    let facts: NodeFacts
    let local: Int
    /// Who serves each group; `nil`: nobody.
    private(set) var owners: [Int?] = []
    /// Names of what each node has lost.
    private(set) var lost: [[String]] = [[], []]
    private(set) var maintained: [Bool] = [false, false]
    /// Keys of groups that have failed on each node.
    private(set) var failed: [Set<String>] = [[], []]
    /// Of the other node, when it does not run.
    private(set) var peersEnd: End?
    /// Nothing of what this host says arrives over the medium.
    private(set) var mutes: [(medium: String, sender: Int)] = []
    private(set) var setting = PlayedPair.Setting()
    private(set) var notes: [String] = []

    enum End {
        case left
        case power
        /// The carrier of a cable shows that its machine is on.
        case daemon
    }

    var peer: Int { 1 - local }
    var filesDiffer: Bool { facts.files.contains { $0.state == .different } }

    func name(_ host: Int) -> NodeName { configuration.nodes[host] }

    init(_ configuration: Configuration, _ facts: NodeFacts) throws(CannotTell) {
        guard configuration.nodes.count == 2 else { throw CannotTell("ha.cf has one node, and this is about pairs") }
        guard let local = configuration.nodes.firstIndex(of: facts.node) else {
            throw CannotTell("ha.cf does not have the node \(facts.node) that answers")
        }
        self.configuration = configuration
        self.facts = facts
        self.local = local
        try checkConfiguration()
        try checkStillness()
        try readPeer()
        try readNetwork()
        try readGroups()
        readMedia()
        readSetting()
    }

    // MARK: - Does it fit?

    private func checkConfiguration() throws(CannotTell) {
        let nodes = facts.nodes.filter { $0.kind == .normal }.map(\.name)
        let remedy = "heartbeat -r, or wait until both are the same"
        guard Set(nodes) == Set(configuration.nodes) else {
            throw CannotTell("the daemon knows other nodes than ha.cf: \(remedy)")
        }
        guard let timings = facts.timings else { throw CannotTell("the daemon does not tell its times") }
        guard timings.keepalive == configuration.keepalive, timings.deadtime == configuration.deadtime,
            timings.initdead == configuration.initdead,
            timings.autoFailback.map({ $0 == configuration.autoFailback }) ?? true
        else { throw CannotTell("the daemon runs by other times than ha.cf says: \(remedy)") }
        let told = facts.groups.map { ["\($0.preferred)"] + $0.resources }
        guard told == configuration.groups.map({ ["\($0.preferredNode)"] + $0.resources.map(\.word) }) else {
            throw CannotTell("the daemon has other groups than haresources: \(remedy)")
        }
        if let group = facts.groups.first(where: \.differs) {
            throw CannotTell("the line of \(group.key) is not the same on both nodes")
        }
        if let own = facts.marks, let theirs = facts.peer?.view?.told.marks, own.haCf != theirs.haCf {
            throw CannotTell("ha.cf is not the same on both nodes")
        }
        if configuration.probes.contains(where: \.asksPartner) {
            throw CannotTell("another pair has a say (probe partner), and what that does is not known here")
        }
    }

    private func checkStillness() throws(CannotTell) {
        guard facts.phase == .stable else { throw CannotTell("something is on its way; ask again when it is over") }
        for flag in [NodeFacts.Flag.bothHold, .lockedOut, .unanswered, .onlyKernelServes, .unmanaged]
        where facts.flags.contains(flag) {
            throw CannotTell("the pair is not as it should be (\(flag.rawValue)): hbctl status")
        }
        if facts.lease?.isDark == true { throw CannotTell("\(facts.node) answers for nothing just now: hbctl status") }
        if facts.failback?.isWanted == true, [nil, .transition].contains(facts.failback?.blockedBy) {
            throw CannotTell("groups are about to go back; ask again when they are there")
        }
    }

    // MARK: - The other node

    private mutating func readPeer() throws(CannotTell) {
        guard let node = facts.nodes.first(where: { $0.name == name(peer) }) else {
            throw CannotTell("nothing is known of \(name(peer))")
        }
        guard node.speaks != .original else {
            throw CannotTell("\(node.name) runs heartbeat 3, of which nobody can tell what it does")
        }
        maintained[local] = facts.maintenance != nil
        switch node.standing {
        case .alive?: break
        case .dead?, .left?:
            peersEnd = node.standing == .left ? .left : hasSoundCable ? .daemon : .power
            return
        case .awaited?, nil: throw CannotTell("\(node.name) was not heard yet")
        }
        guard node.status == .active, facts.peer?.isStable != false else {
            throw CannotTell("\(node.name) is on its way; ask again when it is there")
        }
        guard node.speaks == .ours else { throw CannotTell("nobody knows what \(node.name) runs") }
        maintained[peer] = facts.peer?.health?.isMaintained == true
    }

    private var hasSoundCable: Bool {
        configuration.interfaces.contains { rule in
            rule.isCable && facts.watched.contains { $0.name == rule.interface && $0.state == .good }
        }
    }

    // MARK: - The network

    private mutating func readNetwork() throws(CannotTell) {
        let interfaces = facts.watched.filter { $0.kind != .probe && $0.kind != .probeGroup }
        configuration.interfaces = interfaces.map { watched in
            configuration.interfaces.first { $0.interface == watched.name }
                ?? InterfaceRule(
                    interface: watched.name, role: InterfaceRole(rawValue: watched.kind.rawValue) ?? .downlink)
        }
        guard Set(facts.watched.filter { $0.kind == .probe }.map(\.name)) == Set(configuration.probes.map(\.name)),
            Set(facts.lines.lines.map(\.name)) == Set(configuration.lines.lines.map(\.name))
        else { throw CannotTell("the daemon watches other paths or lines than ha.cf says: heartbeat -r") }
        for watched in facts.watched where watched.state == .doubtful {
            throw CannotTell("\(watched.name) of \(facts.node) is in doubt just now; ask again in a moment")
        }
        for line in facts.lines.lines where line.stand == .doubtful || line.stand == .returning {
            throw CannotTell("\(line.name) of \(facts.node) is in doubt just now; ask again in a moment")
        }
        lost[local] =
            facts.watched.filter { $0.state == .lost && $0.kind != .probeGroup }.map(\.name)
            + facts.lines.lines.filter { $0.stand == .down }.map(\.name)
        guard peersEnd != nil else {
            lost[peer] = try peersLosses()
            return
        }
        // A cable to a machine that is off has no carrier, and has one when that is on again.
        lost[local].removeAll { name in configuration.interfaces.contains { $0.interface == name && $0.isCable } }
    }

    /// What the other node said longer ago says nothing of how it is now.
    private var recentView: PeerView? {
        guard let view = facts.peer?.view, view.age <= .seconds(90) else { return nil }
        return view.told
    }

    private func peersLosses() throws(CannotTell) -> [String] {
        let health = facts.peer?.health ?? .sound
        let told = recentView
        // What a node in maintenance counts is not what it has lost.
        let names = (told?.lost ?? []).filter { !maintained[peer] || !$0.contains(" ") }
        guard health.lost == health.unproven else {
            throw CannotTell("something of \(name(peer)) is in doubt just now; ask again in a moment")
        }
        guard told?.moreLost ?? 0 == 0, maintained[peer] || names.count == health.lost else {
            throw CannotTell("\(name(peer)) has lost something and does not tell what")
        }
        let classes = configuration.lines.classes
        let known = Set(
            configuration.interfaces.map(\.interface) + configuration.probes.map(\.name)
                + configuration.probeGroups.map(\.name) + configuration.lines.lines.map(\.name))
        var result: [String] = []
        for name in names {
            if known.contains(name) {
                result.append(name)
            } else if let lines = classes.first(where: { $0.name == name })?.lines {
                result += lines
            } else {
                throw CannotTell("\(self.name(peer)) has lost \(name), of which nothing is known here")
            }
        }
        return result
    }

    /// What arrives over each medium in each direction, as far as it is told.
    private mutating func readMedia() {
        guard peersEnd == nil else { return }
        for link in facts.links where link.node == name(peer) && link.state != .up {
            mutes.append((link.medium.text, peer))
        }
        for medium in facts.media {
            let heard = recentView?.media.first { $0.name == medium.name }
            let isSilent = heard.map { ($0.age ?? .seconds(3600)) > configuration.deadtime } ?? false
            let isFailing = if case .failing = medium.state { true } else { false }
            if isFailing || isSilent || facts.flags.contains(.deaf) { mutes.append((medium.name.text, local)) }
        }
    }

    // MARK: - Groups

    private mutating func readGroups() throws(CannotTell) {
        for group in facts.groups {
            let there = peersEnd == nil ? group.onPeer : .stopped
            guard group.state != .stopFailed, there != .stopFailed else {
                throw CannotTell("\(group.key) does not stop, and what runs of it nobody knows: hbctl status")
            }
            guard there != .moving, there != .unknown, ![.acquiring, .releasing, .unknown].contains(group.state),
                !(group.state == .running && there == .running)
            else { throw CannotTell("\(group.key) is on its way; ask again when it is there") }
            owners.append(group.state == .running ? local : there == .running ? peer : nil)
            if group.state == .failed { note(group.key, failedOn: local) }
            if there == .failed { note(group.key, failedOn: peer) }
        }
    }

    private mutating func note(_ key: String, failedOn host: Int) {
        failed[host].insert(key)
        notes.append("\(key) has failed on \(name(host)) and counts as not starting there")
    }

    private mutating func readSetting() {
        setting.hasLease = facts.lease?.isHeld == true && configuration.leaseTimes != nil
        setting.networks = facts.networks ?? []
        if facts.guardian?.isRunning == true { setting.guarded.insert(local) }
        if facts.guardian?.isWanted == true { setting.guarded.insert(peer) }
        if facts.networks == nil, configuration.tellsAddresses {
            notes.append("on which networks both nodes stand is not told; it is played without any")
        }
        for (host, version) in [(local, facts.product), (peer, facts.nodes.first { $0.name == name(peer) }?.version)] {
            guard let version, version != Version.own else { continue }
            notes.append("\(name(host)) runs version \(version) and is played as \(Version.own)")
        }
        guard let failback = facts.failback, failback.isWanted, failback.blockedBy == .delay else { return }
        let when = failback.left.map { " in \($0.whole)" } ?? " later"
        notes.append("groups go back to \(name(peer)) by themselves\(when) (failback_delay); that is not played")
        configuration.failbackDelay = .afterThePlay
    }
}
