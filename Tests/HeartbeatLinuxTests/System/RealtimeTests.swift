// Real time is the daemon's alone: what it starts is ordinary. Needs the right to real-time priority and says so without.

import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatHost
@testable import HeartbeatSystem

/// Serialized: locked memory is the whole process's.
@Suite(.serialized) struct RealtimeTests {
    /// What a thread finds out about itself and a child.
    private struct Findings: Sendable {
        var warnings: [String] = []
        var locked: [String] = []
        var policy: Int32 = -1
        var priority: Int32 = -1
        var child = ""
        var failure: String?
    }

    @Test func realtimeThatIsSwitchedOffDoesNothing() {
        var configuration = RealtimeConfiguration()
        configuration.isEnabled = false
        #expect(Realtime.enter(configuration).isEmpty)
        #expect(sched_getscheduler(0) == SCHED_OTHER)
    }

    @Test(arguments: [1, 7])
    func aScriptIsOrdinaryWhateverTheDaemonIs(priority: Int) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let findings = onNewThread { Self.lookAround(priority, directory) }
        munlockall()
        #expect(findings.failure == nil)
        let policies = findings.child.split(separator: "\n").map(String.init)
        // proc(5): nice is field 19 of stat, policy field 41; SCHED_OTHER is 0.
        #expect(policies.first == "nice 0 policy 0 rtprio 0", "\(findings.child)")
        #expect(policies.last.map { Self.words(of: $0[...]) } == ["VmLck:", "0", "kB"])
        if findings.warnings.contains(where: { $0.contains("into memory") }) {
            print("SKIPPED: locking memory is refused here: \(findings.warnings)")
        } else {
            #expect(findings.locked != ["VmLck:", "0", "kB"])
        }
        if findings.warnings.contains(where: { $0.contains("realtime priority") }) {
            print("SKIPPED: real-time priority is refused here: \(findings.warnings)")
        } else {
            #expect(findings.policy == SCHED_RR && findings.priority == Int32(priority))
        }
    }

    private static func lookAround(_ priority: Int, _ directory: String) -> Findings {
        var findings = Findings()
        var configuration = RealtimeConfiguration()
        configuration.priority = priority
        findings.warnings = Realtime.enter(configuration)
        // Without SCHED_RESET_ON_FORK, which is part of the number.
        findings.policy = sched_getscheduler(0) & 0xFF
        var parameter = sched_param()
        sched_getparam(0, &parameter)
        findings.priority = parameter.sched_priority
        let status = (readFile("/proc/self/status") ?? "").split(separator: "\n")
        findings.locked = status.first { $0.hasPrefix("VmLck:") }.map(words(of:)) ?? []
        do throws(SystemError) {
            findings.child = try describeChild(directory)
        } catch {
            findings.failure = "\(error)"
        }
        return findings
    }

    private static func words(of line: Substring) -> [String] {
        line.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func describeChild(_ directory: String) throws(SystemError) -> String {
        let output = try Descriptors.makePipe()
        defer { close(output.read) }
        let script = """
            read -r line </proc/self/stat; set -- ${line##*) }
            echo "nice ${17} policy ${39} rtprio ${38}"
            grep VmLck /proc/self/status
            """
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["sh", "-c", script], environment: [("PATH", "/usr/bin:/bin")],
            directory: directory, standardOutput: output.write, standardError: output.write)
        let pid: pid_t
        do {
            defer { close(output.write) }
            pid = try child.start()
        }
        var bytes: [UInt8] = []
        while let more = Descriptors.read(output.read, atMost: 4096), !more.isEmpty { bytes += more }
        while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("CapEff:\t000001ffffffffff\n", true), ("Name:\tx\nCapEff:\t0000000000004000\nSeccomp:\t0\n", true),
        ("CapEff:\t000001ffffffbfff\n", false), ("CapEff:\t0000000000000000\n", false), ("CapPrm:\t4000\n", false),
        ("CapEff:\tzz\n", false), ("", false),
    ])
    func theRightToLockMemoryIsReadFromTheStatus(status: String, isGranted: Bool) {
        #expect(Realtime.mayIgnoreMemoryLimit(status: status) == isGranted)
    }
}
