// What is said of nodes that an operator has taken out of service.

import HeartbeatModel

extension PairReading {
    /// The local node knows why and since when; of the other one it hears only that it is so.
    var problemsOfMaintenance: [Problem] {
        var result: [Problem] = []
        if let maintenance = facts.maintenance {
            let age = age(of: maintenance)
            result.append(
                problem(
                    .maintenance, [object(node: local)],
                    "\(local) is in maintenance\(lasting(age)): \(maintenance.reason)\(rest(of: maintenance))",
                    ["when it is done: hbctl maintenance off"], age: age))
        }
        if peersHealth?.isMaintained == true {
            result.append(
                problem(
                    .maintenance, [object(node: peerName)], "\(peerName) is in maintenance",
                    ["when it is done, on \(peerName): hbctl maintenance off"]))
        }
        return result
    }

    private func age(of maintenance: Maintenance) -> PairStatus.Age? {
        let since = maintenance.since * 1000
        guard maintenance.since > 0, since <= asked else { return nil }
        return PairStatus.Age(duration: .milliseconds(Int64(clamping: asked - since)), since: since)
    }

    private func rest(of maintenance: Maintenance) -> String {
        guard let until = maintenance.until, until * 1000 > asked, asked > 0 else { return "" }
        return ", \(Duration.milliseconds(Int64(clamping: until * 1000 - asked)).ageText) to go"
    }
}
