// A small client of the API with a name of its own: what Debian's clients do not do where it can be seen – messages to the
// whole cluster and to one node, callbacks of joining, leaving, statuses and links – it does, beside either software. Orders
// come in as lines, what it hears goes out as lines.

import CLinux
import Glibc
import HeartbeatClients
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import HeartbeatWire

/// What `hbinterop talk` does once its arguments are known: signs on, then sends each line that it reads, and prints each
/// message that it hears, until its input ends.
package struct TalkingClient {
    private let name: String
    private let socketPath: String
    private var frames = ClientFrames()
    private var input: [UInt8] = []

    /// Fields that are never twice the same: counts, times, identities.
    private static let chance: Set<String> = [
        "seq", "hg", "ts", "ld", "dt", "ackseq", "client_gen", "srcuuid", "destuuid", "fromuuid", "touuid",
    ]

    /// Fields that an original does not send and its clients pass over.
    private static let additions: Set<String> = ["hblease"]

    package init(name: String, socketPath: String = "/run/heartbeat/register") {
        self.name = name
        self.socketPath = socketPath
    }

    /// Talks. Returns the exit code: 0 signed off in order, 1 no connection, or one that the daemon has ended.
    package mutating func run() -> Int32 {
        guard let connection = connect() else {
            print("no connection: \(String(cString: strerror(errno)))")
            return 1
        }
        defer { close(connection) }
        request("signon", ["uid": "\(geteuid())", "gid": "\(getegid())"], on: connection)
        var polls = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: connection, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            guard poll(&polls, 2, -1) > 0 else { continue }
            if polls[1].revents != 0, !hear(readSome(connection)) {
                print("closed by the daemon")
                return 1
            }
            if polls[0].revents != 0, !obey(readSome(STDIN_FILENO), on: connection) {
                request("signoff", [:], on: connection)
                return 0
            }
        }
    }

    private func connect() -> Int32? {
        guard var address = UnixAddress.make(socketPath) else { return nil }
        let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0, UnixAddress.connect(connection, &address) else { return nil }
        return connection
    }

    // MARK: - In

    /// False at the end of the stream, or when it is no stream of messages.
    private mutating func hear(_ bytes: [UInt8]) -> Bool {
        do {
            for body in try frames.append(bytes) { tell(Self.line(try UnsignedMessage.fields(of: body))) }
        } catch {
            tell("\(error)")
            return false
        }
        return !bytes.isEmpty
    }

    /// A message as `name=value` words in order, so that lines can be compared.
    static func line(_ fields: [Message.Field]) -> String {
        let words = fields.filter { !additions.contains($0.name) }.map { field in
            switch field.value {
            case _ where chance.contains(field.name): "\(field.name)=#"
            case .string(let text): "\(field.name)=\(text)"
            case .binary(let bytes): "\(field.name)=\(bytes)"
            case .structure, .list: "\(field.name)=…"
            }
        }
        // The type first: it is looked for.
        return (words.filter { $0.hasPrefix("t=") } + words.filter { !$0.hasPrefix("t=") }.sorted())
            .joined(separator: " ")
    }

    /// At once, for whoever reads along.
    private func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    // MARK: - Out

    /// Each line is a message: `t=hello dest=cluster2 text=moin`. False at the end of the input.
    private mutating func obey(_ bytes: [UInt8], on connection: Int32) -> Bool {
        input += bytes
        while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
            let words = String(decoding: input[..<end], as: UTF8.self).split(separator: " ")
            input.removeFirst(end + 1)
            send(
                words.map { word in
                    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return Message.Field(name: String(parts[0]), value: .string(parts.dropFirst().joined()))
                }, on: connection)
        }
        return !bytes.isEmpty
    }

    private func request(_ type: String, _ fields: KeyValuePairs<String, String>, on connection: Int32) {
        let all: [(String, String)] =
            [("t", "hbapi-req"), ("reqtype", type), ("dest", "localhost"), ("pid", "\(getpid())"), ("from_id", name)]
            + fields.map { ($0.key, $0.value) }
        send(all.map { Message.Field(name: $0.0, value: .string($0.1)) }, on: connection)
    }

    private func send(_ fields: [Message.Field], on connection: Int32) {
        var rest = ClientFrames.frame(UnsignedMessage.bytes(of: fields, as: .classic))[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 || errno == EINTR else { return tell("cannot send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
