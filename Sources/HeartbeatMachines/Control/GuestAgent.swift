// Programs inside a machine, run through QEMU's agent in it: no network is needed, and none is disturbed.

import Foundation
import HeartbeatLab

/// The agent of one machine. It serves one connection at a time, so use it from one thread.
struct GuestAgent {
    /// The socket at our end of its port.
    let path: String
    private static let patience = Duration.seconds(20)

    private struct Program: Encodable {
        var path: String
        var arg: [String]
        var env: [String]
        var inputData: String?
        var captureOutput = true

        enum CodingKeys: String, CodingKey {
            case path, arg, env
            case inputData = "input-data"
            case captureOutput = "capture-output"
        }
    }

    private struct Identity: Codable { var id: Int }
    private struct Process: Codable { var pid: Int }

    private struct Status: Decodable {
        var exited: Bool
        var exitcode: Int32?
        var signal: Int32?
        var output: String?
        var errors: String?

        enum CodingKeys: String, CodingKey {
            case exited, exitcode, signal
            case output = "out-data"
            case errors = "err-data"
        }
    }

    /// Runs a line of shell to its end. A program that it leaves in the background must have its output elsewhere.
    /// - Parameter input: what it reads.
    func run(_ line: String, input: String = "", limit: Duration = .seconds(60)) throws -> Command {
        let program = Program(
            path: "/bin/sh", arg: ["-c", line], env: Self.environment,
            inputData: input.isEmpty ? nil : Data(input.utf8).base64EncodedString())
        let process = try ask("guest-exec", program, as: Process.self)
        let end = Moment.now() + limit
        var nap = Duration.milliseconds(10)
        while true {
            let status = try ask("guest-exec-status", process, as: Status.self)
            if status.exited {
                let output = [status.output, status.errors].compactMap { $0.flatMap { Data(base64Encoded: $0) } }
                return Command(
                    code: status.exitcode ?? 128 + (status.signal ?? 0),
                    output: output.map { String(decoding: $0, as: UTF8.self) }.joined())
            }
            guard Moment.now() < end else {
                throw LabError.command(words: [line], output: "still running after \(limit)")
            }
            try Interruption.pause(nap)
            nap = min(nap * 2, .milliseconds(200))
        }
    }

    private func ask<Result: Decodable>(
        _ command: String, _ arguments: some Encodable, as result: Result.Type
    ) throws -> Result {
        let deadline = Moment.now() + Self.patience
        let socket = try LineSocket(path)
        // What an earlier connection has left half said ends here: the byte 0xFF empties the agent's reader, and stands
        // before its answer (guest-sync-delimited).
        let identity = Identity(id: Int(Moment.now().nanoseconds & 0x7FFF_FFFF))
        try socket.send([0xFF] + ExchangeRequest(execute: "guest-sync-delimited", arguments: identity).line())
        while true {
            let line = try socket.line(by: deadline).split(separator: 0xFF).last ?? []
            let answer = try? JSONDecoder().decode(ExchangeAnswer<Int>.self, from: Data(line))
            if answer?.result == identity.id { break }
        }
        return try socket.ask(command, arguments, as: result, by: deadline)
    }

    private static let environment = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
    ]
}
