// Everything that is told of a running node, gathered from those who know it when somebody asks.

import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatMedia
import HeartbeatModel
import HeartbeatSystem

extension NodeShell {
    func nodeFacts() -> NodeFacts {
        let now = reactor.now
        changes.note(core.snapshot, at: now)
        var all = core.facts(at: now)
        changes.date(&all, at: now)
        all.product = Version.own
        all.pid = getpid()
        all.unixMilliseconds = WallClock.unixMilliseconds
        all.age = now - birth
        if let index = all.nodes.firstIndex(where: { $0.name == localNode }) { all.nodes[index].version = Version.own }
        all.media = mediumFacts
        for index in all.watched.indices {
            let (name, kind) = (all.watched[index].name, all.watched[index].kind)
            all.watched[index].reason = network.reason(of: name, kind)
            if kind == .probe { all.watched[index].answer = network.lastAnswer(of: name) }
        }
        all.marks = views.marks
        all.lines = lines.report
        all.lease = lease.fact
        all.guardian = guardian.fact
        all.maintenance = maintenance.current
        all.lateness = lateness.fact
        all.troubles = facts.troubles.facts(at: now)
        counters.settle(bothHold: all.flags.contains(.bothHold), at: now)
        all.counters = counters.facts(at: now)
        completeGroups(&all)
        if configuration.parameters.contains(ConfigurationLoader.unmanaged) { all.flags.insert(.unmanaged) }
        return all
    }

    /// For whoever asks. What is kept on the disk has no need of what may be hundreds of lines.
    func countedFacts() -> NodeFacts {
        var all = nodeFacts()
        all.histograms =
            core.histograms + [NodeFacts.Histogram(.loopLateness, durations: lateness.all)] + counters.histograms
        all.announced = actions.confirmed.facts
        return all
    }

    private var mediumFacts: [NodeFacts.Medium] {
        zip(media.media, services.mediumStates).map { medium, state in
            var fact = NodeFacts.Medium(name: medium.name, kind: medium.configuration.factKind, state: state)
            fact.sent = UInt64(medium.counters.sent)
            fact.dropped = UInt64(medium.counters.dropped)
            fact.received = UInt64(medium.counters.received)
            return fact
        }
    }

    /// What their last movements and the last warnings say of them.
    private func completeGroups(_ all: inout NodeFacts) {
        let timelines = Dictionary(uniqueKeysWithValues: movements.latest.map { ($0.group, $0) })
        for index in all.groups.indices {
            let key = all.groups[index].key
            let troubles = all.troubles.filter { $0.healed == nil && $0.names(.group, key) }
            let timeline = timelines[key]
            all.groups[index].timeline = timeline?.text
            all.groups[index].number = book.number(of: key)
            all.groups[index].start = configuration.groups.first { $0.key == key }.flatMap(book.start)
            if troubles.contains(where: { $0.code == ShellEvent.neighbourDisagrees.rawValue }) {
                all.groups[index].neighbours = .disagree
            } else if timeline?.marks[.neighboursAgree] != nil {
                all.groups[index].neighbours = .agree
            }
            guard all.groups[index].state == .failed else { continue }
            all.groups[index].failing = troubles.lazy.compactMap(\.failedResource).first
        }
    }
}

extension NodeFacts.Trouble {
    fileprivate func names(_ field: Fact.Field.Name, _ value: String) -> Bool {
        objects.contains { $0.kind == RecentTroubles.kind(of: field) && $0.name == value }
    }

    /// What would not start, or not stay up.
    fileprivate var failedResource: String? {
        let events: [FactEvent] = [.startFailed, .failedTooOften, .checkFailed]
        guard events.contains(where: { $0.rawValue == code }) else { return nil }
        return objects.first { $0.kind == RecentTroubles.kind(of: .resource) }?.name
    }
}

extension MediumConfiguration {
    fileprivate var factKind: NodeFacts.Medium.Kind {
        switch self {
        case .serial: .serial
        case .broadcast: .bcast
        case .unicast, .unicast6: .ucast
        case .multicast, .multicast6: .mcast
        }
    }
}
