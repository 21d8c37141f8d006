// Integers as the kernel's structures have them: in the order of this machine.

/// The bytes of an integer in the order of this machine, as the structures of system calls have them.
package func hostBytes<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}

extension ArraySlice<UInt8> {
    /// The integer at `offset` bytes from the beginning; `nil` when the bytes end before it does.
    func hostInteger<Integer: FixedWidthInteger>(at offset: Int, as type: Integer.Type) -> Integer? {
        guard offset >= 0, offset <= count - MemoryLayout<Integer>.size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }

    /// The text up to the first NUL.
    package var cString: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
