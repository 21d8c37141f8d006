// What a host of a gateway service is told: the two sides it stands between, who else can serve, how often each looks, and how long
// each procedure may take; and which of these times contradict each other. After Roelle, DSOM 2002. What follows from it in
// service is HeartbeatGateway's matter.

/// The two networks that a gateway joins.
public enum GatewaySide: String, Hashable, Sendable, CaseIterable {
    /// Toward the clients. Every host is there all the time.
    case down
    /// Toward the foreign domain. A backup's link stays down until it takes over (DSOM 2002, requirement F).
    case up
}

/// One side of the service.
public struct GatewayLeg: Hashable, Sendable {
    public var interface: String
    /// The address that whoever serves has on this side.
    public var roving: ServiceAddress

    public init(interface: String, roving: ServiceAddress) {
        self.interface = interface
        self.roving = roving
    }
}

/// Where a host stands among the others: a total order, in which the greater one is to serve.
public struct GatewayRank: Hashable, Comparable, Sendable {
    /// Higher is better.
    public var priority: UInt16
    /// Decides between equal priorities, which are a mistake of the configuration: the smaller name is the better one.
    public var name: NodeName

    public init(_ priority: UInt16, _ name: NodeName) {
        self.priority = priority
        self.name = name
    }

    public static func < (left: GatewayRank, right: GatewayRank) -> Bool {
        left.priority != right.priority ? left.priority < right.priority : left.name > right.name
    }
}

/// One host that can serve.
public struct GatewayHost: Hashable, Sendable {
    public var name: NodeName
    /// Unique; higher is better.
    public var priority: UInt16
    /// Its own addresses, not the roving ones: messages go to them.
    public var down: IPAddress
    public var up: IPAddress

    public init(_ name: NodeName, priority: UInt16, down: IPAddress, up: IPAddress) {
        self.name = name
        self.priority = priority
        self.down = down
        self.up = up
    }

    public var rank: GatewayRank { GatewayRank(priority, name) }

    public func address(on side: GatewaySide) -> IPAddress {
        switch side {
        case .down: down
        case .up: up
        }
    }
}

/// What is different from one service to the next (DSOM 2002, section "customisable procedures"). The raw values are the names of the
/// programs.
public enum GatewayProcedure: String, Hashable, Sendable, CaseIterable {
    case downlinkCheck, uplinkCheck, remoteSvcCheck, localSvcCheck
    case activateUplink, deactivateUplink
    case activateService, deactivateService
    case takeoverDownstream, releaseDownstream
    case takeoverUpstream, releaseUpstream

    /// How long it may take unless said.
    public var defaultTimeout: Duration {
        switch self {
        case .downlinkCheck, .uplinkCheck: .seconds(2)
        case .remoteSvcCheck, .localSvcCheck: .seconds(3)
        case .activateUplink, .deactivateUplink, .activateService, .deactivateService, .takeoverDownstream,
            .releaseDownstream, .takeoverUpstream, .releaseUpstream:
            .seconds(10)
        }
    }
}

/// One gateway service.
public struct GatewayConfiguration: Hashable, Sendable {
    /// The default of `port`; no service of IANA's register has it.
    public static let defaultPort: UInt16 = 6942
    /// How much longer each rank of backups waits than the one before, in hundredths (DSOM 2002: lower ones look less often).
    public static let laterByRank = 25

    /// Several services may share a port; each message names its own.
    public var name: String
    public var down: GatewayLeg
    public var up: GatewayLeg
    /// UDP port, the same on all hosts and both sides.
    public var port: UInt16
    /// Who is known before anybody has spoken: the initial status table.
    public var hosts: [GatewayHost]
    /// From one full check of the host in service to the next (SELF_CHECK_TIMER).
    public var selfCheck: Duration
    /// From one look of the first backup at the service to the next (SVC_CHECK_TIMER).
    public var serviceCheck: Duration
    /// The same for hosts for which it is given.
    public var serviceChecks: [NodeName: Duration]
    /// For procedures for which it is given.
    public var timeouts: [GatewayProcedure: Duration]
    /// How long a SVC_CHECK_REPLY is waited for.
    public var replyTimeout: Duration
    /// How long a veto is waited for, on each side.
    public var denyTimeout: Duration
    /// How long a host that starts asks a service that answers, but whose host does not.
    public var initPatience: Duration
    /// Resources of haresources, in the order in which they are started.
    public var service: [String]

    /// - Parameter initPatience: three times `replyTimeout` unless given.
    public init(
        name: String, down: GatewayLeg, up: GatewayLeg, port: UInt16 = Self.defaultPort, hosts: [GatewayHost],
        selfCheck: Duration = .seconds(5), serviceCheck: Duration = .seconds(10),
        serviceChecks: [NodeName: Duration] = [:], timeouts: [GatewayProcedure: Duration] = [:],
        replyTimeout: Duration = .seconds(4), denyTimeout: Duration = .seconds(8), initPatience: Duration? = nil,
        service: [String] = []
    ) {
        self.name = name
        self.down = down
        self.up = up
        self.port = port
        self.hosts = hosts
        self.selfCheck = selfCheck
        self.serviceCheck = serviceCheck
        self.serviceChecks = serviceChecks
        self.timeouts = timeouts
        self.replyTimeout = replyTimeout
        self.denyTimeout = denyTimeout
        self.initPatience = initPatience ?? replyTimeout * 3
        self.service = service
    }

    public func leg(on side: GatewaySide) -> GatewayLeg {
        switch side {
        case .down: down
        case .up: up
        }
    }

    public func timeout(of procedure: GatewayProcedure) -> Duration { timeouts[procedure] ?? procedure.defaultTimeout }

    /// The longest full check: whoever serves has said no by then, or serves no more.
    public var longestCheck: Duration {
        timeout(of: .downlinkCheck) + timeout(of: .uplinkCheck) + timeout(of: .localSvcCheck)
    }

    /// In whole milliseconds, as it is sent.
    /// - Parameter rank: 0 for the first backup.
    public func serviceCheck(of host: NodeName, rank: Int) -> Duration {
        let time = serviceChecks[host] ?? serviceCheck * (100 + max(0, rank) * Self.laterByRank) / 100
        return .milliseconds(time.milliseconds)
    }

    /// Times that contradict each other, in the order of the paper (DSOM 2002, "timeouts").
    public var problems: [GatewayProblem] {
        var problems: [GatewayProblem] = []
        let local = timeout(of: .localSvcCheck)
        if replyTimeout <= local { problems.append(.replyTooShort(replyTimeout, localSvcCheck: local)) }
        if denyTimeout <= longestCheck { problems.append(.denyTooShort(denyTimeout, checks: longestCheck)) }
        if serviceCheck < selfCheck {
            problems.append(.serviceCheckTooShort(host: nil, serviceCheck, selfCheck: selfCheck))
        }
        for (host, time) in serviceChecks.sorted(by: { $0.key < $1.key }) where time < selfCheck {
            problems.append(.serviceCheckTooShort(host: host, time, selfCheck: selfCheck))
        }
        return problems
    }
}

/// A time that makes another one useless.
public enum GatewayProblem: Hashable, Sendable {
    /// The answer would come after it was waited for. (The paper's first inequality; it says SVC_CHECK_DENY, which is no message.)
    case replyTooShort(Duration, localSvcCheck: Duration)
    /// The veto of a healthy host would come too late: two would serve. (The second and third one, of either side.)
    case denyTooShort(Duration, checks: Duration)
    /// Backups would find out before the host itself, and take over what it could give in order. `nil`: all hosts.
    case serviceCheckTooShort(host: NodeName?, Duration, selfCheck: Duration)
}

extension GatewayProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .replyTooShort(let time, let check):
            "reply_timeout (\(time.decimalSeconds) s) must be longer than localSvcCheck may take "
                + "(\(check.decimalSeconds) s)"
        case .denyTooShort(let time, let checks):
            "deny_timeout (\(time.decimalSeconds) s) must be longer than downlinkCheck, uplinkCheck and localSvcCheck "
                + "may take together (\(checks.decimalSeconds) s)"
        case .serviceCheckTooShort(let host, let time, let own):
            "svc_check\(host.map { " of \($0)" } ?? "") (\(time.decimalSeconds) s) must not be shorter than self_check "
                + "(\(own.decimalSeconds) s)"
        }
    }
}
