// gateway.cf: what each word means, which service it belongs to, and what holds without it.

import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite("Words of gateway.cf")
struct GatewayWordTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("A service is its sides and its hosts; everything else has a default")
    func defaults() throws {
        let result = GatewayFiles().read()
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let gateway = try #require(result.gateways?.first)
        #expect(result.gateways?.count == 1)
        let leg = { (interface: String, text: String, bits: Int) in
            GatewayLeg(
                interface: interface,
                roving: ServiceAddress(try address(text), text: text, prefixLength: bits, interface: interface))
        }
        var expected = GatewayConfiguration(
            name: "fw", down: try leg("eth0", "10.0.0.1", 24), up: try leg("eth1", "203.0.113.1", 29),
            hosts: [
                GatewayHost(
                    NodeName("gwa"), priority: 30, down: try address("10.0.0.2"), up: try address("203.0.113.2")),
                GatewayHost(
                    NodeName("gwb"), priority: 20, down: try address("10.0.0.3"), up: try address("203.0.113.3")),
            ])
        expected.nextHop = try address("203.0.113.6")
        expected.witnesses = [try address("10.0.0.20")]
        expected.service = [Resource(word: "firewall", scriptName: "firewall", arguments: [])]
        #expect(gateway == expected)
        #expect(result.keys.keys.map(\.method) == [.sha1] && result.keys.current == 1)
    }

    @Test("Every word means this")
    func words() throws {
        let text = """
            logfacility daemon
            logfile /var/log/gateway.log
            \(GatewayFiles.good.replacing("/29\n", with: "/29 port=7000\n").replacing("=20\n", with: "=20 svc_check=2s\n"))
            debug 1
            remote_check 192.0.2.1
            witness 10.0.0.21 10.0.0.22   # a second line goes on with the list
            uplink module=e1000e
            default_route no
            self_check 500ms
            svc_check 1.5
            procedure_timeout downlinkCheck=400ms localSvcCheck=2
            procedure_timeout activateUplink=20s
            reply_timeout 3
            deny_timeout 6
            hear_timeout 250ms
            init_patience 10
            return_after 30
            service IPaddr::10.0.0.9/24 web::a::b
            """
        let result = GatewayFiles(text).read()
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let gateway = try #require(result.gateways?.first)
        #expect(result.logging.facility == "daemon" && result.logging.logFile == "/var/log/gateway.log")
        #expect(result.logging.debugLevel == 1)
        #expect(gateway.port == 7000 && gateway.serviceChecks == [NodeName("gwb"): .seconds(2)])
        #expect(gateway.remoteTarget == (try address("192.0.2.1")))
        #expect(gateway.witnesses == (try ["10.0.0.20", "10.0.0.21", "10.0.0.22"].map(address)))
        #expect(gateway.uplink == .module("e1000e") && !gateway.setsDefaultRoute)
        #expect(gateway.selfCheck == .milliseconds(500) && gateway.serviceCheck == .milliseconds(1500))
        #expect(
            gateway.timeouts == [
                .downlinkCheck: .milliseconds(400), .localSvcCheck: .seconds(2), .activateUplink: .seconds(20),
            ])
        #expect([gateway.replyTimeout, gateway.denyTimeout, gateway.hearTimeout] == [3, 6, 0.25].map { .seconds($0) })
        #expect(gateway.initPatience == .seconds(10) && gateway.returnAfter == .seconds(30))
        #expect(gateway.service.map(\.word) == ["firewall", "IPaddr::10.0.0.9/24", "web::a::b"])
        #expect(gateway.service[1].address?.ip == (try address("10.0.0.9")))
    }

    @Test("What waits for others lasts three times as long as what it waits for, unless it is said")
    func derivedTimes() throws {
        let gateway = try #require(
            GatewayFiles(GatewayFiles.good + "reply_timeout 5\ndeny_timeout 10\n").read().gateways?.first)
        #expect(gateway.initPatience == .seconds(15) && gateway.returnAfter == .seconds(30))
    }

    @Test(
        "What activateUplink switches",
        arguments: [("link", .link), ("addresses", .addresses), ("module=r8169", .module("r8169"))]
            as [(String, GatewayUplink)])
    func uplink(word: String, uplink: GatewayUplink) {
        let result = GatewayFiles(GatewayFiles.good + "uplink \(word)\n").read()
        #expect(result.gateways?.first?.uplink == uplink && result.diagnostics.isEmpty)
    }

    @Test("A word belongs to the service above it; settings of the log belong to the file")
    func blocks() throws {
        let result = GatewayFiles(
            GatewayFiles.good + "self_check 500ms\n" + GatewayFiles.second + "self_check 300ms\ndebug 2\n"
        ).read()
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let gateways = try #require(result.gateways)
        #expect(gateways.map(\.name) == ["fw", "dmz"])
        #expect(gateways.map(\.selfCheck) == [.milliseconds(500), .milliseconds(300)])
        #expect(gateways.map { $0.hosts.map(\.priority) } == [[30, 20], [20, 30]])
        #expect(result.logging.debugLevel == 2)
    }

    @Test("Names of hosts have no upper case, as everywhere")
    func upperCase() {
        var files = GatewayFiles(replacing: "host gwa", with: "host GWA")
        files.localNode = "Gwa"
        #expect(files.read().gateways?.first?.hosts.first?.name == NodeName("gwa"))
    }

    @Test("Both sides may have IPv6 when a program asks through the gateway, and a router may be link-local")
    func ipv6() throws {
        var files = GatewayFiles(
            """
            gateway fw down=eth0 up=eth1 roving=fd00::1/64,2001:db8::1/64
            host gwa fd00::2 2001:db8::2 priority=30
            host gwb fd00::3 2001:db8::3 priority=20
            witness fd00::20 fe80::20
            next_hop fe80::1
            service firewall
            """)
        files.host.hasGatewayHook = { $0 == "fw" && $1 == .remoteSvcCheck }
        let result = files.read()
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let gateway = try #require(result.gateways?.first)
        #expect(gateway.down.roving.ip == (try address("fd00::1")) && gateway.down.roving.prefixLength == 64)
    }

    @Test("Programs in the place of the built-in checks need nobody to ask")
    func hooks() {
        var files = GatewayFiles(replacing: "next_hop 203.0.113.6\n", with: "")
        files.host.hasGatewayHook = { _, procedure in [.uplinkCheck, .remoteSvcCheck].contains(procedure) }
        #expect(files.read().diagnostics.isEmpty)
        files.text = GatewayFiles.good.replacing("next_hop 203.0.113.6\n", with: "remote_check 192.0.2.1\n")
        files.host.hasGatewayHook = { _, procedure in procedure == .uplinkCheck }
        #expect(files.read().diagnostics.isEmpty)
        files.text = GatewayFiles.good.replacing("witness 10.0.0.20\n", with: "")
        files.host.hasGatewayHook = { _, procedure in procedure == .downlinkCheck }
        #expect(files.read().diagnostics.isEmpty)
    }

    @Test("How much a host counts less for another service is said in each service, and is nothing unless it is")
    func spread() throws {
        let text = GatewayFiles.good + "spread 15\n" + GatewayFiles.second
        let result = GatewayFiles(text).read()
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        #expect(try #require(result.gateways).map(\.spread) == [15, 0])
    }

    @Test("Sixteen hosts are not too many")
    func sixteenHosts() {
        let hosts = (40...53).map { "host gw\($0) 10.0.0.\($0) 203.0.113.\($0) priority=\($0)\n" }.joined()
        let files = GatewayFiles(GatewayFiles.good.replacing("/29", with: "/24") + hosts)
        #expect(files.read().gateways?.first?.hosts.count == 16)
    }

    @Test("Two services may share the interfaces when only addresses come and go, and each host has two of its own")
    func sharedInterfaces() {
        let second = """
            gateway dmz down=eth0 up=eth1 roving=10.0.0.11/24,203.0.113.9/28
            host gwa 10.0.0.2 203.0.113.10 priority=20
            host gwb 10.0.0.3 203.0.113.11 priority=30
            witness 10.0.0.20
            next_hop 203.0.113.6
            service filter
            uplink addresses
            """
        let first = GatewayFiles.good.replacing("/29", with: "/28") + "uplink addresses\n"
        let result = GatewayFiles(first + second).read()
        #expect(result.gateways?.count == 2 && result.diagnostics.isEmpty, "\(result.diagnostics)")
    }

    @Test("The driver of the upstream interface may bring it later")
    func interfaceOfADriver() {
        let text = GatewayFiles.good.replacing("up=eth1", with: "up=eth7") + "uplink module=r8169\n"
        #expect(GatewayFiles(text).read().diagnostics.isEmpty)
    }

    @Test("An own script for addresses brings up those of the service")
    func ownScript() {
        var files = GatewayFiles(GatewayFiles.good + "service 10.0.0.9/24\n")
        files.host.hasOwnScript = { $0 == "IPaddr" }
        let result = files.read()
        #expect(result.gateways?.first?.service.map { $0.address == nil } == [true, true])
        #expect(result.warnings.map(\.line) == [7])
    }
}
