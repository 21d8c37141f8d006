// Tries a resource script as an order is given: what will happen is shown and asked about, then the script is put to its calls, as the
// daemon of this machine would call it. Whatever happens on the way, a stop is the last word.

import Glibc
import HeartbeatCheck
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatStatus
import HeartbeatSystem

/// One trial, from the question to its end.
package struct ScriptTestRun: Sendable {
    /// Why nothing was tried; `word` is for programs.
    package struct Failure: Error, Hashable, Sendable {
        package var code: Int32
        package var word: String
        package var sentence: String
        package var remedy: [String]

        init(_ word: String, _ sentence: String, _ remedy: String, code: Int32 = CheckReport.Level.unknown.exitCode) {
            self.code = code
            self.word = word
            self.sentence = sentence
            self.remedy = [remedy]
        }
    }

    private let name: String
    private let arguments: [String]
    private let places: Places
    private let paths: DaemonPaths
    private let confirm: Confirm
    private let limit: Duration?
    private let isForProgram: Bool

    /// - Parameters:
    ///   - name: a file, or a script's name in haresources.
    ///   - share: what came with the program; `nil`: looked for from the program's own place.
    ///   - limit: for each call; `nil`: those of ha.cf.
    package init(
        _ name: String, _ arguments: [String], in places: Places, share: String?, confirm: Confirm, limit: Duration?,
        isForProgram: Bool
    ) {
        self.name = name
        self.arguments = arguments
        self.places = places
        self.confirm = confirm
        self.limit = limit
        self.isForProgram = isForProgram
        var paths = DaemonPaths()
        paths.configuration = places.configuration
        paths.state = places.state
        paths.run = places.run
        paths.share = share
        self.paths = paths
    }

    package func report() throws(Failure) -> ScriptTestReport {
        let path = try script()
        try refuseWhatIsServed(path)
        switch confirm.answer(to: plan(path), isForProgram: isForProgram) {
        case .yes: break
        case .no: throw Failure("declined", "nothing was done", "answer y, or write --yes")
        case .nobody:
            throw Failure(
                "usage", "standard input is no terminal, so nobody can be asked whether it shall be done",
                "write --yes when it shall be", code: 64)
        }
        let begun = Instant.now
        let circumstances = ScriptTrial.Circumstances(
            isRoot: geteuid() == 0, doubt: TrustedPath.refusal(of: path).map { "\($0)" })
        let trial = try play(ScriptTrial(circumstances), ScriptSubject(path, arguments, paths, limit: limit))
        return ScriptTestReport(path, arguments, trial, took: .now - begun)
    }

    // MARK: - Before

    /// The script's path from / on: it runs in a directory of its own.
    private func script() throws(Failure) -> String {
        var status = stat()
        let isFile = stat(name, &status) == 0
        guard isFile || name.contains("/") else { return try installed() }
        guard isFile else {
            throw Failure("no-script", "there is no file \(name)", "correct the name")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure("no-script", "\(name) is no file", "name the script itself")
        }
        guard access(name, X_OK) == 0 else {
            throw Failure("not-executable", "\(name) is not an executable file", "chmod 755 \(name)")
        }
        let path = name.hasPrefix("/") ? name : "\(Directories.resolved("."))/\(name)"
        switch ScriptDefect.found(in: path) {
        case .carriageReturn?:
            throw Failure(
                "broken-script", "the first line of \(name) ends with a carriage return", "sed -i 's/\\r$//' \(name)")
        case .noInterpreter(let program)?:
            throw Failure(
                "broken-script", "the first line of \(name) names \(program), which cannot be run",
                "install it, or correct the line")
        case nil: return path
        }
    }

    /// Where heartbeat would look for it.
    private func installed() throws(Failure) -> String {
        switch ResourceScripts(paths: paths.scripts).locate(name) {
        case .success(let path): return path
        case .failure(let failure): throw Failure("no-script", "\(failure)", "name a file, or install it")
        }
    }

    /// The daemon may start it, or the other node may serve it, while it is tried.
    private func refuseWhatIsServed(_ path: String) throws(Failure) {
        let words = [String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])] + arguments
        let resource = words.joined(separator: "::")
        guard case .facts(let facts) = FactsLook.take(places),
            let group = facts.groups.first(where: { $0.resources.contains(resource) })
        else { return }
        throw Failure(
            "in-service", "heartbeat runs here, and \(resource) is in the group \(group.key)",
            "try it with other arguments, or when heartbeat runs on neither node")
    }

    private func plan(_ path: String) -> [String] {
        [
            "hbctl script-test on \(places.node): \(([path] + arguments).joined(separator: " "))", "",
            "  status    twice; where it says running nothing is done",
            "  start     twice, with status after each",
            "  stop      with status after it",
            "  \(ScriptTrial.unknownAction)  which no script knows, with status after it",
            "  stop      again, also after SIGINT and SIGTERM", "",
            "!  the real service is started and stopped here; it must run on no other node meanwhile", "",
        ]
    }

    // MARK: - The trial

    private func play(_ trial: ScriptTrial, _ subject: ScriptSubject) throws(Failure) -> ScriptTrial {
        var player: TrialPlayer?
        var obstacle: SystemError?
        _ = ForegroundProgram.run(
            start: { program in
                let begun = TrialPlayer(trial, subject, program)
                player = begun
                begun.goOn()
            }, childMayHaveExited: { player?.childMayHaveExited() },
            stop: { _, signal in player?.interrupt(by: signal == SIGINT ? "SIGINT" : "SIGTERM") },
            fail: { obstacle = $0 })
        guard let player, obstacle == nil else {
            throw Failure("not-tried", obstacle.map { "\($0)" } ?? "nothing was tried", "try again")
        }
        return player.trial
    }
}
