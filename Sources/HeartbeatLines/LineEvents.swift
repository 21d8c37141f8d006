// What a gateway learns of its lines, and what it does about them, as values.

import HeartbeatModel

/// A line as the kernel has it: the interface is there, up, and has an address and a way out.
package struct LineFacts: Hashable, Sendable {
    /// Number of the interface, another one whenever it is made anew.
    package var index: UInt32
    /// Addresses of the interface, the one that packets leave with first; never empty.
    package var addresses: [IPAddress]
    /// The networks of the interface.
    package var networks: [NetworkPrefix]
    /// The next router; `nil` on a line that has no neighbours but one.
    package var gateway: IPAddress?

    package init(index: UInt32, addresses: [IPAddress], networks: [NetworkPrefix], gateway: IPAddress?) {
        self.index = index
        self.addresses = addresses
        self.networks = networks
        self.gateway = gateway
    }

    package var address: IPAddress { addresses[0] }
}

/// Why a line cannot be used.
package enum LineFault: Hashable, Sendable {
    /// The interface cannot be used: `does not exist`, `administratively down`.
    case interface(String)
    /// There is one, and it has no link: `no carrier`, `MII: no link` …
    case link(String)
    case noAddress
    case noGateway

    /// A question over the line leaves the gateway, or would if there were a link.
    var canBeAsked: Bool {
        switch self {
        case .interface, .noAddress: false
        case .link, .noGateway: true
        }
    }

    package func text(of line: LineRule) -> String {
        switch self {
        case .interface(let reason), .link(let reason): "\(line.interface): \(reason)"
        case .noAddress: "\(line.interface) has no IPv4 address"
        case .noGateway: "\(line.interface) has no default route, which via=dhcp needs"
        }
    }
}

package enum LineEvent: Hashable, Sendable {
    /// What the kernel has of the line now.
    case found(line: String, LineFacts)
    case unusable(line: String, LineFault)
    case answered(probe: String, PathAnswer)
}

package enum LineEffect: Hashable, Sendable {
    /// The kernel is to have this, and nothing else of ours.
    case program(LineTables)
    /// These connections are ended.
    case flush([FlowSelector])
    case hook(LineHook)
    case notify(LineNotice)
}

/// Connections that were translated to an address of a line.
package struct FlowSelector: Hashable, Sendable {
    /// What they are translated to: where their answers are sent.
    package var address: IPAddress
    /// Where they come from; anywhere when empty.
    package var sources: [NetworkPrefix]
    /// Where they go; anywhere when empty.
    package var destinations: [NetworkPrefix]

    package init(address: IPAddress, sources: [NetworkPrefix] = [], destinations: [NetworkPrefix] = []) {
        self.address = address
        self.sources = sources
        self.destinations = destinations
    }

    package func matches(from source: IPAddress, to destination: IPAddress, answersTo address: IPAddress) -> Bool {
        func holds(_ networks: [NetworkPrefix], _ host: IPAddress) -> Bool {
            networks.isEmpty || networks.contains { $0.contains(host) }
        }
        return address == self.address && holds(sources, source) && holds(destinations, destination)
    }
}

/// What people should hear of.
package enum LineNotice: Hashable, Sendable {
    /// A line was bad for less than its `hold`; it may have come back with another address.
    case gone(line: String, Duration, reason: String, address: IPAddress?)
    case down(line: String, reason: String)
    /// A line that was down is good, and must be for so long.
    case returning(line: String, rise: Duration)
    case up(line: String)
    case address(line: String, old: IPAddress, new: IPAddress)
    /// It was nowhere before when the gateway has just started.
    case moved(name: String, from: String?, to: String)
    /// No line is left; the class stays where it is.
    case stranded(name: String, line: String)
    /// A target does not answer any more, or answers again.
    case probeLost(probe: String, line: String, reason: String)
    case probeGood(probe: String, line: String)
    case sharedFate(line: String, other: String, what: String)
}

extension LineNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .gone(let line, let time, let reason, let address):
            "Line \(line) was bad for \(time.decimalSeconds) s (\(reason)) and is good again"
                + (address.map { " with another address, \($0)" } ?? "") + "; nothing has moved"
        case .down(let line, let reason): "Line \(line) is down: \(reason)"
        case .returning(let line, let rise):
            "Line \(line) is good again; it is used when it has stayed so for \(rise.decimalSeconds) s"
        case .up(let line): "Line \(line) is up"
        case .address(let line, let old, let new): "Line \(line) has another address: \(new), it was \(old)"
        case .moved(let name, let from?, let to): "Class \(name) moves from line \(from) to line \(to)"
        case .moved(let name, nil, let to): "Class \(name) takes line \(to)"
        case .stranded(let name, let line):
            "Class \(name) stays on line \(line), which is down: none of its lines is up"
        case .probeLost(let probe, let line, let reason): "Probe \(probe) of line \(line) is lost: \(reason)"
        case .probeGood(let probe, let line): "Probe \(probe) of line \(line) answers again"
        case .sharedFate(let line, let other, let what):
            "Lines \(line) and \(other) share their fate: both have \(what); one fault takes both"
        }
    }

    /// Somebody should look at it.
    package var isWarning: Bool {
        switch self {
        case .down, .stranded, .probeLost, .sharedFate: true
        case .gone, .returning, .up, .address, .moved, .probeGood: false
        }
    }
}
