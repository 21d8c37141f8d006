// What one program hands to the program that takes its place in the same process: open descriptors. Everything else is closed by the
// kernel when the programs change.

import Glibc

/// Descriptors that stay open for the next program. They are second ones: this program goes on with its own when nothing comes of it.
package final class HandOver {
    private let isTrial: Bool
    private var kept: [Int32] = []

    /// - Parameter isTrial: nothing is made, numbers are told as they are: for a state that is only looked at.
    package init(isTrial: Bool = false) {
        self.isTrial = isTrial
    }

    deinit {
        giveUp()
    }

    /// Returns the number under which the next program finds it.
    package func keep(_ descriptor: Int32) throws(SystemError) -> Int32 {
        guard !isTrial else { return descriptor }
        let copy = fcntl(descriptor, F_DUPFD, 3)
        guard copy >= 0 else { throw SystemError("hand over", "descriptor \(descriptor)") }
        kept.append(copy)
        return copy
    }

    /// The next program does not come.
    package func giveUp() {
        kept.forEach { close($0) }
        kept = []
    }

    /// From now on only what is handed over outlasts this program. What a library has opened may not say so by itself.
    package func closeTheRest() { Self.closeOnExec(except: kept) }

    /// No descriptor but the standard ones and these outlasts a change of the program.
    package static func closeOnExec(except kept: [Int32] = []) {
        for number in Directories.names(in: "/proc/self/fd").compactMap({ Int32($0) })
        where number > STDERR_FILENO && !kept.contains(number) {
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
    }

    /// A thread is in the kernel and cannot be interrupted there, as by a disk that does not answer. The next program would not begin
    /// before it is out, and until then nothing else would be done.
    package static var isHeldUp: Bool {
        Directories.names(in: "/proc/self/task").contains { number in
            let text = Descriptors.contents(of: "/proc/self/task/\(number)/status", atMost: 4096) ?? []
            return text.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: "State:\tD".utf8) }
        }
    }

    /// Becomes another program: the same process with the same children. Returns only when that did not work.
    package static func become(
        _ path: String, arguments: [String], environment: [(String, String)]
    ) -> SystemError {
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        execve(path, &words, &variables)
        let error = SystemError("run", path)
        for word in words + variables { free(word) }
        return error
    }
}
