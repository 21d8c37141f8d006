// Whether one neighbour sends what is for some addresses to this node: asked, and told again after growing pauses until it
// agrees. A value: it is told what was heard and when, and says what to ask, what to tell and what has become known. It
// refuses to know how a neighbour is asked.
//
// Nobody can read the table of another host, but what it does shows it: the reply to an echo request from an address goes to
// the station that the neighbour believes to have it. Silence proves nothing while the neighbour does not answer this node's
// own address either.

import HeartbeatModel

/// What one neighbour believes of some addresses on one interface.
package struct NeighbourAgreement {
    package enum Opinion: Hashable, Sendable {
        /// Nothing is known yet.
        case asked
        /// It answers no question.
        case unknown
        /// It answers this node, but sends elsewhere what is for the address.
        case disagrees
        /// It sends here what is for the address.
        case agrees
        /// It still disagrees, and is told nothing more.
        case givenUp
    }

    package enum Effect: Hashable, Sendable {
        /// Which station has the neighbour?
        case find
        /// Does it answer this node's own address?
        case askFromOwn
        /// Does it answer this address?
        case ask(IPAddress)
        /// It is to be told where this address is.
        case tell(IPAddress)
        /// The opinion has changed, or disagreement has lasted: that is told once.
        case known(IPAddress, Opinion)
    }

    /// From one question to the next: at first so short that a lost packet costs nothing, then long enough for a switch that
    /// lets a port forward after half a minute. Together about a minute.
    package static let pauses: [Duration] = [
        20, 50, 100, 200, 500, 1000, 1000, 2000, 2000, 5000, 10_000, 15_000, 20_000,
    ]
    .map { .milliseconds($0) }
    /// A disagreement is told after so many: one lost packet looks the same, and some neighbours keep an entry for a second.
    private static let disagreementsToTell = 5
    /// A neighbour that is silent in the first so many rounds is unknown until it is heard.
    private static let roundsUntilUnknown = 4

    private struct Subject {
        var opinion = Opinion.asked
        var disagreements = 0
        /// The neighbour would answer it here if it knew the way.
        let isJudged: Bool

        var isOpen: Bool { opinion == .asked || opinion == .unknown || opinion == .disagrees }
    }

    /// In the order in which they are asked about.
    private let addresses: [IPAddress]
    private var subjects: [IPAddress: Subject] = [:]
    private var round = 0
    private var hasStation = false
    private var hasAnsweredOwn = false
    /// When the open round is judged; `nil` when nothing more is asked.
    package private(set) var deadline: Instant?

    /// - Parameters:
    ///   - addresses: what the neighbour is asked about.
    ///   - judged: those of them whose silence counts, because the neighbour is in their network and can be asked from an
    ///     address of this node's own, too.
    package init(_ addresses: [IPAddress], judged: Set<IPAddress>) {
        self.addresses = addresses
        for address in addresses { subjects[address] = Subject(isJudged: judged.contains(address)) }
    }

    /// Nothing more is asked or told.
    package var isOver: Bool { deadline == nil }
    package var opinions: [IPAddress: Opinion] { subjects.mapValues(\.opinion) }

    private var open: [IPAddress] { addresses.filter { subjects[$0]?.isOpen == true } }

    // MARK: - What happens

    package mutating func begin(at now: Instant) -> [Effect] {
        questions(at: now)
    }

    /// Its station is known now.
    package mutating func found(at now: Instant) -> [Effect] {
        guard !hasStation, !isOver else { return [] }
        hasStation = true
        return questions(at: now)
    }

    /// It has answered this node's own address.
    package mutating func answeredOwn() {
        hasAnsweredOwn = true
    }

    /// It has answered the address here, whichever question that was: it agrees as soon as it has once.
    package mutating func answered(_ address: IPAddress) -> [Effect] {
        guard subjects[address]?.isOpen == true, !isOver else { return [] }
        subjects[address]?.opinion = .agrees
        endIfNothingIsOpen()
        return [.known(address, .agrees)]
    }

    /// These are not here any more.
    package mutating func cancel(_ addresses: [IPAddress]) {
        for address in addresses { subjects[address] = nil }
        endIfNothingIsOpen()
    }

    /// The deadline has passed.
    package mutating func expire(at now: Instant) -> [Effect] {
        guard let due = deadline, due <= now else { return [] }
        var effects = open.flatMap { judge($0) }
        round += 1
        guard round < Self.pauses.count else { return effects + giveUp() }
        effects += questions(at: now)
        return effects
    }

    // MARK: - Judging

    private mutating func judge(_ address: IPAddress) -> [Effect] {
        guard var subject = subjects[address] else { return [] }
        defer { subjects[address] = subject }
        guard subject.isJudged, hasStation, hasAnsweredOwn else {
            guard subject.opinion == .asked, round + 1 >= Self.roundsUntilUnknown else { return [] }
            subject.opinion = .unknown
            return [.known(address, .unknown)]
        }
        subject.opinion = .disagrees
        subject.disagreements += 1
        let isLasting = subject.disagreements == Self.disagreementsToTell
        return (isLasting ? [.known(address, .disagrees)] : []) + [.tell(address)]
    }

    private mutating func giveUp() -> [Effect] {
        deadline = nil
        return open.compactMap { address in
            guard subjects[address]?.opinion == .disagrees else { return nil }
            subjects[address]?.opinion = .givenUp
            return .known(address, .givenUp)
        }
    }

    private mutating func questions(at now: Instant) -> [Effect] {
        guard !open.isEmpty else {
            deadline = nil
            return []
        }
        deadline = now + Self.pauses[round]
        hasAnsweredOwn = false
        guard hasStation else { return [.find] }
        // The own address last: when its answer is here, the others have had their time.
        return open.map { .ask($0) } + [.askFromOwn]
    }

    private mutating func endIfNothingIsOpen() {
        if open.isEmpty { deadline = nil }
    }
}
