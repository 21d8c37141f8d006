// When the rules of a network namespace change, as the kernel tells everybody (`ip monitor`).

import Glibc
import HeartbeatLab
import Synchronization

/// Listens until it is closed.
final class RuleWatch: Sendable {
    private let moments: Mutex<[Moment]> = Mutex([])
    private let child: ChildProcess
    private let thread: Mutex<LabThread?> = Mutex(nil)

    init(in namespace: NetworkNamespace) throws {
        let (readable, writable) = try makePipe()
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer {
            _ = Glibc.close(null)
            _ = Glibc.close(writable)
        }
        child = try ChildProcess(
            ["ip", "-n", namespace.name, "monitor", "rule"], standardInput: null, standardOutput: writable)
        let reader = try LabThread { [self] in
            while !readSome(readable).isEmpty { moments.withLock { $0.append(Moment.now()) } }
            _ = Glibc.close(readable)
        }
        thread.withLock { $0 = reader }
        // It has opened its socket then.
        try Interruption.pause(.milliseconds(200))
    }

    /// The first change after a moment.
    func first(after moment: Moment) -> Moment? { moments.withLock { $0.first { $0 > moment } } }

    func close() {
        kill(child.pid, SIGKILL)
        _ = child.wait(atMost: .seconds(5))
        thread.withLock { $0.take() }?.join()
    }
}
