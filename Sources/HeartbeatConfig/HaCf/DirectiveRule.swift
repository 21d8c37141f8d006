// The table of every directive ha.cf may contain, and the shapes most of them share: a scalar whose values apply in turn,
// a word that is checked but changes nothing, a directive that is refused. The tables themselves lie by subject.

import HeartbeatModel

/// How one directive is read, and whether scripts see it as `HA_<name>`.
struct DirectiveRule: Sendable {
    let name: String
    /// What scripts see when the directive is not in the file (observed environments of scripts).
    let exported: Export
    /// Refused whatever its value; never proposed for a misspelt word.
    var isRefused = false
    /// It makes a path for messages.
    var isMedium = false
    /// Without a value the line is a mistake; most directives then do nothing (observed behaviour).
    var needsValue = false
    /// Called for a line with at least one value.
    let read: @Sendable (inout HaCfReader, DirectiveLine) -> Void

    enum Export: Sendable {
        /// Not a scalar: no `HA_` variable.
        case never
        /// Only if the file gives a value.
        case whenWritten
        /// The value written, or this text.
        case always(String)
        /// The value written, or what the checks derived, in milliseconds.
        case alwaysTime(KeyPath<Configuration, Duration> & Sendable)
        /// The value written, or the port in force.
        case alwaysPort
    }

    typealias Take = @Sendable (inout HaCfReader, String) throws(Complaint) -> Void

    static let all: [DirectiveRule] =
        timing + failback + failure + lease + quickDeath + veto + membership + sync + media + paths + lines + partners
        + logging
        + process
        + clients
        + protocolRules
        + withoutEffect
        + refused + lans

    static let named: [String: DirectiveRule] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// A directive whose values apply one after the other, so that the last wins.
    static func scalar(_ name: String, _ exported: Export, _ take: @escaping Take) -> DirectiveRule {
        DirectiveRule(name: name, exported: exported) { reader, line in
            for value in line.values where reader.accept(value, of: name, take) {
                reader.record(name, value)
            }
        }
    }

    static func time(
        _ name: String, _ field: WritableKeyPath<Configuration, Duration> & Sendable, _ exported: Export? = nil
    ) -> DirectiveRule {
        scalar(name, exported ?? .alwaysTime(field)) { (reader, text) throws(Complaint) in
            reader.draft[keyPath: field] = try ValueText.positiveTime(text)
        }
    }

    static func boolean(
        _ name: String, default text: String, _ field: WritableKeyPath<Configuration, Bool> & Sendable
    ) -> DirectiveRule {
        scalar(name, .always(text)) { (reader, text) throws(Complaint) in
            reader.draft[keyPath: field] = try ValueText.boolean(text)
        }
    }

    static func integer(
        _ name: String, _ exported: Export, in range: ClosedRange<Int>,
        _ field: WritableKeyPath<Configuration, Int> & Sendable
    ) -> DirectiveRule {
        scalar(name, exported) { (reader, text) throws(Complaint) in
            reader.draft[keyPath: field] = try reader.integer(text, of: name, in: range)
        }
    }

    static func refuse(_ name: String, because reason: String) -> DirectiveRule {
        DirectiveRule(name: name, exported: .never, isRefused: true) { reader, _ in
            reader.error("\(name): \(reason)")
        }
    }
}

extension HaCfReader {
    /// Hands one value to `take`; reports and returns false if it is refused.
    mutating func accept(
        _ value: String, of directive: String, _ take: (inout HaCfReader, String) throws(Complaint) -> Void
    ) -> Bool {
        do throws(Complaint) {
            try take(&self, value)
            return true
        } catch {
            refuse(value, of: directive, error)
            return false
        }
    }
}
