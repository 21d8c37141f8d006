import Glibc
import HeartbeatModel
import Testing

private let done = ActionResult.exited(code: 0, output: "")

/// What a client hears of announcements, and when it hears no more.
@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct AnnouncerTests {
    let node = AddressNode()

    @Test("An address is announced in every form, and again")
    func repeated() throws {
        let ears = node.listen()
        #expect(node.perform(.start, [try resource("10.77.0.50"), try resource("fd77::50", "IPv6addr")]) == done)
        let expected = ["request 10.77.0.50", "advertisement fd77::50", "reply 10.77.0.50"]
        #expect(ears.eventually { heard in expected.allSatisfy { form in heard.count { $0 == form } >= 3 } })
        // All are added, then all are announced, each address first in the form that most understand.
        #expect(ears.heard.first == "request 10.77.0.50")
    }

    /// Nothing else runs on the loop meanwhile, so no repetition is heard. A call that takes longer than its turn leaves the rest to
    /// the next one, as it does when this machine has something better to do: one of several must have said all.
    @Test("Every form is sent before the start returns, the request before the reply")
    func atOnce() throws {
        let step = [try resource("10.77.0.50"), try resource("fd77::50", "IPv6addr")]
        let ears = node.listen()
        var tries: [[String]] = []
        node.blocked { [node] in
            while tries.count < 50, tries.last?.count != 3 {
                let before = ears.heard.count
                _ = node.performHere(.start, step)
                // What was sent has arrived, but for what the kernel does in its own time.
                for _ in 0..<100 where ears.heard.count < before + 3 {
                    ears.listen()
                    usleep(1000)
                }
                tries.append(Array(ears.heard[before...]))
            }
        }
        let last = try #require(tries.last)
        #expect(last.filter { $0.hasSuffix(" 10.77.0.50") } == ["request 10.77.0.50", "reply 10.77.0.50"], "\(tries)")
        #expect(last.contains("advertisement fd77::50"), "\(tries)")
    }

    @Test("A start of what is there already announces it again")
    func again() throws {
        let step = [try resource("10.77.0.50")]
        node.network.run("ip address add 10.77.0.50/24 dev hba")
        let ears = node.listen()
        #expect(node.perform(.start, step) == done)
        #expect(ears.eventually { $0.contains("request 10.77.0.50") })
    }

    @Test("What is here can be announced without a start, what is not is passed over")
    func withoutStart() throws {
        let step = try resources(["10.77.0.50", "10.77.0.51"])
        #expect(node.perform(.start, [step[0]]) == done)
        let ears = node.listen()
        node.announce(step)
        #expect(ears.eventually { heard in heard.count { $0 == "request 10.77.0.50" } >= 2 })
        #expect(!ears.heard.contains("request 10.77.0.51"))
    }

    @Test("The first round of a batch is told while it goes on and when it is over")
    func toldOfTheFirstRound() throws {
        let before = node.now
        let step = try resources((1...250).flatMap { ["10.77.1.\($0)/32/hba", "10.77.2.\($0)/32/hba"] })
        #expect(node.perform(.start, step) == done)
        #expect(eventually { node.announcedSoFar.last?.end != nil })
        let told = node.announcedSoFar
        #expect(Set(told.map(\.begin)).count == 1)
        #expect(told.allSatisfy { $0.addresses.count == 500 && $0.begin >= before })
        #expect(told.dropLast().allSatisfy { $0.end == nil })
        #expect(try #require(told.last?.end) >= told[0].begin)
        // The repetitions are not told.
        let ears = node.listen()
        #expect(ears.eventually { $0.contains("request 10.77.2.250") })
        #expect(node.announcedSoFar.count == told.count)
    }

    @Test("A first round that is cancelled is over")
    func firstRoundCancelled() throws {
        // More than one turn of the loop can announce.
        let step = try resources((1...8).flatMap { net in (1...250).map { "10.77.\(net).\($0)/32/hba" } })
        node.blocked { [node] in
            _ = node.performHere(.start, step)
            _ = node.performHere(.stop, step)
        }
        #expect(node.announcedSoFar.last?.end != nil)
    }

    @Test("After the stop nobody is drawn here any more")
    func cancelled() throws {
        let step = try resources(["10.77.0.50", "10.77.0.51"])
        #expect(node.perform(.start, step) == done)
        #expect(node.perform(.stop, [step[0]]) == done)
        let ears = node.listen()
        // The other address' announcements of the same batch go on.
        #expect(ears.eventually { $0.contains("reply 10.77.0.51") })
        #expect(!ears.heard.contains { $0.hasSuffix("10.77.0.50") })
    }

    @Test("What is lost is not announced either")
    func lost() throws {
        let step = try resources(["10.77.0.50", "10.77.0.51"])
        #expect(node.perform(.start, step) == done)
        node.network.run("ip address del 10.77.0.50/24 dev hba")
        #expect(node.hearsLoss(of: ["10.77.0.50"]))
        let ears = node.listen()
        #expect(ears.eventually { $0.contains("reply 10.77.0.51") })
        #expect(!ears.heard.contains { $0.hasSuffix("10.77.0.50") })
    }

    @Test("A client that knew another station is served again", arguments: ["10.77.0.50", "fd77::50"])
    func learned(address: String) throws {
        node.client.run("ip neighbour replace \(address) lladdr 02:00:00:00:00:99 dev far nud stale")
        #expect(node.perform(.start, [try resource(address, address.contains(":") ? "IPv6addr" : "IPaddr")]) == done)
        let knows =
            "test \"$(ip neighbour show \(address))\" && ! ip neighbour show \(address) | grep -q 02:00:00:00:00:99"
        #expect(eventually { node.client.run(knows) == 0 })
    }
}
