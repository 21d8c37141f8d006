// Which service addresses neighbours were found to send here, since each was last brought up. For people only: nothing is decided by it.

import HeartbeatAddresses
import HeartbeatModel

struct ConfirmedAddresses {
    private var answers: [IPAddress: Bool] = [:]

    /// They are being brought up or down, or somebody else has removed them: what was known is over.
    mutating func forget(_ addresses: [IPAddress]) {
        for address in addresses { answers[address] = nil }
    }

    /// Something has become known of addresses that were announced together, as far as they are still here.
    mutating func hear(_ news: NeighbourNews, of addresses: [IPAddress]) {
        switch news {
        case .first: break
        case .agree: for address in addresses { answers[address] = true }
        case .disagrees(_, let address, _): if addresses.contains(address) { answers[address] = false }
        case .unknown: forget(addresses)
        }
    }

    /// In the order of the addresses.
    var facts: [NodeFacts.Announced] {
        answers.sorted { $0.key < $1.key }.map { NodeFacts.Announced($0.key, isConfirmed: $0.value) }
    }
}
