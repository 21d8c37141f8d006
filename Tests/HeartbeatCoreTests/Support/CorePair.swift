// Two cores on a table whose messages arrive at once and whose scripts succeed, and whatever else a test puts between them.

import HeartbeatModel

@testable import HeartbeatCore

/// Nodes alpha and beta, each running its own group when all is well.
struct CorePair {
    static let names = [CoreOnDesk.alpha, CoreOnDesk.beta]

    private(set) var cores: [ClusterCore]
    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    private(set) var sent: [[Message]] = [[], []]
    private(set) var facts: [[Fact]] = [[], []]
    private var running: [Set<String>] = [[], []]
    private var queue: [(node: Int, event: Event)] = []
    var isCut = false
    private let configuration: Configuration

    init(generations: [UInt64] = [40, 7], _ configuration: Configuration = CoreOnDesk.configuration) {
        self.configuration = configuration
        cores = []
        for node in 0...1 { cores.append(makeCore(node, generations[node])) }
    }

    private func makeCore(_ node: Int, _ generation: UInt64) -> ClusterCore {
        ClusterCore(
            configuration, local: Self.names[node], uuid: .unknown, generation: Generation(generation),
            host: CoreOnDesk.host, randomSeed: UInt64(node), now: now)
    }

    /// The daemon of a node ends without a word, and nothing of it runs any more; another one begins at once.
    mutating func restart(_ node: Int, generation: UInt64) {
        running[node] = []
        queue.removeAll { $0.node == node }
        cores[node] = makeCore(node, generation)
    }

    mutating func hear(_ message: Message, by node: Int) {
        queue.append((node, .received(message, over: CoreOnDesk.eth0)))
        work()
    }

    mutating func feed(_ event: Event, to node: Int) {
        queue.append((node, event))
        work()
    }

    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while true {
            work()
            guard let next = cores.compactMap(\.nextDeadline).min(), next <= end else { break }
            now = max(now, next)
            for node in 0...1 { execute(cores[node].expireTimers(at: now), of: node) }
        }
        now = end
    }

    /// Words of what runs on a node.
    func running(on node: Int) -> [String] { running[node].sorted() }

    func tells(_ fact: Fact, _ node: Int) -> Bool { facts[node].contains(fact) }

    private mutating func work() {
        while !queue.isEmpty {
            let (node, event) = queue.removeFirst()
            execute(cores[node].handle(event, at: now), of: node)
        }
    }

    private mutating func execute(_ effects: [Effect], of node: Int) {
        for message in effects.messages {
            sent[node].append(message)
            if !isCut { queue.append((1 - node, .received(message, over: CoreOnDesk.eth0))) }
        }
        facts[node] += effects.facts
        for case .perform(let action, let id) in effects {
            queue.append((node, .actionFinished(id, perform(action, on: node))))
        }
        for case .beginAnew(let known) in effects { restart(node, generation: known.number + 1) }
    }

    private mutating func perform(_ action: ResourceAction, on node: Int) -> ActionResult {
        let word = action.step.word
        switch action.verb {
        case .status: return .said(running[node].contains(word) ? "running" : "stopped")
        case .start: running[node].insert(word)
        case .stop: running[node].remove(word)
        }
        return .succeeded
    }
}
