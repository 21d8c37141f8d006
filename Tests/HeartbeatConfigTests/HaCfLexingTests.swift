// How ha.cf is cut into directives and values, and what is said about words nobody knows.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Words of ha.cf")
struct HaCfLexingTests {
    @Test(
        "Blanks and commas separate values, comments end a line, the last value of several counts",
        arguments: [
            ("keepalive 3", 3000), ("\t keepalive\t3 ", 3000), ("keepalive 1,3", 3000), ("keepalive 1 , 3", 3000),
            ("keepalive 1\nkeepalive 3", 3000), ("keepalive 3#5", 3000), ("#keepalive 3", 1000),
            ("keepalive 3\r", 3000), ("\u{FEFF}keepalive 3", 3000), ("keepalive ,3,,", 3000),
        ])
    func values(lines: String, milliseconds: Int64) {
        #expect(readHaCf(lines).configuration?.keepalive.milliseconds == milliseconds)
    }

    @Test(
        "An unknown directive is refused with the likely one",
        arguments: [
            ("Keepalive 2", "did you mean \"keepalive\"?"), ("KEEPALIVE 2", "did you mean \"keepalive\"?"),
            ("deadtme 2", "did you mean \"deadtime\"?"), ("deatdime 2", "did you mean \"deadtime\"?"),
            ("auto_fialbakc on", "did you mean \"auto_failback\"?"), ("ndoe nodea", "did you mean \"node\"?"),
            ("keepalive: 2", "write a blank after it, \"keepalive <value>\""),
            ("keepalive=2", "write a blank after it, \"keepalive <value>\""),
            ("node,nodea", "write a blank after it, \"node <value>\""),
        ])
    func unknownDirective(lines: String, hint: String) throws {
        let error = try #require(readHaCf(lines).errors.first)
        #expect(error.hasPrefix("ha.cf:1: "))
        #expect(error.contains(hint), "\(error)")
    }

    @Test("A word that resembles nothing gets no advice", arguments: ["nosuchdirective 1", "x 1", "= 1"])
    func noAdvice(lines: String) throws {
        let error = try #require(readHaCf(lines).errors.first)
        #expect(!error.contains("did you mean"))
    }

    @Test("A directive that is refused is never proposed")
    func refusedIsNotProposed() throws {
        let error = try #require(readHaCf("stonithh x").errors.first)
        #expect(error == "ha.cf:1: \"stonithh\" is not a directive")
    }

    @Test("A directive without a value does nothing and says so", arguments: ["keepalive", "bcast # eth1", "node ,"])
    func withoutValue(lines: String) {
        let result = readHaCf(lines)
        #expect(result.errors.isEmpty)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("has no value"))
    }

    @Test("Traces of other systems' editors are tolerated aloud, once")
    func foreignEditors() {
        var files = Files()
        files.haCf = "\u{FEFF}" + files.haCf.split(separator: "\n").joined(separator: "\r\n")
        let result = files.read()
        #expect(result.configuration != nil)
        #expect(result.warnings.count == 2)
        #expect(result.configuration?.nodes.map(\.text) == ["nodea", "nodeb"])
    }

    @Test("Bytes that are not text are refused outside comments only")
    func notText() {
        for (bytes, isAccepted) in [
            ([0x23, 0xE4, 0x0A], true), ([0x78, 0xE4, 0x0A], false), ([0x23, 0, 0x0A], false),
        ] {
            let input = ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", bytes: bytes.map { UInt8($0) } + Array(Files().haCf.utf8)),
                haresources: SourceFile(path: "haresources", text: ""),
                authkeys: SourceFile(path: "authkeys", text: Files().authkeys), authkeysMode: 0o600,
                localNode: NodeName("nodea"))
            #expect((readConfiguration(input).configuration != nil) == isAccepted)
        }
    }

    @Test("A line the original would cut is read whole, with a warning")
    func longLine() {
        let result = readHaCf("env " + (0..<1000).map { "NAME\($0)=x" }.joined(separator: " "))
        #expect(result.parameter("NAME999") == "x")
        #expect(result.warnings.count == 1 && result.warnings[0].contains("about 5000"))
    }

    @Test("All mistakes of all three files come in one run, in the order of their lines")
    func allAtOnce() {
        var files = Files()
        files.haCf = "keepalive 1s\nnosuch 1\n" + files.haCf + "hopfudge 999\ninitdead 1\n"
        files.haresources = "nodeq Stub\nnodea ,\n"
        files.authkeys = "auth 1\n1 sha2 x\n"
        files.mode = 0o644
        let places = files.read().diagnostics.filter { $0.severity == .error }.map { "\($0.file):\($0.line ?? 0)" }
        #expect(
            places == [
                "ha.cf:1", "ha.cf:2", "ha.cf:8", "ha.cf:9", "haresources:1", "haresources:2", "authkeys:0",
                "authkeys:2",
            ])
    }

    @Test("A file that cannot be read is one error, not many")
    func unreadable() {
        let reason = SourceFile.Contents.unreadable(reason: "No such file or directory")
        let input = ConfigurationInput(
            haCf: SourceFile(path: "ha.cf", contents: reason),
            haresources: SourceFile(path: "haresources", contents: reason),
            authkeys: SourceFile(path: "authkeys", contents: reason), authkeysMode: 0o600,
            localNode: NodeName("nodea"))
        #expect(
            readConfiguration(input).diagnostics.map(\.description)
                == ["ha.cf", "haresources", "authkeys"].map { "\($0): cannot be read: No such file or directory" })
    }
}
