// What came of an event, predicted or measured, in the same words: what happened in which order, who serves at the end, and for how long
// nobody did. Values only; where they come from others know.

import HeartbeatLab
import HeartbeatModel

/// What came of one event.
struct ForecastOutcome: Hashable {
    /// A whole group came to run on a node, or runs there no more.
    struct Step: Hashable {
        enum Change: String, CaseIterable { case stopped, started }

        var node: String
        var change: Change
        var group: ForecastGroup

        /// `cluster1 stopped the address`.
        var text: String { "\(node) \(change) the \(group)" }
    }

    struct Happening: Hashable {
        /// Milliseconds since the event.
        var at: Double
        var step: Step
    }

    /// In the order in which it happened.
    var happenings: [Happening]
    /// The nodes that serve each group at the end.
    var owners: [ForecastGroup: Set<String>]
    /// Milliseconds in which nobody served the group; none where nobody does at the end.
    var away: [ForecastGroup: Double]

    var steps: [Step] { happenings.map(\.step) }

    /// Owners in words: `address on cluster2, script on nobody`.
    var ownersText: String {
        ForecastGroup.allCases.map { group in
            let names = (owners[group] ?? []).sorted()
            return "\(group) on \(names.isEmpty ? "nobody" : names.joined(separator: " and "))"
        }.joined(separator: ", ")
    }
}

extension ForecastOutcome {
    typealias Movement = MergedTimeline.Movement

    /// What happened, as both nodes log it and the client saw it.
    /// - Parameters:
    ///   - movements: of both nodes, since the event.
    ///   - event: when the laboratory did it.
    ///   - takesPower: groups were away from that moment on, and no node logs a stop.
    ///   - outage: of the client of the address.
    init(
        _ movements: [Movement], since event: Moment, takesPower: Bool, outage: Duration,
        owners: [ForecastGroup: Set<String>]
    ) {
        let zero = Self.beginning(of: movements, notBefore: event)
        self.owners = owners
        happenings = movements.compactMap { movement in
            guard let group = ForecastGroup(key: movement.timeline.group), let change = Step.Change(movement) else {
                return nil
            }
            return Happening(
                at: (Moment(movement.timeline.end) - zero).inMilliseconds,
                step: Step(node: movement.node, change: change, group: group))
        }
        .sorted { $0.at < $1.at }
        let script = movements.filter { ForecastGroup(key: $0.timeline.group) == .script }
        away = [.address: outage.inMilliseconds]
        away[.script] = Self.away(script, from: takesPower ? event : nil)?.inMilliseconds
    }

    /// When the daemon had the order, or its interface had lost the carrier: programs of the laboratory take milliseconds to do that.
    private static func beginning(of movements: [Movement], notBefore event: Moment) -> Moment {
        movements.filter { [.request, .loss, .stop].contains($0.timeline.origin) }
            .map { Moment($0.timeline.zero) }.filter { $0 >= event }.min() ?? event
    }

    /// From the first stop, or from `start`, until the group runs.
    private static func away(_ movements: [Movement], from start: Moment?) -> Duration? {
        guard !movements.isEmpty else { return start == nil ? .zero : nil }
        func all(_ change: Step.Change) -> [GroupTimeline] {
            movements.filter { Step.Change($0) == change }.map(\.timeline)
        }
        let begin = start ?? all(.stopped).compactMap { $0.steps.map(\.begin).min() }.min().map { Moment($0) }
        guard let begin, let end = all(.started).map(\.end).max() else { return nil }
        return Moment(end) - begin
    }
}

extension ForecastOutcome.Step.Change {
    /// `nil` of a movement that did not come about.
    fileprivate init?(_ movement: MergedTimeline.Movement) {
        switch movement.timeline.outcome {
        case .running: self = .started
        case .released: self = .stopped
        case .failed, .stuck: return nil
        }
    }
}

extension Moment {
    /// An instant of a node on this machine.
    fileprivate init(_ instant: Instant) { self.init(nanoseconds: instant.nanoseconds) }
}
