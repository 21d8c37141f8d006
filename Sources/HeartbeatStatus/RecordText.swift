// Records of movements for people: which there are, what is in one, and what a replay of one comes to.

import HeartbeatModel

package struct RecordText {
    private let record: MovementRecord
    private let width: Int
    private let time: LocalTime

    package init(_ record: MovementRecord, width: Int, time: LocalTime = .utc) {
        self.record = record
        self.width = width
        self.time = time
    }

    // MARK: - All of them

    /// A line for each, the oldest first.
    package static func list(_ records: [MovementRecord], width: Int, time: LocalTime) -> [String] {
        guard !records.isEmpty else { return ["no record of a movement has been kept"] }
        return TextTable(
            marks: records.map { _ in "" },
            columns: [
                .init(title: "no.", cells: records.map { "\($0.chain)" }, weight: 99, isNeeded: true),
                .init(title: "when", cells: records.map { time.date($0.unixMilliseconds) }, weight: 9, isNeeded: true),
                .init(title: "groups", cells: records.map { $0.groups.joined(separator: " ") }, weight: 8),
                .init(title: "events", cells: records.map { "\($0.question.events.count)" }, weight: 5),
                .init(title: "because", cells: records.map { $0.movements.first?.because ?? "?" }, weight: 7),
            ]
        ).lines(width: width)
    }

    // MARK: - One of them

    /// Everything in it but the configuration.
    package var lines: [String] {
        Self.printable(
            ["record \(record.chain) of \(record.state.node), from \(time.day(record.unixMilliseconds)) on", ""]
                + before + [""] + happened + moved + [""]
                + wrapped(configuration, width: width))
    }

    /// A record may come from anywhere, and its names may be anything: none of them is a command to a terminal.
    private static func printable(_ lines: [String]) -> [String] {
        lines.map { $0.printable(atMost: $0.unicodeScalars.count) }
    }

    private var before: [String] {
        let state = record.state
        let groups = state.groups.map { group in
            "\(group.key) \(record.begin(of: group.key).map { "on \($0)" } ?? "on no node that is known")"
        }
        let lost = state.watched.filter { $0.state == .lost }.map(\.name)
        return item("before", groups.isEmpty ? "no groups" : groups.joined(separator: ", "))
            + (lost.isEmpty ? [] : item("lost", lost.joined(separator: ", ")))
    }

    private func item(_ name: String, _ text: String) -> [String] {
        let begin = "  \(name)\(blanks(8 - name.count))"
        return wrapped(text, width: width, first: begin, rest: blanks(begin.count))
    }

    private var happened: [String] {
        let words = EventWords(record.state)
        let lines = record.happenings.flatMap { happening -> [String] in
            let node = happening.event.map { $0.node } ?? record.state.node
            let text = happening.event.map(words.happened) ?? happening.text
            return stamped(record.unix(after: happening.after), "\(node.map { "\($0)  " } ?? "")\(text)")
        }
        return lines + (record.leftOut > 0 ? ["  ... and \(record.leftOut) more that were not kept"] : [])
    }

    private var moved: [String] {
        record.movements.flatMap { movement in
            stamped(
                record.unix(movement.timeline.end),
                "no. \(movement.number): \(movement.timeline.group) \(movement.way), "
                    + movement.timeline.outcome.rawValue)
        }
    }

    private func stamped(_ unix: UInt64, _ text: String) -> [String] {
        let begin = "  \(time.clock(unix))  "
        return wrapped(text, width: width, first: begin, rest: blanks(begin.count))
    }

    private var configuration: String {
        record.haCf.isEmpty
            ? "it has no configuration, and cannot be replayed"
            : "with ha.cf (\(record.haCf.count) lines) and haresources (\(record.haresources.count) lines), without keys"
    }

    // MARK: - A replay

    /// What the replay comes to for each group that moved.
    package func replay(_ causes: [(group: String, causes: MovementCauses)]) -> [String] {
        lines + [""] + Self.printable(causes.flatMap { group, causes in outcome(group, causes) })
    }

    private func outcome(_ group: String, _ causes: MovementCauses) -> [String] {
        switch causes {
        case .unknown(let reason):
            return wrapped("! \(group) cannot be replayed: \(reason)", width: width, rest: "  ")
        case .found(let causes):
            let end = record.end(of: group).map { "on \($0)" } ?? "on no node"
            let words = EventWords(record.state)
            return wrapped("\(group) ends \(end), as it did", width: width, rest: "  ")
                + causes.flatMap { cause -> [String] in
                    let place = cause.to.map { "it would be on \($0)" } ?? "nobody would serve it"
                    return wrapped("\(place), \(words.kept(cause.what))", width: width, first: "  ", rest: "    ")
                }
        }
    }
}

extension MovementRecord {
    /// Groups that moved, each once.
    package var groups: [String] {
        var seen: Set<String> = []
        return movements.map(\.timeline.group).filter { seen.insert($0).inserted }
    }
}

extension EventWords {
    func kept(_ what: MovementCauses.Cause.What) -> String {
        switch what {
        case .event(let event, _): kept(event)
        case .setting(let rule): "had auto_failback been \(rule.rawValue)"
        }
    }
}
