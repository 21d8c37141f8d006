// What QEMU and its agent are asked and answer: JSON objects, one on a line (the QEMU Machine Protocol specification, "QMP
// Protocol Specification" of QEMU 7.2; the agent keeps its form).

import Foundation
import HeartbeatLab

/// A command with its arguments.
struct ExchangeRequest<Arguments: Encodable>: Encodable {
    var execute: String
    var arguments: Arguments?

    func line() throws -> [UInt8] {
        [UInt8](try JSONEncoder().encode(self)) + [UInt8(ascii: "\n")]
    }
}

struct NoArguments: Codable {}

/// What comes back: the result of a command, its failure, or an event, which nobody has asked for.
struct ExchangeAnswer<Result: Decodable>: Decodable {
    struct Failure: Decodable { var desc: String }

    var result: Result?
    var error: Failure?
    var event: String?

    private enum CodingKeys: String, CodingKey {
        case result = "return"
        case error, event
    }
}

extension LineSocket {
    /// Asks and waits for the answer; events that come between are passed over.
    func ask<Result: Decodable>(
        _ command: String, _ arguments: (some Encodable)?, as result: Result.Type, by deadline: Moment
    ) throws -> Result {
        try send(ExchangeRequest(execute: command, arguments: arguments).line())
        while true {
            let line = try self.line(by: deadline)
            let answer = try JSONDecoder().decode(ExchangeAnswer<Result>.self, from: Data(line))
            if let error = answer.error { throw LabError.notReached("\(command): \(error.desc)") }
            if let result = answer.result { return result }
        }
    }
}
