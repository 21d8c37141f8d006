// The original's reader of the FIFO sometimes loses what its own programs have written there, also among originals (observed):
// an order, or the word of a child that it has done its work, without which the original calls itself in transition, and delays
// its end, for ever. What is lost is told once more, and counted.

import HeartbeatLab

/// What a child tells its daemon through the FIFO.
private struct ChildWord {
    /// Ends of lines of the log: the child's own, and the daemon's when it has heard of it.
    var told: String
    var heard: String
    var fields: [String]

    static let all = [
        // In legacy mode there is no such word.
        ChildWord(
            told: "nice_failback: foreign resources acquired", heard: "info: mach_down takeover complete.",
            fields: ["t=resource", "rsc_hold=foreign", "info=mach_down"]),
        ChildWord(
            told: "info: local HA resource acquisition completed (standby).",
            heard: "info: Standby resource acquisition done [foreign].",
            fields: ["t=ask_resources", "rsc_hold=foreign", "info=done"]),
        ChildWord(
            told: "info: foreign HA resource acquisition completed (standby).",
            heard: "info: Standby resource acquisition done [local].",
            fields: ["t=ask_resources", "rsc_hold=local", "info=done"]),
        ChildWord(
            told: "info: all HA resource acquisition completed (standby).",
            heard: "info: Standby resource acquisition done [all].",
            fields: ["t=ask_resources", "rsc_hold=all", "info=done"]),
    ]
}

extension MixedNode {
    private static let mostRepetitions = 3

    /// Whether an order, or a script's answer to the other node, was lost.
    var hasLostAnOrder: Bool {
        software == .original
            && ["Invalid message in send_cluster_msg", "msg2string: Message with zero fields"].contains {
                lab.log.contains($0)
            }
    }

    /// Legacy mode: answers the other node once more that it may start its group, which is released here.
    func repeatAnswer(to other: MixedNode) throws {
        try tell([
            "t=ip-request-resp", "dest=\(other.lab.name)", "ipaddr=\(NodeConfiguration.keys[other.number])",
            "weown=yes", "ok=OK",
        ])
    }

    /// Tells the original once more what it has lost. Returns how often it was told.
    func repeatLostWords() throws -> Int {
        guard software == .original, lab.isPowered else { return 0 }
        return try ChildWord.all.map(repeatLost).reduce(0, +)
    }

    private func repeatLost(_ word: ChildWord) throws -> Int {
        var count = 0
        while count < Self.mostRepetitions, lost(word) > unheard[word.told, default: 0] {
            count += 1
            try tell(word.fields)
            _ = try Interruption.wait(atMost: .seconds(3)) { lost(word) == 0 }
        }
        // Later it would not be true any more.
        unheard[word.told] = lost(word)
        return count
    }

    /// Writes into the FIFO.
    private func tell(_ fields: [String]) throws {
        let message = ([">>>"] + fields + ["<<<"]).map { $0 + "\\n" }.joined()
        try Command.succeed(["timeout", "5", "sh", "-c", "printf '\(message)' >'\(lab.stateDirectory)/fifo'"])
    }

    private func lost(_ word: ChildWord) -> Int {
        let lines = lab.log.split(separator: "\n")
        return max(0, lines.count { $0.hasSuffix(word.told) } - lines.count { $0.hasSuffix(word.heard) })
    }
}
