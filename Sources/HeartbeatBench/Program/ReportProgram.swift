// Reads result files and brings the page and the picture up to date.

import FoundationEssentials
import Glibc
import HeartbeatLab

/// What `hbbench report` does once its arguments are known.
package struct ReportProgram: Sendable {
    /// Result files, in the order of the page.
    package var files: [String]
    /// The page, whose generated part is replaced; `nil`: the generated part goes to standard output.
    package var page: String?
    /// Where the picture goes; `nil`: nowhere.
    package var picture: String?

    package init(files: [String], page: String?, picture: String?) {
        self.files = files
        self.page = page
        self.picture = picture
    }

    /// Both were written.
    package static let written: Int32 = 0
    /// A file could not be read or written; nothing was changed.
    package static let failed: Int32 = 1

    /// Reads and writes. Returns the exit code.
    package func run() -> Int32 {
        do {
            let report = BenchReport(files: try files.map { try BenchFile(readingFrom: $0) })
            let section = report.markdown(picture: Self.link(from: page, to: picture))
            guard let page else {
                print(section)
                return Self.written
            }
            let text = try GeneratedSection.replace(in: try Self.read(page), with: section, of: page)
            if let picture { try Self.write(report.chart.svg, to: picture) }
            try Self.write(text, to: page)
            return Self.written
        } catch {
            BenchProgram.tell("\(error)")
            return Self.failed
        }
    }

    /// The picture as the page must call it: by its name when both lie in one directory.
    static func link(from page: String?, to picture: String?) -> String {
        guard let picture else { return "outage-by-addresses.svg" }
        func directory(_ path: String) -> Substring { path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        guard let page, directory(page) == directory(picture) else { return picture }
        return String(picture[(picture.lastIndex(of: "/").map(picture.index(after:)) ?? picture.startIndex)...])
    }

    private static func read(_ path: String) throws -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            throw BenchFileError(path: path, reason: "\(error)")
        }
    }

    private static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw BenchFileError(path: path, reason: "\(error)")
        }
    }
}
