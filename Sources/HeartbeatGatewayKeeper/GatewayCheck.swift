// One question to neighbours, asked again and again until somebody answers or its time is up: the built-in checks of a gateway service.
// They are positive-definite (DSOM 2002): only an answer is a yes.

import HeartbeatAddresses
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem

/// A check under way; it answers once.
final class GatewayCheck {
    enum Question {
        /// One answer of anybody is enough; the addresses are asked by name, and everybody else with them.
        case anybody(besides: [IPAddress])
        case neighbour(IPAddress)
        /// Somebody behind the neighbour answers through it.
        case behind(IPAddress, through: IPAddress)
    }

    /// `nil` for yes, else what is missing.
    private var completion: ((_ lack: String?) -> Void)?
    private let question: Question
    private let own: IPAddress
    private let interface: String
    private let reactor: Reactor
    private let pause: Duration
    private var port: NeighbourPort?
    private var timers: [ReactorTimer] = []

    /// So often a question is repeated within its time: a packet may be lost.
    private static let repetitions = 5

    /// Asks over `interface`, as the address `own`.
    init(
        _ question: Question, over interface: String, as own: IPAddress, within limit: Duration, reactor: Reactor,
        completion: @escaping (_ lack: String?) -> Void
    ) {
        self.question = question
        self.own = own
        self.interface = interface
        self.reactor = reactor
        self.completion = completion
        pause = limit / Self.repetitions
        timers.append(reactor.after(limit) { [weak self] in self?.timeIsUp() })
        timers.append(reactor.after(.zero) { [weak self] in self?.begin() })
    }

    func cancel() {
        completion = nil
        end()
    }

    private func begin() {
        do throws(SystemError) {
            let entry = try AddressKeeper().interface(named: interface)
            guard let entry else { return finish("\(interface) is no interface of this host") }
            guard entry.isRunning else {
                return finish(entry.isUp ? "\(interface) has no carrier" : "\(interface) is down")
            }
            let port = try NeighbourPort(entry, isIPv6: own.isIPv6, reactor: reactor)
            self.port = port
            port.onStation = { [weak self] in self?.heardStation(of: $0) }
            port.onEcho = { [weak self] sender, _ in self?.heardEcho(of: sender) }
            ask()
        } catch {
            finish("\(error)")
        }
    }

    private func ask() {
        guard let port, completion != nil else { return }
        switch question {
        case .anybody(let neighbours):
            for neighbour in neighbours { port.find(neighbour, from: own) }
            port.askEverybody(from: own)
        case .neighbour(let neighbour): port.find(neighbour, from: own)
        case .behind(let destination, let neighbour):
            if port.find(neighbour, from: own) { port.ask(destination, through: neighbour, from: own) }
        }
        timers.append(reactor.after(pause) { [weak self] in self?.ask() })
    }

    private func heardStation(of neighbour: IPAddress) {
        switch question {
        case .anybody, .neighbour: finish(nil)
        case .behind(let destination, let neighbour): port?.ask(destination, through: neighbour, from: own)
        }
    }

    private func heardEcho(of sender: IPAddress) {
        switch question {
        case .anybody: if sender != own { finish(nil) }
        case .behind(let destination, _): if sender == destination { finish(nil) }
        case .neighbour: break
        }
    }

    private func timeIsUp() {
        switch question {
        case .anybody(let neighbours):
            let names = neighbours.map(\.description).joined(separator: ", ")
            finish("nobody answers on \(interface), neither \(names) nor anybody else")
        case .neighbour(let neighbour): finish("\(neighbour) does not answer on \(interface)")
        case .behind(let destination, let neighbour):
            finish("\(destination) does not answer through \(neighbour) on \(interface)")
        }
    }

    private func finish(_ lack: String?) {
        let completion = completion
        self.completion = nil
        end()
        completion?(lack)
    }

    private func end() {
        for timer in timers { timer.cancel() }
        timers = []
        port?.close()
        port = nil
    }
}
