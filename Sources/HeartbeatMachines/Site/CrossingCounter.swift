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
        try Command.succeed(["ip", "netns", "exec", network.name, Self.requirement] + words, input: input)
    }
}
