// One fact as a line of text, for the control socket and for files that outlive the daemon. Whoever does not know a kind or a key
// passes it over, so that programs of two versions understand what both know.

/// `kind`, then `key=value`, joined by tabs.
package struct FactLine: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var key: String
        package var value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// Small letters, digits and `-`, as keys are.
    package var kind: String
    /// A key may stand there more than once; their order counts.
    package var fields: [Field]

    package init(_ kind: String, _ fields: [Field]) {
        self.kind = kind
        self.fields = fields
    }

    /// What is `nil` is not told.
    package init(_ kind: String, _ fields: KeyValuePairs<String, String?>) {
        self.init(kind, fields.compactMap { key, value in value.map { Field(key, $0) } })
    }

    /// The first value of a key.
    package subscript(key: String) -> String? { fields.first { $0.key == key }?.value }

    /// All values of a key, in order.
    package func all(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

    /// The line without its end.
    package var text: String {
        ([kind] + fields.map { "\($0.key)=\(WordText.encode($0.value))" }).joined(separator: "\t")
    }

    /// Reads what `text` has written; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false)
        guard let kind = parts.first, FactLine.isName(kind), !text.utf8.contains(UInt8(ascii: " ")) else { return nil }
        self.init(String(kind), [Field]())
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "="), FactLine.isName(part[..<equals]),
                let value = WordText.decode(part[part.index(after: equals)...])
            else { return nil }
            fields.append(Field(String(part[..<equals]), value))
        }
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}

// MARK: - Values

extension FactLine {
    /// Durations are told in nanoseconds; `nil` as well for what is none.
    package func duration(_ key: String) -> Duration? {
        self[key].flatMap { Int64($0) }.map { .nanoseconds($0) }
    }

    package func number<Number: FixedWidthInteger>(_ key: String) -> Number? {
        self[key].flatMap { Number($0) }
    }

    /// `yes` or `no`.
    package func answer(_ key: String) -> Bool? {
        switch self[key] {
        case "yes": true
        case "no": false
        default: nil
        }
    }

    package func word<Word: RawRepresentable<String>>(_ key: String) -> Word? {
        self[key].flatMap { Word(rawValue: $0) }
    }

    package func node(_ key: String) -> NodeName? { self[key].map { NodeName($0) } }
}

extension Duration {
    /// As `FactLine.duration` reads it.
    package var factWord: String { "\(nanoseconds)" }
}

extension Bool {
    /// As `FactLine.answer` reads it.
    package var factWord: String { self ? "yes" : "no" }
}
