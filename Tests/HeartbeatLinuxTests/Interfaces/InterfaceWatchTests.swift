import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatInterfaces

/// A watch on a loop in a namespace, with what it told.
private final class WatchedLinks: @unchecked Sendable {
    let network = TestNetwork()
    let other = TestNetwork()
    private let loop: LoopThread
    private var watch: InterfaceWatch!
    private var told: [(interface: String, state: InterfaceState)] = []
    private var problems: [String] = []

    /// Looks so rarely that only news can have brought what a test waits for, unless told otherwise.
    init(pollInterval: Duration = .seconds(3600), _ requests: InterfaceRequests? = nil) {
        network.connect("hba", host: 1, to: other, "far", host: 2)
        loop = LoopThread(in: network)
        watch = loop.on { [unowned self] reactor in
            let watch = InterfaceWatch(reactor: reactor, pollInterval: pollInterval, requests: requests)
            watch.onChange = { self.told.append(($0, $1)) }
            watch.onProblem = { self.problems.append($0) }
            return watch
        }
    }

    deinit {
        loop.on { [watch] _ in watch!.close() }
        loop.stop()
    }

    var interfaces: [String] {
        get { loop.on { [watch] _ in watch!.interfaces } }
        set { loop.on { [watch] _ in watch!.interfaces = newValue } }
    }

    /// What was told of one interface: `up`, or why it is down.
    func story(_ interface: String) -> [String] {
        loop.on { _ in self.told.filter { $0.interface == interface }.map { $0.state.isUp ? "up" : $0.state.reason } }
    }

    func last(_ interface: String) -> InterfaceState? {
        loop.on { _ in self.told.last { $0.interface == interface }?.state }
    }

    func hears(_ interface: String, _ story: [String]) -> Bool {
        eventually { self.story(interface) == story }
    }

    /// Waits until the last thing told of it is this.
    func sees(_ interface: String, _ reason: String) -> Bool {
        eventually { last(interface).map { $0.isUp ? "up" : $0.reason } == reason }
    }

    /// Keeps the loop from hearing anything until `body` has returned.
    func blocked(_ body: @escaping () -> Void) {
        loop.on { _ in body() }
    }

    var problemsSoFar: [String] { loop.on { _ in self.problems } }
}

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct InterfaceWatchTests {
    @Test("The other end of a cable goes and comes back")
    func carrier() {
        let links = WatchedLinks()
        links.interfaces = ["hba"]
        #expect(links.sees("hba", "up"))
        #expect(links.last("hba")?.source == .ethtool)
        links.other.run("ip link set far down")
        #expect(links.sees("hba", "no carrier"))
        links.other.run("ip link set far up")
        #expect(links.sees("hba", "up"))
        #expect(links.problemsSoFar == [])
    }

    @Test("Without any news, looking is enough")
    func polling() {
        let driver = StandInDriver()
        let links = WatchedLinks(pollInterval: .milliseconds(20), driver.requests)
        links.interfaces = ["eth0"]
        #expect(links.hears("eth0", ["up"]))
        driver.change { $0.status = [0x7969] }
        #expect(links.hears("eth0", ["up", "MII: no link"]))
        driver.change { $0.status = [0x796D] }
        #expect(links.hears("eth0", ["up", "MII: no link", "up"]))
    }

    @Test("An interface taken down by the administrator is down, whatever its cable")
    func administratively() {
        let links = WatchedLinks()
        links.interfaces = ["hba"]
        #expect(links.sees("hba", "up"))
        links.network.run("ip link set hba down")
        #expect(links.sees("hba", "administratively down"))
        links.network.run("ip link set hba up")
        #expect(links.sees("hba", "up"))
    }

    @Test("One that vanishes and comes back is followed by its name")
    func anew() throws {
        let links = WatchedLinks()
        links.interfaces = ["hba", "later"]
        #expect(links.sees("hba", "up"))
        #expect(links.hears("later", ["does not exist"]))
        let first = try #require(links.last("hba")?.index)
        links.network.run("ip link del hba")
        #expect(links.sees("hba", "does not exist"))
        links.network.connect("hba", host: 1, to: links.other, "far", host: 2)
        #expect(links.sees("hba", "up"))
        #expect(links.last("hba")?.index != first)
        #expect(links.story("later") == ["does not exist"])
        links.network.run("ip link add later type veth peer name below && ip link set below up && ip link set later up")
        #expect(links.sees("later", "up"))
    }

    @Test("Another interface that took the name between two looks is told as a change")
    func replaced() throws {
        let links = WatchedLinks()
        links.interfaces = ["hba"]
        #expect(links.sees("hba", "up"))
        let first = try #require(links.last("hba")?.index)
        links.network.run(
            "ip link del hba; ip link add hba type veth peer name below; ip link set below up; ip link set hba up")
        #expect(eventually { links.last("hba").map { $0.isUp && $0.index != first } == true })
    }

    /// One that never had a port has a carrier, as the kernel sees it.
    @Test("A bridge is up while one of its ports is")
    func bridge() {
        let links = WatchedLinks()
        links.network.run("ip link add br0 type bridge && ip link set br0 up && ip link set hba master br0")
        links.interfaces = ["br0"]
        #expect(links.sees("br0", "up"))
        links.network.run("ip link set hba nomaster")
        #expect(links.sees("br0", "no carrier"))
        links.network.run("ip link set hba master br0")
        #expect(links.sees("br0", "up"))
        links.other.run("ip link set far down")
        #expect(links.sees("br0", "no carrier"))
    }

    @Test("What stands on another interface goes down with it")
    func stacked() {
        let links = WatchedLinks()
        links.network.run("ip link add link hba name upper type macvlan && ip link set upper up")
        links.interfaces = ["upper"]
        #expect(links.sees("upper", "up"))
        links.other.run("ip link set far down")
        #expect(eventually { links.last("upper")?.isUp == false })
        links.other.run("ip link set far up")
        #expect(links.sees("upper", "up"))
    }

    @Test("A dormant interface is not to be used yet")
    func dormant() {
        let links = WatchedLinks()
        links.interfaces = ["hba"]
        #expect(links.sees("hba", "up"))
        links.network.run("ip link set hba mode dormant; ip link set hba state dormant")
        links.other.run("ip link set far down; ip link set far up")
        #expect(links.sees("hba", "dormant"))
        links.network.run("ip link set hba mode default; ip link set hba state up")
        #expect(links.sees("hba", "up"))
    }

    @Test("The list can change at any time; what is on it again is told again")
    func list() {
        let links = WatchedLinks()
        links.interfaces = ["hba"]
        #expect(links.hears("hba", ["up"]))
        links.interfaces = ["lo"]
        #expect(links.hears("lo", ["up"]))
        links.other.run("ip link set far down")
        links.interfaces = ["lo", "hba"]
        #expect(links.hears("hba", ["up", "no carrier"]))
        links.interfaces = []
        links.other.run("ip link set far up")
        links.interfaces = ["hba"]
        #expect(
            eventually { links.story("hba").starts(with: ["up", "no carrier"]) && links.last("hba")?.isUp == true })
        #expect(links.story("lo") == ["up"])
    }

    @Test("More news than the socket holds are no loss of news")
    func flooded() {
        let links = WatchedLinks()
        links.interfaces = ["hba"]
        #expect(links.sees("hba", "up"))
        links.blocked {
            links.network.run(
                """
                ip link add flood type veth peer name floodpeer
                i=0
                while [ $i -lt 3000 ]; do echo "link set flood mtu $((1000 + i % 2))"; i=$((i + 1)); done | ip -batch -
                """)
            links.other.run("ip link set far down")
        }
        #expect(links.sees("hba", "no carrier"))
        #expect(links.problemsSoFar == [])
    }
}

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct ServiceInterfacesTests {
    @Test("An address belongs where it is named, where it is, where it would go, or where its network is down")
    func places() throws {
        let network = TestNetwork()
        network.run(
            """
            ip link add here type veth peer name there
            ip address add 10.1.0.1/24 dev here; ip link set here up
            ip address add 10.2.0.1/24 dev there; ip link set there up
            ip link add idle type veth peer name below; ip address add 10.3.0.1/24 dev idle
            ip address add 10.1.0.50/32 dev there
            ip route add 10.4.0.0/24 dev here
            """)
        let words = ["10.1.0.9", "10.1.0.50", "10.2.0.9", "10.3.0.9", "10.4.0.9", "10.9.0.9", "10.1.0.8/24/gone"]
        let addresses = try words.map { try AddressWord.ipv4($0).address }
        let found = network.inside { ServiceInterfaces().interfaces(of: addresses) }
        #expect(addresses.map { found[$0] } == ["here", "there", "there", "idle", "here", nil, "gone"])
    }
}
