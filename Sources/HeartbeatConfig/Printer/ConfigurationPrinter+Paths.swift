// What is watched of the network, as lines of ha.cf. Behind each probe stands how long it takes to notice.

import HeartbeatModel

extension ConfigurationPrinter {
    var pathLines: [String] {
        let echo = configuration.echoPort.map { ["udp_echo \($0)"] } ?? []
        let groups = configuration.probeGroups.map { group in
            "probe_group \(group.name) \(group.needed) \(group.members.joined(separator: " "))"
                + (group.action == .health ? "" : " action=\(group.action.rawValue)")
        }
        let partner = configuration.partnerService.map { service in
            ["partner_port \(service.port)" + (service.keyFile.map { " key=\($0)" } ?? "")]
        }
        return configuration.interfaces.map(text) + configuration.probes.map(text) + groups + echo + (partner ?? [])
    }

    private func text(_ rule: InterfaceRule) -> String {
        "link \(rule.interface) \(rule.role.rawValue)\(rule.isCable ? " cable" : "") debounce=\(rule.debounce.milliseconds)ms "
            + "up=\(rule.recovery.milliseconds)ms" + (rule.isOptional ? " optional" : "")
            + (rule.withdrawsRoutes ? " routes=withdraw" : "")
    }

    private func text(_ probe: PathProbe) -> String { "\(text(probe, line: nil))  # \(probe.times)" }

    /// - Parameter line: the line that it belongs to, which has its device.
    func text(_ probe: PathProbe, line: String?) -> String {
        let options = [
            line.map { "line=\($0)" } ?? probe.device.map { "dev=\($0)" }, probe.source.map { "source=\($0)" },
            probe.mark.map { "mark=\($0)" },
            "interval=\(probe.interval.milliseconds)ms", "timeout=\(probe.timeout.milliseconds)ms",
            "fall=\(probe.fall)",
            "rise=\(probe.rise)", probe.action == .health ? nil : "action=\(probe.action.rawValue)",
        ].compactMap(\.self)
        return "probe \(probe.name) \(options.joined(separator: " ")) \(ProbeTarget.text(probe.kind))"
    }
}

extension PathProbe {
    /// `trips after 4 s, recovers after 9 s`, both at most.
    package var times: String {
        "trips after \(tripsAfter.shortSeconds) s, recovers after \(recoversAfter.shortSeconds) s"
    }
}

extension Duration {
    /// `4`, or `0.25`.
    var shortSeconds: String {
        let text = decimalSeconds
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
