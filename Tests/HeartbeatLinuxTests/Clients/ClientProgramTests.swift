// Programs that live with the node: whose they are, what becomes of them when they end, and in which order they go.

import Glibc
import HeartbeatClients
import HeartbeatModel
import Testing

@testable import HeartbeatLoop
@testable import HeartbeatScripts
@testable import HeartbeatServers
@testable import HeartbeatSystem

@Suite(.enabled(if: geteuid() == 0, "programs of other users need root")) struct ClientProgramTests {
    /// A runner on a loop of its own, where SIGCHLD is asked for all the time.
    fileprivate final class Harness: @unchecked Sendable {
        let directory = TemporaryDirectory()
        let loop = LoopThread()
        private(set) var happenings: [String] = []
        private(set) var hasStopped = false
        private var runner: ClientProgramRunner!

        init() {
            // Whoever a program runs as writes here.
            chmod(directory.path, 0o777)
            runner = loop.on { [self] reactor in
                let runner = ClientProgramRunner(reactor: reactor, directory: directory.path) { [unowned self] in
                    happenings.append(Self.words($0))
                }
                poll(reactor, runner)
                return runner
            }
        }

        private func poll(_ reactor: Reactor, _ runner: ClientProgramRunner) {
            runner.childMayHaveExited()
            reactor.after(.milliseconds(5)) { [weak self] in self.map { $0.poll(reactor, runner) } }
        }

        private static func words(_ happening: ClientProgramRunner.Happening) -> String {
            switch happening {
            case .started(let command, let user, _): "start \(last(command)) as \(user)"
            case .notStarted(let command, _): "not started \(last(command))"
            case .ended(let command, _, let end): "\(last(command)) \(end)"
            case .startingAgain(let command): "again \(last(command))"
            case .tooFast(let command): "too fast \(last(command))"
            case .reboot(let command): "reboot \(last(command))"
            case .killing(let command, _, let signal): "signal \(signal) \(last(command))"
            }
        }

        /// The last word of a command: tests give each a name there.
        private static func last(_ command: String) -> String {
            command.split(separator: " ").last.map(String.init) ?? ""
        }

        func run(_ programs: [ClientProgram]) {
            loop.on { [self] _ in runner.run(programs, environment: [("HA_CURHOST", "gw1"), ("PATH", "/usr/bin:/bin")])
            }
        }

        func stop() {
            loop.on { [self] _ in runner.stop { [self] in hasStopped = true } }
        }

        func eventually(_ condition: @escaping ([String]) -> Bool) -> Bool {
            loop.eventually { [self] _ in condition(happenings) }
        }

        func text(_ file: String) -> String {
            Descriptors.contents(of: directory.path + "/" + file, atMost: 65536).map {
                String(decoding: $0, as: UTF8.self)
            } ?? ""
        }

        /// A program that runs until it is told to end.
        func lasting(_ name: String, user: String = "root") -> ClientProgram {
            ClientProgram(user: user, command: "/bin/sh -c 'while :; do sleep 0.05; done' \(name)")
        }

        /// Ends the programs and the loop. What happened is read without it from then on.
        func close() {
            stop()
            _ = loop.eventually { [self] _ in hasStopped }
            loop.stop()
        }
    }

    @Test func aProgramRunsAsItsUserInAGroupOfItsOwn() throws {
        let harness = Harness()
        defer { harness.close() }
        let report = "id -u; id -g; id -G; pwd; umask; echo $HOME $HA_CURHOST; cat /proc/self/stat | cut -d\" \" -f5,41"
        let command = "/bin/sh -c '{ \(report); } >facts.new; mv facts.new facts; exit 100' \"two words\" it"
        harness.run([ClientProgram(user: "nobody", command: command)])
        #expect(harness.eventually { $0.count == 2 })
        #expect(harness.read { $0 } == ["start it as nobody", "it exited(code: 100)"])
        let account = try #require(Account("nobody"))
        let lines = harness.text("facts").split(separator: "\n").map(String.init)
        try #require(lines.count == 7, "\(lines)")
        #expect(lines[0] == "\(account.user)" && lines[1] == "\(account.group)")
        #expect(Set(lines[2].split(separator: " ")) == Set(account.groups.map { "\($0)" }.map { $0[...] }))
        #expect(lines[3] == harness.directory.path)
        #expect(lines[4] == "0022")
        #expect(lines[5] == "\(account.home) gw1")
        let numbers = lines[6].split(separator: " ")
        #expect(numbers[0] != "\(getpgrp())", "a process group of its own")
        #expect(numbers[1] == "0", "normal scheduling")
    }

    /// The daemon shares its memory with a child that changes its user, until the child runs its program.
    @Test func startingAProgramOfAnotherUserLeavesTheDaemonAsItWas() {
        let harness = Harness()
        defer { harness.close() }
        harness.run([ClientProgram(user: "nobody", command: "/bin/sh -c 'exit 100' it")])
        #expect(harness.eventually { $0.count == 2 })
        #expect(geteuid() == 0 && getegid() == 0)
        var status = stat()
        // What may not be read by others belongs to root; so would our own entry if we could not dump core any more.
        #expect(stat("/proc/self/mem", &status) == 0 && status.st_uid == geteuid())
    }

    @Test func aProgramThatEndsIsStartedAgainASecondLater() {
        let harness = Harness()
        defer { harness.close() }
        harness.run([ClientProgram(user: "root", command: "/bin/sh -c 'kill -9 $$' it")])
        #expect(harness.eventually { $0.filter { $0.hasPrefix("start") }.count == 2 })
        #expect(
            harness.read { $0.prefix(4) } == ["start it as root", "it signalled(9)", "again it", "start it as root"])
    }

    @Test func aFailFastProgramTakesTheMachineWithIt() {
        let harness = Harness()
        defer { harness.close() }
        harness.run([ClientProgram(user: "root", command: "/bin/sh -c 'exit 3' it", isFailFast: true)])
        #expect(harness.eventually { $0 == ["start it as root", "it exited(code: 3)", "reboot it"] })
    }

    @Test func aUserThatIsGoneIsToldAndTriedAgain() {
        let harness = Harness()
        defer { harness.close() }
        harness.run([ClientProgram(user: "nosuchuser", command: "/bin/true it")])
        #expect(harness.eventually { $0.starts(with: ["not started it", "again it"]) })
    }

    @Test func theLastGoesFirstAndEachIsWaitedFor() {
        let harness = Harness()
        harness.run([harness.lasting("one"), harness.lasting("two", user: "nobody"), harness.lasting("three")])
        #expect(harness.eventually { $0.count == 3 })
        harness.close()
        #expect(
            harness.happenings.dropFirst(3) == [
                "signal 15 three", "three signalled(15)", "signal 15 two", "two signalled(15)", "signal 15 one",
                "one signalled(15)",
            ])
    }

    @Test func whatDoesNotEndIsKilledWithItsGroup() throws {
        let harness = Harness()
        let deaf = "trap \"\" TERM; sleep 1000 & echo $! >child; while :; do sleep 0.05; done"
        harness.run([ClientProgram(user: "root", command: "/bin/sh -c '\(deaf)' it")])
        #expect(harness.loop.eventually { _ in harness.text("child").hasSuffix("\n") })
        let child = try #require(pid_t(harness.text("child").dropLast()))
        harness.close()
        #expect(harness.happenings.dropFirst() == ["signal 15 it", "signal 9 it", "it signalled(9)"])
        #expect(eventually { ProcessEntry(pid: child)?.isDead ?? true })
    }

    @Test func aChangedListStartsAndEndsOnlyWhatChanged() {
        let harness = Harness()
        defer { harness.close() }
        harness.run([harness.lasting("one"), harness.lasting("two")])
        #expect(harness.eventually { $0.count == 2 })
        harness.run([harness.lasting("two"), harness.lasting("three")])
        #expect(harness.eventually { $0.contains("one signalled(15)") && $0.contains("start three as root") })
        #expect(!harness.read { $0 }.contains { $0.contains("15 two") || $0 == "again one" })
        harness.run([harness.lasting("two"), harness.lasting("three")])
        #expect(harness.read { $0.filter { $0.hasPrefix("start") }.count } == 3)
    }
}

extension ClientProgramTests.Harness {
    fileprivate func read<Value>(_ body: @escaping ([String]) -> Value) -> Value {
        loop.on { [self] _ in body(happenings) }
    }
}
