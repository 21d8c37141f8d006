// The client that lives in the daemon: what `respawn USER …/ipfail` means on a node where no ipfail is installed. It uses the
// sessions as any other client does, with the rights of its user; only the socket between them is missing.

import Glibc
import HeartbeatClients
import HeartbeatLoop
import HeartbeatModel

/// Runs ``IPFail`` on the loop.
final class BuiltInIPFail {
    /// Never one of the socket's, which begin at 1.
    static let connection = ClientConnection(0)

    /// What it needs of its service.
    struct Service {
        var snapshot: () -> ClusterSnapshot
        var handle: (ClientEvent) -> Void
        /// Takes the body of a frame.
        var receive: ([Message.Field]) -> Void
        var note: (String) -> Void
    }

    private let reactor: Reactor
    private let service: Service
    private var decisions: IPFail
    private var inbox: [[Message.Field]] = []
    private var pause: ReactorTimer?
    private var hasEnded = false

    init(_ configuration: Configuration, reactor: Reactor, service: Service) {
        self.reactor = reactor
        self.service = service
        decisions = IPFail(configuration)
    }

    /// Signs on as its user, soon; who may not, is told so like every client.
    func begin(as peer: PeerCredentials) {
        reactor.after(.zero) { [weak self] in
            guard let self, !hasEnded else { return }
            service.handle(.connected(Self.connection, peer))
            service.receive(IPFail.signOn(peer))
        }
    }

    /// Signs off. Not while the effects of an event are being executed: they come first.
    func end() {
        hasEnded = true
        pause?.cancel()
        service.handle(.disconnected(Self.connection))
    }

    /// Takes a message. It is looked at when everything has been done that made it: on a socket it would be later, too.
    func hear(_ fields: [Message.Field]) {
        inbox.append(fields)
        guard inbox.count == 1 else { return }
        reactor.after(.zero) { [weak self] in self?.read() }
    }

    private func read() {
        let waiting = inbox
        inbox = []
        for fields in waiting where !hasEnded { execute(decisions.hear(fields, service.snapshot())) }
    }

    private func execute(_ effects: [IPFail.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let fields): service.receive(fields)
            case .pause(let duration):
                pause?.cancel()
                pause = reactor.after(duration) { [weak self] in
                    guard let self, !hasEnded else { return }
                    execute(decisions.pauseIsOver(service.snapshot()))
                }
            case .endPause: pause?.cancel()
            case .note(let text): service.note(text)
            }
        }
    }
}
