import HeartbeatModel
import Testing

private let done = ActionResult.exited(code: 0, output: "")

/// Addresses that somebody else takes away.
@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct AddressWatchTests {
    let node = AddressNode()

    @Test(
        "An address that somebody removes is told at once, whoever it was",
        arguments: [
            ("10.77.0.50", "IPaddr", "ip address del 10.77.0.50/24 dev hba"),
            ("fd77::50", "IPv6addr", "ip address del fd77::50/64 dev hba"),
            ("10.77.0.50", "IPaddr", "ip address flush dev hba"),
            ("10.77.0.50", "IPaddr", "ip link set hba down"),
            ("fd77::50", "IPv6addr", "ip link set hba down"),
            ("10.77.0.50", "IPaddr", "ip link del hba"),
        ])
    func removed(address: String, script: String, command: String) throws {
        #expect(node.perform(.start, [try resource(address, script)]) == done)
        node.network.run(command)
        #expect(node.hearsLoss(of: [address]))
    }

    @Test("What we remove ourselves, and what was never ours, is no loss")
    func ours() throws {
        let step = try resources(["10.77.0.50", "10.77.0.51"])
        for _ in 0..<20 {
            #expect(node.perform(.start, step) == done)
            #expect(node.perform(.stop, [step[0]]) == done)
        }
        node.network.run("ip address add 10.77.0.60/24 dev hba; ip address del 10.77.0.60/24 dev hba")
        // The loss of the other address comes after all that in the kernel's news.
        node.network.run("ip address del 10.77.0.51/24 dev hba")
        #expect(node.hearsLoss(of: ["10.77.0.51"]))
    }

    @Test("A loss is told once, and again only after a new start")
    func once() throws {
        let step = try resources(["10.77.0.50", "10.77.0.51"])
        #expect(node.perform(.start, step) == done)
        node.network.run("ip address del 10.77.0.50/24 dev hba")
        #expect(node.hearsLoss(of: ["10.77.0.50"]))
        node.network.run("ip address add 10.77.0.50/24 dev hba; ip address del 10.77.0.50/24 dev hba")
        node.network.run("ip address del 10.77.0.51/24 dev hba")
        #expect(node.hearsLoss(of: ["10.77.0.50", "10.77.0.51"]))
        #expect(node.perform(.start, step) == done)
        node.network.run("ip address del 10.77.0.50/24 dev hba")
        #expect(node.hearsLoss(of: ["10.77.0.50", "10.77.0.51", "10.77.0.50"]))
    }

    @Test("Who brings all back at the first loss hears of no other")
    func restarted() throws {
        let step = try resources((100..<120).map { "10.77.0.\($0)" })
        #expect(node.perform(.start, step) == done)
        node.restartWhenLost(step)
        node.blocked {
            node.network.run("ip -4 address flush dev hba; ip address add 10.77.0.1/24 dev hba")
        }
        #expect(node.hearsLoss(of: ["10.77.0.100"]))
        #expect(node.perform(.status, step) == .exited(code: 0, output: "running\n"))
    }

    @Test("What an emptied interface had is put back there, although nothing tells any more where it belongs")
    func emptied() throws {
        let step = [try resource("10.77.0.100"), try resource("10.77.0.101/32"), try resource("fd77::100", "IPv6addr")]
        #expect(node.perform(.start, step) == done)
        let before = node.held().filter { !$0.hasPrefix("10.77.0.1/") && !$0.hasPrefix("fd77::1/") }
        #expect(before.count == 3)
        node.restartWhenLost(step)
        node.blocked { node.network.run("ip address flush dev hba scope global") }
        #expect(node.hearsLoss(of: ["10.77.0.100"]))
        #expect(node.perform(.status, step) == .exited(code: 0, output: "running\n"))
        #expect(node.held().sorted() == before.sorted())
        // After a stop nothing is remembered.
        #expect(node.perform(.stop, step) == done)
        #expect(node.perform(.start, [step[0]]) != done)
    }

    @Test("More news than the socket holds are no loss of news")
    func flooded() throws {
        #expect(node.perform(.start, [try resource("10.77.0.50")]) == done)
        // The loop stands still for as long as this takes, and what it would hear does not fit.
        node.blocked {
            node.network.run(
                """
                ip link add flood type veth peer name floodpeer
                i=0
                while [ $i -lt 3000 ]; do echo "link set flood mtu $((1000 + i % 2))"; i=$((i + 1)); done | ip -batch -
                ip address del 10.77.0.50/24 dev hba
                """)
        }
        #expect(node.hearsLoss(of: ["10.77.0.50"]))
        #expect(node.problemsSoFar == [])
    }
}
