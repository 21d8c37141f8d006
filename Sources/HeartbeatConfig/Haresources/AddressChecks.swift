// What is said of an address of haresources beside its form: that it is in one group only, that it is nobody's own, and where
// it will come up on this machine. What can be right on another day is only warned of.

import HeartbeatModel

extension HaresourcesReader {
    mutating func checkAddress(of resource: Resource, in group: ResourceGroup) {
        guard let address = resource.address else { return }
        if let interface = address.interface, host.hasInterface(interface) == false {
            log.warning(group.line, "\(quoted(resource.word)): \(quoted(interface)) is not an interface of this node")
        } else if address.interface == nil, address.ip.isLinkLocal {
            log.warning(
                group.line, "\(quoted(resource.word)) is link-local, so any interface will do; name one after the bits")
        } else if !host.hasOwnScript(resource.scriptName) {
            checkPlace(of: address, resource.word, group.line)
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

    private mutating func checkPlace(of address: ServiceAddress, _ word: String, _ line: Int) {
        // Where it is, it has a place.
        if let holder = host.holder(address) { return report(holder, of: address, word, line) }
        switch host.place(address) {
        case .network(let interface, let bits):
            guard let wanted = address.prefixLength, wanted < bits else { return }
            log.warning(
                line,
                "\(quoted(word)): the network of \(interface) has \(bits) bits; with \(wanted) this node will take "
                    + "strangers for neighbours on \(interface) while it has the address; write \"/\(bits)\", or leave it out"
            )
        case .route(let interface, let bits):
            let way = bits.map { "a route to a network of \($0) bits leads" } ?? "the default route leads"
            log.warning(
                line,
                "\(quoted(word)) is in no network of this node; it will come up on \(interface), because \(way) there, as with "
                    + "heartbeat 3; name the interface after the bits, or correct the address")
        case .nowhere(let reason):
            log.warning(line, "\(quoted(word)) could not come up on this node now: \(reason)")
        case .named, nil:
            break
        }
    }

    private mutating func report(_ holder: AddressHolder, of address: ServiceAddress, _ word: String, _ line: Int) {
        switch holder {
        case .machine(let interface):
            log.error(
                line,
                "\(quoted(word)): \(interface) of this node has this address already, and no heartbeat has brought it up. "
                    + "It would be taken away, and whoever works through it would be locked out: give the service an "
                    + "address of its own; or, if it was only brought up by hand, ip address show to \(address.text), and "
                    + "ip address del it")
        case .earlierHeartbeat(let label):
            log.warning(
                line,
                "\(quoted(word)) is up here as \(label), as a heartbeat 3 leaves it that did not end in order; it is taken "
                    + "down when heartbeat starts here")
        case .unknown(let interface):
            log.warning(
                line,
                "\(quoted(word)): \(interface) of this node has this address already; if it is the node's own, heartbeat "
                    + "takes it away when it starts, and whoever works through it is locked out")
        }
    }
}
