// A loop on a thread of its own with a script runner on it, and shell scripts to run. No signal reaches the runner here,
// as a test process cannot have its signals read from a descriptor: the poll behind it does the work.

import Glibc
import HeartbeatLab
import HeartbeatModel
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HeartbeatScripts
@testable import HeartbeatSystem

/// What one run has told.
struct ScriptRun: Sendable {
    var results: [ActionResult] = []
    var lines: [ScriptLine] = []
    var pid: pid_t?

    func texts(_ source: ScriptLine.Source) -> [String] {
        lines.filter { $0.source == source }.map(\.text)
    }
}

final class ScriptHarness: Sendable {
    let directory: String
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let runner: NIOLoopBound<ScriptRunner>

    init(
        grace: Duration = .seconds(2), journal: ScriptJournal? = nil, asker: EnvironmentAsker = EnvironmentAsker()
    ) throws {
        directory = try temporaryDirectory()
        let loop = group.next()
        runner = try loop.submit {
            let runner = ScriptRunner(loop: loop, grace: grace, journal: journal)
            runner.asker = asker
            return NIOLoopBound(runner, eventLoop: loop)
        }.wait()
    }

    deinit {
        removeTree(directory)
        group.shutdownGracefully { _ in }
    }

    /// Writes a script into the temporary directory; returns its path.
    func script(_ text: String, named name: String = "Script", mode: mode_t = 0o755, shebang: Bool = true) -> String {
        let path = "\(directory)/\(name)"
        writeFile(path, (shebang ? "#!/bin/sh\n" : "") + text + "\n", mode: mode)
        return path
    }

    /// Starts a script and returns what it tells as it goes on. `reapingAtOnce` keeps the loop from everything else until
    /// the script has ended, as a signal that arrives before the output does.
    func start(
        _ executable: String, _ arguments: [String] = [], environment: [(String, String)] = [],
        workingDirectory: String? = nil, timeout: Duration = .seconds(60), reapingAtOnce: Bool = false
    ) throws -> Recorder {
        let recorder = Recorder()
        let environment = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("DIR", directory)] + environment
        let pairs = environment.map { Pair(name: $0.0, value: $0.1) }
        let place = workingDirectory ?? directory
        let runner = runner
        try group.next().submit {
            let script = runner.value.run(
                executable: executable, arguments: arguments, environment: pairs.map { ($0.name, $0.value) },
                directory: place, timeout: timeout,
                onOutputLine: { line in recorder.run.withLock { $0.lines.append(line) } },
                completion: { result in recorder.run.withLock { $0.results.append(result) } })
            let pid = script.pid
            recorder.run.withLock { $0.pid = pid }
            while reapingAtOnce && runner.value.count > 0 { runner.value.childMayHaveExited() }
        }.wait()
        return recorder
    }

    /// Starts a script and waits for its answer.
    func run(
        _ executable: String, _ arguments: [String] = [], environment: [(String, String)] = [],
        workingDirectory: String? = nil, timeout: Duration = .seconds(60)
    ) throws -> ScriptRun {
        let recorder = try start(
            executable, arguments, environment: environment, workingDirectory: workingDirectory, timeout: timeout)
        #expect(waitUntil { !recorder.now.results.isEmpty })
        return recorder.now
    }

    /// Waits for whatever the loop has been asked to do so far.
    func settle() throws {
        try group.next().submit {}.wait()
    }

    struct Pair: Sendable {
        var name: String
        var value: String
    }

    final class Recorder: Sendable {
        let run = Mutex(ScriptRun())
        var now: ScriptRun { run.withLock { $0 } }
    }
}

/// Waits until something is so, for as long as a loaded machine may need.
func waitUntil(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        usleep(10_000)
    }
    return condition()
}

func temporaryDirectory() throws -> String {
    var template = Array("/tmp/swift-heartbeat-test.XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
}

func removeTree(_ path: String) {
    guard let directory = opendir(path) else {
        unlink(path)
        return
    }
    while let item = readdir(directory) {
        let name = withUnsafeBytes(of: &item.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name == "." || name == ".." { continue }
        let child = "\(path)/\(name)"
        var status = stat()
        if lstat(child, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR { removeTree(child) } else { unlink(child) }
    }
    closedir(directory)
    rmdir(path)
}

func writeFile(_ path: String, _ text: String, mode: mode_t = 0o644) {
    #expect(throws: Never.self) { try Files.write(text, to: path, mode: mode) }
}

func readFile(_ path: String) -> String? {
    Descriptors.contents(of: path, atMost: 1 << 22).map { String(decoding: $0, as: UTF8.self) }
}

/// Pids a script has written, one a line, into files.
func pids(in path: String) -> [pid_t] {
    (readFile(path) ?? "").split(separator: "\n").compactMap { pid_t($0) }
}

func isAlive(_ pid: pid_t) -> Bool {
    ProcessEntry(pid: pid).map { !$0.isDead } ?? false
}
