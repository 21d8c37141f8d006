import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatProbes

/// When probes are asked, and that every question has its one answer.
@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct ProbeRunTests {
    let node = ProbingNode()
    let directory = TemporaryDirectory()

    private func probe(_ name: String, _ kind: PathProbe.Kind, every interval: Duration) -> PathProbe {
        var probe = PathProbe(name: name, kind: kind)
        (probe.interval, probe.timeout) = (interval, interval)
        return probe
    }

    private func shell(_ script: String) -> PathProbe.Kind {
        .command(path: "/bin/sh", arguments: ["-c", script])
    }

    @Test("One that has not changed goes on, one that has begins anew, one that is gone is not heard any more")
    func adopted() {
        let forever = probe(
            "forever", shell("echo x >>\(directory.path)/forever; exec sleep 1000"), every: .seconds(3600))
        var changing = probe("changing", .icmp(host: "127.0.0.1"), every: .milliseconds(20))
        node.adopt([forever, changing, probe("gone", .icmp(host: "127.0.0.1"), every: .milliseconds(20))])
        #expect(eventually { node.answers("changing").count > 2 && node.answers("gone").count > 2 })
        #expect(eventually { readFile("\(directory.path)/forever") == "x\n" })
        changing.kind = .icmp(host: "192.0.2.1")
        node.adopt([forever, changing])
        let heard = node.answers("gone").count
        #expect(eventually { node.answers("changing").last?.text.hasPrefix("failed") == true })
        #expect(node.answers("gone").count == heard)
        #expect(readFile("\(directory.path)/forever") == "x\n")
        #expect(node.answers("forever") == [])
    }

    @Test("The last answer is known, and what is no answer is none")
    func lastAnswer() {
        node.adopt([
            probe("a", .icmp(host: "127.0.0.1"), every: .milliseconds(20)),
            probe("b", shell("exit 1"), every: .milliseconds(20)),
        ])
        #expect(eventually { node.answers("a").contains(.answered) && node.answers("b").count > 2 })
        #expect(node.lastAnswer("a").map { $0 >= .zero } == true)
        #expect(node.lastAnswer("b") == nil && node.lastAnswer("c") == nil)
    }

    @Test("A loop that stood still asks what it missed no more, and believes answers that were there in time")
    func stalled() {
        let server = FakeServer(udp: node.other) { $0 }
        defer { server.stop() }
        let interval = Duration.milliseconds(100)
        node.adopt([probe("p", .udpEcho(host: "10.77.0.2", port: server.port), every: interval)])
        #expect(eventually { node.answers().count > 2 })
        for _ in 0..<5 {
            let before = node.answers().count
            node.loop.on { _ in usleep(1_000_000) }
            // Ten questions were due meanwhile.
            #expect(node.answers().count < before + 5)
            #expect(eventually { node.answers().count > before + 1 })
        }
        #expect(node.answers().allSatisfy { $0 == .answered })
    }

    @Test(
        "The exit status of a program is the answer, its first line the reason",
        arguments: [
            ("exit 0", "answered"), ("echo all well; exit 0", "answered"),
            ("echo; echo second; exit 1", "failed: /bin/sh exits with 1; it says: "),
            ("echo no route >&2; exit 125", "failed: /bin/sh exits with 125; it says: no route"),
            ("kill -9 $$", "failed: /bin/sh is ended by signal 9"),
            ("exit 126", "unknown: /bin/sh exits with 126"),
            ("/nonexistent", "unknown: /bin/sh exits with 127; it says: /bin/sh: 1: /nonexistent: not found"),
            ("test $HA_PROBE.$HA_PROBE_DEV.$HA_PROBE_MARK = p.hba.7", "answered"),
        ])
    func exitStatus(script: String, expected: String) {
        let answer = node.ask(shell(script)) { ($0.device, $0.mark) = ("hba", 7) }
        #expect(answer?.text == expected)
    }

    @Test("A program that cannot be started says nothing of the path")
    func notStarted() {
        let text = node.ask(.command(path: "/nonexistent/probe", arguments: []))?.text ?? ""
        #expect(text.hasPrefix("unknown: /nonexistent/probe") && text.contains("does not exist"))
    }

    @Test("A program that hangs is killed with all it has started, and missed in time")
    func hanging() {
        let list = "\(directory.path)/pids"
        let script =
            "trap '' TERM; echo $$ >>\(list); (trap '' TERM; sleep 1000 & echo $! >>\(list); wait) & echo busy; wait"
        let answer = node.ask(shell(script), timeout: .milliseconds(500))
        #expect(answer?.text == "failed: no answer within 500 ms; it says: busy")
        #expect(eventually { pids(in: list).count == 2 && pids(in: list).allSatisfy { !isAlive($0) } })
    }

    @Test("Programs that hang again and again are as many failures, and never two at once")
    func hangingAgain() {
        node.adopt([probe("p", shell("echo $$ >>\(directory.path)/pids; exec sleep 1000"), every: .milliseconds(100))])
        #expect(eventually { node.answers().count >= 6 })
        #expect(node.answers().allSatisfy { $0.text.hasPrefix("failed: ") })
        #expect(pids(in: "\(directory.path)/pids").count { isAlive($0) } <= 1)
        node.adopt([])
        #expect(eventually { pids(in: "\(directory.path)/pids").allSatisfy { !isAlive($0) } })
    }
}

/// The clock of a probe, without time passing.
struct ProbeScheduleTests {
    @Test("Questions are one interval apart, however late each is asked")
    func apart() {
        var schedule = ProbeSchedule(interval: .seconds(1), number: 5, now: .zero)
        let first = schedule.due
        for number in 1..<10 {
            schedule.advance(past: schedule.due + .milliseconds(Int64(number) * 100))
            #expect(schedule.due == first + .seconds(number))
        }
        schedule.advance(past: schedule.due + .milliseconds(3500))
        #expect(schedule.due == first + .seconds(9 + 4))
        // Never in the past, and never twice.
        schedule.advance(past: schedule.due + .seconds(2))
        #expect(schedule.due == first + .seconds(13 + 3))
    }

    @Test("A hundred probes begin all over the first second, or the first interval", arguments: [100, 1000, 60_000])
    func spread(milliseconds: Int64) {
        let span = min(milliseconds, 1000)
        let begins = (0..<100).map { number in
            ProbeSchedule(interval: .milliseconds(milliseconds), number: number, now: .zero).due.nanoseconds
        }
        #expect(begins[0] == 0 && begins.allSatisfy { (0..<(span * 1_000_000)).contains($0) })
        let sorted = begins.sorted() + [span * 1_000_000]
        let widest = zip(sorted, sorted.dropFirst()).map { $1 - $0 }.max() ?? 0
        #expect(widest < span * 1_000_000 / 33)
    }
}
