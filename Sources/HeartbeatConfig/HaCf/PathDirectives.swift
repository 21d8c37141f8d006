// Directives about what is watched of the network: interfaces (`link`), paths that lead further (`probe`, `probe_group`), and
// the answers to other nodes' probes (`udp_echo`). Heartbeat 3 has none of them, so their times may be written with `s`.

import HeartbeatModel

extension DirectiveRule {
    static let paths: [DirectiveRule] = [
        DirectiveRule(name: "link", exported: .never, needsValue: true) { reader, line in
            reader.readInterface(line.words)
        },
        DirectiveRule(name: "probe", exported: .never, needsValue: true) { reader, line in reader.readProbe(line.words)
        },
        DirectiveRule(name: "probe_group", exported: .never, needsValue: true) { reader, line in
            reader.readProbeGroup(line.words)
        },
        scalar("udp_echo", .never) { (reader, text) throws(Complaint) in
            reader.draft.echoPort = UInt16(try reader.integer(text, of: "udp_echo", in: 1...65535))
        },
    ]
}

extension HaCfReader {
    // MARK: Links

    /// `link <interface> [uplink|downlink|heartbeat [cable]] [debounce=<time>] [up=<time>] [optional]
    /// [routes=withdraw]`.
    fileprivate mutating func readInterface(_ words: [String]) {
        guard let interface = words.first else {
            return error("link: the interface is missing; write \"link eth0 downlink debounce=20ms up=5s\"")
        }
        var rule = InterfaceRule(interface: interface)
        var usable = accept(interface, of: "link") { (_, name) throws(Complaint) in try HostText.interface(name) }
        for word in words.dropFirst() {
            let isGood = accept(word, of: "link") { (_, word) throws(Complaint) in try Self.setInterface(word, &rule) }
            usable = usable && isGood
        }
        guard usable else { return }
        guard !rule.isCable || rule.role == .heartbeat else {
            return error(
                "link: \(interface): a cable ends at the other node; write \"heartbeat cable\", or leave \"cable\" out")
        }
        if !rule.isOptional, host.hasInterface(interface) == false {
            return refuse(
                interface, of: "link",
                Complaint(
                    "is not an interface of this node; name one that `ip link` shows, or write \"optional\" behind it "
                        + "when it comes and goes", about: .interface(interface)))
        }
        if let index = draft.interfaces.firstIndex(where: { $0.interface == interface }) {
            return error("link: \(interface) already has a line (\(interfaceLines[index])); keep one of them")
        }
        draft.interfaces.append(rule)
        interfaceLines.append(line)
    }

    private static func setInterface(_ word: String, _ rule: inout InterfaceRule) throws(Complaint) {
        if let time = word.value(of: "debounce") {
            rule.debounce = try optionTime(time)
        } else if let time = word.value(of: "up") {
            rule.recovery = try optionTime(time)
        } else if let what = word.value(of: "routes") {
            guard what == "withdraw" else { throw Complaint("is not known; write routes=withdraw, or leave it out") }
            rule.withdrawsRoutes = true
        } else if word == "optional" {
            rule.isOptional = true
        } else if word == "cable" {
            rule.isCable = true
        } else if let role = InterfaceRole(rawValue: word) {
            rule.role = role
        } else {
            let words =
                InterfaceRole.allCases.map(\.rawValue) + [
                    "cable", "debounce=<time>", "up=<time>", "optional", "routes=withdraw",
                ]
            throw Complaint("is none of \(words.joined(separator: ", "))\(Spelling.hint(for: word, among: words))")
        }
    }

    // MARK: Probes

    /// `probe <name> [<option>=<value>…] <kind> <target…>`; options may also follow, except for a command.
    fileprivate mutating func readProbe(_ words: [String]) {
        let name = words.first ?? ""
        var probe = PathProbe(name: name, kind: .icmp(host: ""))
        var line: String?
        var sawRise = false
        var usable = accept(name, of: "probe") { (_, name) throws(Complaint) in try Self.checkName(name) }
        var rest = Array(words.dropFirst())
        var target: [String] = []
        while !rest.isEmpty {
            let word = rest.removeFirst()
            if target.first == "command" || !Self.isOption(word) {
                target.append(word)
            } else if let name = word.value(of: "line") {
                line = name
            } else {
                sawRise = sawRise || word.hasPrefix("rise=")
                let isGood = accept(word, of: "probe") { (reader, word) throws(Complaint) in
                    try reader.setProbe(word, &probe)
                }
                usable = usable && isGood
            }
        }
        let isGood = accept(target.joined(separator: " "), of: "probe") { (reader, _) throws(Complaint) in
            probe.kind = try ProbeTarget.read(target, host: reader.host)
        }
        guard usable, isGood else { return }
        // A line has its own time to be trusted again.
        if line != nil, !sawRise { probe.rise = 1 }
        add(probe, line: line)
    }

    private mutating func add(_ probe: PathProbe, line name: String?) {
        if let name, probe.device != nil || probe.source != nil || probe.mark != nil {
            return error(
                "probe \(probe.name): line=\(name) says how it leaves; leave out dev=, source= and mark=")
        }
        guard name != nil || !isForLinesAlone else {
            return error("probe \(probe.name): it is not said which line it belongs to; write line=<name>")
        }
        if case .neighbour = probe.kind, probe.device == nil, name == nil {
            return error("probe \(probe.name): arp and nd ask on one network; write the interface, \"dev=eth0\"")
        }
        if case .command = probe.kind, probe.device != nil || probe.source != nil || probe.mark != nil {
            return error("probe \(probe.name): a command asks by itself; dev=, source= and mark= do not act on it")
        }
        if probe.asksPartner, name != nil {
            return error("probe \(probe.name): a partner is asked by the node, not over a line; leave out line=")
        }
        guard probe.timeout <= probe.interval else {
            return error(
                "probe \(probe.name): timeout (\(text(probe.timeout))) must not be longer than interval "
                    + "(\(text(probe.interval))), or questions would overlap")
        }
        guard !isTaken(probe.name) else { return }
        if let name {
            draft.lines.probes.append(LineProbe(line: name, probe: probe))
            lineProbeLines.append(line)
        } else {
            draft.probes.append(probe)
            probeLines.append(line)
        }
    }

    private mutating func isTaken(_ name: String) -> Bool {
        let isTaken =
            draft.probes.contains { $0.name == name } || draft.probeGroups.contains { $0.name == name }
            || draft.lines.probes.contains { $0.probe.name == name }
        if isTaken { error("there is already a probe or probe_group \(name); names must differ") }
        return isTaken
    }

    private static let options = ["dev", "source", "mark", "line", "interval", "timeout", "fall", "rise", "action"]

    private static func isOption(_ word: String) -> Bool {
        guard let name = word.split(separator: "=", maxSplits: 1).first, word.contains("=") else { return false }
        return name.utf8.allSatisfy { (0x61...0x7A).contains($0) }
    }

    private mutating func setProbe(_ word: String, _ probe: inout PathProbe) throws(Complaint) {
        if let value = word.value(of: "dev") {
            try HostText.interface(value)
            if host.hasInterface(value) == false {
                warning(
                    "probe \(probe.name): \(quoted(value)) is not an interface of this node now; the path is unknown "
                        + "until it appears", about: .interface(value))
            }
            probe.device = value
        } else if let value = word.value(of: "source") {
            guard IPAddress(value) != nil else {
                throw Complaint("names no address; write one of this node, source=192.0.2.1")
            }
            probe.source = value
        } else if let value = word.value(of: "mark") {
            probe.mark = try Self.mark(value)
        } else if let value = word.value(of: "interval") {
            probe.interval = try Self.optionTime(value)
            guard probe.interval >= .milliseconds(100) else { throw Complaint("asks too often; 100ms is the least") }
        } else if let value = word.value(of: "timeout") {
            probe.timeout = try Self.optionTime(value)
            guard probe.timeout > .zero else { throw Complaint("leaves no time for an answer") }
        } else if let value = word.value(of: "fall") {
            probe.fall = try integer(value, of: "probe", in: 1...10000)
        } else if let value = word.value(of: "rise") {
            probe.rise = try integer(value, of: "probe", in: 1...10000)
        } else if let value = word.value(of: "action") {
            probe.action = try ValueText.choice(value)
        } else {
            let names = Self.options.map { $0 + "=" }
            throw Complaint("is none of \(names.joined(separator: ", "))\(Spelling.hint(for: word, among: names))")
        }
    }

    static func mark(_ text: String) throws(Complaint) -> UInt32 {
        let isHexadecimal = text.lowercased().hasPrefix("0x")
        guard let mark = UInt32(isHexadecimal ? String(text.dropFirst(2)) : text, radix: isHexadecimal ? 16 : 10) else {
            throw Complaint("is no firewall mark; write a number up to 0xffffffff")
        }
        return mark
    }

    static func checkName(_ name: String) throws(Complaint) {
        guard name.utf8.allSatisfy(\.isNameByte), !name.isEmpty, name.utf8.count <= 64 else {
            throw Complaint("is no name; the first word is what you call it: \"probe isp icmp 192.0.2.1\"")
        }
    }

    // MARK: Groups of probes

    /// `probe_group <name> <k> <probe>… [action=<action>]`.
    fileprivate mutating func readProbeGroup(_ words: [String]) {
        guard words.count >= 3 else {
            return error(
                "probe_group: write its name, how many probes are needed, and their names: "
                    + "\"probe_group isp 2 a b c\"")
        }
        var group = PathProbeGroup(name: words[0], needed: 0, members: [])
        var usable = accept(words[0], of: "probe_group") { (_, name) throws(Complaint) in try Self.checkName(name) }
        for word in words.dropFirst(2) {
            if let value = word.value(of: "action") {
                let isGood = accept(value, of: "probe_group") { (_, text) throws(Complaint) in
                    group.action = try ValueText.choice(text)
                }
                usable = usable && isGood
            } else if !group.members.contains(word) {
                group.members.append(word)
            }
        }
        let isGood = accept(words[1], of: "probe_group") { (reader, text) throws(Complaint) in
            group.needed = try reader.integer(text, of: "probe_group", in: 1...max(1, group.members.count))
        }
        guard usable, isGood, !isTaken(group.name) else { return }
        draft.probeGroups.append(group)
        probeGroupLines.append(line)
    }

    // MARK: Checks

    mutating func checkPaths() {
        for (rule, line) in zip(draft.interfaces, interfaceLines)
        where isSound("deadtime") && rule.debounce >= draft.deadtime {
            log.error(
                line,
                "link \(rule.interface): debounce (\(text(rule.debounce))) must be shorter than deadtime "
                    + "(\(text(draft.deadtime))): by then the other node may have taken over for silence")
        }
        for (group, line) in zip(draft.probeGroups, probeGroupLines) {
            for member in group.members where !draft.probes.contains(where: { $0.name == member }) {
                log.error(
                    line,
                    "probe_group \(group.name): there is no probe \(quoted(member))"
                        + Spelling.hint(for: member, among: draft.probes.map(\.name)))
            }
        }
        for (probe, line) in zip(draft.probes, probeLines) where probe.fall < 3 {
            log.warning(
                line,
                "probe \(probe.name): with fall=\(probe.fall) one node may notice that a path is dead for both before the other "
                    + "has asked, and the service moves for nothing; write at least fall=3")
        }
        for (probe, line) in zip(draft.probes, probeLines) where probe.action == .standby {
            let group = draft.probeGroups.first { $0.members.contains(probe.name) }
            guard let group else { continue }
            log.warning(
                line,
                "probe \(probe.name): action=standby does nothing in a group; write it behind probe_group \(group.name)"
            )
        }
    }

    /// A time as everywhere in ha.cf, or with `s`.
    static func optionTime(_ text: String) throws(Complaint) -> Duration {
        let isInSeconds = text.hasSuffix("s") && text.dropLast().utf8.last?.isDigit == true
        return try ValueText.time(isInSeconds ? String(text.dropLast()) : text)
    }
}

extension String {
    /// What follows `name=`.
    package func value(of name: String) -> String? {
        hasPrefix(name + "=") ? String(dropFirst(name.count + 1)) : nil
    }
}
