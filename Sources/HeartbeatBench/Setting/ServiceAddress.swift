// The addresses that move: enough of them, in a network of their own beside the nodes' addresses.

/// One service address, 10.88.1.1/16 and following.
package struct ServiceAddress: Hashable, Sendable, CustomStringConvertible {
    /// Counted from 0.
    package let number: Int

    /// Network of all service addresses; wide enough for 500 on one interface.
    package static let prefixLength = 16
    /// The client in that network.
    static let client = "10.88.0.9/\(prefixLength)"
    /// How many there can be.
    package static let limit = 500

    package init(_ number: Int) {
        self.number = number
    }

    /// The first `count` addresses.
    package static func first(_ count: Int) -> [ServiceAddress] {
        (0..<count).map { ServiceAddress($0) }
    }

    /// A node's own address in that network.
    static func own(ofNode number: Int) -> String { "10.88.0.\(number + 1)/\(prefixLength)" }

    /// The dotted quad.
    package var text: String { "10.88.\(1 + number / 250).\(1 + number % 250)" }

    package var description: String { "\(text)/\(Self.prefixLength)" }
}
