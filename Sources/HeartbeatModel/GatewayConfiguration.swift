// What a host of a gateway service is told: the two sides it stands between, who else can serve, whom it asks, how often each looks,
// and how long each procedure may take. Also which of these times contradict each other. After Roelle, DSOM 2002. What follows from it
// in service is HeartbeatGateway's matter.

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
        case .downlinkCheck, .uplinkCheck, .remoteSvcCheck: .milliseconds(500)
        // It runs the scripts of the service.
        case .localSvcCheck: .seconds(3)
        case .activateUplink, .deactivateUplink, .activateService, .deactivateService, .takeoverDownstream,
            .releaseDownstream, .takeoverUpstream, .releaseUpstream:
            .seconds(10)
        }
    }
}

/// What activateUplink and deactivateUplink switch where no program stands in their place.
public enum GatewayUplink: Hashable, Sendable {
    /// The link of the upstream interface.
    case link
    /// The host's own upstream address: the link stays up, for something else needs it.
    case addresses
    /// The driver of the upstream interface, by the name of its kernel module: without it not even a link is there.
    case module(String)
}

/// One gateway service.
public struct GatewayConfiguration: Hashable, Sendable {
    /// The default of `port`; no service of IANA's register has it.
    public static let defaultPort: UInt16 = 6942
    /// How much longer each rank of backups waits than the one before, in hundredths (DSOM 2002: lower ones look less often).
    public static let laterByRank = 25
    /// As many hosts as a status table has room for.
    public static let mostHosts = 16
    /// So many bytes of the name of a service or a host are sent.
    public static let longestName = 64
    /// The least that `hearTimeout` may be.
    public static let shortestHearing = Duration.milliseconds(100)
    /// So much longer than the longest check a veto is waited for at least: its way takes time, too.
    public static let longestWay = Duration.milliseconds(100)

    /// The owner's program that says whether a host is as good as its priority. Nothing is built in, and it is no procedure.
    public static let healthProgram = "hostHealth"

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
    /// How long a veto is waited for, on each side, from when the host in service was heard.
    public var denyTimeout: Duration
    /// How long a candidate waits for any word of the host in service. That one says at once that it is there, and then checks itself.
    public var hearTimeout: Duration
    /// How long a host that starts asks a service that answers, but whose host does not.
    public var initPatience: Duration
    /// A host that was not fit begins anew after so long.
    public var returnAfter: Duration
    /// The next router upstream: uplinkCheck asks for it, and the default route of whoever serves leads there.
    public var nextHop: IPAddress?
    /// Whom remoteSvcCheck asks through the gateway; `nil` for `nextHop`.
    public var remoteTarget: IPAddress?
    /// Who shows, beside the other hosts, that the downlink works.
    public var witnesses: [IPAddress]
    public var uplink: GatewayUplink
    /// Whether takeoverUpstream sets a default route, over `nextHop`.
    public var setsDefaultRoute: Bool
    /// In the order in which they are started.
    public var service: [Resource]
    /// So much less a host counts for each other service of its file that it serves.
    public var spread: UInt16

    /// `initPatience` unless it is said: three questions.
    public static func usualPatience(replyTimeout: Duration) -> Duration { replyTimeout * 3 }

    /// `returnAfter` unless it is said: within less, a host that is unfit would keep the others from taking over.
    public static func usualRest(denyTimeout: Duration) -> Duration { denyTimeout * 3 }

    /// - Parameters:
    ///   - initPatience: three times `replyTimeout` unless given.
    ///   - returnAfter: three times `denyTimeout` unless given.
    public init(
        name: String, down: GatewayLeg, up: GatewayLeg, port: UInt16 = Self.defaultPort, hosts: [GatewayHost],
        selfCheck: Duration = .seconds(1), serviceCheck: Duration = .seconds(1),
        serviceChecks: [NodeName: Duration] = [:], timeouts: [GatewayProcedure: Duration] = [:],
        replyTimeout: Duration = .seconds(4), denyTimeout: Duration = .seconds(8),
        hearTimeout: Duration = .milliseconds(500), initPatience: Duration? = nil, returnAfter: Duration? = nil,
        nextHop: IPAddress? = nil, remoteTarget: IPAddress? = nil, witnesses: [IPAddress] = [],
        uplink: GatewayUplink = .link, setsDefaultRoute: Bool = true, service: [Resource] = [],
        spread: UInt16 = 0
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
        self.hearTimeout = hearTimeout
        self.initPatience = initPatience ?? Self.usualPatience(replyTimeout: replyTimeout)
        self.returnAfter = returnAfter ?? Self.usualRest(denyTimeout: denyTimeout)
        self.nextHop = nextHop
        self.remoteTarget = remoteTarget
        self.witnesses = witnesses
        self.uplink = uplink
        self.setsDefaultRoute = setsDefaultRoute
        self.service = service
        self.spread = spread
    }

    public func leg(on side: GatewaySide) -> GatewayLeg {
        switch side {
        case .down: down
        case .up: up
        }
    }

    public func timeout(of procedure: GatewayProcedure) -> Duration { timeouts[procedure] ?? procedure.defaultTimeout }

    /// How long ``healthProgram`` may take: it is a script of the owner, too.
    public var healthTimeout: Duration { timeout(of: .localSvcCheck) }

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

    /// Times that contradict each other, in the order of the paper (DSOM 2002, "timeouts"); it has no `hearTimeout`.
    public var problems: [GatewayProblem] {
        var problems: [GatewayProblem] = []
        let local = timeout(of: .localSvcCheck)
        if replyTimeout <= local { problems.append(.replyTooShort(replyTimeout, localSvcCheck: local)) }
        if denyTimeout < longestCheck + Self.longestWay {
            problems.append(.denyTooShort(denyTimeout, checks: longestCheck))
        }
        if hearTimeout < Self.shortestHearing { problems.append(.hearTooShort(hearTimeout)) }
        if hearTimeout >= denyTimeout { problems.append(.hearTooLong(hearTimeout, denyTimeout: denyTimeout)) }
        if serviceCheck < selfCheck {
            problems.append(.serviceCheckTooShort(host: nil, serviceCheck, selfCheck: selfCheck))
        }
        for (host, time) in serviceChecks.sorted(by: { $0.key < $1.key }) where time < selfCheck {
            problems.append(.serviceCheckTooShort(host: host, time, selfCheck: selfCheck))
        }
        return problems + serviceChecksOutOfOrder
    }

    /// Backups that look more often than one of higher priority does, while the best host serves.
    private var serviceChecksOutOfOrder: [GatewayProblem] {
        let backups = hosts.sorted { $0.rank > $1.rank }.dropFirst().enumerated().map { rank, host in
            (name: host.name, time: serviceCheck(of: host.name, rank: rank))
        }
        return backups.indices.compactMap { place in
            let backup = backups[place]
            guard backup.time >= selfCheck, let slowest = backups[..<place].max(by: { $0.time < $1.time }),
                backup.time < slowest.time
            else { return nil }
            return .serviceCheckOutOfOrder(
                host: backup.name, backup.time, better: slowest.name, betterTime: slowest.time)
        }
    }
}

/// A time that makes another one useless.
public enum GatewayProblem: Hashable, Sendable {
    /// The answer would come after it was waited for. (The paper's first inequality; it says SVC_CHECK_DENY, which is no message.)
    case replyTooShort(Duration, localSvcCheck: Duration)
    /// The veto of a healthy host would come too late: two would serve. (The second and third one, of either side.)
    case denyTooShort(Duration, checks: Duration)
    /// The announcement is repeated within it, and so must its answers be: most may be lost.
    case hearTooShort(Duration)
    /// It would shorten nothing.
    case hearTooLong(Duration, denyTimeout: Duration)
    /// Backups would find out before the host itself, and take over what it could give in order. `nil`: all hosts.
    case serviceCheckTooShort(host: NodeName?, Duration, selfCheck: Duration)
    /// The lesser host would find out before the better one, and take over first.
    case serviceCheckOutOfOrder(host: NodeName, Duration, better: NodeName, betterTime: Duration)
}

extension GatewayProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .replyTooShort(let time, let check):
            "reply_timeout (\(time.decimalSeconds) s) must be longer than localSvcCheck may take "
                + "(\(check.decimalSeconds) s)"
        case .denyTooShort(let time, let checks):
            "deny_timeout (\(time.decimalSeconds) s) must be \(GatewayConfiguration.longestWay.decimalSeconds) s longer than "
                + "downlinkCheck, uplinkCheck and localSvcCheck may take together (\(checks.decimalSeconds) s)"
        case .hearTooShort(let time):
            "hear_timeout (\(time.decimalSeconds) s) must be at least "
                + "\(GatewayConfiguration.shortestHearing.decimalSeconds) s, because five announcements go into it"
        case .hearTooLong(let time, let deny):
            "hear_timeout (\(time.decimalSeconds) s) must be shorter than deny_timeout (\(deny.decimalSeconds) s)"
        case .serviceCheckTooShort(let host, let time, let own):
            "svc_check\(host.map { " of \($0)" } ?? "") (\(time.decimalSeconds) s) must not be shorter than self_check "
                + "(\(own.decimalSeconds) s)"
        case .serviceCheckOutOfOrder(let host, let time, let better, let betterTime):
            "svc_check of \(host) (\(time.decimalSeconds) s) must not be shorter than that of \(better) "
                + "(\(betterTime.decimalSeconds) s), whose priority is higher"
        }
    }
}
