// Brings the records of movements to the disk, beside the loop: a disk that hangs holds up no keepalive, and one that is full costs only
// the records. While a group moves, its record is only copied; it becomes text on the thread that writes it.

import HeartbeatConfig
import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Synchronization

final class RecordStore {
    /// What chains end within a write of the disk; of more than so many the oldest is given up.
    private static let mostWaiting = 4
    /// Bytes of both files.
    private static let longestConfiguration = 512 << 10

    /// A record that still lacks the configuration.
    private struct Draft: Sendable {
        var record: MovementRecord
        var configuration: Configuration

        /// It changes with every movement.
        var mark: UInt64 { record.movements.last?.number ?? 0 }

        var complete: MovementRecord {
            var record = record
            let printer = ConfigurationPrinter(configuration)
            let (haCf, haresources) = (printer.haCf, printer.haresources)
            guard haCf.utf8.count + haresources.utf8.count <= longestConfiguration else { return record }
            record.haCf = haCf.split(separator: "\n").map(String.init)
            record.haresources = haresources.split(separator: "\n").map(String.init)
            return record
        }
    }

    /// The files, whichever thread is at them.
    private final class Disk: Sendable {
        private let files: RecordFiles
        /// Marks of what has been written, by chain; held while something is.
        private let written = Mutex<[UInt64: UInt64]>([:])

        init(_ files: RecordFiles) {
            self.files = files
        }

        /// Writes those that are not on the disk.
        func write(_ drafts: [Draft]) -> SystemError? {
            written.withLock { written in
                var failure: SystemError?
                for draft in drafts where written[draft.record.chain] != draft.mark {
                    if let error = files.write(draft.complete) {
                        failure = error
                    } else {
                        written[draft.record.chain] = draft.mark
                    }
                }
                let chains = Set(drafts.map(\.record.chain))
                written = written.filter { chains.contains($0.key) }
                return failure
            }
        }
    }

    private let disk: Disk
    private let store: BackgroundStore<[Draft]>
    /// The last chains, each as it was last.
    private var drafts: [Draft] = []

    init(_ files: RecordFiles, facts: FactTeller, reactor: Reactor) {
        let disk = Disk(files)
        var isTold = false
        self.disk = disk
        store = BackgroundStore(
            reactor: reactor, write: { disk.write($0) },
            onFailure: { error in
                guard !isTold else { return }
                isTold = true
                facts.tell(.historyNotKept, "\(error); hbctl why knows less of movements that have no record")
            })
    }

    func keep(_ record: MovementRecord, by configuration: Configuration) {
        drafts.removeAll { $0.record.chain == record.chain }
        drafts.append(Draft(record: record, configuration: configuration))
        if drafts.count > Self.mostWaiting { drafts.removeFirst() }
        store.store(drafts)
    }

    /// After the loop has ended: brings to the disk what it does not have yet.
    var lastWork: [LastMoment.Work] {
        drafts.isEmpty ? [] : [{ [disk, drafts] in _ = disk.write(drafts) }]
    }
}
