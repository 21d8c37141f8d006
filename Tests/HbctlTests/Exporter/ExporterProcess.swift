// The built heartbeat-exporter beside a daemon that is none, and clients that write and read bytes by hand: no library makes a request
// better, or an answer easier to read, than it is.

import CLinux
import Foundation
import Glibc
import HeartbeatExporter
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

/// One run of the program, which ends with it.
final class ExporterProcess {
    let address: ListenAddress
    private let child: HeartbeatLab.ChildProcess
    private let output: Int32
    private let daemon: FakeDaemon

    /// Returns when it listens. `before` goes before the program's words; `standardInput` is its own.
    init(
        _ daemon: FakeDaemon, _ words: [String] = ["--listen", "127.0.0.1:0"], before: [String] = [],
        standardInput: Int32? = nil
    ) throws {
        self.daemon = daemon
        let (read, write) = try Descriptors.makePipe()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { for descriptor in [write, null] { close(descriptor) } }
        child = try HeartbeatLab.ChildProcess(
            before + Self.words(words, daemon), standardInput: standardInput ?? null, standardOutput: write)
        output = read
        let line = try Self.line(from: read)
        let prefix = "heartbeat-exporter: listening on "
        address = try #require(
            line.hasPrefix(prefix) ? ListenAddress(String(line.dropFirst(prefix.count))) : nil, "\(line)")
    }

    deinit {
        kill(child.pid, SIGKILL)
        _ = child.wait(atMost: .seconds(10))
        close(output)
    }

    static func words(_ words: [String], _ daemon: FakeDaemon) -> [String] {
        let places = ["--run-dir", daemon.directory, "--state-dir", daemon.directory, "--config-dir", daemon.directory]
        return [ProgramPlaces().programs + "/heartbeat-exporter"] + words + places
    }

    private static func line(from descriptor: Int32) throws -> String {
        var bytes: [UInt8] = []
        let deadline = Instant.now + .seconds(30)
        while bytes.last != UInt8(ascii: "\n"), Instant.now < deadline {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 1000) > 0 else { continue }
            guard let more = Descriptors.read(descriptor, atMost: 1), !more.isEmpty else { break }
            bytes += more
        }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    /// Its exit code after a signal.
    func end(_ signal: Int32) -> Int32? {
        kill(child.pid, signal)
        return child.wait(atMost: .seconds(10))
    }

    // MARK: - Clients

    func connect() throws -> HttpClient { try HttpClient(self) }

    func ask(_ method: String, _ target: String) throws -> HttpReply {
        try connect().ask("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    func get(_ target: String) throws -> HttpReply { try ask("GET", target) }
}

/// A connection, which keeps the program alive.
final class HttpClient {
    private let exporter: ExporterProcess
    private let descriptor: Int32
    private let begin = Instant.now

    init(_ exporter: ExporterProcess) throws {
        self.exporter = exporter
        var code: Int32 = -1
        switch exporter.address {
        case .ip(let ip, let port):
            descriptor = socket(ip.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            let descriptor = descriptor
            code = SocketEndpoint(ip, port: port).withSockaddr { Glibc.connect(descriptor, $0, $1) }
        case .unix(let path):
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = try #require(UnixAddress.make(path))
            code = UnixAddress.connect(descriptor, &address) ? 0 : -1
        }
        try #require(code == 0, "cannot connect to \(exporter.address)")
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Whether all of it went out.
    @discardableResult
    func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything until the other side closes, and how long that took since it was connected; `nil` when it does not.
    func readAll() -> (text: String, took: Duration)? {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &room, room.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 || errno == ECONNRESET else { return nil }
            guard count > 0 else { return (String(decoding: bytes, as: UTF8.self), Instant.now - begin) }
            bytes += room.prefix(count)
        }
    }

    func ask(_ text: String) throws -> HttpReply {
        write(text)
        return try reply()
    }

    func reply() throws -> HttpReply {
        let (text, took) = try #require(readAll(), "the connection stays open")
        return try #require(HttpReply(text, took: took), "no answer: \(text)")
    }
}

/// An answer, read strictly.
struct HttpReply {
    var code: Int
    var headers: [String: String]
    var body: String
    var took: Duration

    init?(_ text: String, took: Duration) {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let match = lines[0].wholeMatch(of: /HTTP\/1\.1 ([0-9]{3}) .+/) else { return nil }
        code = Int(match.output.1) ?? 0
        headers = [:]
        for line in lines.dropFirst() {
            let parts = line.components(separatedBy: ": ")
            guard parts.count == 2, headers.updateValue(parts[1], forKey: parts[0].lowercased()) == nil else {
                return nil
            }
        }
        body = String(text[end.upperBound...])
        self.took = took
    }
}
