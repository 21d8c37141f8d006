// What a probe asks, as words of ha.cf, read and written: the kind and its target.

import HeartbeatModel

enum ProbeTarget {
    /// Default ports by kind (RFC 862, RFC 1035, RFC 9110).
    private static let echoPort: UInt16 = 7
    private static let dnsPort: UInt16 = 53
    private static let httpPort: UInt16 = 80

    /// The first word of a target.
    private enum Form: String, CaseIterable {
        case icmp
        case udpEcho = "udp-echo"
        case tcp
        case arp
        case neighbour = "nd"
        case dns
        case http
        case command
        case partner

        /// What is to be written.
        var text: String {
            switch self {
            case .icmp: "icmp <host>"
            case .udpEcho: "udp-echo <host>[:<port>]"
            case .tcp: "tcp <host>:<port>"
            case .arp: "arp <address>"
            case .neighbour: "nd <address>"
            case .dns: "dns <server>[:<port>] <name>"
            case .http: "http http://<host>[:<port>]/<path>"
            case .command: "command <program> <argument>…"
            case .partner: "partner <host>[:<port>]"
            }
        }

        /// How many words follow; a program may have more, its arguments.
        var targets: Int { self == .dns ? 2 : 1 }
    }

    static func read(_ words: [String], host: HostFacts) throws(Complaint) -> PathProbe.Kind {
        guard let word = words.first, let form = Form(rawValue: word) else {
            let kinds = Form.allCases.map(\.rawValue).sorted()
            throw Complaint(
                "names no kind of probe; write one of \(kinds.joined(separator: ", "))"
                    + (words.first.map { Spelling.hint(for: $0, among: kinds) } ?? ""))
        }
        let targets = Array(words.dropFirst())
        guard targets.count == form.targets || form == .command && targets.count > form.targets else {
            let mistake = targets.count < form.targets ? "has no target" : "has a word too many"
            throw Complaint("\(mistake); write \"\(form.text)\"")
        }
        return try read(form, targets, host)
    }

    private static func read(
        _ form: Form, _ targets: [String], _ host: HostFacts
    ) throws(Complaint) -> PathProbe.Kind {
        switch form {
        case .icmp: return .icmp(host: try checked(targets[0]))
        case .udpEcho:
            let (name, port) = try hostAndPort(targets[0], default: echoPort, form)
            return .udpEcho(host: name, port: port)
        case .tcp:
            let (name, port) = try hostAndPort(targets[0], default: nil, form)
            return .tcp(host: name, port: port)
        case .arp:
            guard IPAddress(ipv4: targets[0])?.isUnicast == true else {
                throw Complaint("names no IPv4 address of a host")
            }
            return .neighbour(address: targets[0])
        case .neighbour:
            guard IPAddress(ipv6: targets[0])?.isUnicast == true else {
                throw Complaint("names no IPv6 address of a host")
            }
            return .neighbour(address: targets[0])
        case .dns:
            let (name, port) = try hostAndPort(targets[0], default: dnsPort, form)
            return .dns(server: name, port: port, name: try checked(targets[1]))
        case .http: return try readHTTP(targets[0])
        case .command:
            let path = try ValueText.absolutePath(targets[0])
            guard host.isExecutable(path) else { throw Complaint("names no program that can be run; chmod +x \(path)") }
            return .command(path: path, arguments: Array(targets.dropFirst()))
        case .partner:
            let (name, port) = try hostAndPort(targets[0], default: PartnerService.defaultPort, form)
            return .partner(host: name, port: port)
        }
    }

    private static func readHTTP(_ text: String) throws(Complaint) -> PathProbe.Kind {
        guard text.hasPrefix("http://") else {
            throw Complaint(
                text.hasPrefix("https://")
                    ? "asks for TLS, which is not spoken here; use a tcp probe, or a command"
                    : "is no URL; write \"\(Form.http.text)\"")
        }
        let rest = text.dropFirst(7)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let (host, port) = try hostAndPort(String(rest[..<slash]), default: httpPort, .http)
        return .http(host: host, port: port, path: slash == rest.endIndex ? "/" : String(rest[slash...]))
    }

    /// `host`, `host:port`, `[address]:port` or a bare IPv6 address.
    private static func hostAndPort(
        _ text: String, default fallback: UInt16?, _ form: Form
    ) throws(Complaint) -> (String, UInt16) {
        var (host, port) = (Substring(text), Substring?.none)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw Complaint("is not understood; write \"\(form.text)\"")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if IPAddress(ipv6: text) == nil, let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        let name = try checked(String(host))
        guard let port else {
            guard let fallback else { throw Complaint("has no port; write \"\(form.text)\"") }
            return (name, fallback)
        }
        guard let number = UInt16(port), number > 0 else {
            throw Complaint("has no port between 1 and 65535 behind the colon")
        }
        return (name, number)
    }

    /// A name or an address: what is certainly neither is refused before anybody looks it up.
    private static func checked(_ host: String) throws(Complaint) -> String {
        let isGood = host.utf8.allSatisfy {
            $0.isNameByte || ":%".utf8.contains($0)
        }
        guard isGood, !host.isEmpty, host.utf8.count <= 253 else { throw Complaint("names no host") }
        return host
    }

    /// The words that `read` understands.
    static func text(_ kind: PathProbe.Kind) -> String {
        switch kind {
        case .icmp(let host): "icmp \(host)"
        case .udpEcho(let host, let port): "udp-echo \(bracketed(host)):\(port)"
        case .tcp(let host, let port): "tcp \(bracketed(host)):\(port)"
        case .neighbour(let address): (IPAddress(ipv6: address) == nil ? "arp " : "nd ") + address
        case .dns(let server, let port, let name): "dns \(bracketed(server)):\(port) \(name)"
        case .http(let host, let port, let path): "http http://\(bracketed(host)):\(port)\(path)"
        case .command(let path, let arguments): (["command", path] + arguments).joined(separator: " ")
        case .partner(let host, let port): "partner \(bracketed(host)):\(port)"
        }
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
