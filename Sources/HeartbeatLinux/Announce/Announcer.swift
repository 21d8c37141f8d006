// Announces addresses on the loop: at once, and again after growing pauses, because a packet can be lost, a switch can be
// relearning, and the old owner can have said something later than we. It refuses to know whether the address is there; who
// takes it away says so.

import HeartbeatModel

/// Repeats the announcements of all addresses of this node.
final class Announcer {
    /// An announcement could not be sent; told once for each interface until one could.
    var onProblem: (MediaError) -> Void = { _ in }

    /// After the start. The first repetition is soon: a client that believes somebody else is not served until then.
    static let pauses: [Duration] = [
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
    }

    private let reactor: Reactor
    private var socket: AnnouncementSocket?
    private var rounds: [Round] = []
    private var timer: ReactorTimer?
    private var lastBatch: UInt64 = 0
    /// The latest batch of each address that is still to be announced; earlier ones keep silent about it.
    private var batches: [IPAddress: UInt64] = [:]
    private var troubled: Set<String> = []

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// Announces them now, as many as can be sent before the loop needs its turn, and the others right after.
    func announce(_ addresses: [AnnouncedAddress]) {
        guard !addresses.isEmpty else { return }
        lastBatch += 1
        for announced in addresses { batches[announced.address] = lastBatch }
        let start = reactor.now
        let forms = addresses.map(\.forms).max() ?? 0
        for pause in Self.pauses {
            for form in 0..<forms {
                rounds.append(Round(due: start + pause, form: form, batch: lastBatch, addresses: addresses))
            }
        }
        sendWhatIsDue()
    }

    /// Says nothing more about them.
    func cancel(_ addresses: [IPAddress]) {
        for address in addresses { batches[address] = nil }
        rounds.removeAll { round in
            !round.addresses.contains { batches[$0.address] == round.batch }
        }
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
            if batches[announced.address] == round.batch { send(announced, round.form) }
        }
    }

    private func send(_ announced: AnnouncedAddress, _ form: Int) {
        do throws(MediaError) {
            try openSocket().send(announced, form: form)
            troubled.remove(announced.interface.name)
        } catch {
            if troubled.insert(announced.interface.name).inserted { onProblem(error) }
        }
    }

    private func openSocket() throws(MediaError) -> AnnouncementSocket {
        if let socket { return socket }
        let opened = try AnnouncementSocket()
        socket = opened
        return opened
    }
}
