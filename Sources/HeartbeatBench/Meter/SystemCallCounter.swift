// Counts system calls. The kernel's own tracepoint disturbs nobody; where it is not to be had, strace counts, which stops a
// process twice a call and so stretches what it counts.

import CLinux
import Glibc
import HeartbeatLab

/// Counts what the threads of some processes call, from when it is made until it is read.
struct SystemCallCounter {
    private let descriptors: [Int32]

    /// `nil` where the kernel does not offer the tracepoint, or not to us.
    init?(counting meter: ProcessMeter) {
        guard let tracepoint = Self.tracepoint() else { return nil }
        let opened = meter.threads.map { clinux_lab_count_tracepoint($0.number, tracepoint) }
        descriptors = opened.filter { $0 >= 0 }
        if descriptors.count < opened.count || descriptors.isEmpty {
            close()
            return nil
        }
    }

    /// Calls so far, those of children that were started since included.
    func count() -> Int {
        descriptors.reduce(0) { sum, descriptor in
            var value: UInt64 = 0
            return read(descriptor, &value, 8) == 8 ? sum + Int(value) : sum
        }
    }

    func close() {
        for descriptor in descriptors { _ = Glibc.close(descriptor) }
    }

    /// Number of the tracepoint that every system call passes. Where tracefs is not mounted, it is for the one command that
    /// asks, in a mount namespace of its own.
    private static func tracepoint() -> UInt64? {
        let file = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"
        let known = Files.read(file)
        let text = known.isEmpty ? mounted(file) : known
        return UInt64(text.prefix { $0 != "\n" })
    }

    private static func mounted(_ file: String) -> String {
        do {
            let script = "mount -t tracefs none /sys/kernel/tracing && cat \(file)"
            return try Command.succeed(["unshare", "--mount", "sh", "-c", script])
        } catch {
            return ""
        }
    }
}

extension StraceSummary {
    /// What strace counts in these processes for some seconds; `nil` when it is not installed or may not look.
    init?(counting meter: ProcessMeter, seconds: Int) {
        do {
            let words = ["timeout", "--signal=INT", "\(seconds)", "strace", "-c", "-f"]
            let result = try Command.run(
                words + meter.processes.flatMap { ["-p", "\($0)"] }, limit: .seconds(seconds + 10))
            self.init(result.output)
        } catch {
            return nil
        }
    }
}
