// Carries messages to the peer where no medium of ha.cf goes, when the core wants it, and hears what comes that way at any time.
// It keeps the peer's addresses for the daemon after this one. It refuses to know when a bypass is needed.

import Glibc
import HeartbeatCore
import HeartbeatHost
import HeartbeatLoop
import HeartbeatMedia
import HeartbeatModel
import HeartbeatSystem

/// The bypass of one running node.
final class BypassService {
    private let memory: PeerAddresses
    private let media: MediaSet
    private var port: UInt16
    private var ends: [KernelQuestion] = []
    private var isUsed = false
    private let store: BackgroundStore<[IPAddress]>

    /// - Parameter received: a datagram, the interface it came over, and its sender's address, which nobody has proved.
    init(
        _ configuration: Configuration, memory: PeerAddresses, facts: FactTeller, reactor: Reactor,
        received: @escaping (_ bytes: [UInt8], _ interface: String, _ sender: IPAddress?) -> Void
    ) {
        self.memory = memory
        store = BackgroundStore(reactor: reactor, write: memory.store) { error in
            facts.tell(
                .networkWatchFailed,
                "\(error); when heartbeat starts while all media are cut, it will not know where to ask for the other node"
            )
        }
        port = configuration.udpPort
        media = MediaSet([], reactor: reactor)
        media.deliver(
            bytes: { received($1, $0.name.text, $0.sender) },
            events: { medium, event in Self.tell(event, medium.name, facts) })
    }

    /// What the daemon before this one has left.
    var recalled: [IPAddress] { memory.read() }

    func adopt(_ configuration: Configuration) {
        guard port != configuration.udpPort else { return }
        port = configuration.udpPort
        open()
    }

    func stand(on new: [KernelQuestion], isUsed: Bool) {
        self.isUsed = isUsed
        guard new != ends else { return }
        ends = new
        open()
    }

    /// Where it stands, for the program after this one.
    var kept: KeptBypass { KeptBypass(ends: ends, isUsed: isUsed) }

    func close() { media.close() }

    /// - Returns: whether it has left over any.
    func send(netstring: @autoclosure () -> [UInt8]) -> Bool {
        guard isUsed else { return false }
        return media.send(netstring: netstring(), classic: [])
    }

    private func open() {
        media.adopt(
            ends.map { end in
                end.address.isIPv6
                    ? .unicast6(interface: end.interface, peer: "\(end.address)", port: port)
                    : .unicast(interface: end.interface, peer: "\(end.address)", port: port)
            })
    }

    /// That a dead peer cannot be reached is no news, nor that a way nobody uses is open.
    private static func tell(_ event: MediumEvent, _ name: MediumName, _ facts: FactTeller) {
        switch event {
        case .opened, .recovered: return
        case .failed(let error) where error.operation == .send: return
        case .failed(let error), .warned(let error):
            facts.tell(.mediumWarning, "bypass: \(error)", [Fact.Field(.medium, MediumName.bypass(name.text))])
        }
    }

    // MARK: - Memory

    func remember(_ addresses: [IPAddress]) { store.store(addresses) }
}

/// A bypass, for the program after this one.
struct KeptBypass: Codable {
    var ends: [KernelQuestion]
    var isUsed: Bool
}
