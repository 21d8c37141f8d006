// The states of a host of a gateway service, each with what exists only in it: leaving a state drops its calls, queues and deadlines.

import HeartbeatModel

/// A procedure that is under way.
struct GatewayCall: Hashable, Sendable {
    var procedure: GatewayProcedure
    var ticket: GatewayTicket
    /// When it counts as failed although nothing was heard of it.
    var deadline: Instant
    var startedAt: Instant
}

/// A SVC_CHECK that was sent.
struct GatewayInquiry: Hashable, Sendable {
    var ticket: GatewayTicket
    var deadline: Instant
}

package enum GatewayState: Hashable, Sendable {
    case starting(StartingState)
    case backup(BackupState)
    case handover(HandoverState)
    case service(ServiceState)
    case leaving(LeavingState)
    case released(ReleasedState)
    case final
}

/// How a host that does not serve looks at the service: as a client does, then by asking its host.
enum GatewayLook: Hashable, Sendable {
    case waiting(until: Instant)
    case checking(GatewayCall)
    case asking(GatewayInquiry)

    var deadline: Instant {
        switch self {
        case .waiting(let time): time
        case .checking(let call): call.deadline
        case .asking(let inquiry): inquiry.deadline
        }
    }
}

/// `init` of the paper: is there a service already?
package struct StartingState: Hashable, Sendable {
    let since: Instant
    var look: GatewayLook
}

package struct BackupState: Hashable, Sendable {
    /// Waits for SVC_CHECK_TIMER at first.
    var look: GatewayLook
    /// A service answers for which no host does, and never has since the start: nobody can tell whether it may be replaced.
    var isStranded: Bool
    /// How many remoteSvcChecks in a row have failed, where one is not enough.
    var failures = 0
}

package struct HandoverState: Hashable, Sendable {
    /// An announcement that waits for answers. It is repeated while there is time to answer, for one packet may be lost.
    struct Announcement: Hashable, Sendable {
        /// Where somebody was heard.
        struct Voice: Hashable, Sendable {
            var name: NodeName
            var side: GatewaySide
        }

        /// Whoever is silent until then is not there.
        let silenceEnds: Instant
        var repetitions: [Instant]
        /// Who has not answered at all.
        var silent: Set<NodeName>
        /// Who is there and has not said yet whether it stays, and until when its no may come. Whoever serves counts from when it has
        /// heard of this, on each side, which may have been the last time that it was said.
        var pending: [Voice: Instant] = [:]
        /// Who has nothing against it.
        var granted: Set<NodeName> = []

        var until: Instant {
            pending.values.max() ?? (silent.isEmpty ? .zero : silenceEnds)
        }

        var deadline: Instant { min(repetitions.first ?? until, until) }

        /// Somebody may have come to be known since it was said first.
        mutating func ask(_ names: Set<NodeName>) {
            silent.formUnion(names.filter { !isPending($0) }.subtracting(granted))
        }

        func isPending(_ name: NodeName) -> Bool { pending.contains { $0.key.name == name } }

        /// Takes an answer that is no veto. What somebody has granted stays so: an earlier word may come later.
        /// - Parameter end: when a no would have come of whoever says for the first time that it is there.
        mutating func hear(_ word: CandidacyAnswer.Word, of voice: Voice, noBy end: Instant) {
            silent.remove(voice.name)
            if word == .granted {
                pending = pending.filter { $0.key.name != voice.name }
                granted.insert(voice.name)
            } else if !granted.contains(voice.name) {
                pending[voice] = pending[voice] ?? end
            }
        }
    }

    enum Phase: Hashable, Sendable {
        case checkingDownlink(GatewayCall)
        case announced(Announcement)
        case activatingUplink(GatewayCall)
        case checkingUplink(GatewayCall)
        case announcedLast(Announcement)
        /// The uplink goes down again. `nil` leads to `backup`.
        case retreating(GatewayCall, quit: GatewayQuit?)
    }

    let ticket: GatewayTicket
    var phase: Phase

    /// The announcement that waits for answers.
    var announcement: Announcement? {
        get {
            switch phase {
            case .announced(let announcement), .announcedLast(let announcement): announcement
            case .checkingDownlink, .activatingUplink, .checkingUplink, .retreating: nil
            }
        }
        set {
            guard let newValue else { return }
            phase = isLast ? .announcedLast(newValue) : .announced(newValue)
        }
    }

    var isLast: Bool { if case .announcedLast = phase { true } else { false } }

    /// The others know of it.
    var isAnnounced: Bool {
        switch phase {
        case .checkingDownlink, .retreating: false
        case .announced, .activatingUplink, .checkingUplink, .announcedLast: true
        }
    }

    /// The procedure that is under way, and whether the uplink may be up.
    var call: GatewayCall? {
        switch phase {
        case .checkingDownlink(let call), .activatingUplink(let call), .checkingUplink(let call),
            .retreating(let call, _):
            call
        case .announced, .announcedLast: nil
        }
    }

    var mayHaveUplink: Bool {
        switch phase {
        case .checkingDownlink, .announced: false
        case .activatingUplink, .checkingUplink, .announcedLast, .retreating: true
        }
    }

    var deadline: Instant {
        switch phase {
        case .announced(let announcement), .announcedLast(let announcement): announcement.deadline
        case .checkingDownlink(let call), .activatingUplink(let call), .checkingUplink(let call),
            .retreating(let call, _):
            call.deadline
        }
    }
}

/// One attempt of one host: two hosts may count alike.
struct Claim: Hashable, Sendable {
    var host: NodeName
    var ticket: GatewayTicket
}

/// A takeover that was heard and is not answered yet (Table 2).
struct HeardCandidacy: Hashable, Sendable {
    var host: GatewayHost
    var candidacy: Candidacy
    var side: GatewaySide
    /// Unless everything is given away by then the answer is no: the candidate waits little longer.
    var deadline: Instant
    /// How often it was heard. Each time is answered: an answer may be lost, too.
    var times = 1

    var claim: Claim { Claim(host: host.name, ticket: candidacy.ticket) }
}

extension [HeardCandidacy] {
    /// All that sixteen hosts can say at once, on two sides; the candidates repeat it anyway.
    static var most: Int { 2 * StatusTable.mostHosts }

    /// The one of the best host.
    var best: HeardCandidacy? { self.max { $0.host.rank < $1.host.rank } }

    /// Takes one that was heard, perhaps again.
    mutating func hear(_ heard: HeardCandidacy) {
        if let place = firstIndex(where: {
            $0.claim == heard.claim && $0.candidacy.isLast == heard.candidacy.isLast && $0.side == heard.side
        }) {
            self[place].times = Swift.min(self[place].times + 1, 2 * GatewayMachine.announcements)
        } else if count < Self.most {
            append(heard)
        }
    }
}

/// A SVC_CHECK that was heard and is not answered yet (Table 2).
struct HeardQuestion: Hashable, Sendable {
    var host: GatewayHost
    var ticket: GatewayTicket
}

package struct ServiceState: Hashable, Sendable {
    /// So many unanswered SVC_CHECKs are kept.
    static let mostQuestions = 2 * StatusTable.mostHosts

    /// Full check A, B or C of the paper.
    enum FullCheck: Hashable, Sendable {
        case downlink(GatewayCall)
        case uplink(GatewayCall)
        /// The one that answers SVC_CHECKs, which may be under way already.
        case local
    }

    struct Silence: Hashable, Sendable {
        var until: Instant
        var length: Duration
    }

    /// activateService, takeoverDownstream, takeoverUpstream; `nil` when they are done.
    var entering: GatewayCall?
    /// SELF_CHECK_TIMER; stopped while a full check is under way.
    var selfCheckAt: Instant?
    var full: FullCheck?
    var local: GatewayCall?
    var candidacies: [HeardCandidacy] = []
    var questions: [HeardQuestion] = []
    /// SVC_REQCHECK_TIMER of each backup, and how long it is.
    var backups: [NodeName: Silence] = [:]
    var toldNoRoom = false
    /// Who was told no, and when: what is repeated on its way is no reason to check again.
    var denied: [Claim: Instant] = [:]
    /// It is asked to stop, and serves until then for a backup to be ready.
    var stopsAt: Instant?
    /// Last announcements of those to whom it gives way, and when: before, they wait for hosts that are silent anyway.
    var successors: [HeardCandidacy] = []
    var yieldsAt: Instant?

    var calls: [GatewayCall] {
        switch full {
        case .downlink(let call), .uplink(let call): [call, entering, local].compactMap(\.self)
        case .local, nil: [entering, local].compactMap(\.self)
        }
    }

    var deadline: Instant? {
        let times = calls.map(\.deadline) + candidacies.map(\.deadline) + backups.values.map(\.until)
        return (times + [selfCheckAt, stopsAt, yieldsAt].compactMap(\.self)).min()
    }
}

package struct LeavingState: Hashable, Sendable {
    /// DSOM 2002: the clients first, what they used last.
    static let steps: [GatewayProcedure] = [
        .releaseDownstream, .releaseUpstream, .deactivateUplink, .deactivateService,
    ]

    var call: GatewayCall
    /// `nil` leads to `decide`.
    var quit: GatewayQuit?
    /// Last announcements that wait for everything to be given away.
    var candidacies: [HeardCandidacy]
    /// Somebody may take over.
    var hasBackups: Bool

    var deadline: Instant { (candidacies.map(\.deadline) + [call.deadline]).min() ?? call.deadline }
}

/// Everything is given away, and the machine is about to end. Until somebody has taken over it answers, so that nobody waits for it.
package struct ReleasedState: Hashable, Sendable {
    let quit: GatewayQuit
    let until: Instant
    /// Whose last announcement was granted. Nobody else's is: two could serve.
    var granted: NodeName?
}
