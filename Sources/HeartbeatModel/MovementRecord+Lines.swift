// The record of a chain as lines of text: what the daemon keeps in a file, and what `hbctl record save` hands on. First lines of its own
// kinds, then from the line `facts` on those of NodeFacts. Kinds and keys are only added; what they mean stays.

extension MovementRecord {
    /// Bytes of a file that may be one.
    package static let longestFile = 4 << 20
    private static let mostLines = 50_000
    private static let mostConfigurationLines = 10_000
    private static let kind = "record"

    /// Without the ends of the lines. The first is always `record format=… chain=…`.
    package var text: [String] {
        let head = FactLine(
            Self.kind,
            [
                "format": "1.0", "product": state.product, "node": state.node.text, "chain": "\(chain)",
                "unix": "\(unixMilliseconds)", "zero": "\(zero.nanoseconds)",
                "more": leftOut > 0 ? "\(leftOut)" : nil,
            ])
        return [head.text] + happenings.map(\.factLine.text) + movements.map(\.text)
            + haCf.map { FactLine("ha-cf", ["text": $0]).text }
            + haresources.map { FactLine("haresources", ["text": $0]).text } + state.text
    }

    /// Why lines are no record.
    package struct Mistake: Error, Hashable {
        /// From 1 on.
        package var line: Int
        package var reason: String
    }

    /// Reads a file.
    package init(bytes: [UInt8]) throws(Mistake) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Mistake(line: 1, reason: "it is no text")
        }
        try self.init(text: text.split(separator: "\n").map(String.init))
    }

    /// Reads what `text` has written. Kinds and keys that are not known are passed over.
    package init(text lines: [String]) throws(Mistake) {
        guard lines.count <= Self.mostLines else {
            throw Mistake(line: Self.mostLines + 1, reason: "it has more lines than any record")
        }
        guard let head = lines.first.flatMap({ FactLine($0) }), head.kind == Self.kind,
            let chain: UInt64 = head.number("chain"), let unix: UInt64 = head.number("unix"),
            let zero: Int64 = head.number("zero")
        else { throw Mistake(line: 1, reason: "it does not begin as a record of hbctl does") }
        guard head["format"]?.hasPrefix("1.") == true else {
            throw Mistake(line: 1, reason: "it is a record of a later version")
        }
        guard let begin = lines.firstIndex(where: { FactLine($0)?.kind == "facts" }) else {
            throw Mistake(line: lines.count, reason: "the state before is missing")
        }
        guard let state = NodeFacts(text: Array(lines[begin...])) else {
            let bad = lines[begin...].firstIndex { FactLine($0) == nil } ?? begin
            throw Mistake(line: bad + 1, reason: "the state before cannot be understood")
        }
        self.init(chain: chain, unixMilliseconds: unix, zero: Instant(nanoseconds: zero), state: state)
        leftOut = max(0, head.number("more") ?? 0)
        for (index, line) in lines[1..<begin].enumerated() {
            guard let fact = FactLine(line), take(fact, line) else {
                throw Mistake(line: index + 2, reason: "the line cannot be understood")
            }
        }
    }

    /// Takes one line before the facts; false when it is of a known kind and lacks what it must have.
    private mutating func take(_ line: FactLine, _ text: String) -> Bool {
        switch line.kind {
        case Happening.kind:
            guard let happening = Happening(line) else { return false }
            if happenings.count < Self.mostHappenings {
                happenings.append(happening)
            } else if leftOut < .max {
                leftOut += 1
            }
        case "movement":
            guard let entry = HistoryEntry(text) else { return false }
            if movements.count < Self.mostMovements { movements.append(entry) }
        case "ha-cf": return add(line, to: \.haCf)
        case "haresources": return add(line, to: \.haresources)
        default: break
        }
        return true
    }

    private mutating func add(_ line: FactLine, to list: WritableKeyPath<MovementRecord, [String]>) -> Bool {
        guard let text = line["text"], self[keyPath: list].count < Self.mostConfigurationLines else { return false }
        self[keyPath: list].append(text)
        return true
    }
}

extension MovementRecord.Happening {
    fileprivate static let kind = "happened"

    fileprivate var factLine: FactLine {
        var line = FactLine(
            Self.kind,
            ["after": after.factWord, "delay": delay > .zero ? delay.factWord : nil, "code": code])
        line.fields += (event?.fields ?? []) + [FactLine.Field("text", text)]
        return line
    }

    fileprivate init?(_ line: FactLine) {
        guard let after = line.duration("after"), MovementRecord.reaches(after), let code = line["code"],
            let text = line["text"]
        else { return nil }
        self.init(
            after: after, delay: max(.zero, line.duration("delay") ?? .zero), code: code, event: PairEvent(line),
            text: text)
    }
}

// MARK: - Events

/// The words and names of an event are fields of their own, for what befalls a node may have any name.
extension PairEvent {
    fileprivate var fields: [FactLine.Field] {
        let parts = parts
        let words: [(String, String?)] = [
            ("event", parts.kind.rawValue), ("what", parts.what), ("at", parts.node?.text),
        ]
        return words.compactMap { key, value in value.map { FactLine.Field(key, $0) } }
    }

    /// `nil` as well for an event of a later version.
    fileprivate init?(_ line: FactLine) {
        guard let kind = line["event"].flatMap({ Kind(rawValue: $0) }) else { return nil }
        self.init(Parts(kind, line["what"], at: line.node("at")))
    }
}
