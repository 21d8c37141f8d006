// Which of the lives that speak in the peer's name is believed. A message bears the generation of the life that sent it, but a
// recorded one bears it as well, and whoever has the key can write any. What nobody can have recorded is an echo: that a life
// has heard a message which we have sent in our own present life.
//
//     nothing believed            the first one heard
//     believed, without an echo   a higher generation, as beside an original, which never echoes; or one that lives
//     believed, with an echo      as long as it is heard: only a higher generation that echoes, too
//     put aside for another one   it lives: so it never ended, and the other was false
//
// An earlier life lives if it echoes what we have sent since the present one is believed; whatever is recorded of it is older.

import HeartbeatModel

/// What is known of the lives of one peer.
package struct PeerLives: Hashable, Codable, Sendable {
    /// How a message of another life than the believed one is judged.
    enum Judgement: Hashable {
        /// From now on this life is the peer's.
        case believed(PeerLives, hasBegunAnew: Bool)
        /// It counts neither as life nor against it.
        case doubted
    }

    /// No node counts its starts beyond that; the file has room for 15 digits.
    static let largest = Generation(1 << 48)

    package private(set) var believed: Generation
    /// The last message that we had sent when it came to be believed.
    private let since: SequenceNumber
    /// It has heard a message of our present life.
    private(set) var isProven = false
    /// The life that was believed before, and still heard when this one came.
    private var former: Generation?
    /// A life that was believed and turned out to be false.
    private var refuted: Generation?

    init(_ believed: Generation, since: SequenceNumber, isProven: Bool = false) {
        self.believed = believed
        self.since = since
        self.isProven = isProven
    }

    /// The believed life has heard a message of ours.
    mutating func heardEcho() {
        isProven = true
    }

    /// Judges a message of life `other`, which is not the believed one.
    ///
    /// - Parameters:
    ///   - echo: the message of ours that it has heard, if it says so.
    ///   - isHeard: the believed life is heard.
    ///   - lastSent: the last message that we have sent.
    func judge(
        _ other: Generation, echo: SequenceNumber?, isHeard: Bool, lastSent: SequenceNumber
    ) -> Judgement {
        guard other < Self.largest, other != refuted || !isHeard else { return .doubted }
        let isLater = other > believed
        let lives = echo.map { $0 > since } ?? false
        var next = PeerLives(other, since: lastSent, isProven: echo != nil)
        if lives, other == former {
            next.refuted = believed
            return .believed(next, hasBegunAnew: false)
        }
        guard isProven && isHeard ? isLater && echo != nil : isLater || lives else { return .doubted }
        if isHeard { next.former = believed }
        return .believed(next, hasBegunAnew: isLater)
    }
}
