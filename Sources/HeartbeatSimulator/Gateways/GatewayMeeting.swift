// What has passed between a host that announces itself for the last time and one of the others, over one side: whether it should have
// ended with a veto, and if not, what has kept it from doing so. Three things may: a cut, the loss of packets, and a host that stands
// still. That something was not due yet is none of them: whoever is known to be there is waited for.

import HeartbeatModel

/// Why two hosts serve at once although both have done everything right.
package enum GatewayExcuse: String, Hashable, Sendable, CaseIterable {
    /// On both sides nothing of an announcement, or of an answer that was needed, has left one of them for the other.
    case cut = "with both sides cut"
    /// On one side it has, and was lost or came too late.
    case lost = "with packets lost"
    /// One of them did not move.
    case stalled = "while one stood still"
}

/// Between two hosts over one side.
struct GatewayMeeting {
    /// Something that is said several times, of which once is enough.
    struct Word {
        private(set) var said: Instant?
        /// The first time that no cut was in its way.
        private(set) var passed: Instant?
        /// When the first one of them can be read, and when one was.
        private(set) var arrives: Instant?
        private(set) var read: Instant?

        // The first time counts.
        mutating func isSaid(at time: Instant) { said = said ?? time }
        mutating func isRead(at time: Instant) { read = read ?? time }
        mutating func passes(at time: Instant, arrivals: [Duration]) {
            passed = passed ?? time
            arrives = (arrivals.map { time + $0 } + [arrives].compactMap(\.self)).min()
        }

        /// Why it was not read until now.
        func loss(at now: Instant, readerStands: Bool) -> GatewayExcuse {
            guard passed != nil else { return .cut }
            guard let arrives, arrives <= now else { return .lost }
            // What has come and is refused was overtaken by more than an inbox remembers: it is as good as lost.
            return readerStands ? .stalled : .lost
        }
    }

    enum Finding {
        case excused(GatewayExcuse)
        case wrong(String)
    }

    /// The candidate's.
    var announcement = Word()
    /// The first word of the other one, whatever it is, and its no.
    var presence = Word()
    var veto = Word()

    /// What to say of it when the candidate begins to serve while the other one does.
    /// - Parameters:
    ///   - beside: the same two over the other side.
    ///   - stands: whether the other one stood still at some moment between two.
    func finding(
        at now: Instant, beside: GatewayMeeting, longestCheck: Duration, stands: (Instant, Instant) -> Bool
    ) -> Finding {
        guard let heard = announcement.read else {
            return .excused(announcement.loss(at: now, readerStands: stands(now, now)))
        }
        guard let answered = presence.said, answered <= heard else { return .wrong("it has heard of it and is silent") }
        if veto.read != nil { return .wrong("its veto is ignored") }
        guard presence.read != nil else { return .excused(presence.loss(at: now, readerStands: false)) }
        let due = heard + longestCheck
        guard due < now else {
            // Heard of over the other side first, it has had its time there; here the first packets were lost.
            if beside.presence.read != nil, let first = beside.announcement.read, first < heard {
                return .excused(.lost)
            }
            return .wrong("it has said that it is there, and was not waited for")
        }
        guard let denied = veto.said, denied <= due else {
            return stands(heard, due)
                ? .excused(.stalled) : .wrong("it has heard of it and neither said no nor given way")
        }
        return .excused(veto.loss(at: now, readerStands: false))
    }
}

/// When hosts stood still.
struct GatewayStalls {
    private var spans: [[(from: Instant, until: Instant)]]

    init(count: Int) { spans = Array(repeating: [], count: count) }

    mutating func stands(_ host: Int, from: Instant, until: Instant) { spans[host].append((from, until)) }

    func stood(_ host: Int, between begin: Instant, _ end: Instant) -> Bool {
        spans[host].contains { $0.from <= end && begin < $0.until }
    }
}
