import CLinux
import Glibc
import HeartbeatControl
import HeartbeatModel
import Logging
import Testing

@testable import HeartbeatLog
@testable import HeartbeatLoop
@testable import HeartbeatSystem

@Suite struct LogFormTests {
    private static let time = LocalTime(year: 2026, month: 11, day: 20, hour: 23, minute: 46, second: 59)

    @Test(arguments: [
        (Logger.Level.trace, "debug"), (.debug, "debug"), (.info, "info"), (.notice, "notice"), (.warning, "WARN"),
        (.error, "ERROR"), (.critical, "CRIT"),
    ])
    func linesHaveTheOriginalsForms(level: Logger.Level, word: String) {
        let line = LogLine(
            time: LogFormTests.time, host: "NodeA", entity: "heartbeat", pid: 34, level: level, text: "text: x")
        #expect(line.syslogForm == "Nov 20 23:46:59 NodeA heartbeat: [34]: \(word): text: x")
        #expect(line.plainForm == "heartbeat[34]: 2026/11/20_23:46:59 \(word): text: x")
    }

    @Test func daysArePaddedAsEachFormWants() {
        let time = LocalTime(year: 2027, month: 1, day: 2, hour: 3, minute: 4, second: 5)
        #expect(time.syslogText == "Jan  2 03:04:05")
        #expect(time.plainText == "2027/01/02_03:04:05")
    }

    @Test func scriptLinesHaveTheOriginalsForms() {
        let tag = ScriptLogLine.tag(script: "IPaddr", arguments: ["10.0.0.1", "start"], pid: 41)
        let line = ScriptLogLine(time: LogFormTests.time, tag: tag, text: "info: x")
        #expect(line.logFileForm == "2026/11/20_23:46:59  IPaddr(10.0.0.1 start)[41]:    info: x")
        #expect(line.debugFileForm == "IPaddr(10.0.0.1 start)[41]:\t2026/11/20_23:46:59 info: x")
    }

    @Test func aTextCannotForgeALine() {
        let line = LogLine(
            time: LogFormTests.time, host: "h", entity: "e", pid: 1, level: .info, text: "a\nNov 20 forged\u{1B}")
        #expect(!line.syslogForm.contains("\n") && !line.syslogForm.contains("\u{1B}"))
    }

    @Test(
        arguments: [
            ("kern", 0), ("daemon", 3), ("local0", 16), ("local7", 23), ("local8", nil), ("none", nil), ("", nil),
            ("authpriv", 10), ("security", 4),
        ] as [(String, Int?)])
    func facilitiesAreKnown(name: String, number: Int?) {
        #expect(SyslogFacility.number(of: name) == number)
    }

    @Test func journalFieldsAreSafe() {
        let bytes = JournalMessage.bytes([
            ("MESSAGE", "a=b"), ("HA_NODE", "x\ny"), ("bad", "1"), ("", "2"), ("_TRUSTED", "3"),
        ])
        #expect(bytes == Array("MESSAGE=a=b\nHA_NODE\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0] + Array("x\ny\n".utf8))
    }

    @Test func aValueTooLongForADatagramIsCutBetweenCharacters() {
        let longest = JournalMessage.longestValue
        let whole = JournalMessage.bytes([("MESSAGE", String(repeating: "a", count: longest))])
        #expect(whole.count == longest + 9)
        let cut = JournalMessage.bytes([("MESSAGE", "a" + String(repeating: "ä", count: longest))])
        let text = String(decoding: cut.dropFirst(8).dropLast(), as: UTF8.self)
        #expect(text == "a" + String(repeating: "ä", count: (longest - 1) / 2) + "…")
    }
}

@Suite struct LogOutputTests {
    private func output(
        in directory: String, console: LogOutput.Console = .none, _ change: (inout LoggingConfiguration) -> Void
    ) -> LogOutput {
        var configuration = LoggingConfiguration()
        change(&configuration)
        var sockets = LogOutput.Sockets()
        sockets.syslog = directory + "/dev-log"
        sockets.journal = directory + "/journal"
        return LogOutput(configuration, host: "nodea", console: console, sockets: sockets)
    }

    private func lines(_ path: String) -> [Substring] {
        (readFile(path) ?? "").split(separator: "\n")
    }

    @Test(.enabled(if: geteuid() == 0 && getpwnam("hacluster") != nil, "needs root and the user hacluster"))
    func clientProgramsMayWriteIntoTheLogFile() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/ha-log"
        func owner() -> uid_t? {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_uid : nil
        }
        var file = LogFile(path: path)
        #expect(file.append("a line") == .written)
        #expect(owner() == Directories.userID("hacluster"))
        // Somebody has other ideas.
        #expect(chown(path, 1, 1) == 0)
        file.close()
        #expect(file.append("a line") == .written)
        #expect(owner() == 1)
    }

    @Test func theLogFileGetsEverythingButDebugAndTheDebugFileEverything() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let output = output(in: directory) {
            $0.logFile = directory + "/ha-log"
            $0.debugFile = directory + "/ha-debug"
        }
        let logger = Logger(label: "test") { _ in HeartbeatLogHandler(output) }
        logger.info("one")
        logger.debug("hidden")
        output.debugLevel += 1
        logger.debug("two")
        logger.warning("three")
        output.writeScriptLine(tag: "Stub(a)[1]", text: "four")
        output.flush(atMost: .seconds(60))
        #expect(lines(directory + "/ha-log").map { $0.suffix(5) } == [": one", "three", " four"])
        #expect(lines(directory + "/ha-debug").map { $0.suffix(5) } == [": one", ": two", "three", " four"])
        #expect(lines(directory + "/ha-log")[0].contains(" nodea heartbeat: [\(getpid())]: info: one"))
    }

    @Test func whatIsUrgentIsDoneBeforeItsLinesAreWritten() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/ha-log"
        let output = output(in: directory) { $0.logFile = path }
        let sameOutput = output.adding(["HA_NODE": "nodea"])
        func told() -> [String] {
            output.backEnd.flush(atMost: .seconds(60))
            return lines(path).map { String($0.suffix(6)) }
        }
        output.write(.info, "first.")
        output.holdingBack {
            output.write(.info, "second")
            sameOutput.holdingBack { output.writeScriptLine(tag: "Stub(a)[1]", text: "third.") }
            #expect(told() == ["first."])
            sameOutput.flush(atMost: .seconds(60))
            #expect(told() == ["first.", "second", "third."])
            output.write(.info, "fourth")
            #expect(told().count == 3)
        }
        output.write(.info, "fifth.")
        #expect(told() == ["first.", "second", "third.", "fourth", "fifth."])
    }

    @Test func aRenamedFileIsOpenedAgain() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/ha-log"
        let output = output(in: directory) { $0.logFile = path }
        func write(_ text: String) {
            output.write(.info, text)
            output.flush(atMost: .seconds(60))
        }
        write("before")
        #expect(rename(path, path + ".1") == 0)
        write("after")
        unlink(path)
        write("last")
        #expect(lines(path + ".1").count == 1 && lines(path).count == 1 && lines(path)[0].hasSuffix("last"))
    }

    @Test func aFullDiskIsReportedOnceElsewhereAndRecoveryToo() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = directory + "/ha-log"
        #expect(symlink("/dev/full", path) == 0)
        let output = output(in: directory) {
            $0.logFile = path
            $0.debugFile = directory + "/ha-debug"
        }
        for number in 0..<5 { output.write(.info, "line \(number)") }
        output.flush(atMost: .seconds(60))
        unlink(path)
        output.write(.info, "line 5")
        output.flush(atMost: .seconds(60))
        let debug = lines(directory + "/ha-debug")
        let reports = debug.filter { !$0.contains("info: line") }
        #expect(debug.count == 8)
        #expect(reports.count == 2 && reports[0].contains("ERROR: Cannot write \(path): No space left on device"))
        #expect(reports.last?.contains("5 lines were lost") == true)
        #expect(lines(path).count == 1)
    }

    @Test func withoutAnyWorkingPlaceNothingStops() throws {
        let output = output(in: "/nonexistent") {
            $0.logFile = "/nonexistent/a"
            $0.debugFile = "/nonexistent/b"
            $0.facility = "local0"
        }
        for _ in 0..<10 { output.write(.critical, "unheard") }
        output.writeScriptLine(tag: "x", text: "y")
        output.flush(atMost: .seconds(60))
    }

    @Test func aFifoWithoutReaderDoesNotHang() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        #expect(mkfifo(directory + "/ha-log", 0o600) == 0)
        let output = output(in: directory) { $0.logFile = directory + "/ha-log" }
        output.write(.info, "unheard")
        output.flush(atMost: .seconds(60))
        #expect(output.backEnd.isWritten)
    }

    @Test func syslogGetsThePriorityOfItsFacility() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let receiver = try DatagramReceiver(directory + "/dev-log")
        let output = output(in: directory) { $0.facility = "local3" }
        output.write(.warning, "careful")
        #expect(receiver.next()?.hasPrefix("<156>") == true)
        output.writeScriptLine(tag: "Stub(a)[1]", text: "hi")
        #expect(receiver.next()?.hasSuffix(" Stub(a)[1]: hi") == true)
    }

    @Test func aSyslogThatDoesNotReadNeverHoldsUsUp() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let receiver = try DatagramReceiver(directory + "/dev-log")
        let output = output(in: directory) { $0.facility = "daemon" }
        for number in 0..<5000 { output.write(.info, "line \(number)") }
        #expect(receiver.next()?.contains("line 0") == true)
    }

    @Test func somebodyWhoAsksForNoLogStillHasSyslog() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let receiver = try DatagramReceiver(directory + "/dev-log")
        output(in: directory) { _ in }.write(.error, "important")
        #expect(receiver.next()?.contains("important") == true)
    }

    @Test func theJournalGetsFields() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let receiver = try DatagramReceiver(directory + "/journal")
        let output = output(in: directory, console: .journal) { _ in }
        var logger = Logger(label: "test") { _ in HeartbeatLogHandler(output) }
        logger[metadataKey: "HA_NODE"] = "nodea"
        logger.error("lost", metadata: ["HA_PEER": "nodeb", "other": "x"])
        let expected = "MESSAGE=lost\nPRIORITY=3\nSYSLOG_IDENTIFIER=heartbeat\nHA_NODE=nodea\nHA_PEER=nodeb\n"
        #expect(receiver.next() == expected)
    }

    @Test func everyLineGoesThroughTheLogger() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let receiver = try DatagramReceiver(directory + "/journal")
        let output = output(in: directory, console: .journal) { $0.logFile = directory + "/ha-log" }
        let own = output.adding(["HA_NODE": "nodea", "unseen": "x"])
        own.logger.info("own", metadata: ["MESSAGE_ID": "0123"])
        output.write(.warning, "short", fields: [("HA_GROUP", "web")])
        output.writeScriptLine(tag: "Stub(a)[1]", text: "hi", fields: [("HA_GROUP", "web")])
        let head = "SYSLOG_IDENTIFIER=heartbeat\n"
        #expect(receiver.next() == "MESSAGE=own\nPRIORITY=6\n\(head)HA_NODE=nodea\nMESSAGE_ID=0123\n")
        #expect(receiver.next() == "MESSAGE=short\nPRIORITY=4\n\(head)HA_GROUP=web\n")
        #expect(
            receiver.next()
                == "MESSAGE=Stub(a)[1]: hi\nPRIORITY=6\n\(head)HA_GROUP=web\nHA_SCRIPT=Stub(a)[1]\n")
        output.flush(atMost: .seconds(60))
        let written = lines(directory + "/ha-log")
        #expect(written.count == 3 && written[1].hasSuffix("WARN: short") && written[2].hasSuffix("Stub(a)[1]:    hi"))
    }

    @Test func aJournalThatDoesNotReadLosesLinesAndTellsHowMany() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let receiver = try DatagramReceiver(directory + "/journal")
        let output = output(in: directory, console: .journal) { _ in }
        // More than any socket holds: net.unix.max_dgram_qlen messages, or its buffer.
        let written = 5000
        for number in 0..<written { output.write(.info, "line \(number)") }
        var taken = 0
        while receiver.next() != nil { taken += 1 }
        #expect(taken > 0 && taken < written)
        output.write(.info, "after")
        let lost = "MESSAGE=\(written - taken) lines were lost: the journal did not take them\nPRIORITY=4\n"
        #expect(receiver.next()?.hasPrefix(lost) == true)
        #expect(receiver.next()?.hasPrefix("MESSAGE=after\n") == true)
    }

    @Test func aJournalThatRestartsGetsTheNextLine() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let output = output(in: directory, console: .journal) { _ in }
        do {
            let first = try DatagramReceiver(directory + "/journal")
            output.write(.info, "one")
            #expect(first.next()?.hasPrefix("MESSAGE=one\n") == true)
        }
        unlink(directory + "/journal")
        output.write(.info, "unheard")
        let second = try DatagramReceiver(directory + "/journal")
        output.write(.info, "three")
        #expect(second.next()?.hasPrefix("MESSAGE=1 lines were lost") == true)
        #expect(second.next()?.hasPrefix("MESSAGE=three\n") == true)
    }

    @Test(arguments: [true, false])
    func aJournalThatIsAlsoTheSyslogGetsALineOnce(isJournalSyslog: Bool) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let journal = try DatagramReceiver(directory + "/journal")
        let syslog = try DatagramReceiver(directory + "/journal-syslog")
        #expect(symlink(directory + "/journal-syslog", directory + "/dev-log") == 0)
        var sockets = LogOutput.Sockets()
        sockets.syslog = directory + "/dev-log"
        sockets.journal = directory + "/journal"
        sockets.journalSyslog = directory + (isJournalSyslog ? "/journal-syslog" : "/other")
        var configuration = LoggingConfiguration()
        configuration.facility = "local3"
        let output = LogOutput(configuration, host: "nodea", console: .journal, sockets: sockets)
        output.write(.info, "once")
        output.writeScriptLine(tag: "Stub(a)", text: "hi")
        for _ in 0..<2 {
            #expect(journal.next()?.contains("\nSYSLOG_FACILITY=19\n") == isJournalSyslog)
            #expect((syslog.next() == nil) == isJournalSyslog)
        }
    }

    @Test func theJournalIsMeantOnlyWhenTheOutputStillLeadsThere() throws {
        let pipe = try Descriptors.makePipe()
        defer {
            close(pipe.read)
            close(pipe.write)
        }
        var status = stat()
        #expect(fstat(pipe.write, &status) == 0)
        let stream = "\(status.st_dev):\(status.st_ino)"
        #expect(LogOutput.console(of: pipe.write, journalStream: stream) == .journal)
        for other in [nil, "", "8:1", stream + "0", "journal"] {
            #expect(LogOutput.console(of: pipe.write, journalStream: other) == .standardError, "\(other ?? "unset")")
        }
        #expect(LogOutput.console(of: -1, journalStream: stream) == .standardError)
    }

    @Test func anOutputThatDoesNotReadNeverHoldsUsUp() throws {
        let pipe = try Descriptors.makePipe()
        defer {
            close(pipe.read)
            close(pipe.write)
        }
        for number in 0..<20_000 { Descriptors.writeWithoutWaiting("line \(number)\n", to: pipe.write) }
        let kept = Descriptors.read(pipe.read, atMost: 100)
        #expect(kept?.starts(with: "line 0\nline 1\n".utf8) == true)
    }
}

/// A log service's socket.
private struct DatagramReceiver: ~Copyable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = try #require(UnixAddress.make(path))
        try #require(UnixAddress.bind(descriptor, &address))
    }

    /// The next message, if one has come.
    func next() -> String? {
        Descriptors.read(descriptor, atMost: 65536).map { String(decoding: $0, as: UTF8.self) }
    }

    deinit {
        close(descriptor)
    }
}
