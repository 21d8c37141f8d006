// Whose messages count: a life that has heard us, and not one of which somebody has a record, or only the key.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct PeerLivesTests {
    private static let largest = UInt64(1) << 48 - 1

    private static func number(_ value: UInt64?) -> SequenceNumber? { value.map(SequenceNumber.init) }

    // MARK: - The rule

    struct Case: Sendable {
        var isProven = false
        var isHeard = true
        var other: UInt64
        var echo: UInt64?
        var isBelieved: Bool
    }

    /// Beside life 7, which is believed since we sent message 10.
    static let cases: [Case] = [
        // As long as nothing is proven, the higher one is a restart, as beside an original; a lower one must live.
        Case(other: 8, isBelieved: true), Case(other: 8, echo: 1, isBelieved: true),
        Case(other: 6, isBelieved: false), Case(other: 6, echo: 10, isBelieved: false),
        Case(other: 6, echo: 11, isBelieved: true), Case(other: .max, echo: 11, isBelieved: false),
        // A proven one that is heard gives way to a higher one that has heard us, and to nothing else.
        Case(isProven: true, other: 8, isBelieved: false), Case(isProven: true, other: 8, echo: 10, isBelieved: true),
        Case(isProven: true, other: 6, isBelieved: false), Case(isProven: true, other: 6, echo: 11, isBelieved: false),
        Case(isProven: true, other: largest, isBelieved: false),
        Case(isProven: true, other: .max, echo: 11, isBelieved: false),
        // One that is not heard any more gives way to a later one, or to one that lives.
        Case(isProven: true, isHeard: false, other: 8, isBelieved: true),
        Case(isProven: true, isHeard: false, other: 6, isBelieved: false),
        Case(isProven: true, isHeard: false, other: 6, echo: 10, isBelieved: false),
        Case(isProven: true, isHeard: false, other: 6, echo: 11, isBelieved: true),
        Case(isHeard: false, other: .max, echo: 11, isBelieved: false),
    ]

    @Test(arguments: cases) func whoIsBelieved(row: Case) {
        let lives = PeerLives(Generation(7), since: SequenceNumber(10), isProven: row.isProven)
        let judgement = lives.judge(
            Generation(row.other), echo: Self.number(row.echo), isHeard: row.isHeard, lastSent: SequenceNumber(20))
        if case .believed(let next, let hasBegunAnew) = judgement {
            #expect(row.isBelieved, "\(row)")
            #expect(next.believed == Generation(row.other) && next.isProven == (row.echo != nil))
            #expect(hasBegunAnew == (row.other > 7))
        } else {
            #expect(!row.isBelieved, "\(row)")
        }
    }

    @Test func whoWasPutAsideAndGoesOnRefutesTheOther() throws {
        let lives = PeerLives(Generation(7), since: SequenceNumber(1), isProven: true)
        func judge(_ lives: PeerLives, _ other: UInt64, echo: UInt64, isHeard: Bool = true) -> PeerLives? {
            let judgement = lives.judge(
                Generation(other), echo: Self.number(echo), isHeard: isHeard, lastSent: SequenceNumber(20))
            return if case .believed(let next, _) = judgement { next } else { nil }
        }
        let second = try #require(judge(lives, Self.largest, echo: 20))
        // What it had heard before proves nothing.
        #expect(judge(second, 7, echo: 20) == nil)
        let third = try #require(judge(second, 7, echo: 21))
        #expect(third.believed == Generation(7))
        // The other one has no second chance, unless nobody else is there.
        #expect(judge(third, Self.largest, echo: 30) == nil)
        #expect(judge(third, Self.largest, echo: 30, isHeard: false) != nil)
    }

    // MARK: - Nodes

    private static func status(_ sequence: UInt64, generation: UInt64, of node: Int) -> Message {
        Message(
            source: CorePair.names[node], sequence: SequenceNumber(sequence), generation: Generation(generation),
            timestamp: 1, timeToLive: 4, content: .status(StatusReport(status: .active, deadtime: .seconds(10))))
    }

    private static func joined() -> CorePair {
        var pair = CorePair()
        pair.pass(.seconds(30))
        #expect(pair.running(on: 0) == ["web"] && pair.running(on: 1) == ["files"])
        return pair
    }

    private static func expectUndisturbed(_ pair: CorePair) {
        #expect(pair.running(on: 0) == ["web"] && pair.running(on: 1) == ["files"])
        for node in 0...1 {
            #expect(!pair.tells(.nodeDead(node: CorePair.names[1 - node]), node))
            #expect(!pair.tells(.peerRestarted(node: CorePair.names[1 - node]), node))
            #expect(pair.cores[node].snapshot.hold == .local)
        }
    }

    @Test func aDaemonThatIsBackBeforeItsDeadtimeIsBelievedAtOnce() {
        var pair = Self.joined()
        pair.restart(1, generation: 8)
        pair.pass(.milliseconds(1100))
        #expect(pair.tells(.peerRestarted(node: CoreOnDesk.beta), 0))
        pair.pass(.seconds(9))
        #expect(pair.running(on: 0) == ["web"] && pair.running(on: 1) == ["files"])
        #expect(!pair.tells(.nodeDead(node: CoreOnDesk.beta), 0))
    }

    /// Of a life that had a higher generation, because the count was lost later: whatever it has ever said.
    @Test(arguments: [8, 1000, largest]) func theRecordOfALifeDoesNotHarmOneThatLives(generation: UInt64) {
        var recorded = CorePair(generations: [3, generation])
        recorded.pass(.seconds(60))
        var pair = Self.joined()
        for message in recorded.sent[1] + [Self.goodbye(generation)] {
            pair.hear(message, by: 0)
            pair.pass(.milliseconds(300))
        }
        pair.pass(.seconds(20))
        Self.expectUndisturbed(pair)
    }

    private static func goodbye(_ generation: UInt64) -> Message {
        var message = status(9_999, generation: generation, of: 1)
        message.content = .shutdownDone
        return message
    }

    /// Both have lost their counts, and both hear a few packets of their earlier lives before they hear each other.
    @Test func nobodyIsLockedOutByAFewOldPackets() {
        var pair = CorePair(generations: [3, 4])
        for sequence in 500...502 as ClosedRange<UInt64> {
            pair.hear(Self.status(sequence, generation: 1000, of: 1), by: 0)
            pair.hear(Self.status(sequence, generation: 2000, of: 0), by: 1)
        }
        pair.pass(.seconds(60))
        #expect(pair.running(on: 0) == ["web"] && pair.running(on: 1) == ["files"])
    }

    /// The same, while each runs everything, so that it cannot begin anew.
    @Test func noOwnerIsLockedOutByAFewOldPackets() {
        var pair = CorePair(generations: [3, 4])
        pair.isCut = true
        for sequence in 500...502 as ClosedRange<UInt64> {
            pair.hear(Self.status(sequence, generation: 1000, of: 1), by: 0)
            pair.hear(Self.status(sequence, generation: 2000, of: 0), by: 1)
        }
        pair.pass(.seconds(90))
        #expect(pair.running(on: 0) == ["files", "web"] && pair.running(on: 1) == ["files", "web"])
        pair.isCut = false
        pair.pass(.seconds(60))
        #expect(pair.running(on: 0) == ["web"] && pair.running(on: 1) == ["files"])
    }

    /// A node that has just begun hears one recorded packet of a peer that lives, but has not come to speak yet.
    @Test func aFarewellOfALifeThatHasNotHeardUsIsNoPermissionToStart() {
        var desk = CoreOnDesk()
        _ = desk.hear(.shutdownDone)
        let early = desk.pass(.seconds(9)).calls.filter { !$0.hasPrefix("status") }
        #expect(early.isEmpty, "\(early)")
        // A true one is followed by silence.
        _ = desk.pass(.seconds(60))
        #expect(desk.running == ["web", "files"])
    }

    /// As today beside an original: it may be deaf, and must not be taken for dead.
    @Test func aLaterLifeThatCannotHearUsIsBelievedWhenTheOneBeforeHasFallenSilent() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.pass(.seconds(5))
        desk.peerGeneration = 8
        desk.peerStatus = .up
        let effects = desk.pass(.seconds(30))
        #expect(effects.tells(.peerRestarted(node: CoreOnDesk.beta)))
        #expect(!effects.tells(.nodeDead(node: CoreOnDesk.beta)))
        desk.peerStatus = nil
        #expect(desk.pass(.seconds(11)).tells(.nodeDead(node: CoreOnDesk.beta)))
    }

    /// Beside one of ours, beyond initdead: a later life of the peer's, which proved nothing, has just fallen silent after
    /// three seconds.
    private static func afterALaterLifeFellSilent() -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.pass(.seconds(35))
        desk.peerGeneration = 8
        desk.peerStatus = .up
        _ = desk.pass(.seconds(3))
        desk.peerStatus = nil
        return desk
    }

    /// The life dies with it, a deadtime after its last status: it can still be followed when the one before has fallen silent.
    @Test func aLaterLifeThatCannotHearUsLivesByItsStatusesAlone() {
        var desk = Self.afterALaterLifeFellSilent()
        let (last, silent) = (desk.peerSequence, desk.now)
        _ = desk.pass(.seconds(4))
        _ = desk.hear(.retransmitRequest(first: SequenceNumber(1), last: SequenceNumber(1)))
        _ = desk.hear(.status(StatusReport(status: .up, deadtime: .seconds(10))), sequence: last)
        var effects = desk.pass(.milliseconds(4900))
        #expect(effects.tells(.peerRestarted(node: CoreOnDesk.beta)))
        #expect(!effects.tells(.nodeDead(node: CoreOnDesk.beta)))
        effects = desk.pass(silent + .seconds(10) - desk.now)
        #expect(effects.tells(.nodeDead(node: CoreOnDesk.beta)))
    }

    /// They were not taken then, so that the life's record of messages is empty: they do not count once more.
    @Test func whatALifeSaidWhileItWasDoubtedIsNoNewsWhenItIsPlayedAgain() {
        var desk = Self.afterALaterLifeFellSilent()
        let (last, silent) = (desk.peerSequence, desk.now)
        #expect(desk.pass(.milliseconds(8900)).tells(.peerRestarted(node: CoreOnDesk.beta)))
        for sequence in last - 1...last {
            let again = StatusReport(status: .up, deadtime: .seconds(10))
            _ = desk.hear(.status(again), sequence: sequence)
            #expect(desk.core.acceptedMessage == nil)
        }
        #expect(desk.pass(silent + .seconds(10) - desk.now).tells(.nodeDead(node: CoreOnDesk.beta)))
    }

    /// A firewall, or a record of a peer that is down: it looks the same from here, so somebody must hear of it.
    @Test func aPeerThatIsHeardAndNeverAnswersIsTold() {
        var desk = CoreOnDesk()
        desk.peerStatus = .active
        let told = Fact.unanswered(node: CoreOnDesk.beta)
        #expect(!desk.pass(.seconds(15)).facts.contains(told))
        let effects = desk.pass(.seconds(60))
        #expect(effects.facts.filter { $0 == told }.count == 1)
        #expect(effects.calls.isEmpty)
        desk.peerStatus = nil
        _ = desk.pass(.seconds(15))
        #expect(desk.running == ["web", "files"])
    }

    // MARK: - With the key

    /// One packet each, after which the peer goes on as before.
    @Test func oneForgedPacketDoesNotEndAPeerThatGoesOn() {
        let heard = { (pair: CorePair) in
            ResourceClaim(
                local: .agreed, foreign: .none,
                heard: MessageIdentity(
                    generation: pair.cores[0].node.channel.generation,
                    sequence: SequenceNumber(pair.cores[0].node.channel.lastSequence)))
        }
        let forgeries: [(CorePair, inout Message) -> Void] = [
            { _, message in message.generation = Generation(.max) },
            { _, message in message.generation = Generation(Self.largest) },
            { _, message in message.sequence = SequenceNumber(.max) },
            { _, message in message.sequence = SequenceNumber(1_000_000) },
            { _, message in message.content = .shutdownDone },
            { pair, message in
                message.generation = Generation(Self.largest)
                message.content = .resource(ResourceReport(hold: [], isStable: true, claim: heard(pair)))
            },
        ]
        for forge in forgeries {
            var pair = Self.joined()
            var message = Self.status(pair.cores[1].node.channel.lastSequence + 1, generation: 7, of: 1)
            forge(pair, &message)
            pair.hear(message, by: 0)
            pair.pass(.seconds(20))
            #expect(pair.running(on: 0) == ["web"] && pair.running(on: 1) == ["files"], "\(message)")
            #expect(pair.cores[0].node.peer?.isActive == true, "\(message)")
            #expect(!pair.tells(.nodeDead(node: CoreOnDesk.beta), 0), "\(message)")
        }
    }
}
