// What must hold between two services of one file: a host may have a part in both, and what one of them gives away must not be what the
// other one needs.

import HeartbeatModel

extension GatewayReader {
    mutating func checkBetweenServices() {
        for (place, later) in blocks.enumerated() {
            for earlier in blocks[..<place] {
                if !later.draft.name.isEmpty, later.draft.name == earlier.draft.name {
                    log.error(
                        later.line,
                        "gateway \(later.draft.name): there is a service of this name in line \(earlier.line); messages tell "
                            + "services by their names, so give it another one")
                }
                checkAddresses(of: later, against: earlier)
                guard !later.commonHosts(with: earlier).isEmpty else { continue }
                checkResources(of: later, against: earlier)
                checkUplinks(of: later, against: earlier)
            }
        }
    }

    /// What moves belongs to one service, and to no host; a host may have its own addresses in several.
    private mutating func checkAddresses(of later: GatewayBlock, against earlier: GatewayBlock) {
        for use in later.movingAddresses + later.ownAddresses {
            let other = (earlier.movingAddresses + earlier.ownAddresses).first { other in
                other.address == use.address && (other.owner == nil || other.owner != use.owner)
            }
            guard let other else { continue }
            log.error(
                use.line,
                "\(later.title): \(use.address) is \(use.what), and \(other.what) in \(earlier.title) (line \(other.line)); "
                    + "write another address in one of the two places")
        }
    }

    /// The one that stops serving would stop it for the other.
    private mutating func checkResources(of later: GatewayBlock, against earlier: GatewayBlock) {
        for (resource, line) in zip(later.draft.service, later.resourceLines) where resource.address == nil {
            let call = ResourceCall(resource)
            guard let index = earlier.draft.service.firstIndex(where: { ResourceCall($0) == call }) else { continue }
            log.error(
                line,
                "service: \(quoted(resource.word)) is in \(earlier.title), too (line \(earlier.resourceLines[index])), and who "
                    + "stops one of the two stops it for both; write it with other arguments, or start it with the machine"
            )
        }
    }

    // MARK: Interfaces

    /// A backup of one service has that one's uplink switched off, and may serve the other one.
    private mutating func checkUplinks(of later: GatewayBlock, against earlier: GatewayBlock) {
        guard later.isSound("gateway", "uplink"), earlier.isSound("gateway", "uplink") else { return }
        for (one, other) in [(later, earlier), (earlier, later)] {
            let interface = one.draft.up.interface
            guard let side = GatewaySide.allCases.first(where: { other.draft.leg(on: $0).interface == interface })
            else {
                continue
            }
            guard one.draft.uplink == .addresses else {
                return log.error(
                    later.line,
                    "\(later.title): \(interface) is an interface of \(earlier.title), too (line \(earlier.line)), and a backup "
                        + "of \(one.title) would switch it off for both; write \"uplink addresses\" in each of them, or give one "
                        + "another interface")
            }
            for item in later.draft.hosts {
                guard let twin = one.draft.hosts.first(where: { $0.name == item.name }),
                    other.draft.hosts.contains(where: { $0.name == item.name && $0.address(on: side) == twin.up })
                else { continue }
                return log.error(
                    later.line,
                    "\(later.title): \(twin.up) is the address of \(item.name) on \(interface) in \(earlier.title), too (line "
                        + "\(earlier.line)), and a backup of \(one.title) would take it away from both; write another "
                        + "address in one of them")
            }
        }
    }
}

extension GatewayBlock {
    fileprivate func commonHosts(with other: GatewayBlock) -> Set<NodeName> {
        Set(namedHosts).intersection(other.namedHosts)
    }
}
