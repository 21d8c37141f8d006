// Whether a silent node is asked over every other way before anything is taken from it: what ha.cf says of it.

/// `veto`: the bypass, and what a node does that can ask nobody.
public struct VetoRule: Hashable, Codable, Sendable {
    /// What a node makes of a silent peer while none of its own interfaces has a carrier (`blind=`).
    public enum Blind: String, Hashable, Codable, Sendable, CaseIterable {
        /// It waits until it can ask.
        case stay
        case take
    }

    /// Messages go over all networks that both nodes stand on when no medium of ha.cf carries them.
    public var isOn = true
    public var blind = Blind.stay

    public init() {}

    public init(isOn: Bool, blind: Blind = .stay) {
        self.isOn = isOn
        self.blind = blind
    }
}

extension MediumName {
    private static let bypassPrefix = "bypass "

    /// What has come over the bypass on this interface.
    public static func bypass(_ interface: String) -> MediumName { MediumName(bypassPrefix + interface) }

    /// It is no medium of ha.cf. No interface and no device has a blank in its name.
    public var isBypass: Bool { text.hasPrefix(Self.bypassPrefix) }
}

extension MediumConfiguration {
    /// It is UDP over a network, and not a line.
    public var isDatagrams: Bool {
        if case .serial = self { false } else { true }
    }
}

extension Configuration {
    /// A status that has not come by then is late: one interval, and what a busy machine takes.
    public var latePatience: Duration { keepalive + max(.milliseconds(50), keepalive / 10) }

    /// The nodes tell each other their own addresses.
    public var tellsAddresses: Bool { asksKernels || veto.isOn }

    /// The original's UDP port, where neither `udpport` nor /etc/services names another one.
    package static let usualPort: UInt16 = 694

    /// The port of `udpport`, or the original's.
    public var udpPort: UInt16 {
        parameters.last { $0.name == "udpport" }.flatMap { UInt16($0.value) } ?? Self.usualPort
    }

    /// Interfaces over which no medium of ha.cf goes: who asks the other node there asks where nobody has asked.
    public func isBesideMedia(_ interface: String) -> Bool {
        !media.contains { $0.isDatagrams && $0.name.text == interface }
    }
}
