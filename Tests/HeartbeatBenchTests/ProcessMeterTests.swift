// The meter on processes that the test starts: one that works and one that sleeps.

import Glibc
import HeartbeatLab
import Testing

@testable import HeartbeatBench

/// A shell that runs `script` until it is ended.
private struct Subject {
    let process: ChildProcess
    var meter: ProcessMeter { ProcessMeter(processes: [process.pid]) }

    init(_ script: String) throws {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { _ = close(nothing) }
        process = try ChildProcess(["sh", "-c", script], standardInput: nothing, standardOutput: nothing)
    }

    func end() {
        kill(process.pid, SIGKILL)
        _ = process.wait(atMost: .seconds(10))
    }

    /// Looks again and again until `condition` holds; fails when it never does.
    func eventually(_ condition: () throws -> Bool) throws {
        let isMet = try Interruption.wait(atMost: .seconds(60)) { try condition() }
        #expect(isMet)
    }
}

@Suite struct ProcessMeterTests {
    @Test func workShows() throws {
        let subject = try Subject("while :; do read line </dev/null; done")
        defer { subject.end() }
        let before = subject.meter.schedule()
        try subject.eventually {
            let now = subject.meter.schedule()
            return now.running > before.running && subject.meter.memory().proportional > 0
        }
        let memory = subject.meter.memory()
        #expect(memory.resident >= memory.proportional)
        #expect(subject.meter.links()["lo"] != nil)
    }

    @Test func sumsGoOverAllProcesses() throws {
        let subjects = [try Subject("exec sleep 600"), try Subject("exec sleep 600")]
        defer { for subject in subjects { subject.end() } }
        let both = ProcessMeter(processes: subjects.map(\.process.pid))
        // A process that has just begun another program has hardly any memory for a moment.
        for subject in subjects {
            try subject.eventually {
                let one = subject.meter.memory().resident
                return one > 0 && both.memory().resident > one
            }
        }
        #expect(both.threads.count == 2)
    }

    @Test func aProcessThatIsGoneCountsNothing() throws {
        let subject = try Subject("exit 0")
        subject.end()
        #expect(subject.meter.memory() == MemoryFacts())
        #expect(subject.meter.schedule() == ScheduleFacts())
        #expect(SystemCallCounter(counting: subject.meter) == nil)
        #expect(InstructionCounter(counting: subject.meter) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "SKIPPED: counting the system calls of another process needs root"))
    func systemCallsAreCounted() throws {
        let subject = try Subject("while :; do read line </dev/null; done")
        defer { subject.end() }
        guard let counter = SystemCallCounter(counting: subject.meter) else {
            // No tracepoints in this kernel: then strace must do.
            let summary = try #require(StraceSummary(counting: subject.meter, seconds: 2))
            #expect(summary.calls["read"] != nil)
            return
        }
        defer { counter.close() }
        try subject.eventually { counter.count() > 100 }
    }

    @Test(.enabled(if: access("/usr/bin/strace", X_OK) == 0, "SKIPPED: strace is not installed"))
    func straceCountsWhatTheProcessCalls() throws {
        let subject = try Subject("while :; do read line </dev/null; done")
        defer { subject.end() }
        let summary = try #require(StraceSummary(counting: subject.meter, seconds: 2))
        #expect(summary.calls["read"] != nil && summary.calls["total"] == nil)
    }
}
