// The comparison of clients from its start to its exit code: plays the pairs side by side, prints a row for each case, and
// leaves nothing behind.

import Glibc
import HeartbeatLab
import Synchronization

/// What `hbinterop clients` does once its arguments are known.
package struct ClientsProgram: Sendable {
    private let places: ProgramPlaces
    /// All that was printed, not only what differs.
    private let isVerbose: Bool
    private let compared: [ClientPairing]

    /// The original's programs that are run.
    private static let needed =
        [MixedNode.daemon, "/usr/bin/cl_status"]
        + ["ipfail", "ccm", "api_test"].map { "/usr/libexec/heartbeat/\($0)" }

    /// - Parameters:
    ///   - programs: directory of our programs; `nil`: where this program lies.
    ///   - areOriginals: the original is compared with itself.
    package init(programs: String?, isVerbose: Bool, areOriginals: Bool) {
        places = ProgramPlaces(programs: programs)
        self.isVerbose = isVerbose
        compared = areOriginals ? ClientPairing.originals : ClientPairing.compared
    }

    /// Plays and prints. Returns the exit code: 0 as it must be, 1 wrong, 3 impossible here, 130 interrupted.
    package func run() -> Int32 {
        do {
            try Interruption.takeOverSignals()
            for program in Self.needed where !Files.isExecutable(program) {
                throw LabError.missing("\(program) is missing: apt-get install heartbeat")
            }
            let code = try playAndCompare()
            guard code == 1 else { return code }
            sayAtOnce("once more: the original is not the same every time, least of all on a busy machine")
            return try playAndCompare()
        } catch LabError.interrupted {
            return 130
        } catch {
            sayAtOnce("hbinterop: \(error)")
            return 3
        }
    }

    private func playAndCompare() throws -> Int32 {
        let records = try play()
        return compare(records[.measure] ?? ClientRecord(), records)
    }

    private func play() throws -> [ClientPairing: ClientRecord] {
        let records = Records()
        let threads = try ([.measure] + compared).map { pairing in
            try LabThread {
                var record = ClientRecord()
                do {
                    let pair = try ClientPair(pairing, places)
                    defer { pair.close() }
                    try pair.play(&record)
                } catch {
                    record.failure = "\(error)"
                }
                records.state.withLock { $0[pairing] = record }
            }
        }
        for thread in threads { thread.join() }
        try Interruption.check()
        return records.state.withLock { $0 }
    }

    private func compare(_ measure: ClientRecord, _ records: [ClientPairing: ClientRecord]) -> Int32 {
        let others = compared.map {
            ClientComparison.Column(software: $0.software, record: records[$0] ?? ClientRecord())
        }
        let rows = ClientComparison(ClientLife.scenes, measure: measure, others: others).rows
        for row in rows { sayAtOnce(text(of: row)) }
        for (pairing, record) in records {
            if let failure = record.failure { sayAtOnce("\(pairing.name): \(failure)") }
        }
        let wrong = rows.count(where: \.isWrong)
        let open = rows.count(where: \.isNotComparable)
        sayAtOnce("\(rows.count) cases, \(wrong) wrong\(open == 0 ? "" : ", \(open) NOT COMPARABLE")")
        guard measure.failure == nil else { return 3 }
        return wrong == 0 && others.allSatisfy { $0.record.failure == nil } ? 0 : 1
    }

    private func text(of row: ClientRow) -> String {
        let place = row.asked.node == 0 ? "" : " on cluster2"
        let words = zip(compared, row.verdicts).map { pairing, verdict in
            switch verdict {
            case .same: "\(pairing.name) same"
            case .declared: "\(pairing.name) differs, declared"
            case .differs: "\(pairing.name) WRONG"
            case .notComparable: "\(pairing.name) NOT COMPARABLE: the original does not answer"
            case .notReached: "\(pairing.name) NOT REACHED"
            }
        }
        var lines = ["\(row.scene): \(row.asked.title ?? row.asked.line)\(place): \(words.joined(separator: ", "))"]
        if let difference = row.asked.difference { lines.append("because \(difference.reason)") }
        if isVerbose || row.isWrong || row.isNotComparable { lines.append("original: \(row.answer)") }
        for (pairing, verdict) in zip(compared, row.verdicts) {
            if case .differs(let answer) = verdict { lines.append("\(pairing.name): \(answer)") }
        }
        return lines.joined(separator: "\n    ")
    }

    /// What the threads share.
    private final class Records: Sendable {
        let state = Mutex<[ClientPairing: ClientRecord]>([:])
    }
}
