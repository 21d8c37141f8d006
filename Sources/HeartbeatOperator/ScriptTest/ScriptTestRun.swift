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
        paths = DaemonPaths(places, share: share)
    }

    /// Throws why nothing was tried.
    package func report() throws(OperatorFailure) -> ScriptTestReport {
        let path = try script()
        let subject = ScriptSubject(path, arguments, paths, limit: limit)
        try refuseWhatIsServed(subject)
        switch confirm.answer(to: plan(path), isForProgram: isForProgram) {
        case .yes: break
        case .no:
            throw OperatorFailure(
                code: "declined", sentence: "nothing was done", remedy: ["answer y, or write --yes"])
        case .nobody: throw Confirm.nobodyToAsk
        }
        let begun = Instant.now
        let circumstances = ScriptTrial.Circumstances(
            isRoot: geteuid() == 0, doubt: TrustedPath.refusal(of: path).map { "\($0)" })
        let trial = try play(ScriptTrial(circumstances), subject)
        return ScriptTestReport(path, arguments, trial, took: .now - begun)
    }

    // MARK: - Before

    /// The script's path from / on: it runs in a directory of its own.
    private func script() throws(OperatorFailure) -> String {
        var status = stat()
        let isThere = stat(name, &status) == 0
        guard isThere || name.contains("/") else { return try installed() }
        guard isThere else {
            throw OperatorFailure(
                code: "no-script", sentence: "there is no file \(name)", remedy: ["correct the name"])
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw OperatorFailure(
                code: "no-script", sentence: "\(name) is no file", remedy: ["name the script itself"])
        }
        guard access(name, X_OK) == 0 else {
            throw OperatorFailure(
                code: "not-executable", sentence: "\(name) is not an executable file", remedy: ["chmod 755 \(name)"])
        }
        if let defect = ScriptDefect.found(in: name) { throw failure(of: defect) }
        return name.hasPrefix("/") ? name : "\(Directories.resolved("."))/\(name)"
    }

    private func failure(of defect: ScriptDefect) -> OperatorFailure {
        switch defect {
        case .carriageReturn:
            OperatorFailure(
                code: "broken-script", sentence: "the first line of \(name) ends with a carriage return",
                remedy: ["sed -i 's/\\r$//' \(name)"])
        case .noInterpreter(let program):
            OperatorFailure(
                code: "broken-script", sentence: "the first line of \(name) names \(program), which cannot be run",
                remedy: ["install it, or correct the line"])
        }
    }

    /// Where heartbeat would look for it.
    private func installed() throws(OperatorFailure) -> String {
        switch ResourceScripts(paths: paths.scripts).locate(name) {
        case .success(let path): return path
        case .failure(let failure):
            throw OperatorFailure(
                code: "no-script", sentence: "\(failure)", remedy: ["name a file, or install it"])
        }
    }

    private func refuseWhatIsServed(_ subject: ScriptSubject) throws(OperatorFailure) {
        guard let group = subject.group(in: places) else { return }
        throw OperatorFailure(
            code: "in-service", sentence: "heartbeat runs here, and \(subject.word) is in the group \(group)",
            remedy: ["try it with other arguments, or when heartbeat runs on neither node"])
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

    private func play(_ trial: ScriptTrial, _ subject: ScriptSubject) throws(OperatorFailure) -> ScriptTrial {
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
            throw OperatorFailure(
                code: "not-tried", sentence: obstacle.map { "\($0)" } ?? "nothing was tried", remedy: ["try again"])
        }
        return player.trial
    }
}
