// A site as the files of its nodes. Text out, nothing read and nothing written.

import HeartbeatConfig
import HeartbeatModel

/// Makes the files of a site.
package struct SiteFiles {
    let site: Site
    let secret: SiteSecret

    package init(_ site: Site, secret: SiteSecret) {
        self.site = site
        self.secret = secret
    }

    /// Of one node, in the order of their paths.
    package func files(of name: String) -> [SiteFile] {
        guard let pair = site.pair(of: name), let node = pair.node(name), let partner = pair.partner(of: name) else {
            return []
        }
        let others = filesBesideHaCf(pair, node, partner)
        let theirs = filesBesideHaCf(pair, partner, node)
        let shared = others.filter { file in
            SiteAgreement.isCompared(file.path) && theirs.contains { $0.path == file.path && $0.text == file.text }
        }
        return ([haCf(pair, node, partner, shared: shared.map(\.path))] + others).sorted { $0.path < $1.path }
    }

    private func filesBesideHaCf(_ pair: SitePair, _ node: SiteNode, _ partner: SiteNode) -> [SiteFile] {
        let tunnels = site.tunnels(of: node.name)
        var files = [haresources(pair), authkeys(pair), firewall(pair, node, partner, tunnels)]
        files += tunnels.compactMap { interface($0.tunnel, $0.end) }
        if !tunnels.isEmpty { files += [swanctl(tunnels), charon()] }
        if tunnels.contains(where: { $0.tunnel.system != nil }) { files += frr(pair, tunnels) }
        if let interface = pair.connections { files.append(conntrackd(pair, node, partner, over: interface)) }
        return files
    }

    /// What is wrong with the files of heartbeat of a node, by its own readers: what an `option` or `run` line has brought there.
    package static func mistakes(in files: [SiteFile], of name: String) -> [Diagnostic] {
        func source(_ path: String) -> SourceFile {
            SourceFile(path: path, text: files.first { $0.path == path }?.text ?? "")
        }
        let result = readConfiguration(
            ConfigurationInput(
                haCf: source("etc/ha.d/ha.cf"), haresources: source("etc/ha.d/haresources"),
                authkeys: source("etc/ha.d/authkeys"), authkeysMode: 0o600, localNode: NodeName(name)))
        return result.diagnostics.filter { $0.severity == .error }
    }

    func file(
        _ path: String, mode: UInt32 = 0o644, comment: String = "#", _ lines: [String]
    ) -> SiteFile {
        SiteFile(path, mode: mode, site: site.name, comment: comment, body: lines.textOfLines)
    }

    // MARK: - heartbeat

    private static let defaults = [
        SiteDirective(word: "logfacility", rest: "daemon"), SiteDirective(word: "keepalive", rest: "1"),
        SiteDirective(word: "warntime", rest: "3"), SiteDirective(word: "deadtime", rest: "5"),
        SiteDirective(word: "initdead", rest: "30"), SiteDirective(word: "auto_failback", rest: "off"),
    ]

    /// - Parameter shared: paths of files that the daemons are to compare, because they are the same on both nodes.
    private func haCf(_ pair: SitePair, _ node: SiteNode, _ partner: SiteNode, shared: [String]) -> SiteFile {
        let defaults = Self.defaults.filter { own in !pair.directives.contains { $0.word == own.word } }
        let directives = (defaults + pair.directives).map { "\($0.word) \($0.rest)" }
        let media = pair.media.map { medium in
            switch medium {
            case .serial(let device): "serial \(device)"
            case .broadcast(let interface): "bcast \(interface)"
            case .unicast(let interface): Self.unicast(interface, partner)
            }
        }
        let connections =
            pair.connections == nil
            ? [] : ["respawn root /etc/ha.d/resource.d/conntrackd run"]
        return file(
            "etc/ha.d/ha.cf",
            directives + ["baud 19200", "udpport \(Configuration.usualPort)"] + media + connections + Self.sync(shared)
                + pair.nodes.map { "node \($0.name)" })
    }

    /// Shortest first: of more tunnels than can be compared, those of the many are left out, and not what all have in common.
    private static func sync(_ paths: [String]) -> [String] {
        let compared = paths.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.prefix(SharedFile.most)
        return compared.isEmpty ? [] : ["sync " + compared.map { "/\($0)" }.joined(separator: " ")]
    }

    private static func unicast(_ interface: String, _ partner: SiteNode) -> String {
        let address = partner.addresses.first { $0.interface == interface }?.ip
        return "\(address?.isIPv6 == true ? "ucast6" : "ucast") \(interface) \(address.map { "\($0)" } ?? "")"
    }

    /// Connections first, so that they are known before their packets come; tunnels after the addresses that they begin at.
    private func haresources(_ pair: SitePair) -> SiteFile {
        let tunnels = site.tunnels.filter { $0.ends.contains(pair.name) }
        var words = [pair.nodes[0].name]
        if pair.connections != nil { words.append("conntrackd") }
        words += pair.services.map { service in
            // Between "::" stand the arguments of a script.
            service.ip.isIPv6
                ? "IPv6addr::\(service.ip.withoutGap)/\(service.bits)/\(service.interface)"
                : "\(service.text)/\(service.interface)"
        }
        for tunnel in tunnels {
            if tunnel.kind == .xfrm { words.append("xfrmi::\(tunnel.name)") }
            words.append("ipsec::\(tunnel.name)")
            if tunnel.kind == .gre { words.append("gre::\(tunnel.name)") }
        }
        if tunnels.contains(where: { $0.system != nil }) { words += ["zebra", "bgpd"] }
        return file("etc/ha.d/haresources", [(words + pair.resources).joined(separator: " ")])
    }

    private func authkeys(_ pair: SitePair) -> SiteFile {
        file(
            "etc/ha.d/authkeys", mode: 0o600, ["auth 1", "1 sha1 \(secret.text(for: "authkeys \(pair.name)"))"])
    }

    // MARK: - Connection tracking

    private func conntrackd(
        _ pair: SitePair, _ node: SiteNode, _ partner: SiteNode, over interface: String
    ) -> SiteFile {
        func address(_ node: SiteNode) -> String {
            node.addresses.first { $0.interface == interface }.map { "\($0.ip)" } ?? ""
        }
        // Connections of the gateways themselves do not move.
        let own = (pair.nodes.flatMap(\.addresses) + pair.services).map { address in
            "            IPv\(address.ip.isIPv6 ? 6 : 4)_address \(address.ip)"
        }
        return file(
            "etc/conntrackd/conntrackd.conf",
            [
                "Sync {", "    Mode FTFW {", "        DisableExternalCache no", "        StartupResync yes", "    }",
                "    UDP {", "        IPv4_address \(address(node))",
                "        IPv4_Destination_Address \(address(partner))", "        Port 3780",
                "        Interface \(interface)", "        SndSocketBuffer 1249280", "        RcvSocketBuffer 1249280",
                "        Checksum yes", "    }", "}", "General {", "    HashSize 32768", "    HashLimit 131072",
                "    Syslog yes", "    LockFile /run/conntrackd.lock", "    UNIX {", "        Path /run/conntrackd.ctl",
                "    }", "    NetlinkBufferSize 2097152", "    NetlinkBufferSizeMaxGrowth 8388608",
                "    Filter From Userspace {", "        Protocol Accept {", "            TCP", "            UDP",
                "            ICMP", "        }", "        Address Ignore {", "            IPv4_address 127.0.0.1",
            ] + own + ["        }", "    }", "}"])
    }
}
