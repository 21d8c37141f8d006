// What must be true of a whole site, after each of its lines was.

import HeartbeatConfig
import HeartbeatModel

enum SiteChecks {
    /// - Parameters:
    ///   - lines: where each name was given.
    ///   - last: the line where what is missing is reported.
    static func check(_ site: Site, lines: [String: Int], last: Int, _ log: inout DiagnosticLog) {
        if site.name.isEmpty { log.error(last, "the site has no name; write \"site <name>\"") }
        if site.secretFile.isEmpty { log.error(last, "the site has no secret; write \"secret file=<path>\"") }
        if site.pairs.isEmpty { log.error(last, "there is no pair; write \"pair <name> <node> <node>\"") }
        for pair in site.pairs { check(pair, at: lines[pair.name] ?? last, &log) }
        for tunnel in site.tunnels { check(tunnel, of: site, at: lines[tunnel.name] ?? last, &log) }
    }

    private static func check(_ pair: SitePair, at line: Int, _ log: inout DiagnosticLog) {
        if pair.services.isEmpty { log.error(line, "pair \(pair.name) has no service; nothing would move") }
        if pair.media.isEmpty {
            log.error(line, "pair \(pair.name) has no media; its nodes would not hear of each other")
        }
        for node in pair.nodes {
            for service in pair.services where !node.addresses.contains(where: { $0.interface == service.interface }) {
                log.error(
                    line,
                    "pair \(pair.name): \(service.text) is to be on \(service.interface), which \(node.name) has no "
                        + "address on")
            }
            for service in pair.services where node.addresses.contains(where: { $0.ip == service.ip }) {
                log.error(line, "pair \(pair.name): \(service.ip) moves, and cannot be \(node.name)'s own as well")
            }
            for case .unicast(let interface) in pair.media
            where !node.addresses.contains(where: { $0.interface == interface }) {
                log.error(line, "pair \(pair.name): ucast=\(interface): \(node.name) has no address there")
            }
            if let gateway = node.gateway, node.outer == nil {
                log.error(line, "pair \(pair.name): \(node.name) reaches via=\(gateway) over no interface of its own")
            }
        }
        if let interface = pair.connections,
            pair.nodes.contains(where: { node in
                !node.addresses.contains { $0.interface == interface }
            })
        {
            log.error(line, "pair \(pair.name): connections \(interface): not both nodes have an address there")
        }
    }

    private static func check(_ tunnel: SiteTunnel, of site: Site, at line: Int, _ log: inout DiagnosticLog) {
        let known = site.pairs.map(\.name) + site.nodes
        for end in tunnel.ends where !known.contains(end) {
            log.error(line, "tunnel \(tunnel.name): \(end) is neither a pair nor a node")
        }
        let pairs = tunnel.ends.compactMap { site.pair(at: $0) }
        guard pairs.count == 2 else { return }
        if pairs[0].name == pairs[1].name { log.error(line, "tunnel \(tunnel.name) does not leave its pair") }
        for end in tunnel.ends where site.outer(end) == nil {
            log.error(
                line,
                "tunnel \(tunnel.name): \(end) has no address where its default gateway is; "
                    + "give its nodes via=, and a pair a service on that interface")
        }
        if tunnel.kind != .policy, tunnel.inner.count != 2 {
            log.error(line, "tunnel \(tunnel.name) is an interface and needs inner=<address>,<address>")
        }
        if tunnel.kind == .policy, !tunnel.inner.isEmpty || tunnel.system != nil {
            log.error(line, "tunnel \(tunnel.name) has no interface; neither inner= nor bgp= acts on it")
        }
        for pair in pairs where pair.networks.isEmpty {
            log.error(line, "tunnel \(tunnel.name): pair \(pair.name) has no network to reach through it")
        }
    }
}
