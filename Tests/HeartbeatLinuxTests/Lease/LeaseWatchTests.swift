import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatFormats
@testable import HeartbeatLease
@testable import HeartbeatSystem

@Suite("KernelLease: watched", .serialized, .enabled(if: TestNetwork.isAvailable && canHoldLease))
struct LeaseWatchTests {
    private static let letsAllPass = "bytecode '1,6 0 0 4294967295'"

    private func asker(_ node: LeasedNode) -> LeaseAsker {
        LeaseAsker(in: node.client, "far", of: node.network, "hba")
    }

    @Test(
        "Filters that somebody takes off are hung up again",
        arguments: [
            "tc qdisc del dev hba clsact", "tc filter del dev hba ingress", "tc filter del dev hba egress pref 1",
        ])
    func takenOff(command: String) throws {
        let node = try LeasedNode()
        let asker = asker(node)
        #expect(node.isSilent(asker))
        for round in 1...3 {
            #expect(node.network.run(command) == 0)
            #expect(eventually { node.restoredSoFar.count == round })
            #expect(node.isSilent(asker))
        }
        #expect(Set(node.restoredSoFar) == ["hba"])
        #expect(node.problemsSoFar == [])
        #expect(node.isComplete)
    }

    @Test("What shaping scripts begin and end with is refused and does no harm")
    func shaping() throws {
        let node = try LeasedNode()
        let asker = asker(node)
        #expect(node.network.run("tc qdisc add dev hba ingress 2>/dev/null") != 0)
        #expect(node.network.run("tc qdisc del dev hba ingress 2>/dev/null") != 0)
        #expect(node.network.run("tc qdisc replace dev hba root pfifo limit 100") == 0)
        #expect(node.isSilent(asker))
        #expect(node.restoredSoFar == [])
        node.light()
        #expect(node.answers(asker))
    }

    @Test("Where a script has the qdisc `ingress`, what comes in is dropped, and the rest is a problem until it goes")
    func ingress() throws {
        let node = try LeasedNode { network, _ in network.run("tc qdisc add dev hba ingress") }
        let asker = asker(node)
        #expect(!node.isComplete)
        #expect(node.covered == [])
        #expect(node.problemsSoFar.count == 1 && node.problemsSoFar[0].contains("`ingress`"))
        #expect(node.isSilent(asker, [.arp, .echo, .echo6, .connection]))
        #expect(node.network.run("tc qdisc del dev hba ingress") == 0)
        #expect(eventually { node.recoveriesSoFar == 1 })
        #expect(node.covered == ["hba"])
        #expect(node.isSilent(asker))
        #expect(node.problemsSoFar.count == 1)
    }

    @Test("A filter of somebody else is not replaced, and ours follow when it goes")
    func foreign() throws {
        let filter = "dev hba ingress protocol all pref 1 handle 1 bpf \(Self.letsAllPass)"
        let node = try LeasedNode { network, _ in
            network.run("tc qdisc add dev hba clsact && tc filter add \(filter)")
        }
        #expect(node.problemsSoFar.count == 1 && node.problemsSoFar[0].contains("priority 1"))
        #expect(node.network.run("tc filter del dev hba ingress pref 1") == 0)
        #expect(eventually { node.recoveriesSoFar == 1 })
        #expect(node.isSilent(asker(node)))
        #expect(node.network.run("tc filter replace \(filter)") == 0)
        #expect(eventually { node.problemsSoFar.count == 2 })
        #expect(node.covered == [])
    }

    @Test("An interface that is made anew has the filters, and one that goes down and up keeps them")
    func anew() throws {
        let node = try LeasedNode()
        #expect(node.network.run("ip link set hba down && ip link set hba up") == 0)
        node.network.run("ip address add \(Service.six)/128 dev hba nodad")
        node.network.awaitReady("hba")
        #expect(node.isSilent(asker(node)))
        #expect(node.network.run("ip link del hba") == 0)
        #expect(eventually { node.covered == [] })
        node.network.connect("hba", host: 1, to: node.client, "far", host: 2)
        #expect(eventually { node.covered == ["hba"] })
        node.network.run(
            "ip address add \(Service.four)/32 dev hba; ip address add \(Service.six)/128 dev hba nodad")
        let asker = asker(node)
        #expect(node.isSilent(asker))
        node.light()
        #expect(node.answers(asker))
        #expect(node.restoredSoFar == [])
        #expect(node.problemsSoFar == [])
    }

    @Test("Interfaces come, are renamed, leave a bridge, go down and go away")
    func interfaces() throws {
        let node = try LeasedNode()
        node.network.run("ip link add hbx type bridge")
        #expect(node.covered == ["hba"])
        node.network.run("ip link set hbx up")
        #expect(eventually { node.covered == ["hba", "hbx"] })
        node.network.run("ip link set hbx down; ip link set hbx name hby; ip link set hby up")
        #expect(eventually { node.covered == ["hba", "hby"] })
        node.network.run("ip link set hba master hby; ip link set hba nomaster; tc qdisc del dev hba clsact")
        #expect(eventually { node.restoredSoFar == ["hba"] })
        node.network.run("ip link set hby down")
        #expect(eventually { node.covered == ["hba"] })
        node.network.run("ip link set hby up")
        #expect(eventually { node.covered == ["hba", "hby"] })
        node.network.run("ip link del hby")
        #expect(eventually { node.covered == ["hba"] })
        #expect(node.problemsSoFar == [])
    }

    @Test("After a crash the filters are found and taken off without having loaded any")
    func leftovers() throws {
        let third = TestNetwork()
        let node = try LeasedNode { network, _ in network.connect("hbb", host: 3, to: third, "far", host: 4) }
        node.closeWatch()
        let other = "dev hbb egress protocol ip pref 5 bpf \(Self.letsAllPass)"
        #expect(node.network.run("tc filter add \(other)") == 0)
        let cleared = try node.network.inside { Result { try LeaseFilters.takeOffEverywhere() } }.get()
        #expect(cleared.sorted() == ["hba", "hbb"])
        let asker = asker(node)
        #expect(node.answers(asker))
        #expect(node.network.run("tc qdisc show dev hba | grep -q clsact") != 0)
        #expect(node.network.run("tc filter show dev hbb egress | grep -q 'pref 5'") == 0)
        #expect(node.network.run("tc filter show dev hbb egress | grep -q heartbeat") != 0)
        #expect(try node.network.inside { Result { try LeaseFilters.takeOffEverywhere() } }.get() == [])
    }
}
