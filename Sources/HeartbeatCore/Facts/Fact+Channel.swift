// Facts about messages and the links they travel on.

import HeartbeatModel

extension Fact {
    package static func linkUp(node: NodeName, medium: MediumName) -> Fact {
        Fact(.linkUp, "Link \(node):\(medium) up.", [.peer: node, .medium: medium])
    }

    package static func linkDead(node: NodeName, medium: MediumName) -> Fact {
        Fact(.linkDead, "Link \(node):\(medium) dead.", [.peer: node, .medium: medium])
    }

    package static func unknownNode(_ name: NodeName) -> Fact {
        Fact(
            .unknownNode, "bad node [\(name)] in message: it signs with our key but is no `node` of ha.cf",
            [.peer: name])
    }

    /// An authentic message of a known type says something this version cannot read.
    package static func notUnderstood(type: String, node: NodeName, reason: String) -> Fact {
        Fact(
            .notUnderstood, "Message [\(type)] of \(node) is not understood and has no effect: \(reason)", [.peer: node]
        )
    }

    package static func replay(node: NodeName, generation: Generation, known: Generation) -> Fact {
        Fact(
            .replay,
            "Message from \(node) has generation \(generation.number), but \(known.number) is known: replay attack, "
                + "or the node has lost its hb_generation file, or two machines are named \(node). It is told; if this goes "
                + "on, stop heartbeat there, write \(known.number) into its hb_generation and start it again",
            [.peer: node, .generation: generation.number])
    }

    /// Another machine sends messages under this node's name.
    package static func namesake(_ node: NodeName, medium: MediumName) -> Fact {
        Fact(
            .namesake,
            "another machine calls itself \(node) too (heard over \(medium)): the other node takes both for one and "
                + "refuses one of them; give one of them its own name (uname -n, or nodeinfo)",
            [.peer: node, .medium: medium])
    }

    /// The peer refuses our messages, and this node runs something, so that it cannot begin anew by itself.
    package static func lockedOut(generation: Generation, known: Generation) -> Fact {
        Fact(
            .lockedOut,
            "The other node knows this node under generation \(known.number) and refuses its messages of generation "
                + "\(generation.number), while this node runs resources: stop heartbeat here, write \(known.number) into "
                + "hb_generation and start it again",
            [.generation: generation.number])
    }

    /// The peer is heard, but has not answered since this node began.
    package static func unanswered(node: NodeName) -> Fact {
        Fact(
            .unanswered,
            "\(node) is heard and does not answer; nothing is started here as long as that lasts. Does a firewall there keep "
                + "this node's packets out, or does somebody play old packets of \(node) again? If it does not run, find out who "
                + "sends them (tcpdump -n udp port 694)",
            [.peer: node])
    }

    package static func packetsLost(
        count: UInt64, node: NodeName, last: SequenceNumber, current: SequenceNumber
    ) -> Fact {
        Fact(
            .packetsLost, "\(count) lost packet(s) for [\(node)] [\(last.number):\(current.number)]",
            [.count: count, .peer: node, .sequence: current.number])
    }

    package static func nothingMissing(node: NodeName) -> Fact {
        Fact(.nothingMissing, "No pkts missing from \(node)!", [.peer: node])
    }

    package static func packetIrretrievable(_ sequence: SequenceNumber, node: NodeName) -> Fact {
        Fact(
            .packetIrretrievable, "Irretrievably lost packet \(sequence.number) of \(node)",
            [.sequence: sequence.number, .peer: node])
    }

    /// The local node was not scheduled for this long beyond its keepalive.
    package static func stalled(_ duration: Duration) -> Fact {
        Fact(
            .stalled, "This node was not scheduled for \(duration.milliseconds) ms; nobody is judged by that time",
            [.latency: duration.milliseconds])
    }
}
