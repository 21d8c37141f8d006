// What would come of something, as a value: who serves what afterwards, for how long nobody or both do, and what happens on the way, each
// line with its ground. Text, JSON and tables are renderings of it.

import HeartbeatModel

package struct Prediction: Hashable, Sendable {
    /// Something that happens on the way.
    package struct Line: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            /// What was asked about.
            case event
            /// What a node makes of it.
            case verdict
            case stopped
            case started
        }

        /// Since the first event.
        package var at: Duration
        /// `nil`: what befalls both.
        package var node: NodeName?
        package var kind: Kind
        package var what: String
        /// The directive, rule or measurement that it follows from; empty for events.
        package var knownFrom: String
        /// `stopped`, `started`: the group, and words in the order of the scripts.
        package var group: String?
        package var words: [String] = []
    }

    /// What becomes of a group.
    package struct Group: Hashable, Sendable {
        package var key: String
        /// Who serves it before; `nil`: nobody, or both.
        package var from: NodeName?
        /// Who serves it at the end.
        package var owners: [NodeName]
        /// For how long nobody serves it in all; `nil`: nobody does at the end.
        package var away: Duration?
        /// When it is served for good by whoever serves it at the end, since the first event; `nil` where nothing changes, or nobody
        /// serves it at the end.
        package var back: Duration?
        /// Something that has never run here is part of it, so that it takes longer than that.
        package var isAtLeast = false
        /// For how long both answer for it.
        package var onBoth: Duration = .zero

        /// Who serves it at the end; the newcomer where both do.
        package var to: NodeName? { owners.first { $0 != from } ?? owners.first }
        /// Nobody serves it at the end.
        package var isLost: Bool { owners.isEmpty }
        package var isOnBoth: Bool { owners.count > 1 || onBoth > .zero }
        /// It ends on another node.
        package var moves: Bool { owners.count == 1 && to != from }
        /// Something becomes of it at all.
        package var isAffected: Bool { isLost || isOnBoth || moves || (away ?? .zero) > .zero }
    }

    package var events: [PairEvent]
    /// `If eth1 of gw-a loses its carrier now`.
    package var headline: String
    package var lines: [Line] = []
    /// In the order of haresources.
    package var groups: [Group] = []
    /// What should be known: what has never run here, what was left out, what is left.
    package var notes: [String] = []
    /// So long may nobody serve a group.
    package var goal: Duration
    /// Why nothing can be told; `nil`: it can.
    package var obstacle: String?

    init(_ events: [PairEvent], headline: String, goal: Duration) {
        self.events = events
        self.headline = headline
        self.goal = goal
    }

    /// The longest time in which nobody serves a group that is served at the end.
    package var away: Duration { groups.compactMap(\.away).max() ?? .zero }

    /// A figure is known only from below.
    package var isAtLeast: Bool { groups.contains(where: \.isAtLeast) }

    package var keepsGoal: Bool { away <= goal }

    /// 0 all is served within the goal; 1 later, or a figure is not known; 2 a group is served by nobody or by both; 3 nobody can
    /// tell.
    package var exitCode: Int32 {
        if obstacle != nil { return 3 }
        if groups.contains(where: { $0.isLost || $0.isOnBoth }) { return 2 }
        return keepsGoal && !isAtLeast ? 0 : 1
    }

    /// One of many, in a few words: `everything on gw-b in 1.10 s`, `nothing moves`, `BOTH SERVE`.
    package var short: String {
        if obstacle != nil { return "cannot tell" }
        let both = groups.filter(\.isOnBoth)
        guard both.isEmpty else {
            return "BOTH SERVE" + (both.count < groups.count ? " \(Self.name(both, groups))" : "")
        }
        let lost = groups.filter(\.isLost)
        guard lost.isEmpty else { return "nobody serves \(Self.name(lost, groups))" }
        let affected = groups.filter(\.isAffected)
        guard let last = affected.compactMap(\.back).max() else { return "nothing moves" }
        let time = "in \(last.rounded)" + (isAtLeast ? " or more" : "")
        let places = Set(affected.compactMap(\.to))
        guard places.count == 1, let place = places.first else { return "\(affected.count) groups move \(time)" }
        let isEverything = groups.allSatisfy { $0.owners == [place] }
        if affected.contains(where: \.moves), isEverything { return "everything on \(place) \(time)" }
        let what = affected.count == 1 ? affected[0].key : "\(affected.count) groups"
        return affected.contains(where: \.moves) ? "\(what) to \(place) \(time)" : "\(what) again on \(place) \(time)"
    }

    private static func name(_ some: [Group], _ all: [Group]) -> String {
        if some.count == all.count { return all.count == 1 ? all[0].key : "anything" }
        return some.count == 1 ? some[0].key : "\(some.count) of \(all.count) groups"
    }
}

extension Duration {
    /// As in tables: `27 ms`, `1.10 s`, `40 s`.
    var rounded: String {
        let milliseconds = nearest(.milliseconds(1))
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        let hundredths = (milliseconds + 5) / 10
        let fraction = hundredths % 100
        if hundredths >= 6000 { return "\((hundredths + 50) / 100) s" }
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}
