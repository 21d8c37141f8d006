import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatSystem

private let done = ActionResult.exited(code: 0, output: "")
private let running = ActionResult.exited(code: 0, output: "running\n")
private let stopped = ActionResult.exited(code: 3, output: "stopped\n")

/// Addresses on a real kernel, with a client at the other end of the cable.
@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct ServiceAddressesTests {
    let node = AddressNode()
    private let permanent = ["10.77.0.1/24 hba", "fd77::1/64"]

    // MARK: - Start, stop, status

    @Test("An address comes and goes, and nothing else does")
    func life() throws {
        let step = [try resource("10.77.0.50")]
        #expect(node.perform(.status, step) == stopped)
        #expect(node.perform(.start, step) == done)
        #expect(node.perform(.status, step) == running)
        #expect(node.held() == ["10.77.0.1/24 hba", "10.77.0.50/24 hba:0", "fd77::1/64"])
        #expect(node.entry("10.77.0.50")?.broadcast == IPAddress("10.77.0.255"))
        #expect(node.perform(.stop, step) == done)
        #expect(node.perform(.status, step) == stopped)
        #expect(node.held() == permanent)
    }

    @Test("Starting and stopping twice is as good as once")
    func idempotent() throws {
        let step = [try resource("10.77.0.50"), try resource("fd77::50", "IPv6addr")]
        #expect(node.perform(.start, step) == done)
        let held = node.held()
        #expect(node.perform(.start, step) == done)
        #expect(node.held() == held)
        #expect(node.perform(.stop, step) == done)
        #expect(node.perform(.stop, step) == done)
        #expect(node.held() == permanent)
    }

    @Test("What IPaddr2 and a named label ask for is what they get")
    func labels() throws {
        let step = [
            try resource("10.77.0.50", "IPaddr2"), try resource("10.77.0.51/32/hba:web"), try resource("10.77.0.52"),
        ]
        #expect(node.perform(.start, step) == done)
        #expect(node.held().contains("10.77.0.50/24 hba"))
        #expect(node.held().contains("10.77.0.51/32 hba:web"))
        #expect(node.held().contains("10.77.0.52/24 hba:0"))
    }

    @Test("An IPv6 address can be used at once, and is nobody's source")
    func ipv6() throws {
        // The kernel would look for another owner first.
        node.network.run(
            "echo 1 >/proc/sys/net/ipv6/conf/hba/accept_dad; echo 5 >/proc/sys/net/ipv6/conf/hba/dad_transmits")
        let step = [try resource("fd77::50", "IPv6addr")]
        #expect(node.perform(.start, step) == done)
        let bound = node.network.inside { () -> Int32 in
            let fd = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(fd) }
            return SocketEndpoint(IPAddress("fd77::50")!, port: 0).withSockaddr { bind(fd, $0, $1) }
        }
        #expect(bound == 0)
        let flags = try #require(node.entry("fd77::50")).flags
        #expect(flags & 0x40 == 0 && flags & 0x20 != 0 && flags & 0x80 != 0)
        #expect(node.network.run("ip -6 route get fd77::2 | grep -q 'src fd77::1 '") == 0)
        // Not every ping speaks IPv6 under that name.
        let ping = "ping=$(command -v ping6 || command -v ping) || exit 0; $ping -c 1 -w 20 fd77::50 >/dev/null 2>&1"
        #expect(node.client.run(ping) == 0)
    }

    @Test("An address the kernel does not let anybody use is brought up anew")
    func tentative() throws {
        node.network.run(
            "echo 1 >/proc/sys/net/ipv6/conf/hba/accept_dad; echo 60 >/proc/sys/net/ipv6/conf/hba/dad_transmits")
        #expect(node.network.run("ip address add fd77::50/64 dev hba") == 0)
        let step = [try resource("fd77::50", "IPv6addr")]
        #expect(node.entry("fd77::50")?.isUsable == false)
        guard case .notRun(let reason) = node.perform(.status, step) else {
            Issue.record("an unusable address is neither running nor stopped")
            return
        }
        #expect(reason.hasPrefix("fd77::50: another station uses it"))
        #expect(node.perform(.start, step) == done)
        #expect(node.entry("fd77::50")?.isUsable == true)
    }

    @Test("A hundred addresses are one batch")
    func many() throws {
        let step = try resources((100..<200).map { "10.77.0.\($0)" })
        let ears = node.listen()
        #expect(node.perform(.start, step) == done)
        #expect(node.held().count == 102)
        #expect(node.perform(.status, step) == running)
        let requests = (100..<200).map { "request 10.77.0.\($0)" }
        #expect(ears.eventually { heard in requests.allSatisfy(heard.contains) })
        #expect(node.perform(.stop, step) == done)
        #expect(node.held() == permanent)
        #expect(node.problemsSoFar == [])
    }

    // MARK: - Other addresses

    @Test("The permanent address survives a service address that was there first", arguments: [0, 1])
    func primary(promote: Int) throws {
        let step = try resources(["10.88.0.50/24/hba", "10.88.0.51/24/hba", "10.88.0.52/24/hba"])
        #expect(node.perform(.start, step) == done)
        node.network.run("ip address add 10.88.0.1/24 dev hba; ip address add 10.88.0.2/24 dev hba")
        node.network.run("echo \(promote) >/proc/sys/net/ipv4/conf/hba/promote_secondaries")
        #expect(node.entry("10.88.0.50")?.isSecondary == false)
        #expect(node.perform(.stop, [step[0]]) == done)
        let rest = node.held()
        for address in ["10.88.0.1/24 hba", "10.88.0.2/24 hba", "10.88.0.51/24 hba:1", "10.88.0.52/24 hba:2"] {
            #expect(rest.contains(address))
        }
        #expect(node.perform(.stop, step) == done)
        #expect(node.held() == ["10.77.0.1/24 hba", "10.88.0.1/24 hba", "10.88.0.2/24 hba", "fd77::1/64"])
    }

    @Test("A service address survives the permanent one")
    func permanentGoes() throws {
        node.network.run("echo 0 >/proc/sys/net/ipv4/conf/hba/promote_secondaries")
        let step = [try resource("10.77.0.50")]
        #expect(node.perform(.start, step) == done)
        node.network.run("ip address del 10.77.0.1/24 dev hba")
        #expect(node.perform(.status, step) == running)
        #expect(node.lostSoFar == [])
    }

    @Test("An address that another interface has is moved to the one that is named")
    func moved() throws {
        node.network.run(
            "ip link add other type veth peer name otherpeer; ip link set other up; ip address add 10.77.0.50/24 dev other"
        )
        let step = [try resource("10.77.0.50/24/hba")]
        guard case .notRun(let reason) = node.perform(.status, step) else {
            Issue.record("an address at the wrong place is neither running nor stopped")
            return
        }
        #expect(reason == "10.77.0.50: it is on other, not on hba")
        #expect(node.perform(.start, step) == done)
        #expect(node.held("other") == [])
        #expect(node.held().contains("10.77.0.50/24 hba:0"))
    }

    @Test("Stopping removes the address from wherever it is, but not from the loopback interface")
    func everywhere() throws {
        node.network.run(
            """
            ip link add other type veth peer name otherpeer; ip link set other up
            ip address add 10.77.0.50/24 dev other; ip address add 10.77.0.50/32 dev lo; ip address add 10.77.0.50/32 dev hba
            """)
        #expect(node.perform(.stop, [try resource("10.77.0.50/24/hba")]) == done)
        #expect(node.held() == permanent)
        #expect(node.held("other") == [])
        #expect(node.held("lo").contains("10.77.0.50/32 lo"))
        #expect(node.perform(.status, [try resource("10.77.0.50")]) == stopped)
    }

    @Test("A loopback interface that is named has its address")
    func loopback() throws {
        let step = [try resource("10.99.0.1/32/lo")]
        #expect(node.perform(.start, step) == done)
        #expect(node.held("lo").contains("10.99.0.1/32 lo:0"))
        #expect(node.perform(.status, step) == running)
        #expect(node.perform(.stop, step) == done)
        #expect(!node.held("lo").contains("10.99.0.1/32 lo:0"))
        #expect(node.problemsSoFar == [])
    }

    @Test("Without an address of the network, a route to the interface tells where it is")
    func route() throws {
        let step = [try resource("203.0.113.9")]
        guard case .exited(1, let refused) = node.perform(.start, step) else {
            Issue.record("an address of no network was started")
            return
        }
        #expect(refused.contains("name the interface: IPaddr::203.0.113.9/24/eth0"))
        node.network.run("ip route add default via 10.77.0.2")
        #expect(node.perform(.start, step) != done)
        node.network.run("ip route add 203.0.113.0/28 dev hba")
        #expect(node.perform(.start, step) == done)
        #expect(node.held().contains("203.0.113.9/28 hba:0"))
    }

    // MARK: - Failures

    @Test("What cannot be started is named with its reason, and the rest is started")
    func partial() throws {
        let step = try resources(["10.77.0.50", "10.77.0.51/24/absent", "203.0.113.9", "10.77.0.52"])
        guard case .exited(1, let output) = node.perform(.start, step) else {
            Issue.record("the step did not fail")
            return
        }
        let lines = output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("10.77.0.51: this node has no interface absent; name one of") == true)
        #expect(lines.last?.hasPrefix("203.0.113.9: no interface that is up has a network with this address") == true)
        #expect(node.held().contains("10.77.0.50/24 hba:0") && node.held().contains("10.77.0.52/24 hba:1"))
        #expect(node.perform(.status, step) == .notRun(reason: "2 of 4 addresses are missing"))
        #expect(node.perform(.stop, step) == done)
        #expect(node.held() == permanent)
    }

    @Test("The kernel's own refusal is passed on")
    func refusedByKernel() throws {
        node.network.run("echo 1 >/proc/sys/net/ipv6/conf/hba/disable_ipv6")
        let step = [try resource("fd77::50/64/hba", "IPv6addr"), try resource("10.77.0.50")]
        guard case .exited(1, let output) = node.perform(.start, step) else {
            Issue.record("the step did not fail")
            return
        }
        #expect(output.hasPrefix("fd77::50: cannot add it to hba: Permission denied"))
        #expect(output.hasSuffix("; sysctl net.ipv6.conf.hba.disable_ipv6=0\n"))
        #expect(node.held().contains("10.77.0.50/24 hba:0"))
    }

    @Test("On an interface that is down nothing is started, and stopped all the same")
    func down() throws {
        let step = [try resource("10.77.0.50/24/hba")]
        #expect(node.perform(.start, step) == done)
        node.network.run("ip link set hba down")
        let down = "10.77.0.50: its interface hba is down; ip link set hba up"
        #expect(node.perform(.status, step) == .notRun(reason: down))
        #expect(
            node.perform(.start, step)
                == .exited(code: 1, output: "10.77.0.50: interface hba is down; ip link set hba up\n"))
        #expect(node.perform(.stop, step) == done)
        #expect(node.entry("10.77.0.50") == nil)
    }

    @Test("Where there is no interface any more, stopping succeeds")
    func vanished() throws {
        let step = [try resource("10.77.0.50"), try resource("fd77::50", "IPv6addr")]
        #expect(node.perform(.start, step) == done)
        node.network.run("ip link del hba")
        #expect(node.perform(.stop, step) == done)
        #expect(node.perform(.status, step) == stopped)
    }
}
