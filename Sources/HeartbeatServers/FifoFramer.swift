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
        guard !isTooLong else {
            message = nil
            return nil
        }
        guard !line.elementsEqual(">>>\n".utf8) else {
            // A new beginning makes whatever was unfinished worthless.
            message = line
            return nil
        }
        // In its place: a copy for each line would make a message of empty lines cost the square of its length.
        message? += line
        guard line.elementsEqual("<<<\n".utf8) else { return nil }
        defer { message = nil }
        return message
    }
}
