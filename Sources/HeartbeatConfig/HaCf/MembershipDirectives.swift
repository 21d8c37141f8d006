// Directives that say who belongs to the cluster, which outside addresses are watched, and whether groups go home.

import HeartbeatModel

extension DirectiveRule {
    static let membership: [DirectiveRule] = [
        DirectiveRule(name: "node", exported: .never) { reader, line in
            for value in line.values { reader.addNode(value) }
        },
        DirectiveRule(name: "ping", exported: .never) { reader, line in
            for value in line.values { reader.addPingNode(value, isIPv6: false) }
        },
        DirectiveRule(name: "ping6", exported: .never) { reader, line in
            for value in line.values { reader.addPingNode(value, isIPv6: true) }
        },
        DirectiveRule(name: "ping_group", exported: .never) { reader, line in
            reader.addPingGroup(line.words)
        },
        scalar("auto_failback", .always("legacy")) { (reader, text) throws(Complaint) in
            reader.draft.autoFailback = try autoFailback(text)
        },
        DirectiveRule(name: "nice_failback", exported: .never) { reader, line in
            for value in line.values { reader.readNiceFailback(value) }
        },
        scalar("autojoin", .always("none")) { (_, text) throws(Complaint) in
            guard try ValueText.choice(text.lowercased(), of: ["none", "other", "any"]) == "none" else {
                throw Complaint(
                    "lets unknown nodes join, which cannot be combined with haresources; "
                        + "write \"autojoin none\" and name the nodes")
            }
        },
    ]

    static func autoFailback(_ text: String) throws(Complaint) -> AutoFailback {
        if text.lowercased() == AutoFailback.legacy.rawValue { return .legacy }
        do throws(Complaint) {
            return try ValueText.boolean(text) ? .on : .off
        } catch {
            throw Complaint("is none of on, off, legacy")
        }
    }
}

extension HaCfReader {
    mutating func addNode(_ text: String) {
        guard !text.utf8.contains(where: { !$0.isNodeNameByte }) else {
            return refuse(
                text, of: "node", Complaint("cannot be a node's name; write what `uname -n` prints on that node"))
        }
        let name = NodeName(text)
        if let index = draft.nodes.firstIndex(of: name) {
            return warning("node \(name) is already listed in line \(nodeLines[index])")
        }
        draft.nodes.append(name)
        members.append(name)
        nodeLines.append(line)
    }

    mutating func addPingNode(_ text: String, isIPv6: Bool) {
        let directive = isIPv6 ? "ping6" : "ping"
        guard hostIsUsable(text, isIPv6: isIPv6, of: directive) else { return }
        add(PingNode(name: NodeName(text), hosts: [text], isIPv6: isIPv6), of: directive)
    }

    /// `<name> <host>…`; the name ends at a blank only (observed behaviour).
    mutating func addPingGroup(_ words: [String]) {
        let hosts = words.dropFirst().flatMap { $0.words(separatedBy: { $0 == UInt8(ascii: ",") }) }
        guard !hosts.isEmpty else {
            return error("ping_group \(quoted(words[0])) has no hosts; write \"ping_group <name> <host> <host>…\"")
        }
        let usable = hosts.filter { hostIsUsable($0, isIPv6: false, of: "ping_group") }
        guard usable.count == hosts.count else { return }
        add(PingNode(name: NodeName(words[0]), hosts: hosts, isGroup: true), of: "ping_group")
    }

    private mutating func add(_ node: PingNode, of directive: String) {
        if let index = draft.pingNodes.firstIndex(where: { $0.name == node.name }) {
            return warning("\(directive) \(node.name) is already listed in line \(pingLines[index]); ignored here")
        }
        draft.pingNodes.append(node)
        members.append(node.name)
        pingLines.append(line)
    }

    /// Whether a word can be a host of the wanted family; reports why not.
    mutating func hostIsUsable(_ text: String, isIPv6: Bool, of directive: String) -> Bool {
        accept(text, of: directive) { (_, text) throws(Complaint) in
            if isIPv6 { try HostText.ipv6Host(text) } else { try HostText.ipv4Host(text) }
        }
    }

    /// Obsolete even in heartbeat 3, where it means what it meant in heartbeat 1 (observed behaviour).
    fileprivate mutating func readNiceFailback(_ text: String) {
        do throws(Complaint) {
            _ = try ValueText.boolean(text)
        } catch {
            return refuse(text, of: "nice_failback", error)
        }
        sawNiceFailback = true
        let stays = draft.autoFailback != .legacy
        draft.autoFailback = stays ? .off : .legacy
        record("auto_failback", draft.autoFailback.rawValue)
        warning(
            "nice_failback is obsolete and is taken as \"auto_failback \(draft.autoFailback.rawValue)\"; "
                + "write \"auto_failback on\" or \"auto_failback off\" instead, as you mean it")
    }
}

extension UInt8 {
    /// Bytes of host names (RFC 1123), and the underscore many local names have.
    fileprivate var isNodeNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
        }
    }
}
