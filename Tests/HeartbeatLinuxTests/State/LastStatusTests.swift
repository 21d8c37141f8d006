// What a daemon leaves for whoever asks when it is gone: which of two files of its last status is believed, and a page of memory that
// says when it was last alive.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatHost

@Suite struct LastStatusTests {
    /// Two directories, one for /run and one for /var/lib.
    private func withPlaces(_ body: (_ run: PrivateDirectory, _ state: PrivateDirectory) throws -> Void) throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let (run, state) = (PrivateDirectory(base + "/run"), PrivateDirectory(base + "/state"))
        try run.make(mode: 0o755)
        try state.make(mode: 0o755)
        try body(run, state)
    }

    private func facts(_ product: String) -> NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.product = product
        facts.groups = [.init(key: "web", preferred: facts.node, state: .running, resources: ["web"])]
        return facts
    }

    @Test func `the disk is asked only when nothing was written since the boot`() throws {
        try withPlaces { run, state in
            let files = LastStatus(in: run, and: state)
            #expect(files.read() == nil)
            #expect(files.store(facts("disk").text) == nil)
            #expect(files.read() == facts("disk"))
            #expect(files.write(facts("run").text) == nil)
            #expect(files.read() == facts("run"))
            try run.write(Array("garbage\n".utf8), to: "last_status")
            #expect(files.read() == facts("disk"), "what nobody could have written says nothing")
        }
    }

    @Test func `a place that cannot be written is named`() throws {
        try withPlaces { run, state in
            let files = LastStatus(
                in: PrivateDirectory(run.path + "/none"), and: PrivateDirectory(state.path + "/none"))
            #expect(files.write([])?.description.contains(run.path + "/none") == true)
            #expect(files.store([])?.description.contains(state.path + "/none") == true)
        }
    }

    // MARK: - The life page

    @Test func `the page says who lives and when it was last heard`() throws {
        try withPlaces { run, _ in
            #expect(LifePage.read(in: run.path) == nil)
            let page = try LifePage(in: run, generation: Generation(41))
            var words = try #require(LifePage.read(in: run.path))
            #expect(words.pid == getpid() && words.generation == Generation(41) && words.state == .runs)
            #expect(words.beat == nil)
            let before = Instant.sinceBoot
            page.beat()
            page.begin(Generation(42))
            page.enter(.ends)
            words = try #require(LifePage.read(in: run.path))
            let beat = try #require(words.beat)
            #expect(beat >= before && beat <= .sinceBoot)
            #expect(words.beatUnixMilliseconds / 1000 <= WallClock.unixTime)
            #expect(words.generation == Generation(42) && words.state == .ends)
            page.enter(.ended)
            #expect(LifePage.read(in: run.path)?.state == .ended)
        }
    }

    /// Whoever has the old page open must not see the new daemon's words under the old one's name.
    @Test func `a new daemon has a page of its own`() throws {
        try withPlaces { run, _ in
            let old = try LifePage(in: run, generation: Generation(1))
            let new = try LifePage(in: run, generation: Generation(2))
            old.beat()
            #expect(LifePage.read(in: run.path)?.beat == nil)
            new.beat()
            #expect(LifePage.read(in: run.path)?.beat != nil)
        }
    }

    @Test func `what is no page says nothing`() throws {
        try withPlaces { run, _ in
            for bytes in [[], [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 0xFF, count: 4096)] {
                try run.write(bytes, to: "life")
                #expect(LifePage.read(in: run.path) == nil)
            }
            _ = try LifePage(in: run, generation: Generation(1))
            let whole = try #require(run.contents(of: "life", atMost: 4096))
            try run.write(Array(whole.dropLast()), to: "life")
            #expect(LifePage.read(in: run.path) == nil)
            #expect(throws: SystemError.self) {
                try LifePage(in: PrivateDirectory(run.path + "/none"), generation: Generation(1))
            }
        }
    }
}
