// What the hosts and routers of the network believe about each service address: the machine that has last announced it, or
// that may have answered for it since. Traffic goes there, whoever runs the service.

import HeartbeatCore
import HeartbeatModel

/// The neighbour tables outside, as one.
struct Neighbours: Hashable, Sendable {
    private var believed: [ResourcePlace: Int] = [:]

    /// The machine that the network sends an address's traffic to; `nil` before it was ever heard.
    func host(of place: ResourcePlace) -> Int? { believed[place] }

    /// A machine has announced an address. One that has lost it just now has answered for it until then.
    mutating func hear(_ place: ResourcePlace, from host: Int) { believed[place] = host }
}

extension World {
    /// Steps that are addresses, of a group, as far as they run on a machine.
    func addresses(of group: Int, runningOn host: Int) -> [ResourcePlace] {
        configuration.groups[group].steps.indices.map { ResourcePlace(group: group, position: $0) }
            .filter { isAddress($0) && hosts[host].running.contains($0) }
    }

    func announce(_ group: ResourceGroup, from host: Int) {
        note(host, "announces \(group.key)")
        guard !isDark(host), let index = configuration.groups.firstIndex(where: { $0.key == group.key }) else { return }
        for place in addresses(of: index, runningOn: host) { neighbours.hear(place, from: host) }
    }

    /// It was brought up, which announces it, or has just gone, until when it has answered.
    func network(hears place: ResourcePlace, from host: Int) {
        guard isAddress(place), !isDark(host) else { return }
        neighbours.hear(place, from: host)
    }

    private func isAddress(_ place: ResourcePlace) -> Bool {
        configuration.groups[place.group].steps[place.position].isAddresses
    }
}
