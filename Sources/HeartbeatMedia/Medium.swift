// One path for heartbeat messages, through all its opening, failing and coming back. It decides when to open, when to complain
// (once an outage) and when the outage is over. It refuses to know what the bytes mean.
//
//   closed ──▶ opening ── works ──▶ open ── send or receive breaks ──▶ failing
//                ▲ └──────── fails ─────────────────────────────────────▶ │
//                └────────── after a second: close, open anew ────────────┘

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// How messages are framed on a medium.
package enum Framing: Hashable, Sendable {
    /// Serial lines: always the classic form.
    case classic
    /// UDP: always netstrings.
    case netstring
}

/// What an operator should hear about a medium.
package enum MediumEvent: Hashable, Sendable {
    /// Open for the first time.
    case opened
    /// Something about it needs attention although it works.
    case warned(SystemError)
    /// It does not work; reported once, then tried again every second in silence.
    case failed(SystemError)
    /// Messages leave again after `failed`, and did not fail for the last second.
    case recovered
}

/// What went over a medium since the start.
package struct MediumCounters: Hashable, Codable, Sendable {
    /// Messages handed to the kernel.
    package var sent = 0
    /// Messages that were not sent.
    package var dropped = 0
    /// Datagrams, or pieces of a serial stream.
    package var received = 0
}

/// A configured medium.
package final class Medium {
    package let configuration: MediumConfiguration
    /// Called with one datagram, or with any piece of a serial stream, as it came.
    package var onBytes: ([UInt8]) -> Void = { _ in }
    package var onEvent: (MediumEvent) -> Void = { _ in }
    package internal(set) var counters = MediumCounters()
    /// Where the bytes came from that are handed over just now; nobody has proved it.
    package private(set) var sender: IPAddress?

    enum State {
        case closed
        /// The name of its host is looked up, or the system asked for what it needs.
        case opening
        case open(any MediumPort)
        /// It is opened anew after a pause. Until then old sockets may hear the peer, even when nothing can be sent.
        case failing((any MediumPort)?)
    }

    /// Something an operator is told once, because it stays so.
    private enum Warning {
        case none
        case due(SystemError)
        case told
    }

    let reactor: Reactor
    let lockDirectory: String
    private let retryDelay: Duration
    let way: Way
    var state = State.closed
    /// The address of its host or group, once it was found.
    var host: IPAddress?
    private var outage = Outage()
    private var lastTrouble = Instant.zero
    var wasOpened = false
    private var warning = Warning.none

    /// Does not open it yet. `lockDirectory` is where UUCP lock files of serial lines go.
    package init(
        _ configuration: MediumConfiguration, reactor: Reactor, lockDirectory: String = "/var/lock",
        retryDelay: Duration = .seconds(1)
    ) {
        self.configuration = configuration
        self.reactor = reactor
        self.lockDirectory = lockDirectory
        self.retryDelay = retryDelay
        way = Way(configuration)
    }

    package var name: MediumName { configuration.name }

    package var form: Framing {
        switch way {
        case .line: .classic
        case .datagrams: .netstring
        }
    }

    /// Opens it, now and after every failure, until `close`. Never throws and never waits: see `onEvent`.
    package func open() {
        guard case .closed = state else { return }
        attempt()
    }

    /// Looks whether another program has the port and lets others have it too: opening will work all the same, but what
    /// is meant for us may reach only that program.
    func lookForOthersOnPort() {
        if case .datagrams(let route) = way, DatagramSockets.portIsTaken(route) { warn(route.isShared, later: true) }
    }

    /// Closes it and stops trying.
    package func close() {
        let port = port
        state = .closed
        outage.giveUp()
        port?.close()
    }

    /// Sends one whole message without waiting; dropped when the medium is not open.
    /// - Returns: whether it has left, or will soon.
    @discardableResult
    package func send(_ message: [UInt8], _ priority: SendPriority = .message(nil)) -> Bool {
        guard let port else {
            counters.dropped += 1
            return false
        }
        return port.send(message, priority)
    }

    /// The peer has everything up to this one.
    func withdraw(upTo last: SequenceNumber) { port?.withdraw(upTo: last) }

    private var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    var port: (any MediumPort)? {
        switch state {
        case .closed, .opening: nil
        case .open(let port): port
        case .failing(let port): port
        }
    }

    // MARK: - Opening

    private func attempt() {
        // The old sockets served until this moment: they may hear the peer even when nothing can be sent. What they hear may
        // close the medium.
        if let old = port {
            old.drain()
            guard !isClosed else { return }
            old.close()
        }
        state = .opening
        guard host == nil, case .datagrams(let route) = way, let name = route.host else { return openPort() }
        NameLookup.address(of: name, isIPv6: route.isIPv6, on: reactor.eventLoop) { [weak self] answer in
            self?.lookedUp(answer)
        }
    }

    private func lookedUp(_ answer: Result<IPAddress, SystemError>) {
        // A medium that was closed meanwhile and opened again has asked anew, and takes the first answer.
        guard case .opening = state else { return }
        switch answer {
        case .success(let address):
            host = address
            openPort()
        case .failure(let error):
            state = .failing(nil)
            fail(error)
        }
    }

    private func openPort() {
        do throws(SystemError) {
            state = .open(try makePort())
            opened()
        } catch {
            state = .failing(nil)
            fail(error)
        }
    }

    private func makePort() throws(SystemError) -> any MediumPort {
        switch way {
        case .datagrams(let route):
            let port = try DatagramPort(route, host: host, reactor: reactor, callbacks)
            if port.isShared { warn(route.isShared, later: true) }
            return port
        case .line(let device, let baud):
            let line = try SerialLine(path: device, baud: baud, lockDirectory: lockDirectory)
            if let failure = line.lockFailure { warn(failure, later: false) }
            return try SerialPort(line, reactor: reactor, callbacks)
        }
    }

    var callbacks: PortCallbacks {
        PortCallbacks(
            received: { [weak self] bytes, sender in
                self?.counters.received += 1
                self?.sender = sender
                self?.onBytes(bytes)
            },
            sent: { [weak self] in self?.sent() },
            dropped: { [weak self] error in self?.dropped(error) },
            broke: { [weak self] error, isDead in self?.broke(error, isDead: isDead) }
        )
    }

    private func opened() {
        // After a failure only a message that leaves proves anything; until then the outage goes on.
        if !wasOpened, !outage.isOn {
            wasOpened = true
            onEvent(.opened)
        }
        if case .due(let error) = warning { warn(error, later: false) }
    }

    /// Tells it once: now, or as soon as the medium is open.
    private func warn(_ error: SystemError, later: Bool) {
        if case .told = warning { return }
        warning = later ? .due(error) : .told
        if !later { onEvent(.warned(error)) }
    }

    // MARK: - Outages

    private func sent() {
        counters.sent += 1
        // A firewall that takes every other packet, a line at its limit: without the delay each would be an event.
        guard outage.isOn, !outage.isWaiting, reactor.now - lastTrouble >= retryDelay else { return }
        outage.end()
        wasOpened = true
        onEvent(.recovered)
    }

    private func dropped(_ error: SystemError?) {
        counters.dropped += 1
        if let error { complain(error) }
    }

    private func broke(_ error: SystemError, isDead: Bool) {
        if isDead { port?.close() } else { counters.dropped += 1 }
        if !isClosed { state = .failing(isDead ? nil : port) }
        fail(error)
    }

    private func fail(_ error: SystemError) {
        complain(error)
        guard !isClosed else { return }
        outage.tryAgain(on: reactor, after: retryDelay) { [weak self] in self?.attempt() }
    }

    private func complain(_ error: SystemError) {
        lastTrouble = reactor.now
        if outage.begin() { onEvent(.failed(error)) }
    }
}
