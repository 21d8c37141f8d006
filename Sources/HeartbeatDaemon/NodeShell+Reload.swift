// Taking up changed files in a running node: media and probes are opened and closed, the core is told the rest.

import Glibc
import HeartbeatCore
import HeartbeatMedia
import HeartbeatModel
import HeartbeatWire

extension NodeShell {
    /// Takes up the files that were read again: what has not changed goes on untouched. What needs a restart is named;
    /// false when that is so much that nothing was taken up.
    func adopt(_ new: Configuration) -> Bool {
        guard Set(new.nodes) == Set(configuration.nodes) else {
            facts.tell(
                .reloadRefused,
                "ha.cf: the `node` lines have changed, which needs a restart of both nodes; nothing was read again")
            return false
        }
        for name in new.changesForNextStart(from: configuration) {
            facts.tell(.reloadIncomplete, "ha.cf: a change of `\(name)` takes effect at the next start")
        }
        configuration = new
        codec = MessageCodec(keys: new.authentication, format: new.messageFormat)
        lease.adopt(new)
        guardian.adopt(new, memory: lease.memory)
        actions.adopt(new)
        clients.adopt(new)
        hooks.adopt(new)
        book.adopt(new)
        services.adopt(new)
        media.adopt(new.media)
        bypass.adopt(new)
        adoptProbes()
        lans.adopt(new)
        lines.adopt(new)
        feed(.reconfigured(new))
        network.adopt(new)
        kernels.adopt(new)
        files.adopt(new)
        views.adopt(new)
        return true
    }

    /// Closes the probes of ping nodes that are no more, opens those of new ones.
    func adoptProbes() {
        let nodes = configuration.pingNodes
        for (name, probe) in probes where !nodes.contains(probe.node) {
            probe.close()
            probes[name] = nil
        }
        for (index, node) in nodes.enumerated() where probes[node.name] == nil {
            let probe = PingProbe(
                node, identifier: UInt16(truncatingIfNeeded: Int(getpid()) + index), reactor: reactor)
            probe.onReply = { [unowned self] payload, _ in answered(payload, from: node.name) }
            probe.onEvent = { [unowned self] in happened($0, to: "ping \(node.name)") }
            probes[node.name] = probe
            probe.open()
        }
    }
}

extension Configuration {
    /// The directives whose change a running daemon cannot take up.
    fileprivate func changesForNextStart(from old: Configuration) -> [String] {
        var names: [String] = []
        if realtime.isEnabled != old.realtime.isEnabled { names.append("realtime") }
        if realtime.priority != old.realtime.priority { names.append("rtprio") }
        if watchdog != old.watchdog { names.append("watchdog") }
        if (leaseTimes == nil) != (old.leaseTimes == nil) { names.append("lease") }
        if generationFromTime != old.generationFromTime { names.append("hbgenmethod") }
        if uuidFromNodeName != old.uuidFromNodeName { names.append("uuidfrom") }
        return names
    }
}
