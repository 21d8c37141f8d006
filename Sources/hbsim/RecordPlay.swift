// hbsim --replay: a record of a movement, played again, with what would have changed it.

import ArgumentParser
import HeartbeatModel
import HeartbeatReplay
import HeartbeatStatus
import HeartbeatSystem

struct RecordPlay {
    let path: String

    /// Times of day are UTC: the machine of the record had its own.
    func run() throws {
        let record = try read()
        let causes = record.causes(run: RecordReplay(record).run)
        for line in RecordText(record, width: 100).replay(causes) { print(line) }
        let isSame = causes.allSatisfy { if case .found = $0.causes { true } else { false } }
        guard isSame, !causes.isEmpty else { throw ExitCode.failure }
    }

    private func read() throws -> MovementRecord {
        do throws(SystemError) {
            let bytes = try WholeFile.read(path, atMost: MovementRecord.longestFile)
            do throws(MovementRecord.Mistake) {
                return try MovementRecord(bytes: bytes)
            } catch {
                complain("\(path), line \(error.line): \(error.reason)")
            }
        } catch {
            complain("\(error)")
        }
        throw ExitCode(64)
    }

    private func complain(_ text: String) { Descriptors.writeLine("hbsim: \(text)", to: 2) }
}
