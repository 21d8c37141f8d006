// Counts what the internet of a laboratory passes on, by its protocol.

import HeartbeatLab

/// Counters in a laboratory's internet. Use it from one thread.
struct CrossingCounter {
    /// The internet.
    let network: NetworkNamespace

    /// What must be installed.
    static let requirement = "nft"

    /// Begins at zero, whatever was counted before.
    func begin() throws {
        try nft(
            ["-f", "-"],
            input: """
                add table ip crossings
                delete table ip crossings
                table ip crossings {
                    counter clear {}
                    counter encrypted {}
                    chain forward {
                        type filter hook forward priority filter;
                        ip protocol 47 counter name clear
                        ip protocol esp counter name encrypted
                    }
                }

                """)
    }

    func count() throws -> Crossings {
        try Crossings(clear: packets("clear"), encrypted: packets("encrypted"))
    }

    private func packets(_ counter: String) throws -> Int {
        TwoLines.packets(in: try nft(["list", "counter", "ip", "crossings", counter]))
    }

    @discardableResult
    private func nft(_ words: [String], input: String = "") throws -> String {
        try Command.succeed(network.inside + [Self.requirement] + words, input: input)
    }
}

/// Packets that were sent from one end of a site to the other.
struct Crossings: Hashable {
    /// GRE that nobody has encrypted.
    var clear: Int
    var encrypted: Int

    /// What is wrong with what has crossed since an earlier count.
    func problems(since before: Crossings) -> [String] {
        var problems: [String] = []
        if clear > before.clear {
            problems.append("\(clear - before.clear) packets of GRE crossed the internet in clear")
        }
        if encrypted <= before.encrypted { problems.append("no ESP crossed the internet") }
        return problems
    }
}
