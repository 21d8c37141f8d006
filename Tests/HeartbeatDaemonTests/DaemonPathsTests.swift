// Where scripts are looked for when the daemon is told on its command line where its files are.

import Foundation
import Testing

@testable import HeartbeatCheck

@Suite struct DaemonPathsTests {
    @Test func `shipped files are where the command line says, as an absolute path`() {
        var paths = DaemonPaths()
        paths.share = "."
        #expect(paths.scripts.shippedScripts == FileManager.default.currentDirectoryPath + "/resource.d")
        paths.share = "/usr/../usr/share"
        #expect(paths.scripts.shippedScripts == "/usr/share/resource.d")
        paths.share = "/nonexistent/share"
        #expect(paths.scripts.shippedScripts == "/nonexistent/share/resource.d", "the log will name it")
    }

    @Test func `what only the next daemon of this boot may believe lies where no boot leaves it`() {
        #expect(DaemonPaths().own.path.hasPrefix("/run/"))
    }

    @Test func `the owner's scripts and the fifo follow their directories`() {
        var paths = DaemonPaths()
        paths.configuration = "/tmp/a"
        paths.state = "/tmp/b"
        #expect(paths.scripts.configuration == "/tmp/a")
        #expect(paths.scripts.fifo == "/tmp/b/fifo")
    }
}
