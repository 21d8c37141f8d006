// Scripts that would not run, and scripts that others than root could change, as files.

import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatScripts
@testable import HeartbeatSystem

@Suite struct ScriptInspectionTests {
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        try body(directory)
    }

    @Test func `the first line of a script tells whether it would run`() throws {
        try inDirectory { directory in
            func defect(_ text: String) -> ScriptDefect? {
                writeFile(directory + "/script", text, mode: 0o755)
                return ScriptDefect.found(in: directory + "/script")
            }
            #expect(defect("#!/bin/sh\nexit 0\n") == nil && defect("#! /bin/sh -e\n") == nil)
            #expect(defect("#!/bin/sh\r\nexit 0\r\n") == .carriageReturn)
            #expect(defect("#!/bin/sh -e\r\nexit 0\r\n") == .carriageReturn)
            #expect(defect("#!/no/such/shell\nexit 0\n") == .noInterpreter("/no/such/shell"))
            #expect(defect("\u{7F}ELF") == nil && defect("") == nil)
            #expect(ScriptDefect.found(in: directory + "/nothing") == nil && ScriptDefect.found(in: directory) == nil)
        }
    }

    @Test func `a link that leads nowhere is found among the places where a script was looked for`() throws {
        try inDirectory { directory in
            try #require(symlink("/no/such/file", directory + "/link") == 0)
            writeFile(directory + "/file", "")
            let places = ["nothing", "file", "link"].map { "\(directory)/\($0)" }
            #expect(ResourceScripts.danglingLink(among: places) == directory + "/link")
            #expect(ResourceScripts.danglingLink(among: Array(places.dropLast())) == nil)
        }
    }

    @Test func `the words that could name a resource are scripts that may be executed`() throws {
        try inDirectory { directory in
            let words = ResourceScripts(paths: try ProcessScriptsTests().makeTree(in: directory)).available()
            #expect(words.contains("everywhere") && words.contains("init") && !words.contains("locked"))
            #expect(words == words.sorted() && Set(words).count == words.count)
        }
    }

    @Test func `a script that others than root could change is not run, and the component is named`() throws {
        try #require(getuid() == 0, "giving files to others needs root")
        try inDirectory { directory in
            let scripts = ResourceScripts(paths: try ProcessScriptsTests().makeTree(in: directory))
            let place = directory + "/ha.d/resource.d"
            let path = place + "/everywhere"
            #expect(scripts.trusted("everywhere") == .success(path))
            func refusal() -> String? {
                if case .failure(.untrusted(path, let doubt)) = scripts.trusted("everywhere") {
                    "\(doubt)"
                } else {
                    nil
                }
            }
            for component in [path, place] {
                #expect(chmod(component, 0o777) == 0)
                #expect(refusal() == "everybody may write to \(component); chmod o-w \(component)")
                #expect(chmod(component, 0o755) == 0 && chown(component, 12345, 0) == 0)
                #expect(
                    refusal()?.hasPrefix("\(component) belongs to user 12345, who could have anything run as root")
                        == true)
                #expect(chown(component, 0, 0) == 0 && refusal() == nil)
            }
            // Nobody but root can put another file into the place of root's in a directory with the sticky bit.
            #expect(chmod(place, 0o1777) == 0 && refusal() == nil)
        }
    }

    @Test func `a link is doubtful where it leads, and a group that may write is only doubtful`() throws {
        try #require(getuid() == 0, "giving files to others needs root")
        try inDirectory { directory in
            let (file, link) = (directory + "/file", directory + "/link")
            writeFile(file, "", mode: 0o775)
            try #require(symlink(file, link) == 0)
            #expect(TrustedPath.doubts(about: link).isEmpty, "root's own group is root")
            #expect(chown(file, 0, 4) == 0)
            #expect(TrustedPath.doubts(about: link) == [PathDoubt(component: file, cause: .group(4))])
            #expect(TrustedPath.refusal(of: link) == nil)
            #expect(chmod(file, 0o777) == 0)
            #expect(TrustedPath.refusal(of: link) == PathDoubt(component: file, cause: .everybody))
            #expect(TrustedPath.doubts(about: directory + "/nothing").isEmpty)
        }
    }

    @Test func `every link on the way is doubtful in the place where it lies`() throws {
        try #require(getuid() == 0, "giving files to others needs root")
        try inDirectory { directory in
            for name in ["one", "two", "three"] { try #require(mkdir("\(directory)/\(name)", 0o755) == 0) }
            let file = directory + "/three/file"
            writeFile(file, "", mode: 0o755)
            try #require(symlink("../two/link", directory + "/one/link") == 0)
            try #require(symlink(file, directory + "/two/link") == 0)
            let path = directory + "/one/link"
            #expect(TrustedPath.doubts(about: path).isEmpty && TrustedPath.isNobodyElses(directory + "/one"))
            // Neither the first directory nor the last.
            #expect(chmod(directory + "/two", 0o777) == 0)
            #expect(TrustedPath.refusal(of: path) == PathDoubt(component: directory + "/two", cause: .everybody))
            try #require(symlink("two", directory + "/way") == 0)
            #expect(!TrustedPath.isNobodyElses(directory + "/way"))
            #expect(chmod(directory + "/two", 0o755) == 0 && TrustedPath.isNobodyElses(directory + "/way"))
            // For a log any group is another user, also root's, which is none for a script.
            #expect(chmod(directory + "/two", 0o775) == 0)
            #expect(TrustedPath.doubts(about: path).isEmpty && !TrustedPath.isNobodyElses(directory + "/way"))
            try #require(symlink("circle", directory + "/circle") == 0)
            #expect(TrustedPath.doubts(about: directory + "/circle").isEmpty)
            #expect(!TrustedPath.isNobodyElses(directory + "/circle") && !TrustedPath.isNobodyElses("relative"))
            #expect(!TrustedPath.isNobodyElses(directory + "/nothing"))
        }
    }
}
