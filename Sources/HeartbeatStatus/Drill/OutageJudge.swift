// For how long nobody answered for a service address while it moved, from what one node saw of it: when its own kernel had the address,
// and when the station of another machine answered. It asks nobody and reads no clock.

import HeartbeatModel

/// One address on one way.
package struct OutageJudge: Hashable, Sendable {
    package enum Way: Hashable, Sendable {
        /// This kernel gives the address up, another station is to answer for it.
        case fromHere
        /// Another station answers, this kernel is to get the address.
        case toHere
    }

    package enum Sighting: Hashable, Sendable {
        /// This kernel has the address, and uses it.
        case here
        case gone
        /// Another station has answered.
        case answered
    }

    private let way: Way
    private var isHere = false
    /// The last turn of whoever looks, and the longest pause between two.
    private var lastTurn: Instant?
    private var widest = Duration.zero
    /// `fromHere`: when this kernel lost it. `toHere`: when it got it.
    private var change: Instant?
    /// `fromHere`: the first answer after the change. `toHere`: the last one before.
    private var answer: Instant?
    /// An answer while this kernel had the address: the first one on the way from here, the last one on the way here.
    private var shared: Instant?

    package init(_ way: Way) {
        self.way = way
    }

    /// Whoever looks has come round.
    package mutating func turn(at now: Instant) {
        if let lastTurn { widest = max(widest, now - lastTurn) }
        lastTurn = now
    }

    package mutating func see(_ sighting: Sighting, at now: Instant) {
        switch (sighting, way) {
        case (.here, .fromHere): (isHere, change, answer) = (true, nil, nil)
        case (.here, .toHere):
            if !isHere { (isHere, change) = (true, now) }
        case (.gone, .fromHere):
            if isHere { (isHere, change) = (false, now) }
        case (.gone, .toHere): (isHere, change, shared) = (false, nil, nil)
        case (.answered, .fromHere):
            if isHere {
                shared = shared ?? now
            } else if change != nil {
                answer = answer ?? now
            }
        case (.answered, .toHere):
            if isHere { shared = now } else { answer = now }
        }
    }

    /// The next sighting decides: it is worth asking often.
    package var isUrgent: Bool {
        switch way {
        case .fromHere: change != nil && answer == nil
        case .toHere: change == nil
        }
    }

    /// What has come of it so far.
    package var figure: OutageFigure {
        OutageFigure(found: found, shared: sharedTime, within: widest)
    }

    private var found: OutageFigure.Found {
        guard let change else {
            let unchanged = way == .toHere ? "this kernel has not got it" : "this kernel has not given it up"
            return .unknown(way == .fromHere && !isHere ? "this kernel has not had it" : unchanged)
        }
        guard shared == nil else { return .out(.zero) }
        guard let answer else { return .silent }
        return .out(way == .fromHere ? answer - change : change - answer)
    }

    private var sharedTime: Duration {
        guard let shared, let change else { return .zero }
        return way == .fromHere ? change - shared : shared - change
    }
}

/// What was measured of one address on one way.
package struct OutageFigure: Hashable, Sendable {
    package enum Found: Hashable, Sendable {
        /// For so long nobody answered.
        case out(Duration)
        /// This kernel did not have it, and no other station has ever answered.
        case silent
        /// It was not measured, and why not.
        case unknown(String)
    }

    package var found: Found
    /// For so long both answered.
    package var shared: Duration
    /// The longest pause between two looks: nothing is known more exactly.
    package var within: Duration

    package init(found: Found, shared: Duration = .zero, within: Duration = .zero) {
        self.found = found
        self.shared = shared
        self.within = within
    }
}
