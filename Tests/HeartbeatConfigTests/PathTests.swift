// `link`, `probe`, `probe_group`, `udp_echo`: what they mean, and what is said about mistakes in them.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("What is watched of the network")
struct PathTests {
    private static let eth = ["eth0", "eth1", "lo"]

    private func read(_ lines: String) -> ConfigurationResult {
        var files = Files()
        files.haCf = lines + "\n" + files.haCf
        files.host.hasInterface = { Self.eth.contains($0) }
        files.host.isExecutable = { $0 == "/usr/bin/check" }
        return files.read()
    }

    @Test(
        "A link line",
        arguments: [
            ("link eth0", InterfaceRule(interface: "eth0")),
            (
                "link eth0 uplink debounce=0 up=1.5",
                InterfaceRule(interface: "eth0", role: .uplink, debounce: .zero, recovery: .milliseconds(1500))
            ),
            ("link eth1 heartbeat", InterfaceRule(interface: "eth1", role: .heartbeat)),
            (
                "link eth1 debounce=250ms up=2s downlink",
                InterfaceRule(interface: "eth1", debounce: .milliseconds(250), recovery: .seconds(2))
            ),
            ("link ppp0 uplink optional", InterfaceRule(interface: "ppp0", role: .uplink, isOptional: true)),
            ("link eth1 routes=withdraw", InterfaceRule(interface: "eth1", withdrawsRoutes: true)),
        ])
    func link(line: String, rule: InterfaceRule) {
        let result = read(line)
        #expect(result.configuration?.interfaces == [rule], "\(result.diagnostics)")
        #expect(result.configuration?.printedAndRead.configuration?.interfaces == [rule])
    }

    private static let kinds: [(String, PathProbe.Kind)] = [
        ("icmp 192.0.2.1", .icmp(host: "192.0.2.1")), ("icmp 2001:db8::1", .icmp(host: "2001:db8::1")),
        ("udp-echo gw.example", .udpEcho(host: "gw.example", port: 7)),
        ("udp-echo [2001:db8::1]:7777", .udpEcho(host: "2001:db8::1", port: 7777)),
        ("tcp 192.0.2.1:443", .tcp(host: "192.0.2.1", port: 443)),
        ("dev=eth0 arp 192.0.2.1", .neighbour(address: "192.0.2.1")),
        ("nd 2001:db8::1 dev=eth0", .neighbour(address: "2001:db8::1")),
        ("dns 192.0.2.53 example.com", .dns(server: "192.0.2.53", port: 53, name: "example.com")),
        ("http http://192.0.2.1/ok?a=b", .http(host: "192.0.2.1", port: 80, path: "/ok?a=b")),
        ("http http://[2001:db8::1]:8080", .http(host: "2001:db8::1", port: 8080, path: "/")),
        ("command /usr/bin/check interval=5 -v", .command(path: "/usr/bin/check", arguments: ["interval=5", "-v"])),
    ]

    @Test("Every kind of probe", arguments: kinds)
    func kind(words: String, kind: PathProbe.Kind) {
        let result = read("probe isp \(words)")
        #expect(result.configuration?.probes.map(\.kind) == [kind], "\(result.diagnostics)")
        let again = result.configuration?.printedAndRead
        #expect(again?.configuration?.probes == result.configuration?.probes, "\(again?.diagnostics ?? [])")
    }

    @Test func everyOptionOfAProbe() throws {
        let result = read(
            "probe isp dev=eth0 source=192.0.2.9 mark=0x10 interval=2 timeout=500ms fall=5 rise=180 action=standby icmp 192.0.2.1"
        )
        let probe = try #require(result.configuration?.probes.first, "\(result.diagnostics)")
        #expect(probe.device == "eth0" && probe.source == "192.0.2.9" && probe.mark == 16)
        #expect(probe.interval == .seconds(2) && probe.timeout == .milliseconds(500))
        #expect(probe.fall == 5 && probe.rise == 180 && probe.action == .standby)
        #expect(probe.times == "trips after 10.5 s, recovers after 358 s")
    }

    @Test func partnersAndTheirKeys() {
        let lines = "partner_port 7000 key=/etc/sitekey\nprobe far partner 10.0.0.1\nprobe far2 partner [fd00::1]:99"
        var files = Files()
        files.haCf = lines + "\n" + files.haCf
        files.host.keyFile = { path in
            (SourceFile(path: path, text: "auth 2\n1 crc\n2 sha1 SiteKey\n"), 0o600)
        }
        let result = files.read()
        let service = result.configuration?.partnerService
        #expect(service?.port == 7000 && service?.keyFile == "/etc/sitekey", "\(result.diagnostics)")
        // A checksum signs nothing.
        #expect(service?.keys.keys.map(\.id) == [2] && service?.keys.current == 2)
        #expect(
            result.configuration?.probes.map(\.kind)
                == [.partner(host: "10.0.0.1", port: 6694), .partner(host: "fd00::1", port: 99)])
        files.host.keyFile = { path in (SourceFile(path: path, contents: .unreadable(reason: "No such file")), 0) }
        #expect(files.read().errors.contains { $0.contains("/etc/sitekey") && $0.contains("cannot be read") })
        files.host.keyFile = { path in (SourceFile(path: path, text: "auth 1\n1 crc\n"), 0o600) }
        #expect(files.read().errors.contains { $0.contains("crc signs nothing") })
    }

    @Test func aPartnerIsAskedWithTheKeysOfThePairUnlessAFileIsNamed() {
        let result = readHaCf("partner_port 6694\nprobe far partner 10.0.0.1")
        #expect(result.configuration?.partnerService?.keys == result.configuration?.authentication)
        #expect(result.configuration?.printedAndRead.configuration?.withoutLines == result.configuration?.withoutLines)
    }

    @Test func groupsAndEcho() {
        let result = read(
            "probe a icmp 192.0.2.1\nprobe b icmp 192.0.2.2\nprobe_group isp 1 a b action=standby\nudp_echo 7")
        #expect(
            result.configuration?.probeGroups
                == [PathProbeGroup(name: "isp", needed: 1, members: ["a", "b"], action: .standby)])
        #expect(result.configuration?.echoPort == 7)
        #expect(result.diagnostics.isEmpty)
        #expect(result.configuration?.printedAndRead.configuration?.withoutLines == result.configuration?.withoutLines)
    }

    @Test(
        "Mistakes say what to write instead",
        arguments: [
            ("link", "link: the interface is missing; write \"link eth0 downlink debounce=20ms up=5s\""),
            ("link eth7", "\"eth7\" is not an interface of this node; name one that `ip link` shows"),
            ("link eth0 routes=keep", "write routes=withdraw, or leave it out"),
            ("link eth0 uplnk", "did you mean \"uplink\"?"),
            ("link eth0\nlink eth0", "link: eth0 already has a line (1); keep one of them"),
            ("link eth0 debounce=5m", "is in minutes"),
            ("link eth0 debounce=60", "debounce (60000ms) must be shorter than deadtime"),
            ("probe isp", "names no kind of probe"), ("probe isp icmp", "write \"icmp <host>\""),
            ("probe isp pnig 192.0.2.1", "names no kind of probe"),
            ("probe isp tcp 192.0.2.1", "has no port; write \"tcp <host>:<port>\""),
            ("probe isp arp 192.0.2.1", "write the interface, \"dev=eth0\""),
            ("probe isp http https://x/", "asks for TLS"),
            ("probe isp icmp 192.0.2.1 tiemout=1", "did you mean \"timeout=\"?"),
            ("probe isp icmp 192.0.2.1 interval=1 timeout=2", "must not be longer than interval"),
            ("probe isp icmp 192.0.2.1 fall=0", "\"fall=0\" is out of range; write a number from 1 to 10000"),
            ("probe isp command /bin/nothing", "names no program that can be run"),
            ("probe isp dev=eth0 command /usr/bin/check", "a command asks by itself"),
            ("probe a icmp 192.0.2.1\nprobe a icmp 192.0.2.2", "there is already a probe or probe_group a"),
            ("probe_group isp 2 a", "\"2\" is out of range; write a number from 1 to 1"),
            ("probe abc icmp 192.0.2.1\nprobe_group isp 1 abd", "there is no probe \"abd\"; did you mean \"abc\"?"),
            ("udp_echo 0", "is out of range"),
            ("probe far partner 10.0.0.1", "write \"partner_port 6694\" on all nodes"),
            ("partner_port", "write the UDP port, \"partner_port 6694\""),
            ("partner_port 6694 kye=/etc/sitekey", "\"kye=/etc/sitekey\" is not known; write key=<file>"),
            ("partner_port 6694 key=sitekey", "is not a full path"),
            (
                "partner_port 6694\nprobe a partner 10.0.0.1\nprobe b icmp 192.0.2.1\nprobe_group g 1 a b",
                "take it out of the probe_group"
            ),
        ])
    func mistakes(lines: String, words: String) {
        let result = read(lines)
        #expect(result.configuration == nil)
        #expect(result.diagnostics.contains { "\($0)".contains(words) }, "\(result.diagnostics)")
    }
}
