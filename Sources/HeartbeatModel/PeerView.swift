// What a node tells the other one for people: over which media it hears the other one, and what it is like itself. Nothing is
// decided by it. Whatever bytes came, reading them gives a view of bounded size.

/// Four bytes of the SHA-256 of each of a node's files, as far as both nodes must have the same in them.
package struct ConfigurationMarks: Hashable, Codable, Sendable {
    package var haCf: UInt32
    package var haresources: UInt32
    /// Of the keys' numbers and methods, never of secrets.
    package var authkeys: UInt32

    package init(haCf: UInt32, haresources: UInt32, authkeys: UInt32) {
        self.haCf = haCf
        self.haresources = haresources
        self.authkeys = authkeys
    }

    /// Three numbers of eight digits, with blanks between.
    package var text: String { [haCf, haresources, authkeys].map(\.hexadecimal).joined(separator: " ") }

    /// Reads what `text` has written; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        let marks = words.compactMap { $0.utf8.count == 8 ? UInt32($0, radix: 16) : nil }
        guard words.count == 3, marks.count == 3 else { return nil }
        self.init(haCf: marks[0], haresources: marks[1], authkeys: marks[2])
    }
}

/// One node's view of the other, and what it tells of itself.
package struct PeerView: Hashable, Codable, Sendable {
    /// Type of the message. An original ignores types it does not know, `NS_` keeps it outside the sequence, and clients are not
    /// told of it.
    package static let messageType = "NS_hbview"
    package static let mostMedia = 16
    package static let mostNames = 16
    /// Of all names of what was lost, in bytes.
    package static let roomForNames = 200
    /// Of a lane.
    package static let laneLength = 20
    private static let longestName = 64
    private static let longestVersion = 32

    /// How the sender hears the receiver over one of its media.
    package struct Medium: Hashable, Codable, Sendable {
        package var name: MediumName
        /// Since the last packet; `nil` for never.
        package var age: Duration?
        /// Mean deviation of statuses from their interval.
        package var jitter: Duration?
        /// Statuses of the last 24 h that did not come this way in time.
        package var lost: UInt64?
        /// The last statuses, the oldest first: `|` in time, `:` late, `.` missed. Only in answers.
        package var lane: String?

        package init(name: MediumName) {
            self.name = name
        }
    }

    /// By the sender's own clock, in microseconds: what is not newer than what was heard of the same life counts for nothing.
    package var at: UInt64
    /// The last message of the receiver's that the sender had heard: so it speaks to the present life of the receiver.
    package var heard: MessageIdentity?
    /// In the order of the sender's ha.cf.
    package var media: [Medium] = []
    /// The sender wants a view in answer, now and with lanes.
    package var isQuestion = false
    /// The sender's version, and for how long its daemon has lived.
    package var version: String?
    package var up: Duration?
    /// 99 of 100 turns of the sender's loop were no later.
    package var lateness: Duration?
    /// What the sender has lost of the network; there are `moreLost` others.
    package var lost: [String] = []
    package var moreLost = 0
    package var marks: ConfigurationMarks?
    /// Why and for how long an operator has taken the sender out of service.
    package var maintenance: Maintenance?

    package init(at: UInt64) {
        self.at = at
    }

    /// The other node was asked for it.
    package var isAnswer: Bool { media.contains { $0.lane != nil } }
}

// MARK: - On the wire

extension PeerView {
    private enum Name {
        static let at = "hbat"
        static let ask = "hbask"
        static let media = "hbmedia"
        static let age = "hbage"
        static let jitter = "hbjitter"
        static let lost = "hblost"
        static let lane = "hblane"
        static let version = "hbversion"
        static let up = "hbup"
        static let late = "hblate"
        static let names = "hbnames"
        static let marks = "hbconf"
        static let reason = "hbreason"
        static let since = "hbsince"
        static let until = "hbuntil"
    }

    /// Beyond that no number makes sense: three years in milliseconds, and what `Duration` holds of anything else.
    private static let largest: UInt64 = 100_000_000_000
    private static let none = "-"

    package var content: Message.Content {
        var fields: [(String, String?)] = [
            (Name.at, String(at, radix: 16)), (MessageIdentity.fieldName, heard?.text),
            (Name.ask, isQuestion ? "1" : nil),
        ]
        if !media.isEmpty {
            fields += [
                (Name.media, joined { $0.name.text }), (Name.age, joined { $0.age.map { "\($0.milliseconds)" } }),
                (Name.jitter, joined { $0.jitter.map { "\($0.nanoseconds / 100_000)" } }),
                (Name.lost, joined { $0.lost.map { "\($0)" } }),
                (Name.lane, isAnswer ? joined { $0.lane.flatMap { $0.isEmpty ? nil : $0 } } : nil),
            ]
        }
        fields += [
            (Name.version, version), (Name.up, up.map { "\($0.milliseconds / 1000)" }),
            (Name.late, lateness.map { "\($0.nanoseconds / 1000)" }), (Name.names, names), (Name.marks, marks?.text),
            (Name.reason, maintenance.map { WordText.encode($0.reason) }),
            (Name.since, maintenance.map { "\($0.since)" }), (Name.until, maintenance?.until.map { "\($0)" }),
        ]
        return .other(
            type: Self.messageType,
            fields: fields.compactMap { name, text in text.map { Message.Field(name: name, value: .string($0)) } })
    }

    private func joined(_ word: (Medium) -> String?) -> String {
        media.prefix(Self.mostMedia).map { word($0) ?? Self.none }.joined(separator: " ")
    }

    /// As many as there is room for, and the number of the others: `eth1 isp +3`.
    private var names: String? {
        guard !lost.isEmpty || moreLost > 0 else { return nil }
        var shown: [String] = []
        var room = Self.roomForNames
        for name in lost.prefix(Self.mostNames) where !name.isEmpty && !name.contains(" ") {
            room -= name.utf8.count + 1
            if room < 0 { break }
            shown.append(name)
        }
        let others = lost.count - shown.count + moreLost
        return (shown + (others > 0 ? ["+\(others)"] : [])).joined(separator: " ")
    }

    /// Whatever the fields are. Without a time of its own a view is older than any.
    package init(fields: [Message.Field]) {
        func words(_ name: String) -> [Substring] {
            Self.text(name, fields).map { $0.split(separator: " ", maxSplits: Self.mostMedia + 1) } ?? []
        }
        at = Self.text(Name.at, fields).flatMap { UInt64($0, radix: 16) } ?? 0
        heard = Self.text(MessageIdentity.fieldName, fields).flatMap {
            MessageIdentity(text: $0) { UInt64($0, radix: 16) }
        }
        isQuestion = Self.text(Name.ask, fields) == "1"
        version = Self.text(Name.version, fields).map { $0.printable(atMost: Self.longestVersion) }
        up = Self.number(Self.text(Name.up, fields)).map { .seconds($0) }
        lateness = Self.number(Self.text(Name.late, fields)).map { .microseconds($0) }
        marks = Self.text(Name.marks, fields).flatMap { ConfigurationMarks($0) }
        maintenance = Self.maintenance(fields)
        takeNames(words(Name.names))
        let (ages, jitters, losses, lanes) = (words(Name.age), words(Name.jitter), words(Name.lost), words(Name.lane))
        for (place, name) in words(Name.media).prefix(Self.mostMedia).enumerated() {
            var medium = Medium(name: MediumName(String(name).printable(atMost: Self.longestName)))
            func word(_ list: [Substring]) -> Substring? { place < list.count ? list[place] : nil }
            medium.age = Self.number(word(ages)).map { .milliseconds($0) }
            medium.jitter = Self.number(word(jitters)).map { .microseconds($0 * 100) }
            medium.lost = Self.number(word(losses)).map { UInt64($0) }
            medium.lane = lanes.isEmpty ? nil : Self.lane(word(lanes))
            media.append(medium)
        }
    }

    private mutating func takeNames(_ words: [Substring]) {
        for word in words.prefix(Self.mostNames + 1) {
            if word.hasPrefix("+") {
                moreLost = Self.number(word.dropFirst()).map { Int(min($0, 1_000_000)) } ?? 0
            } else if lost.count < Self.mostNames {
                lost.append(String(word).printable(atMost: Self.longestName))
            }
        }
    }

    /// `nil` as well for a reason that no operator can have given.
    private static func maintenance(_ fields: [Message.Field]) -> Maintenance? {
        guard let word = text(Name.reason, fields), word.utf8.count <= 3 * Maintenance.longestReason,
            let reason = WordText.decode(word)
        else { return nil }
        func second(_ name: String) -> UInt64? { number(text(name, fields)).map { UInt64($0) } }
        return Maintenance(reason: reason, since: second(Name.since) ?? 0, until: second(Name.until))
    }

    private static func text(_ name: String, _ fields: [Message.Field]) -> String? {
        guard case .string(let text) = fields.first(where: { $0.name == name })?.value else { return nil }
        return text
    }

    /// Digits, and no more of them than make sense.
    private static func number(_ text: (some StringProtocol)?) -> Int64? {
        guard let text, let number = UInt64(text), number <= largest else { return nil }
        return Int64(number)
    }

    /// Empty where there is none.
    private static func lane(_ word: Substring?) -> String {
        guard let word, word.utf8.count <= laneLength, word.utf8.allSatisfy({ "|:.".utf8.contains($0) }) else {
            return ""
        }
        return String(word)
    }
}
