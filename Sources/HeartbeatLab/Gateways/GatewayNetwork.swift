// The two sides that a gateway service of the laboratory stands between, as addresses. A host may be part of two services at once:
// each has networks and an uplink of its own, so that neither needs the other.

import HeartbeatModel

/// The networks of one service. All hosts have one interface downstream, and one uplink for each service.
package enum GatewayNetwork: Int, CaseIterable, Hashable, Sendable {
    /// The client is in it, and behind it is `far`.
    case first
    case second

    /// The interface of every host toward the clients.
    package static let downlink = "down0"
    /// Where the client is.
    package static let client = "10.0.0.100"
    /// What the client asks, behind the router.
    package static let far = "192.0.2.1"
    /// In the order of the hosts. The router has 6.
    private static let numbers = [2, 3, 4, 5, 7]
    /// So many hosts have addresses.
    package static var mostHosts: Int { numbers.count }

    package var uplink: String { "up\(rawValue)" }

    package func interface(on side: GatewaySide) -> String { side == .down ? Self.downlink : uplink }

    private func prefix(on side: GatewaySide) -> String {
        switch side {
        case .down: "10.0.\(rawValue)"
        case .up: self == .first ? "203.0.113" : "198.51.100"
        }
    }

    /// The address that whoever serves has.
    package func roving(on side: GatewaySide) -> String { "\(prefix(on: side)).1" }

    /// The address that a host always has, as far as its interface is up.
    package func own(ofHost number: Int, on side: GatewaySide) -> String {
        "\(prefix(on: side)).\(Self.numbers[number])"
    }

    package func length(on side: GatewaySide) -> Int { side == .down ? 24 : 28 }

    /// The router above.
    package var nextHop: String { "\(prefix(on: .up)).6" }
    /// Somebody downstream who answers, and can serve nothing.
    package var witness: String { "\(prefix(on: .down)).20" }
    /// All of the downstream side.
    var downstream: String { "\(prefix(on: .down)).0/\(length(on: .down))" }
}

/// Whom a cable leads to.
package enum GatewayPlace: Hashable, Sendable {
    case host(Int)
    case client, witness, router

    /// `gwa`, `gwb`, …; also the end of the names of its ports.
    package var name: String {
        switch self {
        case .host(let number): "gw\(Character(UnicodeScalar(UInt8(97 + number))))"
        case .client: "client"
        case .witness: "witness"
        case .router: "router"
        }
    }

    /// Its ports at the switches of a side; empty where it has no cable.
    func ports(on side: GatewaySide) -> [String] {
        switch (self, side) {
        case (.host, .down), (.client, .down), (.witness, .down): ["\(GatewayNetwork.downlink)-\(name)"]
        case (.host, .up), (.router, .up): GatewayNetwork.allCases.map { "\($0.uplink)-\(name)" }
        case (.client, .up), (.witness, .up), (.router, .down): []
        }
    }
}
