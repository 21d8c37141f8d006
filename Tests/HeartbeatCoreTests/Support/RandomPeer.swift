// Messages as only a mad or malicious peer would send them, but each of them something the wire can carry.

import HeartbeatModel

@testable import HeartbeatCore

/// Draws well-typed messages of node beta, extreme values among them.
struct RandomPeer {
    var random: SplitMix64
    var generation: UInt64 = 7
    var sequence: UInt64 = 0

    private static let keys = ["web", "mail", "files", "", "unknown", "web web"]
    private static let names = [CoreOnDesk.alpha, CoreOnDesk.beta, NodeName("gamma"), NodeName("")]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed ^ 0xB0B)
        guard seed.isMultiple(of: 5) else { return }
        // Its counts are at their ends.
        generation = 1 << 48 - 5
        sequence = .max - 1000
    }

    mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    mutating func some<Value>(_ values: [Value]) -> [Value] {
        values.filter { _ in Bool.random(using: &random) }
    }

    mutating func message() -> Message {
        let content = content()
        if chance(200) { generation += 1 }
        return Message(
            source: chance(100) ? pick(Self.names) : CoreOnDesk.beta,
            sourceUUID: chance(10) ? nil : .unknown,
            destination: chance(10) ? pick(Self.names) : nil,
            sequence: content.isSequenced && !chance(100) ? nextSequence() : nil,
            generation: Generation(
                chance(300) ? pick([0, 1, generation &- 1, generation + 1, 1 << 48, .max]) : generation),
            timestamp: chance(10) ? .max : 1, timeToLive: nil, content: content)
    }

    /// Mostly the next one; else a gap, a repeat, or a number out of the blue.
    private mutating func nextSequence() -> SequenceNumber {
        switch Int.random(in: 0..<400, using: &random) {
        case 0: return SequenceNumber(0)
        case 1: return SequenceNumber(.max)
        case 2: return SequenceNumber(.max - 3)
        case 3...15: return SequenceNumber(sequence - min(sequence, UInt64.random(in: 0...30, using: &random)))
        case 16...30: sequence &+= UInt64.random(in: 1...300, using: &random)
        default: sequence &+= 1
        }
        return SequenceNumber(sequence)
    }

    mutating func content() -> Message.Content {
        switch Int.random(in: 0..<24, using: &random) {
        case 0...5: .status(statusReport())
        case 6: .starting
        case 7...11: .resource(resourceReport())
        case 12...14: .askResources(holdSet(), pick([.me, .other, .done]))
        case 15: .takeoverRequest(holdSet())
        case 16: chance(5) ? .shutdownDone : .starting
        case 17: .requestNodes
        case 18: .nodes(some(Self.names), deleted: some(Self.names))
        case 19: .retransmitRequest(first: extremeSequence(), last: extremeSequence())
        case 20: .cannotRetransmit(extremeSequence(), reason: "")
        case 21: .acknowledge(extremeSequence())
        case 22: .fencingReport(node: pick(Self.names), result: "OK")
        default: chance(2) ? .pingReply(group: chance(2)) : .other(type: pick(["NS_new", "ipfail", ""]), fields: [])
        }
    }

    mutating func holdSet() -> HoldSet { pick([[], .local, .foreign, .all]) }

    mutating func extremeSequence() -> SequenceNumber {
        SequenceNumber(pick([0, 1, sequence, sequence &+ 1, sequence - min(sequence, 10), .max - 1, .max]))
    }

    private mutating func statusReport() -> StatusReport {
        // The wire carries no negative and no longer deadtime.
        let extremes: [Duration] = [.zero, .milliseconds(1), .milliseconds(Int64.max / 1_000_000)]
        let status = chance(4) ? pick(NodeStatus.allCases) : .active
        return StatusReport(status: status, deadtime: chance(20) ? pick(extremes) : .seconds(10), protocolVersion: nil)
    }

    private mutating func resourceReport() -> ResourceReport {
        ResourceReport(
            hold: holdSet(), isFull: !chance(10), isStable: pick([true, true, false, nil]),
            info: pick([nil, "shutdown", "standby"]), claim: chance(4) ? nil : claim())
    }

    /// Mostly of the same lines as ours.
    private mutating func fingerprints() -> [GroupFingerprint] {
        [("web", CoreOnDesk.alpha), ("mail", CoreOnDesk.alpha), ("files", CoreOnDesk.beta)].compactMap { key, node in
            let resource = Resource(word: key, scriptName: key, arguments: [])
            let group = ResourceGroup(preferredNode: node, resources: [resource], line: 1)
            return chance(20) ? nil : group.fingerprint
        }
    }

    private mutating func claim() -> ResourceClaim {
        let ranks: [ClaimRank] = [.none, .none, .unheard, .takeover, .agreed]
        let generations: [UInt64] = [CoreOnDesk.generation.number, CoreOnDesk.generation.number, 0, .max]
        let heard = MessageIdentity(
            generation: Generation(pick(generations)), sequence: SequenceNumber(pick([0, 10, 1_000_000, .max])))
        return ResourceClaim(
            local: pick(ranks), foreign: pick(ranks), heard: chance(10) ? nil : heard, wantsAnswer: chance(4),
            failed: chance(3) ? some(Self.keys) : [], adopted: chance(6) ? some(Self.keys) : [],
            kept: chance(2) ? (chance(3) ? some(Self.keys) : []) : nil, awaited: chance(3) ? some(Self.keys) : [],
            groups: chance(2) ? nil : fingerprints())
    }
}
