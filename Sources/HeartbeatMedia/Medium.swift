// One path for heartbeat messages, through all its opening, failing and coming back. It decides when to open, when to complain
// (once an outage) and when the outage is over. It refuses to know what the bytes mean.
//
//              open works                    send or receive breaks
//   closed ───────────────▶ open ──────────────────────────────────▶ failing ─┐
//     ▲                      ▲                                                │ after a second: close, open anew
//     └── open fails, ───────┴────────────────────────────────────────────────┘
//         again after a second

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
package struct MediumCounters: Hashable, Sendable {
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
    package private(set) var counters = MediumCounters()

    private let reactor: Reactor
    private let lockDirectory: String
    private let retryDelay: Duration
    private var port: (any MediumPort)?
    private var host: IPAddress?
    private var retry: ReactorTimer?
    private var isStarted = false
    private var isLookingUp = false
    private var wasOpened = false
    private var isFailing = false
    private var hasWarned = false
    private var sharesPort = false
    private var lastTrouble = Instant.zero

    /// Does not open it yet. `lockDirectory` is where UUCP lock files of serial lines go.
    package init(
        _ configuration: MediumConfiguration, reactor: Reactor, lockDirectory: String = "/var/lock",
        retryDelay: Duration = .seconds(1)
    ) {
        self.configuration = configuration
        self.reactor = reactor
        self.lockDirectory = lockDirectory
        self.retryDelay = retryDelay
    }

    package var name: MediumName { configuration.name }

    package var form: Framing {
        switch configuration {
        case .serial: .classic
        case .broadcast, .unicast, .multicast, .unicast6, .multicast6: .netstring
        }
    }

    /// Opens it, now and after every failure, until `close`. Never throws and never waits: see `onEvent`.
    package func open() {
        guard !isStarted else { return }
        isStarted = true
        attempt()
    }

    /// Looks whether another program has the port and lets others have it too: opening will work all the same, but what
    /// is meant for us may reach only that program.
    func lookForOthersOnPort() {
        sharesPort = DatagramRoute(configuration).map(DatagramSockets.portIsTaken) ?? false
    }

    /// Closes it and stops trying.
    package func close() {
        isStarted = false
        retry?.cancel()
        retry = nil
        port?.close()
        port = nil
    }

    /// Sends one whole message without waiting; dropped when the medium is not open.
    package func send(_ message: [UInt8], isRepeat: Bool = false) {
        guard let port else {
            counters.dropped += 1
            return
        }
        port.send(message, isRepeat: isRepeat)
    }

    private func attempt() {
        guard isStarted, !isLookingUp else { return }
        guard let route = DatagramRoute(configuration), host == nil, let name = route.host else { return openPort() }
        isLookingUp = true
        NameLookup.address(of: name, isIPv6: route.isIPv6, on: reactor.eventLoop) { [weak self] answer in
            self?.lookedUp(answer)
        }
    }

    private func lookedUp(_ answer: Result<IPAddress, SystemError>) {
        isLookingUp = false
        guard isStarted else { return }
        switch answer {
        case .success(let address):
            host = address
            openPort()
        case .failure(let error):
            fail(error)
        }
    }

    private func openPort() {
        // The old sockets served until this moment: they may hear the peer even when nothing can be sent.
        port?.drain()
        guard isStarted else { return }
        port?.close()
        port = nil
        do throws(SystemError) {
            port = try makePort()
            opened()
        } catch {
            fail(error)
        }
    }

    private func makePort() throws(SystemError) -> any MediumPort {
        if let route = DatagramRoute(configuration) {
            let port = try DatagramPort(route, host: host, reactor: reactor, callbacks)
            if port.isShared { sharesPort = true }
            return port
        }
        guard case .serial(let device, let baud) = configuration else {
            preconditionFailure("a medium is neither UDP nor serial: \(configuration)")
        }
        let line = try SerialLine(path: device, baud: baud, lockDirectory: lockDirectory)
        if let failure = line.lockFailure, !hasWarned {
            hasWarned = true
            onEvent(.warned(failure))
        }
        return try SerialPort(line, reactor: reactor, callbacks)
    }

    private var callbacks: PortCallbacks {
        PortCallbacks(
            received: { [weak self] bytes in
                self?.counters.received += 1
                self?.onBytes(bytes)
            },
            sent: { [weak self] in self?.sent() },
            dropped: { [weak self] error in self?.dropped(error) },
            broke: { [weak self] error, isDead in self?.broke(error, isDead: isDead) }
        )
    }

    private func opened() {
        // After a failure only a message that leaves proves anything; until then the outage goes on.
        if !wasOpened, !isFailing {
            wasOpened = true
            onEvent(.opened)
        }
        guard sharesPort, !hasWarned, let route = DatagramRoute(configuration) else { return }
        hasWarned = true
        onEvent(.warned(SystemError(.share, route.object, code: EADDRINUSE)))
    }

    private func sent() {
        counters.sent += 1
        // A firewall that takes every other packet, a line at its limit: without the delay each would be an event.
        guard isFailing, retry == nil, reactor.now - lastTrouble >= retryDelay else { return }
        isFailing = false
        wasOpened = true
        onEvent(.recovered)
    }

    private func dropped(_ error: SystemError?) {
        counters.dropped += 1
        if let error { complain(error) }
    }

    private func broke(_ error: SystemError, isDead: Bool) {
        if isDead {
            port?.close()
            port = nil
        } else {
            counters.dropped += 1
        }
        fail(error)
    }

    private func fail(_ error: SystemError) {
        complain(error)
        guard isStarted, retry == nil else { return }
        retry = reactor.after(retryDelay) { [weak self] in
            self?.retry = nil
            self?.attempt()
        }
    }

    private func complain(_ error: SystemError) {
        lastTrouble = reactor.now
        guard !isFailing else { return }
        isFailing = true
        onEvent(.failed(error))
    }
}
