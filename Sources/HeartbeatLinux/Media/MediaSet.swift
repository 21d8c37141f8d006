// All media of a node. Every message goes to every medium; what one of them does never touches another.

import HeartbeatModel

/// The media of one node, in the order of ha.cf.
public final class MediaSet {
    public let media: [Medium]

    /// Makes one medium per entry; nothing is opened yet.
    public init(
        _ configurations: [MediumConfiguration], reactor: Reactor, lockDirectory: String = "/var/lock",
        retryDelay: Duration = .seconds(1)
    ) {
        media = configurations.map {
            Medium($0, reactor: reactor, lockDirectory: lockDirectory, retryDelay: retryDelay)
        }
    }

    /// Sets where the bytes and events of every medium go.
    public func deliver(
        bytes: @escaping (Medium, [UInt8]) -> Void, events: @escaping (Medium, MediumEvent) -> Void
    ) {
        for medium in media {
            medium.onBytes = { [unowned medium] in bytes(medium, $0) }
            medium.onEvent = { [unowned medium] in events(medium, $0) }
        }
    }

    /// Opens all. Those that cannot be opened now are tried again each second.
    public func open() {
        for medium in media { medium.open() }
    }

    public func close() {
        for medium in media { medium.close() }
    }

    /// Sends one message, in the form each medium uses.
    public func send(netstring: [UInt8], classic: [UInt8]) {
        for medium in media {
            switch medium.form {
            case .classic: medium.send(classic)
            case .netstring: medium.send(netstring)
            }
        }
    }
}
