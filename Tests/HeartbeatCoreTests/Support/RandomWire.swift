// The ways of a message between two daemons: signed and written in either form, cut out of a stream, checked and read, copies
// known again. What the other side refuses does not arrive.

import HeartbeatModel
import HeartbeatWire

struct RandomWire {
    private let codec = MessageCodec(
        keys: AuthenticationKeys(
            current: 1, keys: [AuthenticationKey(id: 1, method: .sha1, secret: Array("fuzz".utf8))]), format: .classic)
    private var copies = RepeatedMessages()
    private var framer = SerialFramer()

    mutating func carry(_ message: Message, isSerial: Bool) -> [Message] {
        let frames =
            isSerial ? framer.append(codec.encode(message, as: .classic)) : [codec.encode(message, as: .netstring)]
        var arrived: [Message] = []
        for frame in frames {
            do throws(WireError) { arrived.append(try copies.open(frame, with: codec).message) } catch {}
        }
        return arrived
    }
}
