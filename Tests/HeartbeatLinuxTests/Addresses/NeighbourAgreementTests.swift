import HeartbeatModel
import Testing

@testable import HeartbeatAddresses

/// What a neighbour is asked and told, in which order, and when that ends.
struct NeighbourAgreementTests {
    private static let first = IPAddress(0x0A4D_0032)
    private static let second = IPAddress(0x0A4D_0033)
    private static let start = Instant.zero + .seconds(1)
    private static let pauses = NeighbourAgreement.pauses

    private static func asked(_ addresses: [IPAddress], judged: Set<IPAddress>? = nil) -> NeighbourAgreement {
        var agreement = NeighbourAgreement(addresses, judged: judged ?? Set(addresses))
        #expect(agreement.begin(at: start) == [.find])
        #expect(agreement.found(at: start) == addresses.map { .ask($0) } + [.askFromOwn])
        return agreement
    }

    /// Lets rounds pass in which the neighbour answers the own address only, until nothing is due or so many are over.
    private static func disagree(_ agreement: inout NeighbourAgreement, rounds: Int = .max) -> [NeighbourAgreement
        .Effect]
    {
        var effects: [NeighbourAgreement.Effect] = []
        var rounds = rounds
        while rounds > 0, let due = agreement.deadline {
            agreement.answeredOwn()
            effects += agreement.expire(at: due)
            rounds -= 1
        }
        return effects
    }

    @Test func `a neighbour that answers agrees at once and is asked nothing more`() {
        var agreement = Self.asked([Self.first, Self.second])
        #expect(agreement.answered(Self.first) == [.known(Self.first, .agrees)])
        #expect(agreement.answered(Self.first) == [])
        #expect(!agreement.isOver)
        #expect(agreement.answered(Self.second) == [.known(Self.second, .agrees)])
        #expect(agreement.isOver && agreement.expire(at: Self.start + .seconds(100)) == [])
    }

    @Test func `one that answers only the own address is told again after growing pauses, for about a minute`() {
        var agreement = Self.asked([Self.first])
        #expect(agreement.expire(at: Self.start) == [], "nothing is due yet")
        var due: [Duration] = []
        var effects: [NeighbourAgreement.Effect] = []
        while let deadline = agreement.deadline {
            due.append(deadline - Self.start)
            agreement.answeredOwn()
            effects += agreement.expire(at: deadline)
        }
        #expect(Array(due[..<5]) == [20, 70, 170, 370, 870].map { Duration.milliseconds($0) })
        #expect(
            due.count == Self.pauses.count && due[due.count - 1] > .seconds(50) && due[due.count - 1] < .seconds(70))
        #expect(effects.count { $0 == .tell(Self.first) } == Self.pauses.count)
        #expect(effects.count { $0 == .known(Self.first, .disagrees) } == 1)
        #expect(effects.last == .known(Self.first, .givenUp))
        #expect(agreement.opinions == [Self.first: .givenUp])
    }

    @Test func `a disagreement is told when it lasts, and ends as soon as the neighbour answers`() {
        var agreement = Self.asked([Self.first])
        let early = Self.disagree(&agreement, rounds: 4)
        #expect(early.contains(.tell(Self.first)) && !early.contains(.known(Self.first, .disagrees)))
        #expect(Self.disagree(&agreement, rounds: 1).first == .known(Self.first, .disagrees))
        #expect(agreement.answered(Self.first) == [.known(Self.first, .agrees)])
        #expect(agreement.isOver)
    }

    @Test func `one that answers nothing is unknown, is told nothing, and may still agree or disagree later`() throws {
        var agreement = Self.asked([Self.first])
        var effects: [NeighbourAgreement.Effect] = []
        for _ in 0..<6 { effects += agreement.expire(at: try #require(agreement.deadline)) }
        #expect(effects.count { $0 == .known(Self.first, .unknown) } == 1)
        #expect(!effects.contains(.tell(Self.first)))
        var late = agreement
        #expect(Self.disagree(&late, rounds: 1).contains(.tell(Self.first)))
        #expect(agreement.answered(Self.first) == [.known(Self.first, .agrees)])
    }

    @Test func `one that is never found is looked for in each round, and unknown`() {
        var agreement = NeighbourAgreement([Self.first], judged: [Self.first])
        var effects = agreement.begin(at: Self.start)
        while let due = agreement.deadline { effects += agreement.expire(at: due) }
        #expect(effects.count { $0 == .find } == Self.pauses.count)
        #expect(effects.filter { $0 != .find } == [.known(Self.first, .unknown)])
    }

    @Test func `silence about an address of another network, or without an own address, is no disagreement`() {
        var agreement = Self.asked([Self.first, Self.second], judged: [Self.second])
        let effects = Self.disagree(&agreement)
        #expect(effects.contains(.known(Self.first, .unknown)) && !effects.contains(.tell(Self.first)))
        #expect(effects.contains(.known(Self.second, .disagrees)))
    }

    @Test func `a round in which the neighbour does not answer at all proves nothing`() throws {
        var agreement = Self.asked([Self.first])
        #expect(Self.disagree(&agreement, rounds: 1) == [.tell(Self.first), .ask(Self.first), .askFromOwn])
        #expect(agreement.expire(at: try #require(agreement.deadline)) == [.ask(Self.first), .askFromOwn])
    }

    @Test func `an address that goes is asked about no more`() {
        var agreement = Self.asked([Self.first, Self.second])
        agreement.cancel([Self.first])
        #expect(agreement.answered(Self.first) == [])
        #expect(!Self.disagree(&agreement, rounds: 2).contains(.tell(Self.first)))
        agreement.cancel([Self.second])
        #expect(agreement.isOver && agreement.found(at: Self.start) == [])
    }
}
