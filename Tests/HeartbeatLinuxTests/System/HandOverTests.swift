// What must be so before this process may become another program.

import Glibc
import Testing

@testable import HeartbeatSystem

@Suite struct HandOverTests {
    /// A thread that starts a child waits in the kernel, as for a disk, until the child has begun; this one opens a pipe before.
    @Test func `a thread that cannot be interrupted is seen until it is out of the kernel`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let pipe = directory + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        #expect(
            DetachedThread.start {
                let child = ChildProcess(
                    executable: "/bin/true", arguments: ["true"], environment: [], directory: "/", standardOutput: null,
                    standardError: null, standardInput: pipe)
                guard let pid = try? child.start() else { return }
                while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
            } == nil)
        // Other tests start children as well, but none is under way all the time.
        #expect(waitUntil { (0..<100).allSatisfy { _ in HandOver.isHeldUp } })
        let writer = open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        #expect(waitUntil { !HandOver.isHeldUp })
    }
}
