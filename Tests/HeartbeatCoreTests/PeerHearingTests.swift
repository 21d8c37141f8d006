// When a peer counts as deaf: it speaks on and on, has missed what we said meanwhile, and that for long enough.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct PeerHearingTests {
    private var hearing = PeerHearing()
    private var sent: UInt64 = 0
    private var now = Instant.zero

    /// A second each: we say something, the peer says a status that names `heard`.
    private mutating func pass(_ seconds: Int, heard: UInt64?, speaks: Bool = true) {
        for _ in 0..<seconds {
            sent += 1
            now = now + .seconds(1)
            guard speaks else { continue }
            hearing.heard(heard.map(SequenceNumber.init), inStatus: true, sent: sent, at: now)
        }
    }

    private func isDeaf(for patience: Duration) -> Bool { hearing.isDeaf(for: patience, sent: sent, at: now) }

    @Test mutating func aPeerThatHearsUsIsNotDeaf() {
        for _ in 0..<20 { pass(1, heard: sent + 1) }
        #expect(!isDeaf(for: .zero))
        #expect(hearing.isToldInStatuses)
    }

    @Test mutating func aPeerThatNamesNothingNewerIsDeafAfterThePatience() {
        pass(1, heard: 1)
        pass(9, heard: 1)
        #expect(!isDeaf(for: .seconds(10)))
        pass(1, heard: 1)
        #expect(isDeaf(for: .seconds(10)))
        pass(1, heard: sent)
        #expect(!isDeaf(for: .zero))
    }

    @Test mutating func aPeerThatDoesNotTellIsDeafIfItDoesNotAnswer() {
        pass(5, heard: nil)
        #expect(isDeaf(for: .seconds(4)))
        #expect(!hearing.isToldInStatuses)
        // A report answers.
        hearing.heard(SequenceNumber(sent), inStatus: false, sent: sent, at: now)
        #expect(!isDeaf(for: .zero))
    }

    /// Silence says nothing about hearing, and what it said before it says nothing about now.
    @Test mutating func aPeerThatWasSilentIsGivenTime() {
        pass(1, heard: 1)
        pass(60, heard: 1, speaks: false)
        #expect(!isDeaf(for: .zero))
        hearing.startOver(at: now)
        pass(2, heard: 1)
        #expect(!isDeaf(for: .zero))
        pass(1, heard: 1)
        #expect(isDeaf(for: .seconds(3)))
    }

    /// If we stood still there was nothing to hear.
    @Test mutating func whoeverSaysNothingIsHeardByNobody() {
        pass(1, heard: 1)
        for _ in 0..<60 {
            now = now + .seconds(1)
            hearing.heard(SequenceNumber(1), inStatus: true, sent: sent, at: now)
        }
        #expect(!isDeaf(for: .zero))
    }

    @Test mutating func aNumberThatWasNeverSentIsNoProof() {
        pass(1, heard: 1)
        pass(1, heard: .max)
        pass(3, heard: .max)
        #expect(isDeaf(for: .seconds(3)))
    }
}
