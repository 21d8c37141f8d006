// Which movements get a line, with which zero and what on the way: fed with transitions and instants by hand.

import HeartbeatAddresses
import HeartbeatCore
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

/// A node whose core says what the test has it say. All times are milliseconds, and begin at one second.
private final class WatchedNode {
    static let peer = NodeName("gw1")
    static let web = group("web")
    static let mail = group("mail")

    private var movements = GroupMovements()
    private var lastAction: UInt64 = 0

    static func at(_ milliseconds: Int) -> Instant { .zero + .seconds(1) + .milliseconds(milliseconds) }

    private static func group(_ key: String) -> ResourceGroup {
        ResourceGroup(preferredNode: peer, resources: [resource(key)], line: 1)
    }

    static func resource(_ word: String) -> Resource { Resource(word: word, scriptName: word, arguments: []) }

    /// The core answers to what happened at `told`, a millisecond later.
    func answer(_ told: Int, silentSince: Int? = nil, due: Int = 0, _ transitions: Transition...) {
        movements.answer(
            told: Self.at(told), decided: Self.at(told + 1),
            silence: silentSince.map { PeerSilence(since: Self.at($0), due: Self.at(due)) })
        for transition in transitions { movements.take(transition) }
    }

    func run(
        _ verb: ResourceVerb, _ words: [String], _ begin: Int, _ end: Int, of group: ResourceGroup = web,
        code: Int32 = 0
    ) {
        lastAction += 1
        let id = ActionID(generation: Generation(1), number: lastAction)
        let action = ResourceAction(
            groupKey: group.key, step: ResourceStep(words.map(Self.resource)), verb: verb, timeout: .seconds(1),
            peerIsAbsent: false)
        movements.began(action, id, at: Self.at(begin))
        movements.ended(id, .exited(code: code, output: ""), at: Self.at(end))
    }

    /// Whether that made a movement complete.
    @discardableResult
    func announce(_ count: Int, _ begin: Int, _ end: Int?, of group: ResourceGroup = web) -> Bool {
        let address = IPAddress("10.0.0.1")
        return movements.announced(
            group.key,
            FirstAnnouncement(
                addresses: Array(repeating: address, count: count).compactMap(\.self), begin: Self.at(begin),
                end: end.map(Self.at)))
    }

    /// The neighbours agree since then, or do not say so. Whether that made a movement complete.
    @discardableResult
    func neighbours(_ agreed: Int?, of group: ResourceGroup = web) -> Bool {
        movements.answered(group.key, agreed.map(Self.at))
    }

    func close() { movements.close() }

    /// What the log gets now.
    func lines() -> [String] { movements.takeFinished().map(\.text) }
}

private let peer = WatchedNode.peer
private let web = WatchedNode.web
private let mail = WatchedNode.mail
private let died: [Transition] = [.nodeDied(peer), .takingOverAll(from: peer)]

@Suite struct GroupMovementsTests {
    @Test func `a takeover is told from the dead node's last word to the running group`() {
        let node = WatchedNode()
        node.answer(
            1004, silentSince: 0, due: 1000, died[0], died[1], .group(web.key, .acquiring))
        node.run(.start, ["10.0.0.1/24"], 1006, 1008)
        node.announce(1, 1007, 1007)
        node.neighbours(1008)
        node.answer(1008)
        node.run(.status, ["web"], 1009, 1013)
        node.run(.start, ["web"], 1014, 1030)
        #expect(node.lines() == [])
        node.answer(1030, .group(web.key, .running))
        #expect(
            node.lines() == [
                "Timeline of web (ms since gw1 was last heard, at 1.000000): due 1000.00, detected 1004.00, "
                    + "decided 1005.00, 10.0.0.1/24 1006.00-1008.00, announced 1007.00, neighbours agree 1008.00, "
                    + "web 1009.00-1030.00 (status 4.00), running 1031.00"
            ])
        #expect(node.lines() == [])
    }

    @Test func `a handover is told on both sides, from the request and from the offer`() {
        let giver = WatchedNode()
        giver.answer(0, .handover(.offered(isFailback: false)))
        giver.answer(3, .handover(.givingUp), .group(web.key, .releasing))
        giver.run(.stop, ["web"], 5, 9)
        giver.answer(9, .group(web.key, .released))
        #expect(
            giver.lines() == [
                "Timeline of web (ms since the handover was asked for, at 1.000000): agreed 3.00, decided 4.00, "
                    + "web 5.00-9.00, released 10.00"
            ])
        let taker = WatchedNode()
        taker.answer(1, .handover(.promised))
        // The scripts of the giver may take as long as they like.
        taker.answer(60_001, .handover(.acquiring), .group(web.key, .acquiring))
        taker.answer(60_005, .group(web.key, .running))
        #expect(
            taker.lines() == [
                "Timeline of web (ms since the other node offered it, at 1.001000): given 60000.00, decided 60001.00, "
                    + "running 60005.00"
            ])
    }

    @Test(arguments: [
        (Transition.shuttingDown, "the stop was asked for"),
        (.peerLeaves, "the other node had stopped"),
        (.reconfigured, "it was called for"), (.claimed, "it was called for"),
        (.takingOverAll(from: nil), "it was called for"),
        // Never heard before: there is no last word.
        (.takingOverAll(from: peer), "it was called for"),
        (.adopting(web.key, isMoved: false), "its failure was known"),
        (.adopting(web.key, isMoved: true), "the other node offered it"),
        (.moving(web.key), "the handover was asked for"),
        (.groupTrouble(web.key, .failedTooOften, of: web.steps[0]), "its failure was known"),
    ])
    func `other movements begin with what became known`(cause: Transition, words: String) {
        let node = WatchedNode()
        node.answer(7, cause, .group(web.key, .releasing), .group(web.key, .released))
        #expect(node.lines() == ["Timeline of web (ms since \(words), at 1.007000): decided 1.00, released 1.00"])
    }

    @Test func `a ping node's death is no takeover`() {
        let node = WatchedNode()
        // The peer had died and returned before.
        node.answer(
            5000, silentSince: 0, due: 1000, .nodeDied(NodeName("router")),
            .takingOverAll(from: peer), .group(web.key, .acquiring), .group(web.key, .running))
        #expect(node.lines().map { $0.contains("since it was called for") } == [true])
    }

    @Test func `a start that fails is a movement, and the release after it another`() {
        let node = WatchedNode()
        node.answer(0, silentSince: -1000, due: 0, died[0], died[1], .group(web.key, .acquiring))
        node.run(.start, ["web"], 2, 4, code: 1)
        node.answer(
            4, .groupTrouble(web.key, .startFailed(.exited(code: 1, output: "")), of: web.steps[0]),
            .group(web.key, .releasing))
        node.run(.stop, ["web"], 6, 7)
        node.answer(7, .group(web.key, .released))
        #expect(
            node.lines() == [
                "Timeline of web (ms since gw1 was last heard, at 0.000000): due 1000.00, detected 1000.00, "
                    + "decided 1001.00, web 1002.00-1004.00 failed, failed 1005.00",
                "Timeline of web (ms since its failure was known, at 1.004000): decided 1.00, web 2.00-3.00, released 4.00",
            ])
    }

    @Test func `a step that is tried again is one step, and one that never stops ends the movement`() {
        let node = WatchedNode()
        node.answer(0, .shuttingDown, .group(web.key, .releasing))
        for second in 0..<3 { node.run(.stop, ["web"], second * 1000 + 2, second * 1000 + 3, code: 1) }
        node.answer(2003, .groupTrouble(web.key, .stopFailed, of: web.steps[0]))
        let line =
            "Timeline of web (ms since the stop was asked for, at 1.000000): decided 1.00, web 2.00-2003.00 failed, "
            + "stuck 2004.00"
        #expect(node.lines() == [line])
        // What is tried every half minute from now on belongs to no movement.
        node.run(.stop, ["web"], 32_000, 32_001)
        node.answer(32_001, .group(web.key, .released))
        #expect(node.lines() == [])
    }

    @Test func `a group that waits for another of the same takeover has its zero, and what comes later has not`() {
        let node = WatchedNode()
        node.answer(1000, silentSince: 0, due: 1000, died[0], died[1], .group(web.key, .acquiring))
        node.answer(31_000, .group(web.key, .running), .group(mail.key, .acquiring))
        node.answer(31_010, .group(mail.key, .running))
        #expect(node.lines().map { $0.contains("since gw1 was last heard, at 1.000000)") } == [true, true])
        // A node that stood still decides, reads, and only then begins.
        node.answer(40_000, silentSince: 39_000, due: 40_000, died[0], died[1])
        node.answer(40_500, .group(web.key, .acquiring), .group(web.key, .running))
        #expect(node.lines().map { $0.contains("since gw1 was last heard, at 40.000000)") } == [true])
        node.answer(50_000, .group(web.key, .releasing), .group(web.key, .released))
        #expect(
            node.lines() == ["Timeline of web (ms since it was called for, at 51.000000): decided 1.00, released 1.00"])
    }

    @Test func `a line waits for its announcements, but not for ever`() {
        let head = "Timeline of web (ms since it was called for, at 1.000000): decided 1.00, "
        let node = WatchedNode()
        node.answer(0, .group(web.key, .acquiring))
        #expect(!node.announce(500, 2, nil))
        node.answer(3, .group(web.key, .running))
        #expect(node.lines() == [])
        #expect(!node.announce(500, 2, nil))
        #expect(!node.announce(500, 2, 25))
        #expect(node.neighbours(nil))
        // The outcome is the last part, whenever it was.
        #expect(node.lines() == [head + "announced 2.00, all announced 25.00, running 4.00"])
        node.answer(0, .group(web.key, .acquiring))
        node.announce(500, 2, nil)
        node.answer(3, .group(web.key, .running))
        node.answer(9, .group(web.key, .releasing))
        #expect(node.lines() == [head + "announced 2.00, running 4.00"])
        node.answer(0, .group(web.key, .acquiring))
        node.announce(500, 2, nil)
        node.answer(3, .group(web.key, .running))
        node.close()
        #expect(node.lines() == [head + "announced 2.00, running 4.00"])
    }

    @Test func `a line waits for the neighbours' word, of a group that runs`() {
        let head = "Timeline of web (ms since it was called for, at 1.000000): decided 1.00, announced 2.00, "
        let node = WatchedNode()
        node.answer(0, .group(web.key, .acquiring))
        #expect(!node.announce(1, 2, 2))
        #expect(!node.announce(1, 2, 2))
        node.answer(3, .group(web.key, .running))
        #expect(!node.neighbours(6) && node.neighbours(5))
        // After the outcome: the group runs already while its neighbours are asked.
        #expect(node.lines() == [head + "neighbours agree 6.00, running 4.00"])
        node.answer(0, .group(web.key, .acquiring))
        node.announce(1, 2, 2)
        node.announce(1, 2, 2)
        node.answer(3, .group(web.key, .running))
        #expect(!node.neighbours(nil) && node.neighbours(5))
        #expect(node.lines() == [head + "running 4.00"], "one of the announcements was not confirmed")
        node.answer(0, .group(web.key, .acquiring))
        node.announce(1, 2, 2)
        node.answer(3, .groupTrouble(web.key, .startFailed(.timedOut), of: web.steps[0]))
        #expect(node.lines() == [head + "failed 4.00"], "what has failed waits for nobody")
        #expect(!node.neighbours(7))
    }

    @Test func `what turns back half-way is told once, and what does not move not at all`() {
        let node = WatchedNode()
        node.answer(0, .group(web.key, .acquiring))
        node.run(.start, ["web"], 2, 4)
        node.answer(4, .handover(.offered(isFailback: false)))
        node.answer(5, .handover(.givingUp), .group(web.key, .releasing))
        node.run(.stop, ["web"], 7, 8)
        node.answer(8, .group(web.key, .released))
        #expect(
            node.lines() == [
                "Timeline of web (ms since the handover was asked for, at 1.004000): agreed 1.00, decided 2.00, "
                    + "web 3.00-4.00, released 5.00"
            ])
        node.run(.status, ["web"], 20, 21)
        node.announce(1, 21, 21)
        node.answer(22, .group(web.key, .running))
        node.close()
        #expect(node.lines() == [])
    }

    @Test func `how long an action of a movement took is given when it did what it should`() {
        var movements = GroupMovements()
        movements.answer(told: .zero, decided: .zero, silence: nil)
        movements.take(.group(web.key, .acquiring))
        var number: UInt64 = 0
        func run(_ verb: ResourceVerb, _ result: ActionResult, of key: String = web.key) -> LearnedStore.Run? {
            number += 1
            let id = ActionID(generation: Generation(1), number: number)
            let step = ResourceStep(["web::a", "other"].map(WatchedNode.resource))
            let action = ResourceAction(
                groupKey: key, step: step, verb: verb, timeout: .seconds(1), peerIsAbsent: false)
            movements.began(action, id, at: .zero)
            return movements.ended(id, result, at: .zero + .milliseconds(7))
        }
        let start = run(.start, .exited(code: 0, output: ""))
        #expect(start == .init(word: "web::a", verb: .start, duration: .milliseconds(7)))
        #expect(run(.start, .exited(code: 1, output: "")) == nil && run(.stop, .timedOut) == nil)
        #expect(run(.status, .exited(code: 3, output: "")) != nil && run(.status, .timedOut) == nil)
        #expect(run(.start, .exited(code: 0, output: ""), of: "mail") == nil, "mail does not move")
    }
}
