// The worlds that are explored: from where, what is odd about them, and what may happen. Each is small enough to be gone through,
// and together they let happen everything that can.

import HeartbeatModel

extension Exploration {
    /// How things stand when the exploration begins.
    package struct Scene: Sendable {
        /// What the second node's file has otherwise than the first one's.
        enum Difference: Sendable {
            case none
            /// The first node's line begins with the second one's name.
            case ownOnBoth
            /// The first node's line has another address.
            case otherAddress
            /// The first node's line is not there.
            case missingLine
        }

        /// Both nodes run and have settled before anything may happen; otherwise both machines are off.
        var isSettled = true
        /// The first node has been given everything.
        var isOneSided = false
        /// The first node's own group did not start there at first, and runs on the second.
        var isAdopted = false
        /// No start of the first node's own group succeeds there any more.
        var isBroken = false
        /// No stop of the first node's own group succeeds there.
        var isStuck = false
        var difference = Difference.none
    }

    /// From where, and what may happen.
    package struct Bounds: Sendable, CustomStringConvertible {
        package var name: String
        var scene: Scene
        var autoFailback: AutoFailback
        /// Both nodes are of an earlier version, which gives sets only as a whole.
        var areOlder: Bool
        /// How many letters to a node may overtake each other; 1 for none, and for operators who wait until all is quiet.
        var window = 1
        var budget: Budget

        package var description: String { name }

        fileprivate init(
            _ name: String, in scene: Scene = Scene(), failback: AutoFailback = .off, areOlder: Bool = false,
            _ budget: Budget
        ) {
            self.name = name
            self.scene = scene
            autoFailback = failback
            self.areOlder = areOlder
            self.budget = budget
        }
    }

    /// What is explored.
    ///
    /// - Parameter size: 1 for seconds, 2 for minutes.
    package static func worlds(size: Int) -> [Bounds] {
        let small = agreements + oddities
        guard size > 1 else { return small }
        return (small + farther).map {
            var bounds = $0
            bounds.window = size
            bounds.budget.timeouts += size - 1
            return bounds
        }
    }

    /// Nodes that come, go and hand over.
    private static var agreements: [Bounds] {
        [
            Bounds("cold start", in: Scene(isSettled: false), Budget(boots: 2)),
            Bounds("death and return", failback: .on, Budget(deaths: 1, boots: 1, losses: 1)),
            Bounds("partition", Budget(cuts: 1)),
            Bounds("standby", Budget(losses: 1, timeouts: 1, requests: [.standby(.all)])),
            Bounds(
                "standby of an earlier version", areOlder: true,
                Budget(losses: 1, timeouts: 1, requests: [.standby(.all)])),
            Bounds(
                "standby and death of an earlier version", areOlder: true, Budget(deaths: 1, requests: [.standby(.all)])
            ),
            Bounds("takeover", Budget(repeats: 1, requests: [.takeover(.all), .standby(.foreign)])),
            Bounds("shutdown and return", failback: .on, Budget(boots: 1, requests: [.shutdown])),
            Bounds("standby and death", Budget(deaths: 1, requests: [.standby(.all)])),
            Bounds("move", Budget(losses: 2, repeats: 2, requests: [.move("10.0.0.1")])),
            Bounds("move, death and return", failback: .on, Budget(deaths: 1, boots: 1, requests: [.move("10.0.0.1")])),
            Bounds("move, and a start that fails", Budget(failures: 1, requests: [.move("10.0.0.1"), .standby(.all)])),
            Bounds("start that fails", Budget(failures: 2, requests: [.standby(.all)])),
            Bounds("death, and a start that fails", failback: .on, Budget(deaths: 1, boots: 1, failures: 1)),
        ]
    }

    /// Nodes of which something is odd: what runs on a machine, what stands in a file, what one hears of the other.
    private static var oddities: [Bounds] {
        let oneSided = Scene(isOneSided: true)
        return [
            Bounds("crash and return", Budget(crashes: 1, boots: 1)),
            Bounds("return to one that holds everything", in: oneSided, Budget(deaths: 1, boots: 1)),
            Bounds(
                "start that always fails", in: Scene(isBroken: true), failback: .on, Budget(deaths: 1, boots: 1)),
            Bounds(
                "group that was adopted", in: Scene(isAdopted: true), Budget(deaths: 1, boots: 1, lapses: 1)),
            Bounds("partition, and something lost", in: oneSided, Budget(cuts: 1, lapses: 1)),
            Bounds(
                "stop that always fails", in: Scene(isOneSided: true, isStuck: true),
                Budget(losses: 1, requests: [.shutdown, .standby(.all)])),
            Bounds("deafness", Budget(deafness: 1)),
            Bounds(
                "line under both names", in: Scene(difference: .ownOnBoth),
                Budget(deaths: 1, corrections: 1, requests: [.standby(.all)])),
            Bounds(
                "line that differs", in: Scene(difference: .otherAddress),
                Budget(deaths: 1, losses: 1, corrections: 1, requests: [.standby(.all)])),
            Bounds(
                "line that is missing", in: Scene(difference: .missingLine),
                Budget(deaths: 1, losses: 1, corrections: 1, requests: [.standby(.all)])),
        ]
    }

    /// Those that take minutes.
    private static var farther: [Bounds] {
        let oneSided = Scene(isOneSided: true)
        return [
            Bounds("standby, death and return", Budget(deaths: 1, boots: 1, requests: [.standby(.all)])),
            Bounds("standby and partition", Budget(cuts: 1, requests: [.standby(.all)])),
            Bounds("two partitions", Budget(cuts: 2)),
            Bounds("move and partition", Budget(cuts: 1, requests: [.move("10.0.0.1")])),
            Bounds("crash, return and move", Budget(crashes: 1, boots: 1, requests: [.move("10.0.0.1")])),
            Bounds(
                "group that was adopted, and partition", in: Scene(isAdopted: true), Budget(cuts: 1, lapses: 1)),
            Bounds("deafness beside one that holds everything", in: oneSided, Budget(deafness: 1)),
            Bounds(
                "line under both names, death and return", in: Scene(difference: .ownOnBoth),
                Budget(deaths: 1, boots: 1, corrections: 1)),
            Bounds(
                "line that differs, death and return", in: Scene(difference: .otherAddress),
                Budget(deaths: 1, boots: 1, corrections: 1)),
            Bounds(
                "line that is missing, death and return", in: Scene(difference: .missingLine),
                Budget(deaths: 1, boots: 1, corrections: 1)),
            Bounds("crash, return and standby", Budget(crashes: 1, boots: 1, requests: [.standby(.all)])),
        ]
    }

    // MARK: - Files

    /// By node: what stands in its files.
    static func files(_ bounds: Bounds) -> [Configuration] {
        let nodes = [NodeName("alpha"), NodeName("beta")]
        let groups = nodes.enumerated().map { group($1, addresses: [$0 + 1], line: $0 + 1) }
        var first = Configuration(nodes: nodes, media: [.broadcast(interface: "eth0", port: 694)], groups: groups)
        first.autoFailback = bounds.autoFailback
        first.deadtime = first.keepalive * 3
        var second = first
        switch bounds.scene.difference {
        case .none: break
        case .ownOnBoth: second.groups[0] = groups[0].preferring(nodes[1])
        case .otherAddress: second.groups[0] = group(nodes[0], addresses: [1, 3], line: 1)
        case .missingLine: second.groups.removeFirst()
        }
        return [first, second]
    }

    /// Addresses are started without being asked for first: fewer steps that differ in nothing.
    private static func group(_ node: NodeName, addresses: [UInt8], line: Int) -> ResourceGroup {
        let resources = addresses.map { last in
            let text = "10.0.0.\(last)"
            let address = ServiceAddress(bytes: [10, 0, 0, last], text: text)
            return Resource(word: text, scriptName: "IPaddr", arguments: [text], address: address)
        }
        return ResourceGroup(preferredNode: node, resources: resources, line: line)
    }

    private static func group(_ node: NodeName, addresses: [Int], line: Int) -> ResourceGroup {
        group(node, addresses: addresses.map { UInt8($0) }, line: line)
    }
}
