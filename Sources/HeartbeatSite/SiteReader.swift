// The site file: one statement a line, names first, then words. Text in, a site or every mistake out.

import HeartbeatConfig
import HeartbeatModel

/// What came of reading.
package struct SiteResult: Hashable, Sendable {
    /// `nil` exactly when there is an error among the diagnostics.
    package var site: Site?
    package var diagnostics: [Diagnostic]
}

/// Reads and checks a site file. No input makes it fail otherwise than by diagnostics.
package func readSite(_ file: SourceFile) -> SiteResult {
    var reader = SiteReader(file: file.path)
    reader.read(file)
    return SiteResult(site: reader.log.hasErrors ? nil : reader.site, diagnostics: reader.log.inOrderOfLines)
}

struct SiteReader {
    var log: DiagnosticLog
    private(set) var site = Site()
    private var line = 0
    /// Where each pair, node and tunnel was named first.
    private var nameLines: [String: Int] = [:]

    init(file: String) { log = DiagnosticLog(file: file) }

    private static let statements = [
        "site", "secret", "pair", "node", "service", "network", "media", "run", "option", "connections", "tunnel",
    ]

    mutating func read(_ file: SourceFile) {
        let source = SourceLines(file, &log)
        if case .unreadable = file.contents { return }
        for line in source.lines {
            guard let text = String(validating: line.bytes.withoutComment, as: UTF8.self) else {
                log.error(line.number, "the line is not valid UTF-8; outside comments use plain text")
                continue
            }
            let words = text.words(separatedBy: \.isBlank)
            guard let first = words.first else { continue }
            self.line = line.number
            do throws(Complaint) {
                try read(first, Array(words.dropFirst()))
            } catch {
                log.error(line.number, "\(first): \(error.message)")
            }
        }
        if !log.hasErrors { SiteChecks.check(site, lines: nameLines, last: source.last, &log) }
    }

    private mutating func read(_ statement: String, _ words: [String]) throws(Complaint) {
        switch statement {
        case "site": site.name = try one(words, "the name of the site")
        case "secret":
            guard let path = try one(words, "file=<path>").value(of: "file") else {
                throw Complaint("write file=<path>; the secret itself does not belong into this file")
            }
            site.secretFile = path
        case "pair": try readPair(words)
        case "node": try readNode(words)
        case "tunnel": try readTunnel(words)
        case "service", "network", "media", "run", "option", "connections":
            guard let name = words.first else { throw Complaint("the name of the pair is missing") }
            guard let place = site.pairs.firstIndex(where: { $0.name == name }) else {
                throw Complaint(
                    "\(quoted(name)) is no pair\(Spelling.hint(for: name, among: site.pairs.map(\.name)))"
                        + "; its line `pair \(name) <node> <node>` must come first")
            }
            try add(statement, Array(words.dropFirst()), to: &site.pairs[place])
        default:
            throw Complaint(
                "is none of \(Self.statements.joined(separator: ", "))"
                    + Spelling.hint(for: statement, among: Self.statements))
        }
    }

    private func one(_ words: [String], _ what: String) throws(Complaint) -> String {
        guard words.count == 1 else { throw Complaint("takes one word: \(what)") }
        return words[0]
    }

    private mutating func claim(_ name: String) throws(Complaint) {
        guard name.utf8.allSatisfy({ $0.isDigit || $0 == 0x2D || $0.isLetter }), !name.isEmpty
        else {
            throw Complaint("\(quoted(name)) is not a name; use letters, digits and \"-\"")
        }
        if let line = nameLines[name] {
            throw Complaint("there is \(quoted(name)) already (\(line)); names must differ")
        }
        nameLines[name] = line
    }

    private mutating func readPair(_ words: [String]) throws(Complaint) {
        guard words.count == 3 else { throw Complaint("takes three names: of the pair, of its two nodes") }
        for word in words { try claim(word) }
        site.pairs.append(SitePair(name: words[0], nodes: words[1...].map { SiteNode(name: $0) }))
    }

    private mutating func readNode(_ words: [String]) throws(Complaint) {
        let name = words.first ?? ""
        guard let place = site.pairs.firstIndex(where: { $0.node(name) != nil }),
            let number = site.pairs[place].nodes.firstIndex(where: { $0.name == name })
        else {
            throw Complaint(
                "\(quoted(name)) belongs to no pair\(Spelling.hint(for: name, among: site.nodes))"
                    + "; its line `pair <name> <node> <node>` must come first")
        }
        var node = site.pairs[place].nodes[number]
        for word in words.dropFirst() {
            if let gateway = word.value(of: "via") {
                guard let address = IPAddress(gateway) else { throw Complaint("\(quoted(gateway)) is no address") }
                node.gateway = address
            } else {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw Complaint("\(quoted(word)): write <interface>=<address>/<bits>, or via=<address>")
                }
                node.addresses.append(try Self.address(parts[1], on: parts[0]))
            }
        }
        site.pairs[place].nodes[number] = node
    }

    private static func address(_ text: String, on interface: String) throws(Complaint) -> SiteAddress {
        guard InterfaceName.isPossible(interface) else {
            throw Complaint("\(quoted(interface)) is no interface's name")
        }
        let network = try network(text)
        guard network.address.isUnicast else { throw Complaint("\(quoted(text)) is nothing that an interface can own") }
        return SiteAddress(ip: network.address, bits: network.bits, interface: interface)
    }

    private static func network(_ text: String) throws(Complaint) -> SiteNetwork {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let bits = DecimalNumber.value(parts[1]),
            (1...address.length).contains(bits)
        else { throw Complaint("\(quoted(text)): write <address>/<bits>, such as 192.168.0.0/24") }
        return SiteNetwork(address: address, bits: bits)
    }

    private func add(_ statement: String, _ words: [String], to pair: inout SitePair) throws(Complaint) {
        guard !words.isEmpty else { throw Complaint("nothing stands behind the name of the pair") }
        switch statement {
        case "service":
            for word in words {
                let parts = word.split(separator: "@", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw Complaint("\(quoted(word)): write <address>/<bits>@<interface>") }
                pair.services.append(try Self.address(parts[0], on: parts[1]))
            }
        case "network": for word in words { pair.networks.append(try Self.network(word)) }
        case "media": for word in words { pair.media.append(try Self.medium(word)) }
        case "run": pair.resources += words
        case "connections": pair.connections = try one(words, "the interface that connections are copied over")
        default:
            let directive = SiteDirective(word: words[0], rest: words.dropFirst().joined(separator: " "))
            pair.directives.removeAll { $0.word == directive.word && directive.rest.isEmpty == $0.rest.isEmpty }
            pair.directives.append(directive)
        }
    }

    private static func medium(_ word: String) throws(Complaint) -> SiteMedium {
        if let device = word.value(of: "serial") { return .serial(device: device) }
        if let interface = word.value(of: "bcast") { return .broadcast(interface: interface) }
        if let interface = word.value(of: "ucast") { return .unicast(interface: interface) }
        throw Complaint("\(quoted(word)): write serial=<device>, bcast=<interface> or ucast=<interface>")
    }

    private mutating func readTunnel(_ words: [String]) throws(Complaint) {
        guard words.count >= 3 else { throw Complaint("takes three names: its own, and those of its ends") }
        try claim(words[0])
        var tunnel = SiteTunnel(name: words[0], number: site.tunnels.count + 1, ends: Array(words[1...2]))
        for word in words.dropFirst(3) {
            if let kind = TunnelKind(rawValue: word) {
                tunnel.kind = kind
            } else if let text = word.value(of: "inner") {
                let inner = text.split(separator: ",").compactMap { IPAddress($0) }
                guard inner.count == 2, inner[0] != inner[1] else {
                    throw Complaint("\(quoted(word)): write inner=<address>,<address>, in the order of the ends")
                }
                tunnel.inner = inner
            } else if let text = word.value(of: "bgp") {
                guard let system = UInt32(text), system > 0 else {
                    throw Complaint("\(quoted(text)) is no number of a system")
                }
                tunnel.system = system
            } else {
                let known = TunnelKind.allCases.map(\.rawValue) + ["inner=<address>,<address>", "bgp=<number>"]
                throw Complaint("\(quoted(word)) is none of \(known.joined(separator: ", "))")
            }
        }
        site.tunnels.append(tunnel)
    }
}
