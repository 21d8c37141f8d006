// A script's line is on its way before the script runs, also while lines are held back for something more urgent: a script
// that brings the machine down leaves word of what it was. A syslog socket stands for the log, because its order is the kernel's.

import Foundation
import Glibc
import HeartbeatCheck
import HeartbeatCore
import HeartbeatLab
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatDaemon

@Suite struct ActionLineTests {
    /// What came into the socket, in order. Used on one thread at a time.
    final class Story: @unchecked Sendable {
        var lines: [String] = []
    }

    private static let action = ResourceAction(
        groupKey: "web", step: ResourceStep([Resource(word: "web", scriptName: "web", arguments: [])]), verb: .start,
        timeout: .seconds(20), peerIsAbsent: false)

    /// A directory with a script `web` that says into the socket that it runs.
    private static func prepare(_ directory: String) throws -> Int32 {
        let scripts = directory + "/ha.d/resource.d"
        try FileManager.default.createDirectory(atPath: scripts, withIntermediateDirectories: true)
        for name in ["cores/root", "swift-heartbeat"] {
            try FileManager.default.createDirectory(
                atPath: directory + "/" + name, withIntermediateDirectories: true)
        }
        let text = "#!/bin/sh\nlogger --socket '\(directory)/log' the script runs\n"
        try Files.write(text, to: scripts + "/web", mode: 0o755)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = try #require(UnixAddress.make(directory + "/log"))
        try #require(UnixAddress.bind(descriptor, &address))
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        try #require(
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size)) == 0)
        return descriptor
    }

    private static func receive(_ descriptor: Int32) -> String {
        var room = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &room, room.count, 0)
        return count < 0 ? "nothing: \(errno)" : String(decoding: room.prefix(count), as: UTF8.self)
    }

    @Test(.enabled(if: geteuid() == 0, "a resource script must be root's"))
    func `the line of a script leaves before the script runs`() throws {
        let directory = NSTemporaryDirectory() + "hb-line-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let descriptor = try Self.prepare(directory)
        defer { close(descriptor) }
        let story = Story()
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            Reactor.run { reactor in
                var logging = LoggingConfiguration()
                logging.facility = "daemon"
                var sockets = LogOutput.Sockets()
                sockets.syslog = directory + "/log"
                let output = LogOutput(logging, host: "alpha", console: .none, sockets: sockets)
                var paths = DaemonPaths()
                paths.configuration = directory + "/ha.d"
                paths.state = directory
                paths.run = directory
                let executor = ActionExecutor(
                    Configuration(nodes: [NodeName("alpha")]), localNode: NodeName("alpha"), paths: paths, log: output,
                    reactor: reactor)
                reactor.after(.zero) {
                    output.holdingBack {
                        output.write(.info, "what led to it")
                        executor.perform(Self.action, ActionID(generation: Generation(1), number: 1))
                        output.write(.info, "what follows")
                        story.lines = (0..<3).map { _ in Self.receive(descriptor) }
                    }
                    story.lines.append(Self.receive(descriptor))
                    executor.close()
                    reactor.stop()
                }
            }
            finished.signal()
        }
        try #require(finished.wait(timeout: .now() + 500) == .success)
        let ends = [
            "what led to it", "Running \(directory)/ha.d/resource.d/web start", "the script runs", "what follows",
        ]
        #expect(story.lines.count == ends.count)
        for (line, end) in zip(story.lines, ends) { #expect(line.hasSuffix(end), "\(story.lines)") }
    }
}
