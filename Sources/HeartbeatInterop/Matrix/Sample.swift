// Which part of a comparison is played when all of it takes too long: every N-th item from the K-th. The caller draws K, so
// that each change plays another part, and the same words play the same part again.

/// `K/N`: the K-th of N parts.
package struct Sample: Hashable, Sendable, CustomStringConvertible {
    /// From 0.
    private let part: Int
    private let count: Int

    /// Everything.
    package static let all = Sample(part: 0, count: 1)

    private init(part: Int, count: Int) {
        self.part = part
        self.count = count
    }

    /// Reads `3/6`; `nil` unless the first number is from 1 to the second.
    package init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let part = numbers[0], let count = numbers[1], part >= 1, part <= count else {
            return nil
        }
        self.init(part: part - 1, count: count)
    }

    package var description: String { "\(part + 1)/\(count)" }

    /// The items of this part, in their order.
    package func of<Item>(_ items: [Item]) -> [Item] {
        items.enumerated().filter { $0.offset % count == part }.map(\.element)
    }

    /// Of things that cannot be divided each part plays one: whether it is this one's turn, of `all` numbered from 0.
    package func plays(_ number: Int, of all: Int) -> Bool {
        count == 1 || part % all == number % all
    }
}
