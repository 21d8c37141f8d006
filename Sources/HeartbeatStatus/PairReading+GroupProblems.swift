// What can be wrong with a group: nobody runs it, both do, it failed, it is stuck, it is on its way, it waits.

import HeartbeatModel

extension PairReading {
    var problemsOfGroups: [Problem] {
        var result = facts.groups.flatMap { group -> [Problem] in
            let service = service(of: group)
            return [
                served(group, service), stuck(group, service), failedHere(group, service), failedThere(group, service),
                moving(group, service), withheld(group, service),
            ].compactMap(\.self)
        }
        if result.allSatisfy({ $0.code != .bothHold }), facts.flags.contains(.bothHold) {
            result.append(
                problem(
                    .bothHold, [], "both nodes claim the same groups", bothRemedy, age: age(trouble(.bothHold)?.first)))
        }
        return result + [startingUp, failbackWaits, unmanaged].compactMap(\.self)
    }

    // MARK: - Nobody, or both

    private var bothRemedy: [String] { ["it ends by itself: one node yields; look why no message passed"] }

    private func served(_ group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> Problem? {
        switch service {
        case .both:
            return problem(
                .bothHold, [object(group: group.key)], "both nodes run \(group.key)", bothRemedy,
                age: age(trouble(.bothHold)?.first))
        case .nobody:
            // What is stuck or dark has a problem of its own that says more.
            if isStuck(group) || group.state == .running && isDark { return nil }
            let age = age(of: group, service)
            return problem(
                .nobodyServes, [object(group: group.key)],
                "\(group.key) is served by nobody\(lasting(age)): \(reason(group))", remedy(group), age: age)
        case .on, .moving, .unknown: return nil
        }
    }

    private func isStuck(_ group: NodeFacts.Group) -> Bool {
        group.state == .stopFailed || onPeer(group) == .stopFailed && peerIsAlive
    }

    private func failing(_ group: NodeFacts.Group) -> String {
        group.failing.map(Self.name) ?? "a resource"
    }

    /// `bgpd of 10.0.0.1/24`; a group is called by its first resource.
    private func failingInGroup(_ group: NodeFacts.Group) -> String {
        failing(group) == group.key ? group.key : "\(failing(group)) of \(group.key)"
    }

    /// Why nobody runs it.
    private func reason(_ group: NodeFacts.Group) -> String {
        let peersEnd = peerStanding == .left ? "was stopped" : "is dead"
        switch (group.state, peerIsAlive) {
        case (.failed, true) where onPeer(group) == .failed:
            return "it failed on both nodes; \(failing(group)) would not start on \(local)"
        case (.failed, true): return "\(failing(group)) would not start on \(local)"
        case (.failed, false): return "\(failing(group)) would not start on \(local), and \(peerName) \(peersEnd)"
        case (_, true) where facts.flags.contains(.unmanaged): return "\(local) was started with -M"
        case (_, true) where group.differs: return "haresources is not the same on both nodes"
        case (.withheld, true): return "\(local) waits for \(peerName)"
        case (_, true) where onPeer(group) == .failed: return "it failed on \(peerName)"
        case (_, true) where peerIsDark && onPeer(group) == .running:
            return "\(peerName) answers for no service address"
        case (_, true): return "neither node runs it"
        case (_, false) where facts.flags.contains(.blind):
            return "\(peerName) \(peersEnd), and \(local) has no carrier anywhere"
        case (_, false): return "\(peerName) \(peersEnd), and \(local) does not run it"
        }
    }

    private func remedy(_ group: NodeFacts.Group) -> [String] {
        let log = journal("GROUP", group.key)
        guard group.state == .failed else { return [log] }
        return ["\(log); repair \(failing(group)), then on \(local): hb_takeover \(set(of: group))"]
    }

    private func set(of group: NodeFacts.Group) -> String { group.preferred == local ? "local" : "foreign" }

    // MARK: - Failures

    private func stuck(_ group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> Problem? {
        guard isStuck(group) else { return nil }
        let node = group.state == .stopFailed ? local : peerName
        let resource = group.state == .stopFailed ? failing(group) : "a resource"
        let age = node == local ? age(group.since) : nil
        let isServed = if case .on = service { true } else { false }
        return problem(
            .stopFailed, isServed ? .degraded : .critical, [object(group: group.key), object(node: node)],
            "\(resource) of \(group.key) would not stop on \(node)\(lasting(age)); nobody else may start the group",
            ["on \(node): stop it by hand; heartbeat tries again every 30 s", journal("GROUP", group.key)], age: age)
    }

    private func failedHere(_ group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> Problem? {
        guard group.state == .failed, case .on(let node) = service else { return nil }
        let often = trouble(.failedTooOften, group.key)
        let started = trouble(.startFailed, group.key)
        let isOften = if let often, let started { often.age < started.age } else { often != nil }
        let age = age((isOften ? often : started)?.age ?? group.since)
        return problem(
            isOften ? .failedTooOften : .startFailed, [object(group: group.key), object(node: local)],
            "\(failingInGroup(group)) \(isOften ? "failed too often" : "failed to start") on \(local)"
                + "\(age.map { " \($0.duration.ageText) ago" } ?? ""); it runs on \(node)",
            remedy(group), age: age)
    }

    private func failedThere(_ group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> Problem? {
        guard peerIsAlive, onPeer(group) == .failed, service == .on(local) else { return nil }
        return problem(
            .startFailed, [object(group: group.key), object(node: peerName)],
            "\(group.key) failed on \(peerName); it runs on \(local)",
            ["on \(peerName): \(journal("GROUP", group.key))"])
    }

    // MARK: - On the way

    private func moving(_ group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> Problem? {
        guard case .moving(let to) = service else { return nil }
        let age = age(of: group, service)
        let isLate = (age?.duration ?? .zero) > longestStart(of: group)
        let place = to.map { " to run on \($0)" } ?? ""
        return problem(
            .groupMoving, isLate ? .critical : .degraded, [object(group: group.key)],
            "\(group.key) is on its way\(place)\(lasting(age))",
            isLate ? ["it takes longer than its scripts may: \(journal("GROUP", group.key))"] : [], age: age)
    }

    private func withheld(_ group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> Problem? {
        guard group.state == .withheld, case .on(let node) = service, node == peerName else { return nil }
        let isNew = (group.since ?? .zero) < .seconds(10)
        let age = age(group.since)
        return problem(
            .groupWithheld, isNew ? .info : .degraded, [object(group: group.key)],
            "\(local) waits for \(group.key)\(lasting(age)): \(peerName) runs it still, or does not agree",
            isNew ? [] : ["on \(peerName): \(journal("GROUP", group.key))"], age: age)
    }

    private var startingUp: Problem? {
        guard case .joining(let left)? = facts.phase else { return nil }
        let isServed = facts.groups.contains { service(of: $0) == .on(peerName) }
        let time = left.map { " up to \($0.ageText)" } ?? ""
        let what = peerStanding == .awaited ? "waits\(time) for \(peerName) (initdead)" : "is joining"
        return problem(
            .startingUp, isServed ? .degraded : .unknown, [object(node: local)], "\(local) \(what)",
            peerStanding == .awaited ? ["start heartbeat on \(peerName), or wait"] : [])
    }

    private var failbackWaits: Problem? {
        guard let failback = facts.failback, failback.isWanted, let obstacle = failback.blockedBy else { return nil }
        let groups = facts.groups.filter { $0.preferred != local && service(of: $0) == .on(local) }
        guard !groups.isEmpty else { return nil }
        let reason =
            switch obstacle {
            case .files: "files of \"sync\" lines are not the same on both nodes"
            case .health: "\(peerName) has lost what \(local) has not"
            case .partner: "the other pair serves here"
            case .transition: "something else is under way"
            case .delay: "\(peerName) is to be well for long enough first (failback_delay)\(waiting(failback.left))"
            }
        let what = groups.count == 1 ? groups[0].key : "\(groups.count) groups of \(peerName)"
        return problem(
            .failbackWaits, groups.map { object(group: $0.key) },
            "\(what) \(groups.count == 1 ? "stays" : "stay") on \(local): \(reason)",
            advice(on: obstacle), age: age(trouble(.failbackWaits)?.first))
    }

    private func advice(on obstacle: NodeFacts.FailbackFact.Obstacle) -> [String] {
        switch obstacle {
        case .files: ["make them the same, or order it: hb_standby foreign"]
        case .delay: ["wait, or order it: hb_standby foreign"]
        case .health, .partner, .transition: []
        }
    }

    private func waiting(_ left: Duration?) -> String { left.map { ", in \($0.ageText)" } ?? "" }

    private var unmanaged: Problem? {
        guard facts.flags.contains(.unmanaged) else { return nil }
        return problem(
            .unmanaged, [object(node: local)], "\(local) was started with -M and runs no groups",
            ["start heartbeat without -M when it is to serve"])
    }
}
