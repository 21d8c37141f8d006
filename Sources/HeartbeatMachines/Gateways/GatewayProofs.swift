// What must be true on the gateways of a site while they serve, so that what clients see came about the way it must: through IPsec,
// by routes of BGP. Values; the lines of shell are for the machines of the image.

import HeartbeatLab

/// Something that is true when a line of shell succeeds.
struct Proof: Hashable {
    /// In words.
    var claim: String
    var line: String

    /// Of one policy: rekeying, and two ends that ask each other at once, make a second SA of the same.
    static let onePolicy = Proof(
        claim: "the SAs that are installed are of one policy",
        line: "[ \"$(\(listing) | grep INSTALLED | grep -o 'reqid [0-9]*' | sort -u | wc -l)\" = 1 ]")

    /// Each of these connections is up, at the same time.
    static func areUp(_ connections: [String]) -> Proof {
        Proof(
            claim: "the SAs of \(connections.joined(separator: " and ")) are installed at once",
            line: "sas=$(\(listing) | grep INSTALLED) && "
                + connections.map { "echo \"$sas\" | grep -q '^ *\($0)[:{]'" }.joined(separator: " && "))
    }

    /// - Parameter interface: `nil`: whichever.
    static func isRoutedByBGP(_ network: Int, through interface: String?) -> Proof {
        let way = interface.map { " .*dev \($0) " } ?? " "
        return Proof(
            claim: "BGP routes 192.168.\(network).0/24" + (interface.map { " through \($0)" } ?? ""),
            line: "ip route show proto bgp | grep -q '^192.168.\(network).0/24\(way)'")
    }

    static func isReached(_ host: String, through interface: String) -> Proof {
        Proof(
            claim: "packets for \(host) leave through \(interface)",
            line: "ip route get \(host) | grep -q ' dev \(interface) '")
    }

    /// Actions of a script that must succeed whatever was done before.
    static func succeeds(_ script: String, _ actions: [String]) -> Proof {
        Proof(
            claim: "\(script) succeeds with \(actions.joined(separator: ", "))",
            line: actions.map { "/etc/ha.d/resource.d/\(script) \($0)" }.joined(separator: " && "))
    }

    /// Only the second speaks with a daemon of which `ipsec.conf` is the configuration, when that one has no plugin for the first.
    private static let listing = "{ swanctl --list-sas 2>/dev/null || ipsec status; }"
}

/// What must be true on the nodes of one end.
struct EndProofs: Hashable {
    /// Place of its first node in the plan; the second is the next.
    var first: Int
    /// Whoever has this address serves.
    var service: String
    /// After the beginning and after each scene, on the node that serves.
    var onOwner: [Proof]
    /// At the beginning, on the node that does not.
    var onOther: [Proof] = []
    /// Before a gateway that has lost its power or its provider is repaired, on the node that serves this end: by the place of the
    /// gateway that is left.
    var onLoss: [Proof] = []
}
