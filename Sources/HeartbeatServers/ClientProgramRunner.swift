// The programs that live with the node (`respawn`, `failfast`): started when it is a member, started again by the
// original's rules, ended one after the other, the last first. Each runs as its user, in a process group of its own, and
// not a moment longer than the daemon.

import CLinux
import Glibc
import HeartbeatClients
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Starts, watches and ends programs. Everything here is called on the loop.
package final class ClientProgramRunner {
    /// What happens to a program; `command` as in ha.cf.
    package enum Happening {
        case started(command: String, user: String, pid: pid_t)
        case notStarted(command: String, reason: String)
        case ended(command: String, pid: pid_t, ProgramEnd)
        case startingAgain(command: String)
        case tooFast(command: String)
        /// A `failfast` program has ended as it must not: the machine is to be rebooted.
        case reboot(command: String)
        case killing(command: String, pid: pid_t, signal: Int32)
    }

    /// Between SIGTERM and SIGKILL. The original waits for ever.
    package static let grace = Duration.seconds(5)

    private final class Entry {
        let program: ClientProgram
        var rule: RespawnRule
        var running: (pid: pid_t, since: Instant)?
        var timer: ReactorTimer?
        var isWanted = true

        init(_ program: ClientProgram) {
            self.program = program
            rule = RespawnRule(isFailFast: program.isFailFast)
        }
    }

    /// A program that runs, or has ended for good, for the program of the daemon after this one.
    package struct Kept: Codable {
        fileprivate var program: ClientProgram
        package fileprivate(set) var pid: pid_t?
        fileprivate var since: Instant
    }

    private let reactor: Reactor
    private let directory: String
    private let onHappening: (Happening) -> Void
    /// Without HOME, which is the user's.
    private var environment: [(String, String)] = []
    private var entries: [Entry] = []
    private var isStopping = false
    private var onAllEnded: () -> Void = {}

    /// Programs run in `directory`.
    package init(reactor: Reactor, directory: String, onHappening: @escaping (Happening) -> Void) {
        self.reactor = reactor
        self.directory = directory
        self.onHappening = onHappening
    }

    /// Starts what is new in the list, ends what is no more; the others stay as they are. `environment` is that of what is
    /// started from now on.
    package func run(_ programs: [ClientProgram], environment: [(String, String)]) {
        self.environment = environment
        guard !isStopping else { return }
        for entry in entries where !programs.contains(entry.program) { end(entry) }
        entries.removeAll { !$0.isWanted && $0.running == nil }
        var old = entries.filter(\.isWanted)
        for program in programs {
            if let index = old.firstIndex(where: { $0.program == program }) {
                old.remove(at: index)
            } else {
                let entry = Entry(program)
                entries.append(entry)
                start(entry)
            }
        }
    }

    /// Takes over what the daemon's program before this one has started; before `run`.
    package func resume(_ kept: [Kept]) {
        for known in kept {
            let entry = Entry(known.program)
            entry.running = known.pid.map { ($0, known.since) }
            entries.append(entry)
        }
    }

    /// `nil` while one is about to be started again, or is being ended.
    package var kept: [Kept]? {
        guard !isStopping, entries.allSatisfy({ $0.timer == nil && $0.isWanted }) else { return nil }
        return entries.map { Kept(program: $0.program, pid: $0.running?.pid, since: $0.running?.since ?? .zero) }
    }

    /// Ends all programs, the one started last first, and calls `completion` when none is left: at once if none runs.
    package func stop(_ completion: @escaping () -> Void) {
        onAllEnded = completion
        // Who is asked again waits for the same end.
        guard !isStopping || entries.isEmpty else { return }
        isStopping = true
        endLast()
    }

    /// To be called for every SIGCHLD: asks whether any of the programs has ended.
    package func childMayHaveExited() {
        for entry in entries {
            guard let (pid, since) = entry.running, clinux_child_has_ended(pid) == 1 else { continue }
            var status: Int32 = 0
            while waitpid(pid, &status, WNOHANG) < 0 && errno == EINTR {}
            entry.running = nil
            ended(entry, pid, status, after: reactor.now - since)
        }
    }

    // MARK: - Starting

    private func start(_ entry: Entry) {
        let program = entry.program
        do throws(SystemError) {
            guard let account = Account(program.user) else {
                throw SystemError("run \(program.command) as", program.user, code: ESRCH)
            }
            entry.running = (try start(program, as: account), reactor.now)
        } catch {
            onHappening(.notStarted(command: program.command, reason: "\(error)"))
            // As if the program itself had failed at once.
            judge(entry, .exited(code: 127), after: .zero)
        }
    }

    private func start(_ program: ClientProgram, as account: Account) throws(SystemError) -> pid_t {
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nothing >= 0 else { throw SystemError("open", "/dev/null") }
        defer { close(nothing) }
        // A shell reads the command and becomes it.
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["sh", "-c", "exec \(program.command)"],
            environment: environment + [("HOME", account.home)],
            directory: access(directory, X_OK) == 0 ? directory : "/", standardOutput: nothing,
            standardError: nothing, diesWithUs: true, account: account)
        let pid = try child.start()
        _ = ChildProcess.letTheKernelKill(pid)
        onHappening(.started(command: program.command, user: program.user, pid: pid))
        return pid
    }

    // MARK: - Ends

    private func ended(_ entry: Entry, _ pid: pid_t, _ status: Int32, after lifetime: Duration) {
        let signal = status & 0x7F
        let end = signal == 0 ? ProgramEnd.exited(code: (status >> 8) & 0xFF) : .signalled(signal)
        onHappening(.ended(command: entry.program.command, pid: pid, end))
        entry.timer?.cancel()
        entry.timer = nil
        guard entry.isWanted else {
            entries.removeAll { $0 === entry }
            if isStopping { endLast() }
            return
        }
        judge(entry, end, after: lifetime)
    }

    private func judge(_ entry: Entry, _ end: ProgramEnd, after lifetime: Duration) {
        let command = entry.program.command
        switch entry.rule.ended(end, after: lifetime) {
        case .again:
            onHappening(.startingAgain(command: command))
            entry.timer = reactor.after(RespawnRule.pause) { [weak self, weak entry] in
                guard let self, let entry, entry.isWanted else { return }
                entry.timer = nil
                start(entry)
            }
        case .leave: break
        case .tooFast: onHappening(.tooFast(command: command))
        case .reboot: onHappening(.reboot(command: command))
        }
    }

    /// Asks the last program to end, and when it has, the one before it.
    private func endLast() {
        for entry in entries where entry.running == nil { end(entry) }
        entries.removeAll { $0.running == nil }
        if let last = entries.last {
            end(last)
        } else {
            let completion = onAllEnded
            onAllEnded = {}
            completion()
        }
    }

    private func end(_ entry: Entry) {
        guard entry.isWanted else { return }
        entry.isWanted = false
        entry.timer?.cancel()
        entry.timer = nil
        guard let (pid, _) = entry.running else { return }
        signal(SIGTERM, entry, pid)
        // A stopped process would not even notice.
        kill(-pid, SIGCONT)
        entry.timer = reactor.after(Self.grace) { [weak self, weak entry] in
            guard let self, let entry, entry.running?.pid == pid else { return }
            signal(SIGKILL, entry, pid)
        }
    }

    private func signal(_ number: Int32, _ entry: Entry, _ pid: pid_t) {
        onHappening(.killing(command: entry.program.command, pid: pid, signal: number))
        kill(-pid, number)
    }
}
