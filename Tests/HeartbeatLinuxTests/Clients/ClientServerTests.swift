// The client socket with real connections: well behaved, silent, deaf, hasty and hostile ones.

import CLinux
import Glibc
import HeartbeatClients
import HeartbeatControl
import HeartbeatModel
import Testing

@testable import HeartbeatServers
@testable import HeartbeatSystem

@Suite struct ClientServerTests {
    /// A server that echoes every body, on a loop of its own.
    fileprivate final class Harness: @unchecked Sendable {
        let directory = TemporaryDirectory()
        let loop = LoopThread()
        var path: String { directory.path + "/register" }
        private(set) var complaints: [String] = []
        private(set) var connections: [ClientConnection: PeerCredentials] = [:]
        private(set) var bodies: [[UInt8]] = []
        /// Whether the next connections are admitted.
        var admits = true
        private var server: ClientServer?

        init() {
            server = loop.on { [self] reactor in
                do throws(SystemError) {
                    return try ClientServer(path, reactor: reactor, handlers: handlers)
                } catch {
                    Issue.record("\(error)")
                    return nil
                }
            }
        }

        private var handlers: ClientServer.Handlers {
            ClientServer.Handlers(
                connected: { [unowned self] connection, peer in
                    connections[connection] = peer
                    if admits { server?.admit(connection) }
                },
                received: { [unowned self] connection, body in
                    bodies.append(body)
                    server?.write(body, to: connection)
                },
                disconnected: { [unowned self] in connections[$0] = nil },
                complained: { [unowned self] _, reason in complaints.append(reason) })
        }

        func on<Value>(_ body: @escaping (ClientServer) -> Value) -> Value {
            loop.on { [server] _ in body(server!) }
        }

        func read<Value>(_ body: @escaping (Harness) -> Value) -> Value {
            loop.on { [self] _ in body(self) }
        }

        func eventually(_ condition: @escaping (Harness) -> Bool) -> Bool {
            loop.eventually { [self] _ in condition(self) }
        }

        func connect() throws -> Int32 {
            var address = try #require(UnixAddress.make(path))
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            try #require(UnixAddress.connect(descriptor, &address))
            return descriptor
        }

        func close() {
            on { $0.close() }
            server = nil
            loop.stop()
        }
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) {
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Reads bodies until `count` have come or the other end closes.
    private func bodies(_ count: Int, from descriptor: Int32) throws -> [[UInt8]] {
        var frames = ClientFrames()
        var bodies: [[UInt8]] = []
        var room = [UInt8](repeating: 0, count: 65536)
        while bodies.count < count {
            let length = recv(descriptor, &room, room.count, 0)
            guard length > 0 else { break }
            bodies += try frames.append(room.prefix(length))
        }
        return bodies
    }

    private func isClosed(_ descriptor: Int32) -> Bool {
        var room = [UInt8](repeating: 0, count: 65536)
        while true {
            let length = recv(descriptor, &room, room.count, 0)
            if length <= 0 { return true }
        }
    }

    @Test func framesGoBothWaysAndTheKernelSaysWhoItIs() throws {
        let harness = Harness()
        defer { harness.close() }
        var status = stat()
        #expect(stat(harness.path, &status) == 0 && status.st_mode & 0o777 == 0o777)
        let descriptor = try harness.connect()
        defer { close(descriptor) }
        let sent = (0..<20).map { [UInt8](repeating: UInt8($0), count: $0 * 100) }
        write(sent.flatMap(ClientFrames.frame), to: descriptor)
        #expect(try bodies(20, from: descriptor) == sent)
        let peers = harness.read { Array($0.connections.values) }
        #expect(peers == [PeerCredentials(pid: getpid(), user: geteuid(), group: getegid())])
    }

    @Test func `a client is sent no signal that its user could not send`() throws {
        var pids: [pid_t] = []
        defer { for pid in pids { kill(pid, SIGKILL) } }
        func sleeper() throws -> ProcessHandle {
            let child = ChildProcess(
                executable: "/bin/sleep", arguments: ["sleep", "1000"], environment: [], directory: "/",
                standardOutput: STDOUT_FILENO, standardError: STDERR_FILENO)
            pids.append(try child.start())
            return try #require(ProcessHandle(pids[pids.count - 1]))
        }
        let process = try sleeper()
        process.signal(SIGKILL, onBehalfOf: 4711)
        let other = try sleeper()
        other.signal(SIGKILL, onBehalfOf: geteuid())
        #expect(waitUntil { other.hasEnded })
        #expect(!process.hasEnded)
        for pid in pids { kill(pid, SIGKILL) }
        for pid in pids { waitpid(pid, nil, 0) }
        pids = []
        #expect(process.signal(SIGTERM) == ESRCH, "collected")
        #expect(ProcessHandle.users(status: "Name:\tUid: 7\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n") == [1, 3])
        for text in ["", "Uid:\n", "Uid:\t1\t2\n"] { #expect(ProcessHandle.users(status: text) == []) }
    }

    @Test func whoeverGoesIsToldOnceAndTheSocketGoesWithTheServer() throws {
        let harness = Harness()
        let descriptor = try harness.connect()
        #expect(harness.eventually { $0.connections.count == 1 })
        close(descriptor)
        #expect(harness.eventually { $0.connections.isEmpty })
        let other = try harness.connect()
        defer { close(other) }
        #expect(harness.eventually { $0.connections.count == 1 })
        harness.close()
        #expect(isClosed(other))
        #expect(access(harness.path, F_OK) != 0)
    }

    @Test func garbageCostsThatConnectionOnly() throws {
        let harness = Harness()
        defer { harness.close() }
        let good = try harness.connect()
        defer { close(good) }
        for noise in [Array("GET / HTTP/1.0\r\n\r\n".utf8), [255, 255, 255, 255, 0xcd, 0xab, 0, 0, 1]] {
            let descriptor = try harness.connect()
            write(noise, to: descriptor)
            #expect(isClosed(descriptor))
            close(descriptor)
        }
        #expect(harness.eventually { $0.complaints.count == 2 })
        write(ClientFrames.frame([1, 2, 3]), to: good)
        #expect(try bodies(1, from: good) == [[1, 2, 3]])
    }

    @Test func aClientThatReadsNothingLosesItsConnectionAndHoldsNobodyUp() throws {
        let harness = Harness()
        defer { harness.close() }
        let deaf = try harness.connect()
        let good = try harness.connect()
        defer {
            close(deaf)
            close(good)
        }
        #expect(harness.eventually { $0.connections.count == 2 })
        let body = [UInt8](repeating: 7, count: 1000)
        harness.read { harness in
            let everybody = harness.connections.keys
            for _ in 0..<600 { for connection in everybody { harness.writeNow(body, connection) } }
        }
        // Neither has read anything yet: both have had more than fits.
        #expect(harness.eventually { $0.complaints.count == 2 })
        #expect(harness.read { $0.complaints[0] }.contains("messages unread"))
        #expect(isClosed(deaf))
    }

    @Test func aLongerQueueMayBeAskedFor() throws {
        let harness = Harness()
        defer { harness.close() }
        let descriptor = try harness.connect()
        defer { close(descriptor) }
        #expect(harness.eventually { $0.connections.count == 1 })
        let body = [UInt8](repeating: 7, count: 1000)
        harness.read { harness in
            guard let connection = harness.connections.keys.first else { return }
            harness.limit(4000, connection)
            for _ in 0..<3000 { harness.writeNow(body, connection) }
        }
        #expect(try bodies(3000, from: descriptor).count == 3000)
        #expect(harness.read { $0.complaints.isEmpty })
    }

    @Test func aFloodIsReadAtItsPaceAndOthersAreServedMeanwhile() throws {
        let harness = Harness()
        defer { harness.close() }
        let flood = try harness.connect()
        let good = try harness.connect()
        defer {
            close(flood)
            close(good)
        }
        let before = ContinuousClock.now
        write((0..<350).flatMap { ClientFrames.frame([UInt8(truncatingIfNeeded: $0)]) }, to: flood)
        write(ClientFrames.frame([1, 2]), to: good)
        #expect(try bodies(1, from: good) == [[1, 2]])
        #expect(try bodies(350, from: flood).count == 350)
        // 200 at once, the rest at 200 a second.
        #expect(ContinuousClock.now - before > .milliseconds(700))
    }

    @Test func whoSaysNothingKeepsNobodyOut() throws {
        let harness = Harness()
        defer { harness.close() }
        let known = try harness.connect()
        defer { close(known) }
        #expect(harness.eventually { $0.connections.count == 1 })
        harness.read { $0.admits = false }
        let silent = try (0..<2 * ClientServer.mostStrangers).map { _ in try harness.connect() }
        defer { silent.forEach { close($0) } }
        #expect(isClosed(silent[0]))
        #expect(harness.eventually { $0.connections.count == ClientServer.mostStrangers + 1 })
        write(ClientFrames.frame([9]), to: known)
        #expect(try bodies(1, from: known) == [[9]])
    }

    @Test func whatWasWrittenLeavesBeforeTheEnd() throws {
        let harness = Harness()
        defer { harness.close() }
        let descriptor = try harness.connect()
        defer { close(descriptor) }
        #expect(harness.eventually { $0.connections.count == 1 })
        harness.read { harness in
            guard let connection = harness.connections.keys.first else { return }
            for number in 0..<5 { harness.writeNow([UInt8(number)], connection) }
            harness.end(connection)
        }
        #expect(try bodies(6, from: descriptor) == [[0], [1], [2], [3], [4]])
    }
}

extension ClientServerTests.Harness {
    fileprivate func writeNow(_ body: [UInt8], _ connection: ClientConnection) {
        on { $0.write(body, to: connection) }
    }

    fileprivate func limit(_ length: Int, _ connection: ClientConnection) {
        on { $0.limitQueue(length, of: connection) }
    }

    fileprivate func end(_ connection: ClientConnection) {
        on { $0.close(connection) }
    }
}
