// What has become of a drill, for people and for programs: how it ended, and for how long nobody answered on each way. A figure that was
// not measured says why; it is never a zero.

import HeartbeatModel

/// The end of a drill.
package struct DrillReport: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// The groups were away and are back, as both nodes have told.
        case done
        case declined
        /// It must not begin.
        case refused
        /// It ended early, and the groups are back.
        case aborted
        /// A way came to nothing, or nobody answered for an address at its end.
        case undone
        case unverified
        case unknown
        case usage

        /// What it would be of an order: a drill ends with the same codes.
        private var ofOrder: OrderReport.Outcome {
            switch self {
            case .done: .done
            case .declined: .declined
            case .refused: .refused
            case .aborted, .undone: .undone
            case .unverified: .unverified
            case .unknown: .unknown
            case .usage: .usage
            }
        }

        var exitCode: Int32 { ofOrder.exitCode }
    }

    /// One group on one way.
    package struct Leg: Hashable, Sendable {
        package var from: NodeName
        package var to: NodeName
        /// Of its addresses the worst; `nil` where nothing was measured, and then why not.
        package var outage: Duration?
        package var reason: String?
        /// The longest time for which two stations answered.
        package var shared: Duration
        package var within: Duration?
        /// What this node's daemon says of its own part.
        package var part: Part?
    }

    /// A movement of this node's daemon: what came of it, and how long it took.
    package struct Part: Hashable, Sendable {
        package var outcome: GroupTimeline.Outcome
        package var took: Duration

        package init(_ timeline: GroupTimeline) {
            (outcome, took) = (timeline.outcome, timeline.end - timeline.zero)
        }
    }

    package struct Group: Hashable, Sendable {
        package var key: String
        /// Words of haresources that were asked for.
        package var addresses: [String]
        package var away: Leg?
        package var home: Leg?

        package init(key: String, addresses: [String]) {
            self.key = key
            self.addresses = addresses
        }
    }

    package var outcome: Outcome
    /// One sentence without a full stop.
    package var sentence: String
    package var plan: DrillPlan?
    package var groups: [Group] = []
    package var cautions: [String] = []
    /// `unverified`: what both nodes have not told.
    package var missing: [String] = []
    package var remedy: [String]
    /// From the first order to the end.
    package var took: Duration?

    package init(_ outcome: Outcome, _ sentence: String, plan: DrillPlan? = nil, remedy: [String] = []) {
        self.outcome = outcome
        self.sentence = sentence
        self.plan = plan
        self.remedy = remedy
    }

    package var exitCode: Int32 { outcome.exitCode }

    /// What is kept of it.
    package func record(unixMilliseconds: UInt64) -> DrillRecord {
        var record = DrillRecord(unixMilliseconds: unixMilliseconds, outcome: outcome.rawValue, sentence: sentence)
        record.away = groups.compactMap { $0.away?.outage }.max()
        record.home = groups.compactMap { $0.home?.outage }.max()
        return record
    }
}

extension DrillReport.Leg {
    /// Of the addresses of one group; none of them: there was none to ask for.
    package init(from: NodeName, to: NodeName, _ figures: [OutageFigure], part: DrillReport.Part?) {
        self.from = from
        self.to = to
        self.part = part
        shared = figures.map(\.shared).max() ?? .zero
        let measured = figures.filter { if case .out = $0.found { true } else { false } }
        outage = measured.map { if case .out(let time) = $0.found { time } else { .zero } }.max()
        within = measured.map(\.within).max()
        let reasons = figures.compactMap { figure -> String? in
            switch figure.found {
            case .out: nil
            case .silent: "no station has answered"
            case .unknown(let reason): reason
            }
        }
        reason = outage == nil ? reasons.first ?? "no address to ask for" : nil
    }
}

// MARK: - For people

extension DrillReport {
    /// Without the plan, which is shown before.
    package var lines: [String] {
        let time = took.map { " (\($0.ageText))" } ?? ""
        return cautions.map { "!  \($0)" } + ["hbctl drill: \(sentence)\(time)"] + groups.flatMap(lines(of:))
            + missing.map { "!  \($0)" } + remedy.map { "   \($0)" }
    }

    private func lines(of group: Group) -> [String] {
        let legs = [group.away, group.home].compactMap(\.self)
        return legs.enumerated().map { place, leg in
            "  \(place == 0 ? group.key : blanks(group.key.count))  \(leg.from) -> \(leg.to)  \(text(of: leg))"
        }
    }

    private func text(of leg: Leg) -> String {
        var clauses: [String] = []
        if let outage = leg.outage {
            let exactness = leg.within.map { ", to within \($0.shortText)" } ?? ""
            clauses.append("nobody answered for \(outage.shortText)\(exactness)")
        } else if let reason = leg.reason {
            clauses.append("not measured: \(reason)")
        }
        if leg.shared > .zero { clauses.append("two stations answered for \(leg.shared.shortText)") }
        if let part = leg.part {
            clauses.append("\(plan?.local.text ?? "this node"): \(part.outcome.rawValue) after \(part.took.shortText)")
        }
        return clauses.joined(separator: "; ")
    }
}

// MARK: - For programs

extension DrillReport {
    /// As schemas/hbctl-drill-1.json says it: one line and its end.
    package var json: String {
        return JSONValue.members([
            ("schema", .string("hbctl/drill/1")), ("exit", .number(Int64(exitCode))),
            ("outcome", .string(outcome.rawValue)), ("sentence", .string(sentence)), ("node", .word(plan?.local.text)),
            ("from", .word(plan?.giver.text)), ("to", .word(plan?.taker.text)), ("groups", .array(groups.map(value))),
            ("notes", .words(plan?.notes ?? [])), ("cautions", .words(cautions)), ("missing", .words(missing)),
            ("remedy", .words(remedy)),
            ("took_s", .seconds(took, places: 3)),
        ]).text + "\n"
    }

    private func value(_ group: Group) -> JSONValue {
        .object([
            .init("group", .string(group.key)), .init("addresses", .array(group.addresses.map { .string($0) })),
            .init("away", group.away.map(value) ?? .null), .init("home", group.home.map(value) ?? .null),
        ])
    }

    private func value(_ leg: Leg) -> JSONValue {
        .object([
            .init("from", .string(leg.from.text)), .init("to", .string(leg.to.text)),
            .init("outage_ms", milliseconds(leg.outage)), .init("reason", leg.reason.map { .string($0) } ?? .null),
            .init("within_ms", milliseconds(leg.within)), .init("shared_ms", milliseconds(leg.shared)),
            .init("daemon_outcome", leg.part.map { .string($0.outcome.rawValue) } ?? .null),
            .init("daemon_ms", milliseconds(leg.part?.took)),
        ])
    }

    private func milliseconds(_ time: Duration?) -> JSONValue {
        time.map { .decimal(units: $0.nanoseconds / 1000, places: 3) } ?? .null
    }
}
