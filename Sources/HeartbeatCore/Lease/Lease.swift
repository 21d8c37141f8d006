// For how long this node's kernel may answer for the service addresses without hearing of the daemon again. The deadline is
// absolute and follows from the time of the check, never from that of the answer: a daemon that freezes anywhere between the
// two stores what is over. It refuses to know why the peer lets this node have the addresses.
//
//                 the kernel can                  nothing runs here, or the peer has answered, or is silent for its deadtime
//   unsupported ──────────────────▶ dark ────────────────────────────────────▶ held ──┐ each keepalive
//                                    ▲                                          │ ▲   │
//                                    └──────────── its end came before ─────────┘ └───┘

import HeartbeatModel

/// This node's right to answer for the service addresses.
package struct Lease: Hashable, Codable, Sendable {
    package enum State: Hashable, Codable, Sendable {
        /// The kernel answers whatever the daemon does.
        case unsupported
        /// The kernel answers for no service address `since` then. What has been asked of the peer about it is `asked`.
        case dark(since: Instant, asked: Asked?)
        case held(until: Instant)
    }

    /// Who counts the time from a node's keepalives, and so how long its lease is.
    package enum Use: Hashable, Codable, Sendable {
        /// A peer that takes over after deadtime.
        case counted
        /// A peer that takes over as soon as the lease is over, if our kernel is silent.
        case doubted
        /// Nobody.
        case alone
    }

    /// A question to the peer whose answer ends the dark.
    package struct Asked: Hashable, Codable, Sendable {
        /// A report that has heard this message of ours, or a later one, is an answer.
        package var sequence: SequenceNumber
        /// What the answer brings: the lease counts from the question.
        package var until: Instant
        /// It was answered, and something stood against it.
        package var isRefused = false
    }

    package private(set) var state = State.unsupported
    /// By the files; `nil` when they let nobody have one.
    var times: LeaseTimes?
    /// Who counts the time from this node's keepalives, as far as was known at the last one.
    private var use = Use.counted

    /// It was held and has run out, and is not held again yet.
    private(set) var hasLapsed = false
    /// So long the machine was suspended since the last keepalive.
    private var suspended = Duration.zero

    /// A keepalive that is no later than this has been in time.
    private static let punctual = Duration.milliseconds(50)

    init(_ configuration: Configuration) {
        times = configuration.leaseTimes
    }

    // MARK: - What it comes to

    package var isDark: Bool {
        if case .dark = state { true } else { false }
    }

    /// `nil` when it is not dark.
    var darkSince: Instant? {
        if case .dark(let since, _) = state { since } else { nil }
    }

    /// What the peer has been asked, while it is dark.
    var asked: Asked? {
        get { if case .dark(_, let asked) = state { asked } else { nil } }
        set { if case .dark(let since, _) = state { state = .dark(since: since, asked: newValue) } }
    }

    /// What a status says of it.
    var announced: Duration? {
        switch state {
        case .unsupported: nil
        case .dark: .zero
        case .held: length
        }
    }

    /// How long it is.
    var length: Duration {
        guard let times else { return .zero }
        switch use {
        case .counted: return times.length
        case .doubted: return times.quick
        case .alone: return times.alone
        }
    }

    // MARK: - The kernel

    mutating func heard(_ event: KernelEvent, at now: Instant) {
        switch event {
        case .leaseSupported(let isSupported): support(isSupported, at: now)
        case .leaseStored(let until): stored(until: until)
        case .stoodStill(let duration): stoodStill(for: duration, at: now)
        case .standsOn, .answered: break
        }
    }

    /// The kernel is ready, and answers for no service address; or it is not, and answers always.
    mutating func support(_ isSupported: Bool, at now: Instant) {
        state = isSupported && times != nil ? .dark(since: now, asked: nil) : .unsupported
    }

    /// The kernel has this deadline from now on. An older one than before is no lapse: another keepalive did not leave.
    mutating func stored(until: Instant) {
        if case .held = state { state = .held(until: until) }
    }

    /// The machine was suspended for so long of the kernel's clock, which our own has not seen.
    mutating func stoodStill(for duration: Duration, at now: Instant) {
        switch state {
        case .held(let until): state = .held(until: until - duration)
        // Nothing could be heard meanwhile, and an answer to a question of before counts from a moment that is long over.
        case .dark: state = .dark(since: now, asked: nil)
        case .unsupported: break
        }
        suspended += duration
    }

    // MARK: - Time

    /// What a keepalive at `now` finds and brings.
    enum Beat: Hashable {
        /// There is nothing to renew.
        case nothing
        /// It is over, by so much; told once.
        case lapsed(Duration, LeaseLapse)
        /// Shorter: it ends before the one that the kernel has.
        case renewed(until: Instant, isShorter: Bool)
    }

    /// - Parameter lateness: how much later this keepalive is than it was due.
    mutating func beat(_ use: Use, lateness: Duration, at now: Instant) -> Beat {
        self.use = use
        defer { suspended = .zero }
        guard case .held(let until) = state else { return .nothing }
        guard until <= now else {
            let next = now + length
            return .renewed(until: next, isShorter: next < until)
        }
        state = .dark(since: now, asked: nil)
        hasLapsed = true
        let lapse: LeaseLapse =
            suspended > .zero ? .suspended(suspended) : lateness > Self.punctual ? .notScheduled(lateness) : .notSent
        return .lapsed(now - until, lapse)
    }

    /// It is held again until then, unless that is over; tells whether it is.
    mutating func regain(until: Instant, at now: Instant) -> Bool {
        guard isDark, until > now else { return false }
        state = .held(until: until)
        hasLapsed = false
        return true
    }
}
