// What the results of a run must be besides each scene's own: ours beside heartbeat 3, and deaths found when ha.cf says so. Pure.

import HeartbeatLab
import HeartbeatModel

/// Goals, judged after all scenes.
enum GatewayGoals {
    /// What fails a run: whatever was not as it must be with ours, and an outage that is too long beside heartbeat's.
    static func failures(_ results: [GatewayResult]) -> [String] {
        problems(of: .ours, in: results) + longOutages(results)
    }

    /// Where the service moved with both daemons, an outage with ours is at most half as long; of several runs, the medians.
    private static func longOutages(_ results: [GatewayResult]) -> [String] {
        GatewayScene.allCases.filter { $0.mustMove(.ours) == true }.compactMap { scene in
            guard let own = outage(results, scene, .ours), let other = outage(results, scene, .heartbeat),
                own * 2 > other
            else { return nil }
            return "\(scene.rawValue): an outage of \(own.roundedMilliseconds) ms is more than half of heartbeat's, "
                + "\(other.roundedMilliseconds) ms"
        }
    }

    /// What is told and fails nothing: what was not as it must be with heartbeat 3, which is the measure, and deaths that were not found
    /// when they should, because on a host that is busy a machine stands still itself.
    static func remarks(_ results: [GatewayResult], detection expected: ClosedRange<Duration>?) -> [String] {
        problems(of: .heartbeat, in: results) + (expected.map { strangeDetections(results, outside: $0) } ?? [])
    }

    private static func problems(of daemon: GatewayDaemon, in results: [GatewayResult]) -> [String] {
        results.filter { $0.daemon == daemon }.flatMap { result in
            result.problems.map { "\(daemon.rawValue), \(result.scene.rawValue): \($0)" }
        }
    }

    private static func strangeDetections(
        _ results: [GatewayResult], outside expected: ClosedRange<Duration>
    ) -> [String] {
        results.compactMap { result in
            guard let found = result.detection, !expected.contains(found) else { return nil }
            return "\(result.daemon.rawValue), \(result.scene.rawValue): a node was found dead "
                + "\(found.roundedMilliseconds) ms after its last word, and not after "
                + "\(expected.lowerBound.roundedMilliseconds) to \(expected.upperBound.roundedMilliseconds) ms"
        }
    }

    /// How long after its last word a node was found dead, by the lines of a log about groups that moved because of that.
    static func detection(inLog text: String) -> Duration? {
        text.split(separator: "\n").lazy.compactMap { LogLine($0).flatMap { GroupTimeline($0.text) } }.compactMap {
            guard case .lastHeard = $0.origin, let detected = $0.marks[.detected] else { return nil }
            return detected - $0.zero
        }.first
    }

    private static func outage(_ results: [GatewayResult], _ scene: GatewayScene, _ daemon: GatewayDaemon) -> Duration?
    {
        let outages = results.filter { $0.scene == scene && $0.daemon == daemon && $0.moves > 0 }.map(\.outage).sorted()
        return outages.isEmpty ? nil : outages[outages.count / 2]
    }
}
