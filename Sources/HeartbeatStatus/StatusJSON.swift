// A pair's state for programs: one JSON object whose keys are always there, as schemas/hbctl-status-1.json says, but for a drill that
// never was. What nobody knows is the word `unknown`, or `null` where a number, a name or a time stands.

import HeartbeatModel

package struct StatusJSON {
    private let status: PairStatus
    private let time: LocalTime

    package init(_ status: PairStatus, time: LocalTime = .utc) {
        self.status = status
        self.time = time
    }

    /// One line and its end.
    package var text: String { value.text + "\n" }

    package var value: JSONValue {
        let drill = status.lastDrill.map { [("last_drill", self.drill($0))] } ?? []
        return object(
            [
                ("schema", .string("hbctl/status/1")), ("source", source), ("verdict", verdict),
                ("problems", array(status.problems, problem)), ("nodes", array(status.nodes, node)),
                ("media", array(status.media, medium)), ("watched", array(status.watched, watched)),
                ("groups", array(status.groups, group)), ("files", array(status.files, file)),
                ("lines", array(status.lines.lines, line)), ("classes", array(status.lines.classes, item)),
                ("readiness", readiness), ("last_change", status.lastChange.map(change) ?? .null),
            ], drill)
    }

    // MARK: - Values

    private typealias Members = [(String, JSONValue)]

    private func object(_ parts: Members...) -> JSONValue {
        .members(parts.flatMap(\.self))
    }

    private func array<Item>(_ items: [Item], _ value: (Item) -> JSONValue) -> JSONValue { .array(items.map(value)) }

    /// Seconds, exact to the millisecond; what is shorter than ten seconds to the microsecond.
    private func seconds(_ duration: Duration?) -> JSONValue {
        guard let duration else { return .null }
        let microseconds = duration.nanoseconds / 1000
        return abs(microseconds) < 10_000_000
            ? .decimal(units: microseconds, places: 6) : .decimal(units: microseconds / 1000, places: 3)
    }

    private func moment(_ milliseconds: UInt64?) -> JSONValue { .word(milliseconds.map(time.stamp)) }

    /// `<name>_s` and `<name>_since`.
    private func age(_ name: String, _ age: PairStatus.Age?) -> Members {
        [("\(name)_s", seconds(age?.duration)), ("\(name)_since", moment(age?.since))]
    }

    // MARK: - Who was asked, and what it comes to

    private var source: JSONValue {
        let source = status.source
        return object([
            ("kind", .string(source.kind.rawValue)), ("node", .string(source.node.text)),
            ("product", .word(source.product)),
            ("asked", source.asked > 0 ? moment(source.asked) : .null), ("age_s", seconds(source.age)),
        ])
    }

    private var verdict: JSONValue {
        object([
            ("level", .string(status.verdict.level.word)), ("exit", .number(Int64(status.verdict.exitCode))),
            ("sentence", .string(status.verdict.sentence)),
        ])
    }

    private func problem(_ problem: PairStatus.Problem) -> JSONValue {
        object(
            [
                ("code", .string(problem.code.rawValue)), ("severity", .string(problem.severity.rawValue)),
                (
                    "objects",
                    array(problem.objects) { object([("kind", .string($0.kind)), ("name", .string($0.name))]) }
                ),
                ("sentence", .string(problem.sentence)),
                ("notes", array(problem.notes) { object([("at", moment($0.at)), ("text", .string($0.text))]) }),
                ("remedy", .words(problem.remedy)),
            ], age("age", problem.age), age("healed", problem.healed),
            [("count", .number(Int64(problem.count)))])
    }

    private var readiness: JSONValue {
        object([
            ("kind", .string(status.readiness.kind.rawValue)), ("node", .word(status.readiness.node?.text)),
            ("within_s", seconds(status.readiness.within)),
            ("obstacles", .words(status.readiness.obstacles.map(\.rawValue))),
        ])
    }

    private func change(_ change: PairStatus.Change) -> JSONValue {
        object(
            [
                ("number", .count(change.number)), ("groups", .words(change.groups)),
                ("from", .word(change.from?.text)),
                ("to", .word(change.to?.text)),
                ("took_s", seconds(change.took)),
            ], age("age", change.age),
            [("cause", cause(change.cause)), ("outcome", .string(change.outcome.rawValue))])
    }

    private func drill(_ drill: PairStatus.Drill) -> JSONValue {
        let record = drill.record
        return object(
            [
                ("outcome", .string(record.outcome)), ("sentence", .string(record.sentence)),
                ("away_s", seconds(record.away)), ("home_s", seconds(record.home)),
            ], age("age", drill.age))
    }

    private func cause(_ cause: PairStatus.Cause?) -> JSONValue {
        cause.map { object([("word", .string($0.word)), ("text", .string($0.text))]) } ?? .null
    }

    // MARK: - Nodes and media

    private func node(_ node: PairStatus.Node) -> JSONValue {
        let (holds, holdCount) = words(node.holds)
        let (network, lost, lostCount) = words(node.network)
        let (files, different) = words(node.files)
        return object(
            [
                ("name", .string(node.name.text)), ("kind", .string(node.isPing ? "ping" : "normal")),
                ("is_local", .bool(node.isLocal)),
                ("status", .string(node.statusWord)),
            ], age("status", node.statusAge),
            [
                ("last_heard_s", seconds(node.lastHeard)), ("speaks", .string(node.speaks.rawValue)),
                ("holds", .string(holds)), ("holds_count", holdCount), ("network", .string(network)),
                ("network_lost", lost), ("network_lost_count", lostCount), ("late_s", seconds(node.lateness)),
                ("files", .string(files)), ("files_different", different), ("version", .word(node.version)),
            ], age("up", node.up),
            [
                ("lease", .string(node.lease.rawValue)), ("guardian", .string(node.guardian.rawValue)),
            ])
    }

    private func words(_ holds: PairStatus.Node.Holds) -> (String, JSONValue) {
        switch holds {
        case .none: ("none", .number(0))
        case .some(let count, _): ("some", .number(Int64(count)))
        case .all(let count): ("all", .number(Int64(count)))
        case .unknown: ("unknown", .null)
        }
    }

    private func words(_ network: PairStatus.Node.Network) -> (String, names: JSONValue, count: JSONValue) {
        switch network {
        case .sound: ("sound", .array([]), .number(0))
        case .lost(let names): ("lost", .words(names), .number(Int64(names.count)))
        case .lostCount(let count): ("lost", .null, .number(Int64(count)))
        case .doubtful: ("doubtful", .array([]), .number(0))
        case .unwatched: ("unwatched", .array([]), .number(0))
        case .maintenance: ("maintenance", .null, .null)
        case .unknown: ("unknown", .null, .null)
        }
    }

    private func words(_ files: PairStatus.Node.Sameness) -> (String, JSONValue) {
        switch files {
        case .same: ("same", .array([]))
        case .differ(let names): ("different", .words(names))
        case .pending: ("pending", .null)
        case .unknown: ("unknown", .null)
        }
    }

    private func medium(_ medium: PairStatus.Medium) -> JSONValue {
        let (state, reason): (String, String?) =
            switch medium.state {
            case .open: ("open", nil)
            case .failing(let reason): ("failing", reason)
            case .unopened: ("unopened", nil)
            case .unknown: ("unknown", nil)
            }
        return object([
            ("name", .string(medium.name.text)), ("state", .string(state)), ("reason", .word(reason)),
            ("hears", direction(medium.hears)), ("is_heard", direction(medium.isHeard)), ("sent", .count(medium.sent)),
            ("dropped", .count(medium.dropped)),
        ])
    }

    private func direction(_ direction: PairStatus.Medium.Direction) -> JSONValue {
        object(
            [("state", .string(direction.state.rawValue))], age("state", direction.since),
            [
                ("last_heard_s", seconds(direction.lastHeard)), ("jitter_s", seconds(direction.jitter)),
                ("lost", .count(direction.lost)), ("lane", .word(direction.lane.isEmpty ? nil : direction.lane)),
            ])
    }

    // MARK: - The network, groups, files

    private func watched(_ watched: PairStatus.Watched) -> JSONValue {
        object(
            [
                ("node", .string(watched.node.text)), ("name", .string(watched.name)),
                ("kind", .string(watched.kind.rawValue)), ("state", .string(watched.state.rawValue)),
            ], age("state", watched.age),
            [
                ("reason", .word(watched.reason)), ("counts", .string(watched.counts.rawValue)),
                ("answer_s", seconds(watched.answer?.age)), ("answer_took_s", seconds(watched.answer?.took)),
            ])
    }

    private func group(_ group: PairStatus.Group) -> JSONValue {
        let states = zip(status.nodes.filter { !$0.isPing }, group.states).map { node, state in
            object([("node", .string(node.name.text)), ("state", .string(state.rawValue))])
        }
        return object(
            [
                ("key", .string(group.key)), ("home", .string(group.home.text)),
                ("service", .string(group.service.word)),
                ("node", .word(group.service.node?.text)),
            ], age("service", group.age),
            [
                ("because", cause(group.because)),
                (
                    "resources",
                    array(group.resources) {
                        object([("word", .string($0.word)), ("is_address", .bool($0.isAddress))])
                    }
                ),
                ("states", .array(states)), ("last_movement_s", seconds(group.lastMovement)),
                ("neighbours", .string(group.neighbours.rawValue)),
            ])
    }

    private func file(_ file: PairStatus.File) -> JSONValue {
        let state =
            switch file.state {
            case .same, .different, .pending, .unknown: file.state.rawValue
            case .onlyHere: "only-here"
            case .onlyThere: "only-there"
            }
        return object([
            ("path", .word(file.path)), ("state", .string(state)), ("here", .word(file.here)),
            ("there", .word(file.there)),
        ])
    }

    private func line(_ line: LineReport.Line) -> JSONValue {
        object([
            ("name", .string(line.name)), ("interface", .string(line.interface)),
            ("stand", .string(line.stand.rawValue)),
            ("address", .word(line.address.map { "\($0)" })), ("gateway", .word(line.gateway.map { "\($0)" })),
            ("lost_probes", .words(line.lostProbes)), ("probes", .number(Int64(line.probeCount))),
            ("reason", .word(line.reason.isEmpty ? nil : line.reason)),
        ])
    }

    private func item(_ item: LineReport.Item) -> JSONValue {
        object([
            ("name", .string(item.name)), ("line", .word(item.line)),
            ("tier", item.tier.map { .number(Int64($0)) } ?? .null), ("is_stranded", .bool(item.isStranded)),
        ])
    }
}

/// Why a command of `hbctl` has done nothing, as schemas/hbctl-error-1.json says it.
package struct ErrorJSON {
    private let members: [JSONValue.Member]

    package init(command: String, exit: Int32, code: String, sentence: String, remedy: [String]) {
        members = [
            .init("schema", .string("hbctl/error/1")), .init("command", .string(command)),
            .init("exit", .number(Int64(exit))), .init("code", .string(code)), .init("sentence", .string(sentence)),
            .init("remedy", .words(remedy)),
        ]
    }

    /// One line and its end.
    package var text: String { JSONValue.object(members).text + "\n" }
}
