import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats

private let done = ActionResult.exited(code: 0, output: "")
private let addresses = ["10.77.0.50", "fd77::50"]
private let mayFilter = TestNetwork.isAvailable && access("/usr/sbin/nft", X_OK) == 0

/// A node whose neighbour is the router at the other end of its cable, which may be deaf to announcements.
private struct Neighbourhood {
    let node = AddressNode()

    init() {
        node.network.run("ip route add default via 10.77.0.2; ip -6 route add default via fd77::2 dev hba")
    }

    static func word(_ address: String) throws -> Resource {
        try resource(address, address.contains(":") ? "IPv6addr" : "IPaddr")
    }

    func start(_ address: String) throws {
        let step = [try Self.word(address)]
        #expect(node.perform(.start, step) == done)
    }

    /// The router believes a station that nobody has, and no packet that would teach it another gets through to it.
    func makeStale(_ address: String) {
        let drop =
            address.contains(":")
            ? "ip6 saddr \(address) icmpv6 type { nd-neighbor-advert, nd-neighbor-solicit } drop"
            : "arp saddr ip \(address) drop"
        let family = address.contains(":") ? "ip6" : "arp"
        let script = """
            nft 'add table \(family) deaf; add chain \(family) deaf in { type filter hook input priority 0; }
            add rule \(family) deaf in \(drop)' &&
            ip neighbour replace \(address) lladdr 02:00:00:00:00:99 dev far nud permanent
            """
        #expect(node.client.run(script) == 0)
    }

    /// It can be taught again.
    func heal(_ address: String) {
        let family = address.contains(":") ? "ip6" : "arp"
        let script = """
            nft delete table \(family) deaf &&
            ip neighbour replace \(address) lladdr 02:00:00:00:00:99 dev far nud reachable
            """
        #expect(node.client.run(script) == 0)
    }
}

extension NeighbourNews {
    fileprivate var isAgreement: Bool { if case .agree = self { true } else { false } }
    fileprivate var isDisagreement: Bool { if case .disagrees = self { true } else { false } }
    fileprivate var isUnknown: Bool { if case .unknown = self { true } else { false } }
    fileprivate var isFirst: Bool { if case .first = self { true } else { false } }
}

/// What a neighbour is asked after a start, and what follows, on real interfaces.
@Suite(.serialized, .enabled(if: mayFilter, "neighbours that hear badly need root and nftables"))
struct NeighbourCheckTests {
    private let place = Neighbourhood()
    private var node: AddressNode { place.node }

    @Test("A router that has learned the address says so", arguments: addresses)
    func agrees(address: String) throws {
        node.client.run("ip neighbour replace \(address) lladdr 02:00:00:00:00:99 dev far nud reachable")
        try place.start(address)
        #expect(eventually { node.newsSoFar.contains(where: \.isAgreement) })
        let news = node.newsSoFar
        let router = IPAddress(address.contains(":") ? "fd77::2" : "10.77.0.2")!
        guard case .agree(let who, let after, let announcements)? = news.first(where: \.isAgreement) else { return }
        #expect(who == [router] && after > .zero && announcements >= 1)
        #expect(news.filter(\.isFirst).count == 1)
        #expect(news.filter(\.isDisagreement).isEmpty)
        #expect(node.problemsSoFar == [])
    }

    @Test("A router that goes on sending elsewhere is told again until it agrees", arguments: addresses)
    func toldAgain(address: String) throws {
        place.makeStale(address)
        try place.start(address)
        #expect(eventually { node.newsSoFar.contains(where: \.isDisagreement) })
        #expect(node.newsSoFar.filter(\.isAgreement).isEmpty)
        #expect(node.newsSoFar.contains(.first(agreed: nil)))
        place.heal(address)
        #expect(eventually { node.newsSoFar.contains(where: \.isAgreement) })
        #expect(node.client.run("! ip neighbour show \(address) | grep -q 02:00:00:00:00:99") == 0)
        #expect(node.newsSoFar.filter(\.isDisagreement).count == 1)
    }

    @Test("A router that answers no echo is unknown, and that is no warning", arguments: addresses)
    func unknown(address: String) throws {
        node.client.run("sysctl -qw net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1")
        try place.start(address)
        #expect(eventually { node.newsSoFar.contains(where: \.isUnknown) })
        #expect(node.newsSoFar.contains(.first(agreed: nil)))
        #expect(node.newsSoFar.filter(\.isDisagreement).isEmpty)
        // It may begin to answer.
        node.client.run("sysctl -qw net.ipv4.icmp_echo_ignore_all=0 net.ipv6.icmp.echo_ignore_all=0")
        #expect(eventually { node.newsSoFar.contains(where: \.isAgreement) })
    }

    @Test("Where no route leads to a neighbour nobody is asked, and a ping node of the network is")
    func pingNode() throws {
        node.network.run("ip route del default; ip -6 route del default dev hba")
        try place.start("10.77.0.50")
        #expect(eventually { node.newsOf("10.77.0.50") == [.first(agreed: nil)] })
        node.follow(NeighbourRules(references: [IPAddress("10.77.0.2")!, IPAddress("192.0.2.1")!]))
        try place.start("10.77.0.51")
        #expect(eventually { node.newsOf("10.77.0.51").contains(where: \.isAgreement) })
        #expect(node.newsOf("10.77.0.50") == [.first(agreed: nil)])
    }

    @Test("The other node, service addresses and this node are never asked, whatever routes and ping nodes say")
    func neverAsked() throws {
        node.network.run("ip route add 10.90.0.0/16 via 10.77.0.51; ip address add 10.77.0.3/24 dev hba")
        let ears = NeighbourEars(in: node.client)
        node.follow(
            NeighbourRules(
                references: [IPAddress("10.77.0.3")!, IPAddress("10.77.0.52")!],
                serviceAddresses: [IPAddress("10.77.0.51")!, IPAddress("10.77.0.52")!], peers: [IPAddress("10.77.0.2")!]
            ))
        try place.start("10.77.0.50")
        #expect(eventually { node.newsSoFar == [.first(agreed: nil)] })
        // Another one is asked, and by then the questions to these would have been heard.
        node.follow(NeighbourRules(serviceAddresses: [IPAddress("10.77.0.51")!]))
        try place.start("10.77.0.53")
        #expect(eventually { node.newsOf("10.77.0.53").contains(where: \.isAgreement) })
        ears.listen()
        #expect(ears.echoes.allSatisfy { $0 == "10.77.0.53 10.77.0.2" || $0.hasPrefix("10.77.0.1 ") }, "\(ears.echoes)")
        #expect(!ears.echoes.isEmpty)
    }

    @Test("After the stop no neighbour is asked or told any more")
    func cancelled() throws {
        for address in ["10.77.0.50", "10.77.0.51"] {
            node.client.run("ip neighbour replace \(address) lladdr 02:00:00:00:00:99 dev far nud permanent")
            try place.start(address)
        }
        let ears = NeighbourEars(in: node.client)
        #expect(ears.eventually { $0.tellings.contains("10.77.0.50") && $0.tellings.contains("10.77.0.51") })
        let stopped = try resource("10.77.0.50")
        #expect(node.perform(.stop, [stopped]) == done)
        let rest = NeighbourEars(in: node.client)
        #expect(rest.eventually { $0.tellings.count { $0 == "10.77.0.51" } >= 2 })
        #expect(!rest.tellings.contains("10.77.0.50") && !rest.echoes.contains { $0.hasPrefix("10.77.0.50 ") })
    }

    @Test("When one of those that are asked about had to be told again, all that came with it are announced again")
    func allAgain() throws {
        let words = (50..<60).map { "10.77.0.\($0)" }
        place.makeStale("10.77.0.50")
        let ears = node.listen()
        let step = try resources(words)
        #expect(node.perform(.start, step) == done)
        #expect(eventually { node.newsSoFar.contains(where: \.isDisagreement) })
        place.heal("10.77.0.50")
        #expect(eventually { node.newsSoFar.contains(where: \.isAgreement) })
        // Nobody was asked about the second.
        #expect(ears.eventually { heard in heard.count { $0 == "reply 10.77.0.51" } > Announcer.pauses.count })
    }

    @Test("Of hundreds of addresses a few are asked about")
    func sampled() throws {
        let words = (1...250).flatMap { ["10.77.1.\($0)/16/hba", "10.77.2.\($0)/16/hba"] }
        node.client.run("ip address add 10.77.0.2/16 dev far")
        let ears = NeighbourEars(in: node.client)
        let step = try resources(words)
        #expect(node.perform(.start, step) == done)
        #expect(eventually { node.newsSoFar.contains(where: \.isAgreement) })
        ears.listen()
        let asked = Set(ears.echoes.compactMap { $0.split(separator: " ").first }).subtracting(["10.77.0.1"])
        #expect(asked.count == NeighbourCheck.sampleSize, "\(asked)")
        #expect(asked.contains("10.77.1.1") && asked.contains("10.77.2.250"))
    }

    @Test("While the node is dark nobody is told, and it goes on when it is lit")
    func dark() throws {
        node.client.run("ip neighbour replace 10.77.0.50 lladdr 02:00:00:00:00:99 dev far nud permanent")
        let ears = NeighbourEars(in: node.client)
        node.silence(true)
        try place.start("10.77.0.50")
        #expect(eventually { node.newsSoFar == [.first(agreed: nil)] })
        ears.listen()
        #expect(ears.tellings == [])
        node.silence(false)
        #expect(ears.eventually { $0.tellings.contains("10.77.0.50") })
    }
}

/// What a neighbour hears that is meant for it alone: `echoes` as source and destination of echo requests, `tellings` as the
/// addresses of ARP questions to its own station.
private final class NeighbourEars {
    private let sockets: [Int32]
    private(set) var echoes: [String] = []
    private(set) var tellings: [String] = []

    init(in network: TestNetwork) {
        sockets = network.inside { () -> [Int32] in
            [0x0806, 0x0800].map { (ethertype: UInt16) in
                socket(AF_PACKET, Int32(SOCK_RAW.rawValue), Int32(ethertype.bigEndian))
            }
        }
    }

    deinit {
        sockets.forEach { close($0) }
    }

    func eventually(_ condition: (NeighbourEars) -> Bool) -> Bool {
        HeartbeatLinuxTests.eventually {
            listen()
            return condition(self)
        }
    }

    /// Reads what has arrived.
    func listen() {
        var buffer = [UInt8](repeating: 0, count: 2048)
        for socket in sockets {
            while case let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
                hear(Array(buffer[..<count]))
            }
        }
    }

    private func hear(_ frame: [UInt8]) {
        if frame[12..<14] == [8, 0], frame.count >= 42, frame[23] == 1, frame[34] == 8 {
            echoes.append("\(IPAddress(bytes: frame[26..<30])!) \(IPAddress(bytes: frame[30..<34])!)")
        }
        if frame[12..<14] == [8, 6], frame.count >= 42, frame[21] == 1, frame[0] & 1 == 0, frame[6..<12] != frame[0..<6]
        {
            tellings.append("\(IPAddress(bytes: frame[28..<32])!)")
        }
    }
}
