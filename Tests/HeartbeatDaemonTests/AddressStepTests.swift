// A step of addresses through the executor: done by the kernel, answered later, one line in the log, and a loss told with
// group and word. On a thread in a network namespace of its own; needs root and says so without.

import CLinux
import Foundation
import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct AddressStepTests {
    /// What happened, as text.
    final class Story: @unchecked Sendable {
        var lines: [String] = []
        var executor: ActionExecutor?
    }

    private static func step(_ numbers: [UInt8]) -> ResourceStep {
        ResourceStep(
            numbers.map { number in
                let text = "10.99.0.\(number)"
                let address = ServiceAddress(
                    IPAddress(0x0A63_0000 | UInt32(number)), text: text, prefixLength: 32, interface: "lo")
                return Resource(
                    word: "\(text)/32/lo", scriptName: "IPaddr", arguments: ["\(text)/32/lo"], address: address)
            })
    }

    private static func action(_ verb: ResourceVerb, _ numbers: [UInt8]) -> ResourceAction {
        ResourceAction(
            groupKey: "web", step: step(numbers), verb: verb, timeout: .seconds(1), peerIsAbsent: false)
    }

    /// Runs a script in this thread's namespace.
    @discardableResult
    private static func shell(_ script: String) -> Int32 {
        var child = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = []
        for word in ["sh", "-c", script] { arguments.append(strdup(word)) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        guard posix_spawn(&child, "/bin/sh", nil, nil, arguments, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    /// A loop in an empty namespace with an executor, until `isOver` or half a minute has passed; `nil` without the right.
    private static func run(
        log: String, _ begin: @escaping @Sendable (Story) -> Void, until isOver: @escaping @Sendable (Story) -> Bool
    ) -> Story? {
        let story = Story()
        let finished = DispatchSemaphore(value: 0)
        let isAllowed = Story()
        Thread.detachNewThread {
            defer { finished.signal() }
            guard clinux_new_network() == 0, shell("ip link set lo up") == 0 else { return }
            isAllowed.lines = ["yes"]
            Reactor.run { reactor in prepare(story, log, reactor, begin, until: isOver) }
        }
        finished.wait()
        return isAllowed.lines.isEmpty ? nil : story
    }

    private static func prepare(
        _ story: Story, _ log: String, _ reactor: Reactor, _ begin: @escaping @Sendable (Story) -> Void,
        until isOver: @escaping @Sendable (Story) -> Bool
    ) {
        var logging = LoggingConfiguration()
        logging.logFile = log
        let output = LogOutput(logging, host: "alpha", console: .none)
        let executor = ActionExecutor(
            Configuration(nodes: [NodeName("alpha")]), localNode: NodeName("alpha"), paths: DaemonPaths(), log: output,
            reactor: reactor)
        story.executor = executor
        executor.onFinished = { story.lines.append("\($0.number): \($1)") }
        executor.onLost = { story.lines.append("lost \($1) of \($0)") }
        let end = reactor.now + .seconds(30)
        func look() {
            guard !isOver(story), reactor.now < end else {
                executor.close()
                story.executor = nil
                output.flush(atMost: .seconds(30))
                return reactor.stop()
            }
            reactor.after(.milliseconds(5), look)
        }
        reactor.after(.zero) {
            begin(story)
            look()
        }
    }

    private static func id(_ number: UInt64) -> ActionID {
        ActionID(generation: Generation(1), number: number)
    }

    @Test func `neighbouring addresses are one step, and a loss is told with group and word`() throws {
        let log = NSTemporaryDirectory() + "hb-address-step-\(getpid()).log"
        defer { unlink(log) }
        let story = Self.run(log: log) { story in
            let executor = story.executor
            executor?.perform(Self.action(.start, [1, 2, 3]), Self.id(1))
            // Answers come later, never from within the order.
            story.lines.append("ordered")
            executor?.perform(Self.action(.status, [1, 2, 3]), Self.id(2))
            executor?.perform(Self.action(.stop, [1]), Self.id(3))
            executor?.perform(Self.action(.start, [4]), Self.id(4))
            Self.shell("ip address del 10.99.0.2/32 dev lo")
        } until: {
            $0.lines.count >= 6
        }
        guard let story else {
            print("SKIPPED: a step of addresses needs root")
            return
        }
        #expect(
            story.lines.sorted() == [
                "1: exited(code: 0, output: \"\")", "2: exited(code: 0, output: \"running\\n\")",
                "3: exited(code: 0, output: \"\")", "4: exited(code: 0, output: \"\")",
                "lost 10.99.0.2/32/lo of web", "ordered",
            ])
        #expect(story.lines.first == "ordered")
        let text = try String(contentsOfFile: log, encoding: .utf8)
        let lines = text.split(separator: "\n").compactMap { $0.split(separator: "info: ").last.map(String.init) }
        #expect(
            lines == [
                "Running IPaddr 10.99.0.1/32/lo and 2 more addresses start", "Running IPaddr 10.99.0.1/32/lo stop",
                "Running IPaddr 10.99.0.4/32/lo start",
            ])
    }

    @Test func `each address that cannot be started is a line in the log`() throws {
        let log = NSTemporaryDirectory() + "hb-address-failure-\(getpid()).log"
        defer { unlink(log) }
        var broken = Self.step([1, 2])
        broken.resources[1].address?.interface = "absent"
        let action = ResourceAction(
            groupKey: "web", step: broken, verb: .start, timeout: .seconds(1), peerIsAbsent: false)
        let story = Self.run(log: log) {
            $0.executor?.perform(action, Self.id(1))
        } until: {
            !$0.lines.isEmpty
        }
        guard let story else {
            print("SKIPPED: a step of addresses needs root")
            return
        }
        #expect(
            story.lines.first?.hasPrefix("1: exited(code: 1, output: \"10.99.0.2: this node has no interface") == true)
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text.contains("ERROR: 10.99.0.2: this node has no interface absent"))
    }

    @Test func `an announcement is told in the words of its kind, however many addresses there are`() throws {
        func text(_ addresses: String...) -> String {
            ActionExecutor.announcementText(addresses.compactMap { IPAddress($0) })
        }
        #expect(text("10.0.0.1") == "Sent Gratuitous Arp for 10.0.0.1")
        #expect(text("10.0.0.1", "10.0.0.2") == "Sent Gratuitous Arp for 10.0.0.1 and 1 more address")
        #expect(
            text("2001:db8::1", "10.0.0.1", "10.0.0.2", "10.0.0.3")
                == "Sent Gratuitous Arp for 10.0.0.1 and 2 more addresses, neighbour advertisements for 2001:db8::1")
    }
}
