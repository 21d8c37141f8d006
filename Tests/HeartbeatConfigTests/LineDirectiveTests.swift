// `line`, `class`, `probe … line=`: what they mean, and what is said about mistakes in them.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Lines of a gateway")
struct LineDirectiveTests {
    private func read(_ text: String) -> LinesResult {
        var host = HostFacts()
        host.hasInterface = { ["eth0", "eth1", "eth2"].contains($0) }
        return readLines(SourceFile(path: "lines.cf", text: text), host: host)
    }

    private static let good = """
        line dsl1 ppp0 via=peer alive=2 hold=15s rise=30s optional
        line dsl2 eth2 via=203.0.113.1 table=202 mark=0x2 flush=return
        probe a1 line=dsl1 icmp 192.0.2.53
        probe b1 line=dsl1 dns 9.9.9.9 example.com
        probe c1 line=dsl1 tcp 192.0.2.80:443
        probe a2 line=dsl2 rise=5 icmp 192.0.2.53
        probe b2 line=dsl2 icmp 192.0.2.54
        class servers 10.0.0.10 10.0.0.11 prefer dsl1 dsl2
        class workstations 10.0.0.0/24 to 0.0.0.0/0 prefer dsl2 dsl1
        class local prefer dsl2 dsl1

        """

    @Test("Every word means this")
    func words() throws {
        let result = read(Self.good)
        let lines = try #require(result.lines, "\(result.diagnostics)")
        #expect(result.diagnostics.isEmpty)
        #expect(lines.lines.map(\.interface) == ["ppp0", "eth2"])
        #expect(lines.lines.map(\.gateway) == [.peer, .address(IPAddress(0xCB00_7101))])
        #expect(lines.lines.map(\.table) == [101, 202])
        #expect(lines.lines.map(\.mark) == [101, 2])
        #expect(lines.lines.map(\.flush) == [.moved, .returned])
        #expect(lines.lines.map(\.alive) == [2, 1])
        #expect(lines.lines[0].hold == .seconds(15))
        // A probe of a line leaves by its interface, and one answer is enough: the line has its own time to be trusted.
        #expect(lines.probes(of: "dsl1").map(\.device) == ["ppp0", "ppp0", "ppp0"])
        #expect(lines.probes.map(\.probe.rise) == [1, 1, 1, 5, 1])
        #expect(lines.classes.map(\.sources.count) == [2, 1, 0])
        #expect(lines.times(of: lines.lines[0]) == "left after 19 s at most, trusted again after 30 s")
    }

    @Test("In ha.cf it is the same, and printing and reading it again gives the same")
    func inHaCf() throws {
        var files = Files()
        files.haCf = Self.good + "line_health each\n" + files.haCf
        let configuration = try #require(files.read().configuration)
        #expect(configuration.lines.lines == read(Self.good).lines?.lines)
        #expect(configuration.lines.health == .each)
        #expect(configuration.probes.isEmpty)
        #expect(configuration.printedAndRead.configuration?.lines == configuration.lines)
    }

    @Test(
        "A mistake is named with its line and its remedy",
        arguments: [
            ("line dsl1", "line: write its name, its interface and where it leads"),
            ("line dsl1 eth1", "write via=<address of the router>, via=peer"),
            ("line dsl1 eth7 via=192.0.2.1", "\"eth7\" is not an interface of this node"),
            ("line dsl1 eth1 via=here", "is neither the IPv4 address of a router nor one of peer, dhcp"),
            ("line dsl1 eth1 via=2001:db8::1", "is neither the IPv4 address of a router"),
            ("line dsl1 eth1 via=192.0.2.1 table=254", "is a table of the kernel's own"),
            ("line dsl1 eth1 via=192.0.2.1 mark=0", "is no mark"),
            ("line dsl1 eth1 via=192.0.2.1 hlod=3", "is none of via=, table=, mark="),
            ("line dsl1 eth1 via=192.0.2.1 via=peer", "says via a second time"),
            ("line one eth1 via=192.0.2.1\nline one eth2 via=192.0.2.2", "there is already a line one (line 1)"),
            ("line one eth1 via=192.0.2.1\nline two eth1 via=192.0.2.2", "eth1 is already the interface of line one"),
            (
                "line one eth1 via=192.0.2.1 table=102\nline two eth2 via=192.0.2.2",
                "table 102 is already that of line one"
            ),
            (
                "line one eth1 via=192.0.2.1 mark=7\nline two eth2 via=192.0.2.2 mark=7",
                "mark 7 is already that of line one"
            ),
            (
                "line one eth1 via=192.0.2.1 alive=2\nprobe a line=one icmp 192.0.2.9",
                "alive=2 asks for more probes than there are (1)"
            ),
            ("line one eth1 via=192.0.2.1\nprobe a line=two icmp 192.0.2.9", "there is no line \"two\""),
            ("line one eth1 via=192.0.2.1\nprobe a icmp 192.0.2.9", "it is not said which line it belongs to"),
            ("line one eth1 via=192.0.2.1\nprobe a line=one dev=eth0 icmp 192.0.2.9", "line=one says how it leaves"),
            ("class a 10.0.0.0/24", "class: write its name, where it comes from, and the lines it prefers"),
            ("class a 10.0.0.1/24 prefer one", "the network is 10.0.0.0/24"),
            ("class a 10.0.0.0/33 prefer one", "a number from 0 to 32"),
            ("class a prefer one", "it is not said where it comes from"),
            ("class local 10.0.0.1 prefer one", "it is what this host sends itself"),
            ("class a 10.0.0.1 prefer one one", "line one is named twice"),
            ("line one eth1 via=192.0.2.1\nclass a 10.0.0.1 prefer oen", "there is no line \"oen\"; did you mean"),
            (
                "line one eth1 via=192.0.2.1\nclass a 10.0.0.1 prefer one\nclass b 10.0.0.2 10.0.0.1 prefer one",
                "class a (line 2) has the same traffic, from 10.0.0.1 to"
            ),
            ("keepalive 1\nline one eth1 via=192.0.2.1", "keepalive: a gateway without a peer has no use for it"),
            ("# nothing", "no line is named"),
        ])
    func mistakes(text: String, message: String) {
        let result = read(text)
        #expect(result.lines == nil)
        #expect(
            result.diagnostics.contains { $0.severity == .error && $0.description.contains(message) },
            "\(result.diagnostics)")
    }

    @Test(
        "What may be meant, and is doubtful, is warned of",
        arguments: [
            ("class a 10.0.0.1 prefer one", "no probe shows whether it works behind its first router"),
            ("probe a line=one icmp 192.0.2.9", "it has a single probe"),
            ("probe a line=one icmp 192.0.2.9", "no class prefers it"),
            ("line two eth2 via=192.0.2.1", "it shares its fate with line one"),
        ])
    func warnings(text: String, message: String) {
        let result = read("line one eth1 via=192.0.2.1\n" + text)
        #expect(result.lines != nil, "\(result.diagnostics)")
        #expect(
            result.diagnostics.contains { $0.severity == .warning && $0.message.contains(message) },
            "\(result.diagnostics)")
    }
}
