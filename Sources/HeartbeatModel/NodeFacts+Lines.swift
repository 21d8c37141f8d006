// NodeFacts as lines of text, which stand on the control socket and in the file of the last status. Durations are nanoseconds.
// Kinds and keys are only added; what they mean stays.

extension NodeFacts {
    /// The first line is always `facts format=… product=… node=…`.
    package var text: [String] { factLines.map(\.text) }

    package var factLines: [FactLine] {
        [headLine] + stateLines
            + nodes.map(\.factLine) + media.map(\.factLine) + links.map(\.factLine) + networkLines
            + watched.map(\.factLine)
            + groups.map(\.factLine) + files.map(\.factLine) + lines.lines.map(\.factLine)
            + lines.classes.map(\.factLine)
            + troubles.map(\.factLine) + counters.map(\.factLine) + histograms.map(\.factLine)
            + Announced.factLines(announced)
    }

    /// Reads what `text` has written. Kinds and keys that are not known are passed over; `nil` when the first line is no head of
    /// this major format, a line is none, or one lacks what it must have.
    package init?(text lines: [String]) {
        guard let first = lines.first.flatMap({ FactLine($0) }), let format = FactsFormat(first),
            format.major == FactsFormat.current.major, let node = first.node("node")
        else { return nil }
        self.init(node: node)
        self.format = format
        product = first["product"]
        pid = first.number("pid")
        generation = first.number("generation").map { Generation($0) }
        unixMilliseconds = first.number("unix")
        age = first.duration("age")
        for line in lines.dropFirst() {
            guard let line = FactLine(line), take(line) else { return nil }
        }
    }
}

extension FactsFormat {
    /// Reads the first line of what is told, whatever its format.
    package init?(_ head: FactLine) {
        guard head.kind == "facts", let parts = head["format"]?.split(separator: "."), parts.count == 2,
            let major = Int(parts[0]), let minor = Int(parts[1])
        else { return nil }
        self.init(major: major, minor: minor)
    }
}

// MARK: - The node itself

extension NodeFacts {
    private var headLine: FactLine {
        FactLine(
            "facts",
            [
                "format": "\(format.major).\(format.minor)", "product": product, "node": node.text,
                "pid": pid.map { "\($0)" }, "generation": generation.map { "\($0.number)" },
                "unix": unixMilliseconds.map { "\($0)" }, "age": age?.factWord,
            ])
    }

    /// The first line says that it is known, also when there are none.
    private var networkLines: [FactLine] {
        guard let networks else { return [] }
        return [FactLine("networks", ["count": "\(networks.count)"])] + networks.map(\.factLine)
    }

    private var stateLines: [FactLine] {
        var result: [FactLine] = []
        if let timings { result.append(timings.factLine) }
        if phase != nil || hold != nil || handover != nil {
            result.append(
                FactLine(
                    "phase",
                    [
                        "state": phase?.word, "left": phase?.left?.factWord, "hold": hold?.description,
                        "handover": handover,
                    ]))
        }
        if let lease { result.append(lease.factLine) }
        if let guardian { result.append(guardian.factLine) }
        if let lateness { result.append(lateness.factLine) }
        if let peer { result += [peer.factLine] + peer.viewLines }
        if let marks { result.append(FactLine("configuration", ["marks": marks.text])) }
        if let failback { result.append(failback.factLine) }
        if let maintenance { result.append(maintenance.factLine) }
        if !flags.isEmpty {
            result.append(
                FactLine("flags", Flag.allCases.filter(flags.contains).map { FactLine.Field("flag", $0.rawValue) }))
        }
        return result
    }

    /// Takes one line; false when it is of a known kind and lacks what it must have.
    private mutating func take(_ line: FactLine) -> Bool {
        switch line.kind {
        case "timings": timings = Timings(line)
        case "phase": takePhase(line)
        case "lease": lease = LeaseFact(line)
        case "guardian": guardian = GuardianFact(line)
        case "lateness": lateness = Lateness(line)
        case "peer": peer = PeerWord(line)
        case "view", "heard": peer?.take(line)
        case "configuration": marks = line["marks"].flatMap { ConfigurationMarks($0) }
        case "failback": failback = FailbackFact(line)
        case "maintenance": maintenance = Maintenance(line)
        case "flags": flags = Set(line.all("flag").compactMap { Flag(rawValue: $0) })
        default: return takeItem(line)
        }
        return true
    }

    private mutating func takePhase(_ line: FactLine) {
        phase = Phase(line)
        hold = line["hold"].flatMap { HoldSet(word: $0) }
        handover = line["handover"]
    }

    private mutating func takeItem(_ line: FactLine) -> Bool {
        switch line.kind {
        case "node": add(Node(line), to: \.nodes)
        case "medium": add(Medium(line), to: \.media)
        case "link": add(Link(line), to: \.links)
        case "networks", "network": takeNetwork(line)
        case "watched": add(Watched(line), to: \.watched)
        case "group": add(Group(line), to: \.groups)
        case "file": add(ClusterSnapshot.File(line), to: \.files)
        case "line": add(LineReport.Line(line), to: \.lines.lines)
        case "class": add(LineReport.Item(line), to: \.lines.classes)
        case "trouble": add(Trouble(line), to: \.troubles)
        case "counter": add(Counter(line), to: \.counters)
        case "announced": takeAnnounced(line)
        case "histogram": add(Histogram(line), to: \.histograms)
        default: true
        }
    }

    private mutating func takeAnnounced(_ line: FactLine) -> Bool {
        announced = Announced.read(line)
        return true
    }

    private mutating func takeNetwork(_ line: FactLine) -> Bool {
        guard line.kind == "network" else {
            networks = []
            return true
        }
        guard let network = Network(line) else { return false }
        if networks == nil { networks = [] }
        networks?.append(network)
        return true
    }

    private mutating func add<Item>(_ item: Item?, to list: WritableKeyPath<NodeFacts, [Item]>) -> Bool {
        guard let item else { return false }
        self[keyPath: list].append(item)
        return true
    }
}

extension NodeFacts.Timings {
    fileprivate var factLine: FactLine {
        FactLine(
            "timings",
            [
                "keepalive": keepalive.factWord, "deadtime": deadtime.factWord, "warntime": warntime.factWord,
                "initdead": initdead.factWord, "deadping": deadping?.factWord,
                "start-timeout": startTimeout?.factWord, "stop-timeout": stopTimeout?.factWord,
                "auto-failback": autoFailback?.rawValue,
            ])
    }

    fileprivate init?(_ line: FactLine) {
        guard let keepalive = line.duration("keepalive"), let deadtime = line.duration("deadtime"),
            let warntime = line.duration("warntime"), let initdead = line.duration("initdead")
        else { return nil }
        self.init(keepalive: keepalive, deadtime: deadtime, warntime: warntime, initdead: initdead)
        deadping = line.duration("deadping")
        startTimeout = line.duration("start-timeout")
        stopTimeout = line.duration("stop-timeout")
        autoFailback = line.word("auto-failback")
    }
}

extension NodeFacts.Phase {
    fileprivate var word: String {
        switch self {
        case .joining: "joining"
        case .stable: "stable"
        case .transition: "transition"
        case .leaving: "leaving"
        }
    }

    fileprivate var left: Duration? {
        if case .joining(let left) = self { left } else { nil }
    }

    fileprivate init?(_ line: FactLine) {
        switch line["state"] {
        case "joining": self = .joining(left: line.duration("left"))
        case "stable": self = .stable
        case "transition": self = .transition
        case "leaving": self = .leaving
        default: return nil
        }
    }
}

extension NodeFacts.LeaseFact {
    fileprivate var factLine: FactLine {
        FactLine("lease", ["held": isHeld.factWord, "dark": isDark.factWord, "left": left?.factWord])
    }

    fileprivate init?(_ line: FactLine) {
        guard let isHeld = line.answer("held"), let isDark = line.answer("dark") else { return nil }
        self.init(isHeld: isHeld, isDark: isDark, left: line.duration("left"))
    }
}

extension NodeFacts.GuardianFact {
    fileprivate var factLine: FactLine {
        FactLine("guardian", ["wanted": isWanted.factWord, "running": isRunning.factWord])
    }

    fileprivate init?(_ line: FactLine) {
        guard let isWanted = line.answer("wanted"), let isRunning = line.answer("running") else { return nil }
        self.init(isWanted: isWanted, isRunning: isRunning)
    }
}

extension NodeFacts.Lateness {
    fileprivate var factLine: FactLine {
        FactLine(
            "lateness",
            [
                "median": median.factWord, "high": high.factWord, "recent": recentMost.factWord, "most": most.factWord,
            ])
    }

    fileprivate init?(_ line: FactLine) {
        guard let median = line.duration("median"), let high = line.duration("high"),
            let recent = line.duration("recent"), let most = line.duration("most")
        else { return nil }
        self.init(median: median, high: high, recentMost: recent, most: most)
    }
}

extension NodeFacts.PeerWord {
    fileprivate var factLine: FactLine {
        FactLine(
            "peer",
            [
                "hold": hold?.description, "stable": isStable?.factWord, "answer": isAnswer?.factWord,
                "heard": hasHeard?.factWord,
                "lost": health.map { "\($0.lost)" }, "unproven": health.map { "\($0.unproven)" },
                "returns": health?.wantsReturn.factWord, "footing": health?.footing?.rawValue,
            ])
    }

    fileprivate init(_ line: FactLine) {
        self.init()
        hold = line["hold"].flatMap { HoldSet(word: $0) }
        isStable = line.answer("stable")
        isAnswer = line.answer("answer")
        hasHeard = line.answer("heard")
        guard let lost: Int = line.number("lost"), let unproven: Int = line.number("unproven") else { return }
        health = NodeHealth(
            lost: lost, unproven: unproven, wantsReturn: line.answer("returns") ?? false,
            footing: line.word("footing"))
    }
}

extension NodeFacts.FailbackFact {
    fileprivate var factLine: FactLine {
        FactLine(
            "failback", ["wanted": isWanted.factWord, "blocked": blockedBy?.rawValue, "left": left?.factWord])
    }

    fileprivate init?(_ line: FactLine) {
        guard let isWanted = line.answer("wanted") else { return nil }
        self.init(isWanted: isWanted, blockedBy: line.word("blocked"), left: line.duration("left"))
    }
}
