// The networks on which both nodes have addresses of their own, and who else is there: where a silent node's kernel can be
// asked, and by whom this node's own interfaces are proved meanwhile.

import HeartbeatModel

/// By which addresses a node's kernel can be asked, as the node itself tells the other one.
struct PeerKernel: Hashable, Codable, Sendable {
    static let messageType = Message.kernelType
    /// Addresses, with spaces between.
    private static let addressField = "hbaddrs"
    /// `1`: silence alone may decide about the sender, and by it.
    private static let silenceField = "hbsilence"
    /// More are not needed, and each is asked for in every round.
    private static let mostAddresses = 16

    var addresses: [IPAddress] = []
    var allowsSilence = false

    init() {}

    init(addresses: [IPAddress]) {
        self.addresses = addresses
    }

    init(_ ground: NetworkGround, _ configuration: Configuration) {
        let services = configuration.serviceAddresses
        addresses = Array(
            ground.addresses.map(\.address).filter { !services.contains($0) }.prefix(Self.mostAddresses))
        allowsSilence = configuration.allowsSilence
    }

    init(fields: [Message.Field]) {
        addresses = Self.text(of: Self.addressField, in: fields).split(separator: " ").prefix(Self.mostAddresses)
            .compactMap { IPAddress($0) }.filter(\.isOfHost)
        allowsSilence = Self.text(of: Self.silenceField, in: fields) == "1"
    }

    var content: Message.Content {
        let list = addresses.map { "\($0)" }.joined(separator: " ")
        return .other(
            type: Self.messageType,
            fields: [
                Message.Field(name: Self.addressField, value: .string(list)),
                Message.Field(name: Self.silenceField, value: .string(allowsSilence ? "1" : "0")),
            ])
    }

    private static func text(of name: String, in fields: [Message.Field]) -> String {
        for case let field in fields where field.name == name {
            if case .string(let text) = field.value { return text }
        }
        return ""
    }
}

/// A network on which both nodes have addresses of their own. Two interfaces in one network are two of these.
struct CommonNetwork: Hashable, Codable, Sendable {
    /// This node's.
    var interface: String
    /// Nothing stands between the two interfaces: without power there, there is no carrier here.
    var isCable: Bool
    /// The other node's, at most one of each version.
    var peers: [IPAddress]
    /// Other hosts there, whose answer proves this node's interface.
    var references: [IPAddress]

    private static let mostReferences = 4

    var questions: [KernelQuestion] { (peers + references).map { KernelQuestion($0, on: interface) } }
    var peerQuestions: [KernelQuestion] { peers.map { KernelQuestion($0, on: interface) } }

    static func all(_ ground: NetworkGround, _ peer: PeerKernel, _ configuration: Configuration) -> [CommonNetwork] {
        let own = Set(ground.addresses.map(\.address))
        let services = configuration.serviceAddresses
        let hosts = configuration.references + configuration.pingAddresses + ground.gateways
        let interfaces = Set(ground.addresses.map(\.interface)).sorted()
        return interfaces.compactMap { name in
            let places = ground.addresses.filter { $0.interface == name && !services.contains($0.address) }
            func isThere(_ address: IPAddress) -> Bool {
                !own.contains(address) && !services.contains(address)
                    && places.contains { address.isInNetwork(of: $0.address, bits: $0.bits) }
            }
            let found = peer.addresses.filter(isThere)
            let peers = [found.first { !$0.isIPv6 }, found.first(where: \.isIPv6)].compactMap(\.self)
            guard !peers.isEmpty else { return nil }
            var references: [IPAddress] = []
            for host in hosts where isThere(host) && !peer.addresses.contains(host) && !references.contains(host) {
                references.append(host)
            }
            return CommonNetwork(
                interface: name, isCable: configuration.interfaces.contains { $0.interface == name && $0.isCable },
                peers: peers, references: Array(references.prefix(mostReferences)))
        }
    }
}

extension Configuration {
    /// Those of haresources.
    fileprivate var serviceAddresses: Set<IPAddress> {
        Set(groups.flatMap(\.resources).compactMap { $0.address?.ip })
    }

    /// The ping nodes' addresses, as far as they are written as such.
    fileprivate var pingAddresses: [IPAddress] {
        pingNodes.flatMap(\.hosts).compactMap { IPAddress($0) }
    }
}
