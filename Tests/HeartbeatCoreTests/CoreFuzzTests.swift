// A core among lunatics: its peer, its operators, its scripts and its clock do anything they can do, and what the peer says
// travels as bytes, on the ways the daemon reads them. It must never trap, and a few promises hold whatever comes: one reply
// a request, one action a group, and no deadline that stays due.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct CoreFuzzTests {
    private struct Run {
        var peer: RandomPeer
        var wire = RandomWire()
        let begun: Configuration
        var core: ClusterCore
        var now = Instant.zero
        /// The action under way of each group, as the shell sees it.
        var outstanding: [String: ActionID] = [:]
        var answered: [ActionID] = []
        var asked: UInt64 = 0
        var replies: [RequestID: Int] = [:]
        var hasStopped = false
        var broken: [String] = []
        var visited: Set<String> = []

        init(seed: UInt64) {
            peer = RandomPeer(seed: seed)
            begun = Self.configuration(&peer)
            core = ClusterCore(
                begun, local: CoreOnDesk.alpha, uuid: .unknown, generation: CoreOnDesk.generation,
                host: CoreOnDesk.host, randomSeed: seed, now: .zero)
            // A daemon that has begun anew reads the backlog of its earlier life first.
            if peer.chance(2) { for _ in 0..<30 { hear() } }
            expire()
        }

        private static func configuration(_ peer: inout RandomPeer) -> Configuration {
            func group(_ words: [String], of node: NodeName, line: Int) -> ResourceGroup {
                let resources = words.map { Resource(word: $0, scriptName: $0, arguments: []) }
                return ResourceGroup(preferredNode: node, resources: resources, line: line)
            }
            let nodes = peer.chance(8) ? [CoreOnDesk.alpha] : [CoreOnDesk.alpha, CoreOnDesk.beta]
            var configuration = Configuration(
                nodes: nodes, media: [.broadcast(interface: "eth0", port: 694)],
                groups: [
                    group(["web", "disk"], of: CoreOnDesk.alpha, line: 1),
                    // Shares a resource with the first.
                    group(["mail", "disk"], of: CoreOnDesk.alpha, line: 2),
                    group(["files"], of: CoreOnDesk.beta, line: 3),
                ])
            configuration.deadtime = .seconds(10)
            configuration.initdead = peer.pick([.seconds(1), .seconds(30)])
            configuration.autoFailback = peer.pick([.on, .off, .legacy])
            if peer.chance(2) { configuration.pingNodes = [PingNode(name: NodeName("router"), hosts: ["router"])] }
            return configuration
        }

        // MARK: - What happens

        mutating func step() {
            switch Int.random(in: 0..<100, using: &peer.random) {
            case 0..<50: hear()
            case 50..<55: ask(.standby(peer.holdSet()))
            case 55..<58: ask(.takeover(peer.holdSet()))
            case 58 where peer.chance(20): ask(.shutdown)
            case 58: ask(.move(peer.pick(["web", "files", "nothing"])))
            case 59..<75: answer()
            case 75: feed(.pingAnswered(peer.pick([NodeName("router"), CoreOnDesk.beta])))
            case 76: feed(.hostSampled(HostSample(unixTime: .max, load: "\u{0}")))
            case 77..<79: inject()
            case 79: repeatAnswer()
            case 80:
                let (key, word) = (peer.pick(["web", "files", "nothing"]), peer.pick(["web", "files", "x"]))
                feed(
                    peer.chance(2)
                        ? .resourceLost(groupKey: key, word: word) : .leftoverFound(groupKey: key, word: word))
            case 81 where peer.chance(4): feed(.reconfigured(otherConfiguration()))
            case 82 where peer.chance(4): feed(.maintained(peer.chance(2) ? "new disks" : nil))
            default: passTime()
            }
            visit()
        }

        private mutating func hear() {
            let medium = peer.chance(20) ? MediumName("eth9") : CoreOnDesk.eth0
            for message in wire.carry(peer.message(), isSerial: peer.chance(3)) {
                feed(.received(message, over: medium))
            }
        }

        /// The files were changed and read again.
        private mutating func otherConfiguration() -> Configuration {
            var configuration = begun
            configuration.keepalive = .milliseconds(peer.pick([250, 1000, 2000]))
            configuration.media = peer.chance(2) ? [] : configuration.media
            if peer.chance(3) { configuration.groups.removeLast() }
            if peer.chance(3) {
                let resources = ["web", "mail"].map { word in
                    Resource(word: word, scriptName: word, arguments: [], monitorInterval: .seconds(3))
                }
                configuration.groups[0] = ResourceGroup(
                    preferredNode: peer.pick([CoreOnDesk.alpha, CoreOnDesk.beta]), resources: resources, line: 1)
            }
            return configuration
        }

        private mutating func ask(_ request: OperatorRequest) {
            asked += 1
            let id = RequestID(asked)
            if !hasStopped { replies[id] = 0 }
            feed(.requested(request, id))
        }

        private mutating func inject() {
            let content = peer.content()
            feed(.injected(content, to: peer.chance(2) ? CoreOnDesk.beta : nil, extraFields: []))
        }

        private mutating func answer() {
            guard let key = outstanding.keys.sorted().first(where: { _ in peer.chance(2) }),
                let id = outstanding.removeValue(forKey: key)
            else { return }
            answered.append(id)
            let results: [ActionResult] = [
                .succeeded, .succeeded, .succeeded, .said("running"), .failed, .timedOut, .signalled(.min), .missing,
                .exited(code: .max, output: "not running"),
            ]
            feed(.actionFinished(id, peer.pick(results)))
        }

        /// Nobody may be confused by an answer that was given already, or to a question never asked.
        private mutating func repeatAnswer() {
            let invented = ActionID(generation: Generation(0), number: .max)
            feed(.actionFinished(peer.chance(2) ? invented : answered.last ?? invented, .failed))
        }

        private mutating func passTime() {
            switch Int.random(in: 0..<20, using: &peer.random) {
            case 0: now = now + .seconds(Int.random(in: 0...86_400, using: &peer.random))
            case 1...4: now = now + .milliseconds(Int.random(in: 0...30_000, using: &peer.random))
            case 5...9: now = now + .milliseconds(Int.random(in: 0...300, using: &peer.random))
            default: now = max(now, core.nextDeadline ?? now)
            }
            // A stalled node reads its backlog first.
            if peer.chance(4) { for _ in 0..<5 { hear() } }
            expire()
        }

        // MARK: - What is promised

        private mutating func feed(_ event: Event) {
            execute(core.handle(event, at: now))
        }

        private mutating func expire() {
            for _ in 0..<4 {
                execute(core.expireTimers(at: now))
                guard let next = core.nextDeadline, next <= now else { return }
            }
            let phases = core.node.groups.runners.map(\.phase)
            broken.append("deadline stays due in \(core.ownership.state), \(core.ownership.handover), \(phases)")
        }

        private mutating func execute(_ effects: [Effect]) {
            if hasStopped, !effects.isEmpty { broken.append("effects after stop: \(effects)") }
            for effect in effects {
                switch effect {
                case .perform(let action, let id):
                    if let earlier = outstanding[action.groupKey] {
                        broken.append("\(action.groupKey) has \(earlier.number) and \(id.number) under way")
                    }
                    outstanding[action.groupKey] = id
                case .reply(let id, _): replies[id, default: 0] += 1
                case .stop: hasStopped = true
                case .notify(let fact):
                    if fact.text.isEmpty { broken.append("fact without a text: \(fact)") }
                case .beginAnew(let known):
                    guard known <= core.node.channel.generation else { continue }
                    broken.append("begins anew above the older \(known.number)")
                case .transmit, .transmitAtLeisure, .handOn, .holdLease, .askKernels, .bypass, .rememberPeer,
                    .lookAtCarriers, .sign, .changed,
                    .remember,
                    .runHook, .probe,
                    .announce,
                    .reboot:
                    break
                }
            }
        }

        private mutating func visit() {
            switch core.ownership.state {
            case .joining: visited.insert(core.node.membership.joining == .waiting ? "waiting" : "requesting")
            case .negotiating: visited.insert("negotiating")
            case .stable: visited.insert("stable")
            case .leaving: visited.insert("leaving")
            case .lingering: visited.insert("lingering")
            case .gone: visited.insert("gone")
            }
            switch core.ownership.handover {
            case .idle: break
            case .offered: visited.insert("offered")
            case .releasing: visited.insert("releasing")
            case .handedOver: visited.insert("handedOver")
            case .promised: visited.insert("promised")
            case .acquiring: visited.insert("acquiring")
            }
        }
    }

    @Test(arguments: [0..<50, 1000..<1050] as [Range<UInt64>])
    func nothingThatArrivesBreaksTheCore(seeds: Range<UInt64>) {
        var visited: Set<String> = []
        for seed in seeds {
            var run = Run(seed: seed)
            for _ in 0..<2000 where run.broken.isEmpty { run.step() }
            #expect(run.broken.isEmpty, "seed \(seed): \(run.broken)")
            let wrong = run.replies.filter { $0.value != 1 }.keys.map(\.number).sorted()
            #expect(wrong.isEmpty, "seed \(seed): not one reply to requests \(wrong)")
            visited.formUnion(run.visited)
        }
        // What was never reached was not tested.
        let everything: Set = [
            "waiting", "requesting", "negotiating", "stable", "leaving", "lingering", "gone",
            "offered", "releasing", "handedOver", "promised", "acquiring",
        ]
        #expect(everything.subtracting(visited).isEmpty)
    }
}
