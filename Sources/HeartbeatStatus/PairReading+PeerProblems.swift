// What can be wrong with the other node as this one sees it, and with the media between them.

import HeartbeatModel

extension PairReading {
    var problemsOfPeer: [Problem] {
        guard let peer else { return [] }
        return [gone(peer), joining(peer), late(peer), deaf(peer), lockedOut(peer), unanswered(peer), original(peer)]
            .compactMap(\.self) + facts.nodes.compactMap(deadPing)
    }

    // MARK: - The other node

    private func gone(_ peer: NodeFacts.Node) -> Problem? {
        let age = age(peer.since)
        switch peerStanding {
        case .dead?:
            return problem(
                .nodeDead, [object(node: peer.name)], "\(peer.name) is dead\(lasting(age))",
                ["look after \(peer.name); there: systemctl status heartbeat"], age: age)
        case .left?:
            let ago = age.map { " \($0.duration.ageText) ago" } ?? ""
            return problem(
                .peerShutDown, [object(node: peer.name)], "heartbeat was stopped on \(peer.name)\(ago)",
                ["on \(peer.name): systemctl start heartbeat"], age: age)
        case .awaited? where !isJoining:
            return problem(
                .nodeDead, [object(node: peer.name)],
                "\(peer.name) has not been heard since heartbeat was started here",
                ["look after \(peer.name); there: systemctl status heartbeat"], age: age)
        case .awaited?, .alive?, nil: return nil
        }
    }

    private func joining(_ peer: NodeFacts.Node) -> Problem? {
        guard peerIsAlive, peer.status != .active, !isJoining else { return nil }
        return problem(
            .peerJoining, [object(node: peer.name)], "\(peer.name) is joining\(lasting(age(peer.since)))",
            age: age(peer.since))
    }

    private func late(_ peer: NodeFacts.Node) -> Problem? {
        guard peerIsAlive, let silence = peer.lastHeard, let timings = facts.timings, silence > timings.warntime else {
            return nil
        }
        let deadtime = peer.deadtime ?? timings.deadtime
        let rest = deadtime > silence ? "; it is dead in \((deadtime - silence).ageText)" : ""
        return problem(
            .lateHeartbeat, [object(node: peer.name)],
            "\(peer.name) is silent for \(silence.ageText) on every medium\(rest)",
            age: age(silence))
    }

    private func deaf(_ peer: NodeFacts.Node) -> Problem? {
        guard facts.flags.contains(.deaf), peerIsAlive else { return nil }
        return problem(
            .peerDeaf, [object(node: peer.name)], "\(peer.name) hears nothing of \(local)",
            ["a firewall on \(peer.name), or one wire of the cables"])
    }

    private func lockedOut(_ peer: NodeFacts.Node) -> Problem? {
        guard facts.flags.contains(.lockedOut) else { return nil }
        return problem(
            .lockedOut, [object(node: peer.name)],
            "\(peer.name) refuses the messages of \(local): it knows a later generation of it",
            ["journalctl -t heartbeat HA_EVENT=locked-out"], age: age(trouble(.lockedOut)?.first))
    }

    private func unanswered(_ peer: NodeFacts.Node) -> Problem? {
        guard facts.flags.contains(.unanswered) else { return nil }
        return problem(
            .unanswered, [object(node: peer.name)],
            "\(peer.name) is heard and does not answer; nothing is started on \(local) meanwhile",
            ["a firewall on \(peer.name) keeps packets out, or somebody plays old packets of it again"],
            age: age(trouble(.unanswered)?.first))
    }

    private func original(_ peer: NodeFacts.Node) -> Problem? {
        guard peerIsAlive else { return nil }
        if peer.speaks == .original {
            return problem(
                .peerIsOriginal, [object(node: peer.name)],
                "\(peer.name) runs heartbeat 3, which tells neither health nor files")
        }
        guard let theirs = peer.version, let own = facts.product, theirs != own else { return nil }
        return problem(
            .versionDiffers, [object(node: peer.name)], "\(local) runs version \(own), \(peer.name) version \(theirs)",
            ["update the older one"])
    }

    /// A ping node is asked what the network is like; its silence alone moves nothing.
    private func deadPing(_ node: NodeFacts.Node) -> Problem? {
        guard node.kind == .ping, node.standing == .dead || node.standing == nil && node.status == .dead else {
            return nil
        }
        let age = age(node.since)
        return problem(
            .nodeDead, [object(node: node.name)], "ping node \(node.name) does not answer\(lasting(age))",
            ["look at the network between \(local) and \(node.name)"], age: age)
    }

    // MARK: - Media

    var problemsOfMedia: [Problem] {
        var result = facts.media.compactMap(failed)
        if facts.flags.contains(.mediaCut) {
            result.append(
                problem(
                    .mediaCut, [object(node: peerName)],
                    "no medium brings a word of \(peerName), another network does",
                    ["look for the cables of the media: when that network fails, too, both nodes serve"],
                    age: age(trouble(.mediaCut)?.first)))
        }
        if facts.flags.contains(.onlyKernelServes) {
            result.append(
                problem(
                    .onlyKernelServes, [object(node: peerName)],
                    "the machine of \(peerName) answers for service addresses, its daemon is not heard",
                    ["look for the media, and for a firewall"], age: age(trouble(.onlyKernelServes)?.first)))
        }
        guard peerIsAlive else { return result }
        let links = facts.links.filter { $0.node == peer?.name }
        result += links.compactMap { oneWay($0) ?? silent($0) }
        let up = links.filter { $0.state == .up }
        if links.count > 1, up.count == 1 {
            let objects = [Problem.Object(kind: "medium", name: up[0].medium.text)]
            result.append(problem(.oneMediumLeft, objects, "only \(up[0].medium) connects the nodes"))
        }
        return result
    }

    private func failed(_ medium: NodeFacts.Medium) -> Problem? {
        guard case .failing(let reason) = medium.state else { return nil }
        return problem(
            .mediumFailed, [.init(kind: "medium", name: medium.name.text)],
            "\(medium.name) does not work on \(local): \(reason)", ["as it says; it is tried again every second"],
            age: age(trouble(.mediumFailed, medium.name.text)?.first))
    }

    private func silent(_ link: NodeFacts.Link) -> Problem? {
        let objects = [
            Problem.Object(kind: "peer", name: link.node.text), .init(kind: "medium", name: link.medium.text),
        ]
        let isSerial = facts.media.first { $0.name == link.medium }?.kind == .serial
        let remedy = [isSerial ? "look at the cable" : "look at the cable, the switch, the firewall of \(local)"]
        switch link.state {
        case .up: return nil
        case .dead:
            let age = age(link.since)
            return problem(
                .linkDead, objects, "\(local) hears nothing of \(link.node) over \(link.medium)\(lasting(age))", remedy,
                age: age)
        case .awaited:
            // One that the other node has not opened yet is no news.
            guard let age = facts.age, let timings = facts.timings, age > timings.initdead else { return nil }
            return problem(
                .linkDead, objects, "\(local) has never heard \(link.node) over \(link.medium)", remedy)
        }
    }
}
