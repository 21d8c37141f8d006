// What waits for a serial line, and what goes next. A value: it knows neither the line nor the time.
//
// The kernel takes 4 KiB at once, which is two seconds at 19200 baud. Whatever waits there can neither be overtaken nor withdrawn,
// so that messages wait here instead, and a node that has much to say is not found dead for it. The order is kept as far as it can
// be: what is overtaken looks lost to the peer, and would be asked for.

import HeartbeatModel

/// How a message stands beside others that wait for the same line.
package enum SendPriority: Hashable, Sendable {
    /// Says that the node lives.
    case keepalive
    /// Must arrive; with its place in the sequence, if it has one, so that it can be withdrawn when the peer has it from elsewhere.
    case message(SequenceNumber?)
    /// The peer has missed it, or asks for what it has missed. It must never be in the way of anything new.
    case repair
}

/// The messages that wait while the line is busy.
struct SerialQueue {
    /// A few: a reader that comes back wants what is new, not the history.
    static let mostMessages = 16
    /// More than one waits only for a line that is too slow for them.
    static let mostKeepalives = 2
    /// What does not find room is asked for again.
    static let mostRepairs = 32

    private struct Entry {
        var message: [UInt8]
        var priority: SendPriority
    }

    private var waiting: [Entry] = []
    private var repairs: [[UInt8]] = []

    var isEmpty: Bool { waiting.isEmpty && repairs.isEmpty }
    var holdsKeepalive: Bool { waiting.contains { $0.priority == .keepalive } }

    /// - Returns: whether something was given up for it: the oldest of its kind, whole, or the repair itself.
    mutating func add(_ message: [UInt8], _ priority: SendPriority) -> Bool {
        switch priority {
        case .keepalive:
            let isFull = makeRoom(Self.mostKeepalives) { $0 == .keepalive }
            // The older one has waited for a whole interval, and nothing may keep it longer.
            if let older = waiting.firstIndex(where: { $0.priority == .keepalive }) {
                waiting.insert(waiting.remove(at: older), at: 0)
            }
            waiting.append(Entry(message: message, priority: priority))
            return isFull
        case .message:
            let isFull = makeRoom(Self.mostMessages) { $0 != .keepalive }
            waiting.append(Entry(message: message, priority: priority))
            return isFull
        case .repair:
            guard repairs.count < Self.mostRepairs else { return true }
            repairs.append(message)
            return false
        }
    }

    /// Gives up the oldest of a kind when so many of it wait.
    private mutating func makeRoom(_ most: Int, _ isMeant: (SendPriority) -> Bool) -> Bool {
        guard waiting.count(where: { isMeant($0.priority) }) >= most,
            let oldest = waiting.firstIndex(where: { isMeant($0.priority) })
        else { return false }
        waiting.remove(at: oldest)
        return true
    }

    /// The peer has everything up to this one; it came over another medium.
    mutating func withdraw(upTo last: SequenceNumber) {
        waiting.removeAll { entry in
            if case .message(let sequence?) = entry.priority { sequence <= last } else { false }
        }
    }

    /// Takes out what goes next.
    /// - Parameter repairsMay: a repair may go, if nothing else waits.
    mutating func next(repairsMay: Bool) -> (message: [UInt8], isRepair: Bool)? {
        if !waiting.isEmpty { return (waiting.removeFirst().message, false) }
        guard repairsMay, !repairs.isEmpty else { return nil }
        return (repairs.removeFirst(), true)
    }

    mutating func removeAll() { self = SerialQueue() }
}
