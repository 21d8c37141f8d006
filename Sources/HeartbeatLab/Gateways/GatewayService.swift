// A gateway service as its file says it: which hosts, on which networks, how fast. Text only.

import HeartbeatModel

/// A block of gateway.cf, the same on all hosts or not.
package struct GatewayService: Hashable, Sendable {
    /// The lines about how often and how long.
    package enum Pace: Hashable, Sendable {
        /// Nothing is said.
        case unsaid
        /// Checks twice a second, and seconds for a takeover that somebody denies.
        case quick
    }

    package var name: String
    package var network: GatewayNetwork
    /// Numbers of the hosts that the file names, the best one first.
    package var hosts: [Int]
    package var pace = Pace.quick
    /// The resource script that it starts.
    package var script: String
    /// More lines.
    package var further: [String] = []

    /// - Parameter script: `nil`: one that pretends a service and records what it is asked.
    package init(
        name: String = "fw", network: GatewayNetwork = .first, hosts: [Int], pace: Pace = .quick,
        script: String? = nil, further: [String] = []
    ) {
        self.name = name
        self.network = network
        self.hosts = hosts
        self.pace = pace
        self.script = script ?? "\(name)-worker"
        self.further = further
    }

    /// The block.
    package var text: String {
        let roving = GatewaySide.allCases.map { "\(network.roving(on: $0))/\(network.length(on: $0))" }
        let head = [
            "gateway \(name) down=\(GatewayNetwork.downlink) up=\(network.uplink) roving=\(roving.joined(separator: ","))"
        ]
        let members = hosts.enumerated().map { place, host in
            let own = GatewaySide.allCases.map { network.own(ofHost: host, on: $0) }.joined(separator: " ")
            return "host \(GatewayPlace.host(host).name) \(own) priority=\(100 - 10 * place)"
        }
        let ways =
            ["next_hop \(network.nextHop)", "witness \(network.witness)"]
            // A machine has one, whatever it serves.
            + (network == .first ? [] : ["default_route no"])
        return (head + members + ways + times + ["service \(script)"] + further).textOfLines
    }

    /// A machine that is busy for a while does not fail its checks, and a scene is over soon.
    private var times: [String] {
        switch pace {
        case .unsaid: []
        case .quick:
            [
                "self_check 500ms", "svc_check 500ms",
                "procedure_timeout downlinkCheck=300ms uplinkCheck=300ms remoteSvcCheck=300ms localSvcCheck=600ms",
                "reply_timeout 1", "deny_timeout 2", "hear_timeout 300ms", "init_patience 3", "return_after 6",
            ]
        }
    }
}
