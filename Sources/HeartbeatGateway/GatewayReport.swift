// How a gateway service stands on this host, for whoever asks: sentences, the most important first.

import HeartbeatModel

extension GatewayMachine {
    /// What this host does, who serves, and who could.
    package var report: [String] {
        [role] + standing
            + table.hosts.map { host in
                let part = host.name == table.master?.name ? "serves" : "is a backup"
                return "\(host.name), priority \(host.priority), \(part)"
            }
    }

    private var standing: [String] {
        local == configured ? [] : ["this host counts as priority \(local.priority), not \(configured.priority)"]
    }

    private var role: String {
        switch state {
        case .starting: "begins: looks whether somebody serves"
        case .backup: table.master.map { "backup of \($0.name)" } ?? "backup; nobody serves that it knows of"
        case .handover: "wants to take over"
        case .service(let state): state.stopsAt == nil ? "serves" : "serves until a backup is ready, and stops then"
        case .leaving: "stops serving"
        case .released: "has stopped serving, and waits for a backup to take over"
        case .final: "has ended"
        }
    }
}
