// Numbers with all the digits that their type has, as stations, digests and identifiers are written.

extension FixedWidthInteger where Self: UnsignedInteger {
    /// In lower case, with zeros in front: two digits for each byte of the type.
    public var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Self.bitWidth / 4 - digits.utf8.count) + digits
    }
}
