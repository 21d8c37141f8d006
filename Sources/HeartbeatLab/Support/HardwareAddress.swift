// What names an interface on a cable.

/// A 48-bit hardware address.
package struct HardwareAddress: Hashable, Sendable, CustomStringConvertible {
    /// The six bytes, the first on the wire most significant.
    package let value: UInt64

    package static let broadcast = HardwareAddress(0xFFFF_FFFF_FFFF)

    package init(_ value: UInt64) {
        self.value = value & 0xFFFF_FFFF_FFFF
    }

    /// `nil` unless there are exactly six bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    package var bytes: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: value >> (40 - 8 * UInt64($0))) }
    }

    /// `02:00:00:00:00:01`.
    package var description: String {
        bytes.map(\.hexadecimal).joined(separator: ":")
    }
}
