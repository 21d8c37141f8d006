// A short program that is run for what it says: in time or not at all. Whoever asks waits for it, so nobody does on the loop.

import CLinux
import Glibc
import HeartbeatModel

/// What a program has written to both outputs, and how it has ended (wait(2)).
package struct ProgramOutcome {
    package var text: String
    package var status: Int32

    /// Runs it with our environment. `nil` when it has not ended after `patience`, or has written `limit` bytes or more. What still runs
    /// of its group then is killed.
    package static func of(
        _ executable: String, _ words: [String], extraDescriptor: Int32? = nil, within patience: Duration,
        atMost limit: Int
    ) throws(SystemError) -> ProgramOutcome? {
        let deadline = Instant.now + patience
        let pipe = try Descriptors.makePipe()
        defer { close(pipe.read) }
        let child = ChildProcess(
            executable: executable, arguments: words, environment: ChildProcess.ownEnvironment, directory: "/",
            standardOutput: pipe.write, standardError: pipe.write, extraDescriptor: extraDescriptor)
        let started = Result { () throws(SystemError) in try child.start() }
        close(pipe.write)
        let pid = try started.get()
        let bytes = everything(on: pipe.read, until: deadline, atMost: limit)
        while bytes != nil, clinux_child_has_ended(pid) == 0, Instant.now < deadline { usleep(1000) }
        let isOver = clinux_child_has_ended(pid) == 1
        // Before the number is given away.
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard let bytes, isOver else { return nil }
        return ProgramOutcome(text: String(decoding: bytes, as: UTF8.self), status: status)
    }

    /// `nil` when the end does not come in time.
    private static func everything(on descriptor: Int32, until deadline: Instant, atMost limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let rest = (deadline - .now).milliseconds
            guard rest > 0, poll(&entry, 1, Int32(clamping: rest)) > 0 else { return nil }
            guard let more = Descriptors.read(descriptor, atMost: 65536) else { return nil }
            if more.isEmpty { return bytes }
            bytes += more
        }
        return nil
    }
}
