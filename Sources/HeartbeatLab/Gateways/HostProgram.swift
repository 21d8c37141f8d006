// hb_gateway on a host of a laboratory: its files, its life, and what it says.

import Glibc
import HeartbeatModel

/// Runs of hb_gateway, one after another, on one host.
package final class HostProgram {
    package let host: LabHost
    private let program: String
    private let services: [GatewayService]
    private var child: ChildProcess?

    /// Writes its files.
    /// - Parameter program: path of hb_gateway.
    package init(_ program: String, on host: LabHost, services: [GatewayService]) throws {
        self.program = program
        self.host = host
        self.services = services
        try Files.write("logfile \(logFile)\n" + services.map(\.text).joined(), to: file)
        try Files.write("auth 1\n1 sha1 laboratory\n", to: authkeys, mode: 0o600)
        try Files.makeDirectory(hooks)
        try Files.write("", to: logFile)
        for service in services { try host.install(service.script) }
    }

    /// gateway.cf
    package var file: String { "\(host.configDirectory)/gateway.cf" }
    package var authkeys: String { "\(host.configDirectory)/authkeys" }
    private var hooks: String { "\(host.configDirectory)/gateway.d" }
    package var logFile: String { "\(host.directory)/log" }

    /// Puts a program into gateway.d that goes before the built-in procedure.
    /// - Parameter service: whose own program it is; `nil`: that of all services.
    package func hook(_ procedure: GatewayProcedure, of service: String? = nil, _ lines: String) throws {
        try hook(named: procedure.rawValue, of: service, lines)
    }

    /// The same for a program that may stand in place of nothing.
    package func hook(named name: String, of service: String? = nil, _ lines: String) throws {
        let directory = service.map { "\(hooks)/\($0)" } ?? hooks
        try Files.makeDirectory(directory)
        try Files.write("#!/bin/sh\n\(lines)\n", to: "\(directory)/\(name)", mode: 0o755)
    }

    // MARK: - Its life

    private var options: [String] {
        [
            "--name", host.name, "--state", host.stateDirectory, "--status", "\(host.directory)/status", "--authkeys",
            authkeys, "--hooks", hooks,
        ]
    }

    /// Starts it, and does not wait.
    package func start() throws { child = try host.start([program] + options + [file]) }

    /// Runs it to its end with further words: `--check`, `--show`, `--release`.
    package func ask(_ words: String...) throws -> Command { try host.run([program] + options + words + [file]) }

    /// Ends it; returns how it ended, `nil` when it does not run or does not end.
    @discardableResult
    package func end(_ signal: Int32 = SIGTERM) -> Int32? {
        guard let child else { return nil }
        self.child = nil
        return host.end(child, signal)
    }

    /// The process that serves; another one looks after what it leaves when it dies. `nil` when nothing runs.
    package var worker: pid_t? { child.flatMap(host.worker) }

    /// Kills the process that serves, and no other.
    package func killWorker() throws {
        guard let worker, kill(worker, SIGKILL) == 0 else {
            throw LabError.notReached("hb_gateway does not run on \(host.name)\n\(diagnosis)")
        }
    }

    // MARK: - What it says

    package var log: String { Files.read(logFile) }

    /// A place in the log: what is said later stands behind it.
    package var mark: Int { log.utf8.count }

    /// The log behind a place.
    package func log(since mark: Int) -> String { String(decoding: log.utf8.dropFirst(mark), as: UTF8.self) }

    /// How often it has said a sentence about its first service, or one that begins so.
    package func count(_ sentence: String, since mark: Int = 0) -> Int {
        log(since: mark).split(separator: "\n").count { $0.contains("\(services[0].name): \(sentence)") }
    }

    /// Whether it has said a sentence about its first service.
    package func says(_ sentence: String, since mark: Int = 0) -> Bool { count(sentence, since: mark) > 0 }

    /// What a person needs to see when something did not come about.
    package var diagnosis: String { "--- log of \(host.name):\n\(log)\(host.diagnosis)" }
}
