// Cuts what local processes write into the FIFO into messages: `>>>` line, fields, `<<<` line. Writers can die half-way
// and their bytes can mix, so anything outside a frame is dropped and a frame has a limit.

/// Bytes in, whole messages out.
struct FifoFramer {
    /// No message is longer.
    static let longestMessage = 65536

    private var line: [UInt8] = []
    private var message: [UInt8]?

    /// Takes what arrived; returns the messages that it completes, from `>>>\n` through `<<<\n`.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        bytes.compactMap { takeByte($0) }
    }

    private mutating func takeByte(_ byte: UInt8) -> [UInt8]? {
        line.append(byte)
        let isTooLong = line.count + (message?.count ?? 0) > FifoFramer.longestMessage
        guard byte == UInt8(ascii: "\n") || isTooLong else { return nil }
        defer { line.removeAll(keepingCapacity: true) }
        if isTooLong {
            message = nil
        } else if line.elementsEqual(">>>\n".utf8) {
            // A new beginning makes whatever was unfinished worthless.
            message = line
        } else if let begun = message {
            message = begun + line
            guard line.elementsEqual("<<<\n".utf8) else { return nil }
            defer { message = nil }
            return message
        }
        return nil
    }
}
