// What the shell adds to a view that only it knows, and answers that wait a moment for the other node's.

import HeartbeatConfig
import HeartbeatControl
import HeartbeatCore
import HeartbeatHost
import HeartbeatModel

extension NodeShell {
    func makeViews() -> ViewService {
        ViewService(
            configuration, reactor: reactor,
            node: ViewService.Node(
                peer: { [unowned self] in core.peerTakesViews ? peerName : nil },
                own: { [unowned self] in ownView(isAnswer: $0) }, heard: { [unowned self] in core.peerView },
                isSlow: { [unowned self] in isOnlySerialUp }, feed: { [unowned self] in feed($0) }))
    }

    private var peerName: NodeName? { configuration.peer(of: localNode) }

    private func ownView(isAnswer: Bool) -> PeerView {
        let now = reactor.now
        var view = core.view(isAnswer: isAnswer, at: now)
        view.version = Version.own
        view.up = now - birth
        view.lateness = lateness.fact?.high
        view.marks = views.marks
        view.maintenance = maintenance.current
        return view
    }

    /// The node is in maintenance, or is no more: the other one shows why.
    func maintained(_ event: Event) {
        feed(event)
        views.hasChanged()
    }

    private var isOnlySerialUp: Bool {
        let links = core.snapshot.nodes.first { $0.name == peerName }?.links.filter(\.isUp) ?? []
        let serial = configuration.media.filter { if case .serial = $0 { true } else { false } }.map(\.name)
        return !links.isEmpty && links.allSatisfy { serial.contains($0.medium) }
    }

    /// A request over the control socket. Only an answer that is to be fresh waits.
    func answer(_ request: ControlRequest, reply: @escaping (ControlReply) -> Void) {
        guard case .question(.facts(_, isFresh: true), _) = request else { return answerNow(request, reply: reply) }
        views.refresh { [unowned self] in answerNow(request, reply: reply) }
    }
}

extension Configuration {
    /// Of what both nodes must have the same in their files.
    var marks: ConfigurationMarks {
        let printer = ConfigurationPrinter(self)
        return ConfigurationMarks(
            textOfHaCf: printer.comparableHaCf, haresources: printer.haresources,
            authkeys: printer.comparableAuthkeys)
    }
}
