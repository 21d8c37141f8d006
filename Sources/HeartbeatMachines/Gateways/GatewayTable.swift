// The results of a run as lines of text. Pure.

import HeartbeatLab

/// Scenes below each other, daemons beside each other.
enum GatewayTable {
    /// One result in words.
    static func figures(_ result: GatewayResult) -> String {
        """
        outage ms \(result.outage.roundedMilliseconds)\
        \(result.twoOwners.map { ", two owners ms \($0.roundedMilliseconds)" } ?? ""), moves \(result.moves)\
        \(result.falseDeaths.map { ", false deaths \($0)" } ?? "")\
        \(result.detection.map { ", detection ms \($0.roundedMilliseconds)" } ?? "")
        """
    }

    static func text(_ results: [GatewayResult]) -> String {
        let rows = results.map(row)
        let all = [["scene", "daemon", "outage ms", "two owners ms", "moves", "false deaths", "detection ms"]] + rows
        let widths = all[0].indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            zip(row, widths).map { padded($0, to: $1) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func row(_ result: GatewayResult) -> [String] {
        let times = [result.outage, result.twoOwners, result.detection].map { time in
            time.map { "\($0.roundedMilliseconds)" } ?? "-"
        }
        let falseDeaths = result.falseDeaths.map(String.init) ?? "-"
        return [
            result.scene.rawValue, result.daemon.rawValue, times[0], times[1], "\(result.moves)", falseDeaths, times[2],
        ]
    }
}
