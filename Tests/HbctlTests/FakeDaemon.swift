// Something that listens where a daemon would, and answers as a test wants: not at all, slowly, nonsense, as a later version.

import CLinux
import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

/// A directory with a control socket.
final class FakeDaemon: Sendable {
    /// What is done with a request: bytes to send, and whether the connection is closed then.
    typealias Answer = @Sendable (ControlRequest?) -> (bytes: [UInt8], closes: Bool)

    let directory: String
    private let listener: Int32

    /// `nil`: nobody listens.
    init(_ answer: Answer?) throws {
        directory = NSTemporaryDirectory() + "hbctl-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: directory + "/swift-heartbeat", withIntermediateDirectories: true)
        guard let answer else {
            listener = -1
            return
        }
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = try #require(UnixAddress.make(ControlClient.socketPath(runDirectory: directory)))
        try #require(UnixAddress.bind(listener, &address) && listen(listener, 8) == 0)
        let listener = listener
        Thread.detachNewThread { Self.serve(listener, answer) }
    }

    var isListening: Bool { listener >= 0 }

    deinit {
        // Ends the thread, which closes it: closed here, its number could be another listener's when the thread accepts next.
        shutdown(listener, Int32(SHUT_RDWR))
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func serve(_ listener: Int32, _ answer: Answer) {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                close(listener)
                return
            }
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n"), let more = Descriptors.read(client, atMost: 1024), !more.isEmpty {
                line += more
            }
            let (bytes, closes) = answer(ControlRequest(line: String(decoding: line.dropLast(), as: UTF8.self)))
            _ = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // Who is silent keeps the connection; the process of the tests ends some day.
            if closes { close(client) }
        }
    }

    /// Answers with these lines.
    static func telling(_ reply: ControlReply) -> Answer {
        { _ in (Array(reply.text.utf8), true) }
    }

    /// Runs hbctl against it. `words` is the output with one blank for each break: where a line ends depends on the directory's length.
    func hbctl(
        _ words: [String], before: [String] = []
    ) throws -> (code: Int32, output: String, words: String, took: Duration) {
        let begin = Instant.now
        let program = ProgramPlaces().programs + "/hbctl"
        let places = ["--run-dir", directory, "--state-dir", directory, "--config-dir", directory]
        let result = try Command.run(before + [program] + words + places, limit: .seconds(30))
        let unbroken = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return (result.code, result.output, unbroken, Instant.now - begin)
    }
}
