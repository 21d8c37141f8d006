import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats
@testable import HeartbeatNetlink
@testable import HeartbeatPlacement

/// Where addresses go, without a kernel.
struct PlacementTests {
    private static func interface(_ index: UInt32, _ name: String, flags: UInt32 = 0x1003) -> NetlinkMessage {
        var request = NetlinkRequest(
            Netlink.newLink, flags: 0,
            body: [0, 0] + hostBytes(UInt16(1)) + hostBytes(index) + hostBytes(flags) + hostBytes(UInt32(0)))
        request.append(3, Array(name.utf8) + [0])
        return message(request)
    }

    private static func address(
        _ index: UInt32, _ text: String, _ bits: UInt8, label: String? = nil, broadcast: String? = nil,
        peer: String? = nil
    ) -> NetlinkMessage {
        let bytes = IPAddress(text)!.bytes
        var request = NetlinkRequest(
            Netlink.newAddress, flags: 0, body: [bytes.count == 4 ? 2 : 10, bits, 0, 0] + hostBytes(index))
        request.append(2, bytes)
        request.append(1, peer.map { IPAddress($0)!.bytes } ?? bytes)
        if let label { request.append(3, Array(label.utf8) + [0]) }
        if let broadcast { request.append(4, IPAddress(broadcast)!.bytes) }
        return message(request)
    }

    private static func message(_ request: NetlinkRequest) -> NetlinkMessage {
        var bytes: [UInt8] = []
        request.write(to: &bytes, sequence: 1)
        return NetlinkMessage.all(in: bytes)[0]
    }

    private static let tables = KernelTables(
        interfaces: [
            interface(1, "lo", flags: 0x49), interface(2, "eth0"), interface(3, "eth1"),
            interface(4, "ppp0", flags: 0x10D1),
            interface(5, "enp0s31f6u1u2x"), interface(6, "eth2", flags: 0x1002), interface(7, "eth3"),
        ].compactMap(InterfaceEntry.init),
        addresses: [
            address(1, "127.0.0.1", 8, label: "lo"),
            address(2, "192.168.77.1", 24, label: "eth0", broadcast: "192.168.77.255"),
            address(2, "192.168.77.50", 24, label: "eth0:1", broadcast: "192.168.77.255"),
            address(2, "fe80::1", 64), address(2, "fd77::1", 64),
            address(3, "192.168.0.1", 16, label: "eth1", broadcast: "192.168.0.0"),
            address(3, "fd77::2", 48), address(3, "fe80::2", 64),
            address(4, "10.9.9.1", 32, label: "ppp0", peer: "10.9.9.2"),
            address(5, "172.16.0.1", 12, label: "enp0s31f6u1u2x"),
            address(6, "10.20.0.1", 24, label: "eth2"), address(6, "192.168.77.2", 28, label: "eth2"),
        ].compactMap(AddressEntry.init))

    private static func place(
        _ argument: String, _ script: String = "IPaddr", former: (interface: String, bits: UInt8)? = nil,
        route found: RouteToAddress? = nil
    ) throws -> String {
        let address = try #require(WantedAddress(try resource(argument, script)))
        var labels = AliasLabels(tables)
        labels.isWanted = address.wantsLabel
        let route = { (_: ServiceAddress) throws(AddressFailure) -> RouteToAddress? in found }
        let held = former.flatMap { former in
            (tables.interface(named: former.interface) ?? InterfaceEntry(interface(9, former.interface))).map {
                HeldAddress(address: address.address, interface: $0, prefixLength: former.bits)
            }
        }
        do {
            let placement = try Placement(
                address.address, in: tables, former: held, route: route, labels: &labels)
            let broadcast = placement.broadcast.map { " brd \($0)" } ?? ""
            let label = placement.label.map { " \($0)" } ?? ""
            return "\(placement.interface.name)/\(placement.prefixLength)\(broadcast)\(label)"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "What the word leaves open is that of the interface whose network contains the address",
        arguments: [
            ("192.168.77.100", "eth0/24 brd 192.168.77.255 eth0:0"),
            ("192.168.77.100/24", "eth0/24 brd 192.168.77.255 eth0:0"),
            ("192.168.77.100/32", "eth0/32 eth0:0"),
            ("192.168.5.5", "eth1/16 brd 192.168.0.0 eth1:0"),
            ("192.168.5.5/17", "eth1/17 brd 192.168.127.255 eth1:0"),
            ("192.168.77.100/24/eth1", "eth1/24 brd 192.168.77.255 eth1:0"),
            ("192.168.77.100/24/eth0:7", "eth0/24 brd 192.168.77.255 eth0:7"),
            ("192.168.77.100/24/192.168.77.254", "eth0/24 brd 192.168.77.254 eth0:0"),
            ("192.168.77.100/24/eth0:7/192.168.77.254", "eth0/24 brd 192.168.77.254 eth0:7"),
            ("116.1.1.1/28/eth0", "eth0/28 brd 116.1.1.15 eth0:0"),
            ("116.1.1.1/24/eth3", "eth3/24 brd 116.1.1.255 eth3:0"),
            // A label would have 16 characters.
            ("172.16.3.4", "enp0s31f6u1u2x/12 brd 172.31.255.255"),
        ])
    func placed(argument: String, expected: String) throws {
        #expect(try Self.place(argument) == expected)
    }

    @Test(
        "What somebody has taken away goes back to where it was, as long as that can be",
        arguments: [
            // Nothing tells where it belongs; another interface has its network; its own has; the word names another length.
            ("116.1.1.1", "eth3", "eth3/28 brd 116.1.1.15 eth3:0"),
            ("192.168.5.5", "eth3", "eth3/28 brd 192.168.5.15 eth3:0"),
            ("192.168.77.100", "eth0", "eth0/24 brd 192.168.77.255 eth0:0"),
            ("116.1.1.1/30", "eth3", "eth3/30 brd 116.1.1.3 eth3:0"),
            // Down; gone; not the one its word names.
            ("192.168.77.100", "eth2", "eth0/24 brd 192.168.77.255 eth0:0"),
            ("192.168.77.100", "eth9", "eth0/24 brd 192.168.77.255 eth0:0"),
            ("192.168.77.100/24/eth0", "eth1", "eth0/24 brd 192.168.77.255 eth0:0"),
        ])
    func putBack(argument: String, former: String, expected: String) throws {
        #expect(try Self.place(argument, former: (former, 28)) == expected)
    }

    @Test("An address of IPaddr2 has only the label its word names")
    func unlabelled() throws {
        #expect(try Self.place("192.168.77.100", "IPaddr2") == "eth0/24 brd 192.168.77.255")
        #expect(try Self.place("192.168.77.100/24/eth0:1", "IPaddr2") == "eth0/24 brd 192.168.77.255 eth0:1")
    }

    @Test(
        "IPv6 addresses have neither label nor broadcast address",
        arguments: [
            ("fd77::100", "eth0/64"), ("fd77:0:0:1::100", "eth1/48"), ("fd77::100/128", "eth0/128"),
            ("fd77::100/64/eth1", "eth1/64"), ("fe80::100/64/eth0", "eth0/64"), ("2001:db8::1/64/eth0", "eth0/64"),
        ])
    func ipv6(argument: String, expected: String) throws {
        #expect(try Self.place(argument, "IPv6addr") == expected)
    }

    @Test(
        "What has no place is refused with a remedy",
        arguments: [
            ("203.0.113.9", "IPaddr", "name the interface: IPaddr::203.0.113.9/24/eth0"),
            ("203.0.113.9/28", "IPaddr", "name the interface: IPaddr::203.0.113.9/28/eth0"),
            // A network of a single address, one on the loopback interface, one of an interface that is down.
            ("10.9.9.2", "IPaddr", "no interface that is up has a network with this address"),
            ("127.0.0.9", "IPaddr", "no interface that is up has a network with this address"),
            ("10.20.0.9", "IPaddr", "no interface that is up has a network with this address"),
            ("10.20.0.9/24/eth2", "IPaddr", "interface eth2 is down; ip link set eth2 up"),
            ("fe80::100", "IPv6addr", "a link-local address needs its interface; name it: IPv6addr::fe80::100/64/eth0"),
            (
                "10.0.0.1/24/eth9", "IPaddr",
                "this node has no interface eth9; name one of those it has (eth0, eth1, ppp0"
            ),
        ])
    func refused(argument: String, script: String, expected: String) throws {
        #expect(try Self.place(argument, script).contains(expected))
    }

    /// struct rtmsg with the length of the destination, a unicast route, then where it leads.
    private static func route(to interface: UInt32, bits: UInt8, router: String? = nil) throws -> RouteToAddress {
        var request = NetlinkRequest(Netlink.newRoute, flags: 0, body: [2, bits, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0])
        request.append(4, hostBytes(interface))
        if let router { request.append(5, IPAddress(router)!.bytes) }
        return try #require(RouteToAddress(message(request)))
    }

    @Test("An address of no network follows its route, the default route only with bits; an IPv6 address does not")
    func routes() throws {
        let standard = try Self.route(to: 3, bits: 0, router: "192.168.0.254")
        #expect(try Self.place("203.0.113.9/32", route: standard) == "eth1/32 eth1:0")
        #expect(try Self.place("203.0.113.9/28", route: standard) == "eth1/28 brd 203.0.113.15 eth1:0")
        #expect(try Self.place("203.0.113.9", route: standard).contains("no interface that is up has a network"))
        #expect(try Self.place("2001:db8::9/64", "IPv6addr", route: standard).contains("no interface that is up has"))
        let behindRouter = try Self.route(to: 2, bits: 26, router: "192.168.77.254")
        #expect(try Self.place("203.0.113.9", route: behindRouter) == "eth0/26 brd 203.0.113.63 eth0:0")
        let direct = try Self.route(to: 2, bits: 26)
        #expect(try Self.place("2001:db8::9", "IPv6addr", route: direct) == "eth0/26")
        // Its own network comes before any route, and an interface that is down is none.
        #expect(try Self.place("192.168.77.100/32", route: standard) == "eth0/32 eth0:0")
        let down = try Self.route(to: 6, bits: 0)
        #expect(try Self.place("203.0.113.9/28", route: down).contains("no interface that is up has a network"))
    }

    @Test("A check of the configuration is told where an address would go, and why")
    func survey() throws {
        let survey = AddressSurvey(Self.tables, kernelKeepsMarks: true)
        func place(_ argument: String) throws -> AddressPlace? {
            survey.place(of: try AddressWord.ipv4(argument).address)
        }
        #expect(try place("192.168.77.100/16") == .network(interface: "eth0", bits: 24))
        #expect(try place("116.1.1.1/28/eth0") == .named(interface: "eth0"))
        #expect(try place("192.168.77.50/16") == .named(interface: "eth0"), "it is there")
        guard case .nowhere(let reason) = try place("10.20.0.9/24/eth2") else {
            Issue.record("an interface that is down is no place")
            return
        }
        #expect(reason.contains("interface eth2 is down"))
    }

    @Test("A check is told what is in no network here, and which networks there are")
    func outside() throws {
        let networks = Placement.networks(in: Self.tables).map(\.description)
        #expect(
            networks == [
                "192.168.77.0/24 on eth0", "fd77::/64 on eth0", "192.168.0.0/16 on eth1", "fd77::/48 on eth1",
                "172.16.0.0/12 on enp0s31f6u1u2x",
            ], "without lo, eth2, which is down, link-local addresses and the one at the end of a line")
        let address = try AddressWord.ipv4("116.1.1.1/28").address
        func isOutside(_ address: ServiceAddress) -> Bool {
            do throws(AddressFailure) {
                _ = try Placement.place(of: address, in: Self.tables) { _ in nil }
                return false
            } catch {
                return error.isOutside
            }
        }
        #expect(isOutside(address))
        #expect(try !isOutside(AddressWord.ipv4("10.20.0.9/24/eth2").address), "its interface is down")
        #expect(try !isOutside(AddressWord.ipv4("192.168.77.100").address))
    }

    @Test("An address without our mark is the machine's own, but for what has a heartbeat 3's kind of label")
    func holders() throws {
        func holder(_ text: String, keepsMarks: Bool = true) throws -> AddressHolder? {
            AddressSurvey(Self.tables, kernelKeepsMarks: keepsMarks).holder(of: try AddressWord.ipv4(text).address)
        }
        #expect(try holder("192.168.77.1") == .machine(interface: "eth0"))
        #expect(try holder("192.168.77.1", keepsMarks: false) == .unknown(interface: "eth0"))
        #expect(try holder("192.168.77.50") == .earlierHeartbeat(label: "eth0:1"))
        #expect(try holder("192.168.77.99") == nil)
        // Real servers behind a balancer have the address there; it is left alone anyway.
        #expect(try holder("127.0.0.1") == nil)
        #expect(KernelRelease.numbers(in: "6.1.0-18-amd64") == (6, 1))
        #expect(KernelRelease.numbers(in: "5.18-rc2") == (5, 18) && KernelRelease.numbers(in: "?") == (0, 0))
    }

    @Test("In a batch each address gets a label of its own")
    func labels() throws {
        var labels = AliasLabels(Self.tables)
        let route = { (_: ServiceAddress) throws(AddressFailure) -> RouteToAddress? in nil }
        let chosen = try (100..<103).map { number in
            let address = try AddressWord.ipv4("192.168.77.\(number)").address
            return try Placement(address, in: Self.tables, route: route, labels: &labels).label
        }
        // eth0:1 is taken.
        #expect(chosen == ["eth0:0", "eth0:2", "eth0:3"])
    }
}
