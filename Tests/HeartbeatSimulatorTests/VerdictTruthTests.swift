// What hbctl would say at any moment of a simulated pair, beside what is true there: a failover, a boot or a handover that goes well is
// never critical, and a pair that has settled is told as it is, on both nodes.

import HeartbeatCore
import HeartbeatModel
import HeartbeatStatus
import Testing

@testable import HeartbeatSimulator

@Suite struct VerdictTruthTests {
    @Test(arguments: [1...10, 11...20, 21...30, 31...40] as [ClosedRange<UInt64>])
    func `what is told of a pair is true`(seeds: ClosedRange<UInt64>) {
        for seed in seeds {
            var run = JudgedRun(seed: seed)
            run.play()
            #expect(run.complaints == [], "seed \(seed)")
        }
    }
}

/// A calm pair to which things happen one after the other, looked at five times a second.
private struct JudgedRun {
    private let world: World
    private var random: SplitMix64
    /// What each node has told of something, and since when: a daemon's shell keeps it.
    private var told: [String: (value: String, since: Instant)] = [:]
    private(set) var complaints: [String] = []

    private static let look = Duration.milliseconds(200)

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        var configuration = CutTable.configuration(media: ["eth0", "eth1"])
        configuration.groups = configuration.nodes.enumerated().map { number, node in
            let word = "10.0.\(number).1"
            let address = Resource(
                word: word, scriptName: "IPaddr", arguments: [],
                address: ServiceAddress(bytes: [10, 0, UInt8(number), 1], text: word))
            let script = Resource(word: "service\(number)", scriptName: "service\(number)", arguments: [])
            return ResourceGroup(preferredNode: node, resources: [address, script], line: number + 1)
        }
        configuration.quickDeath = .off
        configuration.autoFailback = random.next() % 2 == 0 ? .on : .off
        world = World.calm(
            configuration, scripts: random.duration(in: .milliseconds(1)...(.milliseconds(3000))),
            trace: Trace(detail: .tail(1)))
    }

    mutating func play() {
        for host in world.hosts.indices { world.boot(host) }
        watch("the start", for: .seconds(40))
        compare("at the start")
        for _ in 0..<6 {
            let deed = befall()
            watch(deed, for: random.duration(in: .zero...(.seconds(15))))
            mend()
            watch(deed, for: .seconds(60))
            compare(deed)
        }
    }

    // MARK: - What happens

    private mutating func befall() -> String {
        let host = Int(random.next() % 2)
        switch random.next() % 5 {
        case 0:
            world.losePower(host)
            return "\(host) loses power"
        case 1:
            world.request(.standby(.all), of: host)
            return "\(host) gives all away"
        case 2:
            world.request(.takeover(.all), of: host)
            return "\(host) takes all"
        case 3:
            world.network.setBlocked(true, medium: host, sender: nil)
            return "medium \(host) is cut"
        default:
            world.request(.standby(.foreign), of: host)
            return "\(host) gives back"
        }
    }

    private mutating func mend() {
        for host in world.hosts.indices {
            if !world.hosts[host].isUp { world.boot(host) }
            world.network.setBlocked(false, medium: host, sender: nil)
        }
    }

    // MARK: - What is told

    private mutating func watch(_ deed: String, for time: Duration) {
        let end = world.now + time
        while world.now < end {
            _ = world.run(until: world.now + Self.look)
            for host in world.hosts.indices {
                guard let status = status(of: host), status.verdict.level == .critical else { continue }
                complain("during \"\(deed)\" \(world.hosts[host].name) says \(status.verdict.sentence)")
            }
        }
    }

    private mutating func complain(_ text: String) {
        guard complaints.count < 5 else { return }
        complaints.append("at \(world.now.nanoseconds / 1_000_000) ms \(text)")
    }

    private mutating func status(of host: Int) -> PairStatus? {
        guard world.hosts[host].isUp, let core = world.hosts[host].core else { return nil }
        let now = world.hosts[host].localTime(world.now)
        var facts = core.facts(at: now)
        for place in facts.groups.indices {
            let group = facts.groups[place]
            facts.groups[place].since = since("\(host) \(group.key)", group.state.rawValue, now)
        }
        for place in facts.nodes.indices {
            let node = facts.nodes[place]
            let standing = "\(node.status) \(node.standing?.rawValue ?? "")"
            facts.nodes[place].since = since("\(host) \(node.name)", standing, now)
        }
        return PairStatus(.answered(facts), of: facts.node, asked: 0)
    }

    private mutating func since(_ key: String, _ value: String, _ now: Instant) -> Duration {
        if let known = told[key], known.value == value, known.since <= now { return now - known.since }
        told[key] = (value, now)
        return .zero
    }

    // MARK: - What is true

    /// Everything is whole, and has been for a minute.
    private mutating func compare(_ deed: String) {
        for host in world.hosts.indices {
            guard let status = status(of: host) else {
                complain("\(host) is not up")
                continue
            }
            for (number, group) in status.groups.enumerated() {
                let owners = world.hosts.filter { owner in
                    world.configuration.groups[number].steps.indices.allSatisfy { position in
                        owner.running.contains(ResourcePlace(group: number, position: position))
                    }
                }
                let isTrue = owners.count == 1 && group.service == .on(owners[0].name)
                if !isTrue { complain("after \"\(deed)\" \(host) says \(group.service) of \(group.key)") }
            }
            if status.verdict.level != .ok {
                complain("after \"\(deed)\" \(host) says \(status.verdict) \(status.problems.map(\.code))")
            }
        }
    }
}
