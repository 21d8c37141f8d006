// gateway.cf: what may be meant and is warned of, and what must hold between two services.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Doubts about gateway.cf")
struct GatewayDoubtTests {
    @Test(
        "What may be meant, and is doubtful, is warned of",
        arguments: [
            (
                "witness 10.0.0.20\n", "", 1,
                "gateway fw: without a witness nobody shows that the downlink works when the other host is dead, and this one will "
                    + "not take over; name what is always on there, \"witness 10.0.0.20\""
            ),
            (
                "host gwb 10.0.0.3 203.0.113.3 priority=20\n", "", 2,
                "gateway fw: it has a single host, and nobody takes over"
            ),
            ("service firewall\n", "", 1, "gateway fw: no resource is named: only addresses and the uplink move"),
            (
                "203.0.113.6", "198.51.100.6", 5,
                "next_hop: 198.51.100.6 is not in the upstream network, 203.0.113.0/29 (line 1), and is asked for on eth1"
            ),
            ("10.0.0.20", "10.0.1.20", 4, "witness: 10.0.1.20 is not in the downstream network, 10.0.0.0/24 (line 1)"),
            ("", "service firewall", 7, "service: \"firewall\" is named twice; once is enough"),
            (
                "", "spread 15", 7,
                "spread: there is no other service in this file that a host could have to serve; remove the line"
            ),
            ("", "service web::\"a", 7, "service: \"web::\"a\": quotes are not understood"),
            ("", "service 10.0.0.9/24/eth0/10.0.0.255/x", 7, "has parts that mean nothing (x)"),
            ("", "logfile", 7, "logfile has no value; the line does nothing"),
        ] as [GatewayMistake])
    func warnings(doubt: GatewayMistake) {
        let result = GatewayFiles(replacing: doubt.old, with: doubt.new).read()
        #expect(result.gateways?.count == 1, "\(result.diagnostics)")
        #expect(
            result.diagnostics.count == 1 && result.diagnostics[0].line == doubt.line
                && result.diagnostics[0].message.contains(doubt.message), "\(doubt.new): \(result.diagnostics)")
    }

    @Test("A script that would not run is named with the service that needs it, once")
    func scripts() {
        var files = GatewayFiles(GatewayFiles.good + GatewayFiles.second.replacing("filter", with: "firewall::dmz"))
        files.host.findScript = { .missing(searched: ["/a/\($0)", "/b/\($0)"]) }
        files.host.resourceWords = { ["firewal"] }
        let result = files.read()
        #expect(result.gateways?.count == 2)
        #expect(
            result.diagnostics.map(\.description) == [
                "gateway.cf:6: warning: service: there is no script \"firewall\", so gateway fw cannot serve; did you mean "
                    + "\"firewal\"?; looked for /a/firewall, /b/firewall"
            ])
    }

    @Test("The own downstream address is to be there before anything starts; where nobody looked nothing is said")
    func ownAddressHere() {
        var files = GatewayFiles()
        for answer in [nil, true] {
            files.host.hasAddress = { _, _ in answer }
            #expect(files.read().diagnostics.isEmpty)
        }
        files.host.hasAddress = { address, interface in address.description != "10.0.0.2" || interface != "eth0" }
        let result = files.read()
        #expect(result.gateways?.count == 1)
        #expect(
            result.diagnostics.map(\.description) == [
                "gateway.cf:2: warning: host gwa: 10.0.0.2 is not on eth0 of this host; give it to the interface at boot, or "
                    + "correct the line"
            ])
        #expect(result.hostLines == ["fw": [NodeName("gwa"): 2, NodeName("gwb"): 3]])
    }

    // MARK: Two services

    @Test("A service without this host is left out, and nothing of this machine is asked for it")
    func withoutThisHost() {
        let second = GatewayFiles.second.replacing("gwa", with: "gwc").replacing("eth2", with: "eth7")
            .replacing("next_hop 198.51.100.6\n", with: "")
        let result = GatewayFiles(GatewayFiles.good + second).read()
        #expect(result.gateways?.map(\.name) == ["fw"])
        #expect(
            result.diagnostics.map(\.description) == [
                "gateway.cf:7: warning: gateway dmz: this host, \"gwa\", is none of its hosts (gwc, gwb) and takes no part in it; "
                    + "if it shall, write a host line for it"
            ])
        // But what is wrong for every host is wrong.
        let wrong = GatewayFiles(GatewayFiles.good + second + "deny_timeout 1\n").read()
        #expect(wrong.gateways == nil && wrong.errors.map(\.line) == [12])
    }

    @Test(
        "What one service gives away the other must not need",
        arguments: [
            (
                "gateway dmz", "gateway fw", 7,
                "gateway fw: there is a service of this name in line 1; messages tell services by their names"
            ),
            (
                "roving=10.1.0.1/24,", "roving=10.1.0.1/24,203.0.113.1/29\n#", 7,
                "203.0.113.1 is the roving upstream address, and the roving upstream address in gateway fw (line 1); write another"
            ),
            (
                "service filter", "service 10.0.0.1/24", 12,
                "10.0.0.1 is an address of service, and the roving downstream address in gateway fw (line 1)"
            ),
            (
                "service filter", "service firewall", 12,
                "\"firewall\" is in gateway fw, too (line 6), and who stops one of the two"
            ),
            (
                "up=eth3", "up=eth1", 7,
                "gateway dmz: eth1 is an interface of gateway fw, too (line 1), and a backup of gateway dmz would switch it off "
                    + "for both; write \"uplink addresses\" in each of them, or give one another interface"
            ),
            ("up=eth3", "up=eth0", 7, "gateway dmz: eth0 is an interface of gateway fw, too (line 1)"),
            ("down=eth2", "down=eth1", 7, "gateway dmz: eth1 is an interface of gateway fw, too (line 1)"),
        ] as [GatewayMistake])
    func twoServices(mistake: GatewayMistake) {
        let second = GatewayFiles.second.replacing(mistake.old, with: mistake.new)
        let errors = GatewayFiles(GatewayFiles.good + second).read().errors
        // An address in the place of another one is in the wrong network, too.
        #expect(
            errors.contains { $0.line == mistake.line && $0.message.contains(mistake.message) }
                && (errors.count == 1 || mistake.new.contains("roving=")), "\(errors)")
    }

    @Test("A host's own address may be in two services; another host's may not")
    func ownAddresses() {
        let second = """
            gateway dmz down=eth0 up=eth3 roving=10.0.0.11/24,198.51.100.1/29
            host gwa 10.0.0.2 198.51.100.2 priority=20
            host gwb 10.0.0.3 198.51.100.3 priority=30
            witness 10.0.0.20
            next_hop 198.51.100.6
            service filter

            """
        #expect(GatewayFiles(GatewayFiles.good + second).read().diagnostics.isEmpty)
        let exchanged = second.replacing("10.0.0.2 ", with: "10.0.0.4 ").replacing("10.0.0.3 ", with: "10.0.0.2 ")
        let errors = GatewayFiles(GatewayFiles.good + exchanged).read().errors
        #expect(errors.map(\.line) == [9])
        #expect(
            errors.first?.message
                == "gateway dmz: 10.0.0.2 is the downstream address of gwb, and the downstream address of gwa in gateway fw "
                + "(line 2); write another address in one of the two places")
    }

    @Test("Where only addresses come and go, a host has two of them on an interface that two services share")
    func sharedAddress() {
        let first = GatewayFiles.good + "uplink addresses\n"
        let second = """
            gateway dmz down=eth2 up=eth1 roving=10.1.0.1/24,203.0.113.4/29
            host gwa 10.1.0.2 203.0.113.2 priority=20
            host gwb 10.1.0.3 203.0.113.5 priority=30
            witness 10.1.0.20
            next_hop 203.0.113.6
            service filter
            uplink addresses
            """
        let errors = GatewayFiles(first + second).read().errors
        #expect(errors.map(\.line) == [8])
        #expect(
            errors.first?.message
                == "gateway dmz: 203.0.113.2 is the address of gwa on eth1 in gateway fw, too (line 1), and a backup of gateway "
                + "dmz would take it away from both; write another address in one of them")
    }
}
