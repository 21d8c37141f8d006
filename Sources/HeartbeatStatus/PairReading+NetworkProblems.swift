// What can be wrong with the network around this node, with files that must be the same, and with this machine.

import HeartbeatModel

extension PairReading {
    // MARK: - The network

    var problemsOfNetwork: [Problem] {
        var result: [Problem] = []
        if facts.flags.contains(.blind) {
            result.append(
                problem(
                    .blind, [object(node: local)], "no interface of \(local) has a carrier",
                    ["look for the cables and switches of \(local)"], age: age(trouble(.blind)?.first)))
        }
        result += facts.watched.compactMap(lost) + [peersLosses, cannotMove].compactMap(\.self)
        result += facts.groups.compactMap(neighbours) + facts.lines.lines.compactMap(down)
        return result + facts.lines.classes.compactMap(stranded)
    }

    private func lost(_ watched: NodeFacts.Watched) -> Problem? {
        guard watched.state == .lost else { return nil }
        let age = age(watched.since)
        let reason = watched.reason.map { " (\($0))" } ?? ""
        let code = Self.code(of: watched.kind)
        let (kind, what, remedy) =
            switch watched.kind {
            case .uplink, .downlink, .heartbeat:
                ("interface", "interface \(watched.name)", "look at the cable and the switch's port")
            case .probe: ("path", "path \(watched.name)", "look at what lies behind the first router")
            case .probeGroup: ("path", "paths \(watched.name)", "look at what lies behind the first router")
            }
        return problem(
            code, [.init(kind: kind, name: watched.name), object(node: local)],
            "\(what) of \(local) has been lost\(lasting(age))\(reason)", [remedy], age: age)
    }

    private var peersLosses: Problem? {
        guard let health = peersHealth, health.lost > 0, !health.isMaintained else { return nil }
        let names = peersLostNames.map { ": " + $0.joined(separator: " ") } ?? ""
        return problem(
            .peerNetwork, [object(node: peerName)],
            "\(peerName) has lost \(health.lost) of what it watches of the network\(names)",
            ["on \(peerName): hbctl status"])
    }

    private var cannotMove: Problem? {
        guard let health = peersHealth, ownHealth.isWorse(than: health),
            facts.groups.contains(where: { service(of: $0) == .on(local) }), let trouble = trouble(.healthCannotMove)
        else { return nil }
        return problem(
            .healthCannotMove, [object(node: local)], Self.told(trouble.text), ["as it says"], age: age(trouble.first))
    }

    private func neighbours(_ group: NodeFacts.Group) -> Problem? {
        guard group.neighbours == .disagree, service(of: group) == .on(local) else { return nil }
        return problem(
            .neighbourDisagrees, [object(group: group.key)], "a neighbour does not know that \(local) has \(group.key)",
            ["journalctl -t heartbeat HA_EVENT=neighbour-disagrees"],
            age: age(trouble(.neighbourDisagrees, group.key)?.first))
    }

    private func down(_ line: LineReport.Line) -> Problem? {
        guard line.stand == .down else { return nil }
        let reason = line.reason.isEmpty ? "" : ": \(line.reason)"
        return problem(
            .lineDown, [.init(kind: "path", name: line.name)],
            "line \(line.name) of \(local) is down\(lasting(age(line.time)))\(reason)", ["ask the provider"],
            age: age(line.time))
    }

    private func stranded(_ item: LineReport.Item) -> Problem? {
        guard item.isStranded else { return nil }
        return problem(
            .lineStranded, [.init(kind: "path", name: item.name)],
            "class \(item.name) of \(local) has no line that is up",
            ["ask the providers; the other node may have a line"])
    }

    // MARK: - What must be the same

    var problemsOfFiles: [Problem] {
        groupsThatDiffer + facts.files.compactMap(different)
            + [differentDeadtime, differentConfiguration].compactMap(\.self)
    }

    private var groupsThatDiffer: [Problem] {
        let differing = facts.groups.filter(\.differs).map(\.key)
        let own = differing.filter { trouble(.ownOnBoth, $0) != nil }
        let others = differing.filter { !own.contains($0) }
        let remedy = ["then, on both nodes: heartbeat -r"]
        var result: [Problem] = []
        if !own.isEmpty {
            result.append(
                problem(
                    .ownOnBoth, own.map { object(group: $0) },
                    "each node has \(own.joined(separator: " ")) under its own name in haresources",
                    ["write the same name into both files; \(remedy[0])"]))
        }
        if !others.isEmpty {
            result.append(
                problem(
                    .differentGroups, others.map { object(group: $0) },
                    "haresources is not the same on both nodes: \(others.joined(separator: " "))",
                    ["make the files the same; \(remedy[0])"]))
        }
        return result
    }

    private func different(_ file: ClusterSnapshot.File) -> Problem? {
        let objects = file.path.map { [Problem.Object(kind: "file", name: $0)] } ?? []
        let path = file.path ?? "a file"
        switch file.state {
        case .different:
            let (here, there) = (file.here?.word ?? "unknown", file.there?.word ?? "unknown")
            return problem(
                .differentFiles, objects, "\(path) is not the same on both nodes (\(here) here, \(there) there)",
                ["cl_status files; copy the right one to the other node"],
                age: age(file.path.flatMap { trouble(.differentFiles, $0) }?.first))
        case .onlyHere, .onlyThere:
            let node = file.state == .onlyHere ? local : peerName
            return problem(
                .unlistedFile, objects, "\(path) is in a \"sync\" line of \(node) only",
                ["list it on both nodes; then heartbeat -r"])
        case .same, .pending, .unknown: return nil
        }
    }

    private var differentDeadtime: Problem? {
        guard peerIsAlive, let peer, let theirs = peer.deadtime, let own = facts.timings?.deadtime, own != theirs else {
            return nil
        }
        return problem(
            .differentDeadtime, [object(node: peer.name)],
            "deadtime is \(own.decimalSeconds) s on \(local) and \(theirs.decimalSeconds) s on \(peer.name)",
            ["make ha.cf the same; then, on both nodes: heartbeat -r"])
    }

    // MARK: - This machine

    var problemsOfMachine: [Problem] {
        var result: [Problem] = []
        if isDark {
            let isAlone = facts.groups.contains { $0.state == .running && service(of: $0) == .nobody }
            let trouble = trouble(.leaseDark)
            result.append(
                problem(
                    .leaseDark, isAlone ? .critical : .degraded, [object(node: local)],
                    "\(local) answers for no service address\(lasting(age(trouble?.age))): its lease has ended",
                    ["nothing, if the machine was suspended; else look for the media, and what held the machine up"],
                    age: age(trouble?.age)))
        }
        if let guardian = facts.guardian, guardian.isWanted, !guardian.isRunning {
            result.append(
                problem(
                    .guardianUnavailable, [object(node: local)],
                    "\(local) has no guardian: addresses of a daemon that dies here stay up",
                    ["journalctl -t heartbeat HA_EVENT=guardian-unavailable"],
                    age: age(trouble(.guardianUnavailable)?.first)))
        }
        return result
    }
}
