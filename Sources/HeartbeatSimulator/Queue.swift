// The one queue of a simulated world: happenings ordered by instant and, at the same instant, by insertion – so that a
// seed gives one order and no other.

import HeartbeatModel

/// A binary heap of things that will happen. What it moves about are places in a store, because happenings are large.
struct HappeningQueue<Happening> {
    private struct Entry {
        var time: Instant
        var order: UInt64
        var place: Int

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    private var entries: [Entry] = []
    private var happenings: [Happening?] = []
    private var freePlaces: [Int] = []
    private var inserted: UInt64 = 0

    var nextTime: Instant? { entries.first?.time }

    mutating func insert(_ happening: Happening, at time: Instant) {
        inserted += 1
        entries.append(Entry(time: time, order: inserted, place: store(happening)))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> (time: Instant, happening: Happening)? {
        guard let first = entries.first, let happening = happenings[first.place].take() else { return nil }
        freePlaces.append(first.place)
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return (first.time, happening)
    }

    /// The first entry goes down to where it belongs.
    private mutating func sink() {
        var parent = 0
        while true {
            var smallest = parent
            for child in 2 * parent + 1...2 * parent + 2
            where child < entries.count && entries[child].isBefore(entries[smallest]) {
                smallest = child
            }
            guard smallest != parent else { return }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }

    private mutating func store(_ happening: Happening) -> Int {
        if let place = freePlaces.popLast() {
            happenings[place] = happening
            return place
        }
        happenings.append(happening)
        return happenings.count - 1
    }
}
