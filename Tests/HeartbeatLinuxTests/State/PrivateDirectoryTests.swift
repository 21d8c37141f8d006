// What a directory must be for root to believe its files.

import Glibc
import Testing

@testable import HeartbeatSystem

@Suite struct PrivateDirectoryTests {
    @Test func `its files are replaced, read, listed and removed`() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let own = PrivateDirectory(base + "/own")
        #expect(own.names() == [] && own.contents(of: "a", atMost: 10) == nil, "it is not there yet")
        try own.make(mode: 0o750)
        try own.make(mode: 0o750)
        try own.write(Array("one".utf8), to: "b")
        try own.write(Array("two".utf8), to: "b")
        try own.write([], to: "a", mode: 0o644, isDurable: true)
        #expect(own.names() == ["a", "b"])
        #expect(own.contents(of: "b", atMost: 10) == Array("two".utf8))
        var status = stat()
        #expect(stat(base + "/own/a", &status) == 0 && status.st_mode & 0o7777 == 0o644)
        #expect(stat(base + "/own", &status) == 0 && status.st_mode & 0o7777 == 0o750)
        #expect(own.status(of: "b")?.st_size == 3 && own.status(of: "c") == nil)
        own.remove("b")
        #expect(own.names() == ["a"])
    }

    @Test func `a link in its place is not followed, and one in place of a file neither`() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let victim = PrivateDirectory(base + "/victim")
        try victim.make(mode: 0o700)
        try victim.write(Array("kept".utf8), to: "file")
        #expect(symlink(base + "/victim", base + "/own") == 0)
        let own = PrivateDirectory(base + "/own")
        #expect(throws: SystemError.self) { try own.make(mode: 0o755) }
        #expect(throws: SystemError.self) { try own.write([1], to: "file") }
        own.remove("file")
        #expect(own.names() == [] && own.contents(of: "file", atMost: 10) == nil)
        unlink(base + "/own")
        try own.make(mode: 0o755)
        for name in ["note", "note.new"] { #expect(symlink(base + "/victim/file", base + "/own/" + name) == 0) }
        #expect(own.contents(of: "note", atMost: 10) == nil)
        try own.write(Array("new".utf8), to: "note")
        #expect(own.contents(of: "note", atMost: 10) == Array("new".utf8))
        #expect(victim.contents(of: "file", atMost: 10) == Array("kept".utf8))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func `one that is another's or that others may write is refused, with what to do`() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let own = PrivateDirectory(base + "/own")
        try own.make(mode: 0o755)
        try own.write([1], to: "file")
        for (owner, mode) in [(uid_t(4711), mode_t(0o755)), (0, 0o775), (0, 0o757), (0, 0o1777)] {
            #expect(chown(own.path, owner, 0) == 0 && chmod(own.path, mode) == 0)
            #expect(own.names() == [] && own.contents(of: "file", atMost: 10) == nil, "\(owner) \(mode)")
            do throws(SystemError) {
                try own.make(mode: 0o755)
                Issue.record("trusted: \(owner) \(mode)")
            } catch {
                #expect("\(error)".contains("Cannot trust \(own.path)") && "\(error)".contains("only root may own"))
            }
        }
    }
}
