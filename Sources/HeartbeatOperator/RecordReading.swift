// The records of movements of this machine's node, from the files that its daemon keeps, and why a movement happened as far as they tell.
// The daemon is asked only how things are now; it need not run.

import Glibc
import HeartbeatCheck
import HeartbeatHost
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

package struct RecordReading: Sendable {
    /// For all plays of a replay together; one that has begun goes on.
    private static let patience = Duration.seconds(3)

    private let places: Places
    private let files: RecordFiles

    package init(_ places: Places) {
        self.places = places
        files = DaemonPaths(places).records
    }

    // MARK: - Why

    /// What there is to say of a movement.
    /// - Parameter runner: prepares the plays of a record.
    package func report(
        of movement: HistoryEntry, in history: HistoryReading, runner: (MovementRecord) -> PairRunner
    ) -> WhyReport {
        var report = WhyReport(
            movement, among: history.movements, evidence: evidence(of: movement, in: history, runner), now: now,
            asked: history.asked)
        report.notes = history.notes
        return report
    }

    private func evidence(
        of movement: HistoryEntry, in history: HistoryReading, _ runner: (MovementRecord) -> PairRunner
    ) -> WhyReport.Evidence {
        switch files.read(movement.chain) {
        case .none: return .none
        case .unreadable(let reason): return .unreadable(reason)
        case .record(let record):
            guard record.belongs(to: movement, among: history.movements) else { return .none }
            return .record(record, causes(record, movement.timeline.group, runner))
        }
    }

    private func causes(
        _ record: MovementRecord, _ group: String, _ runner: (MovementRecord) -> PairRunner
    ) -> MovementCauses {
        let end = Instant.now + Self.patience
        let run = runner(record)
        return MovementCauses(record, of: group) { Instant.now > end ? .outOfTime : run($0) }
    }

    /// `nil` when no daemon answers, or none that tells facts.
    private var now: NodeFacts? {
        if case .answered(let facts) = Asking(places, patience: .seconds(1)).source() { facts } else { nil }
    }

    // MARK: - Records

    /// All that can be read, by number, and sentences about those that cannot.
    package func all() -> (records: [MovementRecord], notes: [String]) {
        var records: [MovementRecord] = []
        var notes: [String] = []
        for chain in files.chains {
            switch files.read(chain) {
            case .none: break
            case .record(let record): records.append(record)
            case .unreadable(let reason): notes.append(reason)
            }
        }
        return (records, notes)
    }

    /// The record of a movement, or of a chain.
    package func find(_ number: UInt64) -> MovementRecord.Found {
        files.read(HistoryReading(places).movements.last { $0.number == number }?.chain ?? number)
    }

    /// Writes a record into a new file; gives what went wrong.
    package static func save(_ record: MovementRecord, to path: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let error = SystemError("create", path)
            return error.code == EEXIST ? "\(path) is there already; choose another with --output" : "\(error)"
        }
        defer { close(descriptor) }
        let bytes = record.text.bytesOfLines
        guard let code = Descriptors.write(bytes, to: descriptor) else { return nil }
        unlink(path)
        return "\(SystemError("write", path, code: code))"
    }
}
