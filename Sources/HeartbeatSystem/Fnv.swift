// A short name for many bytes, the same on every machine and at every start. Not for secrets.

extension Sequence<UInt8> {
    /// FNV-1a of 64 bits (draft-eastlake-fnv), from its offset basis or another one.
    package func fnv1a(from basis: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        reduce(basis) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
