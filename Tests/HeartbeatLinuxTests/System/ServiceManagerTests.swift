// What is said to the service manager, word for word, and that nothing is said to one that does not listen.

import CLinux
import Glibc
import HeartbeatControl
import HeartbeatModel
import Testing

@testable import HeartbeatHost
@testable import HeartbeatScripts
@testable import HeartbeatSystem

@Suite struct ServiceManagerTests {
    private final class Listener {
        var said: [String] = []
        var isDeaf = false

        func take(_ text: String) -> Bool {
            if !isDeaf { said.append(text) }
            return !isDeaf
        }
    }

    @Test func wordsAreThoseOfSystemd() {
        let listener = Listener()
        let manager = ServiceManager(watchdogInterval: nil) { listener.take($0) }
        manager.ready()
        manager.status("a\nb")
        manager.reloading(at: Instant(nanoseconds: 2_000_001_999))
        manager.stopping()
        manager.extendTimeout(by: .milliseconds(1500))
        manager.feedWatchdog()
        #expect(
            listener.said == [
                "READY=1", "STATUS=ab", "RELOADING=1\nMONOTONIC_USEC=2000001", "STOPPING=1",
                "EXTEND_TIMEOUT_USEC=1500000", "WATCHDOG=1",
            ])
    }

    @Test func whatIsNotTakenIsSaidAgainInOrderAndOnlyTheLatestOfEachKind() {
        let listener = Listener()
        let manager = ServiceManager(watchdogInterval: nil) { listener.take($0) }
        listener.isDeaf = true
        manager.ready()
        manager.status("old")
        manager.reloading(at: Instant(nanoseconds: 1000))
        manager.status("new")
        for _ in 0..<100 { manager.feedWatchdog() }
        manager.ready()
        listener.isDeaf = false
        manager.retry()
        manager.retry()
        #expect(listener.said == ["RELOADING=1\nMONOTONIC_USEC=1", "STATUS=new", "WATCHDOG=1", "READY=1"])
    }

    @Test(.enabled(if: getenv("NOTIFY_SOCKET") == nil, "these tests are themselves run as a service"))
    func withoutSystemdNothingIsTold() {
        let manager = ServiceManager()
        manager.ready()
        manager.status("a\nb")
        manager.feedWatchdog()
        manager.stopping()
        #expect(manager.watchdogInterval == nil && !manager.isPresent)
    }

    @Test func aServiceManagerThatDoesNotReadIsNotWrittenTo() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/notify"
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let receiver = socket(AF_UNIX, type, 0)
        defer { close(receiver) }
        var address = try #require(UnixAddress.make(path))
        try #require(UnixAddress.bind(receiver, &address))
        let gate = NotifyGate(path)
        #expect(gate.isOpen)
        // As sd_notify does: an unconnected socket for each message.
        var sent = 0
        while gate.isOpen, sent < 100_000 {
            let sender = socket(AF_UNIX, type, 0)
            defer { close(sender) }
            let count = withUnsafeBytes(of: &address) {
                sendto(
                    sender, "WATCHDOG=1", 10, 0, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    socklen_t($0.count))
            }
            #expect(count == 10, "an open gate means that a message is taken")
            sent += 1
        }
        #expect(sent > 0 && sent < 100_000, "it closes before a message would wait")
        _ = Descriptors.read(receiver, atMost: 64)
        #expect(gate.isOpen, "and opens when there is room")
    }

    @Test(arguments: ["/nonexistent/notify", "@abstract", "vsock:2:1234"])
    func whereNobodyCanBeAskedNothingIsHeldBack(path: String) {
        #expect(NotifyGate(path).isOpen)
    }

    @Test func scriptsGetNoneOfTheServicesVariables() throws {
        // Whatever this process has: a script has only what it is given.
        let harness = try ScriptHarness()
        var configuration = Configuration(nodes: [NodeName("nodea"), NodeName("nodeb")])
        configuration.parameters = ["NOTIFY_SOCKET", "WATCHDOG_USEC"].map {
            Configuration.Parameter(name: $0, value: "1")
        }
        let environment = scriptEnvironment(
            configuration, host: NodeName("nodea"), paths: ScriptPaths(), context: ActionContext(peerIsAbsent: false))
        let run = try harness.run(harness.script("/usr/bin/env"), environment: environment)
        let names = run.texts(.standardOutput).compactMap { $0.split(separator: "=").first.map(String.init) }
        #expect(names.contains("HA_CURHOST"))
        for name in names { #expect(!["NOTIFY", "WATCHDOG", "JOURNAL", "LISTEN"].contains { name.hasPrefix($0) }) }
    }
}
