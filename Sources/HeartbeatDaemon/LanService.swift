// The node's redundant LANs: the `lan` line of ha.cf, kept by the same runner as faild's, its words told as facts.

import HeartbeatCore
import HeartbeatFaild
import HeartbeatLans
import HeartbeatLoop
import HeartbeatModel

/// Runs while ha.cf has a `lan` line.
final class LanService {
    private let facts: FactTeller
    private let reactor: Reactor
    private var running: (settings: LanConfiguration, keys: AuthenticationKeys, runner: LanRunner)?

    init(facts: FactTeller, reactor: Reactor) {
        self.facts = facts
        self.reactor = reactor
    }

    /// Begins, ends, or begins anew when the line or the keys have changed.
    func adopt(_ configuration: Configuration) {
        let keys = configuration.authentication
        if let running, running.settings == configuration.lan, running.keys == keys { return }
        close()
        guard let settings = configuration.lan else { return }
        let runner = LanRunner(settings, keys: keys, reactor: reactor)
        running = (settings, keys, runner)
        runner.onEvent = { [facts] event in facts.tell(event.shellEvent, "\(event)", event.fields) }
        runner.start()
    }

    /// Removes its routes.
    func close() {
        running?.runner.close()
        running = nil
    }
}

extension LanRunner.Event {
    fileprivate var shellEvent: ShellEvent {
        switch self {
        case .notice(.found), .notice(.forgotten): .lanHost
        case .notice(.lost): .lanLost
        case .notice(.back): .lanBack
        case .notice(.moved): .lanMoved
        case .notice(.unreachable): .lanUnreachable
        case .woken: .lanStreams
        case .notice(.tooManyHosts), .notice(.overlapping), .leftovers, .loosened, .trouble: .lanTrouble
        }
    }

    fileprivate var fields: [Fact.Field] {
        switch self {
        case .notice(.found(let host)), .notice(.forgotten(let host)), .notice(.unreachable(let host)):
            [Fact.Field(.peer, host)]
        case .notice(.lost(let host, let network, let count)), .notice(.back(let host, let network, let count)):
            [Fact.Field(.peer, host), Fact.Field(.medium, network), Fact.Field(.count, count)]
        case .notice(.moved(let host, let from, let to)):
            [Fact.Field(.peer, host), Fact.Field(.from, from), Fact.Field(.to, to)]
        case .woken(let count): [Fact.Field(.count, count)]
        case .notice(.tooManyHosts), .notice(.overlapping), .leftovers, .loosened, .trouble: []
        }
    }
}
