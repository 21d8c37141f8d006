// The history on the disk: only whole lines count, the files never grow beyond their bounds, numbers go on, and what cannot be read is
// named.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatHost

@Suite struct HistoryFilesTests {
    private struct Places {
        var base: String
        var files: HistoryFiles

        func path(_ name: String) -> String { base + "/state/" + name }

        func text(_ name: String) -> String {
            String(decoding: Descriptors.contents(of: path(name), atMost: 1 << 22) ?? [], as: UTF8.self)
        }

        func write(_ text: String, to name: String = "history") throws {
            try DurableFile.replace(path(name), with: Array(text.utf8), mode: 0o644)
        }
    }

    /// Two directories, one for /run and one for /var/lib.
    private func withPlaces(limit: Int = HistoryFiles.usualLimit, _ body: (Places) throws -> Void) throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let (run, state) = (PrivateDirectory(base + "/run"), PrivateDirectory(base + "/state"))
        try run.make(mode: 0o755)
        try state.make(mode: 0o755)
        try body(Places(base: base, files: HistoryFiles(in: run, and: state, limit: limit)))
    }

    static func line(_ number: UInt64, group: String = "web") -> String {
        let timeline = GroupTimeline(
            group: group, origin: .decision, zero: .zero, marks: [:], steps: [], outcome: .running,
            end: .zero + .milliseconds(14))
        return HistoryEntry(
            number: number, unixMilliseconds: 1_795_863_482_000 + number, node: NodeName("gw-a"), timeline: timeline
        ).text
    }

    private func numbers(_ files: HistoryFiles) -> [UInt64] { files.read().entries.map(\.number) }

    @Test func `a node without a history begins with nothing`() throws {
        try withPlaces { places in
            #expect(places.files.recall() == HistoryFiles.Recalled())
            #expect(places.files.read() == HistoryFiles.Reading() && places.files.recent() == [])
        }
    }

    @Test func `lines are added, everybody may read them, and their numbers are found again`() throws {
        try withPlaces { places in
            let mask = umask(0o077)
            defer { umask(mask) }
            #expect(places.files.append([Self.line(1), Self.line(2)]) == nil)
            #expect(places.files.append([Self.line(3)]) == nil)
            #expect(numbers(places.files) == [1, 2, 3] && places.files.recall().lastNumber == 3)
            var status = stat()
            #expect(stat(places.path("history"), &status) == 0 && status.st_mode & 0o777 == 0o644)
        }
    }

    @Test func `a last line that was cut off is dropped, and said to have been there`() throws {
        try withPlaces { places in
            let torn = Self.line(3).prefix(40)
            try places.write(Self.line(1) + "\n" + Self.line(2) + "\n" + torn)
            #expect(numbers(places.files) == [1, 2], "who only reads passes it over")
            let recalled = places.files.recall()
            #expect(recalled.lastNumber == 2 && recalled.torn == 40 && recalled.error == nil)
            #expect(places.text("history") == Self.line(1) + "\n" + Self.line(2) + "\n")
            #expect(places.files.append([Self.line(3)]) == nil)
            #expect(numbers(places.files) == [1, 2, 3] && places.files.recall().torn == 0)
        }
    }

    @Test func `a file that is nothing but a cut line, however long, becomes empty`() throws {
        try withPlaces { places in
            for length in [1, 65_536, 200_000] {
                try places.write(String(repeating: "x", count: length))
                let recalled = places.files.recall()
                #expect(recalled.torn == length && recalled.lastNumber == 0)
                #expect(places.text("history") == "")
            }
            try places.write(Self.line(7) + "\n" + String(repeating: "x", count: 150_000))
            let recalled = places.files.recall()
            #expect(recalled.torn == 150_000 && recalled.lastNumber == 7)
        }
    }

    @Test func `damaged lines in the middle cost only themselves`() throws {
        try withPlaces { places in
            try places.write("noise\n" + Self.line(1) + "\n\u{1}\u{2}\n\n" + Self.line(2) + "\ndrill\tnumber=3\n")
            let reading = places.files.read()
            #expect(reading.entries.map(\.number) == [1, 2] && reading.passedOver == 3 && reading.errors == [])
            #expect(places.files.recall().lastNumber == 3, "what a later version has written counts")
        }
    }

    @Test func `there are never more than two files of bounded size, and the last lines are always there`() throws {
        try withPlaces(limit: 4000) { places in
            for number in 1...200 as ClosedRange<UInt64> {
                #expect(places.files.append([Self.line(number)]) == nil)
                for name in ["history", "history.1"] { #expect(places.text(name).utf8.count <= 4000) }
            }
            let numbers = numbers(places.files)
            #expect(numbers.last == 200 && numbers.count > 15 && numbers.count < 60)
            #expect(numbers == Array((201 - UInt64(numbers.count))...200), "none is missing between")
            #expect(Directories.names(in: places.base + "/state").sorted() == ["history", "history.1"])
        }
    }

    @Test func `numbers go on when the newer file is not there yet`() throws {
        try withPlaces { places in
            try places.write(Self.line(41) + "\n", to: "history.1")
            #expect(places.files.recall().lastNumber == 41)
            #expect(places.files.append([Self.line(42)]) == nil)
            #expect(numbers(places.files) == [41, 42])
        }
    }

    @Test func `what is in memory and on the disk is told once, and what is in memory alone is told as well`() throws {
        try withPlaces { places in
            #expect(places.files.append([Self.line(1), Self.line(2)]) == nil)
            #expect(places.files.write([Self.line(2), Self.line(3)]) == nil)
            #expect(numbers(places.files) == [1, 2, 3])
            #expect(places.files.recent() == [Self.line(2), Self.line(3)])
        }
    }

    @Test func `what stands in the file's place is named, and waited for by nobody`() throws {
        try withPlaces { places in
            #expect(mkfifo(places.path("history"), 0o644) == 0)
            #expect(places.files.recall().error != nil && places.files.append([Self.line(1)]) != nil)
            #expect(places.files.read().errors.count == 1)
            unlink(places.path("history"))
            #expect(mkdir(places.path("history"), 0o755) == 0)
            #expect(places.files.recall().error != nil)
            #expect(places.files.append([Self.line(1)]).map { "\($0)" }?.contains("Is a directory") == true)
            rmdir(places.path("history"))
            #expect(symlink("/etc/passwd", places.path("history")) == 0)
            #expect(places.files.append([Self.line(1)]) != nil && places.files.recall().error != nil)
        }
    }

    @Test func `a directory that is not there is named`() throws {
        try withPlaces { places in
            removeTree(places.base + "/state")
            #expect(places.files.append([Self.line(1)])?.code == ENOENT)
            #expect(places.files.recall() == HistoryFiles.Recalled())
        }
    }
}
