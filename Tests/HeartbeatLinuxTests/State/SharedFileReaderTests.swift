// What is read of the files of `sync` lines: the hash that sha256sum prints first, and why there is none.

import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatHost

@Suite struct SharedFileReaderTests {
    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    @Test func `a file has the first digits of sha256sum, and others again when it has changed`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/a"
        var reader = SharedFileReader()
        #expect(reader.read([path], thorough: false) == [SharedFile(path, .missing)])
        // FIPS 180-2, appendix B.1: ba7816bf 8f01cfea …
        try Self.write(Array("abc".utf8), to: path)
        #expect(reader.read([path], thorough: false) == [SharedFile(path, .hash(0xBA78_16BF))])
        try Self.write([], to: path)
        #expect(reader.read([path], thorough: false) == [SharedFile(path, .hash(0xE3B0_C442))])
        #expect(SharedFile.Content.hash(0xE3B0_C442).word == "e3b0c442")
    }

    @Test func `what is too large, or no file, is not read`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let (large, fits, pipe) = (directory + "/large", directory + "/fits", directory + "/pipe")
        try Self.write([UInt8](repeating: 7, count: SharedFile.largest + 1), to: large)
        try Self.write([UInt8](repeating: 7, count: SharedFile.largest), to: fits)
        #expect(mkfifo(pipe, 0o600) == 0)
        var reader = SharedFileReader()
        let contents = reader.read([large, fits, pipe, directory, fits + "/x"], thorough: false).map(\.content)
        guard case .hash = contents[1] else { return #expect(Bool(false), "\(contents)") }
        #expect(contents[0] == .tooLarge && contents[2...] == [.unreadable, .unreadable, .missing])
    }
}
