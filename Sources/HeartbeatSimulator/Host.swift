// One simulated machine: its clock, its power, its disk (the generation), the resources that really run on it, and the
// daemon – a `ClusterCore` – while that lives.

import HeartbeatCore
import HeartbeatModel

/// One machine of the simulated cluster. It is looked at after every step: an object, because a copy of all it holds is dear.
final class Host {
    let name: NodeName
    let uuid: NodeUUID
    /// Local clock = offset + rate × world time.
    let clockRate: Double
    let clockOffset: Duration

    var core: ClusterCore?
    var generation: UInt64
    /// Counts daemon lives, so that answers meant for a dead one are recognised.
    var incarnation = 0
    /// The daemon does not run until then (SIGSTOP, a machine that stands still); its sockets fill meanwhile.
    var stalledUntil: Instant?
    var backlog: [Event] = []
    /// The wake-up that counts; earlier ones still in the queue are void.
    var wakeup: UInt64 = 0
    /// Resources that really run, by group and position.
    var running: Set<ResourcePlace> = []
    /// Groups of which something may run: from the first start's beginning to the last stop's end.
    var active: Set<Int> = []
    /// The step whose script runs, by group.
    var busy: [Int: ResourceStep] = [:]
    /// Groups whose script only asks how it is, and changes nothing.
    var asking: Set<Int> = []
    /// What has stopped running by itself, and nobody has started again.
    var died: Set<ResourcePlace> = []
    /// Groups of which a daemon that crashed has left something up, and that its successor has not stopped yet.
    var leftovers: Set<Int> = []
    /// Those of which somebody has brought an address up while a daemon ran.
    var foundLate: Set<Int> = []
    /// Groups of which something would not stop, until it has.
    var stuck: Set<Int> = []

    /// So long the machine has been suspended: its kernel's clock has gone on, the one that its daemon reads has not.
    var suspended = Duration.zero
    /// The kernel answers for service addresses until then, on its own clock; `nil` where there is no lease. It outlives the
    /// daemon.
    var leaseUntil: Instant?
    var hasPower = false
    /// So many statuses in a row announced the lease of a node alone although the daemon counts its peer as active.
    var loneBesidePeer = 0
    /// The whole machine stands still, its kernel with it.
    var isPaused = false
    /// So does the clock that its daemon reads.
    var isSuspended = false

    /// Interfaces without a carrier, and paths that do not answer. Not the daemon's, nor the machine's: they outlast both.
    var unplugged: Set<String> = []
    var blockedPaths: Set<String> = []
    /// When it last had a carrier again after it had none, on the local clock.
    var sightedAt: Instant?
    /// Lines to the internet that carry nothing.
    var deadLines: Set<String> = []
    /// An operator has taken the machine out of service, which stands on its disk.
    var isMaintained = false
    /// Of authkeys.
    var currentKey = 1
    /// The key that the daemon signs with.
    var signingKey = 1
    /// What the clients of the daemon want to see.
    var interest: MessageInterest = []
    /// What they were given as news.
    var handedOn: Set<HandedOn> = []
    /// What is in the file that must be the same on both machines, and in which incarnation somebody has last written it.
    var fileVersion: UInt32 = 0
    var fileEditedIn = -1
    /// Paths that were lost when the last daemon ended. What tells of it does not outlast the machine.
    var lostPaths: [String] = []
    /// What the daemon has ordered of its bypass.
    var bypass = OrderedBypass()
    /// Addresses of the other machine, on the disk.
    var knownPeer: [IPAddress] = []
    /// `nil` where there are none.
    var lines: KeptLines?

    // What the checkers need to know.
    /// How much of what counts did not work, and since when.
    var losses: [(since: Instant, count: Int)] = []
    /// When the daemon last counted something as lost.
    var lostAt: Instant?
    /// Reasons for a move that the daemon has had and not used.
    var reasonsToMove = 0
    var bootedAt = Instant.zero
    /// The same in world time; and when the daemon last found the peer dead.
    var begunAt = Instant.zero
    var foundDeadAt: Instant?
    /// When, on the local clock, the daemon was last given news of the peer's being alive.
    var heardPeerAt: Instant?
    /// What the peer's last status said of its lease.
    var peersLease = Duration.zero
    /// The daemon was silent for so long that the peer may have a lease of a node alone, for as long as it is not heard.
    var mayBeAloneUntil: Instant?
    /// When, on the local clock, the daemon was last given an answer of the peer's kernel, and one of another host.
    var peerAnsweredAt: Instant?
    var referenceAnsweredAt: Instant?
    /// The same for a service address that the other machine answers for.
    var servedAt: Instant?
    /// When, on the local clock, the peer was last promised not to be found dead for a deadtime.
    var promisedAt: Instant?
    /// When, on the local clock, the daemon was first given a message of the peer's incarnation, or could first believe it,
    /// or was given its `shutdone`.
    var peerChangedAt: Instant?
    /// When the daemon, which had heard nobody yet, was played messages of the peer's. It cannot know them from true ones.
    var playedTo: ClosedRange<Instant>?
    var newestStatusHeard: MessageIdentity?
    /// The newest status that the daemon has counted. It need not have been able to count the first copy of it.
    var newestStatusTaken: MessageIdentity?
    var newestGenerationHeard: Generation?
    /// The newest report of the peer's holdings that the daemon was given.
    var newestReportHeard: MessageIdentity?
    /// When the daemon last rightly took over from a silent peer, in world time.
    var tookOverAt: Instant?
    /// The last message it had sent then: reports after this one tell of the takeover.
    var sentBeforeTakeover: MessageIdentity?
    var lastSent: MessageIdentity?
    var standstill: Standstill?

    init(name: NodeName, number: UInt8, clockRate: Double, clockOffset: Duration, generation: UInt64) {
        self.name = name
        self.clockRate = clockRate
        self.clockOffset = clockOffset
        self.generation = generation
        guard let uuid = NodeUUID(bytes: [UInt8](repeating: number, count: 16)) else {
            preconditionFailure("sixteen bytes make a uuid")
        }
        self.uuid = uuid
    }

    var isUp: Bool {
        if case .some = core { true } else { false }
    }

    /// What is up of the group here was brought up by somebody else while the daemon ran.
    func hasStray(_ group: Int) -> Bool { leftovers.contains(group) && foundLate.contains(group) }

    /// The life of the peer that the daemon has believed last, for all we know. Before it believes a later one, what is
    /// recorded of this one and never reached it is news.
    var believedGeneration: Generation? { newestStatusTaken?.generation ?? newestGenerationHeard }

    /// What the machine's own clock shows at a world time.
    func localTime(_ world: Instant) -> Instant { kernelTime(world) - suspended }

    /// The same clock as it shows when it is never suspended.
    func kernelTime(_ world: Instant) -> Instant {
        Instant(nanoseconds: Int64(Double(world.nanoseconds) * clockRate)) + clockOffset
    }

    /// The first world time at which the machine's own clock has reached `local`.
    func worldTime(_ local: Instant) -> Instant {
        let raw = Instant(nanoseconds: Int64(Double((local + suspended - clockOffset).nanoseconds) / clockRate))
        return Instant(nanoseconds: raw.nanoseconds + 2)
    }

    /// The machine loses power: everything on it is gone.
    func losePower() {
        core = nil
        incarnation += 1
        lostPaths = []
        running = []
        active = []
        died = []
        leftovers = []
        foundLate = []
        stuck = []
        leaseUntil = nil
        forgetDaemon()
    }

    /// The daemon is gone and its scripts with it; what they have started goes on.
    func crashDaemon() {
        core = nil
        incarnation += 1
        active = Set(running.map(\.group))
        leftovers = active
        forgetDaemon()
    }

    private func forgetDaemon() {
        lines = nil
        bypass = OrderedBypass()
        busy = [:]
        asking = []
        interest = []
        handedOn = []
        backlog = []
        stalledUntil = nil
        isPaused = false
        isSuspended = false
        heardPeerAt = nil
        peersLease = .zero
        promisedAt = nil
        loneBesidePeer = 0
        peerAnsweredAt = nil
        referenceAnsweredAt = nil
        servedAt = nil
        mayBeAloneUntil = nil
        peerChangedAt = nil
        playedTo = nil
        newestStatusHeard = nil
        newestStatusTaken = nil
        newestGenerationHeard = nil
        newestReportHeard = nil
        tookOverAt = nil
        sentBeforeTakeover = nil
        lastSent = nil
        standstill = nil
        foundDeadAt = nil
    }
}

/// A time in which a daemon did not run, on its local clock.
struct Standstill {
    var began: Instant
    /// When the daemon had last been given news of the peer's being alive.
    var heardPeerAt: Instant?
    /// The peer's daemon at the beginning; `nil` when there was none.
    var peerIncarnation: Int?
    var ended: Instant?

    /// When its daemon learns of what happens at `moment`: afterwards.
    func noticed(_ moment: Instant) -> Instant {
        guard let ended, began <= moment, moment < ended else { return moment }
        return ended
    }

    /// How much of the time since `moment` it took.
    func lasted(since moment: Instant) -> Duration {
        ended.map { max(.zero, $0 - max(began, moment)) } ?? .zero
    }
}

/// One step of a group: position of the group in haresources and of the step in the group.
struct ResourcePlace: Hashable, Sendable {
    var group: Int
    var position: Int
}
