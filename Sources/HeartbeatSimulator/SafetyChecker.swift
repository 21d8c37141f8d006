// What must never happen, checked after every step. Without fencing two nodes that cannot hear each other both own the
// service – that is the honest limit of a pair – so double ownership is forgiven exactly when the second owner had heard
// nothing for as long as the first had asked for, and for no other reason.

import HeartbeatCore
import HeartbeatModel

/// The rules of safety.
struct SafetyChecker {
    /// A takeover excuses starts for this long: the scripts of a whole group, each in its timeout.
    private static let excuse = Duration.seconds(120)

    private(set) var violations: [String] = []
    /// Times a node took over because the other had fallen silent.
    private(set) var takeovers = 0
    let configuration: Configuration

    init(configuration: Configuration) {
        self.configuration = configuration
    }

    mutating func report(_ text: String, at time: Instant) {
        guard violations.count < 5 else { return }
        violations.append("at \(time.nanoseconds / 1_000_000) ms: \(text)")
    }

    /// After every step.
    mutating func check(_ world: World) {
        for host in world.hosts where host.stalledUntil == nil {
            guard let deadline = host.core?.nextDeadline else { continue }
            let late = host.localTime(world.now) - deadline
            if late > .milliseconds(1) { report("\(host.name) sleeps past its deadline by \(late)", at: world.now) }
        }
    }

    // MARK: - Scripts

    mutating func began(_ action: ResourceAction, _ place: ResourcePlace, host: Int, world: World) {
        let machine = world.hosts[host]
        if machine.busy[place.group] != nil {
            report("\(machine.name) runs two actions of \(action.groupKey) at once", at: world.now)
        }
        switch action.verb {
        case .start: checkStart(action, place, host: host, world: world)
        case .stop: checkStop(action, place, machine, at: world.now)
        case .status: break
        }
    }

    private mutating func checkStart(_ action: ResourceAction, _ place: ResourcePlace, host: Int, world: World) {
        let machine = world.hosts[host]
        for earlier in 0..<place.position
        where !machine.running.contains(ResourcePlace(group: place.group, position: earlier)) {
            report("\(machine.name) starts \(action.resource.word) before what stands left of it", at: world.now)
        }
        for other in world.hosts.indices where other != host {
            guard world.hosts[other].active.contains(place.group) else { continue }
            if isRecent(machine, world.now) { continue }
            // The other took over from us, and no word of that has reached us yet.
            if isRecent(world.hosts[other], world.now), !hasHeardOfTakeover(machine, by: world.hosts[other]) {
                continue
            }
            report(
                "\(machine.name) starts \(action.resource.word) of \(action.groupKey), which is active on "
                    + "\(world.hosts[other].name)", at: world.now)
        }
    }

    private func isRecent(_ machine: Host, _ now: Instant) -> Bool {
        machine.tookOverAt.map { now - $0 < Self.excuse } ?? false
    }

    private func hasHeardOfTakeover(_ machine: Host, by other: Host) -> Bool {
        guard let heard = machine.newestReportHeard else { return false }
        return other.sentBeforeTakeover.map { heard > $0 } ?? true
    }

    private mutating func checkStop(_ action: ResourceAction, _ place: ResourcePlace, _ machine: Host, at time: Instant)
    {
        let count = configuration.groups[place.group].resources.count
        for later in (place.position + 1)..<max(count, place.position + 1)
        where machine.running.contains(ResourcePlace(group: place.group, position: later)) {
            report("\(machine.name) stops \(action.resource.word) before what stands right of it", at: time)
        }
    }

    // MARK: - Takeover

    mutating func noticed(_ notice: Notice, host: Int, world: World) {
        guard case .holdings(.takingOverAll(let dead)) = notice, dead != nil else { return }
        takeovers += 1
        let machine = world.hosts[host]
        let local = machine.localTime(world.now)
        let needed = machine.heardPeerAt == nil ? configuration.initdead : configuration.deadtime
        let silence = local - (machine.heardPeerAt ?? machine.bootedAt)
        if silence < needed {
            report("\(machine.name) takes over after \(silence.milliseconds) ms of silence", at: world.now)
        }
    }

    mutating func stopped(host: Int, world: World) {
        if !world.hosts[host].active.isEmpty {
            report("\(world.hosts[host].name) ends with resources active", at: world.now)
        }
    }
}
