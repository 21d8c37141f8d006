// The built hbctl looks at this machine and at files that a test writes: what is wrong is found with its code, and is not where it is
// right. What else is wrong with the machine of the tests is none of their business.

import CLinux
import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

@Suite struct HbctlCheckTests {
    /// Files of one node, and what `hbctl check --json` says of them.
    struct Machine {
        let daemon: FakeDaemon
        var haCf = "node gw-a gw-b\nauto_failback off\nlogfacility daemon\nudpport 47694\nucast lo 192.0.2.7\n"
        var haresources = "gw-a firewall\n"
        var authkeys = "auth 1\n1 sha1 SecretKeyOfTheTest\n"

        init(_ answer: FakeDaemon.Answer? = nil) throws {
            daemon = try FakeDaemon(answer)
        }

        func path(_ name: String) -> String { "\(daemon.directory)/\(name)" }

        func write() throws {
            // Whatever the umask of the tests is.
            try #require(chmod(daemon.directory, 0o755) == 0)
            for (name, text) in [
                ("nodeinfo", "gw-a\n"), ("ha.cf", haCf), ("haresources", haresources), ("authkeys", authkeys),
            ] {
                try text.write(toFile: path(name), atomically: false, encoding: .utf8)
                try #require(chmod(path(name), 0o600) == 0)
            }
        }

        func check(_ words: [String] = [], before: [String] = []) throws -> Answer {
            let share = ["--share-dir", HbctlCheckTests.top]
            let result = try daemon.hbctl(["check", "--json"] + share + words, before: before)
            return try Answer(code: result.code, output: result.output)
        }
    }

    struct Answer {
        let code: Int32
        let value: [String: Any]
        let findings: [[String: Any]]

        init(code: Int32, output: String) throws {
            self.code = code
            value = try #require(
                try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)")
            findings = try #require(value["findings"] as? [[String: Any]], "\(output)")
        }

        var codes: [String] { findings.compactMap { $0["code"] as? String } }

        func names(_ code: String) -> [String] {
            findings.filter { $0["code"] as? String == code }
                .compactMap { ($0["object"] as? [String: Any])?["name"] as? String }
        }

        var severities: Set<String> { Set(findings.compactMap { $0["severity"] as? String }) }

        var agreement: String? { (value["agreement"] as? [String: Any])?["state"] as? String }
    }

    static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// What files and scripts of a test can be blamed for.
    private static let provoked: Set = [
        "configuration", "file-missing", "file-unreadable", "file-not-trusted", "keys-exposed", "interface-missing",
        "udp-port-taken", "device-missing", "script-missing", "script-broken", "hook-not-trusted",
        "guardian-missing",
    ]

    @Test func `of files that are right nothing is found`() throws {
        let machine = try Machine()
        try machine.write()
        let answer = try machine.check()
        #expect(Set(answer.codes).isDisjoint(with: Self.provoked), "\(answer.findings)")
        #expect(!answer.severities.contains("error") && answer.code != 2, "\(answer.findings)")
        #expect(answer.value["node"] as? String == "gw-a" && answer.value["daemon_runs"] as? String == "no")
    }

    @Test func `what is wrong with the files and the machine is found with its code`() throws {
        var machine = try Machine()
        // No port of a test that runs beside this one.
        machine.haCf = machine.haCf.replacing("47694", with: "47695")
        machine.haCf += "ucast nosuch0 192.0.2.7\nserial /dev/nosuchtty\n"
        machine.haresources = "gw-a nosuchscript\n"
        try machine.write()
        let socket = try Self.udpSocket(port: 47695)
        defer { close(socket) }
        let rc = machine.path("rc.d")
        try FileManager.default.createDirectory(atPath: rc, withIntermediateDirectories: true)
        try "#!/bin/sh\n".write(toFile: rc + "/status", atomically: false, encoding: .utf8)
        try #require(
            chmod(rc, 0o755) == 0 && chmod(rc + "/status", 0o777) == 0 && chmod(machine.path("ha.cf"), 0o666) == 0)
        let answer = try machine.check()
        #expect(answer.code == 2, "\(answer.findings)")
        #expect(answer.names("interface-missing") == ["nosuch0"], "\(answer.findings)")
        #expect(answer.names("device-missing") == ["/dev/nosuchtty"], "\(answer.findings)")
        #expect(answer.names("script-missing") == ["nosuchscript"], "\(answer.findings)")
        #expect(answer.names("udp-port-taken") == ["47695"], "\(answer.findings)")
        #expect(answer.names("hook-not-trusted") == [rc + "/status"], "\(answer.findings)")
        #expect(answer.names("file-not-trusted") == [machine.path("ha.cf")], "\(answer.findings)")
        // The process that has the port is this one.
        let sentence = answer.findings.first { $0["code"] as? String == "udp-port-taken" }?["sentence"] as? String
        #expect(sentence?.contains("(process \(getpid()))") == true, "\(sentence ?? "")")
    }

    private static func udpSocket(port: UInt16) throws -> Int32 {
        let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(number >= 0 && isBound)
        return number
    }

    @Test func `mistakes of the text have their file and line, and keys that others may read are told`() throws {
        var machine = try Machine()
        machine.haCf += "keepalvie 1\n"
        try machine.write()
        try #require(chmod(machine.path("authkeys"), 0o644) == 0)
        let answer = try machine.check()
        #expect(answer.code == 2 && answer.names("keys-exposed") == [machine.path("authkeys")], "\(answer.findings)")
        let mistake = answer.findings.first { $0["code"] as? String == "configuration" }
        #expect(
            mistake?["line"] as? Int == 6 && mistake?["file"] as? String == machine.path("ha.cf"), "\(answer.findings)")
        #expect((mistake?["sentence"] as? String)?.contains("did you mean \"keepalive\"") == true)
    }

    @Test func `files that are not there are errors`() throws {
        let machine = try Machine()
        let answer = try machine.check()
        #expect(answer.code == 2)
        #expect(
            Set(answer.names("file-missing")) == Set(["ha.cf", "haresources", "authkeys"].map(machine.path)),
            "\(answer.findings)")
    }

    @Test func `keys that may not be read are unknown, and everything else is looked at`() throws {
        var machine = try Machine()
        machine.haCf += "ucast nosuch0 192.0.2.7\n"
        machine.haresources = "gw-a nosuchscript\n"
        try machine.write()
        try #require(chmod(machine.path("authkeys"), 0) == 0)
        // Even root obeys modes without its capabilities.
        let drop = geteuid() == 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []
        let answer = try machine.check(before: drop)
        #expect(answer.code == 3, "\(answer.findings)")
        #expect(answer.names("file-unreadable") == [machine.path("authkeys")], "\(answer.findings)")
        #expect(Set(answer.codes).isSuperset(of: ["interface-missing", "script-missing"]), "\(answer.findings)")
    }

    // MARK: - The other node's files

    private static func facts(
        differs: Bool, marks: (own: ConfigurationMarks, theirs: ConfigurationMarks)? = nil
    ) -> FakeDaemon.Answer {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.phase = .stable
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: NodeName("gw-a"), status: .active, speaks: .ours), peer]
        var group = NodeFacts.Group(
            key: "firewall", preferred: NodeName("gw-a"), state: .running, onPeer: .stopped, resources: ["firewall"])
        group.differs = differs
        facts.groups = [group]
        if let marks {
            facts.marks = marks.own
            var view = PeerView(at: 1)
            view.marks = marks.theirs
            var word = NodeFacts.PeerWord()
            word.view = .init(view, age: .milliseconds(4))
            facts.peer = word
        }
        return FakeDaemon.telling(ControlReply(lines: facts.text))
    }

    @Test func `whether both nodes have the same files the daemon tells`() throws {
        for (differs, state) in [(false, "same"), (true, "different")] {
            let machine = try Machine(Self.facts(differs: differs))
            try machine.write()
            let answer = try machine.check()
            #expect(
                answer.agreement == state && answer.codes.contains("different-groups") == differs, "\(answer.findings)")
            #expect(!answer.codes.contains("agreement-unknown"))
        }
        let machine = try Machine()
        try machine.write()
        let answer = try machine.check()
        #expect(answer.agreement == "unknown" && answer.codes.contains("agreement-unknown"), "\(answer.findings)")
    }

    @Test(arguments: [(UInt32(1), UInt32(3), [String]()), (9, 3, ["ha.cf"]), (1, 9, ["authkeys"]), (9, 9, ["ha.cf"])])
    func `an ha cf and keys that the other node has otherwise are named`(haCf: UInt32, keys: UInt32, names: [String])
        throws
    {
        let own = ConfigurationMarks(haCf: 1, haresources: 2, authkeys: 3)
        let theirs = ConfigurationMarks(haCf: haCf, haresources: 2, authkeys: keys)
        let machine = try Machine(Self.facts(differs: false, marks: (own, theirs)))
        try machine.write()
        let answer = try machine.check()
        #expect(answer.names("different-configuration") == names, "\(answer.findings)")
        #expect(answer.agreement == (names.isEmpty ? "same" : "different"))
        #expect(names.isEmpty || answer.code > 0)
        let sentence = answer.findings.first { $0["code"] as? String == "different-configuration" }?["sentence"]
        #expect((sentence as? String)?.contains("ha.cf and authkeys") == (names.isEmpty ? nil : haCf == 9 && keys == 9))
    }

    // MARK: - Screens

    @Test func `the text says what the JSON says, and fits`() throws {
        var machine = try Machine()
        machine.haresources = "gw-a nosuchscript\n"
        machine.haCf += "keepalvie 1\n"
        try machine.write()
        let share = ["--share-dir", Self.top]
        let json = try machine.check()
        let text = try machine.daemon.hbctl(["check", "--all"] + share)
        let lines = text.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(text.code == json.code && text.code == 2 && lines.first?.hasPrefix("ERROR     ") == true, "\(text)")
        for line in lines { #expect(line.count <= 80 || line.split(separator: " ").count <= 2, "\(line)") }
        #expect(lines.contains { $0.hasPrefix("!! \(machine.path("ha.cf")):6: ") }, "\(text.output)")
        let short = try machine.daemon.hbctl(["check"] + share)
        #expect(short.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 25)
    }

    @Test func `the help fits a screen`() throws {
        let machine = try Machine()
        let help = try Command.run([ProgramPlaces().programs + "/hbctl", "check", "--help"], limit: .seconds(30))
        let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(help.code == 0 && lines.count <= 50, "\(help.output)")
        for line in lines where !line.hasPrefix("USAGE: ") { #expect(line.count <= 80, "\(line)") }
        let wrong = try machine.daemon.hbctl(["check", "--json", "--width", "0"])
        #expect(wrong.code == 64 && wrong.output.contains("\"hbctl/error/1\""), "\(wrong)")
    }
}
