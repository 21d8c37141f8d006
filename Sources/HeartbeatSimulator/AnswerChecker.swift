// Never two answering owners: a node whose daemon is dead, frozen or late is off the network before another one answers in its
// place. Only nodes that messages do not reach are forgiven, and for as long as each of them may have been alone.

import HeartbeatCore
import HeartbeatModel

/// Watches which kernels answer for the service addresses.
struct AnswerChecker {
    private let addresses: [ResourcePlace]
    private let configuration: Configuration
    /// Those for which both answer.
    private var doubled: Set<ResourcePlace> = []
    /// When messages could last be lost or late.
    private var unreliableAt = Instant.zero

    init(configuration: Configuration) {
        self.configuration = configuration
        addresses = configuration.groups.enumerated().flatMap { group, line in
            line.steps.indices.filter { line.steps[$0].isAddresses }.map { ResourcePlace(group: group, position: $0) }
        }
    }

    /// Tells what is wrong, when it begins.
    mutating func problem(in world: World) -> String? {
        guard world.hasLease, !addresses.isEmpty else { return nil }
        if !world.hasReliableWay { unreliableAt = world.now }
        let before = doubled
        doubled = Set(
            addresses.filter { place in
                world.answers(0, place) && world.answers(1, place) && !world.isStuck(place.group)
                    && !world.hosts.contains { $0.hasStray(place.group) }
            })
        guard let place = doubled.subtracting(before).min(by: { ($0.group, $0.position) < ($1.group, $1.position) })
        else {
            return nil
        }
        let word = configuration.groups[place.group].steps[place.position].word
        // Two nodes that lost each other answer both, for as long as each may alone.
        guard world.now - unreliableAt > configuration.initdead + configuration.deadtime * 2 else { return nil }
        return "both nodes answer for \(word), although nothing keeps them from hearing each other"
    }
}
