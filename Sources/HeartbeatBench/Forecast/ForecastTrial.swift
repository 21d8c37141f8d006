// What `hbctl plan` is asked about and what then happens, as values: the events, the settings and the two groups. How it is done is
// ForecastCluster's business.

import HeartbeatLab

/// One event, which befalls the node that serves.
package enum ForecastTrial: String, CaseIterable, Sendable {
    /// A person hands everything over.
    case standby
    /// Its second link, which is watched, loses its carrier.
    case lose
    /// It loses its power, and nobody sees a carrier change.
    case power
    /// Its daemon is ended in order (SIGTERM).
    case stop

    /// The event as `hbctl plan` reads it.
    func words(on node: String) -> [String] {
        switch self {
        case .standby: ["standby", "all"]
        case .lose: ["lose", "\(Self.link)@\(node)"]
        case .power: ["power", node]
        case .stop: ["stop", node]
        }
    }

    /// What the page calls it.
    var title: String {
        switch self {
        case .standby: "standby all"
        case .lose: "lose \(Self.link)"
        case .power, .stop: rawValue
        }
    }

    /// The second link.
    static let link = "eth1"
    /// What the faults of its rows begin with.
    static let prefix = "forecast-"
    /// What its rows are called.
    var name: String { Self.prefix + rawValue }
}

/// What ha.cf says of times.
package enum ForecastSetting: String, CaseIterable, Sendable {
    /// Nothing.
    case standard = "default"
    case oneSecond = "1s"

    /// The keepalive and the deadtime that it comes to.
    var detection: DetectionSetting {
        switch self {
        case .standard: .explicit(keepalive: .seconds(1), deadtime: .seconds(30))
        case .oneSecond: .oneSecond
        }
    }
}

/// A line of haresources.
enum ForecastGroup: String, CaseIterable, Sendable {
    /// An address, which a client asks for.
    case address
    /// A script that takes its time.
    case script

    /// Its only resource, by which nodes and plans call it.
    var key: String {
        switch self {
        case .address: "IPaddr::\(ServiceAddress(0))/eth0"
        case .script: Self.scriptName
        }
    }

    init?(key: String) {
        guard let group = Self.allCases.first(where: { $0.key == key }) else { return nil }
        self = group
    }

    static let scriptName = "sleeper"
    /// Seconds that its stop and its start take, as a shell says it.
    static let (stopTime, startTime) = ("0.2", "0.3")
}

/// Where a figure comes from.
enum ForecastSide: String, CaseIterable, Sendable {
    case predicted, measured
}

extension Figure {
    /// By how much the worse of both groups was further from its prediction than it may be; 0 for what is near enough.
    static let beyondForecast = "beyond_ms"
    /// 1 when everything happened in the order that was predicted, and whoever was predicted to serve did; else 0.
    static let asPredicted = "as_predicted"

    /// For how long nobody served a group.
    static func away(_ group: ForecastGroup, _ side: ForecastSide) -> String { "\(side)_away_\(group)_ms" }

    /// When something happened, since the event.
    static func moment(_ step: ForecastOutcome.Step, _ side: ForecastSide) -> String {
        "\(side)_\(step.node)_\(step.change)_\(step.group)_ms"
    }
}
