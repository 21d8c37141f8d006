// The numbers of movements, which belong together, and which of them are not on the disk yet: a value. It refuses to know how they get
// there, and never grows: what no disk takes is given up, the oldest first.

import HeartbeatModel

/// What is to be kept of the movements of one node.
struct Chronicle {
    /// So many lines wait for the disk at most, of so many bytes together.
    static let mostWaiting = 64
    static let mostBytes = 64 * 1024
    /// Movements of one cause end within seconds of each other, and rarely those of more than a few causes do so at once.
    private static let mostChains = 8

    /// A movement without its number.
    struct Movement: Hashable {
        var timeline: GroupTimeline
        var unixMilliseconds: UInt64
        var from: NodeName?
        var to: NodeName?
    }

    /// A line and its number.
    struct Line: Hashable, Sendable {
        var number: UInt64
        var text: String
    }

    private struct Chain {
        var origin: GroupTimeline.Origin
        var zero: Instant
        var number: UInt64
    }

    private let node: NodeName
    var generation: Generation
    /// `nil` before anybody knows which numbers have been given.
    private var lastNumber: UInt64?
    private var unnumbered: [Movement] = []
    /// The last ones: all that are not known to be on the disk, or the very last, which has the number for the next daemon.
    private(set) var recent: [Line] = []
    /// On the disk up to here.
    private var stored: UInt64 = 0
    /// Given up since this was last asked for.
    private var lost = 0
    private var chains: [Chain] = []
    /// Number of the last movement of each group.
    private var numbers: [String: UInt64] = [:]

    init(_ node: NodeName, generation: Generation) {
        self.node = node
        self.generation = generation
    }

    /// Those that the disk does not have.
    var waiting: [Line] { recent.filter { $0.number > stored } }

    func number(of group: String) -> UInt64? { numbers[group] }

    /// How many have been given up since the last call.
    mutating func takeLost() -> Int {
        defer { lost = 0 }
        return lost
    }

    /// What a daemon of this boot has left in memory: the numbers go on from there.
    mutating func recall(_ lines: [String]) {
        recent = lines.compactMap { text in HistoryEntry.number(ofLine: text).map { Line(number: $0, text: text) } }
            .suffix(Self.mostWaiting)
        if let last = recent.map(\.number).max() { go(onFrom: last) }
    }

    /// The disk has everything up to this number.
    mutating func recall(stored number: UInt64) {
        stored = max(stored, number)
        trim()
        go(onFrom: max(number, lastNumber ?? 0))
    }

    private mutating func go(onFrom number: UInt64) {
        lastNumber = number
        let movements = unnumbered
        unnumbered = []
        for movement in movements { note(movement) }
    }

    /// Takes a movement that is over; gives it as it is kept, if there are numbers yet.
    @discardableResult
    mutating func note(_ movement: Movement) -> HistoryEntry? {
        guard let last = lastNumber else {
            unnumbered.append(movement)
            if unnumbered.count > Self.mostWaiting {
                unnumbered.removeFirst()
                lost += 1
            }
            return nil
        }
        let timeline = movement.timeline
        // Nobody counts so far; a damaged file could.
        let number = last < .max ? last + 1 : 1
        lastNumber = number
        numbers[timeline.group] = number
        var entry = HistoryEntry(
            number: number, unixMilliseconds: movement.unixMilliseconds, node: node, timeline: timeline)
        entry.chain = chain(of: timeline, number)
        entry.generation = generation
        (entry.from, entry.to) = (movement.from, movement.to)
        recent.append(Line(number: number, text: entry.text))
        trim()
        return entry
    }

    /// Number of the first movement that began with the same at the same instant.
    private mutating func chain(of timeline: GroupTimeline, _ number: UInt64) -> UInt64 {
        if let known = chains.first(where: { $0.origin == timeline.origin && $0.zero == timeline.zero }) {
            return known.number
        }
        if chains.count >= Self.mostChains { chains.removeFirst() }
        chains.append(Chain(origin: timeline.origin, zero: timeline.zero, number: number))
        return number
    }

    /// These are on the disk.
    mutating func stored(_ lines: [Line]) {
        stored = max(stored, lines.map(\.number).max() ?? 0)
        trim()
    }

    private mutating func trim() {
        while recent.count > 1, let first = recent.first {
            let isStored = first.number <= stored
            let bytes = recent.reduce(0) { $0 + $1.text.utf8.count + 1 }
            guard isStored || recent.count > Self.mostWaiting || bytes > Self.mostBytes else { return }
            recent.removeFirst()
            if !isStored { lost += 1 }
        }
    }
}
