// What a node's messages tell of its configuration: who it says it is, after how much silence it wants to be declared dead,
// with which key it signs, how many nodes it counts. Every message must verify with the keys as we read them.

import HeartbeatModel
import HeartbeatWire

struct WireValues {
    private(set) var values: [String: String] = [:]

    /// `keys`: those of authkeys as we understand it; without them only the paths are told.
    init(_ witness: Witness, keys: AuthenticationKeys?) {
        values["paths"] = witness.paths.joined(separator: ", ")
        guard let keys else { return }
        let codec = MessageCodec(keys: keys, format: .classic)
        for sent in witness.messages {
            do throws(WireError) {
                take(try codec.decode(sent.bytes), sent)
            } catch {
                values["refused message"] = "\(error)"
            }
        }
    }

    private mutating func take(_ message: Message, _ sent: SentMessage) {
        values["sender"] = message.source.text
        values["ttl"] = message.timeToLive.map { String($0) }
        values["key"] = Self.key(of: sent.bytes)
        let text = String(decoding: sent.bytes, as: UTF8.self)
        values["inner signature"] = text.contains("(0)auth=") ? "yes" : "no"
        // The first is the one of a node that has just started, however late it is looked at.
        if case .status(let report) = message.content, values["deadtime sent"] == nil {
            values["deadtime sent"] = "\(report.deadtime.milliseconds)ms"
        }
    }

    /// `1, 40 digits`, from the token after the message.
    private static func key(of bytes: [UInt8]) -> String {
        let words = String(decoding: bytes.suffix(60), as: UTF8.self).split(separator: " ")
        guard words.count >= 2, let id = words[words.count - 2].split(separator: ":").last else { return "none" }
        let digits = words[words.count - 1].count { $0 != "," }
        // A crc has no fixed number of digits.
        return "\(id), \(digits > 8 ? "\(digits)" : "up to 8") digits"
    }
}
