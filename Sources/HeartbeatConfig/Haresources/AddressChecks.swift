// What is said of an address of haresources beside its form: that it is in one group only, that it is nobody's own, and where
// it will come up on this machine. What can be right on another day is only warned of.

import HeartbeatModel

extension HaresourcesReader {
    /// - Parameter index: of the resource in the group.
    mutating func checkAddress(of resource: Resource, at index: Int, in group: ResourceGroup) {
        guard let address = resource.address else { return }
        if let interface = address.interface, host.hasInterface(interface) == false {
            log.warning(
                group.line, "\(quoted(resource.word)): \(quoted(interface)) is not an interface of this node",
                about: .interface(interface))
        } else if address.interface == nil, address.ip.isLinkLocal {
            log.warning(
                group.line, "\(quoted(resource.word)) is link-local, so any interface will do; name one after the bits")
        } else if !host.hasOwnScript(resource.scriptName) {
            // What stands left of it may set up its interface.
            let isOnItsOwn = group.resources[..<index].allSatisfy { $0.address != nil }
            checkPlace(of: address, resource.word, group.line, isOnItsOwn: isOnItsOwn)
        }
        checkOwner(of: address, resource.word, in: group)
    }

    /// An address in two groups would be on both nodes as soon as the groups are.
    private mutating func checkOwner(of address: ServiceAddress, _ word: String, in group: ResourceGroup) {
        guard let owner = addressOwners[address.ip] else {
            addressOwners[address.ip] = (group.key, group.line)
            return
        }
        // The same key twice has been refused already.
        guard owner.key != group.key else { return }
        log.error(
            group.line,
            "the address of \(quoted(word)) is already in the group of line \(owner.line); "
                + "it can belong to one group only")
    }

    // MARK: On this machine

    private mutating func checkPlace(
        of address: ServiceAddress, _ word: String, _ line: Int, isOnItsOwn: Bool
    ) {
        // Where it is, it has a place.
        if let holder = host.holder(address) { return report(holder, of: address, word, line) }
        let place = host.place(address)
        if isOnItsOwn, let networks = networksWithout(address, place) {
            return log.error(line, Self.belongsNowhere(address, word, networks), about: .place(address.text))
        }
        switch place {
        case .network(let interface, let bits):
            guard let wanted = address.prefixLength, wanted < bits else { return }
            log.warning(
                line,
                "\(quoted(word)): the network of \(interface) has \(bits) bits; with \(wanted) this node will take "
                    + "strangers for neighbours on \(interface) while it has the address; write \"/\(bits)\", or leave it out",
                about: .place(address.text))
        case .route(let interface, let bits):
            let way = bits.map { "a route to a network of \($0) bits leads" } ?? "the default route leads"
            log.warning(
                line,
                "\(quoted(word)) is in no network of this node; it will come up on \(interface), because \(way) there, as with "
                    + "heartbeat 3; name the interface after the bits, or correct the address",
                about: .place(address.text))
        case .outside(let reason), .nowhere(let reason):
            log.warning(
                line, "\(quoted(word)) could not come up on this node now: \(reason)", about: .place(address.text))
        case .named, nil:
            break
        }
    }

    /// The networks that this machine has and the address is in none of. `nil` where that is no mistake: nobody has told them,
    /// none has been set up yet, or a single address is routed to this machine, wherever it is.
    private func networksWithout(_ address: ServiceAddress, _ place: AddressPlace?) -> [InterfaceNetwork]? {
        switch place {
        case .outside: break
        case .route where address.prefixLength != address.ip.length: break
        case .route, .named, .network, .nowhere, nil: return nil
        }
        let networks = host.networks()?.filter { $0.first.isIPv6 == address.isIPv6 } ?? []
        return networks.isEmpty ? nil : networks
    }

    private static func belongsNowhere(
        _ address: ServiceAddress, _ word: String, _ networks: [InterfaceNetwork]
    ) -> String {
        let most = 8
        let shown = networks.prefix(most).map(\.description).joined(separator: ", ")
        let bits = address.prefixLength ?? networks[0].bits
        let script = address.isIPv6 ? "IPv6addr::" : ""
        return "\(quoted(word)): \(address.text) belongs to no network of this node "
            + "(\(shown)\(networks.count > most ? ", …" : "")); correct the address, or give an interface an address of its "
            + "network; if it is meant, name the interface: \(script)\(address.text)/\(bits)/\(networks[0].interface). "
            + "Heartbeat starts all the same, as heartbeat 3 does"
    }

    private mutating func report(_ holder: AddressHolder, of address: ServiceAddress, _ word: String, _ line: Int) {
        switch holder {
        case .machine(let interface):
            log.error(
                line,
                "\(quoted(word)): \(interface) of this node has this address already, and no heartbeat has brought it up. "
                    + "It would be taken away, and whoever works through it would be locked out: give the service an "
                    + "address of its own; or, if it was only brought up by hand, ip address show to \(address.text), and "
                    + "ip address del it", about: .holder(address.text))
        case .earlierHeartbeat(let label):
            log.warning(
                line,
                "\(quoted(word)) is up here as \(label), as a heartbeat 3 leaves it that did not end in order; it is taken "
                    + "down when heartbeat starts here", about: .holder(address.text))
        case .unknown(let interface):
            log.warning(
                line,
                "\(quoted(word)): \(interface) of this node has this address already; if it is the node's own, heartbeat "
                    + "takes it away when it starts, and whoever works through it is locked out",
                about: .holder(address.text))
        }
    }
}
