// What is known of a service address on a machine before its group is started there: where it would come up, and who has it
// already. Values only; who looks, and what follows from it, is not known here.

/// Where an address would come up.
public enum AddressPlace: Hashable, Sendable {
    /// On the interface it names, or on the one that has it or had it; nothing is said of networks.
    case named(interface: String)
    /// In a network of the interface that has so many bits.
    case network(interface: String, bits: Int)
    /// On the interface to which a route leads, although it has no network with the address. `route` is what
    /// `ip route get` would follow: `nil` for the default route, else the bits of the network.
    case route(interface: String, bits: Int?)
    /// Nowhere: it is in no network of an interface that is up, and no route says where it would go.
    case outside(reason: String)
    /// Nowhere, for another reason that completes a sentence.
    case nowhere(reason: String)

    /// `nil` for nowhere.
    public var interface: String? {
        switch self {
        case .named(let interface), .network(let interface, _), .route(let interface, _): interface
        case .outside, .nowhere: nil
        }
    }
}

/// A network that an interface of a machine has an address in.
public struct InterfaceNetwork: Hashable, Sendable, CustomStringConvertible {
    public var interface: String
    /// The first address of the network, and its bits.
    public var first: IPAddress
    public var bits: Int

    public init(interface: String, first: IPAddress, bits: Int) {
        self.interface = interface
        self.first = first
        self.bits = bits
    }

    /// `192.168.0.0/24 on eth1`
    public var description: String { "\(first)/\(bits) on \(interface)" }
}

/// Who has brought up an address that is on this machine, if it was no heartbeat of ours.
public enum AddressHolder: Hashable, Sendable {
    /// The machine itself: its network configuration, DHCP, or somebody by hand.
    case machine(interface: String)
    /// A heartbeat 3 that did not end in order: it has its kind of label.
    case earlierHeartbeat(label: String)
    /// The kernel is too old to keep in mind who it was.
    case unknown(interface: String)
}
