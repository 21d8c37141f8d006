// A way through the first node of a cluster: the client sends into it, the node forwards, and the client throws away what comes
// back to it. The daemon hangs what it hangs on the node's two interfaces as on any other; where the client is there is none.

import HeartbeatLab

/// Packets of the client that the first node forwards.
struct ForwardingPath {
    private let cluster: BenchCluster

    /// Behind the forwarding node; nobody has it, so that nobody answers.
    private static let target = "10.99.2.9"

    /// Builds the way; the cluster takes it along when it is closed.
    init(through cluster: BenchCluster) throws {
        self.cluster = cluster
        let client = cluster.laboratory.client
        let router = cluster.nodes[0].namespace
        try client.configure([
            "link add fwd type veth peer name fin address 02:00:00:00:99:01 netns \(router.name)",
            "address add 10.99.1.1/24 dev fwd", "link set fwd up",
            "link add fsink type veth peer name fout netns \(router.name)", "link set fsink up",
        ])
        try router.configure([
            "link set fin up", "link set fout up", "address add 10.99.1.2/24 dev fin",
            "address add 10.99.2.1/24 dev fout",
            "neighbour replace \(Self.target) lladdr 02:00:00:00:99:02 nud permanent dev fout",
        ])
        try router.set("net/ipv4/ip_forward", to: "1")
        try client.configure([
            "neighbour replace 10.99.1.2 lladdr 02:00:00:00:99:01 nud permanent dev fwd",
            "route add 10.99.2.0/24 via 10.99.1.2",
        ])
    }

    /// Whether the lease's filters hang on both interfaces, at both ends.
    func hasFilters() throws -> Bool {
        try ["fin", "fout"].allSatisfy { interface in
            try ["ingress", "egress"].allSatisfy { end in
                try Command.succeed([
                    "tc", "-n", cluster.nodes[0].namespace.name, "filter", "show", "dev", interface, end,
                ]).contains("heartbeat-lease")
            }
        }
    }

    /// Nanoseconds of processor time for each packet. Throws when not all of them arrive.
    func nanosecondsPerPacket(for span: Duration) throws -> Double {
        let before = try arrived()
        let stream = try PacketStream.send(from: cluster.laboratory.client, to: Self.target, for: span)
        let arrived = try arrived() - before
        guard stream.packets > 0, arrived * 100 >= stream.packets * 99 else {
            throw LabError.notReached("\(arrived) of \(stream.packets) packets were forwarded")
        }
        return stream.processorTime.inMilliseconds * 1_000_000 / Double(stream.packets)
    }

    private func arrived() throws -> Int {
        let text = try Command.succeed(
            cluster.laboratory.client.inside + ["cat", "/sys/class/net/fsink/statistics/rx_packets"])
        return Int(text.split(separator: "\n").first ?? "") ?? 0
    }
}
