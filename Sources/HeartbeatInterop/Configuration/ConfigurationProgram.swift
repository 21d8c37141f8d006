// Comparisons with the original from their start to their exit code: finds what it compares, prints what came of it, and
// leaves nothing behind on any way out.

import Glibc
import HeartbeatLab
import Synchronization

/// What `hbinterop` does once its arguments are known.
package struct ConfigurationProgram: Sendable {
    /// Cases whose names contain one of these words; empty for all.
    package var only: [String]
    package var sample: Sample
    /// How many cases at once.
    package var parallel: Int
    /// All effective values of both, not only those that differ.
    package var isVerbose: Bool
    /// Directory of our programs; `nil`: where this program lies.
    package var programs: String?

    package init(only: [String], sample: Sample, parallel: Int, isVerbose: Bool, programs: String?) {
        self.only = only
        self.sample = sample
        self.parallel = parallel
        self.isVerbose = isVerbose
        self.programs = programs
    }

    /// Every case is as it expects.
    package static let correct: Int32 = 0
    /// One is not.
    package static let wrong: Int32 = 1
    /// Nothing can be compared here.
    package static let impossible: Int32 = 3
    /// A signal came.
    package static let interrupted: Int32 = 130

    private static let prefix = "hbc"

    /// Compares and prints. Returns the exit code.
    package func run() -> Int32 {
        do {
            try Interruption.takeOverSignals()
            return try compare()
        } catch LabError.interrupted {
            Self.complain("interrupted, everything is removed")
            return Self.interrupted
        } catch {
            Self.complain("\(error)")
            return Self.impossible
        }
    }

    private func compare() throws -> Int32 {
        let suite = try configurationSuite()
        defer { Files.remove(suite.directory) }
        let began = Moment.now()
        let summary = Mutex(Summary())
        let table = ResultTable(isVerbose: isVerbose, width: suite.cases.map(\.name.count).max() ?? 0)
        Self.say(table.head)
        try suite.run(parallel: parallel) { result in
            summary.withLock { $0.count(result) }
            Self.say(table.row(result))
        }
        let seconds = (Moment.now() - began).roundedMilliseconds / 1000
        return summary.withLock { summary in
            Self.say("\(summary) in \(seconds) s\n")
            return summary.wrong == 0 ? Self.correct : Self.wrong
        }
    }

    private func configurationSuite() throws -> ConfigurationSuite {
        guard geteuid() == 0 else { throw LabError.missing("namespaces need root") }
        guard OriginalProgram.isInstalled else {
            throw LabError.missing(
                "heartbeat 3.0.6 is not installed, so nothing can be compared (apt-get install heartbeat resource-agents)"
            )
        }
        let places = ProgramPlaces(programs: programs)
        for name in ["heartbeat", "cl_status"] where !Files.isExecutable("\(places.programs)/\(name)") {
            throw LabError.missing("not built: \(places.programs)/\(name)")
        }
        // The cases lie beside the shipped scripts, in the sources the programs were built from.
        let sources = Files.absolute("\(places.resourceScripts)/..")
        let cases = sample.of(
            try ConfigurationSuite.cases(in: "\(sources)/Tests/Interop/configuration", only: only))
        guard !cases.isEmpty else { throw LabError.missing("there is no such case in \(sources)/Tests/Interop") }
        let standard = try StandardFiles(directory: "\(sources)/Tests/Interop/standard")
        RunName.sweep(prefix: Self.prefix)
        let directory = RunName(prefix: Self.prefix).directory
        try Files.makeDirectory(directory)
        return ConfigurationSuite(
            cases: cases, standard: standard,
            own: .own(
                directory: places.programs, shared: sources,
                defaults: try Command.succeed(["\(places.programs)/heartbeat", "-D"])),
            directory: directory)
    }

    /// Removes what killed runs have left behind. Returns the exit code.
    package static func sweep() -> Int32 {
        for name in RunName.sweep(prefix: prefix) { say("removed \(name)\n") }
        return correct
    }

    private static func complain(_ text: String) {
        print("hbinterop: \(text)\n", to: STDERR_FILENO)
    }

    private static func say(_ text: String) {
        print(text, to: STDOUT_FILENO)
    }

    private static func print(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
