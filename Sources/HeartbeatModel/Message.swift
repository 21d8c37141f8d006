// What nodes say to each other, as typed values. The wire target turns bytes into these and back; the core never sees a
// field name. A message of a type nobody here knows is kept whole (`.other`), because scripts and clients may send any.

/// One message between nodes, complete as it stands on the wire except for its authentication.
public struct Message: Hashable, Codable, Sendable {
    /// `src`: the node that sent it.
    public var source: NodeName
    /// `srcuuid`; absent in messages of minimal peers.
    public var sourceUUID: NodeUUID?
    /// `dest`; `nil` addresses every node.
    public var destination: NodeName?
    /// `destuuid`, sent along with `dest`; all zero while the addressee's is not known.
    public var destinationUUID: NodeUUID?
    /// `seq`; `nil` for the `NS_` types, which stand outside the sequence.
    public var sequence: SequenceNumber?
    /// `hg`; 0 when absent, as the original reads it.
    public var generation: Generation
    /// `ts`: the sender's wall clock in seconds since 1970. Informational.
    public var timestamp: UInt64
    /// `ld`: text of the sender's /proc/loadavg. Informational.
    public var load: String?
    /// `ttl` in hops; absent in messages of minimal peers.
    public var timeToLive: Int?
    /// What it says.
    public var content: Content
    /// String fields beyond those the content's type has, in wire order: kept so that a message can be passed on whole.
    public var extraFields: [Field]

    public init(
        source: NodeName, sourceUUID: NodeUUID? = nil, destination: NodeName? = nil, destinationUUID: NodeUUID? = nil,
        sequence: SequenceNumber?, generation: Generation, timestamp: UInt64, load: String? = nil,
        timeToLive: Int? = nil, content: Content, extraFields: [Field] = []
    ) {
        self.source = source
        self.sourceUUID = sourceUUID
        self.destination = destination
        self.destinationUUID = destinationUUID
        self.sequence = sequence
        self.generation = generation
        self.timestamp = timestamp
        self.load = load
        self.timeToLive = timeToLive
        self.content = content
        self.extraFields = extraFields
    }

    /// Which of the sender's messages it is; `nil` outside the sequence.
    public var identity: MessageIdentity? {
        sequence.map { MessageIdentity(generation: generation, sequence: $0) }
    }

    /// A field nobody interprets.
    public struct Field: Hashable, Codable, Sendable {
        public var name: String
        public var value: Value

        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The value of a field; the wire's types 0 (string), 1 (binary), 2 (structure) and 3 (list of strings).
    public enum Value: Hashable, Codable, Sendable {
        case string(String)
        case binary([UInt8])
        case structure([Field])
        case list([String])
    }

    /// The messages this product understands, by their `t` field on the wire.
    public enum Content: Hashable, Codable, Sendable {
        /// `status`: the periodic keepalive.
        case status(StatusReport)
        /// `starting`: sent once on becoming active; answered with `.resource`.
        case starting
        /// `resource`: which groups the sender holds.
        case resource(ResourceReport)
        /// `ask_resources`: one step of a giveup; the set is relative to the node that gives up.
        case askResources(HoldSet, StandbyStep)
        /// `hb_takeover`: an operator's wish; the set is relative to the sender, which wants to acquire it.
        case takeoverRequest(HoldSet)
        /// `shutdone`: the sender has released everything and will fall silent.
        case shutdownDone
        /// `stonith`: report of how fencing `node` went (`OK`, `unneeded`, `n_stnth`, …).
        case fencingReport(node: NodeName, result: String)
        /// `reqnodes`: asks the addressee for its list of nodes.
        case requestNodes
        /// `repnodes`: the answer.
        case nodes([NodeName], deleted: [NodeName])
        /// `NS_ackmsg`: everything up to this sequence has arrived.
        case acknowledge(SequenceNumber)
        /// `NS_rexmit`: asks the addressee to send these again.
        case retransmitRequest(first: SequenceNumber, last: SequenceNumber)
        /// `NS_nak_rexmit`: the addressee's request cannot be met.
        case cannotRetransmit(SequenceNumber, reason: String)
        /// `NS_st`: a ping node's reply carries this message of ours back (`src` is the ping node).
        case pingReply(group: Bool)
        /// Any other type, with its fields in wire order.
        case other(type: String, fields: [Field])
        /// A known type whose own fields mean nothing here. It still has its place in the sequence: a message that was dropped
        /// would be asked for again and again, and its sender could forget nothing that came after it (observed).
        case unreadable(type: String, fields: [Field], reason: String)
    }
}

/// A node's own state as its status messages tell it (`st`).
public enum NodeStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// The daemon has just started.
    case initializing = "init"
    /// Alive, but not yet through the join handshake.
    case up
    /// A full member.
    case active
    /// Declared by others after deadtime; never sent in a status, only in `shutdone`.
    case dead
    /// A ping node that answers.
    case ping
}

/// Body of a `status` message.
public struct StatusReport: Hashable, Codable, Sendable {
    public var status: NodeStatus
    /// `dt`: after this much silence the sender wants to be declared dead. In whole milliseconds on the wire.
    public var deadtime: Duration
    /// `protocol`: 1 for every heartbeat since 2.1; without it the original switches off acknowledgements for good.
    public var protocolVersion: Int?
    /// `hbheard`, swift-heartbeat's addition: the last message of the peer's that the sender had, told to one that tells the
    /// same. An original ignores it and never sends it.
    public var heard: MessageIdentity?
    /// `hblease`, swift-heartbeat's addition, in whole milliseconds, decimal: for so long after this message the sender's
    /// kernel may answer for its service addresses. 0: it answers for none, although the sender lives. Absent: no lease.
    public var lease: Duration?
    /// `hbdeaf=1`, swift-heartbeat's addition: no medium of ha.cf brings the sender what the peer says, and the peer shall send by the
    /// bypass.
    public var isDeaf: Bool

    public init(
        status: NodeStatus, deadtime: Duration, protocolVersion: Int? = 1, heard: MessageIdentity? = nil,
        lease: Duration? = nil, isDeaf: Bool = false
    ) {
        self.status = status
        self.deadtime = deadtime
        self.protocolVersion = protocolVersion
        self.heard = heard
        self.lease = lease
        self.isDeaf = isDeaf
    }
}

/// The resource groups a node holds, in the original's terms and from one node's point of view: `local` are the groups
/// whose haresources line begins with that node's name, `foreign` all others.
public struct HoldSet: OptionSet, Hashable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let local = HoldSet(rawValue: 1)
    public static let foreign = HoldSet(rawValue: 2)
    public static let all: HoldSet = [.local, .foreign]

    /// The same groups as the other node of a pair calls them.
    public var seenByPeer: HoldSet {
        var result: HoldSet = []
        if contains(.local) { result.insert(.foreign) }
        if contains(.foreign) { result.insert(.local) }
        return result
    }

    /// The original's word: `none`, `local`, `foreign` or `all`.
    public var description: String {
        switch (contains(.local), contains(.foreign)) {
        case (false, false): "none"
        case (true, false): "local"
        case (false, true): "foreign"
        case (true, true): "all"
        }
    }

    /// Reads the original's word; `nil` for any other text.
    public init?(word: some StringProtocol) {
        switch word {
        case "none": self = []
        case "local": self = .local
        case "foreign": self = .foreign
        case "all": self = .all
        default: return nil
        }
    }
}

/// The three steps of a giveup (`info` of `ask_resources`).
public enum StandbyStep: String, Hashable, Codable, Sendable {
    /// The giver offers.
    case me
    /// The taker agrees.
    case other
    /// The giver has released; the taker has acquired.
    case done
}

/// Body of a `resource` message.
public struct ResourceReport: Hashable, Codable, Sendable {
    /// What the sender holds, from the sender's point of view (`rsc_hold`).
    public var hold: HoldSet
    /// `rtype=full`: the report replaces what was known; without it `hold` is added to it.
    public var isFull: Bool
    /// `isstable`: the sender's resources are not in transition. `nil` when the field is absent.
    public var isStable: Bool?
    /// `info`: what caused the report (`shutdown`, `standby`, `mach_down`, …).
    public var info: String?
    /// What only swift-heartbeat tells; `nil` from an original. The original ignores the fields.
    public var claim: ResourceClaim?

    public init(hold: HoldSet, isFull: Bool = true, isStable: Bool?, info: String? = nil, claim: ResourceClaim? = nil) {
        self.hold = hold
        self.isFull = isFull
        self.isStable = isStable
        self.info = info
        self.claim = claim
    }
}

/// How well founded a node's hold on a set of groups is. When both nodes find that they hold the same set – after a
/// partition – the lower rank yields; on a tie the preferred node keeps it.
public enum ClaimRank: Int, Hashable, Codable, Comparable, Sendable {
    /// Not held.
    case none = 0
    /// Acquired at start-up, without the peer ever having been heard in this generation.
    case unheard = 1
    /// Acquired because the peer fell silent.
    case takeover = 2
    /// Held with the peer's knowledge.
    case agreed = 3

    public static func < (left: ClaimRank, right: ClaimRank) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// swift-heartbeat's addition to a `resource` report (`hbclaim`, `hbheard`, `hbask`, `hbfailed`, `hbmoved`, `hbadopted`,
/// `hbkept`, `hbawaits`, `hbgroups`, `hbbusy`, `hbown`, `hbhealth`, `hbpartner`, `hbgrants`, `hbsync` on the wire).
///
/// Unlike `rsc_hold`, which the original clears when it *begins* to release, a rank is above `.none` until the last stop of
/// the set has ended – unless the receiver takes single groups: then it is `.none` as soon as the set is given away, and
/// `kept` names what of it has not stopped yet.
public struct ResourceClaim: Hashable, Codable, Sendable {
    /// Rank of the sender's hold on its local groups.
    public var local: ClaimRank
    /// Rank of the sender's hold on its foreign groups.
    public var foreign: ClaimRank
    /// The last message of the peer's that the sender had when it made the report: proof that the report is an answer and
    /// that both directions work. `nil` while it has none.
    public var heard: MessageIdentity?
    /// The sender wants the receiver's report in answer (`hbask=1`).
    public var wantsAnswer: Bool
    /// The sender was asked, counts the receiver among the living, and does not take over for a deadtime from now on whatever
    /// it hears or does not (`hbgrants=1`): the receiver's kernel may answer for as long as its lease, from the question.
    public var grantsLease = false
    /// Keys of groups in the sender's hold that failed to start there and are free for the peer.
    public var failed: [String]
    /// Those of `failed` that did not fail: an operator wants the peer to run them.
    public var moved: [String] = []
    /// Keys of groups outside the sender's hold that it runs because they failed on the peer, or were moved to it.
    public var adopted: [String]
    /// Keys of groups outside the sender's claim that have not stopped there yet, or will not: the receiver starts them when
    /// they are named no longer. `nil` from a sender that gives sets only as a whole, and takes them so.
    public var kept: [String]?
    /// Keys of groups that the receiver names as kept, or that share something with one, and of which nothing runs at the
    /// sender.
    public var awaited: [String]
    /// The sender's haresources, a fingerprint a group; `nil` when it does not tell.
    public var groups: [GroupFingerprint]?
    /// Identities of lines of which the sender still runs something as part of an earlier version of its file.
    public var busy: [UInt32]
    /// Keys of lines that the sender has in its file under its own name and, as it knows, the receiver under the receiver's.
    /// The one whose name comes second tells them in `groups` under the other's name once both know.
    public var ownOnBoth: [String]
    /// What the sender has lost of the network (`hbhealth=<lost>/<unproven>`, followed by ` return` when it wants its groups
    /// back, and `hbpartner=with|unsure|apart` when it asks another pair); `nil` when it watches nothing.
    public var health: NodeHealth?
    /// Files that must be the same on both nodes, as the sender has them; `nil` when it lists none, or does not tell.
    public var files: [SharedFileFingerprint]?

    public init(
        local: ClaimRank, foreign: ClaimRank, heard: MessageIdentity? = nil, wantsAnswer: Bool = false,
        failed: [String] = [], adopted: [String] = [], kept: [String]? = nil, awaited: [String] = [],
        groups: [GroupFingerprint]? = nil, busy: [UInt32] = [], ownOnBoth: [String] = [],
        health: NodeHealth? = nil, files: [SharedFileFingerprint]? = nil
    ) {
        self.local = local
        self.foreign = foreign
        self.heard = heard
        self.wantsAnswer = wantsAnswer
        self.failed = failed
        self.adopted = adopted
        self.kept = kept
        self.awaited = awaited
        self.groups = groups
        self.busy = busy
        self.ownOnBoth = ownOnBoth
        self.health = health
        self.files = files
    }
}

/// Which message of a node: its generation and the sequence within it (`hbheard=<generation>:<sequence>`, both hex).
public struct MessageIdentity: Hashable, Codable, Comparable, Sendable {
    public var generation: Generation
    public var sequence: SequenceNumber

    public init(generation: Generation, sequence: SequenceNumber) {
        self.generation = generation
        self.sequence = sequence
    }

    public static func < (left: MessageIdentity, right: MessageIdentity) -> Bool {
        (left.generation, left.sequence) < (right.generation, right.sequence)
    }

    /// The field in which a message tells it.
    public static let fieldName = "hbheard"

    /// What `fieldName` holds.
    public var text: String {
        String(generation.number, radix: 16) + ":" + String(sequence.number, radix: 16)
    }

    /// Reads such a text, `number` each of its two halves; `nil` where there are not two, or one is no number.
    public init?<Failure: Error>(
        text: String, number: (Substring) throws(Failure) -> UInt64?
    ) throws(Failure) {
        // By bytes: every status message has one, and finding out what a character is costs more than all the rest.
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let second = text[text.utf8.index(after: colon)...]
        guard !second.utf8.contains(UInt8(ascii: ":")), let generation = try number(text[..<colon]),
            let sequence = try number(second)
        else { return nil }
        self.init(generation: Generation(generation), sequence: SequenceNumber(sequence))
    }
}
