// The line that `systemctl status` shows: what this node does, who else is there, what does not work. A pure text.

import HeartbeatModel

/// `holds all resources; node gw2 is active; 2 of 3 links up; medium eth1 does not work`.
func serviceStatus(_ snapshot: ClusterSnapshot, failedMedia: [MediumName], isStopping: Bool) -> String {
    let peers = snapshot.nodes.filter { $0.name != snapshot.localNode && !$0.isPingNode }
    let silent = snapshot.nodes.filter { $0.isPingNode && $0.status != .ping }
    let links = peers.flatMap(\.links)
    var parts = isStopping ? ["stopping"] : []
    parts.append(role(snapshot))
    parts += groups(snapshot)
    parts += peers.map { "node \($0.name) is \(word(for: $0.status))" }
    if !links.isEmpty { parts.append("\(links.count(where: \.isUp)) of \(links.count) links up") }
    parts += failedMedia.map { "medium \($0) does not work" }
    let lost = snapshot.watched.filter { $0.state == .lost && $0.kind != .heartbeat }
    if !lost.isEmpty { parts.append("lost: \(lost.map(\.name).joined(separator: ", "))") }
    parts += silent.map { "ping node \($0.name) is \(word(for: $0.status))" }
    return parts.joined(separator: "; ")
}

private func role(_ snapshot: ClusterSnapshot) -> String {
    let own = snapshot.nodes.first { $0.name == snapshot.localNode }?.status ?? .initializing
    switch own {
    case .initializing, .up: return snapshot.hold.isEmpty ? "joining the cluster" : "holds \(snapshot.hold) resources"
    case .active, .dead, .ping: return "holds \(snapshot.hold.isEmpty ? "no" : "\(snapshot.hold)") resources"
    }
}

/// What is not at rest, or not as it should be.
private func groups(_ snapshot: ClusterSnapshot) -> [String] {
    snapshot.groups.compactMap { group in
        switch group.state {
        case .stopped, .running: nil
        case .withheld: "\(group.key) is withheld until the other node has stopped it or agrees"
        case .unknown: "looking what runs of \(group.key)"
        case .acquiring: "acquiring \(group.key)"
        case .releasing: "releasing \(group.key)"
        case .failed: "\(group.key) failed here"
        case .stopFailed: "\(group.key) cannot be stopped"
        }
    }
}

private func word(for status: NodeStatus) -> String {
    switch status {
    case .initializing: "not heard yet"
    case .up: "joining"
    case .active: "active"
    case .dead: "dead"
    case .ping: "reachable"
    }
}
