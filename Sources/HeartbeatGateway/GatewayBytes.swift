// The parts of a packet as bytes, and back. A reader never takes more than there is, and one value has exactly one spelling.

import HeartbeatModel
import HeartbeatWire

extension GatewayMessage {
    /// The place in Table 1 of DSOM 2002, from 1.
    var kind: UInt8 {
        switch self {
        case .serviceCheck: 1
        case .serviceCheckReply: 2
        case .serviceShutdown: 3
        case .downstreamTakeover: 4
        case .downstreamTakeoverDeny: 5
        case .upstreamTakeover: 6
        case .upstreamTakeoverDeny: 7
        case .serviceTakeover: 8
        }
    }
}

struct GatewayWriter {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func append(_ value: some FixedWidthInteger) {
        bytes += NetworkOrder.bytes(value)
    }

    mutating func append(_ text: String) { append(counted: text.utf8.prefix(GatewayCodec.longestName)) }

    private mutating func append(counted part: some Collection<UInt8>) {
        append(UInt8(part.count))
        bytes.append(contentsOf: part)
    }

    mutating func append(_ host: GatewayHost) {
        append(host.name.text)
        append(host.priority)
        append(counted: host.down.bytes)
        append(counted: host.up.bytes)
    }

    mutating func append(_ message: GatewayMessage) {
        switch message {
        case .serviceCheck(let ticket, let term, let interval):
            append(ticket)
            append(term)
            append(UInt32(clamping: interval.milliseconds))
        case .serviceCheckReply(let ticket, let isWell, let table):
            append(ticket)
            append(isWell)
            append(table)
        case .serviceShutdown(let table), .serviceTakeover(let table): append(table)
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            append(candidacy.ticket)
            append(candidacy.term)
            append(candidacy.isLast)
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            append(answer.ticket)
            append(answer.isLast)
            append(answer.word.rawValue)
        }
    }

    private mutating func append(_ flag: Bool) { append(UInt8(flag ? 1 : 0)) }

    private mutating func append(_ ticket: GatewayTicket) {
        append(ticket.generation.number)
        append(ticket.number)
    }

    /// - Precondition: the table was written by somebody; the initial one is never sent.
    private mutating func append(_ table: StatusTable) {
        guard let author = table.author else { preconditionFailure("nobody has written the table that is sent") }
        append(table.term)
        append(table.generation.number)
        append(table.version)
        append(table.isServed)
        append(author.priority)
        append(author.name.text)
        append(UInt8(table.hosts.count))
        for host in table.hosts { append(host) }
    }
}

struct GatewayReader {
    /// What was not read yet.
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        take(Integer.bitWidth / 8).map { NetworkOrder.integer($0, as: Integer.self) }
    }

    /// A name that would be written the same way again.
    mutating func text() -> String? {
        guard let count = integer(UInt8.self), (1...GatewayCodec.longestName).contains(Int(count)),
            let bytes = take(Int(count))
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.utf8.elementsEqual(bytes) ? text : nil
    }

    private mutating func name() -> NodeName? {
        guard let text = text() else { return nil }
        let name = NodeName(text)
        return name.text == text ? name : nil
    }

    private mutating func address() -> IPAddress? {
        guard let count = integer(UInt8.self), let bytes = take(Int(count)) else { return nil }
        return IPAddress(bytes: bytes)
    }

    mutating func host() -> GatewayHost? {
        guard let name = name(), let priority = integer(UInt16.self), let down = address(), let up = address() else {
            return nil
        }
        return GatewayHost(name, priority: priority, down: down, up: up)
    }

    mutating func message(kind: UInt8) -> GatewayMessage? {
        switch kind {
        case 1:
            guard let ticket = ticket(), let term = integer(UInt64.self), let interval = integer(UInt32.self) else {
                return nil
            }
            return .serviceCheck(ticket, term: term, interval: .milliseconds(Int64(interval)))
        case 2:
            guard let ticket = ticket(), let isWell = flag(), let table = table() else { return nil }
            return .serviceCheckReply(ticket, isWell: isWell, table)
        case 3: return table().map { .serviceShutdown($0) }
        case 4: return candidacy().map { .downstreamTakeover($0) }
        case 5: return answer().map { .downstreamTakeoverDeny($0) }
        case 6: return candidacy().map { .upstreamTakeover($0) }
        case 7: return answer().map { .upstreamTakeoverDeny($0) }
        case 8: return table().map { .serviceTakeover($0) }
        default: return nil
        }
    }

    private mutating func flag() -> Bool? {
        guard let byte = integer(UInt8.self), byte <= 1 else { return nil }
        return byte == 1
    }

    private mutating func ticket() -> GatewayTicket? {
        guard let generation = integer(UInt64.self), let number = integer(UInt64.self) else { return nil }
        return GatewayTicket(Generation(generation), number)
    }

    private mutating func candidacy() -> Candidacy? {
        guard let ticket = ticket(), let term = integer(UInt64.self), let isLast = flag() else { return nil }
        return Candidacy(ticket, term: term, isLast: isLast)
    }

    private mutating func answer() -> CandidacyAnswer? {
        guard let ticket = ticket(), let isLast = flag(),
            let word = integer(UInt8.self).flatMap(CandidacyAnswer.Word.init)
        else { return nil }
        return CandidacyAnswer(ticket, isLast: isLast, word)
    }

    private mutating func table() -> StatusTable? {
        guard let term = integer(UInt64.self), let generation = integer(UInt64.self),
            let version = integer(UInt64.self), let isServed = flag(),
            let priority = integer(UInt16.self), let author = name(), let count = integer(UInt8.self)
        else { return nil }
        var hosts: [GatewayHost] = []
        for _ in 0..<count {
            guard let host = host() else { return nil }
            hosts.append(host)
        }
        return StatusTable(
            term: term, generation: Generation(generation), version: version, author: GatewayRank(priority, author),
            isServed: isServed, hosts: hosts)
    }
}
