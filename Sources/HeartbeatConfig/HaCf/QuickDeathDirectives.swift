// Directives about when a silent node counts as dead before its deadtime is over: `quick_death`, how its kernel is asked
// (`quick_probe`), and who proves this node's own interfaces (`reference`). Heartbeat 3 has none of them.

import HeartbeatModel

extension DirectiveRule {
    static let quickDeath: [DirectiveRule] = [
        scalar("quick_death", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.quickDeath = try quickDeathRule(text)
        },
        scalar("quick_probe", .whenWritten) { (reader, text) throws(Complaint) in
            reader.draft.quickProbe = try quickProbe(text)
        },
        DirectiveRule(name: "reference", exported: .never, needsValue: true) { reader, line in
            for word in line.values {
                _ = reader.accept(word, of: "reference") { (reader, word) throws(Complaint) in
                    let address = try hostAddress(word)
                    if !reader.draft.references.contains(address) { reader.draft.references.append(address) }
                }
            }
        },
    ]

    private static func hostAddress(_ text: String) throws(Complaint) -> IPAddress {
        guard let address = IPAddress(text), address.isOfHost else {
            throw Complaint(
                "is not the address of a host; write one that both nodes reach without a router, such as the router's")
        }
        return address
    }

    static func quickDeathRule(_ text: String) throws(Complaint) -> QuickDeathRule {
        try ValueText.choice(text)
    }

    /// `<rounds>x<pause>`, as in `5x20ms`.
    static func quickProbe(_ text: String) throws(Complaint) -> QuickProbe {
        let parts = text.split(separator: "x", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw Complaint("is not a number of rounds and the pause between them; write \"\(QuickProbe().text)\"")
        }
        let rounds = try ValueText.integer(
            parts[0], in: QuickProbe.roundLimits.lowerBound...QuickProbe.roundLimits.upperBound)
        guard rounds.surplus.isEmpty else {
            throw Complaint("has more than a number before the \"x\"; write \"\(QuickProbe().text)\"")
        }
        let pause = try ValueText.positiveTime(parts[1])
        guard QuickProbe.pauseLimits.contains(pause) else {
            let limits = QuickProbe.pauseLimits
            throw Complaint(
                "has a pause that is not between \(limits.lowerBound.milliseconds) and \(limits.upperBound.milliseconds) ms"
            )
        }
        return QuickProbe(rounds: rounds.number, pause: pause)
    }
}

extension QuickProbe {
    /// As it stands in ha.cf.
    var text: String { "\(rounds)x\(pause.milliseconds)ms" }
}

extension HaCfReader {
    /// What is asked for in so many words must be possible.
    mutating func checkQuickDeath() {
        guard isSound("lease", "keepalive", "deadtime"), let rule = written["quick_death"], draft.leaseTimes == nil,
            draft.quickDeath == .on || draft.quickDeath == .carrier
        else { return }
        log.warning(
            rule.line,
            "quick_death: without a lease nobody counts as dead before deadtime, because nothing keeps a node that was only "
                + "silent from answering beside the other one; see \"lease\"")
    }
}
