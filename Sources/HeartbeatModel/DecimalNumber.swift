// Whole numbers as addresses have them: what some would read as octal is none.

/// Whole numbers as haresources has them.
package enum DecimalNumber {
    /// Digits only, without a zero in front; `nil` for anything else, and for what is larger than any number of an address.
    package static func value(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != 0x30
        else { return nil }
        return Int(text)
    }
}
