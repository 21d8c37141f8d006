// What really runs on the machines: scripts begin and end, resources die, and what the daemon gives up is believed.

import HeartbeatCore
import HeartbeatModel

extension World {
    func perform(_ action: ResourceAction, _ id: ActionID, on host: Int) {
        guard let place = place(of: action) else {
            checker.report("action for unknown resource \(action.step.word)", at: now)
            return
        }
        note(host, "runs \(action.step.word) \(action.verb.rawValue)")
        watcher?(host, .began(action))
        if action.verb == .start, hosts[host].hasStray(place.group) {
            // It is the node's to run by now, and its own from here on.
            hosts[host].leftovers.remove(place.group)
            hosts[host].foundLate.remove(place.group)
        }
        checker.began(action, place, host: host, world: self)
        hosts[host].busy[place.group] = action.step
        if action.verb == .status { hosts[host].asking.insert(place.group) }
        // What runs may be looked at for ever.
        if action.verb != .status, !scripts.isStuck(configuration.groups[place.group]) { lastScript = now }
        if action.verb == .start { hosts[host].active.insert(place.group) }
        let isRunning = hosts[host].running.contains(place)
        let (result, delay) = scripts.outcome(
            of: action, on: hosts[host].name, isRunning: isRunning, using: &random)
        queue.insert(
            .scriptEnd(host: host, incarnation: hosts[host].incarnation, id, action, result), at: now + delay)
    }

    func scriptEnded(_ host: Int, _ id: ActionID, _ action: ResourceAction, _ result: ActionResult) {
        guard let place = place(of: action) else { return }
        watcher?(host, .ended(action, result))
        hosts[host].busy[place.group] = nil
        hosts[host].asking.remove(place.group)
        if case .exited(0, _) = result {
            switch action.verb {
            case .start:
                hosts[host].running.insert(place)
                hosts[host].died.remove(place)
                network(hears: place, from: host)
            case .stop:
                let wasUp = hosts[host].running.remove(place) != nil
                // Nobody has announced a stray. Who has asked for it asks again when the answer is old, or hears the other
                // node, which announces what it serves when it hears that this one has stopped it.
                if wasUp, !hosts[host].hasStray(place.group) { network(hears: place, from: host) }
            case .status:
                break
            }
        }
        let isLast = place.position == 0 || hosts[host].hasStray(place.group)
        if action.verb == .stop, isLast, !hosts[host].running.contains(where: { $0.group == place.group }) {
            hosts[host].active.remove(place.group)
            hosts[host].leftovers.remove(place.group)
            hosts[host].stuck.remove(place.group)
            hosts[host].died = hosts[host].died.filter { $0.group != place.group }
        }
        feed(.actionFinished(id, result), to: host)
    }

    private func place(of action: ResourceAction) -> ResourcePlace? {
        guard let group = configuration.groups.firstIndex(where: { $0.key == action.groupKey }),
            let position = configuration.groups[group].steps.firstIndex(of: action.step)
        else { return nil }
        return ResourcePlace(group: group, position: position)
    }

    /// Something that runs stops running by itself.
    func die(_ place: ResourcePlace, on host: Int) {
        guard hosts[host].running.remove(place) != nil else { return }
        let step = configuration.groups[place.group].steps[place.position]
        hosts[host].died.insert(place)
        network(hears: place, from: host)
        if hosts[host].leftovers.contains(place.group),
            !hosts[host].running.contains(where: { $0.group == place.group })
        {
            hosts[host].leftovers.remove(place.group)
            hosts[host].active.remove(place.group)
        }
        note(host, "loses \(step.word)")
        guard hosts[host].isUp, step.isAddresses, let word = step.resources.last?.word else { return }
        feed(.resourceLost(groupKey: configuration.groups[place.group].key, word: word), to: host)
    }

    /// Everything that runs on a machine and that its daemon would miss.
    func mortalPlaces(on host: Int) -> [ResourcePlace] {
        hosts[host].running.filter { place in
            let step = configuration.groups[place.group].steps[place.position]
            return step.isAddresses || step.monitorInterval != nil
        }.sorted { ($0.group, $0.position) < ($1.group, $1.position) }
    }

    func happened(_ trouble: GroupTrouble, _ step: ResourceStep, _ key: String, _ host: Int) {
        switch trouble {
        case .stopFailed:
            // Somebody has been told, and it is the daemon's own from now on.
            let groups = configuration.groups.indices.filter { configuration.groups[$0].key == key }
            hosts[host].leftovers.subtract(groups)
            hosts[host].stuck.formUnion(groups)
        case .stopFailureIgnored:
            // The owner of the machines has decided that it counts as stopped.
            hosts[host].running = hosts[host].running.filter { place in
                configuration.groups[place.group].key != key
                    || configuration.groups[place.group].steps[place.position] != step
            }
        case .foundRunning, .leftoverAddress, .startFailed, .checkFailed, .checkNotRun, .addressRemoved,
            .failedTooOften, .stopRetry,
            .stopFailureReboots, .stopUnjustlyFailed:
            break
        }
    }
}
