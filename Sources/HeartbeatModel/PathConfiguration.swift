// What a node is told to watch of the network: its own interfaces (`link`), and paths that lead further (`probe`,
// `probe_group`). Only what is wanted; how the kernel is asked and what follows from the answers is decided elsewhere.

/// What an interface is there for.
public enum InterfaceRole: String, Hashable, Codable, Sendable, CaseIterable {
    /// Towards the provider, the other site, the internet.
    case uplink
    /// Towards those who are served.
    case downlink
    /// Only heartbeats travel there. Its other end may be the other node itself: that one's loss of power looks like a cable
    /// pulled out here, so the loss of such an interface never counts against a node (ucarp(8), option -S).
    case heartbeat
}

/// One `link` line, or what holds for an interface without one.
public struct InterfaceRule: Hashable, Codable, Sendable {
    /// The default of `debounce`: to move addresses takes the clients about as long, so a shorter gap is no reason to.
    public static let defaultDebounce = Duration.milliseconds(20)
    /// The default of `up`: a port with spanning tree forwards nothing at first.
    public static let defaultRecovery = Duration.seconds(5)

    /// Name of the interface.
    public var interface: String
    public var role: InterfaceRole
    /// A carrier that is gone for less counts as never gone (`debounce`).
    public var debounce: Duration
    /// A carrier that has come back counts when it has stayed for so long (`up`); longer each time it does not.
    public var recovery: Duration
    /// The interface may be missing when the node starts (`optional`): a dialled line, an adapter.
    public var isOptional: Bool
    /// The other end is the other node's interface, without a switch between (`cable`): its carrier tells of that node.
    public var isCable: Bool
    /// While the interface has no carrier its routes are passed over (`routes=withdraw`).
    public var withdrawsRoutes: Bool

    public init(
        interface: String, role: InterfaceRole = .downlink, debounce: Duration = Self.defaultDebounce,
        recovery: Duration = Self.defaultRecovery, isOptional: Bool = false, isCable: Bool = false,
        withdrawsRoutes: Bool = false
    ) {
        self.interface = interface
        self.role = role
        self.debounce = debounce
        self.recovery = recovery
        self.isOptional = isOptional
        self.isCable = isCable
        self.withdrawsRoutes = withdrawsRoutes
    }
}

/// One `probe` line: something outside that is asked again and again whether the way to it and back works.
public struct PathProbe: Hashable, Codable, Sendable {
    /// What the operator calls it.
    public var name: String
    public var kind: Kind
    /// The question leaves by this interface, whatever the routes say (`dev=`, SO_BINDTODEVICE).
    public var device: String?
    /// The question has this source address (`source=`).
    public var source: String?
    /// The question carries this firewall mark, for `ip rule` (`mark=`, SO_MARK).
    public var mark: UInt32?
    /// From one question to the next.
    public var interval: Duration
    /// How long an answer may take; not longer than the interval.
    public var timeout: Duration
    /// So many unanswered questions in a row make the path lost; at least 1.
    public var fall: Int
    /// So many answered ones in a row make it good again; at least 1.
    public var rise: Int
    public var action: PathAction

    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
        interval = .seconds(1)
        timeout = .seconds(1)
        fall = 3
        rise = 10
        action = .health
    }

    /// How the path is asked. Hosts are names or numeric addresses of either family.
    public enum Kind: Hashable, Codable, Sendable {
        /// An echo request of ICMP or ICMPv6, as the address wants it (RFC 792, RFC 4443).
        case icmp(host: String)
        /// A datagram that comes back (RFC 862).
        case udpEcho(host: String, port: UInt16)
        /// A connection that is accepted; refused counts as failed.
        case tcp(host: String, port: UInt16)
        /// An ARP request (RFC 826) for an IPv4 address, a neighbour solicitation (RFC 4861) for an IPv6 address; needs `dev=`.
        case neighbour(address: String)
        /// A question for the A or AAAA record of a name (RFC 1035); any answer but SERVFAIL and REFUSED is one.
        case dns(server: String, port: UInt16, name: String)
        /// A GET of HTTP/1.0; a status below 400 is an answer.
        case http(host: String, port: UInt16, path: String)
        /// A program: exit 0 is an answer, 1…125 is none; what cannot run says nothing. Words after the path are arguments.
        case command(path: String, arguments: [String])
        /// The daemon at the other end of a tunnel, which is a node of another pair: it says where its pair serves.
        case partner(host: String, port: UInt16)
    }

    /// The word of another pair is asked for.
    public var asksPartner: Bool {
        if case .partner = kind { true } else { false }
    }

    /// How long a dead path goes unnoticed at most: the last answer may have come just before.
    public var tripsAfter: Duration { interval * fall + timeout }
    /// How long a path that works again is not believed at least.
    public var recoversAfter: Duration { interval * (rise - 1) }
}

/// What follows from a lost path.
public enum PathAction: String, Hashable, Codable, Sendable, CaseIterable {
    /// It counts against this node like a lost interface; groups return by the rules of `auto_failback`.
    case health
    /// The same, and when the path is good again the groups return to this node whatever `auto_failback` says.
    case standby
}

/// One `probe_group` line: several probes that count as one.
public struct PathProbeGroup: Hashable, Codable, Sendable {
    public var name: String
    /// The group is good while at least so many of its probes are.
    public var needed: Int
    /// Names of probes; they do not count by themselves.
    public var members: [String]
    public var action: PathAction

    public init(name: String, needed: Int, members: [String], action: PathAction = .health) {
        self.name = name
        self.needed = needed
        self.members = members
        self.action = action
    }
}

/// How this node speaks with its partners (`partner_port`): nodes of another pair at the other ends of tunnels.
public struct PartnerService: Hashable, Codable, Sendable {
    /// The port that partners are asked at unless a probe names another one. The registry of service names gives it to nobody.
    public static let defaultPort: UInt16 = 6694

    /// UDP port on which this node answers.
    public var port: UInt16
    /// The file that its words are signed with, in the form of authkeys; `nil`: authkeys itself.
    public var keyFile: String?
    /// What stands in it.
    public var keys: AuthenticationKeys

    public init(port: UInt16, keyFile: String? = nil, keys: AuthenticationKeys) {
        self.port = port
        self.keyFile = keyFile
        self.keys = keys
    }
}

/// What came of one question of a probe.
public enum PathAnswer: Hashable, Sendable {
    case answered
    /// The partner has answered, and says this.
    case told(PartnerWord)
    /// No answer, or the wrong one: why, for the log.
    case failed(String)
    /// The question could not be asked here – no such interface, no memory, a program missing – and so says nothing about the
    /// path: why, for the log.
    case unknown(String)
}
