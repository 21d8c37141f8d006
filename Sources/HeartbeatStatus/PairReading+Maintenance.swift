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
        // Seconds may be as many as a number holds, milliseconds then not.
        guard maintenance.since > 0, maintenance.since <= asked / 1000 else { return nil }
        let since = maintenance.since * 1000
        return PairStatus.Age(duration: .milliseconds(Int64(clamping: asked - since)), since: since)
    }

    private func rest(of maintenance: Maintenance) -> String {
        guard let until = maintenance.until, until > asked / 1000, asked > 0 else { return "" }
        let left = Duration.seconds(Int64(clamping: until)) - .milliseconds(Int64(clamping: asked))
        return ", \(left.ageText) to go"
    }
}
