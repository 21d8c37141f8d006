// Directives about the lines of a gateway that has several ways out (`line`), who uses which (`class`), and whether they count when
// it is asked which node is better off (`line_health`). Probes of a line are read with the other probes.

import HeartbeatModel

extension DirectiveRule {
    static let lines: [DirectiveRule] = [
        DirectiveRule(name: "line", exported: .never, needsValue: true) { reader, line in
            reader.readLine(line.words)
        },
        DirectiveRule(name: "class", exported: .never, needsValue: true) { reader, line in
            reader.readClass(line.words)
        },
        scalar("line_health", .never) { (reader, text) throws(Complaint) in
            reader.draft.lines.health = try ValueText.choice(text)
        },
    ]

    /// What a file of a gateway without a peer may say.
    static let ofLinesAlone: Set = ["line", "class", "probe", "logfile", "logfacility", "debug"]
}

extension HaCfReader {
    // MARK: Lines

    private static let lineOptions = ["via", "table", "mark", "alive", "hold", "rise", "flush"]

    /// `line <name> <interface> via=<address>|peer|dhcp [table=<n>] [mark=<n>] [alive=<n>] [hold=<time>] [rise=<time>]
    /// [flush=moved|return|none] [optional]`.
    fileprivate mutating func readLine(_ words: [String]) {
        guard words.count >= 2 else {
            return error(
                "line: write its name, its interface and where it leads: \"line dsl1 eth1 via=203.0.113.1\"")
        }
        // Numbers that are free on most machines, and always the same for the same file.
        var rule = LineRule(
            name: words[0], interface: words[1], gateway: .found, table: 101 + UInt32(draft.lines.lines.count))
        var usable = accept(words[0], of: "line") { (_, name) throws(Complaint) in try Self.checkName(name) }
        usable =
            accept(words[1], of: "line") { (_, name) throws(Complaint) in try HostText.interface(name) } && usable
        var seen: Set<String> = []
        for word in words.dropFirst(2) {
            let isGood = accept(word, of: "line") { (reader, word) throws(Complaint) in
                try reader.setLine(word, &rule, &seen)
            }
            usable = usable && isGood
        }
        guard usable else { return }
        guard seen.contains("via") else {
            return error(
                "line \(rule.name): it is not said where the line leads; write via=<address of the router>, via=peer for a "
                    + "point-to-point interface, or via=dhcp to take the default route that a DHCP client has set for "
                    + rule.interface)
        }
        if !rule.isOptional, host.hasInterface(rule.interface) == false {
            return refuse(
                rule.interface, of: "line",
                Complaint(
                    "is not an interface of this node; name one that `ip link` shows, or write \"optional\" behind it "
                        + "when it comes and goes", about: .interface(rule.interface)))
        }
        if !seen.contains("mark") { rule.mark = rule.table }
        guard isUnlikeOthers(rule) else { return }
        draft.lines.lines.append(rule)
        lineLines.append(line)
    }

    private mutating func isUnlikeOthers(_ rule: LineRule) -> Bool {
        guard draft.lines.lines.count < LineConfiguration.mostLines else {
            error("line \(rule.name): this version keeps \(LineConfiguration.mostLines) lines")
            return false
        }
        for (other, number) in zip(draft.lines.lines, lineLines) {
            let twin: String? =
                if other.name == rule.name {
                    "there is already a line \(rule.name)"
                } else if other.interface == rule.interface {
                    "\(rule.interface) is already the interface of line \(other.name)"
                } else if other.table == rule.table {
                    "table \(rule.table) is already that of line \(other.name); write another, table=\(rule.table + 1)"
                } else if let mark = rule.mark, other.mark == mark {
                    "mark \(mark) is already that of line \(other.name); write another one"
                } else {
                    nil
                }
            if let twin {
                error("line \(rule.name): \(twin) (line \(number))")
                return false
            }
        }
        return true
    }

    private mutating func setLine(
        _ word: String, _ rule: inout LineRule, _ seen: inout Set<String>
    ) throws(Complaint) {
        if word == "optional" {
            rule.isOptional = true
            return
        }
        guard let name = Self.lineOptions.first(where: { word.hasPrefix("\($0)=") }), let text = word.value(of: name)
        else {
            let words = Self.lineOptions.map { $0 + "=" } + ["optional"]
            throw Complaint("is none of \(words.joined(separator: ", "))\(Spelling.hint(for: word, among: words))")
        }
        guard seen.insert(name).inserted else { throw Complaint("says \(name) a second time") }
        switch name {
        case "via": rule.gateway = try Self.gateway(text)
        case "table":
            rule.table = UInt32(try integer(text, of: "line", in: 1...1_000_000))
            guard !(253...255).contains(rule.table) else {
                throw Complaint("is a table of the kernel's own; write another, such as table=101")
            }
        case "mark":
            rule.mark = try Self.mark(text)
            guard rule.mark != 0 else { throw Complaint("is no mark: packets without any have it") }
        case "alive": rule.alive = try integer(text, of: "line", in: 1...100)
        case "hold": rule.hold = try Self.optionTime(text)
        case "rise": rule.rise = try Self.optionTime(text)
        default: rule.flush = try ValueText.choice(text)
        }
    }

    private static func gateway(_ text: String) throws(Complaint) -> LineGateway {
        switch text {
        case "peer": return .peer
        case "dhcp": return .found
        default:
            guard let address = IPAddress(ipv4: text), address.isUnicast else {
                throw Complaint("is neither the IPv4 address of a router nor one of peer, dhcp")
            }
            return .address(address)
        }
    }

    // MARK: Classes

    /// `class <name> <network>… [to <network>…] prefer <line>…`, or `class local …` for what this host sends itself.
    fileprivate mutating func readClass(_ words: [String]) {
        guard let prefer = words.firstIndex(of: "prefer"), prefer >= 1, prefer < words.count - 1 else {
            return error(
                "class: write its name, where it comes from, and the lines it prefers: \"class servers 10.0.0.10 prefer dsl1 dsl2\""
            )
        }
        let name = words[0]
        var item = TrafficClass(name: name, sources: [], lines: Array(words[(prefer + 1)...]))
        var usable = accept(name, of: "class") { (_, name) throws(Complaint) in try Self.checkName(name) }
        let to = words[..<prefer].firstIndex(of: "to") ?? prefer
        for (word, isSource) in words[1..<to].map({ ($0, true) })
            + words[min(to + 1, prefer)..<prefer].map({ ($0, false) })
        {
            let isGood = accept(word, of: "class") { (_, word) throws(Complaint) in
                let network = try Self.network(word)
                if isSource { item.sources.append(network) } else { item.destinations.append(network) }
            }
            usable = usable && isGood
        }
        guard usable else { return }
        if let twice = item.lines.first(where: { line in item.lines.count { $0 == line } > 1 }) {
            return error("class \(name): line \(twice) is named twice")
        }
        guard item.isLocal == (name == "local") else {
            return error(
                item.isLocal
                    ? "class \(name): it is not said where it comes from; write networks behind its name, or call it local when it "
                        + "is what this host sends itself"
                    : "class local: it is what this host sends itself, and comes from no network; give it another name")
        }
        add(item)
    }

    private mutating func add(_ item: TrafficClass) {
        guard draft.lines.classes.count < LineConfiguration.mostClasses else {
            return error("class \(item.name): this version keeps \(LineConfiguration.mostClasses) classes")
        }
        for (other, number) in zip(draft.lines.classes, classLines) {
            if other.name == item.name {
                return error("class \(item.name): there is already a class of this name (line \(number))")
            }
            if other.isLocal == item.isLocal, let both = item.selectors.first(where: other.selectors.contains) {
                return error(
                    "class \(item.name): class \(other.name) (line \(number)) has the same traffic, \(both); one packet cannot take "
                        + "two ways")
            }
        }
        draft.lines.classes.append(item)
        classLines.append(line)
    }

    private static func network(_ text: String) throws(Complaint) -> NetworkPrefix {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(ipv4: parts[0]) else {
            throw Complaint("is no IPv4 network; write 10.0.0.0/24, or an address alone")
        }
        guard parts.count == 2 else { return NetworkPrefix(address, bits: 32) }
        guard let bits = DecimalNumber.value(parts[1]), bits <= 32 else {
            throw Complaint("is no IPv4 network: the length behind the slash is a number from 0 to 32")
        }
        let network = NetworkPrefix(address, bits: Int(bits))
        guard network.first == address else {
            throw Complaint("has bits behind its length; the network is \(network.first)/\(bits)")
        }
        return network
    }

    // MARK: Checks

    mutating func checkLines() {
        for (item, number) in zip(draft.lines.classes, classLines) {
            for name in item.lines where draft.lines.line(named: name) == nil && isSound("line") {
                log.error(
                    number,
                    "class \(item.name): there is no line \(quoted(name))"
                        + Spelling.hint(for: name, among: draft.lines.lines.map(\.name)))
            }
        }
        for place in draft.lines.probes.indices { checkLineProbe(place) }
        for (rule, number) in zip(draft.lines.lines, lineLines) { check(rule, number) }
        for (place, rule) in draft.lines.lines.enumerated() {
            guard case .address(let router) = rule.gateway else { continue }
            for other in draft.lines.lines[..<place] where other.gateway == rule.gateway {
                log.warning(
                    lineLines[place],
                    "line \(rule.name): it shares its fate with line \(other.name), because both lead to the router \(router)"
                )
            }
        }
    }

    private mutating func checkLineProbe(_ place: Int) {
        let item = draft.lines.probes[place]
        guard let rule = draft.lines.line(named: item.line) else {
            guard isSound("line") else { return }
            return log.error(
                lineProbeLines[place],
                "probe \(item.probe.name): there is no line \(quoted(item.line))"
                    + Spelling.hint(for: item.line, among: draft.lines.lines.map(\.name)))
        }
        draft.lines.probes[place].probe.device = rule.interface
    }

    private mutating func check(_ rule: LineRule, _ number: Int) {
        let count = draft.lines.probes(of: rule.name).count
        if count > 0, rule.alive > count {
            log.error(
                number,
                "line \(rule.name): alive=\(rule.alive) asks for more probes than there are (\(count)); the line would always be "
                    + "down")
        }
        if count == 0, isSound("probe") {
            log.warning(
                number,
                "line \(rule.name): no probe shows whether it works behind its first router; write two or three, such as "
                    + "\"probe \(rule.name)-1 line=\(rule.name) icmp 192.0.2.1\"")
        } else if count == 1 {
            log.warning(
                number,
                "line \(rule.name): it has a single probe, so that the death of one host takes the line away; write two or three"
            )
        }
        if !draft.lines.classes.contains(where: { $0.lines.contains(rule.name) }), isSound("class") {
            log.warning(number, "line \(rule.name): no class prefers it")
        }
    }
}
