// Which resources the daemon brings up itself, with which address, and when a script of the owner does it instead.

import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("Addresses of haresources")
struct AddressTests {
    private func resource(_ word: String) -> Resource? {
        readHaresources("nodea \(word)\n").configuration?.groups.first?.resources.first
    }

    @Test(
        "An address has its parts",
        arguments: [
            ("10.0.0.1", ServiceAddress(IPAddress("10.0.0.1")!, text: "10.0.0.1")),
            ("10.0.0.1/24", ServiceAddress(IPAddress("10.0.0.1")!, text: "10.0.0.1", prefixLength: 24)),
            (
                "IPaddr::10.0.0.1/24/eth0",
                ServiceAddress(IPAddress("10.0.0.1")!, text: "10.0.0.1", prefixLength: 24, interface: "eth0")
            ),
            (
                "IPaddr2::10.0.0.1/24/eth1:0/10.0.0.127",
                ServiceAddress(
                    IPAddress("10.0.0.1")!, text: "10.0.0.1", prefixLength: 24, interface: "eth1", label: "eth1:0",
                    broadcast: IPAddress("10.0.0.127"))
            ),
            (
                "10.0.0.1/24/10.0.0.255",
                ServiceAddress(
                    IPAddress("10.0.0.1")!, text: "10.0.0.1", prefixLength: 24, broadcast: IPAddress("10.0.0.255"))
            ),
            (
                "IPv6addr::2001:db8:0:0:0:0:0:1",
                ServiceAddress(
                    IPAddress("2001:db8::1")!, text: "2001:db8:0:0:0:0:0:1")
            ),
            (
                "IPv6addr::2001:db8:0:0:0:0:0:1/64/eth2",
                ServiceAddress(
                    IPAddress("2001:db8::1")!, text: "2001:db8:0:0:0:0:0:1",
                    prefixLength: 64, interface: "eth2")
            ),
        ])
    func parts(word: String, address: ServiceAddress) {
        #expect(resource(word)?.address == address)
    }

    @Test("What is not an address has none", arguments: ["Stub", "IPsrcaddr::10.0.0.1", "SendArp::10.0.0.1/eth0"])
    func scripts(word: String) {
        #expect(resource(word) != nil && resource(word)?.address == nil)
    }

    @Test(
        "An address that cannot be one is refused",
        arguments: [
            ("IPv6addr::2001:db8:0:0:0:0:0:1/129", "a number of bits from 1 to 128"),
            ("IPv6addr::2001:db8:0:0:0:0:0:1/64/eth0:1", "only IPv4 addresses"),
            ("IPv6addr::2001:db8:0:0:0:0:0:1/64/a-name-of-20-letters", "names an interface"),
            ("IPv6addr::ff02:0:0:0:0:0:0:1/64", "no interface can own"),
            ("IPv6addr::0:0:0:0:0:0:0:0", "no interface can own"),
            ("10.0.0.1/24/eth0:", "15 characters at most"), ("10.0.0.1/24/enp0s31f6:longer", "15 characters at most"),
        ])
    func mistakes(word: String, message: String) {
        let errors = readHaresources("nodea \(word)\n").errors
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test("A link-local address without an interface is pointed out")
    func linkLocal() {
        #expect(readHaresources("nodea IPv6addr::fe80:0:0:0:0:0:0:9/64/eth0\n").diagnostics.isEmpty)
        let warnings = readHaresources("nodea IPv6addr::fe80:0:0:0:0:0:0:9/64\n").warnings
        #expect(warnings.count == 1 && warnings[0].contains("is link-local"), "\(warnings)")
    }

    // MARK: On this machine

    private func read(
        _ word: String, place: AddressPlace? = nil, holder: AddressHolder? = nil, own: Bool = false
    ) -> ConfigurationResult {
        var files = Files()
        files.haresources = "nodea Stub1\nnodeb \(word)\n"
        files.host.place = { _ in place }
        files.host.holder = { _ in holder }
        files.host.hasOwnScript = { _ in own }
        return files.read()
    }

    @Test("An address that the machine has by itself is refused; what a heartbeat has brought up is not")
    func machineAddress() {
        let place = AddressPlace.network(interface: "eth0", bits: 24)
        let result = read("10.77.0.1/24", place: place, holder: .machine(interface: "eth0"))
        #expect(result.configuration == nil && result.errors.count == 1)
        let error = result.errors.first ?? ""
        #expect(error.hasPrefix("haresources:2: \"10.77.0.1/24\": eth0 of this node has this address already"))
        #expect(error.contains("ip address show to 10.77.0.1"))
        #expect(read("10.77.0.1/24", place: place).diagnostics.isEmpty)
    }

    @Test("What heartbeat 3 has left, and what nobody can tell, is only warned of")
    func doubtfulHolders() {
        let left = read("10.77.0.1", holder: .earlierHeartbeat(label: "eth0:0"))
        #expect(left.configuration != nil && left.warnings.count == 1)
        #expect(left.warnings.first?.contains("is up here as eth0:0, as a heartbeat 3 leaves it") == true)
        let unknown = read("10.77.0.1", holder: .unknown(interface: "eth0"))
        #expect(unknown.configuration != nil && unknown.warnings.first?.contains("if it is the node's own") == true)
    }

    @Test("Where an address will come up is said if that may be a surprise")
    func places() {
        let wide = read("10.77.0.100/16", place: .network(interface: "eth0", bits: 24))
        #expect(wide.configuration != nil && wide.warnings.count == 1, "\(wide.diagnostics)")
        #expect(wide.warnings.first?.contains("the network of eth0 has 24 bits; with 16 this node") == true)
        #expect(read("10.77.0.100/32", place: .network(interface: "eth0", bits: 24)).diagnostics.isEmpty)
        #expect(read("10.99.0.1/24/eth0", place: .named(interface: "eth0")).diagnostics.isEmpty)
        let far = read("10.99.0.1/24", place: .route(interface: "eth1", bits: nil))
        #expect(far.warnings.first?.contains("it will come up on eth1, because the default route leads there") == true)
        let routed = read("10.99.0.1", place: .route(interface: "eth1", bits: 16))
        #expect(routed.warnings.first?.contains("because a route to a network of 16 bits leads there") == true)
        let nowhere = read("10.99.0.1", place: .nowhere(reason: "no interface has it"))
        #expect(nowhere.configuration != nil)
        #expect(nowhere.warnings.first?.contains("could not come up on this node now: no interface has it") == true)
        // Where the owner's script puts it is the owner's.
        let own = read("10.99.0.1", place: .nowhere(reason: "x"), holder: .machine(interface: "eth0"), own: true)
        #expect(own.configuration != nil && own.warnings.count == 1, "\(own.diagnostics)")
    }

    /// As `heartbeat -t` reads it, on a machine of these networks.
    private func test(
        _ words: String, place: AddressPlace, networks: [InterfaceNetwork] = networks
    ) -> ConfigurationResult {
        var files = Files()
        files.haresources = "nodea Stub1\nnodeb \(words)\n"
        files.host.place = { _ in place }
        files.host.networks = { networks }
        return files.read()
    }

    private static let networks = [
        InterfaceNetwork(interface: "eth0", first: IPAddress("159.18.124.240")!, bits: 28),
        InterfaceNetwork(interface: "eth1", first: IPAddress("192.168.0.0")!, bits: 24),
    ]

    @Test("A check takes an address of no network for a mistake, and names the networks there are")
    func belongsNowhere() {
        let routed = AddressPlace.route(interface: "eth0", bits: nil)
        let outside = AddressPlace.outside(reason: "no interface has it")
        for place in [routed, outside] {
            let result = test("116.1.1.1/28 Stub2", place: place)
            #expect(result.configuration == nil && result.errors.count == 1, "\(result.diagnostics)")
            let error = result.errors.first ?? ""
            #expect(
                error.hasPrefix(
                    "haresources:2: \"116.1.1.1/28\": 116.1.1.1 belongs to no network of this node "
                        + "(159.18.124.240/28 on eth0, 192.168.0.0/24 on eth1)"))
            #expect(error.contains("name the interface: 116.1.1.1/28/eth0"))
            // A start only warns: the network may be late, and the original starts.
            let start = read("116.1.1.1/28", place: place)
            #expect(start.configuration != nil && start.warnings.count == 1, "\(start.diagnostics)")
        }
        #expect(test("IPaddr::116.1.1.1", place: outside).errors.count == 1)
        #expect(test("IPaddr2::116.1.1.1/28", place: routed).errors.count == 1)
    }

    @Test("What may find its network later, or is routed to this node, is no mistake of a check")
    func belongsSomewhereLater() {
        let routed = AddressPlace.route(interface: "eth0", bits: nil)
        let outside = AddressPlace.outside(reason: "no interface has it")
        // The script before it may set up its interface.
        #expect(test("gre::berlin 172.16.1.1/30", place: outside).errors.isEmpty)
        // A single address that a provider routes here is in no network of its own.
        #expect(test("116.1.1.1/32", place: routed).errors.isEmpty)
        #expect(!test("116.1.1.1/32", place: outside).errors.isEmpty)
        // No network has been set up, or none of this version of the protocol.
        #expect(test("116.1.1.1/28", place: outside, networks: []).errors.isEmpty)
        #expect(test("IPv6addr::2001:db8::9/64", place: outside).errors.allSatisfy { !$0.contains("belongs to") })
        #expect(test("116.1.1.1/28/ppp0", place: .named(interface: "ppp0")).errors.isEmpty)
        #expect(test("116.1.1.1/28", place: .nowhere(reason: "interface eth0 is down")).errors.isEmpty)
        #expect(test("159.18.124.254/28", place: .network(interface: "eth0", bits: 28)).diagnostics.isEmpty)
    }

    // MARK: Scripts of the owner

    private func read(_ haresources: String, ownScripts: Set<String>) -> ConfigurationResult {
        var files = Files()
        files.haresources = haresources
        files.host.hasOwnScript = { ownScripts.contains($0) }
        return files.read()
    }

    @Test("The owner's script is used instead, and that is said once a script, in the line of the word")
    func ownScript() {
        let text = "nodea Stub 10.0.0.1/24 \\\n 10.0.0.2 IPaddr2::10.0.0.3\nnodeb IPaddr::10.0.0.4\n"
        let result = read(text, ownScripts: ["IPaddr", "IPv6addr", "Stub"])
        let resources = result.configuration?.groups.flatMap(\.resources) ?? []
        #expect(resources.map { $0.address?.text } == [nil, nil, nil, "10.0.0.3", nil])
        #expect(
            result.warnings == [
                "haresources:1: warning: resource.d/IPaddr is your own, so it is used instead of the built-in IPaddr; "
                    + "remove it to have addresses brought up by the daemon itself, which is faster"
            ])
    }

    @Test("An address of a script is still checked, also against those of other groups")
    func ownScriptIsChecked() {
        #expect(read("nodea 10.0.0.999\n", ownScripts: ["IPaddr"]).errors.count == 1)
        #expect(read("nodea 10.0.0.1\nnodeb Stub IPaddr2::10.0.0.1\n", ownScripts: ["IPaddr"]).errors.count == 1)
    }

    @Test("A script that is nowhere, or not executable, is warned of once, where it is first named")
    func missingScripts() {
        var files = Files()
        files.haresources = "nodea 10.0.0.1 here gone::a\\\n gone locked\nnodeb gone\n"
        files.host.findScript = { name in
            switch name {
            case "gone": .missing(searched: ["/etc/ha.d/resource.d/gone", "/etc/init.d/gone"])
            case "locked": .notExecutable(path: "/etc/init.d/locked")
            default: .found
            }
        }
        let result = files.read()
        #expect(result.configuration != nil)
        #expect(
            result.warnings == [
                "haresources:1: warning: there is no script \"gone\", so its group cannot start; looked for "
                    + "/etc/ha.d/resource.d/gone, /etc/init.d/gone",
                "haresources:2: warning: the script /etc/init.d/locked may not be executed, so its group cannot start; "
                    + "chmod 755 it",
            ])
    }
}
