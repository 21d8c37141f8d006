// The `resource` message: the original's report of what a node holds, and swift-heartbeat's addition to it. An original reads
// fields by name and ignores those it does not know, so the addition needs no agreement between the nodes.

import HeartbeatModel

extension ResourceReport {
    var wireFields: [Message.Field] {
        var fields: [Message.Field] = [.init("t", "resource"), .init("rsc_hold", hold.description)]
        if isFull { fields.append(.init("rtype", Self.fullType)) }
        if let isStable { fields.append(.init("isstable", isStable ? "1" : "0")) }
        if let info { fields.append(.init("info", info)) }
        return fields + (claim?.wireFields ?? [])
    }

    init(_ reader: inout FieldReader) throws(WireError) {
        self.init(
            hold: try reader.holdSet("rsc_hold"), isFull: try Self.readIsFull(&reader),
            isStable: try Self.readFlag("isstable", &reader), info: try reader.optionalText("info"),
            claim: try ResourceClaim(&reader))
    }

    private static let fullType = "full"

    // The original writes no other word.
    private static func readIsFull(_ reader: inout FieldReader) throws(WireError) -> Bool {
        guard let type = try reader.optionalText("rtype") else { return false }
        guard type == fullType else { throw .badField("rtype") }
        return true
    }

    fileprivate static func readFlag(_ name: String, _ reader: inout FieldReader) throws(WireError) -> Bool? {
        switch try reader.optionalText(name) {
        case "0": return false
        case "1": return true
        case nil: return nil
        case .some: throw .badField(name)
        }
    }
}

extension ResourceClaim {
    /// `hbclaim=<local rank><foreign rank>`, then what there is of `hbheard=<generation>:<sequence>`, `hbask=1`, `hbgrants=1`,
    /// and `hbfailed`, `hbmoved`, `hbadopted`, `hbkept`, `hbawaits` and `hbown` with group keys joined by blanks, which no key can contain,
    /// and `hbgroups=<identity><content> …` and `hbbusy=<identity> …`, eight hexadecimal digits each, and
    /// `hbhealth=<lost>/<unproven>[ return]`, decimal, `hbpartner=with|unsure|apart`, and
    /// `hbsync=<identity><content>[:path] …`, see `SharedFileFingerprint`.
    fileprivate var wireFields: [Message.Field] {
        var fields: [Message.Field] = [.init("hbclaim", "\(local.rawValue)\(foreign.rawValue)")]
        if let heard { fields.append(heard.wireField) }
        if wantsAnswer { fields.append(.init("hbask", "1")) }
        if grantsLease { fields.append(.init("hbgrants", "1")) }
        if !failed.isEmpty { fields.append(.init("hbfailed", failed.joined(separator: " "))) }
        if !moved.isEmpty { fields.append(.init("hbmoved", moved.joined(separator: " "))) }
        if !adopted.isEmpty { fields.append(.init("hbadopted", adopted.joined(separator: " "))) }
        // A single blank stands for none of them: that the field is there says something too.
        if let kept { fields.append(.init("hbkept", kept.isEmpty ? " " : kept.joined(separator: " "))) }
        if !awaited.isEmpty { fields.append(.init("hbawaits", awaited.joined(separator: " "))) }
        if let groups { fields.append(.init("hbgroups", groups.map(\.wireText).joined(separator: " "))) }
        if !busy.isEmpty { fields.append(.init("hbbusy", busy.map(\.hexadecimal).joined(separator: " "))) }
        if !ownOnBoth.isEmpty { fields.append(.init("hbown", ownOnBoth.joined(separator: " "))) }
        if let health {
            fields.append(
                .init("hbhealth", "\(health.lost)/\(health.unproven)" + (health.wantsReturn ? " return" : "")))
            if let footing = health.footing { fields.append(.init("hbpartner", footing.rawValue)) }
        }
        if let files { fields.append(.init("hbsync", files.map(\.wireText).joined(separator: " "))) }
        return fields
    }

    /// `nil` when the report comes from an original.
    fileprivate init?(_ reader: inout FieldReader) throws(WireError) {
        guard let ranks = try reader.optionalText("hbclaim") else { return nil }
        let digits = ranks.utf8.map { Int($0) - Int(Ascii.zero) }
        guard digits.count == 2, let local = ClaimRank(rawValue: digits[0]),
            let foreign = ClaimRank(rawValue: digits[1])
        else { throw .badField("hbclaim") }
        self.init(
            local: local, foreign: foreign, heard: try MessageIdentity(optional: &reader),
            wantsAnswer: try ResourceReport.readFlag("hbask", &reader) ?? false,
            failed: try reader.optionalWords("hbfailed") ?? [], adopted: try reader.optionalWords("hbadopted") ?? [],
            kept: try reader.optionalWords("hbkept"), awaited: try reader.optionalWords("hbawaits") ?? [],
            groups: try Self.readGroups(&reader), busy: try Self.readBusy(&reader),
            ownOnBoth: try reader.optionalWords("hbown") ?? [], health: try Self.readHealth(&reader),
            files: try Self.readFiles(&reader))
        grantsLease = try ResourceReport.readFlag("hbgrants", &reader) ?? false
        moved = try reader.optionalWords("hbmoved") ?? []
    }

    private static func readGroups(_ reader: inout FieldReader) throws(WireError) -> [GroupFingerprint]? {
        guard let words = try reader.optionalWords("hbgroups") else { return nil }
        var groups: [GroupFingerprint] = []
        for word in words {
            guard word.utf8.count == 16 else { throw .badField("hbgroups") }
            let number = try FieldReader.number(word[...], radix: 16, field: "hbgroups")
            groups.append(
                GroupFingerprint(identity: UInt32(number >> 32), content: UInt32(truncatingIfNeeded: number)))
        }
        return groups
    }

    private static func readFiles(_ reader: inout FieldReader) throws(WireError) -> [SharedFileFingerprint]? {
        guard let words = try reader.optionalWords("hbsync") else { return nil }
        guard words.count <= SharedFile.most else { throw .badField("hbsync") }
        var files: [SharedFileFingerprint] = []
        for word in words { files.append(try SharedFileFingerprint(wireText: word)) }
        return files
    }

    private static func readBusy(_ reader: inout FieldReader) throws(WireError) -> [UInt32] {
        var identities: [UInt32] = []
        for word in try reader.optionalWords("hbbusy") ?? [] {
            guard word.utf8.count == 8 else { throw .badField("hbbusy") }
            let number = try FieldReader.number(word[...], radix: 16, field: "hbbusy")
            identities.append(UInt32(truncatingIfNeeded: number))
        }
        return identities
    }

    private static func readHealth(_ reader: inout FieldReader) throws(WireError) -> NodeHealth? {
        guard let words = try reader.optionalWords("hbhealth") else { return nil }
        guard words.count == 1 || words.count == 2 && words[1] == "return" else { throw .badField("hbhealth") }
        var numbers: [Int] = []
        for part in words[0].split(separator: "/", omittingEmptySubsequences: false) {
            let number = try FieldReader.number(part, radix: 10, field: "hbhealth")
            guard number <= UInt64(NodeHealth.most) else { throw .badField("hbhealth") }
            numbers.append(Int(number))
        }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { throw .badField("hbhealth") }
        // Another word than these is of a later version, and says nothing that counts here.
        let footing = try reader.optionalText("hbpartner").map { PartnerFooting(rawValue: $0) ?? .unsure }
        return NodeHealth(
            lost: numbers[0], unproven: numbers[1], wantsReturn: words.count == 2, footing: footing)
    }
}

extension MessageIdentity {
    /// `hbheard=<generation>:<sequence>`, both hexadecimal.
    var wireField: Message.Field { .init(Self.fieldName, text) }

    /// `nil` when nothing is told.
    init?(optional reader: inout FieldReader) throws(WireError) {
        guard let text = try reader.optionalText(Self.fieldName) else { return nil }
        let told = try MessageIdentity(text: text) { (half) throws(WireError) in
            try FieldReader.number(half, radix: 16, field: Self.fieldName)
        }
        guard let told else { throw .badField(Self.fieldName) }
        self = told
    }
}

extension GroupFingerprint {
    fileprivate var wireText: String { identity.hexadecimal + content.hexadecimal }
}

extension SharedFileFingerprint {
    /// Eight hexadecimal digits that name the file, then eight of its content, or a letter that says why there are none: `u` not
    /// read yet, `m` missing, `x` unreadable, `l` too large; then a colon and the path, where that is told.
    fileprivate var wireText: String {
        let word =
            switch content {
            case .unread: "u"
            case .hash(let hash): hash.hexadecimal
            case .missing: "m"
            case .unreadable: "x"
            case .tooLarge: "l"
            }
        return identity.hexadecimal + word + (path.map { ":\($0)" } ?? "")
    }

    fileprivate init(wireText: String) throws(WireError) {
        let parts = wireText.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].utf8.prefix(8)
        let word = parts[0].utf8.dropFirst(8)
        guard name.count == 8, !word.isEmpty else { throw .badField("hbsync") }
        let number = try FieldReader.number(Substring(name), radix: 16, field: "hbsync")
        self.init(identity: UInt32(truncatingIfNeeded: number), try Self.content(Substring(word)))
        guard parts.count == 2 else { return }
        guard SharedFile.isPath(parts[1]) else { throw .badField("hbsync") }
        path = String(parts[1])
    }

    /// A letter that a later version may have is one more reason why the content is not known.
    private static func content(_ word: Substring) throws(WireError) -> SharedFile.Content {
        if word.utf8.count == 8 {
            return .hash(UInt32(truncatingIfNeeded: try FieldReader.number(word, radix: 16, field: "hbsync")))
        }
        guard word.utf8.count == 1 else { throw .badField("hbsync") }
        switch word {
        case "u": return .unread
        case "m": return .missing
        case "l": return .tooLarge
        default: return .unreadable
        }
    }
}
