// Records of movements for programs: one JSON object, as schemas/hbctl-records-1.json and schemas/hbctl-record-1.json say. Every key is
// always there; what nobody knows is `null`.

import HeartbeatModel

package struct RecordJSON {
    private let time: LocalTime

    package init(time: LocalTime = .utc) {
        self.time = time
    }

    /// All of them, the oldest first; one line and its end. `notes`: sentences about those that cannot be read.
    package func list(_ records: [MovementRecord], notes: [String]) -> String {
        JSONValue.members([
            ("schema", .string("hbctl/records/1")), ("notes", .words(notes)),
            ("records", .array(records.map(line))),
        ]).text + "\n"
    }

    /// Everything in one of them but the configuration; one line and its end.
    package func text(_ record: MovementRecord) -> String {
        JSONValue.members([
            ("schema", .string("hbctl/record/1")), ("number", .count(record.chain)),
            ("node", .string(record.state.node.text)), ("at", moment(record.unixMilliseconds)),
            ("before", before(record)), ("happened", .array(record.happenings.map { happening($0, record) })),
            ("left_out", .number(Int64(record.leftOut))),
            ("movements", .array(record.movements.map { movement($0, record) })),
            ("can_be_replayed", .bool(!record.haCf.isEmpty)), ("ha_cf_lines", .number(Int64(record.haCf.count))),
            ("haresources_lines", .number(Int64(record.haresources.count))),
        ]).text + "\n"
    }

    private func line(_ record: MovementRecord) -> JSONValue {
        .members([
            ("number", .count(record.chain)), ("node", .string(record.state.node.text)),
            ("at", moment(record.unixMilliseconds)), ("groups", .words(record.groups)),
            ("events", .number(Int64(record.question.events.count))),
            ("because", .word(record.movements.first?.because)),
        ])
    }

    private func before(_ record: MovementRecord) -> JSONValue {
        let groups = record.state.groups.map { group in
            JSONValue.members([("group", .string(group.key)), ("node", .word(record.begin(of: group.key)?.text))])
        }
        let lost = record.state.watched.filter { $0.state == .lost }.map(\.name)
        return .members([("groups", .array(groups)), ("lost", .words(lost))])
    }

    private func happening(_ happening: MovementRecord.Happening, _ record: MovementRecord) -> JSONValue {
        .members([
            ("at", moment(record.unix(after: happening.after))), ("known_s", .seconds(happening.delay)),
            ("code", .string(happening.code)), ("event", .word(happening.event?.text)),
            ("text", .string(happening.text)),
        ])
    }

    private func movement(_ entry: HistoryEntry, _ record: MovementRecord) -> JSONValue {
        .members([
            ("number", .count(entry.number)), ("at", moment(record.unix(entry.timeline.end))),
            ("group", .string(entry.timeline.group)), ("from", .word(entry.from?.text)), ("to", .word(entry.to?.text)),
            ("cause", HistoryJSON.cause(of: entry)), ("outcome", .string(entry.timeline.outcome.rawValue)),
            ("took_s", .seconds(entry.took)),
        ])
    }

    private func moment(_ unixMilliseconds: UInt64) -> JSONValue { .string(time.stamp(unixMilliseconds)) }
}
