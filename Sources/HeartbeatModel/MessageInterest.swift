// Which of the messages that pass through a node its clients want to see. The bits are those of the original's filter mask,
// in which clients ask for them (observed).

/// A kind of message, or several.
public struct MessageInterest: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Every message that says something new to this node, its own included.
    public static let news = MessageInterest(rawValue: 0x01)
    /// Statuses that only say that a node still lives.
    public static let unchanged = MessageInterest(rawValue: 0x02)
    /// Messages of the protocol itself, and those for another node.
    public static let aside = MessageInterest(rawValue: 0x04)
    /// Messages that came again, over another medium or for good measure.
    public static let repeated = MessageInterest(rawValue: 0x08)
    /// What local clients ask and send, as they wrote it.
    public static let requests = MessageInterest(rawValue: 0x10)
    /// A bit that clients may set and to which nothing belongs.
    public static let unused = MessageInterest(rawValue: 0x20)
}
