// Whether messages also go by the bypass: over the networks on which both nodes have addresses of their own, and no medium. They
// do while the peer is heard over no medium of ha.cf, or says that it hears this node over none. So a silent peer is asked
// long before its deadtime is over, and one that lives denies its death by every status. It refuses to know what is said.
//
//              no medium has brought the peer's newest word in time, or it says that none brings it ours
//   closed ─────────────────────────────────────────────────────────────────────────────────────────▶ open
//      ▲                                                                                               │
//      └─────── a medium has, and it does not say so (any more, or for a deadtime) ────────────────────┘

import HeartbeatModel

/// The bypass to one peer.
package struct Bypass: Hashable, Codable, Sendable {
    /// Media that stay cut are told of again after so long.
    static let alarmInterval = Duration.seconds(600)

    enum Notice: Hashable {
        /// The peer lives, but for a deadtime no medium has shown it.
        case onlyWay
        /// Its kernel answers for a service address on this interface, and no word of it comes by any way.
        case onlyKernel(KernelQuestion)
        /// A medium carries its words again.
        case over
    }

    private struct Served: Hashable, Codable {
        var question: KernelQuestion
        var at: Instant
    }

    /// Its addresses on those networks; none: there is no bypass. They outlast a life of the peer.
    private(set) var ends: [KernelQuestion] = []
    /// The same on all networks, also those of media: where its kernel can be asked.
    private(set) var asked: [KernelQuestion] = []
    private(set) var isOpen = false
    /// No medium brings what the peer says.
    private(set) var isDeaf = false
    /// When a medium last brought what was then its newest word.
    private var heardOverMedium: Instant
    private var newest: SequenceNumber?
    /// The message that showed it.
    private var shownBy: SequenceNumber?
    /// When it was last heard over the bypass.
    private var heardAt: Instant?
    /// The stations from which its kernel answers for its own addresses, by interface.
    private var stations: [String: [UInt8]] = [:]
    /// The last answer of its kernel for a service address.
    private var served: Served?
    /// The last status that said so: the peer hears this node over no medium.
    private var peerDeafAt: Instant?
    /// When people are told (again) that the media are cut.
    private var alarmDue: Instant?
    private var hasAlarmed = false

    init(now: Instant) {
        heardOverMedium = now
    }

    // MARK: - What is known

    /// - Returns: whether that is news.
    mutating func stand(on new: [KernelQuestion], asked: [KernelQuestion]) -> Bool {
        self.asked = asked
        guard new != ends else { return false }
        ends = new
        return true
    }

    /// A message of the life of the peer's that counts. One that is older than another that has come proves nothing of the medium
    /// that brings it, nor does one that a medium has brought before: somebody may be playing a record.
    mutating func heard(_ sequence: SequenceNumber?, over medium: MediumName, at now: Instant) {
        guard let sequence else { return }
        if medium.isBypass { heardAt = now }
        if let newest, sequence < newest { return }
        newest = sequence
        guard !medium.isBypass, shownBy != sequence else { return }
        shownBy = sequence
        heardOverMedium = now
    }

    /// A station has answered for an address. Tells whether that is one of the peer's that answers for a service address.
    mutating func answered(_ question: KernelQuestion, by station: [UInt8], at now: Instant) -> Bool {
        guard !asked.contains(question) else {
            stations[question.interface] = station
            return false
        }
        guard isDeaf, stations[question.interface] == station else { return false }
        served = Served(question: question, at: now)
        return true
    }

    /// A status of the peer's that is news.
    mutating func said(isDeaf: Bool, at now: Instant) { peerDeafAt = isDeaf ? now : nil }

    /// Another life of the peer has begun, and counts its messages anew.
    mutating func startOver() { (newest, shownBy) = (nil, nil) }

    /// This node stood still: nobody is late before it has heard again what there is.
    mutating func forgiveStall(at now: Instant) { heardOverMedium = max(heardOverMedium, now) }

    // MARK: - Time

    /// When `revise` next has something to do.
    func deadline(_ configuration: Configuration) -> Instant? {
        guard !asked.isEmpty else { return nil }
        var next = peerDeafAt.map { $0 + configuration.deadtime }
        if !isDeaf { next = earlier(next, heardOverMedium + configuration.latePatience) }
        return earlier(next, alarmDue)
    }

    /// Draws what follows from what was heard. Returns whether this node has just become deaf, or the bypass has just been opened.
    mutating func revise(_ configuration: Configuration, at now: Instant) -> Bool {
        let wasDeaf = isDeaf
        isDeaf = !asked.isEmpty && now >= heardOverMedium + configuration.latePatience
        if let deaf = peerDeafAt, now >= deaf + configuration.deadtime { peerDeafAt = nil }
        let wasOpen = isOpen
        isOpen = !ends.isEmpty && (isDeaf || peerDeafAt != nil)
        if !isDeaf {
            alarmDue = nil
        } else if alarmDue == nil {
            alarmDue = heardOverMedium + configuration.deadtime
        }
        return isOpen && !wasOpen || isDeaf && !wasDeaf
    }

    /// What people should hear now of a peer that is alive or not.
    mutating func notice(_ configuration: Configuration, isAlive: Bool, at now: Instant) -> Notice? {
        if hasAlarmed, !isDeaf {
            hasAlarmed = false
            return .over
        }
        guard let due = alarmDue, due <= now else { return nil }
        // Of a dead one everything was told when it died.
        let notice = sign(configuration, at: now)
        hasAlarmed = isAlive && notice != nil
        alarmDue = now + (hasAlarmed ? Self.alarmInterval : configuration.deadtime)
        return hasAlarmed ? notice : nil
    }

    /// How a peer of which no medium brings a word shows that it is there; one that was last shown to be alive long ago is about to be
    /// dead.
    func sign(_ configuration: Configuration, at now: Instant) -> Notice? {
        guard isDeaf else { return nil }
        let recently = now - configuration.latePatience * 2
        if let heardAt, heardAt >= recently { return .onlyWay }
        return served.flatMap { $0.at >= recently ? .onlyKernel($0.question) : nil }
    }
}
