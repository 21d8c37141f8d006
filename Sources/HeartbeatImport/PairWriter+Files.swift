// The lines of haresources and of each node's ha.cf.

import HeartbeatModel

extension PairWriter {
    // MARK: - haresources

    mutating func haresources() -> String {
        var lines: [String] = []
        var seen: Set<IPAddress> = []
        for group in groups() {
            let preferred = pairings[group[0]].preferred
            let words = group.flatMap { addressWords(of: pairings[$0], &seen) }
            guard !words.isEmpty else {
                let instance = pairings[group[0]].first
                find(
                    .lost, instance.place, instance.title,
                    "no address is left of it, and a group without a resource is none",
                    "write a line of haresources with what shall move")
                continue
            }
            lines.append(Self.joined([name(preferred)] + words))
        }
        return head + lines.textOfLines
    }

    /// Long groups take several lines.
    private static func joined(_ words: [String]) -> String {
        let most = 6
        return stride(from: 0, to: words.count, by: most)
            .map { words[$0..<min($0 + most, words.count)].joined(separator: " ") }
            .joined(separator: " \\\n    ")
    }

    /// Indices of pairings that move together, in the order of the first of each.
    private mutating func groups() -> [[Int]] {
        var groups: [[Int]] = []
        var taken: Set<Int> = []
        for (side, host) in hosts.enumerated() {
            for sync in host.syncGroups {
                var members: [Int] = []
                for name in sync.members {
                    let index = pairings.firstIndex { $0.sides[side]?.name == name }
                    if let index, !members.contains(index) { members.append(index) }
                    guard index == nil else { continue }
                    find(
                        .lost, sync.place, "vrrp_sync_group \(sync.name): \(name)", "there is no instance of that name",
                        "correct it")
                }
                members.removeAll { taken.contains($0) }
                guard !members.isEmpty else { continue }
                tellDifferent(members, sync)
                taken.formUnion(members)
                groups.append(members)
            }
        }
        groups += pairings.indices.filter { !taken.contains($0) }.map { [$0] }
        return groups.sorted { ($0.min() ?? 0) < ($1.min() ?? 0) }
    }

    private mutating func tellDifferent(_ members: [Int], _ sync: ImportedSyncGroup) {
        guard Set(members.map { pairings[$0].preferred }).count > 1 else { return }
        find(
            .changed, sync.place, "vrrp_sync_group \(sync.name)",
            "its instances prefer different hosts: the group prefers \(name(pairings[members[0]].preferred))",
            "write the other node into haresources if you like that better")
    }

    private mutating func addressWords(of pairing: ImportedPairing, _ seen: inout Set<IPAddress>) -> [String] {
        var words: [String] = []
        for var address in pairing.first.addresses {
            guard seen.insert(address.ip).inserted else {
                find(.kept, address.place, "\(address.ip)", "it is there already, and once is enough")
                continue
            }
            let twin = pairing.sides[0] == nil ? nil : pairing.sides[1]?.addresses.first { $0.ip == address.ip }
            if let interface = twin?.interface, let own = address.interface, interface != own {
                address.interface = nil
                (address.label, address.broadcast) = (nil, nil)
                find(
                    .changed, address.place, "\(address.ip)",
                    "it is on \(own) of \(name(0)) and on \(interface) of \(name(1)): haresources names no interface, and the "
                        + "address comes up where the node has another one of its network",
                    "give each node an address of its own in that network")
            }
            words.append(address.word(defaultBits: address.ip.length))
        }
        return words
    }

    // MARK: - ha.cf

    func haCf(of node: Int, times: [String], failback: [String]) throws(ImportMistake) -> String {
        let media = mediaLines(of: node)
        guard !media.isEmpty else {
            throw ImportMistake(
                pairings[0].first.place,
                "no interface and no address of the other host is named, so that the nodes could not hear "
                    + "each other", "write the interface there")
        }
        let host = hosts.count == 2 ? hosts[node] : hosts[0]
        let blocks = [
            ["node \(nodes.map(\.name.text).joined(separator: " "))"], times, media, failback,
            linkLines(of: node, host),
            Self.unique(host.probes), ["logfacility daemon"],
        ]
        return head + blocks.filter { !$0.isEmpty }.map { $0.textOfLines }.joined(separator: "\n")
    }

    func mediaLines(of node: Int) -> [String] {
        Self.unique(
            pairings.flatMap { pairing -> [String] in
                guard let interface = pairing.interface(on: node) else { return [] }
                if pairing.isUnicast {
                    return [0, 1].compactMap { way(to: $0, pairing) }
                        .map { "\($0.isIPv6 ? "ucast6" : "ucast") \(interface) \($0)" }
                }
                let port = Configuration.usualPort
                return [pairing.first.isIPv6 ? "mcast6 \(interface) ff12::694 \(port) 1 0" : "bcast \(interface)"]
            })
    }

    private func way(to node: Int, _ pairing: ImportedPairing) -> IPAddress? {
        nodes[node].address ?? pairing.address(of: node)
    }

    /// With one file, that node's own address may be said nowhere.
    mutating func tellUnknownWay() {
        for pairing in pairings where pairing.isUnicast {
            for node in [0, 1] where way(to: node, pairing) == nil {
                find(
                    .changed, pairing.first.place, "\(pairing.first.title): unicast_peer",
                    "no file says the address of \(name(node))",
                    "write it behind --node \(name(node))=, or a ucast line with it into ha.cf of the other node")
            }
        }
    }

    /// Interfaces with service addresses are watched without a line.
    private func linkLines(of node: Int, _ host: ImportedHost) -> [String] {
        let served = Set(pairings.flatMap { ($0.sides[node] ?? $0.first).addresses.compactMap(\.interface) })
        let own = source == .keepalived ? pairings.compactMap { $0.interface(on: node) } : []
        return Self.unique(own + host.trackedInterfaces).filter { !served.contains($0) && $0 != "lo" }.map {
            "link \($0)"
        }
    }

    private static func unique(_ lines: [String]) -> [String] {
        var seen: Set<String> = []
        return lines.filter { seen.insert($0).inserted }
    }
}
