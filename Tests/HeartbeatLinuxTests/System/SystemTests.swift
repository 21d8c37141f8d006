// Start-up helpers and devices, with files and child processes in place of the real ones.

import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatHost
@testable import HeartbeatSystem

@Suite struct SystemTests {
    @Test func theWatchdogGetsOneZeroByteAFeedAndVAtTheEnd() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        writeFile(directory + "/watchdog", "")
        var warnings: [String] = []
        do {
            let watchdog = try WatchdogDevice(
                directory + "/watchdog", timeout: .milliseconds(3010), warnings: &warnings)
            #expect(watchdog.feed() == nil && watchdog.feed() == nil)
            #expect(watchdog.closeOrderly() == nil)
        }
        #expect(readFile(directory + "/watchdog") == "\0\0V")
        #expect(warnings.count == 1, "a plain file has no timeout to set")
    }

    /// Whatever ha.cf names by now.
    @Test func `the next program feeds the device that this one has opened, and names it`() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/watchdog"
        writeFile(path, "")
        do {
            let watchdog = WatchdogDevice(descriptor: open(path, O_WRONLY | O_CLOEXEC))
            #expect(watchdog.feed() == nil)
            #expect(watchdog.closeOrderly() == nil)
        }
        #expect(readFile(path) == "\0V")
        let unwritable = WatchdogDevice(descriptor: open(path, O_RDONLY | O_CLOEXEC))
        let failure = unwritable.feed()
        let error = try #require(failure)
        #expect("\(error)".contains(Directories.resolved(path)))
    }

    @Test func anAbsentWatchdogIsAnError() {
        var warnings: [String] = []
        #expect(throws: SystemError.self) {
            let watchdog = try WatchdogDevice("/nonexistent/watchdog", timeout: .seconds(1), warnings: &warnings)
            _ = watchdog.feed()
        }
    }

    @Test(arguments: [
        ("failed 6 bad config\n", Int32(6), "bad config"), ("failed 1 \n", 1, ""), ("failed 2 a b c\n", 2, "a b c"),
    ])
    func aFailureReportIsRead(text: String, code: Int32, reason: String) throws {
        let failure = try #require(BackgroundReport.failure(in: text))
        #expect(failure.code == code && failure.text == reason)
    }

    @Test(arguments: ["", "ready\n", "failed", "failed 6", "failed 6 cut off", "failed x y\n"])
    func otherTextIsNoFailureReport(text: String) {
        #expect(BackgroundReport.failure(in: text) == nil)
    }

    @Test func anErrorNamesWhatWasTriedOnWhatAndWhy() {
        #expect("\(SystemError("open", "/x", code: ENOENT))" == "Cannot open /x: No such file or directory")
    }

    @Test func pipesStayClearOfTheStandardDescriptors() throws {
        let pipe = try Descriptors.makePipe()
        defer {
            close(pipe.read)
            close(pipe.write)
        }
        #expect(pipe.read > 2 && pipe.write > 2)
        #expect(fcntl(pipe.read, F_GETFD) == FD_CLOEXEC && fcntl(pipe.write, F_GETFD) == FD_CLOEXEC)
    }
}
