// The owner's programs that hear of lines: whoever must not interrupt them can tell that one runs.

import Foundation
import HeartbeatLab
import HeartbeatLineKeeper
import HeartbeatLines
import HeartbeatLoop
import Synchronization
import Testing

@Suite struct LineHooksTests {
    /// What was seen, one after the other.
    private final class Story: Sendable {
        private let lines = Mutex<[String]>([])

        var notes: [String] { lines.withLock { $0 } }

        func note(_ text: String) { lines.withLock { $0.append(text) } }

        /// Ends the loop when it is at rest.
        func wait(for hooks: LineHooks, _ reactor: Reactor) {
            hooks.childMayHaveExited()
            guard hooks.isIdle else {
                reactor.after(.milliseconds(10)) { self.wait(for: hooks, reactor) }
                return
            }
            note("at rest: true")
            reactor.stop()
        }
    }

    @Test func `nothing is at rest while a program of the owner's runs`() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hbtest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.path
        try Files.write("#!/bin/sh\nsleep 0.2\necho \"$1\"\n", to: path + "/10-tell", mode: 0o755)
        let finished = DispatchSemaphore(value: 0)
        let story = Story()
        Thread.detachNewThread {
            Reactor.run { reactor in
                let hooks = LineHooks(directory: path, timeout: .seconds(60), reactor: reactor)
                hooks.onText = { [unowned hooks] in story.note("\($1), at rest: \(hooks.isIdle)") }
                hooks.onFailure = { story.note($0) }
                story.note("at rest: \(hooks.isIdle)")
                hooks.run(.down(line: "one", interface: "eth0"))
                story.note("at rest: \(hooks.isIdle)")
                story.wait(for: hooks, reactor)
            }
            finished.signal()
        }
        try #require(finished.wait(timeout: .now() + 150) == .success)
        #expect(story.notes == ["at rest: true", "at rest: false", "down, at rest: false", "at rest: true"])
    }
}
