// Who belongs to the cluster and what runs beside it, as lines of ha.cf.

import HeartbeatModel

extension ConfigurationPrinter {
    /// Nodes and ping nodes in their order, neighbouring nodes in one line.
    var memberLines: [String] {
        let natural = configuration.nodes + configuration.pingNodes.map(\.name)
        var lines: [String] = []
        var isInNodes = false
        for name in configuration.memberOrder.isEmpty ? natural : configuration.memberOrder {
            if let ping = configuration.pingNodes.first(where: { $0.name == name }) {
                lines.append(text(ping))
                isInNodes = false
            } else if isInNodes {
                lines[lines.count - 1] += " \(name)"
            } else {
                lines.append("node \(name)")
                isInNodes = true
            }
        }
        return lines
    }

    private func text(_ node: PingNode) -> String {
        if node.isGroup { return "ping_group \(node.name) \(node.hosts.joined(separator: " "))" }
        return "\(node.isIPv6 ? "ping6" : "ping") \(node.hosts.joined(separator: " "))"
    }

    /// Programs and permissions.
    var clientLines: [String] {
        let permissions = configuration.clientPermissions.map { permission in
            let users = permission.users.joined(separator: ",")
            let groups = permission.groups.joined(separator: ",")
            return "apiauth \(permission.client) uid=\(users) gid=\(groups)"
        }
        return permissions
            + configuration.clientPrograms.map {
                "\($0.isFailFast ? "failfast" : "respawn") \($0.user) \($0.command)"
            }
    }
}
