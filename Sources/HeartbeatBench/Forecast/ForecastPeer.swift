// The daemon of these sources on a node of the pair whose future is told: two groups of the first node, and a second link that is watched.

import HeartbeatLab
import HeartbeatModel

/// swift-heartbeat with an address and a script.
struct ForecastPeer {
    let ours: OurPeer
    private let setting: ForecastSetting

    init(_ setting: ForecastSetting, programs: String) {
        self.setting = setting
        ours = OurPeer(setting.detection, programs: programs)
    }

    func configure(_ node: LabNode) throws {
        let files = files(logFile: node.logFile)
        try node.configure("ha.cf", haCf(files))
        try node.configure("haresources", ForecastGroup.allCases.map { "cluster1 \($0.key)\n" }.joined())
        try node.configure("authkeys", files.authkeys)
        let (stop, start) = (ForecastGroup.stopTime, ForecastGroup.startTime)
        try node.install(
            ForecastGroup.scriptName, lines: "case $verb in stop) sleep \(stop) ;; start) sleep \(start) ;; esac")
    }

    private func files(logFile: String) -> HeartbeatConfiguration {
        HeartbeatConfiguration(
            keepalive: ours.keepalive, deadtime: ours.deadtime, addresses: ServiceAddress.first(1), logFile: logFile,
            addressesPerLine: 1, further: "link \(ForecastTrial.link)\n")
    }

    /// Where all times are the defaults no line says one.
    private func haCf(_ files: HeartbeatConfiguration) -> String {
        guard setting == .standard else { return files.haCf }
        let times = ["keepalive", "deadtime", "warntime", "initdead"]
        return files.haCf.split(separator: "\n").filter { line in !times.contains { line.hasPrefix($0 + " ") } }
            .textOfLines
    }

    /// The ha.cf of a node whose log is this file.
    func haCf(logFile: String) -> String { haCf(files(logFile: logFile)) }
}
