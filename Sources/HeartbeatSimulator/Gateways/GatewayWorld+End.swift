// What must be when nothing goes wrong any more.

import HeartbeatGateway
import HeartbeatModel

extension GatewayWorld {
    /// The best host that can serve does, as they count, nobody else, and everybody's table says so.
    func judgeEnd(_ when: String) {
        let fit = hosts.indices.filter { !hosts[$0].hasDeadUplink }
        guard let best = fit.max(by: { hosts[$0].rank < hosts[$1].rank }) else { return }
        for host in hosts.indices {
            let name = hosts[host].host.name
            let isServing = hosts[host].hasRovingDown && hosts[host].hasRovingUp
            if isServing != (host == best) {
                checker.report("\(name) \(isServing ? "serves" : "does not serve") \(when)", at: now)
            }
            guard let table = hosts[host].machine?.table, !hosts[host].hasDeadUplink else { continue }
            if table.master != hosts[best].rank {
                checker.report("\(name) has a table in which another one serves \(when)", at: now)
            }
            for backup in fit where table.host(hosts[backup].host.name) == nil {
                checker.report("\(name) has a table without \(hosts[backup].host.name) \(when)", at: now)
            }
        }
    }
}
