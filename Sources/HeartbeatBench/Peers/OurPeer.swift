// The daemon of these sources, with the files an operator of heartbeat 3 has. Addresses are its own work.

import HeartbeatLab

/// swift-heartbeat.
public struct OurPeer: FailoverPeer {
    public let name = "ours"
    public let keepalive: Duration
    public let deadtime: Duration
    public let signOfLife = HeartbeatConfiguration.signOfLife
    public let rest = Duration.seconds(3)
    private let programs: String

    /// - Parameter programs: directory of `heartbeat` and `hb_standby`.
    public init(_ setting: DetectionSetting, programs: String) {
        (keepalive, deadtime) = setting.times(tight: (.milliseconds(10), .milliseconds(30)))
        self.programs = programs
    }

    public var requirements: [Requirement] {
        ["heartbeat", "hb_standby"].map { Requirement("\(programs)/\($0)", package: nil) }
    }

    public func version() -> String {
        do {
            return try Command.succeed(["\(programs)/heartbeat", "-V"]).split(separator: "\n").joined()
        } catch {
            return ""
        }
    }

    public func configure(_ node: LabNode, addresses: [ServiceAddress]) throws {
        let files = HeartbeatConfiguration(
            keepalive: keepalive, deadtime: deadtime, addresses: addresses, logFile: node.logFile,
            addressesPerLine: ServiceAddress.limit, further: "link eth0 debounce=0\n")
        try node.configure("ha.cf", files.haCf)
        try node.configure("haresources", files.haresources)
        try node.configure("authkeys", files.authkeys)
    }

    public func bootWords(on node: LabNode, in laboratory: Laboratory) -> [String] {
        laboratory.daemonWords(["-f"], on: node)
    }

    public func log(of node: LabNode) -> String? { node.logFile }

    public func standby(_ node: LabNode, in laboratory: Laboratory) throws {
        let result = try laboratory.tool("hb_standby", ["all"], on: node)
        guard result.code == 0 else { throw LabError.notReached("hb_standby on \(node.name): \(result.output)") }
    }
}
