// What a node says to the node at the other end of its tunnel, which belongs to another pair, and where that leaves a node. Two
// pairs that are joined by two tunnels use the same one only if each knows where the other serves.

/// What one node of a pair says of itself and its pair.
public struct PartnerWord: Hashable, Codable, Sendable {
    public var place: Place
    /// It stands by, and has lost more than the other node of its pair: it cannot serve instead.
    public var isBound: Bool
    /// It serves, and does not mean to give its groups back to the other node of its pair.
    public var stays: Bool
    /// So long its pair has been where it is. A duration, so that no clock need agree with another one.
    public var age: Duration
    /// The name of its pair, the same from both nodes. When both pairs have moved at once, the one with the smaller name stays.
    public var pair: String

    public init(_ place: Place, isBound: Bool = false, stays: Bool = true, age: Duration = .zero, pair: String = "") {
        self.place = place
        self.isBound = isBound
        self.stays = stays
        self.age = age
        self.pair = pair
    }

    public enum Place: String, Hashable, Codable, Sendable, CaseIterable {
        /// Groups run on it, and nothing is about to change.
        case serves
        case standsBy = "stands-by"
        /// It is joining, leaving, acquiring or releasing.
        case changing
    }

    /// Whether it says the same, however long that has been so.
    public func says(theSameAs other: PartnerWord) -> Bool {
        var same = other
        same.age = age
        return self == same
    }
}

/// Where the word of its partner leaves a node.
public enum PartnerFooting: String, Hashable, Codable, Sendable, CaseIterable {
    /// The partner serves.
    case with
    /// The partner has said nothing that counts for or against this node.
    case unsure
    /// The partner stands by, and this node is the one to follow. It weighs less than anything that is lost.
    case apart
}
