// What a host is told about its redundant LANs: which interfaces lead to them, how often the others are asked, and after how
// many packets a LAN counts as lost or as good again. How that is decided is HeartbeatLans' matter.

/// The `lan` directive, or the command line of `faild`.
public struct LanConfiguration: Hashable, Codable, Sendable {
    /// The default of `port`; no service of IANA's register has it.
    public static let defaultPort: UInt16 = 6940

    /// Names of the interfaces, the preferred LAN first; empty for every one that can broadcast.
    public var interfaces: [String]
    /// This host asks the others (`faild -r`); without, it only answers them and judges those who ask.
    public var isRequestor: Bool
    /// From one question to the next.
    public var interval: Duration
    /// So many packets missed in a row make a LAN invalid for a host; at least 1.
    public var fall: Int
    /// So many good packets in a row make it valid again; at least 1.
    public var rise: Int
    /// UDP port, the same on all hosts.
    public var port: UInt16

    public init(
        interfaces: [String] = [], isRequestor: Bool = true, interval: Duration = .seconds(1), fall: Int = 3,
        rise: Int = 5, port: UInt16 = Self.defaultPort
    ) {
        self.interfaces = interfaces
        self.isRequestor = isRequestor
        self.interval = interval
        self.fall = fall
        self.rise = rise
        self.port = port
    }

    /// How long a packet may be late before it is missed.
    public var patience: Duration { interval / 2 }
    /// How long after its failure a LAN is invalid at the latest: the last packet may have come just before.
    public var invalidAfter: Duration { interval * fall + patience }
    /// How long after its repair it is valid again at the latest.
    public var validAfter: Duration { interval * rise + patience }
}
