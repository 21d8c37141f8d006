// The media between the hosts: each loses, delays, repeats, damages and blocks on its own, per direction. It refuses to
// know what the messages mean.

import HeartbeatCore
import HeartbeatModel

/// How one medium treats packets, in one direction.
struct LinkQuality: Hashable, Sendable {
    /// Probability that a packet is lost.
    var loss = 0.0
    /// Probability that a packet arrives twice.
    var duplication = 0.0
    /// Probability that a packet arrives damaged.
    var corruption = 0.0
    /// Ordinary delay, drawn anew for every packet: packets overtake each other.
    var delay: ClosedRange<Duration> = .microseconds(100)...(.milliseconds(2))
    /// Probability that a packet is held up for up to `longDelay`.
    var straggling = 0.0
    var longDelay = Duration.seconds(1)
    /// Nothing passes.
    var isBlocked = false

    /// Whatever is sent arrives, and soon.
    var isReliable: Bool { !isBlocked && loss == 0 && corruption == 0 && straggling == 0 }

    /// When the copies of a packet arrive, after now; empty when it is lost.
    func arrivals(using random: inout SplitMix64) -> [Duration] {
        guard !isBlocked, !random.chance(loss) else { return [] }
        var delays = [drawDelay(using: &random)]
        if random.chance(duplication) { delays.append(drawDelay(using: &random)) }
        return delays
    }

    private func drawDelay(using random: inout SplitMix64) -> Duration {
        random.chance(straggling) ? random.duration(in: .zero...longDelay) : random.duration(in: delay)
    }
}

/// All media of a cluster of two, by medium and direction.
struct Network: Hashable, Sendable {
    let media: [MediumName]
    /// `qualities[medium][sender]`.
    private var qualities: [[LinkQuality]]

    init(media: [MediumName], quality: LinkQuality) {
        self.media = media
        qualities = media.map { _ in [quality, quality] }
    }

    /// Over one medium at least whatever is sent arrives, in both directions: the nodes hear each other.
    var hasReliableMedium: Bool { qualities.contains { $0.allSatisfy(\.isReliable) } }

    subscript(medium: Int, from sender: Int) -> LinkQuality {
        get { qualities[medium][sender] }
        set { qualities[medium][sender] = newValue }
    }

    /// Cuts or mends one medium, in one direction or – `sender` nil – both.
    mutating func setBlocked(_ blocked: Bool, medium: Int, sender: Int?) {
        for direction in 0..<2 where sender == nil || sender == direction {
            qualities[medium][direction].isBlocked = blocked
        }
    }

    /// What is not blocked arrives.
    var isHonest: Bool {
        qualities.joined().allSatisfy { quality in
            var open = quality
            open.isBlocked = false
            return open.isReliable
        }
    }

    /// The node that is surely heard but hears nothing; `nil` in all other states.
    var deafSender: Int? {
        (0..<2).first { sender in
            qualities.allSatisfy { $0[1 - sender].isBlocked } && qualities.contains { $0[sender].isReliable }
        }
    }

    /// Every medium works, without loss, damage or long delays.
    mutating func mend() {
        for medium in qualities.indices {
            for direction in 0..<2 {
                var quality = LinkQuality()
                quality.delay = qualities[medium][direction].delay
                qualities[medium][direction] = quality
            }
        }
    }
}

extension SplitMix64 {
    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self) < probability
    }

    mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        .nanoseconds(Int64.random(in: range.lowerBound.nanoseconds...range.upperBound.nanoseconds, using: &self))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}
