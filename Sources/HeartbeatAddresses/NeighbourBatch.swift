// What the neighbours of some addresses that were announced together are found to believe, and what of that is news. It refuses
// to know how they are asked.

import HeartbeatModel

/// Addresses that were announced together.
final class NeighbourBatch {
    struct Talk {
        let choice: NeighbourChoice
        var agreement: NeighbourAgreement
    }

    /// Those that are still here.
    private(set) var addresses: [IPAddress]
    /// All that were announced.
    let announcedAddresses: [IPAddress]
    /// What each neighbour is asked.
    var talks: [Talk] = []
    /// How often a neighbour was told again.
    var tellings = 0
    /// No neighbour will be added any more.
    var isChosen = false

    private let announced: Instant
    /// When the first news are told, whatever is known by then; `nil` when they were.
    private var firstDue: Instant?
    private var hasToldEnd = false
    private var hasToldUnknown = false
    /// When a neighbour last began to agree, and how often all had been told by then.
    private var last: (at: Instant, announcements: Int)?

    init(_ addresses: [IPAddress], announced: Instant, firstDue: Instant) {
        self.addresses = addresses
        announcedAddresses = addresses
        self.announced = announced
        self.firstDue = firstDue
    }

    /// Addresses that neighbours are asked about.
    var subjectCount: Int { Set(talks.flatMap(\.choice.addresses)).count }
    /// Nothing more is asked.
    var isOver: Bool { firstDue == nil && (isChosen || addresses.isEmpty) && talks.allSatisfy(\.agreement.isOver) }
    /// When something is due.
    var deadline: Instant? { (talks.compactMap(\.agreement.deadline) + [firstDue].compactMap(\.self)).min() }

    /// Where the talk stands among all.
    func add(_ choice: NeighbourChoice) -> Int {
        let present = choice.addresses.filter(addresses.contains)
        talks.append(Talk(choice: choice, agreement: NeighbourAgreement(present, judged: choice.judged)))
        return talks.count - 1
    }

    /// Whether these concern it.
    func cancel(_ gone: [IPAddress]) -> Bool {
        let gone = Set(gone)
        guard addresses.contains(where: gone.contains) else { return false }
        addresses.removeAll(where: gone.contains)
        for index in talks.indices { talks[index].agreement.cancel(Array(gone)) }
        return true
    }

    /// A neighbour's opinion has changed.
    func know(_ opinion: NeighbourAgreement.Opinion, of neighbour: IPAddress, at now: Instant) {
        switch opinion {
        case .agrees: last = (now, Announcer.pauses.count { announced + $0 <= now } + tellings)
        // What was told of the others is not the end: when this one agrees, too, that is news.
        case .disagrees: hasToldEnd = false
        case .asked, .unknown, .givenUp: break
        }
    }

    /// What is to be told now.
    func takeNews(at now: Instant) -> [NeighbourNews] {
        let opinions = talks.flatMap { $0.agreement.opinions.values }
        let isSettled = isChosen && !opinions.contains { $0 == .asked || $0 == .disagrees }
        let isRefused = opinions.contains { $0 == .disagrees || $0 == .givenUp }
        var news: [NeighbourNews] = []
        if let due = firstDue, isSettled || due <= now || addresses.isEmpty {
            firstDue = nil
            news.append(.first(agreed: isRefused ? nil : last?.at))
        }
        guard isSettled, !isRefused, !opinions.isEmpty else { return news }
        if let last, !hasToldEnd {
            hasToldEnd = true
            let agreeing = talks.filter { $0.agreement.opinions.values.contains(.agrees) }.map(\.choice.neighbour)
            news.append(.agree(agreeing, after: last.at - announced, announcements: last.announcements))
        } else if last == nil, !hasToldUnknown {
            hasToldUnknown = true
            news.append(.unknown(talks.map(\.choice.neighbour)))
        }
        return news
    }
}
