// Runs other programs: short ones to their end, with a limit, and long ones until somebody ends them. Children get an
// empty signal mask and a process group of their own, so that a ^C at the terminal reaches only us and we take the nodes
// down in order.

import CLinux
import Glibc

/// A program that has been started.
package struct ChildProcess: Sendable {
    package let pid: pid_t

    /// Starts `words[0]`, searched in PATH. `environment` replaces ours when given.
    package init(
        _ words: [String], environment: [String]? = nil, standardInput: Int32, standardOutput: Int32
    ) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
        posix_spawn_file_actions_adddup2(&actions, standardOutput, 1)
        posix_spawn_file_actions_adddup2(&actions, standardOutput, 2)
        var pid: pid_t = 0
        let program = words[0]
        let code = withCStrings(words) { argv in
            guard let environment else { return posix_spawnp(&pid, program, &actions, &attributes, argv, environ) }
            return withCStrings(environment) { posix_spawnp(&pid, program, &actions, &attributes, argv, $0) }
        }
        guard code == 0 else { throw LabError.system(operation: "start \(program)", code: code) }
        self.pid = pid
    }

    /// Waits for the end; `nil` when the limit passes first. 128 + signal number for a child ended by a signal.
    package func wait(atMost limit: Duration) -> Int32? {
        let end = Moment.now() + limit
        var status: Int32 = 0
        while true {
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid { return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F }
            guard ended == 0 || errno == EINTR, Moment.now() < end else { return nil }
            sleepThrough(.milliseconds(1))
        }
    }
}

/// A short program run to its end.
package struct Command: Sendable {
    /// Exit code; 128 + signal number when a signal ended it.
    package var code: Int32
    /// What it wrote to standard output and standard error.
    package var output: String

    package init(code: Int32, output: String) {
        self.code = code
        self.output = output
    }

    /// Runs a program and waits for it. Whatever it started is ended with it when it exceeds the limit, which throws.
    package static func run(
        _ words: [String], input: String = "", environment: [String]? = nil, limit: Duration = .seconds(10)
    ) throws -> Command {
        let (source, feed) = try makePipe()
        let (drain, sink) = try makePipe()
        defer { _ = close(drain) }
        let child: ChildProcess
        do {
            defer {
                _ = close(source)
                _ = close(sink)
            }
            defer { _ = close(feed) }
            child = try ChildProcess(words, environment: environment, standardInput: source, standardOutput: sink)
            // Inputs are a few lines of `ip -batch`, far below what a pipe holds, so this cannot block.
            var input = input
            input.withUTF8 { _ = write(feed, $0.baseAddress, $0.count) }
        }
        let deadline = Moment.now() + limit
        let output = readAll(drain, until: deadline)
        guard let code = child.wait(atMost: max(.milliseconds(100), deadline - Moment.now())) else {
            kill(-child.pid, SIGKILL)
            _ = child.wait(atMost: .seconds(1))
            throw LabError.command(words: words, output: "still running after \(limit)")
        }
        return Command(code: code, output: output)
    }

    /// Runs a program of which nothing is expected: for cleaning up, which goes on whatever fails. Returns its output.
    @discardableResult
    package static func attempt(_ words: [String]) -> String {
        do {
            return try run(words).output
        } catch {
            return ""
        }
    }

    /// Runs a program that must succeed.
    @discardableResult
    package static func succeed(_ words: [String], input: String = "") throws -> String {
        let result = try run(words, input: input)
        guard result.code == 0 else {
            throw LabError.command(words: words, output: "exit code \(result.code): \(result.output)")
        }
        return result.output
    }
}

/// A pipe no child inherits by accident.
package func makePipe() throws -> (readable: Int32, writable: Int32) {
    var ends: [Int32] = [-1, -1]
    try check(clinux_lab_pipe(&ends), "pipe")
    return (ends[0], ends[1])
}

/// Waits until one of the descriptors can be read; returns which of them can.
package func awaitReadable(_ descriptors: [Int32], milliseconds: Int32 = -1) -> [Int32] {
    var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return [] }
    return polls.filter { $0.revents != 0 }.map(\.fd)
}

/// One read; empty at the end of the file, on an error, and when nothing is there.
package func readSome(_ descriptor: Int32, atMost count: Int = 65536) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
        used = max(0, read(descriptor, buffer.baseAddress, count))
    }
}

private func readAll(_ descriptor: Int32, until deadline: Moment) -> String {
    var bytes: [UInt8] = []
    while true {
        let left = (deadline - Moment.now()).roundedMilliseconds
        guard left > 0, !awaitReadable([descriptor], milliseconds: Int32(clamping: left)).isEmpty else { break }
        let more = readSome(descriptor)
        guard !more.isEmpty else { break }
        bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Lends the strings as a null-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
}
