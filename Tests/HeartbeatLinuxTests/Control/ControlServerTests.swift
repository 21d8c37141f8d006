// The control socket with real clients, well behaved and not.

import CLinux
import Glibc
import HeartbeatControl
import HeartbeatModel
import NIOCore
import NIOPosix
import Testing

@testable import HeartbeatHost
@testable import HeartbeatServers
@testable import HeartbeatSystem

@Suite struct ControlServerTests {
    /// A server that answers questions at once, operations on request and `standby local` never.
    private final class Harness: Sendable {
        let runDirectory: String
        private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

        init(requestTimeout: TimeAmount = .seconds(60)) throws {
            runDirectory = try temporaryDirectory()
            try RunDirectory.prepare(runDirectory)
            let path = ControlClient.socketPath(runDirectory: runDirectory)
            // What a daemon that was killed has left behind.
            var address = try #require(UnixAddress.make(path))
            let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            try #require(UnixAddress.bind(stale, &address))
            close(stale)
            let loop = group.next()
            _ = try loop.flatSubmit {
                do throws(SystemError) {
                    return try ControlServer.start(
                        path, on: loop, requestTimeout: requestTimeout, handler: Harness.handle)
                } catch {
                    return loop.makeFailedFuture(error)
                }
            }.wait()
        }

        deinit {
            removeTree(runDirectory)
            group.shutdownGracefully { _ in }
        }

        func client(timeout: Duration = .seconds(60)) -> ControlClient {
            ControlClient(runDirectory: runDirectory, timeout: timeout)
        }

        func connect() throws -> Int32 {
            var address = try #require(UnixAddress.make(client().path))
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            try #require(UnixAddress.connect(descriptor, &address))
            return descriptor
        }

        private static func handle(_ request: ControlRequest, reply: @escaping (ControlReply) -> Void) {
            if request == .operation(.standby(.local)) { return }
            let answer = answer(request, snapshot: ControlAnswerTests.snapshot(), parameters: [])
            reply(answer ?? ControlReply(lines: ["done"]))
            // A handler that answers twice harms nobody.
            reply(ControlReply(exitCode: 99))
        }
    }

    @Test func aQuestionIsAnswered() throws {
        let harness = try Harness()
        let reply = try harness.client().ask(.question(.nodeStatus(NodeName("nodeb")), inProse: false))
        #expect(reply == ControlReply(exitCode: 1, lines: ["dead"]))
        #expect(try harness.client().ask(.operation(.shutdown)).lines == ["done"])
        var status = stat()
        #expect(stat(harness.client().path, &status) == 0 && status.st_mode & 0o007 == 0)
    }

    @Test func aDaemonThatIsDownIsToldAtOnce() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let client = ControlClient(runDirectory: directory, timeout: .seconds(3600))
        #expect(failure(of: client)?.isNotRunning == true, "no socket")
        try RunDirectory.prepare(directory)
        var address = try #require(UnixAddress.make(client.path))
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #expect(UnixAddress.bind(descriptor, &address))
        close(descriptor)
        #expect(failure(of: client)?.isNotRunning == true, "a stale socket")
        let tooLong = ControlClient(runDirectory: "/" + String(repeating: "x", count: 200))
        #expect(failure(of: tooLong)?.isNotRunning == true)
    }

    @Test func aDaemonThatIsSilentIsGivenUp() throws {
        let harness = try Harness()
        let client = harness.client(timeout: .milliseconds(200))
        #expect(throws: ControlFailure.silent(.milliseconds(200))) { try client.ask(.operation(.standby(.local))) }
    }

    @Test func aDaemonThatAcceptsNobodyIsGivenUp() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        try RunDirectory.prepare(directory)
        let client = ControlClient(runDirectory: directory, timeout: .milliseconds(200))
        var address = try #require(UnixAddress.make(client.path))
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        #expect(UnixAddress.bind(listener, &address) && listen(listener, 0) == 0)
        for _ in 0..<3 { #expect(failure(of: client) == .silent(.milliseconds(200))) }
    }

    @Test func hostileClientsHarmNobody() throws {
        let harness = try Harness()
        var random = SplitMix64(seed: 11)
        for round in 0..<60 {
            let descriptor = try harness.connect()
            let size = [0, 1, 100, 1024, 1025, 5000, 100_000][round % 7]
            let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = noise.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            close(descriptor)
        }
        #expect(try harness.client().ask(.question(.resourceStatus, inProse: false)).lines == ["local"])
    }

    @Test func aLineWithoutEndIsRefused() throws {
        let harness = try Harness()
        let descriptor = try harness.connect()
        defer { close(descriptor) }
        #expect(Descriptors.write(Array(repeating: 0x61, count: 1025), to: descriptor) == nil)
        let answer = Descriptors.read(descriptor, atMost: 4096).map { String(decoding: $0, as: UTF8.self) }
        #expect(answer?.contains("request not understood") == true)
    }

    @Test func clientsThatSayNothingAreTurnedAwayAndMakeRoom() throws {
        let harness = try Harness(requestTimeout: .milliseconds(500))
        let silent = try (0..<2 * ControlServer.mostClients).map { _ in try harness.connect() }
        defer { silent.forEach { close($0) } }
        for descriptor in silent { #expect(Descriptors.read(descriptor, atMost: 10) == [], "closed by the server") }
        #expect(try harness.client().ask(.question(.resourceStatus, inProse: false)).lines == ["local"])
    }

    @Test func connectionsThatSayNothingKeepNoOperatorOut() throws {
        // Nobody is turned away for being slow here: only room is made.
        let harness = try Harness(requestTimeout: .seconds(3600))
        let silent = try (0..<3 * ControlServer.mostClients).map { _ in try harness.connect() }
        defer { silent.forEach { close($0) } }
        #expect(try harness.client().ask(.question(.resourceStatus, inProse: false)).lines == ["local"])
    }

    @Test func toolsSayWhatTheOriginalsSaidWithoutADaemon() {
        let tool = Tool(name: "cl_status", client: ControlClient(runDirectory: "/nonexistent"))
        let stopped = ControlReply(exitCode: 1, lines: ["Heartbeat is stopped on this machine."])
        #expect(tool.reply(to: .hbstatus(verbose: false), inProse: false) == stopped)
        let other = tool.reply(to: .resourceStatus, inProse: false)
        #expect(other.exitCode == 1 && other.errors.first == "ERROR: Cannot signon with heartbeat")
        let late = Tool.reply(for: .silent(.seconds(5)), to: .hbstatus(verbose: false))
        #expect(late.exitCode == 12)
    }

    @Test func operatorsOrdersAreCheckedAndConfirmed() throws {
        let harness = try Harness()
        let tool = Tool(name: "hb_standby", client: harness.client())
        let order: (String?) -> ControlReply = { word in
            tool.order(.standby, of: word)
        }
        #expect(order(nil).lines.first == "Going standby [all].")
        #expect(order("failback").lines.first == "Going standby [foreign].")
        #expect(order("foo").exitCode == 1)
        #expect(order("foo").errors.first == "hb_standby: wrong resources(foo).")
    }

    private func failure(of client: ControlClient) -> ControlFailure? {
        do throws(ControlFailure) {
            _ = try client.ask(.question(.snapshot, inProse: false))
            return nil
        } catch {
            return error
        }
    }
}

extension ControlFailure {
    fileprivate var isNotRunning: Bool {
        if case .notRunning = self { true } else { false }
    }
}
