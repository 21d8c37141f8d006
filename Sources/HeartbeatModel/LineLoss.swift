// What the lines of a node come to when it is asked which node is better off.

/// How much of its lines a node has lost, counted as `line_health` says; less is better.
public struct LineLoss: Hashable, Codable, Sendable {
    /// Surely lost: lines that are down, or classes all of whose lines are.
    public var lost: Int
    /// The same and what is in doubt: lines that are not up, or classes none of whose lines is. Never less than `lost`.
    public var unproven: Int
    /// What is lost, for people.
    public var names: [String]

    public init(lost: Int, unproven: Int, names: [String]) {
        self.lost = lost
        self.unproven = max(lost, unproven)
        self.names = names
    }
}
