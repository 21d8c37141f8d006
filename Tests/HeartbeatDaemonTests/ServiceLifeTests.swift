// A daemon as systemd sees it: the built program with a notification socket of ours, alone on the loopback interface.
// Needs root and says so without.

import CLinux
import Foundation
import Glibc
import HeartbeatControl
import HeartbeatCore
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "a daemon's sockets need root")) struct ServiceLifeTests {
    @Test func `it is ready when the media have answered, tells changes, and asks for time to end`() throws {
        try Service.run(media: ["ucast lo 127.0.0.1", "serial"], keepalive: "100ms", watchdog: .seconds(2)) { service in
            try service.wait(for: "ready") { $0.contains("READY=1") }
            try service.waitUntil("the log") {
                service.log.contains("medium lo is open") && service.log.contains("cannot set up serial")
            }
            let failed = service.said.first { $0.contains("medium \(service.serial) does not work") }
            #expect(
                failed?.hasPrefix("STATUS=joining the cluster; looking what runs of web; ") == true, "\(service.said)")
            #expect(failed?.contains("; node gw2 is not heard yet; 0 of 2 links up;") == true)
            try service.wait(for: "the group") { $0.contains { $0.hasPrefix("STATUS=holds all resources; node gw2") } }
            let fed = service.said.count { $0 == "WATCHDOG=1" }
            try service.wait(for: "the watchdog") { $0.count { $0 == "WATCHDOG=1" } >= fed + 2 }

            service.send(SIGHUP)
            try service.wait(for: "the reload") {
                guard let begin = $0.lastIndex(where: { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") }) else {
                    return false
                }
                return $0[begin...].contains("READY=1")
            }

            service.send(SIGTERM)
            #expect(try service.exitCode() == 0)
            let end = try #require(service.said.firstIndex(of: "STOPPING=1"))
            let ending = service.said[end...]
            #expect(ending.contains("EXTEND_TIMEOUT_USEC=105000000"), "for the stop script: \(ending)")
            #expect(ending.contains { $0.hasPrefix("STATUS=stopping; ") && $0.contains("releasing web") }, "\(ending)")
            #expect(!service.said[..<end].contains { $0.hasPrefix("EXTEND_TIMEOUT") }, "only while it ends")
            // A line of status is told when it changes, not with every keepalive.
            let statuses = service.said.filter { $0.hasPrefix("STATUS=") }
            #expect(zip(statuses, statuses.dropFirst()).allSatisfy { $0 != $1 }, "\(statuses)")

            let environment = try service.scriptEnvironment()
            #expect(environment.contains("HA_CURHOST=gw1"))
            for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"] {
                #expect(!environment.contains(name + "="), "\(environment)")
            }
        }
    }

    @Test func `without a medium it is not ready, says why, and goes on until there is one`() throws {
        let taken = try Service.Listener.udp()
        try Service.run(media: ["ucast lo 127.0.0.1"], port: taken.port, keepalive: "100ms") { service in
            try service.wait(for: "why") { $0.contains { $0.hasSuffix("medium lo does not work") } }
            try service.wait(for: "more time") { $0.contains("EXTEND_TIMEOUT_USEC=60000000") }
            #expect(!service.said.contains("READY=1"))
            taken.close()
            try service.wait(for: "ready") { $0.contains("READY=1") }
            try service.wait(for: "the status") { $0.last { $0.hasPrefix("STATUS=") }?.contains("medium") == false }
            service.send(SIGTERM)
            #expect(try service.exitCode() == 0)
        }
    }

    @Test func `a watchdog faster than the keepalive is fed all the same and named`() throws {
        try Service.run(media: ["ucast lo 127.0.0.1"], keepalive: "1500ms", deadtime: 4, watchdog: .seconds(2)) {
            service in
            try service.wait(for: "the watchdog") { $0.count { $0 == "WATCHDOG=1" } >= 4 }
            try service.waitUntil("the warning") {
                service.log.contains("WARN: systemd's watchdog (2000 ms) is too short for keepalive 1500 ms")
            }
            service.send(SIGTERM)
            #expect(try service.exitCode() == 0)
        }
    }

    @Test func `a service manager that does not read does not stop the node`() throws {
        try Service.run(media: ["ucast lo 127.0.0.1"], keepalive: "10ms", watchdog: .milliseconds(20)) { service in
            try service.wait(for: "ready") { $0.contains("READY=1") }
            // From here on the socket fills up: it holds net.unix.max_dgram_qlen messages, and each keepalive is one more.
            service.isDeaf = true
            try service.waitUntil("a full socket") { service.isFull }
            try service.waitUntil("the group all the same") {
                service.log.contains("Resource group web is running")
            }
            service.send(SIGTERM)
            #expect(try service.exitCode() == 0)
        }
    }

    @Test func `under systemd its lines go to the journal with name and values, and nowhere else twice`() throws {
        try Service.run(media: ["ucast lo 127.0.0.1"], keepalive: "100ms", hasJournal: true) { service in
            try service.waitUntil("the group") { service.journal.contains { $0.contains("HA_EVENT=group-running\n") } }
            service.send(SIGTERM)
            #expect(try service.exitCode() == 0)
            let lines = service.journal
            for (event, parts) in [
                ("medium-open", ["MESSAGE=medium lo is open\n", "PRIORITY=6\n", "HA_MEDIUM=lo\n"]),
                ("generation-first", ["PRIORITY=6\n", "HA_GENERATION="]),
                ("node-dead", ["MESSAGE=node gw2: is dead\n", "PRIORITY=4\n", "HA_PEER=gw2\n"]),
                ("group-running", ["MESSAGE=Resource group web is running\n", "HA_GROUP=web\n"]),
                ("shutdown-complete", ["MESSAGE=Heartbeat shutdown complete.\n"]),
            ] {
                let found = lines.filter { $0.contains("HA_EVENT=\(event)\n") }
                #expect(found.count == 1, "\(event): \(lines)")
                let common = ["SYSLOG_IDENTIFIER=heartbeat\n", "HA_NODE=gw1\n"]
                for part in parts + common + ["MESSAGE_ID=\(Fact.messageID(of: event))\n"] {
                    #expect(found.first?.contains(part) == true, "\(event) without \(part)")
                }
            }
            #expect(!service.standardError.contains("medium lo is open"), "the journal has it already")
        }
    }

    @Test func `without the right to real time it says what would help and runs on`() throws {
        let drop = ["setpriv", "--bounding-set", "-sys_nice,-ipc_lock", "prlimit", "--rtprio=0", "--memlock=8388608"]
        try Service.run(media: ["ucast lo 127.0.0.1"], keepalive: "100ms", isRealtime: true, through: drop) { service in
            try service.wait(for: "the group") { $0.contains { $0.hasPrefix("STATUS=holds all resources") } }
            let warnings = service.log.split(separator: "\n").filter { $0.contains("LimitRTPRIO=3") }
            let memory = service.log.split(separator: "\n").filter { $0.contains("LimitMEMLOCK=infinity") }
            #expect(warnings.count == 1 && memory.count == 1, "\(service.log)")
            #expect((warnings + memory).allSatisfy { $0.contains(" WARN: Cannot ") })
            service.send(SIGTERM)
            #expect(try service.exitCode() == 0)
        }
    }
}

/// One daemon with a directory, a notification socket and a port of its own.
private final class Service {
    /// A datagram socket that somebody else writes to.
    final class Listener {
        private(set) var descriptor: Int32
        private(set) var port: UInt16 = 0

        private init(_ descriptor: Int32) {
            self.descriptor = descriptor
        }

        static func unix(_ path: String) throws -> Listener {
            let listener = Listener(socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
            var address = try #require(UnixAddress.make(path))
            try #require(UnixAddress.bind(listener.descriptor, &address))
            return listener
        }

        /// Takes a free UDP port for itself.
        static func udp() throws -> Listener {
            let listener = Listener(socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutableBytes(of: &address) {
                let generic = $0.assumingMemoryBound(to: sockaddr.self).baseAddress
                return Glibc.bind(listener.descriptor, generic, length) == 0
                    && getsockname(listener.descriptor, generic, &length) == 0
            }
            try #require(isBound)
            listener.port = UInt16(bigEndian: address.sin_port)
            return listener
        }

        func next() -> String? {
            var room = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &room, room.count, 0)
            return count < 0 ? nil : String(decoding: room.prefix(count), as: UTF8.self)
        }

        func close() {
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
            descriptor = -1
        }

        deinit {
            close()
        }
    }

    let directory: String
    /// A character device that is no serial port.
    var serial: String { directory + "/hbtty-\(getpid())" }
    /// When set, messages stay in the socket.
    var isDeaf = false
    private let process = Process()
    private let listener: Listener
    private let journalListener: Listener
    private var heard: [String] = []
    private var noted: [String] = []

    /// Starts it, runs `body`, and ends it whatever happens.
    static func run(
        media: [String], port: UInt16? = nil, keepalive: String, deadtime: Int = 1, watchdog: Duration? = nil,
        isRealtime: Bool = false, hasJournal: Bool = false, through words: [String] = [],
        _ body: (Service) throws -> Void
    ) throws {
        let service = try Service()
        defer { service.close() }
        let port = try port ?? Listener.udp().port
        let times = ["udpport \(port)", "keepalive \(keepalive)", "deadtime \(deadtime)", "initdead \(deadtime)"]
        try service.configure(times + media, isRealtime)
        try service.start(
            watchdog: watchdog, hasJournal: hasJournal, through: hasJournal ? service.wordsWithJournal : words)
        do {
            try body(service)
        } catch {
            Issue.record("\(error)\n\(service.log)\n\(service.said)")
        }
    }

    private init() throws {
        var template = Array("/tmp/swift-heartbeat-service.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        listener = try Listener.unix(directory + "/notify")
        try FileManager.default.createDirectory(atPath: directory + "/journal", withIntermediateDirectories: true)
        journalListener = try Listener.unix(directory + "/journal/socket")
        try FileManager.default.createDirectory(atPath: directory + "/resource.d", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: serial, withDestinationPath: "/dev/null")
    }

    private func configure(_ directives: [String], _ isRealtime: Bool) throws {
        let lines =
            ["logfile \(directory)/ha-log", "auto_failback on", "realtime \(isRealtime ? "on" : "off")", "rtprio 3"]
            + directives.map { $0 == "serial" ? "serial \(serial)" : $0 } + ["node gw1 gw2"]
        try write(lines.map { $0 + "\n" }.joined(), "ha.cf")
        try write("gw1 web\n", "haresources")
        try write("auth 1\n1 sha1 secret\n", "authkeys", mode: 0o600)
        let script = """
            #!/bin/sh
            case $1 in
            start) env >'\(directory)/env' ;;
            stop) rm -f '\(directory)/env.up' ;;
            status) [ -e '\(directory)/env.up' ] && echo running || echo stopped; exit 0 ;;
            esac
            [ "$1" = start ] && : >'\(directory)/env.up'
            exit 0
            """
        try write(script + "\n", "resource.d/web", mode: 0o755)
    }

    private func write(_ text: String, _ file: String, mode: mode_t = 0o644) throws {
        try Files.write(text, to: directory + "/" + file, mode: mode)
    }

    /// Puts our socket where the journal's is, for this program alone.
    private var wordsWithJournal: [String] {
        let place = "/run/systemd/journal"
        let mount = "mount -t tmpfs tmpfs /run && mkdir -p \(place) && mount --bind '\(directory)/journal' \(place)"
        return ["unshare", "--mount", "sh", "-c", mount + " && exec \"$@\"", "sh"]
    }

    private func start(watchdog: Duration?, hasJournal: Bool, through words: [String]) throws {
        let places = [Bundle.main.bundleURL.path, PairTests.programs].map { $0 + "/heartbeat" }
        let program = places.first { FileManager.default.isExecutableFile(atPath: $0) }
        let heartbeat = try #require(program, "heartbeat is not built beside the tests")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            words + [
                heartbeat, "-f", "--config-dir", directory, "--state-dir", directory + "/state", "--run-dir",
                directory + "/run", "--node", "gw1",
            ]
        var environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "NOTIFY_SOCKET": directory + "/notify"]
        if let watchdog { environment["WATCHDOG_USEC"] = String(watchdog.nanoseconds / 1000) }
        try "".write(toFile: directory + "/stderr", atomically: false, encoding: .utf8)
        if hasJournal {
            var status = stat()
            try #require(stat(directory + "/stderr", &status) == 0)
            environment["JOURNAL_STREAM"] = "\(status.st_dev):\(status.st_ino)"
        }
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: directory + "/stderr")
        try FileManager.default.createDirectory(atPath: directory + "/run", withIntermediateDirectories: true)
        try process.run()
    }

    /// Everything systemd would have heard so far.
    var said: [String] {
        while !isDeaf, let message = listener.next() { heard.append(message) }
        return heard
    }

    /// Everything the journal would have got so far.
    var journal: [String] {
        while let message = journalListener.next() { noted.append(message) }
        return noted
    }

    var log: String { text("ha-log") }
    var standardError: String { text("stderr") }

    private func text(_ file: String) -> String {
        FileManager.default.contents(atPath: directory + "/" + file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// One more message would have to wait.
    var isFull: Bool {
        let sender = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { _ = Glibc.close(sender) }
        guard var address = UnixAddress.make(directory + "/notify"), UnixAddress.connect(sender, &address) else {
            return false
        }
        var polled = pollfd(fd: sender, events: Int16(POLLOUT), revents: 0)
        return poll(&polled, 1, 0) == 0
    }

    func scriptEnvironment() throws -> String {
        try String(contentsOfFile: directory + "/env", encoding: .utf8)
    }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    func wait(for what: String, _ condition: ([String]) -> Bool) throws {
        try waitUntil(what) { condition(said) }
    }

    func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
        let isReached = try Interruption.wait(atMost: .seconds(60)) { try condition() || !process.isRunning }
        guard isReached, try condition() else { throw LifeFailure("waited in vain for: \(what)") }
    }

    func exitCode() throws -> Int32 {
        guard try Interruption.wait(atMost: .seconds(60), until: { !process.isRunning }) else {
            throw LifeFailure("it does not end")
        }
        _ = said
        return process.terminationStatus
    }

    private func close() {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
