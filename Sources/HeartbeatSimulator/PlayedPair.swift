// A pair in a calm world for whoever asks what would come of something: the real decisions of both nodes, with the pair's own
// configuration and times. It plays what it is told to and shows what is so; what that means is decided elsewhere.

import HeartbeatCore
import HeartbeatModel

/// What a node says or does.
package enum PairSight {
    case told(Fact)
    case replied(Reply)
    case began(ResourceAction)
    case ended(ResourceAction, ActionResult)
}

/// Two machines, by their numbers: the order of the configuration's nodes.
package final class PlayedPair {
    /// What is so around the nodes and for all of a play.
    package struct Setting {
        package var hasLease = false
        /// On which both stand.
        package var networks: [NodeFacts.Network] = []
        package var times = ScriptTimes()
        /// Hosts on which a guardian runs.
        package var guarded: Set<Int> = []

        package init() {}
    }

    private struct MediumEnd: Hashable {
        var medium: Int
        var host: Int
    }

    let world: World
    private let guarded: Set<Int>
    /// Ends of media that are broken; the directions, by sender, in which media bring nothing; all of them.
    private var brokenEnds: Set<MediumEnd> = []
    private var muted: Set<MediumEnd> = []
    private var isCut = false

    /// - Parameter configuration: of two nodes; with every interface that they watch.
    package init(_ configuration: Configuration, _ setting: Setting) {
        var configuration = configuration
        // Which files they are makes no difference.
        if !configuration.syncFiles.isEmpty { configuration.syncFiles = [SharedFilePlan.path] }
        world = World.calm(configuration, scripts: .zero, trace: Trace(detail: .tail(1)))
        world.scripts.times = setting.times
        world.hasLease = setting.hasLease
        guarded = setting.guarded
        world.lans = setting.networks.enumerated().map { number, network in
            var lan = Lan(name: network.interface, number: UInt8(truncatingIfNeeded: number))
            lan.medium = configuration.media.firstIndex { $0.isDatagrams && $0.name.text == network.interface }
            lan.isCable = configuration.interfaces.contains { $0.interface == network.interface && $0.isCable }
            lan.reference = network.isProved ? .onBothSides : nil
            return lan
        }
    }

    package var configuration: Configuration { world.configuration }
    package var now: Instant { world.now }

    /// Is told what the nodes say and do, by host.
    package func watch(_ watcher: ((Int, PairSight) -> Void)?) { world.watcher = watcher }

    // MARK: - Time

    /// Everything that happens at the next instant at which something does, not after `end`; false when nothing is left until then.
    package func step(until end: Instant) -> Bool {
        guard objection == nil, let next = world.queue.nextTime, next <= end else {
            _ = world.run(until: end)
            return false
        }
        _ = world.run(until: next)
        return true
    }

    /// Goes on until a message of a node has just arrived: the other one's patience with it begins anew.
    package func runPastMessage(of host: Int, within limit: Duration) {
        let end = world.now + limit
        let last = world.hosts[host].lastSent
        while world.hosts[host].isUp, world.hosts[host].lastSent == last, step(until: end) {}
        let arrival = world.now + .milliseconds(2)
        while step(until: arrival) {}
    }

    /// What the world's own rules hold against the play; it does not go on then.
    package var objection: String? { world.checker.violations.first }

    // MARK: - What is so

    package func isUp(_ host: Int) -> Bool { world.hosts[host].isUp }

    /// What the node would tell; `nil` where no daemon runs.
    package func facts(of host: Int) -> NodeFacts? {
        world.hosts[host].core?.facts(at: world.hosts[host].localTime(world.now))
    }

    /// Nobody has anything to do or to wait for, as far as the nodes know; scripts that only look do not count.
    package var isAtRest: Bool {
        world.hosts.allSatisfy { host in
            guard let core = host.core else { return true }
            return core.status == .active && !core.snapshot.isInTransition && host.asking.count == host.busy.count
        }
    }

    /// The whole group runs there, nothing of it is being stopped, and its addresses are answered for.
    package func serves(_ host: Int, _ group: Int) -> Bool {
        let machine = world.hosts[host]
        guard machine.busy[group] == nil || machine.asking.contains(group) else { return false }
        let steps = configuration.groups[group].steps
        return steps.indices.allSatisfy { position in
            let place = ResourcePlace(group: group, position: position)
            return steps[position].isAddresses ? world.answers(host, place) : machine.running.contains(place)
        }
    }

    /// An address of the group is answered for on both machines; of a group without addresses, a resource runs on both.
    package func isDouble(_ group: Int) -> Bool {
        let steps = configuration.groups[group].steps
        let hasAddress = steps.contains(where: \.isAddresses)
        return steps.indices.contains { position in
            guard steps[position].isAddresses == hasAddress else { return false }
            let place = ResourcePlace(group: group, position: position)
            return world.hosts.indices.allSatisfy { host in
                hasAddress ? world.answers(host, place) : world.hosts[host].running.contains(place)
            }
        }
    }

    /// Words of what runs on a machine without a daemon.
    package func strays(on host: Int) -> [String] {
        guard !world.hosts[host].isUp else { return [] }
        return configuration.groups.enumerated().flatMap { group, line in
            line.steps.indices.filter { position in
                world.hosts[host].running.contains(ResourcePlace(group: group, position: position))
            }.map { line.steps[$0].word }
        }
    }

    // MARK: - What happens

    package func befall(_ event: PairEvent) {
        guard let node = event.node else {
            if case .regainMedia = event { (brokenEnds, muted) = ([], []) }
            return cut(event == .loseMedia)
        }
        guard let host = configuration.nodes.firstIndex(of: node) else { return }
        switch event {
        case .lose(let name, _): set(name, works: false, at: host)
        case .regain(let name, _): set(name, works: true, at: host)
        case .loseMedia, .regainMedia: break
        case .power: world.losePower(host)
        case .kill: kill(host)
        case .stop: world.request(.shutdown, of: host)
        case .boot: world.boot(host)
        case .standby(let set, _): world.request(.standby(set), of: host)
        case .takeover(let set, _): world.request(.takeover(set), of: host)
        case .move(let key, _): world.request(.move(key), of: host)
        case .maintenance(let isOn, _): world.maintain(isOn, host)
        case .fail(let word, _): fail(word, at: host)
        }
    }

    /// What `sender` says does not arrive over the medium, or does again.
    package func mute(_ medium: String, sender: Int) {
        for index in indices(of: medium) { muted.insert(MediumEnd(medium: index, host: sender)) }
        applyToMedia()
    }

    /// No start of the group succeeds on the machine.
    package func breakGroup(_ key: String, on host: Int) {
        world.scripts.broken[world.hosts[host].name, default: []].insert(key)
    }

    /// What must be the same on both nodes is not.
    package func editFile(on host: Int) { world.editFile(1, on: host) }

    private func kill(_ host: Int) {
        world.crash(host)
        guard guarded.contains(host) else { return }
        // The guardian sees it at once, and takes away what it may.
        for (group, line) in configuration.groups.enumerated() {
            for position in line.steps.indices where line.steps[position].isAddresses {
                world.die(ResourcePlace(group: group, position: position), on: host)
            }
        }
    }

    private func fail(_ word: String, at host: Int) {
        for (group, line) in configuration.groups.enumerated() {
            for (position, step) in line.steps.enumerated() where step.resources.contains(where: { $0.word == word }) {
                world.die(ResourcePlace(group: group, position: position), on: host)
            }
        }
    }
}

// MARK: - The network

extension PlayedPair {
    private func indices(of medium: String) -> [Int] {
        configuration.media.indices.filter { configuration.media[$0].name.text == medium }
    }

    private func cut(_ isCut: Bool) {
        self.isCut = isCut
        applyToMedia()
    }

    /// Whatever goes by the name: an interface and the medium on it, a path, all paths of a group, a line.
    private func set(_ name: String, works: Bool, at host: Int) {
        let isCable = configuration.interfaces.contains { $0.interface == name && $0.isCable }
        let ends = isCable ? [0, 1] : [host]
        if world.lans.contains(where: { $0.name == name && $0.isCable }) {
            world.change(.cable(name, isPlugged: works))
        } else if configuration.interfaces.contains(where: { $0.interface == name })
            || world.lans.contains(where: { $0.name == name })
        {
            for end in ends { world.change(.link(name, host: end, isUp: works)) }
        }
        for end in ends { setMedium(name, works: works, at: end) }
        let members = configuration.probeGroups.filter { $0.name == name }.flatMap(\.members)
        for probe in configuration.probes where probe.name == name || members.contains(probe.name) {
            world.change(.path(probe.name, host: host, isOpen: works))
        }
        if configuration.lines.lines.contains(where: { $0.name == name }) {
            world.change(.line(name, host: host, works: works))
        }
    }

    private func setMedium(_ name: String, works: Bool, at host: Int) {
        for index in indices(of: name) {
            let end = MediumEnd(medium: index, host: host)
            if works {
                brokenEnds.remove(end)
                muted = muted.filter { $0.medium != index }
            } else {
                brokenEnds.insert(end)
            }
        }
        applyToMedia()
    }

    private func applyToMedia() {
        for medium in configuration.media.indices {
            let isBroken = isCut || brokenEnds.contains { $0.medium == medium }
            for sender in 0..<2 {
                let isMuted = muted.contains(MediumEnd(medium: medium, host: sender))
                world.network.setBlocked(isBroken || isMuted, medium: medium, sender: sender)
            }
        }
    }
}
