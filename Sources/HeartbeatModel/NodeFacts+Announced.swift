// Of which service addresses a neighbour has shown whether it sends here what is for them. All stand in one line: there may be hundreds.

extension NodeFacts {
    /// A service address that is up here and was announced.
    package struct Announced: Hashable, Sendable {
        package var address: IPAddress
        /// What is for it is sent here; else it is sent elsewhere.
        package var isConfirmed: Bool

        package init(_ address: IPAddress, isConfirmed: Bool) {
            self.address = address
            self.isConfirmed = isConfirmed
        }

        private static let (yes, no) = ("confirmed", "refused")

        static func factLines(_ all: [Announced]) -> [FactLine] {
            guard !all.isEmpty else { return [] }
            return [FactLine("announced", all.map { FactLine.Field($0.isConfirmed ? yes : no, "\($0.address)") })]
        }

        /// Reads what `factLines` has written; what is no address is passed over.
        static func read(_ line: FactLine) -> [Announced] {
            line.fields.compactMap { field in
                guard field.key == yes || field.key == no, let address = IPAddress(field.value) else { return nil }
                return Announced(address, isConfirmed: field.key == yes)
            }
        }
    }
}
