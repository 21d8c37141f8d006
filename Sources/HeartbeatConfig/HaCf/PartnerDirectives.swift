// How a node speaks with the nodes of another pair (`partner_port`), and what must hold for its probes that ask them. Heartbeat 3
// has none of it.

import HeartbeatModel

extension DirectiveRule {
    static let partners: [DirectiveRule] = [
        DirectiveRule(name: "partner_port", exported: .never, needsValue: true) { reader, line in
            reader.readPartnerPort(line.words)
        }
    ]
}

extension HaCfReader {
    /// `partner_port <port> [key=<file>]`.
    fileprivate mutating func readPartnerPort(_ words: [String]) {
        guard let first = words.first else {
            return error("partner_port: write the UDP port, \"partner_port \(PartnerService.defaultPort)\"")
        }
        var service = PartnerService(port: 0, keys: AuthenticationKeys(current: 0, keys: []))
        var usable = accept(first, of: "partner_port") { (reader, text) throws(Complaint) in
            service.port = UInt16(try reader.integer(text, of: "partner_port", in: 1...65535))
        }
        for word in words.dropFirst() {
            let isGood = accept(word, of: "partner_port") { (_, word) throws(Complaint) in
                guard let path = word.value(of: "key") else { throw Complaint("is not known; write key=<file>") }
                service.keyFile = try ValueText.absolutePath(path)
            }
            usable = usable && isGood
        }
        guard usable else { return }
        record("partner_port", words.joined(separator: " "))
        draft.partnerService = service
    }

    mutating func checkPartners() {
        let asking = zip(draft.probes, probeLines).filter(\.0.asksPartner)
        if let (probe, line) = asking.first, draft.partnerService == nil, isSound("partner_port") {
            log.error(
                line,
                "probe \(probe.name): a partner asks back; write \"partner_port \(PartnerService.defaultPort)\" on all nodes"
            )
        }
        for (probe, line) in asking where draft.probeGroups.contains(where: { $0.members.contains(probe.name) }) {
            log.error(
                line,
                "probe \(probe.name): what a partner says concerns the whole node; take it out of the probe_group")
        }
    }
}
