// What hosts of a gateway service say to each other (DSOM 2002, Table 1), as values. How they are written is `GatewayCodec`'s matter,
// when they are said `GatewayMachine`'s.

import HeartbeatModel

/// What an answer must name: a call of a procedure, a question or a candidacy. One of an earlier life, or one that was given up, is
/// nobody's.
package struct GatewayTicket: Hashable, Sendable {
    /// The life of whoever asks; durable.
    package var generation: Generation
    package var number: UInt64

    package init(_ generation: Generation, _ number: UInt64) {
        self.generation = generation
        self.number = number
    }
}

/// A host announces that it takes over unless somebody denies it.
package struct Candidacy: Hashable, Sendable {
    /// The same on both sides and in both stages.
    package var ticket: GatewayTicket
    /// The highest term that the candidate knows.
    package var term: UInt64
    /// Its uplink is up and works: what is left is to wait for a veto. Until then a host that serves need not make way.
    package var isLast: Bool

    package init(_ ticket: GatewayTicket, term: UInt64, isLast: Bool) {
        self.ticket = ticket
        self.term = term
        self.isLast = isLast
    }
}

/// What a host says of a takeover that somebody has announced to it. The paper's hosts say no, or nothing: whoever announces must
/// then wait as long as the slowest of them may check itself. Ours say at once that they are there, so that silence is soon told
/// from a check, and that they have nothing against it, so that nobody waits who was answered by all.
package struct CandidacyAnswer: Hashable, Sendable {
    package enum Word: UInt8, Hashable, Sendable, CaseIterable {
        /// The service is here, and stays.
        case denied
        /// The service is here. Another answer follows when it is known to be well, or is given away.
        case pending
        /// Whoever says so serves not, or not any more.
        case granted
    }

    /// Of the candidacy.
    package var ticket: GatewayTicket
    /// The announcement that is answered: an answer to the first one says nothing about the last.
    package var isLast: Bool
    package var word: Word

    package init(_ candidacy: Candidacy, _ word: Word) {
        self.init(candidacy.ticket, isLast: candidacy.isLast, word)
    }

    package init(_ ticket: GatewayTicket, isLast: Bool, _ word: Word) {
        self.ticket = ticket
        self.isLast = isLast
        self.word = word
    }
}

/// Table 1, with its names. "MC" of the table is one datagram to each host.
package enum GatewayMessage: Hashable, Sendable {
    /// SVC_CHECK: does the host in service think that it is well? `interval` is the time to the sender's next one.
    case serviceCheck(GatewayTicket, term: UInt64, interval: Duration)
    /// SVC_CHECK_REPLY
    case serviceCheckReply(GatewayTicket, isWell: Bool, StatusTable)
    /// SVC_SHUTDOWN
    case serviceShutdown(StatusTable)
    /// DNSTR_TAKEOVER
    case downstreamTakeover(Candidacy)
    /// DNSTR_TAKEOVER_DENY, which may also say something else than no
    case downstreamTakeoverDeny(CandidacyAnswer)
    /// UPSTR_TAKEOVER
    case upstreamTakeover(Candidacy)
    /// UPSTR_TAKEOVER_DENY
    case upstreamTakeoverDeny(CandidacyAnswer)
    /// SVC_TAKEOVER. It goes to all hosts on both sides: the table of the paper says "BH", which nobody is who serves.
    case serviceTakeover(StatusTable)

    package static func takeover(_ candidacy: Candidacy, over side: GatewaySide) -> GatewayMessage {
        switch side {
        case .down: .downstreamTakeover(candidacy)
        case .up: .upstreamTakeover(candidacy)
        }
    }

    package static func answer(_ answer: CandidacyAnswer, over side: GatewaySide) -> GatewayMessage {
        switch side {
        case .down: .downstreamTakeoverDeny(answer)
        case .up: .upstreamTakeoverDeny(answer)
        }
    }

    /// On which sides it means something (DS and US of the table).
    package func isMeant(for side: GatewaySide) -> Bool {
        switch self {
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .downstreamTakeover, .downstreamTakeoverDeny:
            side == .down
        case .upstreamTakeover, .upstreamTakeoverDeny: side == .up
        case .serviceTakeover: true
        }
    }

    /// As the paper calls it.
    package var name: String {
        switch self {
        case .serviceCheck: "SVC_CHECK"
        case .serviceCheckReply: "SVC_CHECK_REPLY"
        case .serviceShutdown: "SVC_SHUTDOWN"
        case .downstreamTakeover: "DNSTR_TAKEOVER"
        case .downstreamTakeoverDeny: "DNSTR_TAKEOVER_DENY"
        case .upstreamTakeover: "UPSTR_TAKEOVER"
        case .upstreamTakeoverDeny: "UPSTR_TAKEOVER_DENY"
        case .serviceTakeover: "SVC_TAKEOVER"
        }
    }
}

/// A message with whoever sent it.
package struct GatewayPacket: Hashable, Sendable {
    /// Several services may share a port.
    package var service: String
    package var sender: GatewayHost
    /// The sender's life; durable, and greater in every later one.
    package var generation: Generation
    /// Counts the sender's datagrams of this service, from 1.
    package var sequence: UInt64
    package var message: GatewayMessage

    package init(
        service: String, sender: GatewayHost, generation: Generation, sequence: UInt64, message: GatewayMessage
    ) {
        self.service = service
        self.sender = sender
        self.generation = generation
        self.sequence = sequence
        self.message = message
    }

    /// A table counts only from whoever has written it.
    var isTheSendersTable: Bool {
        switch message {
        case .serviceCheckReply(_, _, let table), .serviceShutdown(let table), .serviceTakeover(let table):
            table.author == sender.rank
        case .serviceCheck, .downstreamTakeover, .downstreamTakeoverDeny, .upstreamTakeover, .upstreamTakeoverDeny:
            true
        }
    }
}
