// Whether a third host on the LAN has a service address, told before the node starts. The other node may have it, because it
// serves: whether an answer is its own is only known where `ucast` names its address on the same interface.

import HeartbeatAddresses
import HeartbeatConfig
import HeartbeatModel
import HeartbeatSystem

/// Asks the neighbours for the addresses of haresources.
package struct AddressCensus {
    private let configuration: Configuration
    /// As it shall appear in diagnostics.
    private let haresources: String

    private struct Place {
        let word: String
        let line: Int
        let question: OtherOwners.Question
    }

    package init(configuration: Configuration, haresources: String) {
        self.configuration = configuration
        self.haresources = haresources
    }

    /// Takes some tenths of a second. `onlyCertain`: what may well be the other node is not told, and nobody is asked where
    /// that could not be told apart.
    package func diagnostics(onlyCertain: Bool) -> [Diagnostic] {
        let places = places()
        let peers = peers(on: Set(places.map(\.question.interface)))
        guard !places.isEmpty, !onlyCertain || !peers.isEmpty else { return [] }
        let answers = OtherOwners.ask(places.map(\.question) + peers)
        return places.compactMap { place in
            guard let station = answers[place.question] else { return nil }
            let interface = place.question.interface
            let known = Set(peers.filter { $0.interface == interface }.compactMap { answers[$0] })
            guard !known.contains(station), !onlyCertain || !known.isEmpty else { return nil }
            let verdict =
                known.isEmpty
                ? "that is right if it is the other node, which has the address because it serves; if not, a third host has "
                    + "it, and clients would reach now the one and now the other"
                : "and is not the other node (\(known.sorted().joined(separator: ", "))): clients would reach now the one and "
                    + "now the other; give one of them another address"
            return Diagnostic(
                severity: .warning, file: haresources, line: place.line,
                message: "\"\(place.word)\": the host \(station) answers for this address on \(interface); \(verdict)")
        }
    }

    /// Where the addresses would come up that are not here.
    private func places() -> [Place] {
        let survey = AddressSurvey.now()
        return configuration.groups.flatMap { group in
            group.resources.compactMap { resource in
                guard let address = resource.address, !address.isIPv6,
                    !survey.isHere(address), let interface = survey.place(of: address)?.interface
                else { return nil }
                return Place(
                    word: resource.word, line: group.line, question: OtherOwners.Question(address.ip, on: interface))
            }
        }
    }

    private func peers(on interfaces: Set<String>) -> [OtherOwners.Question] {
        let own = LocalAddress.all().map(\.address)
        return configuration.media.compactMap { medium in
            guard case .unicast(let interface, let peer, _) = medium, interfaces.contains(interface),
                let address = IPAddress(droppingZoneOf: peer), !own.contains(address)
            else { return nil }
            return OtherOwners.Question(address, on: interface)
        }
    }
}
