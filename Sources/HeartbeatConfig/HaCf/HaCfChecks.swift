// What must hold when all of ha.cf is read: relations between times, the nodes, at least one medium. A check whose
// subject was already refused is left out, so that one mistake gives one message.

import HeartbeatModel

extension HaCfReader {
    mutating func finish() {
        checkLines()
        guard !isForLinesAlone else {
            if draft.lines.lines.isEmpty, isSound("line") {
                log.error(lastLine, "no line is named; write for example \"line dsl1 eth1 via=203.0.113.1\"")
            }
            return
        }
        deriveTimes()
        checkKeepalive()
        checkInitdead()
        checkWarntime()
        checkLease()
        checkQuickDeath()
        checkNodes()
        checkPingNodes()
        checkMedia()
        checkPaths()
        checkPartners()
        checkFailback()
        checkFailbackDelay()
        checkSync()
        checkLogging()
        checkLan()
        draft.memberOrder = members == draft.nodes + draft.pingNodes.map(\.name) ? [] : members
        draft.parameters = parameters
    }

    // MARK: Times

    /// The defaults that depend on other times (observed behaviour).
    mutating func deriveTimes() {
        if written["warntime"] == nil { draft.warntime = .milliseconds(draft.deadtime.milliseconds / 2) }
        if written["deadping"] == nil { draft.deadping = draft.deadtime }
        if written["initdead"] == nil { draft.initdead = Self.initdead(forDeadtime: draft.deadtime) }
    }

    /// A short deadtime says that failover shall be fast, not that switches learn fast after a boot.
    static func initdead(forDeadtime deadtime: Duration) -> Duration {
        if deadtime > .seconds(10) { return deadtime }
        return deadtime < .seconds(6) ? .seconds(12) : deadtime * 2
    }

    private mutating func checkKeepalive() {
        checkExceedsTwoKeepalives("deadtime", draft.deadtime)
        if written["deadping"] != nil { checkExceedsTwoKeepalives("deadping", draft.deadping) }
    }

    private mutating func checkExceedsTwoKeepalives(_ name: String, _ time: Duration) {
        guard isSound(name, "keepalive"), time <= draft.keepalive * 2 else { return }
        log.error(
            lineOf(name, or: "keepalive"),
            "\(name) (\(text(time))) must be longer than twice keepalive (2 x \(text(draft.keepalive))), "
                + "or one lost message looks like a dead node; write at least "
                + "\"\(name) \(text(draft.keepalive * 2 + .milliseconds(1)))\"")
    }

    private mutating func checkInitdead() {
        guard isSound("initdead", "deadtime"), written["initdead"] != nil else { return }
        if draft.initdead < draft.deadtime {
            log.error(
                lineOf("initdead", or: "deadtime"),
                "initdead (\(text(draft.initdead))) must not be shorter than deadtime (\(text(draft.deadtime)))")
        } else if draft.initdead < .seconds(10) {
            log.warning(
                lineOf("initdead", or: "deadtime"),
                "initdead (\(text(draft.initdead))) may be too short for a network that comes up slowly after a boot; "
                    + "10 seconds or more are usual")
        }
    }

    private mutating func checkWarntime() {
        guard isSound("warntime", "deadtime"), written["warntime"] != nil, draft.warntime >= draft.deadtime else {
            return
        }
        log.warning(
            lineOf("warntime", or: "deadtime"),
            "warntime (\(text(draft.warntime))) is not shorter than deadtime (\(text(draft.deadtime))): "
                + "no keepalive will be reported late before its node is declared dead")
    }

    // MARK: Nodes and media

    private mutating func checkNodes() {
        guard isSound("node") else { return }
        guard let firstLine = nodeLines.first else {
            return log.error(lastLine, "no node is named; write \"node <name> <name>\" with what `uname -n` prints")
        }
        let names = draft.nodes.map(\.text).joined(separator: ", ")
        if draft.nodes.count > 2 {
            log.error(nodeLines[2], "\(draft.nodes.count) nodes are named (\(names)); this version runs one or two")
        }
        if !draft.nodes.contains(localNode) {
            log.error(
                firstLine,
                "the local node \(quoted(localNode.text)) is not among the nodes (\(names))"
                    + Spelling.hint(for: localNode.text, among: draft.nodes.map(\.text))
                    + "; name it exactly as `uname -n` prints it")
        }
    }

    private mutating func checkPingNodes() {
        for (node, line) in zip(draft.pingNodes, pingLines) where draft.nodes.contains(node.name) {
            log.error(line, "\(node.name) is both a node and a ping node; a ping node lies outside the cluster")
        }
    }

    private mutating func checkMedia() {
        guard sawMedium else {
            return log.error(
                lastLine,
                "no medium for heartbeat messages is given; write for example \"bcast eth0\" or \"serial /dev/ttyS0\"")
        }
        checkThatAPeerIsReached()
        checkSerialLines()
    }

    /// Files that are the same on both nodes name both; one that names only its own node leads nowhere.
    private mutating func checkThatAPeerIsReached() {
        let own = draft.media.compactMap { medium in
            switch medium {
            case .unicast(_, let peer, _), .unicast6(_, let peer, _): host.isOwnAddress(peer) ? peer : nil
            case .serial, .broadcast, .multicast, .multicast6: nil
            }
        }
        guard draft.nodes.count > 1, !own.isEmpty, own.count == draft.media.count else { return }
        log.warning(
            mediumLines[0].line,
            "no medium leads to the other node: \(own.joined(separator: " and ")) \(own.count == 1 ? "is" : "are") this node's "
                + "own. Neither node would hear the other, and both would run everything; add a line with the other node's "
                + "address")
    }

    /// A line that keepalives fill has no room for anything else, and they arrive ever later.
    private mutating func checkSerialLines() {
        guard isSound("keepalive", "baud") else { return }
        let bytes = MediumConfiguration.largestKeepalive(nameLength: localNode.text.utf8.count)
        for (medium, origin) in zip(draft.media, mediumLines) {
            guard case .serial(_, let baud) = medium else { continue }
            let time = MediumConfiguration.serialTime(ofBytes: bytes, baud: baud)
            guard time * 2 > draft.keepalive else { continue }
            log.warning(
                origin.line,
                "serial: a keepalive of this node has up to \(bytes) bytes, which takes \(text(time)) at \(baud) baud, and one is "
                    + "sent every \(text(draft.keepalive)): "
                    + (time > draft.keepalive
                        ? "the line cannot carry them, and the other node finds this one dead"
                        : "little else will get through")
                    + "; write a higher baud, or a keepalive of at least \(text(time * 2))"
            )
        }
    }

    private mutating func checkFailback() {
        // `nice_failback` has said the same already.
        guard draft.autoFailback == .legacy, isSound("auto_failback"), !sawNiceFailback else { return }
        log.warning(
            written["auto_failback"]?.line ?? lastLine,
            "\(written["auto_failback"] == nil ? "auto_failback is missing, which means legacy and" : "auto_failback legacy") is "
                + "deprecated; write \"auto_failback on\" (groups return to their node) or \"auto_failback off\"")
    }

    private mutating func checkLogging() {
        let directives = ["logfile", "debugfile", "logfacility"]
        guard directives.allSatisfy({ written[$0] == nil && !faulty.contains($0) }) else { return }
        log.warning(lastLine, "nothing says where log lines go; write for example \"logfacility daemon\"")
    }

    // MARK: Parameters

    /// What scripts see: written values, defaults in the original's form, then `env` entries.
    private var parameters: [Configuration.Parameter] {
        DirectiveRule.all.compactMap { rule in
            exportedText(of: rule).map { Configuration.Parameter(name: rule.name, value: $0) }
        } + environment
    }

    func exportedText(of rule: DirectiveRule) -> String? {
        let writtenText = written[rule.name]?.text
        switch rule.exported {
        case .never: return nil
        case .whenWritten: return writtenText
        case .always(let text): return writtenText ?? text
        case .alwaysTime(let field): return writtenText ?? text(draft[keyPath: field])
        case .alwaysPort: return writtenText ?? String(udpPort)
        }
    }

    // MARK: Words

    func isSound(_ names: String...) -> Bool {
        faulty.isDisjoint(with: names)
    }

    func lineOf(_ name: String, or other: String) -> Int {
        written[name]?.line ?? written[other]?.line ?? lastLine
    }

    func text(_ time: Duration) -> String {
        "\(time.milliseconds)ms"
    }
}
