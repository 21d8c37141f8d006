// Cuts a byte stream – a tty, the FIFO – into messages in classic form. It looks only for the lines `>>>` and `<<<`; whether
// what stands between them is a message, the codec decides.

/// The state between two reads of a stream.
///
/// Noise before a message costs nothing; noise within one costs that message, because its signature no longer matches. Memory
/// is bounded whatever arrives.
public struct SerialFramer: Codable, Sendable {
    /// Bytes of the longest message that is kept, about a hundred times the original's usual.
    public static let frameLimit = 64 * 1024

    /// The message begun and not yet ended; `nil` before a line `>>>`.
    private var frame: [UInt8]?
    /// The current line; outside a message only its end.
    private var line: [UInt8] = []

    public init() {}

    /// Takes the next bytes of the stream; returns the messages they complete, each from `>>>\n` through `<<<\n`.
    ///
    /// Carriage returns are dropped, as a tty with IGNCR drops them.
    public mutating func append(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for byte in bytes where byte != Ascii.carriageReturn {
            line.append(byte)
            bound()
            guard byte == Ascii.newline else { continue }
            if let frame = endLine() { frames.append(frame) }
            line.removeAll(keepingCapacity: true)
        }
        return frames
    }

    private mutating func endLine() -> [UInt8]? {
        let opening = ClassicForm.opening
        // Noise may stick to the line: the sender's break arrives as a NUL in front of its first message. Within a message
        // only a clean mark counts, and it means that the end of the message before was lost.
        if frame == nil ? line.suffix(opening.count).elementsEqual(opening) : line == opening {
            frame = opening
            return nil
        }
        frame? += line
        guard line == ClassicForm.closing else { return nil }
        defer { frame = nil }
        return frame
    }

    /// After every byte, newlines included: a message of nothing but empty lines has no end either.
    private mutating func bound() {
        if let frame {
            guard frame.count + line.count >= Self.frameLimit else { return }
            self.frame = nil
            line.removeAll(keepingCapacity: true)
        } else if line.count > 2 * ClassicForm.opening.count {
            line.removeFirst(ClassicForm.opening.count)
        }
    }
}
