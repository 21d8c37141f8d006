// A request of HTTP/1.0 (RFC 1945), and the first line of what comes back. Pure.

import HeartbeatModel

package enum HttpExchange {
    /// A status line that has not ended after so many bytes is none.
    static let longestStatusLine = 1024

    /// `GET path`, with a Host field for servers of several names. `nil` when the host or path cannot stand in a line.
    package static func request(host: String, port: UInt16, path: String) -> [UInt8]? {
        let isWord = { (text: String) in text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }
        guard path.utf8.first == UInt8(ascii: "/"), isWord(path), isWord(host), !host.isEmpty else { return nil }
        let name = IPAddress(droppingZoneOf: host)?.isIPv6 == true ? "[\(host.prefix { $0 != "%" })]" : host
        let place = port == 80 ? name : "\(name):\(port)"
        let lines = ["GET \(path) HTTP/1.0", "Host: \(place)", "User-Agent: heartbeat", "Connection: close", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// What the bytes received so far tell; `nil` as long as more are needed.
    package static func answer(in received: [UInt8]) -> PathAnswer? {
        guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else {
            return received.count < longestStatusLine ? nil : .failed("what comes is not HTTP")
        }
        guard end < longestStatusLine, let code = status(in: received[..<end]) else {
            return .failed("what comes is not HTTP")
        }
        return code < 400 ? .answered : .failed("the server answers with status \(code)")
    }

    /// `HTTP/`, the version, a blank, three digits, and then nothing or a blank and words.
    private static func status(in line: ArraySlice<UInt8>) -> Int? {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[0].starts(with: Array("HTTP/".utf8)), words[0].count > 5 else { return nil }
        let digits = words[1].last == UInt8(ascii: "\r") ? words[1].dropLast() : words[1]
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return code >= 100 ? code : nil
    }
}
