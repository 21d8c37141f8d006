// What two pairs that are joined by two tunnels must not do: serve at different ones although they could serve at the same, and
// move more than once for one thing that happens. It looks at the machines and the tunnels, not at what the nodes think of them.

import HeartbeatCore
import HeartbeatModel

struct PairsChecker {
    /// The article's promise: the other pair follows within a second.
    static let patience = Duration.seconds(1)
    /// After so long without a fault a node can take the groups: it has joined, its interfaces and paths count as good.
    private static let recovery = Duration.seconds(40)

    private(set) var violations: [String] = []
    /// When something was last wrong with each node, its interfaces and its tunnel: by pair and node.
    private var illUntil: [[Instant]]
    private var apartSince: Instant?
    private var lastPlaces: [Int?] = [nil, nil]
    /// How often each pair has moved since something last happened.
    private var moves = [0, 0]
    private(set) var allMoves = 0

    init(_ start: Instant) {
        illUntil = [[start, start], [start, start]]
    }

    /// Something happens to the world, after which each pair may move once.
    mutating func cause() {
        moves = [0, 0]
    }

    mutating func check(_ pairs: Pairs) {
        for side in 0..<2 {
            for host in 0..<2 where !isSound(host, of: side, pairs) { illUntil[side][host] = pairs.now }
        }
        let places = [pairs.place(of: 0), pairs.place(of: 1)]
        for side in 0..<2 { note(places[side], of: side, at: pairs.now) }
        checkApart(places, pairs)
    }

    private func isSound(_ host: Int, of side: Int, _ pairs: Pairs) -> Bool {
        let machine = pairs.worlds[side].hosts[host]
        return pairs.isOpen[host] && machine.isUp && machine.unplugged.isEmpty
            && pairs.worlds[1 - side].hosts[host].isUp
    }

    private mutating func note(_ place: Int?, of side: Int, at now: Instant) {
        guard let place else { return }
        defer { lastPlaces[side] = place }
        guard let last = lastPlaces[side], last != place else { return }
        moves[side] += 1
        allMoves += 1
        guard moves[side] > 1 else { return }
        report(
            "the \(side == 0 ? "left" : "right") pair moves \(moves[side]) times for one thing that happens", at: now)
    }

    private mutating func checkApart(_ places: [Int?], _ pairs: Pairs) {
        guard let left = places[0], let right = places[1], left != right else {
            apartSince = nil
            return
        }
        let since = apartSince ?? pairs.now
        apartSince = since
        // The left pair could go where the right one is, or the other way round.
        let canFollow = [(0, right), (1, left)].contains { side, host in isWell(host, of: side, pairs) }
        guard pairs.now - since > Self.patience, canFollow else { return }
        report("the pairs serve at different tunnels although one works for both", at: pairs.now)
    }

    private func isWell(_ host: Int, of side: Int, _ pairs: Pairs) -> Bool {
        pairs.now - illUntil[side][host] > Self.recovery && pairs.now - illUntil[1 - side][host] > Self.recovery
    }

    /// When nothing has happened for a long time, and everything works.
    mutating func checkEnd(_ pairs: Pairs) {
        for side in 0..<2 where pairs.place(of: side) == nil {
            report("the \(side == 0 ? "left" : "right") pair serves nowhere, or on both nodes", at: pairs.now)
        }
    }

    private mutating func report(_ text: String, at time: Instant) {
        guard violations.count < 3 else { return }
        violations.append("at \(time.nanoseconds / 1_000_000) ms: \(text)")
    }
}
