// Which packets are believed: those that are signed, and were not here before. A sender's datagrams are counted within each of its
// lives, and its generation grows from one to the next; no clock is needed. What is refused is counted.
//
// Until a sender is heard for the first time nothing is known of it: then a recording of an earlier life passes. It answers nothing, for
// answers name the ticket of a question, and what it announces is denied or checked like anything else.

import HeartbeatModel

/// Reads the datagrams of all services on one port.
package struct GatewayInbox: Sendable {
    /// Senders that are remembered; nobody is forgotten, or its recordings would pass again.
    package static let mostSenders = 64

    private struct Key: Hashable {
        var service: String
        var name: NodeName
    }

    private struct Sender {
        var generation: Generation
        var window: ReplayWindow
    }

    private let codec: GatewayCodec
    private var senders: [Key: Sender] = [:]
    /// How many datagrams were refused, by why.
    package private(set) var refused: [GatewayRefusal.Kind: Int] = [:]

    package init(_ codec: GatewayCodec) {
        self.codec = codec
    }

    /// The packet of a datagram, if it is to be believed.
    package mutating func open(_ bytes: [UInt8]) throws(GatewayRefusal) -> GatewayPacket {
        do throws(GatewayRefusal) {
            return try accept(codec.decode(bytes))
        } catch {
            refused[error.kind, default: 0] += 1
            throw error
        }
    }

    /// The packet, if it was not here before.
    package mutating func accept(_ packet: GatewayPacket) throws(GatewayRefusal) -> GatewayPacket {
        let key = Key(service: packet.service, name: packet.sender.name)
        var sender =
            senders[key] ?? Sender(generation: packet.generation, window: ReplayWindow())
        guard senders[key] != nil || senders.count < Self.mostSenders else { throw .tooManySenders }
        guard packet.generation >= sender.generation else { throw .earlierLife }
        if packet.generation > sender.generation {
            sender = Sender(generation: packet.generation, window: ReplayWindow())
        }
        guard sender.window.accept(packet.sequence) else { throw .repeated }
        senders[key] = sender
        return packet
    }
}

/// The numbers of one life of a sender that were seen: datagrams may overtake each other by so many.
private struct ReplayWindow {
    private static let width: UInt64 = 64

    private var highest: UInt64 = 0
    /// Bit n stands for the number `highest - n`.
    private var seen: UInt64 = 0

    mutating func accept(_ number: UInt64) -> Bool {
        if number > highest {
            let shift = number - highest
            seen = (shift < Self.width ? seen << shift : 0) | 1
            highest = number
            return true
        }
        let age = highest - number
        // Numbers begin with 1.
        guard number > 0, age < Self.width, seen & (1 << age) == 0 else { return false }
        seen |= 1 << age
        return true
    }
}
