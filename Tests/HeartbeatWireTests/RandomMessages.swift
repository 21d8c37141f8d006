// A reproducible source of randomness, of messages, and of damage.

import HeartbeatModel

extension SplitMix64 {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func number() -> UInt64 { next() >> UInt64.random(in: 0..<64, using: &self) }
    mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// Messages of every type, with texts from the given alphabet.
struct RandomMessages {
    var random: SplitMix64
    /// ASCII only, or anything but NUL.
    var isSevenBit: Bool

    mutating func message() -> Message {
        let content = content()
        let isUnsequenced =
            switch content {
            case .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply: true
            case .status, .starting, .resource, .askResources, .takeoverRequest, .shutdownDone, .fencingReport,
                .requestNodes, .nodes, .other, .unreadable:
                false
            }
        let destination = random.chance(40) ? node() : nil
        var message = Message(
            source: node(), sourceUUID: random.chance(80) ? uuid() : nil, destination: destination,
            destinationUUID: destination != nil && random.chance(70) ? uuid() : nil,
            sequence: isUnsequenced ? nil : SequenceNumber(random.number()), generation: Generation(random.number()),
            timestamp: random.number() | 1, load: random.chance(80) ? text() : nil,
            timeToLive: random.chance(80) ? random.number(below: 256) : nil, content: content)
        if case .other = content { return message }
        if random.chance(30) { message.extraFields = fields(depth: 0) }
        return message
    }

    private mutating func content() -> Message.Content {
        switch random.number(below: 14) {
        case 0: .status(status())
        case 1: .starting
        case 2: .resource(resource())
        case 3: .askResources(holdSet(), [StandbyStep.me, .other, .done][random.number(below: 3)])
        case 4: .takeoverRequest(holdSet())
        case 5: .shutdownDone
        case 6: .fencingReport(node: node(), result: text())
        case 7: .requestNodes
        case 8: .nodes(nodes(), deleted: nodes())
        case 9: .acknowledge(SequenceNumber(random.number()))
        case 10: range()
        case 11: .cannotRetransmit(SequenceNumber(random.number()), reason: text())
        case 12: .pingReply(group: random.chance(50))
        default: .other(type: "x-" + word(), fields: fields(depth: 0))
        }
    }

    private mutating func status() -> StatusReport {
        let status = NodeStatus.allCases[random.number(below: NodeStatus.allCases.count)]
        return StatusReport(
            status: status, deadtime: .milliseconds(Int64(random.number() >> 24)),
            protocolVersion: random.chance(80) ? random.number(below: 5) : nil,
            heard: random.chance(30) ? identity() : nil,
            lease: random.chance(30) ? .milliseconds(Int64(random.number(below: 100_000))) : nil)
    }

    private mutating func identity() -> MessageIdentity {
        MessageIdentity(generation: Generation(random.number()), sequence: SequenceNumber(random.number()))
    }

    private mutating func resource() -> ResourceReport {
        ResourceReport(
            hold: holdSet(), isFull: random.chance(60), isStable: random.chance(70) ? random.chance(50) : nil,
            info: random.chance(50) ? text() : nil, claim: random.chance(50) ? claim() : nil)
    }

    private mutating func claim() -> ResourceClaim {
        let ranks: [ClaimRank] = [.none, .unheard, .takeover, .agreed]
        let heard = identity()
        var claim = ResourceClaim(
            local: ranks[random.number(below: 4)], foreign: ranks[random.number(below: 4)],
            heard: random.chance(50) ? heard : nil, wantsAnswer: random.chance(50), failed: words(), adopted: words(),
            kept: random.chance(50) ? words() : nil, awaited: words(),
            groups: random.chance(50) ? fingerprints() : nil,
            busy: random.chance(30) ? [UInt32(truncatingIfNeeded: random.number())] : [], ownOnBoth: words(),
            health: random.chance(50)
                ? NodeHealth(
                    lost: random.number(below: 6), unproven: random.number(below: 10), wantsReturn: random.chance(50),
                    footing: random.chance(50) ? PartnerFooting.allCases[random.number(below: 3)] : nil)
                : nil)
        claim.grantsLease = random.chance(30)
        claim.moved = words()
        return claim
    }

    private mutating func fingerprints() -> [GroupFingerprint] {
        (0..<random.number(below: 3)).map { _ in
            GroupFingerprint(
                identity: UInt32(truncatingIfNeeded: random.number()),
                content: UInt32(truncatingIfNeeded: random.number()))
        }
    }

    private mutating func range() -> Message.Content {
        let (one, other) = (random.number(), random.number())
        return .retransmitRequest(first: SequenceNumber(min(one, other)), last: SequenceNumber(max(one, other)))
    }

    private mutating func fields(depth: Int) -> [Message.Field] {
        (0..<random.number(below: 4)).map { Message.Field(name: "x\($0)-" + word(), value: value(depth: depth)) }
    }

    private mutating func value(depth: Int) -> Message.Value {
        switch random.number(below: 8) {
        case 0: .binary((0..<random.number(below: 40)).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 1: .list((0..<random.number(below: 4)).map { _ in text() })
        case 2 where depth < 4: .structure(fields(depth: depth + 1))
        default: .string(text())
        }
    }

    private mutating func holdSet() -> HoldSet { HoldSet(rawValue: UInt8(random.number(below: 4))) }
    private mutating func node() -> NodeName { NodeName(word()) }
    private mutating func nodes() -> [NodeName] { (0..<random.number(below: 4)).map { _ in node() } }
    private mutating func words() -> [String] { (0..<random.number(below: 3)).map { _ in word() + "::" + word() } }

    private mutating func uuid() -> NodeUUID {
        NodeUUID(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }) ?? .unknown
    }

    private mutating func word() -> String {
        String((0...random.number(below: 8)).map { _ in Array("abcxyz019-._")[random.number(below: 12)] })
    }

    private mutating func text() -> String {
        let sevenBit: [Character] = ["\n", "=", "(", "<", ">"]
        let odd = isSevenBit ? sevenBit : sevenBit + ["é", "😀", "\u{13}", "\u{1E}", "\r"]
        return String(
            (0..<random.number(below: 30)).map { _ in
                random.chance(20)
                    ? odd[random.number(below: odd.count)]
                    : Character(UnicodeScalar(UInt8.random(in: 0x20...0x7E, using: &random)))
            })
    }
}

extension SplitMix64 {
    /// What a line, a driver, or a forger may do to bytes.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...number(below: 3) {
            let position = number(below: bytes.count + 1)
            let end = min(bytes.count, position + number(below: 12))
            switch number(below: 8) {
            case 0: bytes.removeSubrange(position..<end)
            case 1: bytes.removeSubrange(position...)
            case 2: bytes.insert(contentsOf: bytes[position..<end], at: number(below: bytes.count + 1))
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &self), at: position)
            case 4: lieAboutANumber(&bytes)
            case 5: bytes.insert(contentsOf: Self.marks[number(below: Self.marks.count)].utf8, at: position)
            default:
                guard position < bytes.count else { continue }
                bytes[position] ^= 1 << UInt8(number(below: 8))
            }
        }
        return bytes
    }

    private static let marks = [
        "###\n", "%%%\n", ">>>\n", "<<<\n", "\n", "=", "(2)", "(9)", "0:,", "5:(0)a=,", "auth=1 00\n", "hg=0\n", "\0",
    ]
    private static let lies = ["4294967295", "18446744073709551616", "99999999999", "-1", "0", "00", "007", "", "+3"]

    private mutating func lieAboutANumber(_ bytes: inout [UInt8]) {
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        guard !digits.isEmpty else { return }
        let start = digits[number(below: digits.count)]
        let run = bytes[start...].prefix { (0x30...0x39).contains($0) }
        bytes.replaceSubrange(run.indices, with: Self.lies[number(below: Self.lies.count)].utf8)
    }
}
