// All media of a node. Every message goes to every medium; what one of them does never touches another.

import HeartbeatLoop
import HeartbeatModel

/// The media of one node, in the order of ha.cf.
package final class MediaSet {
    package private(set) var media: [Medium]

    private let make: (MediumConfiguration) -> Medium
    private var onBytes: (Medium, [UInt8]) -> Void = { _, _ in }
    private var onEvent: (Medium, MediumEvent) -> Void = { _, _ in }

    /// Makes one medium per entry; nothing is opened yet.
    package init(
        _ configurations: [MediumConfiguration], reactor: Reactor, lockDirectory: String = "/var/lock",
        retryDelay: Duration = .seconds(1)
    ) {
        make = { Medium($0, reactor: reactor, lockDirectory: lockDirectory, retryDelay: retryDelay) }
        media = configurations.map(make)
    }

    /// Sets where the bytes and events of every medium go.
    package func deliver(
        bytes: @escaping (Medium, [UInt8]) -> Void, events: @escaping (Medium, MediumEvent) -> Void
    ) {
        onBytes = bytes
        onEvent = events
        media.forEach(deliver)
    }

    private func deliver(from medium: Medium) {
        let (bytes, events) = (onBytes, onEvent)
        medium.onBytes = { [unowned medium] in bytes(medium, $0) }
        medium.onEvent = { [unowned medium] in events(medium, $0) }
    }

    /// Closes media that are no longer configured and opens new ones; the rest goes on untouched.
    package func adopt(_ configurations: [MediumConfiguration]) {
        // First out, then in: both may want the same port or device.
        for medium in media where !configurations.contains(medium.configuration) { medium.close() }
        let old = media
        media = configurations.map { configuration in
            old.first { $0.configuration == configuration } ?? make(configuration)
        }
        for medium in media where !old.contains(where: { $0 === medium }) {
            deliver(from: medium)
            medium.open()
        }
    }

    /// Opens all. Those that cannot be opened now are tried again each second.
    package func open() {
        // Before any is open: two media of one port on one interface are no strangers to each other.
        for medium in media { medium.lookForOthersOnPort() }
        for medium in media { medium.open() }
    }

    package func close() {
        for medium in media { medium.close() }
    }

    /// The peer has said that it has heard this one: what waits for a slow medium and is older need not go. What the peer has missed
    /// of it, it asks for.
    package func peerHas(_ last: SequenceNumber) {
        for medium in media { medium.withdraw(upTo: last) }
    }

    /// Sends one message, in the form each medium uses. A form that none uses is not written: signing costs. Where a
    /// medium is slow, the priority says what waits.
    /// - Returns: whether it has left, or will soon, over any.
    @discardableResult
    package func send(
        netstring: @autoclosure () -> [UInt8], classic: @autoclosure () -> [UInt8],
        _ priority: SendPriority = .message(nil)
    ) -> Bool {
        var hasLeft = false
        var written: (netstring: [UInt8]?, classic: [UInt8]?)
        for medium in media {
            switch medium.form {
            case .netstring:
                let bytes = written.netstring ?? netstring()
                written.netstring = bytes
                if medium.send(bytes, priority) { hasLeft = true }
            case .classic:
                let bytes = written.classic ?? classic()
                written.classic = bytes
                if medium.send(bytes, priority) { hasLeft = true }
            }
        }
        return hasLeft
    }
}
