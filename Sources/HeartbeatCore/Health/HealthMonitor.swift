// Everything a node watches of the network, and what that comes to. It refuses to know what follows: groups are moved by
// Ownership.

import HeartbeatModel
import HeartbeatMonitors

/// Interfaces, paths and groups of paths of one node.
struct HealthMonitor: Hashable, Codable, Sendable {
    private(set) var interfaces: [InterfaceMonitor] = []
    private(set) var paths: [PathMonitor] = []
    private var groups: [PathProbeGroup] = []
    /// Groups that count as lost; a group has no state beside its members', so this is only for telling changes.
    private var lostGroups: Set<String> = []
    /// `nil` when no lines are watched.
    private var lines: LineLoss?
    /// Kept beside what it is computed from, because it is asked for with every report.
    private(set) var health = NodeHealth.sound
    /// Why an operator has taken this node out of service; `nil` while it is in service.
    private(set) var maintenance: String?
    /// Where each probe that asks a partner leaves this node.
    private var footings: [String: PartnerFooting] = [:]

    /// Nothing is watched, and there is nothing to tell.
    var isEmpty: Bool { interfaces.isEmpty && paths.isEmpty && lines == nil && maintenance == nil }

    /// Interfaces without a carrier, whether that counts yet or not, and since when; `nil` where there never was one.
    var withoutCarrier: [(interface: String, since: Instant?)] {
        interfaces.filter { $0.hasCarrier == false }.map { ($0.rule.interface, $0.carrierLostAt) }
    }

    /// Interfaces are watched, and none but cables to the peer has a carrier.
    var hasNoCarrier: Bool {
        let open = interfaces.filter { !$0.rule.isCable }
        return !open.isEmpty && open.allSatisfy { $0.hasCarrier == false }
    }

    /// When `expire` next has something to do.
    var deadline: Instant? { interfaces.lazy.compactMap(\.deadline).min() }

    // MARK: - What is watched

    /// Watches these interfaces and no others; what is known of those that stay is kept.
    mutating func watch(_ rules: [InterfaceRule]) {
        interfaces = rules.map { rule in
            guard var known = interfaces.first(where: { $0.rule.interface == rule.interface }) else {
                return InterfaceMonitor(rule)
            }
            known.redefine(rule)
            return known
        }
        evaluate()
    }

    /// Asks after these paths and no others. `lost` names those that were lost when the last daemon ended.
    mutating func ask(_ probes: [PathProbe], _ groups: [PathProbeGroup], lost: [String] = []) {
        paths = probes.map { probe in
            guard var known = paths.first(where: { $0.probe.name == probe.name && $0.probe.kind == probe.kind }) else {
                return PathMonitor(probe, isLost: lost.contains(probe.name))
            }
            known.redefine(probe)
            return known
        }
        self.groups = groups
        footings = footings.filter { name, _ in probes.contains { $0.name == name && $0.asksPartner } }
        evaluate()
    }

    /// Those were lost when the last daemon of this node ended, and have yet to show that they work.
    mutating func recall(lost names: [String]) {
        for index in paths.indices where names.contains(paths[index].probe.name) {
            paths[index] = PathMonitor(paths[index].probe, isLost: true)
        }
        evaluate()
    }

    // MARK: - What happens

    mutating func observe(_ interface: String, isUp: Bool, at now: Instant) -> [Effect] {
        guard let index = interfaces.firstIndex(where: { $0.rule.interface == interface }) else { return [] }
        let change = interfaces[index].observe(isUp, at: now)
        evaluate()
        return change.map { tell($0, of: interfaces[index]) } ?? []
    }

    /// What is lost of the lines; who keeps them tells people by itself.
    mutating func observeLines(_ loss: LineLoss?) -> [Effect] {
        lines = loss
        evaluate()
        return []
    }

    /// As if everything were lost: the other node is better off, and no rule but those about losses is needed.
    mutating func maintain(for reason: String?) -> [Effect] {
        guard reason != maintenance else { return [] }
        let wasMaintained = maintenance != nil
        maintenance = reason
        evaluate()
        var effects: [Effect] = []
        if let reason {
            effects.notify(.maintenanceBegins(reason: reason), wasMaintained ? nil : .lost(ago: .zero))
        } else {
            effects.notify(.maintenanceEnds)
        }
        return effects
    }

    mutating func expire(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        for index in interfaces.indices {
            guard let change = interfaces[index].expire(at: now) else { continue }
            effects += tell(change, of: interfaces[index])
        }
        if !effects.isEmpty { evaluate() }
        return effects
    }

    mutating func take(_ answer: PathAnswer, of name: String, at now: Instant) -> [Effect] {
        guard let index = paths.firstIndex(where: { $0.probe.name == name }) else { return [] }
        let change = paths[index].take(answer, at: now)
        let before = lostGroups
        evaluate()
        var effects = change.map { tell($0, of: paths[index]) } ?? []
        for group in groups where before.contains(group.name) != lostGroups.contains(group.name) {
            let working = group.members.count - members(of: group, where: \.isLost)
            if lostGroups.contains(group.name) {
                effects.notify(.pathGroupLost(group, working: working), .lost(ago: .zero))
            } else {
                effects.notify(.pathGroupRecovered(group, working: working))
            }
        }
        return effects
    }

    private func tell(_ change: InterfaceMonitor.Change, of monitor: InterfaceMonitor) -> [Effect] {
        var effects: [Effect] = []
        switch change {
        case .lost: effects.notify(.interfaceLost(monitor.rule), .lost(ago: monitor.rule.debounce))
        case .onTrial(let patience): effects.notify(.interfaceOnTrial(monitor.rule, patience))
        case .recovered: effects.notify(.interfaceRecovered(monitor.rule))
        }
        return effects
    }

    private func tell(_ change: PathMonitor.Change, of monitor: PathMonitor) -> [Effect] {
        var effects: [Effect] = []
        switch change {
        case .missed(let reason, let count):
            effects.notify(.pathMissed(monitor.probe, count: count, reason: reason))
        case .lost(let reason):
            effects.notify(.pathLost(monitor.probe, reason: reason), .lost(ago: .zero))
            effects.append(.remember(lostPaths: lostPaths))
        case .stillLost(let reason, let count):
            effects.notify(.pathStillLost(monitor.probe, count: count, reason: reason))
        case .relapsed(let reason, let answers):
            effects.notify(.pathRelapsed(monitor.probe, answers: answers, reason: reason))
        case .recovered:
            effects.notify(.pathRecovered(monitor.probe))
            effects.append(.remember(lostPaths: lostPaths))
        case .unknown(let reason):
            effects.notify(.pathUnknown(monitor.probe, reason: reason))
        case .known: effects.notify(.pathKnown(monitor.probe))
        }
        return effects
    }

    // MARK: - What it comes to

    /// Names of what is lost, for people.
    var lostNames: [String] {
        (maintenance == nil ? [] : ["its service to maintenance"])
            + interfaces.filter { $0.counts && $0.isLost }.map(\.rule.interface)
            + paths.filter { $0.isLost && countsAlone($0) || footings[$0.probe.name] == .apart }.map(\.probe.name)
            + groups.map(\.name).filter(lostGroups.contains) + (lines?.names ?? [])
    }

    /// How much counts as lost, whether it has begun to work again or not.
    var lostCount: Int {
        if maintenance != nil { return NodeHealth.most }
        return interfaces.count { $0.counts && $0.isLost } + paths.count { $0.isLost && countsAlone($0) }
            + lostGroups.count
            + (lines?.lost ?? 0)
    }

    /// Everything that is watched, for people.
    var watched: [ClusterSnapshot.Watched] {
        func state(_ isLost: Bool, _ isProven: Bool) -> ClusterSnapshot.Watched.State {
            isLost ? .lost : isProven ? .good : .doubtful
        }
        let ownInterfaces = interfaces.map { monitor in
            let kind: ClusterSnapshot.Watched.Kind =
                switch monitor.rule.role {
                case .uplink: .uplink
                case .downlink: .downlink
                case .heartbeat: .heartbeat
                }
            return ClusterSnapshot.Watched(
                name: monitor.rule.interface, kind: kind, state: state(monitor.isLost, !monitor.isInDoubt))
        }
        let probes = paths.map {
            ClusterSnapshot.Watched(name: $0.probe.name, kind: .probe, state: state($0.isLost, $0.isProven))
        }
        let groups = groups.map { group in
            ClusterSnapshot.Watched(
                name: group.name, kind: .probeGroup,
                state: state(lostGroups.contains(group.name), members(of: group, where: \.isProven) >= group.needed))
        }
        return ownInterfaces + probes + groups
    }

    /// The same for programs: whether a loss of it is a reason to move groups. In the order of `watched`.
    var facts: [NodeFacts.Watched] {
        let counts = interfaces.map(\.counts) + paths.map(countsAlone) + groups.map { _ in true }
        return zip(watched, counts).map { item, counts in
            var fact = NodeFacts.Watched(name: item.name, kind: item.kind, state: item.state)
            fact.counts = counts
            return fact
        }
    }

    /// Names of paths that are lost, to be known to the next daemon.
    var lostPaths: [String] { paths.filter(\.isLost).map(\.probe.name) }

    private mutating func evaluate() {
        let counted = interfaces.filter(\.counts)
        let alone = paths.filter(countsAlone)
        let lost = groups.filter { $0.members.count - members(of: $0, where: \.isLost) < $0.needed }
        let surelyLost = groups.count { $0.members.count - members(of: $0, where: \.isSurelyLost) < $0.needed }
        let unproven = groups.filter { members(of: $0, where: \.isProven) < $0.needed }
        lostGroups = Set(lost.map(\.name))
        let wantsReturn =
            alone.contains { $0.isLost && $0.probe.action == .standby } || lost.contains { $0.action == .standby }
            || paths.contains { footings[$0.probe.name] == .apart && $0.probe.action == .standby }
        guard maintenance == nil else {
            health = NodeHealth(lost: NodeHealth.most, wantsReturn: wantsReturn, footing: footing)
            return
        }
        health = NodeHealth(
            lost: min(
                counted.count(where: \.isSurelyLost) + alone.count(where: \.isSurelyLost) + surelyLost
                    + (lines?.lost ?? 0),
                NodeHealth.most),
            unproven: min(
                counted.count(where: \.isInDoubt) + alone.count { !$0.isProven } + unproven.count
                    + (lines?.unproven ?? 0),
                NodeHealth.most),
            wantsReturn: wantsReturn, footing: footing)
    }

    /// One partner that serves is enough: a node may have several ways to the other pair.
    private var footing: PartnerFooting? {
        let all = paths.filter(\.probe.asksPartner).map { footings[$0.probe.name] ?? .unsure }
        guard !all.isEmpty else { return nil }
        return all.contains(.with) ? .with : all.contains(.apart) ? .apart : .unsure
    }

    /// - Returns: what it was before.
    mutating func setFooting(_ new: PartnerFooting, of name: String) -> PartnerFooting? {
        let old = footings.updateValue(new, forKey: name)
        if old != new { evaluate() }
        return old
    }

    private func countsAlone(_ path: PathMonitor) -> Bool {
        !groups.contains { $0.members.contains(path.probe.name) }
    }

    private func members(of group: PathProbeGroup, where holds: (PathMonitor) -> Bool) -> Int {
        paths.count { group.members.contains($0.probe.name) && holds($0) }
    }
}
