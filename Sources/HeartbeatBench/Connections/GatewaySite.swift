// A pair of gateways as an operator makes it: one site file, from which hb_site makes all files of both, and a packet filter that
// translates addresses and drops what belongs to no connection it knows.

import Glibc
import HeartbeatLab
import HeartbeatModel

/// Texts and settings of the gateways, and what stands before and behind them.
struct GatewaySite {
    var keepalive: Duration
    var deadtime: Duration
    /// Whether connections are copied and taken over.
    var hasConnections: Bool
    /// On the side of the client; it goes through it to the server.
    var inner: ServiceAddress

    /// On the side of the server: what the client's connections come from, and what the server connects to.
    static let outer = "10.66.0.100"
    /// The client, behind the gateways.
    static let client = String(ServiceAddress.client.prefix { $0 != "/" })
    /// The port at which the client is reached through `outer`.
    static let inboundPort: UInt16 = 7002

    /// The site file. The times are those of the bench; `monitor` lets the status of conntrackd be asked.
    var text: String {
        let nodes = (0..<2).map { number in
            "node cluster\(number + 1) eth0=\(ServiceAddress.own(ofNode: number)) "
                + "eth1=192.168.78.\(number + 1)/24 eth2=10.66.0.\(number + 1)/24"
        }
        let options = [
            "keepalive \(keepalive.roundedMilliseconds)ms", "deadtime \(deadtime.roundedMilliseconds)ms",
            "warntime \(deadtime.roundedMilliseconds / 2)ms",
            "initdead \(max(deadtime, .seconds(5)).roundedMilliseconds)ms", "auto_failback on", "logfacility none",
            "monitor 2",
        ]
        let lines =
            ["site lab", "secret file=site.key", "pair gateways cluster1 cluster2"] + nodes
            + ["service gateways \(inner)@eth0 \(Self.outer)/24@eth2", "media gateways bcast=eth0 bcast=eth1"]
            + options.map { "option gateways \($0)" } + (hasConnections ? ["connections gateways eth1"] : [])
        return lines.textOfLines
    }

    /// The packet filter of both. What belongs to no known connection is dropped, so that nothing is picked up in its middle.
    static let filter = """
        table ip gateway {
            chain inbound {
                type nat hook prerouting priority dstnat
                iifname eth2 ip daddr \(outer) tcp dport \(inboundPort) dnat to \(client)
            }
            chain outbound {
                type nat hook postrouting priority srcnat
                oifname eth2 ip saddr \(client) snat to \(outer)
            }
            chain forward {
                type filter hook forward priority filter
                ct state invalid drop
            }
            chain input {
                type filter hook input priority filter
                ct state invalid drop
            }
        }

        """

    /// Makes the namespace of a node forward, translate and be strict.
    static func makeGateway(_ namespace: NetworkNamespace) throws {
        try namespace.set("net/ipv4/ip_forward", to: "1")
        try Command.succeed(namespace.inside + ["nft", "-f", "-"], input: filter)
        // A kernel that picks connections up in their middle would hide that it was told nothing.
        try namespace.set("net/netfilter/nf_conntrack_tcp_loose", to: "0")
    }

    /// What a kernel forgets when its machine loses power.
    static func forgetConnections(_ namespace: NetworkNamespace) throws {
        try Command.succeed(namespace.inside + ["conntrack", "-F"])
    }

    /// Why nothing of this can be played here; `nil` if it can.
    /// - Parameter unpacked: what stands for /usr with a conntrackd that is not installed.
    static func obstacle(unpacked: String? = nil) -> String? {
        guard geteuid() == 0 else { return "network namespaces need root" }
        let programs = [("conntrackd", "conntrackd"), ("conntrack", "conntrack"), ("nftables", "nft")]
        let missing = programs.filter { package, program in
            !(package == "conntrackd" && unpacked != nil) && !Files.isInstalled(program)
        }
        guard missing.isEmpty else {
            return "not installed: apt-get install \(missing.map(\.0).joined(separator: " "))"
        }
        let namespace = NetworkNamespace(name: RunName(prefix: BenchCluster.prefix)("trial"))
        defer { namespace.remove() }
        do {
            _ = try NetworkNamespace.make(namespace.name)
            try makeGateway(namespace)
            try forgetConnections(namespace)
        } catch {
            return "this kernel does not track connections in a network namespace: \(error)"
        }
        return nil
    }
}
