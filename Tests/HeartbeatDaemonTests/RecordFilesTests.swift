// Records on a disk: bounded in number and bytes, the oldest first; what cannot be read is said; a full disk is told once.

import Foundation
import HeartbeatHost
import HeartbeatModel
import HeartbeatSystem
import Testing

@Suite struct RecordFilesTests {
    private static func withDirectory(_ body: (PrivateDirectory) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "hb-records-\(UUID().uuidString)"
        let directory = PrivateDirectory(path)
        try directory.make(mode: 0o755)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(directory)
    }

    private static func record(_ chain: UInt64, lines: Int = 1) -> MovementRecord {
        var record = MovementRecord(
            chain: chain, unixMilliseconds: 5, zero: .zero, state: NodeFacts(node: NodeName("gw-a")))
        record.haCf = Array(repeating: String(repeating: "x", count: 1000), count: lines)
        return record
    }

    @Test func `a record is read as it was written, and a later one takes its place`() throws {
        try Self.withDirectory { directory in
            let files = RecordFiles(in: directory)
            #expect(files.chains.isEmpty && files.read(7) == .none)
            #expect(files.write(Self.record(7)) == nil && files.read(7) == .record(Self.record(7)))
            #expect(files.write(Self.record(7, lines: 3)) == nil && files.read(7) == .record(Self.record(7, lines: 3)))
            #expect(files.chains == [7])
        }
    }

    @Test func `there are never more than sixty-four, and the oldest go`() throws {
        try Self.withDirectory { directory in
            let files = RecordFiles(in: directory)
            // Numbers begin anew when a history is lost.
            for chain in (1000...1079).map(UInt64.init) + [1, 2, 3] {
                #expect(files.write(Self.record(chain)) == nil)
                usleep(2000)
            }
            #expect(files.chains.count == RecordFiles.most)
            #expect(files.chains.prefix(3) == [1, 2, 3] && files.chains.last == 1079)
        }
    }

    @Test func `there are never more bytes than a few megabytes`() throws {
        try Self.withDirectory { directory in
            let files = RecordFiles(in: directory)
            for chain in UInt64(1)...12 {
                #expect(files.write(Self.record(chain, lines: 1000)) == nil)
                usleep(2000)
            }
            let sizes = try files.chains.map {
                try FileManager.default.attributesOfItem(atPath: files.path($0))[.size] as? Int ?? 0
            }
            #expect(sizes.reduce(0, +) <= RecordFiles.mostBytes && files.chains.last == 12 && files.chains.count > 4)
        }
    }

    @Test func `what cannot be understood is named with its line`() throws {
        try Self.withDirectory { directory in
            let files = RecordFiles(in: directory)
            #expect(files.write(Self.record(7)) == nil)
            try "record\tformat=1.0\tchain=7\tunix=1\tzero=1\nnoise!\nfacts\tformat=1.0\tnode=gw-a\n".write(
                toFile: files.path(7), atomically: false, encoding: .utf8)
            #expect(files.read(7) == .unreadable("\(files.path(7)), line 2: the line cannot be understood"))
        }
    }

    @Test func `a directory that is somebody's link is not written into`() throws {
        try Self.withDirectory { directory in
            let elsewhere = directory.path + "/elsewhere"
            try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: directory.path + "/records", withDestinationPath: elsewhere)
            #expect(RecordFiles(in: directory).write(Self.record(7)) != nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).isEmpty)
        }
    }
}
