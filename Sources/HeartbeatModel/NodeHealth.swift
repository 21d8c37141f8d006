// How much of what a node watches of the network it has lost, as two numbers that nodes can compare.

/// The health of one node; less is better.
///
/// There are two numbers because news of a failure reach two nodes at different instants. Whoever would give its groups away
/// counts what it has surely lost; of the other it believes only what that has surely kept. So a switch that dies under both
/// moves nothing, whichever of them notices first.
public struct NodeHealth: Hashable, Codable, Sendable {
    /// What is surely lost, and still is: links without carrier for longer than their `debounce`, paths that have been lost and
    /// have not answered since.
    public var lost: Int
    /// The same and all that is in doubt: carriers gone just now or back too recently, paths with an open question, or not yet
    /// asked. Never less than `lost`.
    public var unproven: Int
    /// Among the lost ones is something after whose recovery this node wants its groups back, whatever `auto_failback` says.
    public var wantsReturn: Bool
    /// Where the other pair leaves this node; `nil` when none is asked (`probe … partner`).
    public var footing: PartnerFooting?

    public init(lost: Int = 0, unproven: Int = 0, wantsReturn: Bool = false, footing: PartnerFooting? = nil) {
        self.lost = lost
        self.unproven = max(lost, unproven)
        self.wantsReturn = wantsReturn
        self.footing = footing
    }

    /// Nothing that is watched is lost or in doubt.
    public static let sound = NodeHealth()

    /// A node of the health `other` serves better for sure than one of this health. Where both have lost equally much, the one
    /// whose partner serves is better than the one that is to follow.
    public func isWorse(than other: NodeHealth) -> Bool {
        lost > other.unproven || lost == other.unproven && footing == .apart && other.footing == .with
    }

    /// Something counts against the node.
    public var isReduced: Bool { lost > 0 || footing == .apart }

    /// A node of this health may be worse off than one of the health `other`: nothing is given back to it.
    public func mayBeWorse(than other: NodeHealth) -> Bool {
        unproven > other.lost || unproven == other.lost && footing == .apart && other.footing != .apart
    }

    /// How many carriers, paths and groups of paths are counted at most: more say nothing more. A node in maintenance counts as one that
    /// has lost so much, so that every rule about losses holds for it.
    public static let most = 999

    /// Nobody loses so much by accident.
    public var isMaintained: Bool { lost >= Self.most }
}
