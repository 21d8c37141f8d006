// Which of the two files of lost paths is believed, and what a bad one costs.

import Glibc
import HeartbeatSystem
import Testing

@testable import HeartbeatHost

@Suite struct LostPathsTests {
    /// Two directories, one for /run and one for /var/lib.
    private func withPlaces(_ body: (LostPaths, _ run: PrivateDirectory, _ state: PrivateDirectory) throws -> Void)
        throws
    {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let (run, state) = (PrivateDirectory(base + "/run"), PrivateDirectory(base + "/state"))
        try run.make(mode: 0o755)
        try state.make(mode: 0o755)
        try body(LostPaths(in: run, and: state), run, state)
    }

    private let paths = [
        LostPaths.Path(name: "isp", since: 1_764_380_000), LostPaths.Path(name: "dns", since: nil),
    ]

    @Test func `what was written is read, with its time`() throws {
        try withPlaces { files, _, _ in
            #expect(files.read() == [])
            #expect(files.write(paths) == nil)
            #expect(files.read() == paths)
        }
    }

    @Test func `the disk is asked only when nothing was written since the boot`() throws {
        try withPlaces { files, run, _ in
            #expect(files.store(paths) == nil)
            #expect(files.read() == paths)
            #expect(files.write([]) == nil)
            #expect(files.read() == [])
            run.remove("lost_paths")
            #expect(files.read() == paths)
        }
    }

    @Test func `a file of an earlier version has names alone`() throws {
        try withPlaces { files, run, _ in
            try run.write(Array("isp\ndns\n".utf8), to: "lost_paths")
            #expect(files.read() == ["isp", "dns"].map { LostPaths.Path(name: $0, since: nil) })
        }
    }

    @Test func `what nobody could have written says nothing`() throws {
        try withPlaces { files, _, state in
            for garbage: [UInt8] in [[0xFF, 0xFE, 0x0A], [], Array("\n \n\n".utf8)] {
                try state.write(garbage, to: "lost_paths")
                #expect(files.read() == [])
            }
            try state.write(Array("isp never\nmore words than 2\n".utf8), to: "lost_paths")
            #expect(files.read() == ["isp", "more"].map { LostPaths.Path(name: $0, since: nil) })
            state.remove("lost_paths")
            #expect(mkfifo(state.path + "/lost_paths", 0o644) == 0)
            #expect(files.read() == [], "nobody waits for a writer")
            #expect(chmod(state.path, 0o777) == 0)
            #expect(files.read() == [], "others may write there")
        }
    }

    @Test func `a place that cannot be written is named`() throws {
        try withPlaces { _, _, state in
            let files = LostPaths(
                in: PrivateDirectory(state.path + "/none"), and: PrivateDirectory(state.path + "/none"))
            #expect(files.write(paths).map { "\($0)".contains("/none") } == true)
            #expect(files.store(paths).map { "\($0)".contains("/none/lost_paths") } == true)
        }
    }
}
