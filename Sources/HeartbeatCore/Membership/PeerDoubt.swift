// Whether a peer whose keepalive is late is dead, from what kernels say. A kernel that answers lives, and its node keeps its
// deadtime. One that answers on no common network, while others there do, serves nobody: its node is dead as soon as it may not
// answer any more, or at once when the cable to it has lost its carrier. Takes `now` as a parameter; it refuses to know what
// follows from a death.
//
//             a keepalive late, or a cable's                     rounds of questions unanswered
//   trusting ───────────────────────────────▶ asking ──────────────────────────────────────────┐
//    ▲  ▲      carrier lost                    │  ▲                                            │ lease still runs
//    │  │                          an answer,  │  │  again                                     ├──────────────────▶ waiting
//    │  └── a status of the peer's   or no     ▼  │                                            │ lease over, or cable lost
//    │      (from everywhere)        proof  waiting                                            └──────────────────▶ dead
//    └──────────────────────────────────────────

import HeartbeatModel

/// The doubt about one peer.
package struct PeerDoubt: Hashable, Codable, Sendable {
    /// What is known elsewhere and decides here.
    struct Circumstances {
        /// The peer's last status.
        var lastHeard: Instant
        /// For so long after a status its kernel may answer for service addresses, with the margin.
        var lease: Duration
        /// It was promised not to be found dead before.
        var promise: Instant
        var keepalive: Duration
        var latePatience: Duration
        var probe: QuickProbe
        /// Silence alone may decide.
        var allowsSilence: Bool
        /// The peer was lately heard by a medium that belongs to none of the networks, as a serial line: nobody answers there, but
        /// its next keepalive would come.
        var hasOtherMedium: Bool
        /// This node's interfaces without a carrier, and since when; `nil` where there never was one.
        var lost: [(interface: String, since: Instant?)]

        /// From then on a keepalive is late.
        var lateAt: Instant { lastHeard + latePatience }

        func hasLost(_ interface: String) -> Bool { lost.contains { $0.interface == interface } }
    }

    enum Step: Hashable {
        case nothing
        case ask([KernelQuestion])
        /// Told once in one silence: why nothing follows.
        case unsure(DoubtReason)
        case dead(DeathVerdict)
    }

    private enum State: Hashable, Codable {
        case trusting
        case asking(Inquiry)
        /// Asked again then, unless it is heard.
        case waiting(until: Instant)
    }

    /// Rounds of questions without an answer of the peer's.
    private struct Inquiry: Hashable, Codable {
        var rounds = 0
        /// A keepalive is late; otherwise a cable has lost its carrier.
        let isLate: Bool
        /// The next round, or the verdict.
        var due: Instant
        /// Interfaces on which a reference has answered, and after which round it last did.
        var proved: [String: Int] = [:]
    }

    /// After a verdict that proved wrong nobody is judged for so long; doubled each time, up to the longest.
    private static let shortestSuspension = Duration.seconds(600)
    private static let longestSuspension = Duration.seconds(86_400)
    /// With fewer a single fault could make a node look dead.
    private static let fewestNetworks = 2
    /// A last keepalive may be read so long after the carrier of its sender was found lost.
    private static let readingTime = Duration.milliseconds(20)

    private(set) var networks: [CommonNetwork] = []
    private var state = State.trusting
    /// The lost carrier of a cable that was asked about last.
    private var askedAbout: Instant?
    /// In this silence.
    private var hasTold = false
    /// This node stood still until then: what it did not hear before proves nothing.
    private var soundSince = Instant.zero
    /// The last verdict, while the peer has not been heard since.
    private var hasCondemned = false
    private var suspendedUntil = Instant.zero
    private var suspension = Self.shortestSuspension

    // MARK: - What is known

    /// There are enough networks to ask on.
    var isPossible: Bool { networks.count >= Self.fewestNetworks }

    mutating func stand(on new: [CommonNetwork]) {
        guard new != networks else { return }
        networks = new
        trust()
    }

    /// A status of the peer's has arrived, or another life of it has begun.
    mutating func trust() {
        state = .trusting
        hasTold = false
    }

    /// This node stood still: it begins anew, and reads before it asks.
    mutating func startOver(at now: Instant) {
        trust()
        soundSince = now
    }

    /// The peer is back. Was it there all the time, although it was found dead here? Tells for how long nobody is judged now.
    mutating func returned(isSameLife: Bool, at now: Instant) -> Duration? {
        defer { hasCondemned = false }
        trust()
        guard hasCondemned, isSameLife else { return nil }
        defer { suspension = min(suspension * 2, Self.longestSuspension) }
        suspendedUntil = now + suspension
        return suspension
    }

    // MARK: - Answers

    /// One of the questions was answered. Tells whether it is the first sign in a silence that the peer's kernel lives.
    mutating func answered(_ question: KernelQuestion, keepalive: Duration, at now: Instant) -> Bool {
        // What comes when nothing is asked was asked in an earlier silence.
        guard case .asking(var inquiry) = state, inquiry.rounds > 0,
            let network = networks.first(where: { $0.interface == question.interface })
        else { return false }
        if network.peers.contains(question.address) {
            state = .waiting(until: now + keepalive)
            guard inquiry.isLate else { return false }
            defer { hasTold = true }
            return !hasTold
        }
        guard network.references.contains(question.address) else { return false }
        inquiry.proved[network.interface] = inquiry.rounds
        state = .asking(inquiry)
        return false
    }

    // MARK: - Time

    /// When `step` next has something to say about a peer that is alive.
    func deadline(_ circumstances: Circumstances) -> Instant? {
        switch state {
        case .trusting:
            let cable = cable(circumstances)
            let begin = earliest(circumstances)
            if let cable, isNews(cable) { return max(cable.since, begin) }
            return circumstances.allowsSilence || cable != nil ? max(circumstances.lateAt, begin) : nil
        case .asking(let inquiry): return inquiry.due
        case .waiting(let until): return cable(circumstances).map(isNews) == true ? soundSince : until
        }
    }

    /// Nobody is asked before: this node has just stood still and must hear again what there is, or it was wrong lately.
    private func earliest(_ circumstances: Circumstances) -> Instant {
        max(suspendedUntil, soundSince + circumstances.keepalive * 2)
    }

    /// A cable that has lost its carrier after the peer's last word: an earlier loss was not that of its power.
    private func cable(_ circumstances: Circumstances) -> (interface: String, since: Instant)? {
        for network in networks where network.isCable {
            guard let lost = circumstances.lost.first(where: { $0.interface == network.interface }),
                let since = lost.since, since + Self.readingTime >= circumstances.lastHeard
            else { continue }
            return (network.interface, since)
        }
        return nil
    }

    private func isNews(_ cable: (interface: String, since: Instant)) -> Bool {
        askedAbout.map { $0 < cable.since } ?? true
    }

    /// What is to be done about a peer that is alive; asked until it says nothing.
    mutating func step(_ circumstances: Circumstances, at now: Instant) -> Step {
        guard now >= earliest(circumstances) else { return .nothing }
        let cable = cable(circumstances)
        let hasNews = cable.map(isNews) ?? false
        switch state {
        case .trusting:
            let isLate = now >= circumstances.lateAt && (circumstances.allowsSilence || cable != nil)
            return isLate || hasNews ? begin(cable, circumstances, at: now) : .nothing
        case .waiting(let until):
            guard until <= now || hasNews else { return .nothing }
            if now >= circumstances.lateAt || hasNews { return begin(cable, circumstances, at: now) }
            state = .trusting
            return .nothing
        case .asking(let inquiry):
            guard inquiry.due <= now else { return .nothing }
            if inquiry.rounds < circumstances.probe.rounds {
                return ask(inquiry, until: now + circumstances.probe.pause, circumstances)
            }
            return judge(inquiry, circumstances, at: now)
        }
    }

    private mutating func begin(
        _ cable: (interface: String, since: Instant)?, _ circumstances: Circumstances, at now: Instant
    ) -> Step {
        if let cable { askedAbout = cable.since }
        let inquiry = Inquiry(isLate: now >= circumstances.lateAt, due: now)
        return ask(inquiry, until: now + circumstances.probe.pause, circumstances)
    }

    private mutating func ask(_ inquiry: Inquiry, until due: Instant, _ circumstances: Circumstances) -> Step {
        var next = inquiry
        next.rounds += 1
        next.due = due
        state = .asking(next)
        return .ask(networks.filter { !circumstances.hasLost($0.interface) }.flatMap(\.questions))
    }

    private mutating func judge(_ inquiry: Inquiry, _ circumstances: Circumstances, at now: Instant) -> Step {
        let cable = cable(circumstances)
        // What an interface without a carrier does not hear proves nothing, unless its carrier is the peer's to give.
        if let own = networks.first(where: { circumstances.hasLost($0.interface) && $0.interface != cable?.interface })
        {
            return giveUp(.ownInterface(own.interface), circumstances, at: now)
        }
        // All of the last rounds: a reference that answered once may be out of reach by now.
        let proved = inquiry.proved.filter { $0.value > inquiry.rounds - circumstances.probe.rounds }.keys.sorted()
        guard !proved.isEmpty else { return giveUp(.nothingProved, circumstances, at: now) }
        let mayAnswerUntil = max(max(circumstances.lastHeard, soundSince) + circumstances.lease, circumstances.promise)
        if cable == nil {
            guard circumstances.allowsSilence else { return wait(until: now + circumstances.keepalive) }
            // It is asked once more before that, for as long as it takes to be sure.
            let again = mayAnswerUntil - circumstances.probe.pause * circumstances.probe.rounds
            if again > now { return wait(until: again) }
            if mayAnswerUntil > now {
                return ask(inquiry, until: min(now + circumstances.probe.pause, mayAnswerUntil), circumstances)
            }
        } else if circumstances.promise > now {
            return wait(until: circumstances.promise)
        } else if circumstances.hasOtherMedium, !inquiry.isLate {
            return wait(until: max(circumstances.lateAt, now))
        }
        hasCondemned = true
        state = .trusting
        return .dead(DeathVerdict(silentOn: networks.map(\.interface), provedOn: proved, cable: cable?.interface))
    }

    private mutating func wait(until instant: Instant) -> Step {
        state = .waiting(until: instant)
        return .nothing
    }

    private mutating func giveUp(_ reason: DoubtReason, _ circumstances: Circumstances, at now: Instant) -> Step {
        state = .waiting(until: now + circumstances.keepalive)
        defer { hasTold = true }
        return hasTold ? .nothing : .unsure(reason)
    }
}
