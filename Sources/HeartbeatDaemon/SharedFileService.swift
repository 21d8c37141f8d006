// Has the files of `sync` lines read beside the loop, and tells the core what is in them. A disk that hangs holds up this and
// nothing else. What a difference means is the core's.

import HeartbeatCore
import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel

/// The files of one running node that must be the same on both.
final class SharedFileService {
    /// How often it looks whether one has changed.
    private static let interval = Duration.seconds(5)
    /// Every so many looks all of them are read, whether they seem to have changed or not.
    private static let looksPerReading = 12

    private let facts: FactTeller
    private let reactor: Reactor
    private let feed: (Event) -> Void
    private var reader = SharedFileReader()
    private var paths: [String] = []
    private var told: [SharedFile] = []
    private var looks = 0
    private var isReading = false
    private var timer: ReactorTimer?

    init(facts: FactTeller, reactor: Reactor, feed: @escaping (Event) -> Void) {
        self.facts = facts
        self.reactor = reactor
        self.feed = feed
    }

    /// Reads them at once. The core has forgotten those that were not listed for a while.
    func adopt(_ configuration: Configuration) {
        paths = configuration.syncFiles
        told = []
        looks = 0
        look()
    }

    /// A new core knows nothing.
    func tellAgain() {
        if !told.isEmpty { feed(.filesRead(told)) }
    }

    func close() {
        paths = []
        timer?.cancel()
    }

    private func look() {
        timer?.cancel()
        guard !paths.isEmpty else { return }
        timer = reactor.after(Self.interval) { [weak self] in self?.look() }
        guard !isReading else { return }
        isReading = true
        let (paths, isThorough) = (paths, looks % Self.looksPerReading == 0)
        looks += 1
        BackgroundWork.run(on: reactor) { [reader] in
            var reader = reader
            let files = reader.read(paths, thorough: isThorough)
            return (reader, files)
        } completion: { [weak self] reader, files in
            self?.haveRead(files, by: reader, asked: paths)
        }
    }

    private func haveRead(_ files: [SharedFile], by reader: SharedFileReader, asked: [String]) {
        isReading = false
        self.reader = reader
        // The list has changed meanwhile, or the daemon ends.
        guard asked == paths else { return look() }
        guard files != told else { return }
        for file in files where !told.contains(file) { complain(of: file) }
        told = files
        feed(.filesRead(files))
    }

    private func complain(of file: SharedFile) {
        let reason: String
        switch file.content {
        case .hash, .unread: return
        case .missing: reason = "does not exist"
        case .unreadable: reason = "cannot be read, or is no file"
        case .tooLarge: reason = "has more than \(SharedFile.largest >> 20) MiB"
        }
        facts.tell(
            .fileNotCompared,
            "\(file.path), which a \"sync\" line of ha.cf names, \(reason)"
                + (file.content.isKnown ? "" : ", so it is not compared with the other node's"),
            [Fact.Field(.file, file.path), Fact.Field(.cause, file.content.word)])
    }
}
