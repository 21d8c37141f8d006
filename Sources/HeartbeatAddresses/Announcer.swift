// Announces addresses on the loop: at once, and again after growing pauses, because a packet can be lost, a switch can be
// relearning, and the old owner can have said something later than we. It refuses to know whether the address is there; who
// takes it away says so.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// The first round of announcing addresses that came up together: each of them once.
package struct FirstAnnouncement: Hashable, Sendable {
    package var addresses: [IPAddress]
    /// When the first packet was handed to the interface.
    package var begin: Instant
    /// When the last one was, or it turned out that the rest never will be; `nil` before.
    package var end: Instant?

    package init(addresses: [IPAddress], begin: Instant, end: Instant?) {
        self.addresses = addresses
        self.begin = begin
        self.end = end
    }
}

/// Repeats the announcements of all addresses of this node.
package final class Announcer {
    /// An announcement could not be sent; told once for each interface until one could.
    package var onProblem: (SystemError) -> Void = { _ in }
    /// Whether this node's kernel lets nothing of its service addresses pass just now.
    package var isSilenced: () -> Bool = { false }

    /// Told when the first packets of a batch have been sent, and in every turn of the loop until each address had one.
    package var onAnnounced: (FirstAnnouncement) -> Void = { _ in }

    /// After the start. The first repetition is soon: a client that believes somebody else is not served until then.
    package static let pauses: [Duration] = [
        .zero, .milliseconds(100), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5),
    ]
    /// A frame that a virtual switch floods costs up to 40 us: after so long the loop gets its turn.
    private static let slice = Duration.milliseconds(5)

    /// The packets of one form for one batch at one time.
    private struct Round {
        let due: Instant
        let form: Int
        let batch: UInt64
        let addresses: [AnnouncedAddress]
        var sent = 0
        /// The first of its batch.
        let isFirst: Bool
        /// When its first packet was sent.
        var begin: Instant?
    }

    private let reactor: Reactor
    private var socket: AnnouncementSocket?
    private var rounds: [Round] = []
    private var timer: ReactorTimer?
    private var lastBatch: UInt64 = 0
    /// The latest batch of each address that is still to be announced; earlier ones keep silent about it.
    private var batches: [IPAddress: UInt64] = [:]
    private var troubled: Set<String> = []

    package init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// Announces them now, as many as can be sent before the loop needs its turn, and the others right after. `isFirst`: they
    /// have come up, or this was ordered, so the first round is told.
    package func announce(_ addresses: [AnnouncedAddress], isFirst: Bool = true) {
        guard !addresses.isEmpty else { return }
        lastBatch += 1
        for announced in addresses { batches[announced.address] = lastBatch }
        let start = reactor.now
        let forms = addresses.map(\.forms).max() ?? 0
        for pause in Self.pauses {
            for form in 0..<forms {
                rounds.append(
                    Round(
                        due: start + pause, form: form, batch: lastBatch, addresses: addresses,
                        isFirst: isFirst && pause == .zero && form == 0))
            }
        }
        sendWhatIsDue()
    }

    /// Says once and now where they are, beside all that is due.
    func remark(_ addresses: [AnnouncedAddress]) {
        for announced in addresses {
            for form in 0..<announced.forms { _ = send(announced, form) }
        }
    }

    /// Says nothing more about them.
    package func cancel(_ addresses: [IPAddress]) {
        for address in addresses { batches[address] = nil }
        let given = rounds.filter { !isNeeded($0) }
        rounds.removeAll { !isNeeded($0) }
        for round in given { tell(round, isOver: true) }
    }

    private func isNeeded(_ round: Round) -> Bool {
        round.addresses.contains { batches[$0.address] == round.batch }
    }

    func cancelAll() {
        batches = [:]
        rounds = []
        timer?.cancel()
        timer = nil
    }

    private func sendWhatIsDue() {
        let start = reactor.now
        while let index = nextRound(), rounds[index].due <= start, reactor.now - start < Self.slice {
            var round = rounds.remove(at: index)
            send(&round, until: start + Self.slice)
            if round.sent < round.addresses.count { rounds.insert(round, at: index) }
        }
        timer?.cancel()
        timer = nextRound().map { index in
            reactor.after(max(.zero, rounds[index].due - reactor.now)) { [weak self] in self?.sendWhatIsDue() }
        }
    }

    /// The earliest; of several the one that was ordered first.
    private func nextRound() -> Int? {
        rounds.indices.min { rounds[$0].due < rounds[$1].due }
    }

    private func send(_ round: inout Round, until end: Instant) {
        while round.sent < round.addresses.count, reactor.now < end {
            let announced = round.addresses[round.sent]
            round.sent += 1
            guard batches[announced.address] == round.batch, send(announced, round.form) else { continue }
            if round.begin == nil { round.begin = reactor.now }
        }
        tell(round, isOver: round.sent == round.addresses.count)
    }

    private func tell(_ round: Round, isOver: Bool) {
        guard round.isFirst, let begin = round.begin else { return }
        onAnnounced(
            FirstAnnouncement(
                addresses: round.addresses.map(\.address), begin: begin, end: isOver ? reactor.now : nil))
    }

    private func send(_ announced: AnnouncedAddress, _ form: Int) -> Bool {
        do throws(SystemError) {
            try openSocket().send(announced, form: form)
            troubled.remove(announced.interface.name)
            return true
        } catch {
            // What the lease drops at the interface fails as a full queue does. It is announced when the lease is held again.
            if error.code == ENOBUFS, isSilenced() { return false }
            if troubled.insert(announced.interface.name).inserted { onProblem(error) }
            return false
        }
    }

    private func openSocket() throws(SystemError) -> AnnouncementSocket {
        if let socket { return socket }
        let opened = try AnnouncementSocket()
        socket = opened
        return opened
    }
}
