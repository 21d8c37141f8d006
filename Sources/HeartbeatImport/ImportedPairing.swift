// Which instance of one host belongs to which of the other, and which of the two serves.

import HeartbeatModel

struct ImportedPairing {
    /// As the files are ordered; `nil` where a host has none, or its file was not given.
    var sides: [ImportedInstance?]
    /// The node that haresources names.
    var preferred = 0

    /// The one whose addresses are taken.
    var first: ImportedInstance {
        sides[0] ?? sides[1] ?? ImportedInstance(place: .init(file: "", line: 1), title: "", name: "")
    }
    var served: ImportedInstance { sides[preferred] ?? first }

    /// So long the other host waits: the longer one of both, for that host's skew counts.
    var deadAfter: Int { sides.compactMap { $0?.deadAfter }.max() ?? first.deadAfter }
    var advert: Int { sides.compactMap { $0?.advert }.min() ?? first.advert }
    var isUnicast: Bool { sides.contains { $0?.peers.isEmpty == false } }

    func interface(on node: Int) -> String? { sides[node]?.interface ?? sides[1 - node]?.interface }

    /// How the other node reaches that one, as far as the files say.
    func address(of node: Int) -> IPAddress? { sides[node]?.source ?? sides[1 - node]?.peers.first }

    static func pairings(of hosts: [ImportedHost]) -> [ImportedPairing] {
        let others = hosts.count == 2 ? hosts[1].instances : []
        var taken: Set<Int> = []
        var pairings: [ImportedPairing] = []
        for instance in hosts[0].instances {
            let match =
                others.indices.first {
                    !taken.contains($0) && belong(instance, others[$0]) && others[$0].name == instance.name
                }
                ?? others.indices.first { !taken.contains($0) && belong(instance, others[$0]) }
            if let match { taken.insert(match) }
            pairings.append(ImportedPairing(sides: [instance, match.map { others[$0] }]))
        }
        for index in others.indices where !taken.contains(index) {
            pairings.append(ImportedPairing(sides: [nil, others[index]]))
        }
        return pairings
    }

    private static func belong(_ one: ImportedInstance, _ other: ImportedInstance) -> Bool {
        guard one.isIPv6 == other.isIPv6 else { return false }
        guard let id = one.id, let otherID = other.id else { return one.name == other.name }
        return id == otherID
    }
}
