// What is said of the addresses of one service: each is somebody's alone and in the right network, and whoever is asked is where the
// question goes.

import HeartbeatModel

extension GatewayReader {
    mutating func checkAddresses(of block: GatewayBlock) {
        checkThatEachIsOnce(in: block)
        guard block.isSound("gateway") else { return }
        for (item, line) in zip(block.draft.hosts, block.hostLines) { check(item, line, in: block) }
        let isRefused = refusesRemoteTarget(of: block)
        if let hop = block.draft.nextHop {
            let line = block.lineOf("next_hop")
            if checkFamily(of: hop, "next_hop", on: .up, line, in: block), !hop.isLinkLocal, !isRefused {
                warnOutside(hop, "next_hop", on: .up, line, in: block)
            }
        }
        for (witness, line) in zip(block.draft.witnesses, block.witnessLines)
        where checkFamily(of: witness, "witness", on: .down, line, in: block) && !witness.isLinkLocal {
            warnOutside(witness, "witness", on: .down, line, in: block)
        }
    }

    /// The other hosts send to the own downstream address, and this one asks from it. It is not brought up here: nothing moves it.
    mutating func checkOwnAddress(of block: GatewayBlock) {
        guard block.isSound("gateway", "host"),
            let (item, line) = zip(block.draft.hosts, block.hostLines).first(where: { $0.0.name == localNode })
        else { return }
        let interface = block.draft.down.interface
        guard host.hasInterface(interface) != false, host.hasAddress(item.down, interface) == false else { return }
        log.warning(
            line,
            "host \(item.name): \(item.down) is not on \(interface) of this host; give it to the interface at boot, or correct the "
                + "line")
    }

    private mutating func checkThatEachIsOnce(in block: GatewayBlock) {
        let uses = block.movingAddresses + block.ownAddresses + block.foreignAddresses
        var first: [IPAddress: GatewayAddressUse] = [:]
        let inOrder = uses.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        for use in inOrder.map(\.element) {
            guard let earlier = first[use.address] else {
                first[use.address] = use
                continue
            }
            log.error(
                use.line,
                "\(block.title): \(use.address) is \(use.what), and in line \(earlier.line) \(earlier.what); write another "
                    + "address in one of the two places")
        }
    }

    // MARK: Networks

    private mutating func check(_ item: GatewayHost, _ line: Int, in block: GatewayBlock) {
        let isExchanged =
            block.hasInNetwork(item.down, on: .up) && block.hasInNetwork(item.up, on: .down)
            && !block.hasInNetwork(item.down, on: .down) && !block.hasInNetwork(item.up, on: .up)
        if isExchanged {
            return log.error(
                line,
                "host \(item.name): its addresses are exchanged; write the downstream one first, \"host \(item.name) \(item.up) "
                    + "\(item.down)\"")
        }
        for side in GatewaySide.allCases {
            let own = item.address(on: side)
            guard checkFamily(of: own, "host \(item.name)", on: side, line, in: block) else { continue }
            let roving = block.draft.leg(on: side).roving
            let bits = roving.prefixLength ?? roving.ip.length
            if !block.hasInNetwork(own, on: side) {
                log.error(
                    line,
                    "host \(item.name): \(own) is not in the \(side.rawValue)stream network, \(block.network(on: side)) (line "
                        + "\(block.line)); correct one of the two")
            } else if !own.canBeAHost(bits: bits) {
                log.error(
                    line,
                    "host \(item.name): \(own) is no host's address in \(block.network(on: side)), but that of the network or "
                        + "of all its hosts; write another one")
            }
        }
    }

    private mutating func checkFamily(
        of address: IPAddress, _ subject: String, on side: GatewaySide, _ line: Int, in block: GatewayBlock
    ) -> Bool {
        let roving = block.draft.leg(on: side).roving
        guard address.isIPv6 != roving.isIPv6 else { return true }
        let family = { (isIPv6: Bool) in isIPv6 ? "IPv6" : "IPv4" }
        log.error(
            line,
            "\(subject): \(address) is \(family(address.isIPv6)), and the \(side.rawValue)stream side has "
                + "\(family(roving.isIPv6)), \(roving.text) (line \(block.line)); write addresses of one kind for a side"
        )
        return false
    }

    private mutating func warnOutside(
        _ address: IPAddress, _ subject: String, on side: GatewaySide, _ line: Int, in block: GatewayBlock
    ) {
        guard !block.hasInNetwork(address, on: side) else { return }
        log.warning(
            line,
            "\(subject): \(address) is not in the \(side.rawValue)stream network, \(block.network(on: side)) (line "
                + "\(block.line)), and is asked for on \(block.draft.leg(on: side).interface); correct the address, unless that "
                + "is meant")
    }

    // MARK: remote_check

    /// The question must pass the gateway: neither the gateway itself nor somebody on this side of it may answer.
    /// - Returns: whether it was reported that one of them would.
    private mutating func refusesRemoteTarget(of block: GatewayBlock) -> Bool {
        let word = block.draft.remoteTarget == nil ? "next_hop" : "remote_check"
        guard let target = block.draft.remoteTarget ?? block.draft.nextHop, block.isSound(word),
            !host.hasGatewayHook(block.draft.name, .remoteSvcCheck)
        else { return false }
        let remedy = "write a host behind the gateway, such as its next router"
        // That next_hop is one of these was said before.
        if word == "remote_check",
            let use = (block.movingAddresses + block.ownAddresses).first(where: { $0.address == target })
        {
            log.error(
                block.lineOf(word),
                "remote_check: \(target) is \(use.what) (line \(use.line)), so that the gateway would answer itself; \(remedy)"
            )
        } else if block.hasInNetwork(target, on: .down) {
            log.error(
                block.lineOf(word),
                "\(word): \(target) is in the downstream network, \(block.network(on: .down)), so that remoteSvcCheck asks "
                    + "nobody behind the gateway; \(remedy)")
        } else {
            return false
        }
        return true
    }
}

extension GatewayBlock {
    fileprivate func hasInNetwork(_ address: IPAddress, on side: GatewaySide) -> Bool {
        let roving = draft.leg(on: side).roving
        return address.isInNetwork(of: roving.ip, bits: roving.prefixLength ?? roving.ip.length)
    }

    /// `10.0.0.0/24`
    fileprivate func network(on side: GatewaySide) -> String {
        let roving = draft.leg(on: side).roving
        let bits = roving.prefixLength ?? roving.ip.length
        return "\(roving.ip.firstOfNetwork(bits: bits))/\(bits)"
    }
}
