// gateway.cf: what is refused and what is warned of, each with its line and its remedy.

import HeartbeatConfig
import HeartbeatModel
import Testing

/// A change of the good file: what is replaced (nothing: a line is added at the end, the seventh), by what, and what is said of which line.
typealias GatewayMistake = (old: String, new: String, line: Int, message: String)

@Suite("Mistakes in gateway.cf")
struct GatewayMistakeTests {
    private func expectOneError(_ mistake: GatewayMistake, in text: String = GatewayFiles.good) {
        let result = GatewayFiles(replacing: mistake.old, with: mistake.new, in: text).read()
        #expect(result.gateways == nil)
        let errors = result.errors
        #expect(
            errors.count == 1 && errors[0].file == "gateway.cf" && errors[0].line == mistake.line
                && errors[0].message.contains(mistake.message), "\(mistake.new): \(errors)")
    }

    @Test(
        "The head of a service",
        arguments: [
            (
                "gateway fw", "gateway", 1,
                "gateway: write its name, its interfaces and its roving addresses: \"gateway fw down="
            ),
            ("gateway fw", "gateway down=eth0", 1, "gateway: write its name"),
            ("gateway fw", "gateway f/w", 1, "gateway: \"f/w\" cannot be the name of a service"),
            ("gateway fw", "gateway .fw", 1, "gateway: \".fw\" cannot be the name of a service"),
            ("gateway fw", "gateway localSvcCheck", 1, "is the name of a procedure; call the service otherwise"),
            ("gateway fw", "gateway hostHealth", 1, "is the name of a procedure; call the service otherwise"),
            (
                "gateway fw", "gateway " + String(repeating: "f", count: 65), 1,
                "has 65 bytes, and messages have room for 64; shorten it"
            ),
            ("down=eth0 ", "", 1, "gateway fw: there is no down=; write for example \"gateway fw down=eth0"),
            ("down=eth0 up=eth1 ", "", 1, "gateway fw: there is no down= and no up="),
            (
                "down=eth0", "dwon=eth0", 1,
                "\"dwon=eth0\" is none of down=, up=, roving=, port=; did you mean \"down=\"?"
            ),
            ("down=eth0", "down=eth0 down=eth2", 1, "\"down=eth2\" says down a second time"),
            ("down=eth0", "down=eth/0", 1, "\"down=eth/0\" cannot be the name of an interface"),
            ("up=eth1", "up=eth0", 1, "gateway fw: eth0 is the interface of both sides"),
            (
                "down=eth0", "down=eth7", 1,
                "gateway fw: \"eth7\" is not an interface of this host; name one that `ip link` shows"
            ),
            ("up=eth1", "up=eth7", 1, "or write \"uplink module=<its driver>\" if it comes with its driver"),
            ("/29", "/29 port=0", 1, "\"port=0\" is out of range; write a number from 1 to 65535"),
            ("/29", "/29 port=7000x", 1, "\"port=7000x\" is not a whole number"),
            ("gateway fw", "gatewy fw", 1, "\"gatewy\" is no word of this file; did you mean \"gateway\"?"),
        ] as [GatewayMistake])
    func head(mistake: GatewayMistake) { expectOneError(mistake) }

    @Test("A head that is missing is missed once, in the first line that needs it")
    func missingHead() {
        let text = GatewayFiles.good.split(separator: "\n").dropFirst().joined(separator: "\n")
        let errors = GatewayFiles("debug 1\n" + text + "\n").read().errors
        #expect(errors.count == 1 && errors[0].line == 2, "\(errors)")
        #expect(
            errors.first?.message.hasPrefix(
                "host: no gateway line stands above it; begin each service with \"gateway fw down=") == true)
    }

    @Test(
        "The roving addresses",
        arguments: [
            (",203.0.113.1/29", "", 1, "is not two addresses with a comma and no blank between"),
            (",203.0.113.1/29", ",", 1, "is not two addresses with a comma and no blank between"),
            ("/29", "/29,192.0.2.1/24", 1, "is not two addresses with a comma and no blank between"),
            ("10.0.0.1/24", "10.0.0.1", 1, "has no length behind 10.0.0.1; write \"10.0.0.1/24\""),
            ("10.0.0.1/24", "10.0.0.1/32", 1, "has no length from 1 to 31 behind 10.0.0.1"),
            ("10.0.0.1/24", "10.0.0.1/x", 1, "has no length from 1 to 31 behind 10.0.0.1"),
            ("10.0.0.1/24", "10.0.0/24", 1, "is wrong: the address \"10.0.0\" in it is no IP address"),
            ("10.0.0.1/24", "224.0.0.1/24", 1, "\"224.0.0.1\" in it is no address that other hosts could reach"),
            ("10.0.0.1/24", "127.0.0.1/24", 1, "\"127.0.0.1\" in it is no address that other hosts could reach"),
            ("10.0.0.1/24", "fe80::1/64", 1, "\"fe80::1\" in it is link-local"),
            ("10.0.0.1/24", "10.0.0.0/24", 1, "has no host's address in 10.0.0.0/24"),
            ("10.0.0.1/24", "10.0.0.255/24", 1, "has no host's address in 10.0.0.255/24"),
            ("203.0.113.1/29", "10.0.0.7/24", 1, "has both addresses in one network"),
        ] as [GatewayMistake])
    func roving(mistake: GatewayMistake) { expectOneError(mistake) }

    @Test(
        "Hosts",
        arguments: [
            (
                "host gwb 10.0.0.3 203.0.113.3 priority=20", "host gwb 10.0.0.3", 3,
                "host: write its name, its own downstream"
            ),
            ("host gwb", "host gw/b", 3, "\"gw/b\" cannot be the name of a host; write what `uname -n` prints there"),
            ("host gwb", "host " + String(repeating: "b", count: 65), 3, "has 65 bytes, and messages have room for 64"),
            ("10.0.0.3", "10.0.0.3/24", 3, "\"10.0.0.3/24\" is no IP address; write one without its length"),
            ("10.0.0.3", "gwb-down", 3, "\"gwb-down\" is no IP address"),
            (" priority=20", "", 3, "host gwb: its priority is missing; write \"priority=20\""),
            ("priority=20", "priority=0", 3, "\"priority=0\" is out of range; write a number from 1 to 65535"),
            ("priority=20", "prio=20", 3, "\"prio=20\" is none of priority=, svc_check="),
            ("priority=20", "priorty=20", 3, "did you mean \"priority=\"?"),
            ("priority=20", "priority=20 priority=21", 3, "\"priority=21\" says priority a second time"),
            ("priority=20", "priority=30", 3, "host gwb: priority 30 is already that of gwa (line 2)"),
            ("host gwb", "host GWA", 3, "host gwa: it is named already in line 2; remove one of the two lines"),
            ("priority=20", "priority=20 svc_check=99ms", 3, "\"svc_check=99ms\" is not from 100ms to 600 (seconds)"),
            (
                "priority=20", "priority=20 svc_check=500ms", 3,
                "gateway fw: svc_check of gwb (0.5 s) must not be shorter than self_check (1.0 s); write at least svc_check=1"
            ),
            (
                "host gwb 10.0.0.3 203.0.113.3", "host gwb 203.0.113.3 10.0.0.3", 3,
                "host gwb: its addresses are exchanged; write the downstream one first, \"host gwb 10.0.0.3 203.0.113.3\""
            ),
            (
                "10.0.0.3", "10.0.1.3", 3,
                "host gwb: 10.0.1.3 is not in the downstream network, 10.0.0.0/24 (line 1); correct one of the two"
            ),
            ("203.0.113.3", "203.0.113.9", 3, "203.0.113.9 is not in the upstream network, 203.0.113.0/29 (line 1)"),
            ("10.0.0.3", "10.0.0.255", 3, "10.0.0.255 is no host's address in 10.0.0.0/24"),
            ("10.0.0.3", "fd00::3", 3, "fd00::3 is IPv6, and the downstream side has IPv4, 10.0.0.1 (line 1)"),
        ] as [GatewayMistake])
    func hosts(mistake: GatewayMistake) { expectOneError(mistake) }

    @Test(
        "Every address is one of something",
        arguments: [
            (
                "10.0.0.3", "10.0.0.2", 3,
                "10.0.0.2 is the downstream address of gwb, and in line 2 the downstream address of gwa; write another address"
            ),
            (
                "10.0.0.3", "10.0.0.1", 3,
                "10.0.0.1 is the downstream address of gwb, and in line 1 the roving downstream"
            ),
            ("10.0.0.20", "10.0.0.3", 4, "10.0.0.3 is a witness, and in line 3 the downstream address of gwb"),
            ("10.0.0.20", "10.0.0.20 10.0.0.20", 4, "10.0.0.20 is a witness, and in line 4 a witness"),
            ("203.0.113.6", "203.0.113.3", 5, "203.0.113.3 is next_hop, and in line 3 the upstream address of gwb"),
            ("203.0.113.6", "203.0.113.1", 5, "203.0.113.1 is next_hop, and in line 1 the roving upstream address"),
            (
                "", "service 10.0.0.1/24", 7,
                "10.0.0.1 is an address of service, and in line 1 the roving downstream address"
            ),
            (
                "", "remote_check 203.0.113.2", 7,
                "203.0.113.2 is the upstream address of gwa (line 2), so that the gateway would answer itself; write a host behind"
            ),
        ] as [GatewayMistake])
    func doubles(mistake: GatewayMistake) { expectOneError(mistake) }

    @Test(
        "Whom the checks ask",
        arguments: [
            ("203.0.113.6", "router", 5, "next_hop: \"router\" is no IP address"),
            (
                "203.0.113.6", "203.0.113.6 203.0.113.7", 5,
                "next_hop: it has one value; write for example \"next_hop 203.0."
            ),
            ("next_hop 203.0.113.6", "next_hop", 5, "next_hop: it has one value"),
            (
                "", "next_hop 203.0.113.5", 7,
                "next_hop: line 5 says it already for this service; remove one of the two lines"
            ),
            (
                "next_hop 203.0.113.6\n", "", 1,
                "gateway fw: uplinkCheck and remoteSvcCheck would have nobody to ask; write the address of the next router upstream,"
            ),
            ("next_hop", "remote_check", 1, "gateway fw: uplinkCheck would have nobody to ask"),
            ("203.0.113.6", "10.0.0.77", 5, "next_hop: 10.0.0.77 is in the downstream network, 10.0.0.0/24"),
            ("203.0.113.6", "2001:db8::6", 5, "2001:db8::6 is IPv6, and the upstream side has IPv4"),
            ("", "remote_check 2001:db8::1", 7, "the built-in remoteSvcCheck knows IPv4 only, and 2001:db8::1 is IPv6"),
            (
                "", "remote_check 10.0.0.77", 7,
                "remote_check: 10.0.0.77 is in the downstream network, 10.0.0.0/24, so that remoteSvcCheck asks nobody behind"
            ),
            ("10.0.0.20", "fd00::20", 4, "witness: fd00::20 is IPv6, and the downstream side has IPv4"),
            (
                "witness 10.0.0.20", "witness", 4,
                "witness: nothing stands behind it; write for example \"witness 10.0.0.20\""
            ),
            (
                "", "uplink links", 7,
                "\"links\" is none of link, addresses, module=<kernel module>; did you mean \"link\"?"
            ),
            ("", "uplink module", 7, "did you mean \"module=\"?"),
            ("", "uplink module=../x", 7, "\"module=../x\" names no kernel module"),
            ("", "default_route perhaps", 7, "default_route: \"perhaps\" is neither yes nor no"),
            ("service firewall", "service /etc/x", 6, "service: \"/etc/x\" contains a path"),
            ("service firewall", "service", 6, "service: nothing stands behind it"),
            ("", "spread 65536", 7, "spread: \"65536\" is out of range; write a number from 0 to 65535"),
            ("", "spread", 7, "spread: it has one value; write for example \"spread 15\""),
        ] as [GatewayMistake])
    func asked(mistake: GatewayMistake) { expectOneError(mistake) }

    @Test(
        "Times",
        arguments: [
            ("", "self_check 0", 7, "self_check: \"0\" is not from 100ms to 600 (seconds)"),
            ("", "self_check 1min", 7, "self_check: \"1min\" is in minutes, which the file format does not know"),
            ("", "return_after 3601", 7, "return_after: \"3601\" is not from 1ms to 3600 (seconds)"),
            (
                "", "deny_timeout 99999999999999999999999", 7,
                "deny_timeout: \"99999999999999999999999\" is longer than 100"
            ),
            ("", "procedure_timeout", 7, "procedure_timeout: nothing stands behind it"),
            ("", "procedure_timeout downlink_check=1", 7, "did you mean \"downlinkCheck=\"?"),
            (
                "", "procedure_timeout uplinkCheck=1 uplinkCheck=2", 7,
                "\"uplinkCheck=2\" says uplinkCheck a second time"
            ),
            (
                "service firewall", "procedure_timeout uplinkCheck=1\nprocedure_timeout uplinkCheck=2", 7,
                "\"uplinkCheck=2\" says what line 6 says already"
            ),
            (
                "", "reply_timeout 3", 7,
                "gateway fw: reply_timeout (3.0 s) must be longer than localSvcCheck may take (3.0 s); write at least "
                    + "\"reply_timeout 3.001\", or shorten what procedure_timeout says"
            ),
            (
                "", "procedure_timeout localSvcCheck=5", 7,
                "reply_timeout (4.0 s) must be longer than localSvcCheck may take"
            ),
            (
                "", "deny_timeout 4", 7,
                "deny_timeout (4.0 s) must be 0.1 s longer than downlinkCheck, uplinkCheck and localSvcCheck may take together "
                    + "(4.0 s); write at least \"deny_timeout 4.1\""
            ),
            ("", "deny_timeout 4.099", 7, "deny_timeout (4.099 s) must be 0.1 s longer than"),
            (
                "service firewall", "procedure_timeout uplinkCheck=5\nprocedure_timeout downlinkCheck=1", 6,
                "deny_timeout (8.0 s) must be 0.1 s longer than"
            ),
            (
                "", "svc_check 500ms", 7,
                "svc_check (0.5 s) must not be shorter than self_check (1.0 s); write at least \"svc_check 1\""
            ),
            (
                "", "self_check 2", 7,
                "svc_check (1.0 s) must not be shorter than self_check (2.0 s); write at least \"svc_check 2\""
            ),
            (
                "", "hear_timeout 99ms", 7,
                "hear_timeout (0.099 s) must be at least 0.1 s, because five announcements go into it"
            ),
            ("", "hear_timeout 8", 7, "hear_timeout (8.0 s) must be shorter than deny_timeout (8.0 s)"),
        ] as [GatewayMistake])
    func times(mistake: GatewayMistake) { expectOneError(mistake) }

    /// A third host, in the first of four lines.
    @Test(
        "A backup does not look more often than a better one",
        arguments: [
            (
                "priority=20", "priority=20 svc_check=3", 4,
                "gateway fw: svc_check of gwc (2.0 s) must not be shorter than that of gwb (3.0 s), whose priority is higher; "
                    + "write at least svc_check=3"
            ),
            (
                "priority=20\nhost gwc 10.0.0.4 203.0.113.4 priority=10",
                "priority=20 svc_check=1.5\nhost gwc 10.0.0.4 203.0.113.4 priority=25", 3,
                "gateway fw: svc_check of gwb (1.5 s) must not be shorter than that of gwc (2.0 s), whose priority is higher; "
                    + "write at least svc_check=2"
            ),
            (
                "priority=20\nhost gwc 10.0.0.4 203.0.113.4 priority=10 svc_check=2",
                "priority=20 svc_check=2\nhost gwc 10.0.0.4 203.0.113.4 priority=10", 3,
                "write at most svc_check=1.25 here, or a longer one for gwc"
            ),
        ] as [GatewayMistake])
    func order(mistake: GatewayMistake) {
        let third = GatewayFiles.good.replacing(
            "priority=20\n", with: "priority=20\nhost gwc 10.0.0.4 203.0.113.4 priority=10 svc_check=2\n")
        #expect(GatewayFiles(third).read().diagnostics.isEmpty)
        expectOneError(mistake, in: third)
    }

    @Test(
        "Words",
        arguments: [
            ("", "selfcheck 1", 7, "\"selfcheck\" is no word of this file; did you mean \"self_check\"?"),
            (
                "", "self_check=1", 7,
                "\"self_check=1\" is no word of this file: write a blank after it, \"self_check <value>\""
            ),
            ("", "bcast eth0", 7, "bcast: a gateway service has no use for it; this belongs into ha.cf"),
            ("", "logfacility deamon", 7, "logfacility: \"deamon\" is none of auth"),
            ("", "logfile log", 7, "logfile: \"log\" is not a full path"),
            ("", "debug 256", 7, "debug: \"256\" is out of range"),
            ("", "\u{0}", 7, "the line contains a NUL byte"),
        ] as [GatewayMistake])
    func words(mistake: GatewayMistake) { expectOneError(mistake) }

    @Test("A file without a service says what one begins with")
    func nothing() {
        for text in ["", "# nothing\n", "debug 1\n"] {
            let errors = GatewayFiles(text).read().errors
            #expect(
                errors.count == 1 && errors[0].line == 1 && errors[0].message.hasPrefix("no service is named; write"))
        }
    }

    @Test("A service without hosts says what they look like")
    func noHosts() {
        let errors = GatewayFiles("gateway fw down=eth0 up=eth1 roving=10.0.0.1/24,203.0.113.1/29\n").read().errors
        #expect(
            errors.count == 1 && errors[0].message.hasPrefix("gateway fw: no host is named; write one line for each"))
    }

    @Test("A service has sixteen hosts at most")
    func tooManyHosts() {
        let hosts = (40...54).map { "host gw\($0) 10.0.0.\($0) 203.0.113.\($0) priority=\($0)\n" }.joined()
        let errors = GatewayFiles(GatewayFiles.good.replacing("/29", with: "/24") + hosts).read().errors
        #expect(errors.map(\.line) == [21])
        #expect(errors.first?.message.hasPrefix("host gw54: a service has at most 16 hosts; remove one") == true)
    }

    @Test("IPv6 downstream needs a program that asks through the gateway")
    func ipv6Downstream() {
        var text = GatewayFiles.good.replacing("10.0.0.1/24", with: "fd00::1/64")
        for number in [2, 3, 20] { text = text.replacing("10.0.0.\(number) ", with: "fd00::\(number) ") }
        let errors = GatewayFiles(text.replacing("10.0.0.20", with: "fd00::20")).read().errors
        #expect(errors.count == 1 && errors[0].line == 1, "\(errors)")
        #expect(
            errors.first?.message
                == "gateway fw: the downstream side has IPv6, and the built-in remoteSvcCheck knows IPv4 only; put a program "
                + "remoteSvcCheck into gateway.d")
    }

    @Test("A default route that is asked for needs a router")
    func defaultRoute() {
        var files = GatewayFiles(replacing: "next_hop 203.0.113.6", with: "default_route yes")
        files.host.hasGatewayHook = { _, _ in true }
        let errors = files.read().errors
        #expect(errors.map(\.line) == [5])
        #expect(
            errors.first?.message == "default_route: there is no router that it could lead to; write next_hop, or "
                + "\"default_route no\"")
    }

    @Test("This host must have a part in a service")
    func thisHost() {
        var files = GatewayFiles()
        files.localNode = "gwaa"
        let errors = files.read().errors
        #expect(errors.count == 1 && errors[0].line == 1)
        #expect(
            errors.first?.message
                == "this host, \"gwaa\", is in no service; there are gwa, gwb; did you mean \"gwa\"?; write a host line with what "
                + "`uname -n` prints here, or start hb_gateway with --name")
    }

    @Test("One mistake gives one message: what involves it is not judged")
    func oneMessage() {
        for (old, new) in [
            ("/29", "/x"), ("10.0.0.2 ", "10.0.0.256 "), ("host gwa", "hst gwa"), ("next_hop", "next_hopp"),
            ("10.0.0.20", "10.0.0.300"), ("gateway fw", "gateway"),
        ] {
            let errors = GatewayFiles(replacing: old, with: new).read().errors
            #expect(errors.count == 1, "\(new): \(errors)")
        }
    }

    @Test("All mistakes of both files are listed at once, in the order of their lines")
    func all() {
        var files = GatewayFiles(
            GatewayFiles.good.replacing("10.0.0.3", with: "10.0.1.3").replacing("up=eth1", with: "up=eth7")
                + "deny_timeout 1\nselfcheck 1\n")
        files.authkeys = "auth 1\n1 crc\n"
        let result = files.read()
        #expect(
            result.errors.map { "\($0.file):\($0.line ?? 0)" }
                == ["gateway.cf:1", "gateway.cf:3", "gateway.cf:7", "gateway.cf:8", "authkeys:2"],
            "\(result.diagnostics)")
    }
}
