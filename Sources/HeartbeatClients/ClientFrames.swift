// How messages stand in the stream between a client and the daemon:
//
//     length of the body   4 bytes, host order
//     0x0000abcd           4 bytes, host order
//     body                 an unsigned message; in the classic form its NUL is counted
//
// Several frames may come in one read and one frame in several. What a body says is decided elsewhere.

/// Why a stream of bytes is no stream of frames. Nothing after it can be read any more.
package enum ClientFrameError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Something else stands where a frame's mark must be.
    case notAFrame
    /// The frame announces more bytes than ``ClientFrames/longestBody``.
    case tooLong(UInt32)

    package var description: String {
        switch self {
        case .notAFrame: "what it sends is no frame of the client API"
        case .tooLong(let count): "a frame of \(count) bytes, more than \(ClientFrames.longestBody)"
        }
    }
}

/// Cuts one direction of a connection into bodies.
package struct ClientFrames: Hashable, Sendable {
    /// Bytes in one body: no longer message would fit a datagram. (The original stops working for good when a client
    /// announces more than its 256 KiB.)
    package static let longestBody = 64 * 1024

    private static let mark: UInt32 = 0xabcd
    private static let headerSize = 8

    private var rest: [UInt8] = []

    package init() {}

    /// Takes what arrived; returns the bodies that it completes, in order. After an error the connection is of no use.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(ClientFrameError) -> [[UInt8]] {
        rest += bytes
        var bodies: [[UInt8]] = []
        var begin = 0
        while rest.count - begin >= Self.headerSize {
            let length = Self.number(rest[begin..<(begin + 4)])
            guard Self.number(rest[(begin + 4)..<(begin + Self.headerSize)]) == Self.mark else { throw .notAFrame }
            guard length <= Self.longestBody else { throw .tooLong(length) }
            let end = begin + Self.headerSize + Int(length)
            guard end <= rest.count else { break }
            bodies.append(Array(rest[(begin + Self.headerSize)..<end]))
            begin = end
        }
        rest.removeFirst(begin)
        return bodies
    }

    /// A body with its header.
    ///
    /// - Precondition: the body's length has 32 bits.
    package static func frame(_ body: [UInt8]) -> [UInt8] {
        bytes(of: UInt32(body.count)) + bytes(of: mark) + body
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    }

    private static func bytes(of number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number) { Array($0) }
    }
}
