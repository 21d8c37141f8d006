// The answers to what cl_status asks, in the original's words and with its exit codes. A pure function of what the node
// knows; whatever changes something is not answered here.

import HeartbeatModel

/// Answers a question from a picture of the cluster; `nil` for an operator's request, which only the core can answer.
///
/// `parameters` are those of the configuration; add `hbversion` to have it answered. `clients` are the names of the clients
/// that are signed on here, `timelines` the last movement of each group that has moved, `lines` those of ha.cf, `facts` everything
/// that is told to `hbctl`, asked for only then. Words and codes: observed behaviour.
package func answer(
    _ request: ControlRequest, snapshot: ClusterSnapshot, parameters: [Configuration.Parameter], clients: [String] = [],
    timelines: [GroupTimeline] = [], lines: LineReport = LineReport(), facts: @escaping () -> NodeFacts? = { nil }
) -> ControlReply? {
    switch request {
    case .operation, .maintenance, .upgrade: nil
    case .question(let question, let inProse):
        ClusterAnswer(
            snapshot: snapshot, parameters: parameters, clients: clients, timelines: timelines, lines: lines,
            facts: facts, inProse: inProse
        ).reply(to: question)
    }
}

private struct ClusterAnswer {
    let snapshot: ClusterSnapshot
    let parameters: [Configuration.Parameter]
    let clients: [String]
    let timelines: [GroupTimeline]
    let lines: LineReport
    let facts: () -> NodeFacts?
    let inProse: Bool

    func reply(to question: ClusterQuestion) -> ControlReply {
        switch question {
        case .hbstatus(let verbose): hbstatus(verbose: verbose)
        case .listNodes(let filter, let verbose): listNodes(filter, verbose: verbose)
        case .nodeStatus(let name): withNode(name, status(of:))
        case .nodeType(let name): withNode(name, type(of:))
        // One cluster, one site: the original's defaults, which haresources mode never uses.
        case .nodeWeight(let name): weight(of: name)
        case .nodeSite(let name): withNode(name) { _ in fact("", "The site of the cluster node \(name) is ") }
        case .listLinks(let name, let verbose): listLinks(name, verbose: verbose)
        case .linkStatus(let name, let medium): linkStatus(name, medium)
        case .clientStatus(let name, let client): clientStatus(name, client)
        case .resourceStatus: resourceStatus()
        case .parameter(let name): parameter(name)
        case .groups: groups()
        case .network: network()
        case .lines: lineStates()
        case .files: files()
        case .timeline: timeline()
        case .snapshot: ControlReply(lines: snapshot.facts)
        case .facts(let format, _): factLines(format)
        }
    }

    private func hbstatus(verbose: Bool) -> ControlReply {
        guard verbose else { return ControlReply(lines: ["Heartbeat is running on this machine."]) }
        let version = parameters.last { $0.name == "hbversion" }?.value ?? ""
        let head =
            inProse
            ? ["Heartbeat version \(version)", "Resources controlled by \"haresources\""]
            : ["version:\t\(version)", "managed by:\t\"haresources\""]
        return ControlReply(lines: head + listNodes(.all, verbose: true).lines)
    }

    /// Last configured first: scripts of twenty years may count on the order.
    private func listNodes(_ filter: NodeFilter, verbose: Bool) -> ControlReply {
        let nodes = snapshot.nodes.reversed().filter { node in
            switch filter {
            case .all: true
            case .normal: !node.isPingNode
            case .ping: node.isPingNode
            }
        }
        let lines = nodes.flatMap { node in
            guard verbose else { return [node.name.text] }
            return ["", "\(node.name)\t\(node.status.rawValue)\t(nodetype: \(typeWord(node)))"]
                + linkLines(node, verbose: true)
        }
        return ControlReply(lines: (inProse ? ["The nodes are as follow:"] : []) + lines)
    }

    private func status(of node: ClusterSnapshot.Node) -> ControlReply {
        var reply = fact(node.status.rawValue, "The cluster node \(node.name) is \(node.status.rawValue)")
        switch node.status {
        case .active, .up, .ping: break
        case .initializing, .dead: reply.exitCode = ControlExit.failure
        }
        return reply
    }

    private func type(of node: ClusterSnapshot.Node) -> ControlReply {
        fact(typeWord(node), "The node \(node.name)'s type: \(typeWord(node))")
    }

    private func weight(of name: NodeName) -> ControlReply {
        guard node(name) != nil else {
            return ControlReply(
                exitCode: ControlExit.badParameter, errors: ["Error. Maybe due to incorrect node name."])
        }
        return fact("100", "The weight of the cluster node \(name) is 100")
    }

    private func listLinks(_ name: NodeName, verbose: Bool) -> ControlReply {
        guard let node = node(name) else { return complaint("Cannot start heartbeat link interface walk.", "EINVAL") }
        return ControlReply(lines: linkLines(node, verbose: verbose))
    }

    /// Last configured first, like the nodes.
    private func linkLines(_ node: ClusterSnapshot.Node, verbose: Bool) -> [String] {
        let lines = node.links.reversed().map { verbose ? "\t\($0.medium)\t\(word(for: $0))" : "\t\($0.medium)" }
        return (inProse ? ["\tthis node has the following heartbeat links:"] : []) + lines
    }

    private func linkStatus(_ name: NodeName, _ medium: MediumName) -> ControlReply {
        guard let node = node(name) else {
            return complaint("Cannot get heartbeat link status", "this cluster has no node \(name)")
        }
        guard let link = node.links.first(where: { $0.medium == medium }) else {
            return complaint(
                "Cannot get heartbeat link status",
                "\(name) has no link \(medium); cl_status listhblinks \(name) tells those it has")
        }
        var reply = fact(word(for: link), "The node \(name)'s heartbeat link \(medium) is \(word(for: link))")
        reply.exitCode = link.isUp ? ControlExit.success : ControlExit.failure
        return reply
    }

    /// Another node would have to be asked, and the original does not wait for its answer either unless it is told to.
    private func clientStatus(_ name: NodeName, _ client: String) -> ControlReply {
        guard name == snapshot.localNode else {
            return complaint("Cannot get heartbeat client \(client)'s status", "No timely response.")
        }
        let isOnline = clients.contains(client)
        return ControlReply(
            exitCode: isOnline ? ControlExit.success : ControlExit.failure, lines: [isOnline ? "online" : "offline"])
    }

    private func resourceStatus() -> ControlReply {
        guard !snapshot.isInTransition else { return fact("transition", "The resources are in transition.") }
        let word = snapshot.hold.description
        let holding = snapshot.hold.isEmpty ? "no" : word
        return fact(word, "This node is holding \(holding) resources.")
    }

    /// Not in the original. `no` means that something is wrong with a group here.
    private func groups() -> ControlReply {
        let lines = snapshot.groups.map { group in
            inProse
                ? "The group \(group.key) of node \(group.preferredNode) is \(prose(group.state)) on this node."
                : "\(group.key)\t\(group.preferredNode)\t\(group.state.rawValue)"
        }
        let isWell = snapshot.groups.allSatisfy { group in
            switch group.state {
            case .unknown, .stopped, .acquiring, .running, .releasing: true
            case .withheld, .failed, .stopFailed: false
            }
        }
        return ControlReply(exitCode: isWell ? ControlExit.success : ControlExit.failure, lines: lines)
    }

    /// Not in the original. `no` means that something is lost here.
    private func network() -> ControlReply {
        let own = snapshot.watched.map { item in
            inProse
                ? "\(item.name) (\(item.kind.rawValue)) is \(item.state.rawValue)."
                : "\(item.name)\t\(item.kind.rawValue)\t\(item.state.rawValue)"
        }
        let peer = snapshot.nodes.first { $0.name != snapshot.localNode && !$0.isPingNode }
        let theirs = peer.map { peer in
            let health = snapshot.peerHealth.map { "\($0.lost) lost, \($0.unproven - $0.lost) doubtful" } ?? "unknown"
            return inProse ? "The other node, \(peer.name): \(health)." : "\(peer.name)\tnode\t\(health)"
        }
        let isWell = snapshot.watched.allSatisfy { $0.state != .lost || $0.kind == .heartbeat }
        return ControlReply(
            exitCode: isWell ? ControlExit.success : ControlExit.failure, lines: own + (theirs.map { [$0] } ?? []))
    }

    /// Not in the original. `no` means that a line is down, or a class has none.
    private func lineStates() -> ControlReply {
        ControlReply(
            exitCode: lines.isWell ? ControlExit.success : ControlExit.failure,
            lines: inProse ? lines.sentences : lines.words)
    }

    /// Not in the original. `no` means that one is not the same, or that only one node lists it.
    private func files() -> ControlReply {
        let peer = snapshot.nodes.first { $0.name != snapshot.localNode && !$0.isPingNode }?.name
        let lines = snapshot.files.map { file in
            let words = [file.here, file.there].map { $0?.word ?? "-" }
            guard inProse else {
                return ([file.path ?? "-", file.state.rawValue] + words).joined(separator: "\t")
            }
            return "\(file.path ?? "A file") \(prose(file.state)) (\(words[0]) here, \(words[1]) on "
                + "\(peer?.text ?? "no other node"))."
        }
        let isWell = snapshot.files.allSatisfy { file in
            switch file.state {
            case .same, .pending, .unknown: true
            case .different, .onlyHere, .onlyThere: false
            }
        }
        return ControlReply(exitCode: isWell ? ControlExit.success : ControlExit.failure, lines: lines)
    }

    private func prose(_ state: ClusterSnapshot.File.State) -> String {
        switch state {
        case .same: "is the same on both nodes"
        case .different: "is not the same on both nodes"
        case .onlyHere: "is listed on this node only"
        case .onlyThere: "is listed on the other node only"
        case .pending: "is being read"
        case .unknown: "cannot be compared now"
        }
    }

    /// Not in the original: the log's lines, word for word, in the order of haresources. `no` means that nothing has moved.
    private func timeline() -> ControlReply {
        let lines = snapshot.groups.flatMap { group in timelines.filter { $0.group == group.key }.map(\.text) }
        return ControlReply(exitCode: lines.isEmpty ? ControlExit.failure : ControlExit.success, lines: lines)
    }

    private func prose(_ state: ClusterSnapshot.Group.State) -> String {
        switch state {
        case .stopped, .running: state.rawValue
        case .unknown: "being looked for"
        case .acquiring: "being started"
        case .releasing: "being stopped"
        case .withheld: "withheld, because the other node has not stopped it or does not agree,"
        case .failed: "stopped, because it could not be started,"
        case .stopFailed: "stuck, because it could not be stopped,"
        }
    }

    /// Not in the original. A client that speaks another format is told which one is spoken here.
    private func factLines(_ format: Int) -> ControlReply {
        let spoken = FactsFormat.current.major
        guard format == spoken else {
            let error = "ERROR: facts \(format) is not spoken here; \(spoken) is"
            return ControlReply(exitCode: ControlExit.unknown, errors: [error])
        }
        guard let facts = facts() else {
            return ControlReply(exitCode: ControlExit.unknown, errors: ["ERROR: nothing is known yet"])
        }
        return ControlReply(lines: facts.text)
    }

    private func parameter(_ name: String) -> ControlReply {
        guard let parameter = parameters.last(where: { $0.name == name }) else {
            return complaint(
                "Cannot get parameter \(name)'s value", "ha.cf does not set it, and it has no default value",
                exitCode: ControlExit.failure)
        }
        return fact(parameter.value, "Heartbeat parameter \(name)'s value: \(parameter.value)")
    }

    private func node(_ name: NodeName) -> ClusterSnapshot.Node? {
        snapshot.nodes.first { $0.name == name }
    }

    private func withNode(_ name: NodeName, _ answer: (ClusterSnapshot.Node) -> ControlReply) -> ControlReply {
        guard let node = node(name) else {
            return ControlReply(
                exitCode: ControlExit.badParameter, errors: ["Error. May be due to incorrect node name"])
        }
        return answer(node)
    }

    private func fact(_ word: String, _ sentence: String) -> ControlReply {
        ControlReply(lines: [inProse ? sentence : word])
    }

    private func complaint(_ what: String, _ why: String, exitCode: Int32 = ControlExit.unknown) -> ControlReply {
        ControlReply(exitCode: exitCode, errors: ["ERROR: \(what)", "ERROR: REASON: \(why)"])
    }

    private func typeWord(_ node: ClusterSnapshot.Node) -> String {
        node.isPingNode ? "ping" : "normal"
    }

    private func word(for link: ClusterSnapshot.Link) -> String {
        link.isUp ? "up" : "dead"
    }
}

extension ClusterSnapshot {
    /// One fact a line, its words separated by tabs: `local NODE`, `hold SET stable|transition`,
    /// `node NAME normal|ping STATUS`, `link NODE MEDIUM up|dead`, `group KEY NODE STATE`.
    package var facts: [String] {
        var facts = ["local\t\(localNode)", "hold\t\(hold)\t\(isInTransition ? "transition" : "stable")"]
        for node in nodes {
            facts.append("node\t\(node.name)\t\(node.isPingNode ? "ping" : "normal")\t\(node.status.rawValue)")
            facts += node.links.map { "link\t\(node.name)\t\($0.medium)\t\($0.isUp ? "up" : "dead")" }
        }
        return facts + groups.map { "group\t\($0.key)\t\($0.preferredNode)\t\($0.state.rawValue)" }
    }
}
