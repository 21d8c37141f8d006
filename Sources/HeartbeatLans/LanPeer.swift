// Another host as this one knows it: its addresses, the way over each LAN, and what came of the present round of questions.

import HeartbeatModel

struct LanPeer: Sendable {
    let identity: HostIdentity
    /// What it said its addresses are.
    var addresses: [IPAddress] = []
    /// Its address on each LAN, from where it was last heard there.
    var gateways: [String: IPAddress] = [:]
    /// The way over each LAN on which it has an address.
    var paths: [String: LanPath] = [:]
    var lastHeard: Instant
    /// LANs over which it was heard in the present round.
    var heard: Set<String> = []
    /// LANs over which it was not heard in the last round that was judged.
    var unheard: Set<String> = []
    /// The first round of ours that is judged by its answers.
    var firstRound: UInt64
    /// The questions it asks us.
    var inquiries: Inquiries?
    /// Said to be beyond reach.
    var isLost = false

    /// A requestor's questions, from the side of one who only answers. A round begins with the first copy of a question and is
    /// judged when the copies over all LANs have had their time; one that never begins is judged an interval after the last.
    struct Inquiries: Sendable {
        var sequence: UInt64
        var interval: Duration
        var judgeAt: Instant
        /// LANs over which the question before this one has arrived.
        var before: Set<String>
        /// LANs over which this one has.
        var arrived: Set<String> = []
        /// It has not been judged yet.
        var isOpen = true
    }

    /// How it is called: by its first address.
    var name: String {
        (addresses.first ?? gateways.values.min()).map(\.description) ?? "?"
    }

    /// Nothing was heard for so long that nobody expects anything any more.
    var isSilent: Bool { paths.values.allSatisfy { !$0.isValid && $0.good == 0 } }

    /// Its addresses on a LAN.
    func addresses(on network: LanNetwork) -> [IPAddress] {
        addresses.filter(network.leads(to:))
    }

    /// Has a way over each LAN on which it has an address, and no other.
    mutating func updatePaths(_ networks: [LanNetwork]) {
        for network in networks {
            let isThere = gateways[network.name] != nil || !addresses(on: network).isEmpty
            guard isThere else {
                paths[network.name] = nil
                continue
            }
            if paths[network.name] == nil { paths[network.name] = LanPath() }
        }
    }
}
