// Two nodes whose files are changed at random moments, first here, then there, over a network that loses and reorders: nothing
// ever runs on both, and when both have the same files again everything runs once.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct ReloadPropertyTests {
    private enum Happening {
        case arrival(Message, to: Int)
        case scriptEnd(ActionID, ResourceAction, on: Int)
    }

    /// Two cores, what connects them and what runs on them.
    private struct Pair {
        var random: SplitMix64
        var now = Instant.zero
        var cores: [ClusterCore] = []
        var queue: [(time: Instant, happening: Happening)] = []
        /// Words that run, or are being started or stopped, by node.
        var active: [Set<String>] = [[], []]
        var broken: [String] = []
        let loss: Int

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
            loss = [0, 5, 20][Int(seed % 3)]
            for (number, node) in [CoreOnDesk.alpha, CoreOnDesk.beta].enumerated() {
                cores.append(
                    ClusterCore(
                        Self.configuration(0), local: node, uuid: .unknown, generation: Generation(1),
                        host: CoreOnDesk.host, randomSeed: seed &+ UInt64(number), now: now))
            }
            for node in 0...1 { feed(.hostSampled(CoreOnDesk.host), to: node) }
        }

        /// The files, in several versions.
        static func configuration(_ version: Int) -> Configuration {
            let (alpha, beta) = (CoreOnDesk.alpha, CoreOnDesk.beta)
            let lines: [[(NodeName, [String])]] = [
                [(alpha, ["web", "mail"]), (beta, ["files"])],
                [(beta, ["web", "mail"]), (beta, ["files"])],
                [(alpha, ["web"]), (beta, ["files", "mail"])],
                [(alpha, ["mail", "web"]), (alpha, ["files"])],
                [(alpha, ["web", "mail", "news"]), (beta, ["files"])],
                [(beta, ["files"])],
            ]
            var configuration = CoreOnDesk.configuration
            configuration.autoFailback = .on
            configuration.groups = lines[version].enumerated().map { number, line in
                ResourceGroup(
                    preferredNode: line.0, resources: GroupOnHost.group(line.1).resources, line: number + 1)
            }
            return configuration
        }

        static let versions = 6

        mutating func reload(_ version: Int, on node: Int) {
            feed(.reconfigured(Self.configuration(version)), to: node)
        }

        // MARK: - Time

        mutating func run(for duration: Duration) {
            let end = now + duration
            while broken.isEmpty {
                let next = queue.min { $0.time < $1.time }?.time
                let due = cores.compactMap(\.nextDeadline).min()
                guard let time = [next, due].compactMap(\.self).min(), time <= end else { break }
                now = max(now, time)
                if let next, next <= now {
                    takeNext()
                } else {
                    for node in 0...1 { execute(cores[node].expireTimers(at: now), of: node) }
                }
            }
            now = end
        }

        private mutating func takeNext() {
            guard let index = queue.indices.min(by: { queue[$0].time < queue[$1].time }) else { return }
            switch queue.remove(at: index).happening {
            case .arrival(let message, let node): feed(.received(message, over: CoreOnDesk.eth0), to: node)
            case .scriptEnd(let id, let action, let node): scriptEnded(id, action, on: node)
            }
        }

        private mutating func delay(atMost milliseconds: Int) -> Instant {
            now + .milliseconds(Int.random(in: 1...milliseconds, using: &random))
        }

        // MARK: - Effects

        mutating func feed(_ event: Event, to node: Int) {
            execute(cores[node].handle(event, at: now), of: node)
        }

        private mutating func execute(_ effects: [Effect], of node: Int) {
            for effect in effects {
                switch effect {
                case .transmit(let message), .transmitAtLeisure(let message):
                    guard Int.random(in: 0..<100, using: &random) >= loss else { continue }
                    queue.append((delay(atMost: 30), .arrival(message, to: 1 - node)))
                case .perform(let action, let id): perform(action, id, on: node)
                case .handOn, .holdLease, .askKernels, .bypass, .rememberPeer, .lookAtCarriers, .sign, .probe,
                    .announce, .reply, .notify,
                    .changed, .remember,
                    .runHook,
                    .reboot,
                    .beginAnew,
                    .stop:
                    break
                }
            }
        }

        private mutating func perform(_ action: ResourceAction, _ id: ActionID, on node: Int) {
            let words = Set(action.step.resources.map(\.word))
            if action.verb == .start {
                let twice = words.intersection(active[1 - node])
                if !twice.isEmpty { broken.append("\(now): \(twice) started on \(node), active on the other") }
                active[node].formUnion(words)
            }
            queue.append((delay(atMost: 80), .scriptEnd(id, action, on: node)))
        }

        private mutating func scriptEnded(_ id: ActionID, _ action: ResourceAction, on node: Int) {
            let words = Set(action.step.resources.map(\.word))
            if action.verb == .stop { active[node].subtract(words) }
            let runs = words.isSubset(of: active[node])
            feed(.actionFinished(id, .said(action.verb == .status && runs ? "running" : "")), to: node)
        }
    }

    /// A pair whose files have been changed twelve times.
    private static func afterChanges(seed: UInt64) -> Pair {
        var pair = Pair(seed: seed)
        pair.run(for: .seconds(40))
        for _ in 0..<12 where pair.broken.isEmpty {
            let node = Int.random(in: 0...1, using: &pair.random)
            switch Int.random(in: 0..<8, using: &pair.random) {
            case 0: pair.feed(.requested(.standby(.all), RequestID(1)), to: node)
            case 1: pair.feed(.requested(.takeover(.all), RequestID(2)), to: node)
            default: pair.reload(Int.random(in: 0..<Pair.versions, using: &pair.random), on: node)
            }
            pair.run(for: .milliseconds(Int.random(in: 1...5000, using: &pair.random)))
        }
        return pair
    }

    /// Whatever happened before, everything that `files` say, the version of each node, runs once in the end.
    private static func end(_ pair: inout Pair, with files: [Int], seed: UInt64) {
        for node in 0...1 {
            pair.reload(files[node], on: node)
            pair.run(for: .milliseconds(Int.random(in: 1...3000, using: &pair.random)))
        }
        pair.run(for: .seconds(120))
        #expect(pair.broken.isEmpty, "seed \(seed): \(pair.broken)")
        let expected = Pair.configuration(files[0]).groups.flatMap { $0.resources.map(\.word) }.sorted()
        #expect(pair.active.flatMap(Array.init).sorted() == expected, "seed \(seed): \(pair.active)")
    }

    @Test(arguments: [0..<40, 5000..<5040] as [Range<UInt64>])
    func nothingRunsTwiceWhateverTheFilesSay(seeds: Range<UInt64>) {
        for seed in seeds {
            var pair = Self.afterChanges(seed: seed)
            let last = Int.random(in: 0..<Pair.versions, using: &pair.random)
            Self.end(&pair, with: [last, last], seed: seed)
        }
    }

    @Test(arguments: [0..<40, 5000..<5040] as [Range<UInt64>])
    func aLineThatEachNodeHasUnderItsOwnNameRunsOnceWhateverTheFilesSaidBefore(seeds: Range<UInt64>) {
        for seed in seeds {
            var pair = Self.afterChanges(seed: seed)
            Self.end(&pair, with: [0, 1], seed: seed)
        }
    }
}
