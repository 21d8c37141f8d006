// The cutting of a configuration file into lines: what editors on other systems leave behind (byte order mark, carriage returns) is
// removed here, so that no reader meets it. It knows nothing of directives or comments.

import HeartbeatModel

/// One line without its end.
package struct SourceLine {
    /// From 1.
    package let number: Int
    package let bytes: ArraySlice<UInt8>
}

/// The usable lines of a file, and the number that stands for its end.
package struct SourceLines {
    package private(set) var lines: [SourceLine] = []
    /// Number of the last line, at least 1: where something missing is reported.
    package private(set) var last = 1

    /// The original reads ha.cf through a buffer of about this size and takes the rest of a longer line for a new one.
    static let longestLineOfOriginal = 5000

    package init(_ file: SourceFile, _ log: inout DiagnosticLog) {
        switch file.contents {
        case .unreadable(let reason): log.error(nil, "cannot be read: \(reason)", about: .unreadable)
        case .bytes(let bytes): cut(bytes, &log)
        }
    }

    private mutating func cut(_ bytes: [UInt8], _ log: inout DiagnosticLog) {
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) {
            log.warning(1, "the file begins with a byte order mark, which is ignored; save it as plain text")
            rest = rest.dropFirst(3)
        }
        var pieces = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        last = max(pieces.count, 1)
        var carriageReturnWasNamed = false
        for (index, piece) in pieces.enumerated() {
            var line = piece
            if line.last == UInt8(ascii: "\r") {
                line = line.dropLast()
                if !carriageReturnWasNamed {
                    log.warning(index + 1, "lines end with a carriage return, which is ignored; use Unix line ends")
                }
                carriageReturnWasNamed = true
            }
            add(SourceLine(number: index + 1, bytes: line), &log)
        }
    }

    private mutating func add(_ line: SourceLine, _ log: inout DiagnosticLog) {
        if line.bytes.contains(0) {
            log.error(line.number, "the line contains a NUL byte; a configuration file is plain text")
            return
        }
        if line.bytes.count > Self.longestLineOfOriginal {
            log.warning(
                line.number, "the line has \(line.bytes.count) bytes; heartbeat 3 cuts lines of more than about 5000")
        }
        lines.append(line)
    }
}

extension UInt8 {
    /// Blank, tab, or one of the rarer characters C libraries count as white space within a line.
    package var isBlank: Bool {
        self == 0x20 || self == 0x09 || (0x0B...0x0D).contains(self)
    }

    package var isDigit: Bool {
        (0x30...0x39).contains(self)
    }

    /// Of ASCII, in either case.
    package var isLetter: Bool {
        (0x61...0x7A).contains(self | 0x20)
    }

    /// What names of files and hosts are safely made of.
    package var isNameByte: Bool { isDigit || isLetter || "-_.".utf8.contains(self) }
}

extension ArraySlice<UInt8> {
    /// Everything before the first `#`; there is no quoting in any of the files.
    package var withoutComment: ArraySlice<UInt8> {
        prefix { $0 != UInt8(ascii: "#") }
    }
}

extension StringProtocol {
    /// Non-empty pieces between bytes that satisfy `isSeparator`.
    package func words(separatedBy isSeparator: (UInt8) -> Bool) -> [String] {
        utf8.split(whereSeparator: isSeparator).map { String(decoding: $0, as: UTF8.self) }
    }
}
