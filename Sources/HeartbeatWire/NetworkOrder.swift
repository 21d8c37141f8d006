// Whole numbers as packets carry them: the most significant byte first (RFC 1700).

/// Integers ⇄ bytes in network order.
package enum NetworkOrder {
    package static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// - Precondition: there are as many bytes as the integer has.
    package static func integer<Integer: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as: Integer.Type) -> Integer {
        bytes.reduce(0) { $0 << 8 | Integer($1) }
    }
}
