// What can become of a packet or of a procedure, and which of it does: chosen for each of them by its number, or once for all packets of
// a channel.

import HeartbeatGateway
import HeartbeatModel

/// What is said of one takeover by one host to another, over one side.
struct GatewayChannel: Hashable {
    enum Kind: Hashable {
        case announcement, answer
    }

    let from: Int
    let to: Int
    let side: GatewaySide
    let kind: Kind
    let isLast: Bool

    /// `nil` for what is not about a takeover.
    init?(_ message: GatewayMessage, from: Int, to: Int, over side: GatewaySide) {
        switch message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            (kind, isLast) = (.announcement, candidacy.isLast)
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            (kind, isLast) = (.answer, answer.isLast)
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .serviceTakeover: return nil
        }
        (self.from, self.to, self.side) = (from, to, side)
    }
}

/// Which of the things that can become of a packet or a procedure does: the first unless said.
struct GatewayChoices {
    /// How long a late packet takes: with the default times its answer comes too late.
    static let late = Duration.milliseconds(1500)
    private static let soon = Duration.milliseconds(1)

    /// What goes wrong.
    enum Trouble {
        /// Single packets and procedures.
        case single
        /// Channels: all that goes over one of them.
        case channels
    }

    /// By the number of the choice, from 0: which alternative, from 1.
    let deviations: [Int: Int]
    let trouble: Trouble
    /// How many alternatives each choice had so far.
    private(set) var widths: [Int] = []
    private var fates: [GatewayChannel: Int] = [:]

    init(_ deviations: [Int: Int] = [:], _ trouble: Trouble = .single) {
        self.deviations = deviations
        self.trouble = trouble
    }

    private mutating func choose(_ count: Int) -> Int {
        defer { widths.append(count) }
        return deviations[widths.count] ?? 0
    }

    /// After which times a packet arrives: once, never, late, or – a single one – twice.
    mutating func arrivals(over channel: GatewayChannel?) -> [Duration] {
        let chosen: Int
        switch trouble {
        case .single: chosen = choose(4)
        case .channels:
            guard let channel else { return [Self.soon] }
            chosen = fate(of: channel)
        }
        switch chosen {
        case 1: return []
        case 2: return [Self.late]
        case 3: return [Self.soon, Self.late]
        default: return [Self.soon]
        }
    }

    private mutating func fate(of channel: GatewayChannel) -> Int {
        if let known = fates[channel] { return known }
        let fate = choose(3)
        fates[channel] = fate
        return fate
    }

    /// What becomes of a procedure.
    mutating func procedure(among count: Int) -> Int {
        switch trouble {
        case .single: choose(count)
        case .channels: 0
        }
    }
}
