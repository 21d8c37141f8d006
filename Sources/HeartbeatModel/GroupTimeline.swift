// Where the time went when a resource group moved: one movement of one group on one node, as instants. It refuses to know how
// they were measured; its words are in GroupTimeline+Text.

/// One movement of a resource group to or away from a node, from what it began with to what came of it.
///
/// All instants are of the node's own monotonic clock.
public struct GroupTimeline: Hashable, Sendable {
    /// What the movement began with.
    public enum Origin: Hashable, Sendable {
        /// The other node was heard for the last time, before its silence was taken for its death.
        case lastHeard(NodeName)
        /// This node was asked to hand groups over, by its operator or by the other node.
        case request
        /// This node lost an interface or a path that the other one has.
        case loss
        /// This node offered groups to the node that they prefer.
        case failback
        /// The other node's offer to hand groups over arrived.
        case offer
        /// This node was asked to stop.
        case stop
        /// The other node's word that it has released everything arrived.
        case peerStopped
        /// The group failed here, or it became known that it has failed on the other node.
        case failure
        /// Something else became known: a start, a conflict, a changed file.
        case decision
    }

    /// A moment on the way; the cases are in the order in which the moments usually come.
    public enum Mark: String, Hashable, Sendable, CaseIterable {
        /// The dead node's deadtime was over.
        case due
        /// That was noticed. What had arrived by now was heard before the node was declared dead.
        case detected
        /// The node that is to get the groups has agreed, as heard where they run.
        case agreed
        /// The node that had the groups has released them, as heard where they are to run.
        case given
        /// It was decided to move the group; its first action may begin.
        case decided
        /// The first packet that tells the network where an address is was handed to the interface.
        case announced
        /// The last of several addresses had been announced once.
        case allAnnounced = "all announced"
        /// The last of the neighbours that were asked has sent here what is for the addresses.
        case neighboursAgree = "neighbours agree"
    }

    /// A script, or neighbouring addresses, being started or stopped.
    public struct Step: Hashable, Sendable {
        /// The word of its first resource, and how many more there are.
        public var name: String
        public var begin: Instant
        public var end: Instant
        /// The part of that time in which it was only asked whether it runs.
        public var status: Duration
        public var hasFailed: Bool

        public init(name: String, begin: Instant, end: Instant, status: Duration = .zero, hasFailed: Bool = false) {
            self.name = name
            self.begin = begin
            self.end = end
            self.status = status
            self.hasFailed = hasFailed
        }
    }

    /// Steps that are only counted.
    public struct FurtherSteps: Hashable, Sendable {
        public var count: Int
        /// How long they took together.
        public var duration: Duration
    }

    /// What came of the movement.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case running
        case released
        /// A step would not start; what had been started is released again.
        case failed
        /// A step would not stop.
        case stuck
    }

    /// So many steps are told one by one; beyond, those that took longest.
    public static let mostSteps = 12

    /// Key of the group.
    public let group: String
    public let origin: Origin
    /// When the origin was; a whole microsecond, from which all times are counted.
    public let zero: Instant
    public let marks: [Mark: Instant]
    /// In the order in which they began.
    public let steps: [Step]
    /// Those that there was no room for.
    public let furtherSteps: FurtherSteps?
    public let outcome: Outcome
    public let end: Instant

    /// `zero` is cut to its microsecond. Of more than `mostSteps` steps the shortest are only counted.
    public init(
        group: String, origin: Origin, zero: Instant, marks: [Mark: Instant], steps: [Step], outcome: Outcome,
        end: Instant
    ) {
        let longest = steps.indices.sorted { steps[$0].duration > steps[$1].duration }
        let shorter = longest.dropFirst(Self.mostSteps).map { steps[$0].duration }
        self.init(
            group: group, origin: origin, zero: Instant(nanoseconds: zero.nanoseconds / 1000 * 1000), marks: marks,
            steps: longest.prefix(Self.mostSteps).sorted().map { steps[$0] },
            furtherSteps: shorter.isEmpty
                ? nil : FurtherSteps(count: shorter.count, duration: shorter.reduce(.zero, +)),
            outcome: outcome, end: end)
    }

    init(
        group: String, origin: Origin, zero: Instant, marks: [Mark: Instant], steps: [Step],
        furtherSteps: FurtherSteps?, outcome: Outcome, end: Instant
    ) {
        self.group = group
        self.origin = origin
        self.zero = zero
        self.marks = marks
        self.steps = steps
        self.furtherSteps = furtherSteps
        self.outcome = outcome
        self.end = end
    }
}

extension GroupTimeline.Step {
    public var duration: Duration { end - begin }
}

extension ResourceStep {
    /// Its first resource as written in haresources, and how many more there are: `10.0.0.1/24 and 99 more`.
    public var shortName: String {
        resources.count == 1 ? resources[0].word : "\(resources[0].word) and \(resources.count - 1) more"
    }
}
