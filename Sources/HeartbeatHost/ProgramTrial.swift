// Asks a program on disk whether it could go on from a state, before it takes the place of this one. Whatever it is, it costs a few
// seconds at most and nothing else.

import Glibc
import HeartbeatSystem

package enum ProgramTrial {
    /// On this descriptor it finds the state.
    package static let descriptor: Int32 = 3
    package static let option = "--accepts-state"
    /// What it says when it can.
    package static let yes = "the state is accepted"
    private static let patience: Int32 = 5000

    /// Why it could not; `nil` when it could. Takes as long as the program, 5 s at most.
    package static func run(_ path: String, state: Int32) -> String? {
        do throws(SystemError) {
            let pipe = try Descriptors.makePipe()
            defer { close(pipe.read) }
            let child = ChildProcess(
                executable: path, arguments: [path, option], environment: ChildProcess.ownEnvironment, directory: "/",
                standardOutput: pipe.write, standardError: pipe.write, extraDescriptor: state)
            let started = Result { () throws(SystemError) in try child.start() }
            close(pipe.write)
            let pid = try started.get()
            return answer(of: pid, on: pipe.read)
        } catch {
            return "\(error)"
        }
    }

    private static func answer(of pid: pid_t, on descriptor: Int32) -> String? {
        var text: [UInt8] = []
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var isSilent = false
        while text.count < 4096 {
            guard poll(&polled, 1, patience) > 0 else {
                isSilent = true
                break
            }
            guard let more = Descriptors.read(descriptor, atMost: 1024), !more.isEmpty else { break }
            text += more
        }
        if isSilent { kill(-pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        if isSilent { return "it has not answered within \(patience / 1000) s" }
        let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
        if status == 0, lines.first ?? "" == yes { return nil }
        return lines.first.map(String.init) ?? "it ended at once (status \(status))"
    }
}
