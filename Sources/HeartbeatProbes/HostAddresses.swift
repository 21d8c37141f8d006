// The addresses of the hosts that probes ask. A name is looked up once and kept, because a probe shall tell of a path, not of
// a name server; after a question that failed it is looked up again, because the host may have moved.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

final class HostAddresses {
    typealias Answer = Result<IPAddress, SystemError>

    private struct Entry {
        var address: IPAddress?
        var lookedUp: Instant
        var isLookingUp = false
        var waiting: [(Answer) -> Void] = []
    }

    private struct Key: Hashable {
        var host: String
        var isIPv6: Bool?
    }

    private let reactor: Reactor
    private var entries: [Key: Entry] = [:]

    /// A name of a host that does not answer is looked up again so often.
    private static let patience = Duration.seconds(60)

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// Tells the address, at once if it is known. `isIPv6` is the version wanted; `nil` takes what comes first.
    func find(_ host: String, isIPv6: Bool?, _ found: @escaping (Answer) -> Void) {
        let key = Key(host: host, isIPv6: isIPv6)
        if let address = entries[key]?.address { return found(.success(address)) }
        entries[key, default: Entry(lookedUp: reactor.now)].waiting.append(found)
        lookUp(key)
    }

    /// A question to this host got no answer.
    func doubt(_ host: String) {
        for (key, entry) in entries where key.host == host && reactor.now - entry.lookedUp >= Self.patience {
            lookUp(key)
        }
    }

    private func lookUp(_ key: Key) {
        guard entries[key]?.isLookingUp == false else { return }
        entries[key]?.isLookingUp = true
        entries[key]?.lookedUp = reactor.now
        NameLookup.address(of: key.host, isIPv6: key.isIPv6, on: reactor.eventLoop) { [weak self] in
            self?.lookedUp(key, $0)
        }
    }

    private func lookedUp(_ key: Key, _ answer: Answer) {
        let waiting = entries[key]?.waiting ?? []
        entries[key]?.waiting = []
        entries[key]?.isLookingUp = false
        // An address that was good once is better than none.
        if case .success(let address) = answer { entries[key]?.address = address }
        waiting.forEach { $0(answer) }
    }
}
