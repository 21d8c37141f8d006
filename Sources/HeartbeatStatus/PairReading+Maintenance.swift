// What is said of nodes that an operator has taken out of service.

import HeartbeatModel

extension PairReading {
    /// A report of the other node says that it is so; why, and since when, comes a little later.
    var problemsOfMaintenance: [Problem] {
        var result: [Problem] = []
        if let maintenance = facts.maintenance {
            result.append(problem(of: maintenance, on: local, "when it is done: hbctl maintenance off"))
        }
        guard peersHealth?.isMaintained == true else { return result }
        let remedy = "when it is done, on \(peerName): hbctl maintenance off"
        if let told = facts.peer?.view?.told.maintenance {
            result.append(problem(of: told, on: peerName, remedy))
        } else {
            result.append(
                problem(.maintenance, [object(node: peerName)], "\(peerName) is in maintenance", [remedy]))
        }
        return result
    }

    private func problem(of maintenance: Maintenance, on node: NodeName, _ remedy: String) -> Problem {
        let age = age(of: maintenance)
        return problem(
            .maintenance, [object(node: node)],
            "\(node) is in maintenance\(lasting(age)): \(maintenance.reason)\(rest(of: maintenance))", [remedy],
            age: age)
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
