// What a gateway with several lines to the internet is told about them: which there are, who uses which, and what shows that one
// works. What follows from it is HeartbeatLines' matter.

/// A network of IPv4 addresses.
public struct NetworkPrefix: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The first address of the network.
    public let first: IPAddress
    /// 0…32.
    public let bits: Int

    public init(_ address: IPAddress, bits: Int) {
        self.bits = max(0, min(address.length, bits))
        first = address.firstOfNetwork(bits: self.bits)
    }

    /// Everything.
    public static let all = NetworkPrefix(.any(isIPv6: false), bits: 0)

    public func contains(_ address: IPAddress) -> Bool { address.isInNetwork(of: first, bits: bits) }

    /// Whether one of the two contains the other.
    public func overlaps(_ other: NetworkPrefix) -> Bool {
        first.isInNetwork(of: other.first, bits: min(bits, other.bits))
    }

    /// `10.0.0.0/24`; an address alone without its length.
    public var description: String { bits == first.length ? "\(first)" : "\(first)/\(bits)" }
}

/// Where the next router of a line is.
public enum LineGateway: Hashable, Codable, Sendable {
    case address(IPAddress)
    /// At the other end of a point-to-point line, whoever that is (`via=peer`).
    case peer
    /// Where the default route leads that a DHCP client or a dialler has set for the interface (`via=dhcp`).
    case found
}

/// Which connections are ended when a class of traffic leaves a line: they carry the line's address, and nothing answers them on another
/// one (`flush=`).
public enum LineFlush: String, Hashable, Codable, Sendable, CaseIterable {
    /// Those of a line that is down, when there is another one.
    case moved
    /// The same, and those on this line when a better one is back: for a line that costs by the byte.
    case returned = "return"
    case none
}

/// One `line` line.
public struct LineRule: Hashable, Codable, Sendable {
    /// The default of `rise`.
    public static let defaultRise = Duration.seconds(30)

    /// What the operator calls it.
    public var name: String
    public var interface: String
    public var gateway: LineGateway
    /// Number of the routing table that leads over it.
    public var table: UInt32
    /// Packets with this firewall mark take it; `nil`: no mark does.
    public var mark: UInt32?
    /// So many of its probes must be good.
    public var alive: Int
    /// A line that is bad for less has not been bad (`hold`).
    public var hold: Duration
    /// A line that was down is used again when it has been good for so long (`rise`).
    public var rise: Duration
    public var flush: LineFlush
    /// The interface may be missing when the node starts.
    public var isOptional: Bool

    public init(name: String, interface: String, gateway: LineGateway, table: UInt32) {
        self.name = name
        self.interface = interface
        self.gateway = gateway
        self.table = table
        alive = 1
        hold = .zero
        rise = Self.defaultRise
        flush = .moved
        isOptional = false
    }

    /// How long it must be bad: a gap that a failing contact makes is none.
    public var patience: Duration { max(hold, InterfaceRule.defaultDebounce) }
}

/// One `class` line: traffic that goes the same way.
public struct TrafficClass: Hashable, Codable, Sendable {
    /// What the operator calls it.
    public var name: String
    /// Where it comes from; what this host sends itself when empty.
    public var sources: [NetworkPrefix]
    /// Where it goes; anywhere when empty.
    public var destinations: [NetworkPrefix]
    /// Names of lines, the best one first: tier 1, tier 2 …
    public var lines: [String]

    public init(name: String, sources: [NetworkPrefix], destinations: [NetworkPrefix] = [], lines: [String]) {
        self.name = name
        self.sources = sources
        self.destinations = destinations
        self.lines = lines
    }

    /// It is what this host sends itself.
    public var isLocal: Bool { sources.isEmpty }

    /// Each source with each destination.
    public var selectors: [TrafficSelector] {
        let destinations = destinations.isEmpty ? [.all] : destinations
        return (isLocal ? [.all] : sources).flatMap { source in
            destinations.map { TrafficSelector(source: source, destination: $0) }
        }
    }
}

/// One source and one destination of a class.
public struct TrafficSelector: Hashable, Sendable, CustomStringConvertible {
    public var source: NetworkPrefix
    public var destination: NetworkPrefix

    public init(source: NetworkPrefix, destination: NetworkPrefix) {
        self.source = source
        self.destination = destination
    }

    /// `from 10.0.0.0/24 to 10.31.0.0/24`
    public var description: String { "from \(source) to \(destination)" }
}

/// A probe that shows whether a line works: it is asked over the line, whatever the routes say.
public struct LineProbe: Hashable, Codable, Sendable {
    /// Name of the line.
    public var line: String
    /// Its device is the line's interface.
    public var probe: PathProbe

    public init(line: String, probe: PathProbe) {
        self.line = line
        self.probe = probe
    }
}

/// How the lines of a node count when it is asked which node is better off (`line_health`).
public enum LineHealth: String, Hashable, Codable, Sendable, CaseIterable {
    /// A node is worse off when it has a class without any line.
    case last
    /// A node is worse off for each line that is down.
    case each
    case off
}

/// All lines of a node.
public struct LineConfiguration: Hashable, Codable, Sendable {
    /// The most lines and classes, so that each has numbers of its own among the kernel's rules.
    public static let mostLines = 8
    public static let mostClasses = 64

    public var lines: [LineRule]
    public var classes: [TrafficClass]
    public var probes: [LineProbe]
    public var health: LineHealth

    public init(
        lines: [LineRule] = [], classes: [TrafficClass] = [], probes: [LineProbe] = [], health: LineHealth = .last
    ) {
        self.lines = lines
        self.classes = classes
        self.probes = probes
        self.health = health
    }

    public func line(named name: String) -> LineRule? { lines.first { $0.name == name } }

    public func probes(of line: String) -> [PathProbe] { probes.filter { $0.line == line }.map(\.probe) }

    /// How long a line that has died goes unnoticed at most: its last answers may have come just before. With `alive` of its
    /// probes needed it is the slowest of those that must fail.
    public func leftAfter(_ line: LineRule) -> Duration {
        let trips = probes(of: line.name).map(\.tripsAfter).sorted()
        let needed = trips.count - line.alive
        return (trips.indices.contains(needed) ? trips[needed] : .zero) + line.patience
    }

    /// How long a line that works again is not used at least.
    public func trustedAfter(_ line: LineRule) -> Duration {
        let recoveries = probes(of: line.name).map(\.recoversAfter).sorted()
        let needed = line.alive - 1
        return (recoveries.indices.contains(needed) ? recoveries[needed] : .zero) + line.rise
    }
}
