// Everything a node is told by ha.cf, haresources and authkeys, as plain checked values. The config target makes it from
// text; nothing here knows what the files look like.

/// The checked configuration of one node.
public struct Configuration: Hashable, Codable, Sendable {
    /// Every `node`, in the order of the file; the local node is among them.
    public var nodes: [NodeName]
    /// Interval of status messages (`keepalive`).
    public var keepalive: Duration
    /// Silence after which the peers shall declare this node dead (`deadtime`); sent to them in every status.
    public var deadtime: Duration
    /// Silence after which a late keepalive is logged (`warntime`).
    public var warntime: Duration
    /// Grace after start before a silent peer is declared dead (`initdead`).
    public var initdead: Duration
    /// Silence after which a ping node is dead (`deadping`).
    public var deadping: Duration
    /// Hops added to the number of nodes for `ttl` (`hopfudge`).
    public var hopfudge: Int
    /// Longest random delay before a retransmit request (`max_rexmit_delay`).
    public var maxRetransmitDelay: Duration
    /// Where heartbeat messages travel, in the order of the file.
    public var media: [MediumConfiguration]
    /// Outside addresses by which connectivity is judged.
    public var pingNodes: [PingNode]
    /// Names of nodes and ping nodes in the order of the file, in which clients are told of them; empty when the ping nodes
    /// follow the nodes.
    public var memberOrder: [NodeName]
    /// What was said about interfaces (`link`); those of service addresses are watched without.
    public var interfaces: [InterfaceRule]
    /// Paths that are asked after (`probe`).
    public var probes: [PathProbe]
    /// Probes that count as one (`probe_group`).
    public var probeGroups: [PathProbeGroup]
    /// UDP port on which this node sends back what it gets (`udp_echo`, RFC 862).
    public var echoPort: UInt16?
    /// How this node speaks with the nodes of another pair (`partner_port`); `nil` without the line.
    public var partnerService: PartnerService?
    /// Whether groups return to their preferred node (`auto_failback`).
    public var autoFailback: AutoFailback
    /// For how long that node must have been as it should be before (`failback_delay`).
    public var failbackDelay = FailbackDelay()
    /// Paths of files that must be the same on both nodes (`sync`), in the order of the file.
    public var syncFiles: [String]
    /// What one that is not does (`sync_mismatch`).
    public var syncMismatch: SyncMismatch
    /// haresources, in the order of the file.
    public var groups: [ResourceGroup]
    /// authkeys.
    public var authentication: AuthenticationKeys
    /// Which form serial-compatible authentication takes on UDP (`msgfmt`).
    public var messageFormat: MessageFormat
    /// How long a script may run.
    public var actionTimeouts: ActionTimeouts
    /// What is done when a resource will not stop (`on_stop_failure`).
    public var onStopFailure: StopFailurePolicy
    /// So long a stop that fails is tried again while the node shuts down (`shutdown_timeout`).
    public var shutdownTimeout: Duration
    /// So many local restarts of a group within `failureWindow` are tried; at the next failure it moves (`failure_limit`).
    public var failureLimit: Int
    /// After this long a failure is forgotten (`failure_window`).
    public var failureWindow: Duration
    /// Whether and for how long the kernel answers for service addresses without hearing of the daemon (`lease`).
    public var lease: LeaseRule
    /// By what evidence a silent node counts as dead before its deadtime is over (`quick_death`).
    public var quickDeath: QuickDeathRule
    /// How a silent node's kernel is asked (`quick_probe`).
    public var quickProbe: QuickProbe
    /// Addresses on common networks whose answer proves this node's own interfaces (`reference`), besides the ping nodes and
    /// gateways there.
    public var references: [IPAddress]
    /// This machine is the guest of a hypervisor, as the host tells.
    public var isGuest: Bool
    /// Whether a silent node is asked over every other way before anything is taken from it (`veto`).
    public var veto: VetoRule
    /// Whether a program beside the daemon removes the service addresses when it dies or hangs (`guardian`).
    public var hasGuardian: Bool
    /// Where log lines go.
    public var logging: LoggingConfiguration
    /// Scheduling and memory locking.
    public var realtime: RealtimeConfiguration
    /// Path of the watchdog device (`watchdog`).
    public var watchdog: String?
    /// `hbgenmethod time`: the generation is the clock, not the file.
    public var generationFromTime: Bool
    /// `uuidfrom nodename`: the uuid is derived from the node name, not from the file.
    public var uuidFromNodeName: Bool
    /// Programs that are started and ended with this node (`respawn`, `failfast`), in the order of the file.
    public var clientPrograms: [ClientProgram]
    /// Who may sign on as which client of the API (`apiauth`), besides the defaults.
    public var clientPermissions: [ClientPermission]
    /// The LANs of which one may fail (`lan`); `nil` without the line.
    public var lan: LanConfiguration?
    /// The lines of a gateway that has several ways out (`line`, `class`).
    public var lines = LineConfiguration()
    /// Every directive with its value as written or its default, exported to scripts as `HA_<name>=<value>`.
    public var parameters: [Parameter]

    /// A configuration with the original's defaults and nothing else.
    public init(nodes: [NodeName], media: [MediumConfiguration] = [], groups: [ResourceGroup] = []) {
        self.nodes = nodes
        self.media = media
        self.groups = groups
        keepalive = .seconds(1)
        deadtime = .seconds(30)
        warntime = .seconds(15)
        initdead = .seconds(30)
        deadping = .seconds(30)
        hopfudge = 1
        maxRetransmitDelay = .milliseconds(250)
        pingNodes = []
        memberOrder = []
        interfaces = []
        probes = []
        probeGroups = []
        echoPort = nil
        partnerService = nil
        clientPrograms = []
        clientPermissions = []
        autoFailback = .legacy
        (syncFiles, syncMismatch) = ([], .warn)
        authentication = AuthenticationKeys(current: 1, keys: [])
        messageFormat = .classic
        actionTimeouts = ActionTimeouts()
        onStopFailure = .stay
        shutdownTimeout = .seconds(60)
        failureLimit = 3
        failureWindow = .seconds(3600)
        lease = .automatic
        (quickDeath, quickProbe, references, isGuest) = (.automatic, QuickProbe(), [], false)
        (veto, hasGuardian) = (VetoRule(), true)
        logging = LoggingConfiguration()
        realtime = RealtimeConfiguration()
        watchdog = nil
        generationFromTime = false
        uuidFromNodeName = false
        lan = nil
        parameters = []
    }

    /// The other node of the pair; `nil` for a node that is alone.
    package func peer(of node: NodeName) -> NodeName? { nodes.first { $0 != node } }

    /// A name exported to scripts with its value.
    public struct Parameter: Hashable, Codable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// `auto_failback`.
public enum AutoFailback: String, Hashable, Codable, Sendable {
    case on
    case off
    /// The directive is absent or says `legacy`: groups always return, as with `on`.
    case legacy
}

/// `failback_delay`: what a node that has come back must have stood before groups return to it by themselves.
public struct FailbackDelay: Hashable, Codable, Sendable {
    /// So long it has been an active member without a loss, and without a silence that counted as death. Zero: at once.
    public var time: Duration
    /// So long its present life has been heard (`boot=`).
    public var afterBoot: Duration

    /// - Parameter afterBoot: `time` where nothing else is said.
    public init(_ time: Duration = .zero, afterBoot: Duration? = nil) {
        self.time = time
        self.afterBoot = afterBoot ?? time
    }

    /// Nothing is waited for.
    public var isNone: Bool { time == .zero && afterBoot == .zero }

    /// The longest that a node which stays as it should be can be waited for.
    public var longest: Duration { max(time, afterBoot) }
}

/// `on_stop_failure`: what becomes of a group with a resource that will not stop.
public enum StopFailurePolicy: String, Hashable, Codable, Sendable, CaseIterable {
    /// It stays, unusable, on this node, is tried again every 30 s, and every time somebody is told.
    case stay
    /// The machine is rebooted at once, so that the other node may take over (what the original does).
    case reboot
    /// It counts as stopped and is handed over, although parts of it may still run here.
    case release
}

/// `msgfmt`: whether UDP messages carry the inner `auth` field too.
public enum MessageFormat: String, Hashable, Codable, Sendable {
    case classic
    case netstring
}

/// A path for heartbeat messages.
public enum MediumConfiguration: Hashable, Codable, Sendable {
    /// A null-modem cable: absolute path of the tty, baud rate.
    case serial(device: String, baud: Int)
    /// UDP to the interface's broadcast address.
    case broadcast(interface: String, port: UInt16)
    /// UDP to one IPv4 address or host name.
    case unicast(interface: String, peer: String, port: UInt16)
    /// UDP to an IPv4 group; `ttl` 0…255.
    case multicast(interface: String, group: String, port: UInt16, ttl: UInt8, loopback: Bool)
    /// UDP to one IPv6 address or host name.
    case unicast6(interface: String, peer: String, port: UInt16)
    /// UDP to an IPv6 group; `hops` 0…255.
    case multicast6(interface: String, group: String, port: UInt16, hops: UInt8, loopback: Bool)

    /// How long a serial line carries so many bytes: ten bits each, with start and stop bit.
    public static func serialTime(ofBytes count: Int, baud: Int) -> Duration {
        .microseconds(count * 10 * 1_000_000 / max(1, baud))
    }

    /// Bytes of the largest keepalive that goes over a serial line to a peer of ours, by the length of the sender's name: signed
    /// with sha1, in classic form, with every number as long as it gets before 2106. Of it 221 are not the name.
    package static func largestKeepalive(nameLength: Int) -> Int { 221 + nameLength }

    /// The name its links are listed under: the tty path, or the interface.
    public var name: MediumName {
        switch self {
        case .serial(let device, _): MediumName(device)
        case .broadcast(let interface, _), .unicast(let interface, _, _), .multicast(let interface, _, _, _, _),
            .unicast6(let interface, _, _), .multicast6(let interface, _, _, _, _):
            MediumName(interface)
        }
    }
}

/// An outside address, or several that count as one, used to judge our own connectivity.
public struct PingNode: Hashable, Codable, Sendable {
    /// The node's name: the host as written, or the group's name.
    public var name: NodeName
    /// Addresses or host names; the node answers when any of them does.
    public var hosts: [String]
    /// Made by `ping_group`.
    public var isGroup: Bool
    /// Made by `ping6`: the hosts are resolved as IPv6.
    public var isIPv6: Bool

    public init(name: NodeName, hosts: [String], isGroup: Bool = false, isIPv6: Bool = false) {
        self.name = name
        self.hosts = hosts
        self.isGroup = isGroup
        self.isIPv6 = isIPv6
    }
}

/// authkeys: the keys a node accepts, and the one it signs with.
public struct AuthenticationKeys: Hashable, Codable, Sendable {
    /// Id of the key that signs.
    public var current: Int
    /// Every key that is accepted.
    public var keys: [AuthenticationKey]

    public init(current: Int, keys: [AuthenticationKey]) {
        self.current = current
        self.keys = keys
    }

    /// The key with `id`, if listed.
    public subscript(id: Int) -> AuthenticationKey? {
        keys.first { $0.id == id }
    }
}

/// One line of authkeys.
public struct AuthenticationKey: Hashable, Codable, Sendable {
    /// 0…15.
    public var id: Int
    public var method: AuthenticationMethod
    /// The shared secret; empty for `crc`.
    public var secret: [UInt8]

    public init(id: Int, method: AuthenticationMethod, secret: [UInt8]) {
        self.id = id
        self.method = method
        self.secret = secret
    }
}

/// How messages are signed. `crc` only detects damage; `md5` and `sha1` are HMACs (RFC 2104).
public enum AuthenticationMethod: String, Hashable, Codable, Sendable, CaseIterable {
    case crc
    case md5
    case sha1
}

/// How long a resource script may run before its process tree is ended. The original waits for ever.
public struct ActionTimeouts: Hashable, Codable, Sendable {
    /// `start_timeout`, default 60 s.
    public var start: Duration = .seconds(60)
    /// `stop_timeout`, default 60 s.
    public var stop: Duration = .seconds(60)
    /// `status_timeout`, default 20 s.
    public var status: Duration = .seconds(20)

    public init() {}

    public func timeout(for verb: ResourceVerb) -> Duration {
        switch verb {
        case .start: start
        case .stop: stop
        case .status: status
        }
    }
}

/// Where log lines go.
public struct LoggingConfiguration: Hashable, Codable, Sendable {
    /// `logfile`: everything but debug lines.
    public var logFile: String?
    /// `debugfile`: everything.
    public var debugFile: String?
    /// `logfacility`: name of the syslog facility (`local0`, …); `nil` for none.
    public var facility: String?
    /// `debug`: 0 shows no debug lines.
    public var debugLevel = 0
    /// `syslogmsgfmt`: `Nov 20 23:46:59 node heartbeat: [34]: info: …` instead of `heartbeat[34]: 2026/11/20_23:46:59 info: …`.
    public var usesSyslogFormat = true
    /// `log_badpack`: whether rejected packets are logged.
    public var logsBadPackets = true

    public init() {}
}

/// Scheduling of the daemon; its children always run at normal priority.
public struct RealtimeConfiguration: Hashable, Codable, Sendable {
    /// `realtime`: SCHED_RR and locked memory.
    public var isEnabled = true
    /// `rtprio`: 1…99.
    public var priority = 1

    public init() {}
}
