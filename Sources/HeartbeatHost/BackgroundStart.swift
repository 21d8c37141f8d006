// How `heartbeat` without `-f` gets into the background: it starts itself once more, waits until that process says
// whether it is ready, and ends with its answer. Forking, the usual way, would copy a process whose loop and locks have
// no meaning in the copy.

import Glibc
import HeartbeatSystem

/// The side of the command that an operator has typed.
package enum BackgroundStart {
    /// Tells the background process on which descriptor to report.
    static let variable = "HEARTBEAT_READY_FD"

    /// Starts this program again with `arguments` (program name not included) in a session of its own and waits for its
    /// word. Returns the exit code to end with: 0 when the daemon is ready, else the daemon's own. What it had to say on
    /// standard error it has said there itself; `complain` gets what only this side knows.
    package static func run(arguments: [String], complain: (String) -> Void) -> Int32 {
        do throws(SystemError) {
            let report = try Descriptors.makePipe()
            defer { close(report.read) }
            let child = ChildProcess(
                executable: ownPath(), arguments: [ownName()] + arguments,
                environment: ChildProcess.ownEnvironment + [(variable, "3")], directory: "/",
                standardOutput: STDOUT_FILENO,
                standardError: STDERR_FILENO, isSessionLeader: true, extraDescriptor: report.write)
            let pid = try start(child, closing: report.write)
            return outcome(of: pid, report: readAll(report.read), complain: complain)
        } catch {
            complain("\(error)")
            return 1
        }
    }

    /// Only the daemon may hold the writing end, or its death would go unnoticed.
    private static func start(_ child: ChildProcess, closing descriptor: Int32) throws(SystemError) -> pid_t {
        defer { close(descriptor) }
        return try child.start()
    }

    private static func outcome(of pid: pid_t, report: String, complain: (String) -> Void) -> Int32 {
        if report == BackgroundReport.readyText { return 0 }
        if let failure = BackgroundReport.failure(in: report) {
            if !failure.text.isEmpty { complain(failure.text) }
            return failure.code
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7F
        complain("the daemon ended before it was ready" + (signal == 0 ? "" : " (signal \(signal))"))
        let code = (status >> 8) & 0xFF
        return code == 0 ? 1 : code
    }

    private static func readAll(_ descriptor: Int32) -> String {
        String(decoding: Descriptors.contents(from: descriptor, atMost: 4096), as: UTF8.self)
    }

    /// The path, not /proc/self/exe: the name of the process is taken from it.
    private static func ownPath() -> String {
        let link = "/proc/self/exe"
        guard let path = Directories.target(ofLink: link), access(path, X_OK) == 0 else { return link }
        return path
    }

    private static func ownName() -> String {
        CommandLine.arguments.first ?? "heartbeat"
    }
}

/// The side of the daemon. Made in every start; says nothing to nobody when it was not started by `BackgroundStart`.
package struct BackgroundReport: ~Copyable {
    static let readyText = "ready\n"

    private let descriptor: Int32?

    /// Takes over the report's descriptor and hides it from children. Call it once, before anything opens files.
    package init() {
        descriptor = getenv(BackgroundStart.variable).flatMap { Int32(String(cString: $0)) }
        unsetenv(BackgroundStart.variable)
        if let descriptor { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }

    /// Whether the process was started by `BackgroundStart`.
    package var isExpected: Bool { descriptor != nil }

    /// The daemon works: the command that started it ends, and the terminal is let go.
    package consuming func ready() {
        guard let descriptor else { return }
        _ = Descriptors.write(Array(BackgroundReport.readyText.utf8), to: descriptor)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        for standard in STDIN_FILENO...STDERR_FILENO { dup2(null, standard) }
        if null > STDERR_FILENO { close(null) }
    }

    /// The daemon cannot start: the command says why and exits with `code`.
    package consuming func failed(code: Int32, text: String) {
        guard let descriptor else { return }
        _ = Descriptors.write(Array("failed \(code) \(text)\n".utf8), to: descriptor)
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    package static func failure(in report: String) -> (code: Int32, text: String)? {
        let parts = report.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "failed", let code = Int32(parts[1]), report.last == "\n" else {
            return nil
        }
        return (code, String(parts[2].dropLast()))
    }
}
