// The configuration suite: every case on both programs, several at once, one row of a table each.

import Glibc
import HeartbeatConfig
import HeartbeatLab
import HeartbeatModel
import Synchronization

/// What came of one case.
struct CaseResult: Sendable {
    var given: ConfigurationCase
    var original: Observation
    var own: Observation
    var judgement: Judgement
}

/// Runs cases.
struct ConfigurationSuite: Sendable {
    let cases: [ConfigurationCase]
    let standard: StandardFiles
    let own: Program
    /// Below it every case gets a directory of its own.
    let directory: String

    /// Reads all cases below a directory, sorted by name; `only` picks those whose names contain one of the words.
    static func cases(in directory: String, only: [String]) throws -> [ConfigurationCase] {
        try Files.names(in: directory).compactMap { file in
            guard file.hasSuffix(".case") else { return nil }
            let name = String(file.dropLast(5))
            guard only.isEmpty || only.contains(where: name.contains) else { return nil }
            return try ConfigurationCase(name: name, text: Files.read("\(directory)/\(file)"))
        }
    }

    /// Tries all cases, `parallel` at once, and hands over each result as soon as those before it are there.
    func run(parallel: Int, tell: @escaping @Sendable (CaseResult) -> Void) throws {
        let board = Board(count: cases.count, tell: tell)
        let workers = try (0..<max(1, min(parallel, cases.count))).map { _ in
            try LabThread {
                while let index = board.next() { board.put(Swift.Result { try attempt(cases[index]) }, at: index) }
            }
        }
        for worker in workers { worker.join() }
        try board.finish()
    }

    /// A case that cannot be tried is a wrong one; only a signal ends the suite.
    private func attempt(_ given: ConfigurationCase) throws -> CaseResult {
        do {
            return try compare(given)
        } catch LabError.interrupted {
            throw LabError.interrupted
        } catch {
            let nothing = Observation(verdict: .fails)
            return CaseResult(
                given: given, original: nothing, own: nothing,
                judgement: Judgement(word: "not tried", problems: ["\(error)"]))
        }
    }

    private func compare(_ given: ConfigurationCase) throws -> CaseResult {
        let files = standard.files(of: given)
        let reading = Self.reading(of: files, host: given.host)
        func observe(_ program: Program, _ name: String) throws -> Observation {
            let place = "\(directory)/\(given.name)-\(name)"
            try Files.makeDirectory(place)
            defer { Files.remove(place) }
            return try Trial(given: given, files: files, reading: reading, directory: place).observe(program)
        }
        let original = try observe(.original, "original")
        let own = try observe(own, "own")
        return CaseResult(
            given: given, original: original, own: own,
            judgement: Judgement(given, original: original, own: own))
    }

    /// The files as our reader understands them on a machine of which nothing is known.
    private static func reading(of files: [ConfigurationCase.File], host: String) -> Configuration? {
        func source(_ name: String) -> SourceFile {
            SourceFile(path: name, bytes: files.first { $0.name == name }?.text ?? [])
        }
        let nodeInfo = String(decoding: source("nodeinfo").contents.bytes, as: UTF8.self).split(separator: "\n").first
        return readConfiguration(
            ConfigurationInput(
                haCf: source("ha.cf"), haresources: source("haresources"), authkeys: source("authkeys"),
                authkeysMode: 0o600, localNode: NodeName(nodeInfo.map { String($0) } ?? host))
        ).configuration
    }
}

extension SourceFile.Contents {
    fileprivate var bytes: [UInt8] {
        if case .bytes(let bytes) = self { bytes } else { [] }
    }
}

/// What the workers share: which case is next, and results waiting for those before them.
private final class Board: Sendable {
    private struct State {
        var taken = 0
        var told = 0
        var waiting: [Int: CaseResult] = [:]
        var failure: (any Error)?
    }

    private let count: Int
    private let tell: @Sendable (CaseResult) -> Void
    private let state = Mutex(State())

    init(count: Int, tell: @escaping @Sendable (CaseResult) -> Void) {
        self.count = count
        self.tell = tell
    }

    /// The next case to try; none after a failure.
    func next() -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.taken < count else { return nil }
            state.taken += 1
            return state.taken - 1
        }
    }

    func put(_ result: Result<CaseResult, any Error>, at index: Int) {
        state.withLock { state in
            switch result {
            case .success(let value): state.waiting[index] = value
            case .failure(let error): state.failure = state.failure ?? error
            }
            while let value = state.waiting.removeValue(forKey: state.told) {
                tell(value)
                state.told += 1
            }
        }
    }

    func finish() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
