// Nodes, media, groups and whatever else there are several of, as lines of text.

extension NodeFacts.Node {
    var factLine: FactLine {
        FactLine(
            "node",
            [
                "name": name.text, "kind": kind.rawValue, "status": status.rawValue, "standing": standing?.rawValue,
                "since": since?.factWord, "heard": lastHeard?.factWord, "speaks": speaks.rawValue, "version": version,
                "lease": lease?.factWord, "deadtime": deadtime?.factWord,
            ])
    }

    init?(_ line: FactLine) {
        guard let name = line.node("name"), let kind: Kind = line.word("kind"),
            let status: NodeStatus = line.word("status")
        else { return nil }
        self.init(name: name, kind: kind, status: status, speaks: line.word("speaks") ?? .unknown)
        standing = line.word("standing")
        since = line.duration("since")
        lastHeard = line.duration("heard")
        version = line["version"]
        lease = line.duration("lease")
        deadtime = line.duration("deadtime")
    }
}

extension NodeFacts.Medium {
    var factLine: FactLine {
        FactLine(
            "medium",
            [
                "name": name.text, "kind": kind.rawValue, "state": state.word, "error": state.error,
                "sent": sent.map { "\($0)" }, "dropped": dropped.map { "\($0)" },
                "received": received.map { "\($0)" },
            ])
    }

    init?(_ line: FactLine) {
        guard let name = line["name"], let kind: Kind = line.word("kind"), let state = State(line) else { return nil }
        self.init(name: MediumName(name), kind: kind, state: state)
        sent = line.number("sent")
        dropped = line.number("dropped")
        received = line.number("received")
    }
}

extension NodeFacts.Medium.State {
    fileprivate var word: String {
        switch self {
        case .unopened: "unopened"
        case .open: "open"
        case .failing: "failing"
        }
    }

    fileprivate var error: String? {
        if case .failing(let error) = self { error } else { nil }
    }

    fileprivate init?(_ line: FactLine) {
        switch line["state"] {
        case "unopened": self = .unopened
        case "open": self = .open
        case "failing": self = .failing(line["error"] ?? "")
        default: return nil
        }
    }
}

extension NodeFacts.Link {
    var factLine: FactLine {
        FactLine(
            "link",
            [
                "node": node.text, "medium": medium.text, "state": state.rawValue, "heard": lastHeard?.factWord,
                "since": since?.factWord, "jitter": beats?.jitter?.factWord, "lost": beats.map { "\($0.lost)" },
                "lane": beats?.lane,
            ])
    }

    init?(_ line: FactLine) {
        guard let node = line.node("node"), let medium = line["medium"], let state: State = line.word("state") else {
            return nil
        }
        self.init(node: node, medium: MediumName(medium), state: state)
        lastHeard = line.duration("heard")
        since = line.duration("since")
        if let lost: UInt64 = line.number("lost") {
            beats = NodeFacts.BeatFigures(jitter: line.duration("jitter"), lost: lost, lane: line["lane"] ?? "")
        }
    }
}

extension NodeFacts.Network {
    var factLine: FactLine { FactLine("network", ["interface": interface, "proved": isProved.factWord]) }

    init?(_ line: FactLine) {
        guard let interface = line["interface"], let isProved = line.answer("proved") else { return nil }
        self.init(interface: interface, isProved: isProved)
    }
}

extension NodeFacts.Watched {
    var factLine: FactLine {
        FactLine(
            "watched",
            [
                "name": name, "kind": kind.rawValue, "state": state.rawValue, "since": since?.factWord,
                "reason": reason, "counts": counts?.factWord, "answered": answer?.age.factWord,
                "took": answer?.took.factWord,
            ])
    }

    init?(_ line: FactLine) {
        guard let name = line["name"], let kind: ClusterSnapshot.Watched.Kind = line.word("kind"),
            let state: ClusterSnapshot.Watched.State = line.word("state")
        else { return nil }
        self.init(name: name, kind: kind, state: state)
        since = line.duration("since")
        reason = line["reason"]
        counts = line.answer("counts")
        if let age = line.duration("answered"), let took = line.duration("took") {
            answer = NodeFacts.ProbeAnswer(age: age, took: took)
        }
    }
}

extension NodeFacts.Group {
    var factLine: FactLine {
        var line = FactLine(
            "group",
            [
                "key": key, "home": preferred.text, "state": state.rawValue, "peer": onPeer.rawValue,
                "since": since?.factWord, "failing": failing, "timeline": timeline, "number": number.map { "\($0)" },
                "start": start?.factWord, "neighbours": neighbours.rawValue,
                "disputed": isDisputed.factWord, "differs": differs.factWord,
                "running": running.map { $0.map { $0 ? "1" : "0" }.joined() },
            ])
        line.fields += resources.map { FactLine.Field("resource", $0) }
        return line
    }

    init?(_ line: FactLine) {
        guard let key = line["key"], let home = line.node("home"),
            let state: ClusterSnapshot.Group.State = line.word("state")
        else { return nil }
        self.init(
            key: key, preferred: home, state: state, onPeer: line.word("peer") ?? .unknown,
            resources: line.all("resource"))
        since = line.duration("since")
        failing = line["failing"]
        timeline = line["timeline"]
        number = line.number("number")
        start = line.duration("start")
        neighbours = line.word("neighbours") ?? .unknown
        running = line["running"].flatMap { marks in
            let isOne = marks.utf8.count == resources.count && marks.utf8.allSatisfy { "01".utf8.contains($0) }
            return isOne ? marks.utf8.map { $0 == UInt8(ascii: "1") } : nil
        }
        isDisputed = line.answer("disputed") ?? false
        differs = line.answer("differs") ?? false
    }
}

extension ClusterSnapshot.File {
    var factLine: FactLine {
        FactLine("file", ["path": path, "state": state.rawValue, "here": here?.word, "there": there?.word])
    }

    init?(_ line: FactLine) {
        guard let state: State = line.word("state") else { return nil }
        self.init(
            path: line["path"], state: state, here: line["here"].flatMap { SharedFile.Content(word: $0) },
            there: line["there"].flatMap { SharedFile.Content(word: $0) })
    }
}

extension SharedFile.Content {
    /// Reads what `word` has written.
    fileprivate init?(word: String) {
        switch word {
        case "unread": self = .unread
        case "missing": self = .missing
        case "unreadable": self = .unreadable
        case "too-large": self = .tooLarge
        default:
            guard word.utf8.count == 8, let hash = UInt32(word, radix: 16) else { return nil }
            self = .hash(hash)
        }
    }
}

extension LineReport.Line {
    var factLine: FactLine {
        var line = FactLine(
            "line",
            [
                "name": name, "interface": interface, "stand": stand.rawValue, "time": time?.factWord,
                "address": address.map { "\($0)" }, "gateway": gateway.map { "\($0)" }, "probes": "\(probeCount)",
                "reason": reason.isEmpty ? nil : reason,
            ])
        line.fields += lostProbes.map { FactLine.Field("lost", $0) }
        return line
    }

    init?(_ line: FactLine) {
        guard let name = line["name"], let interface = line["interface"], let stand: Stand = line.word("stand") else {
            return nil
        }
        self.init(
            name: name, interface: interface, stand: stand, time: line.duration("time"),
            address: line["address"].flatMap { IPAddress($0) }, gateway: line["gateway"].flatMap { IPAddress($0) },
            lostProbes: line.all("lost"), probeCount: line.number("probes") ?? 0, reason: line["reason"] ?? "")
    }
}

extension LineReport.Item {
    var factLine: FactLine {
        FactLine(
            "class",
            ["name": name, "line": line, "tier": tier.map { "\($0)" }, "stranded": isStranded.factWord])
    }

    init?(_ line: FactLine) {
        guard let name = line["name"] else { return nil }
        self.init(
            name: name, line: line["line"], tier: line.number("tier"), isStranded: line.answer("stranded") ?? false)
    }
}

extension NodeFacts.Trouble {
    var factLine: FactLine {
        var line = FactLine(
            "trouble",
            [
                "code": code, "level": level.rawValue, "text": text, "age": age.factWord, "first": first.factWord,
                "count": "\(count)", "healed": healed?.factWord,
            ])
        line.fields += objects.map { FactLine.Field("object", "\($0.kind):\($0.name)") }
        return line
    }

    init?(_ line: FactLine) {
        guard let code = line["code"], let level: Level = line.word("level"), let age = line.duration("age") else {
            return nil
        }
        let objects = line.all("object").compactMap { text -> Object? in
            guard let colon = text.firstIndex(of: ":") else { return nil }
            return Object(kind: String(text[..<colon]), name: String(text[text.index(after: colon)...]))
        }
        self.init(code: code, level: level, objects: objects, text: line["text"] ?? "", age: age)
        first = line.duration("first") ?? age
        count = line.number("count") ?? 1
        healed = line.duration("healed")
    }
}
