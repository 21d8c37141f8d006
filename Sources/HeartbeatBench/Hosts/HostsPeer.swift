// Who lets one of three hosts serve: hb_gateway here, and keepalived beside it. Each with what an operator must say, and nothing else:
// all times are the defaults.

import Glibc
import HeartbeatLab

/// A way to do it, on all hosts of a laboratory.
protocol HostsPeer: AnyObject {
    /// What its rows are called by.
    static var name: String { get }
    /// The time between two looks or signs of life, and how long after the last of them another host begins to act, at most.
    static var times: (keepalive: Duration, deadtime: Duration) { get }
    /// How long after its start a fault measures the fault and not the start.
    static var rest: Duration { get }

    /// Starts it on a host that has just been switched on.
    func start(_ host: LabHost) throws
    /// Whether it is ready to take over on a host, as far as it tells.
    func isReady(_ host: LabHost, owner: LabHost) -> Bool
    /// Ends it in order.
    func stop(_ host: LabHost) throws
    /// Kills the process that works.
    func killWorker(_ host: LabHost) throws
    /// What a person needs to see when something did not come about.
    func diagnosis(_ host: LabHost) -> String
}

/// hb_gateway.
final class OurHosts: HostsPeer {
    static let name = "ours"
    /// SVC_CHECK_TIMER; and that with the second backup's time and the time of remoteSvcCheck.
    static let times = (keepalive: Duration.seconds(1), deadtime: Duration.milliseconds(1750))
    static let rest = Duration.seconds(3)

    private let programs: [HostProgram]
    private var marks: [Int: Int] = [:]

    init(_ program: String, in laboratory: GatewayHosts) throws {
        let service = GatewayService(hosts: laboratory.hosts.map(\.number), pace: .unsaid)
        programs = try laboratory.hosts.map { try HostProgram(program, on: $0, services: [service]) }
    }

    func start(_ host: LabHost) throws {
        marks[host.number] = programs[host.number].mark
        try programs[host.number].start()
    }

    func isReady(_ host: LabHost, owner: LabHost) -> Bool {
        let sentence = host.number == owner.number ? "Serves" : "Backup: \(owner.name) serves"
        return programs[host.number].says(sentence, since: marks[host.number] ?? 0)
    }

    func stop(_ host: LabHost) throws {
        guard programs[host.number].end() == 0 else {
            throw LabError.notReached("hb_gateway does not end in order on \(host.name)")
        }
    }

    func killWorker(_ host: LabHost) throws { try programs[host.number].killWorker() }

    func diagnosis(_ host: LabHost) -> String { programs[host.number].diagnosis }
}
