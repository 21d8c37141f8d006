// What must never happen, checked after every step. Without fencing two nodes that cannot hear each other both own the
// service – that is the honest limit of a pair – so double ownership is forgiven exactly when the second owner had heard
// nothing for as long as the first had asked for, and for no other reason.

import HeartbeatCore
import HeartbeatModel

/// The rules of safety.
struct SafetyChecker {
    /// A node hears nothing, but is heard.
    private struct OneWay {
        var deaf: Int
        /// The deaf daemon: one that begins anew without hearing anybody is not judged.
        var incarnation: Int
        var since: Instant
        /// Since when both have held the same set and the other, settled, has put up with it.
        var bothHoldSince: Instant?
    }

    /// A takeover excuses starts for this long: the scripts of a whole group, each in its timeout.
    private static let excuse = Duration.seconds(120)

    private(set) var violations: [String] = []
    /// Times a node took over because the other had fallen silent.
    private(set) var takeovers = 0
    private var oneWay: OneWay?
    private var incumbents: IncumbentChecker
    private var answers: AnswerChecker
    let configuration: Configuration

    init(configuration: Configuration) {
        self.configuration = configuration
        incumbents = IncumbentChecker(configuration: configuration)
        answers = AnswerChecker(configuration: configuration)
    }

    mutating func report(_ text: String, at time: Instant) {
        guard violations.count < 5 else { return }
        violations.append("at \(time.nanoseconds / 1_000_000) ms: \(text)")
    }

    /// After every step.
    mutating func check(_ world: World) {
        checkDeafness(world)
        incumbents.check(world)
        if let problem = answers.problem(in: world) { report(problem, at: world.now) }
        for host in world.hosts where host.stalledUntil == nil {
            guard let deadline = host.core?.nextDeadline else { continue }
            let late = host.localTime(world.now) - deadline
            if late > .milliseconds(1) { report("\(host.name) sleeps past its deadline by \(late)", at: world.now) }
        }
    }

    // MARK: - One-way partitions

    /// A deaf node that takes over is never going to learn that the other still lives, so the other must yield.
    private mutating func checkDeafness(_ world: World) {
        guard let deaf = world.network.deafSender else {
            oneWay = nil
            return
        }
        let incarnation = world.hosts[deaf].incarnation
        if oneWay?.deaf != deaf || oneWay?.incarnation != incarnation {
            oneWay = OneWay(deaf: deaf, incarnation: incarnation, since: world.now)
        }
        guard let oneWay, bothHold(world, oneWay) else {
            oneWay?.bothHoldSince = nil
            return
        }
        let since = oneWay.bothHoldSince ?? world.now
        self.oneWay?.bothHoldSince = since
        guard world.now - since > configuration.keepalive * 4 + .seconds(1) else { return }
        if !hasJustBegun(oneWay, world) {
            report("\(world.hosts[1 - deaf].name) does not yield to a deaf peer", at: world.now)
        }
    }

    /// Whether a node is deaf shows in a deadtime: from when it is heard, if both directions were cut before or it stood
    /// still, and from when there is something to hear, if the listener did.
    private func hasJustBegun(_ oneWay: OneWay, _ world: World) -> Bool {
        let patience = configuration.deadtime + configuration.keepalive * 2
        if world.now - oneWay.since < patience { return true }
        return world.hosts.contains { host in
            guard let standstill = host.standstill, let ended = standstill.ended else { return false }
            return ended - standstill.began > configuration.keepalive && host.localTime(world.now) - ended < patience
        }
    }

    private func bothHold(_ world: World, _ oneWay: OneWay) -> Bool {
        let deaf = world.hosts[oneWay.deaf]
        let listener = world.hosts[1 - oneWay.deaf]
        // What it took over before is nothing that the listener has been told, nor is it told again.
        guard let tookOver = deaf.tookOverAt, tookOver > oneWay.since,
            listener.tookOverAt.map({ $0 < tookOver }) ?? true,
            deaf.bootedAt + configuration.initdead * 3 < deaf.localTime(oneWay.since),
            listener.stalledUntil == nil, let theirs = deaf.core?.snapshot, let ours = listener.core?.snapshot
        else { return false }
        return !ours.isInTransition && !ours.hold.isDisjoint(with: theirs.hold.seenByPeer)
    }

    // MARK: - Leftovers

    /// A node becomes a member only when nothing is left up of an earlier daemon, or somebody knows
    /// that it will not stop.
    mutating func said(_ status: NodeStatus, host: Int, world: World) {
        let machine = world.hosts[host]
        guard status == .active else { return }
        for group in machine.leftovers.subtracting(machine.foundLate) {
            report("\(machine.name) is active with \(configuration.groups[group].key) left up", at: world.now)
        }
    }

    // MARK: - Scripts

    mutating func began(_ action: ResourceAction, _ place: ResourcePlace, host: Int, world: World) {
        let machine = world.hosts[host]
        if machine.busy[place.group] != nil {
            report("\(machine.name) runs two actions of \(action.groupKey) at once", at: world.now)
        }
        for other in configuration.groups.indices where other != place.group {
            guard machine.busy[other] == action.step else { continue }
            report("\(machine.name) calls \(action.step.word) for two groups at once", at: world.now)
        }
        switch action.verb {
        case .start: checkStart(action, place, host: host, world: world)
        case .stop: checkStop(action, place, machine, at: world.now)
        case .status: break
        }
    }

    private mutating func checkStart(_ action: ResourceAction, _ place: ResourcePlace, host: Int, world: World) {
        let machine = world.hosts[host]
        if machine.leftovers.contains(place.group) {
            report("\(machine.name) starts \(action.step.word), left up by an earlier daemon", at: world.now)
        }
        for earlier in 0..<place.position {
            let left = ResourcePlace(group: place.group, position: earlier)
            // What has just died by itself need not be known yet.
            guard !machine.running.contains(left), !machine.died.contains(left) else { continue }
            report("\(machine.name) starts \(action.step.word) before what stands left of it", at: world.now)
        }
        for other in world.hosts.indices where other != host {
            // What a crashed daemon leaves up is nobody's.
            guard world.hosts[other].active.contains(place.group), !world.hosts[other].leftovers.contains(place.group)
            else { continue }
            if isRecent(machine, world.now) { continue }
            // The other took over from us, and no word of that has reached us yet.
            if isRecent(world.hosts[other], world.now), !hasHeardOfTakeover(machine, by: world.hosts[other]) {
                continue
            }
            report(
                "\(machine.name) starts \(action.step.word) of \(action.groupKey), which is active on "
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
        let count = configuration.groups[place.group].steps.count
        for later in (place.position + 1)..<max(count, place.position + 1)
        where machine.running.contains(ResourcePlace(group: place.group, position: later)) {
            report("\(machine.name) stops \(action.step.word) before what stands right of it", at: time)
        }
    }

    // MARK: - Takeover

    mutating func changed(_ transition: Transition, host: Int, world: World) {
        switch transition {
        case .nodeDied(let node): checkDeath(of: node, host: host, world: world)
        case .movingForHealth: checkMove(host: host, world: world)
        case .group(let key, .releasing): incumbents.released(key, by: host)
        case .yielding(let set):
            if let problem = incumbents.problem(with: set, of: host, in: world) { report(problem, at: world.now) }
        case .takingOverAll(from: _?): checkTakeover(host: host, world: world)
        case .handover(.offered(isFailback: true)):
            if let objection = world.objection(toFailbackBy: host) {
                report("\(world.hosts[host].name) gives groups back by itself, although \(objection)", at: world.now)
            }
        case .linkChanged, .pingNodeReturned, .joined, .reconfigured, .shuttingDown, .allReleased, .lost,
            .takingOverAll(from: nil), .peerLeaves, .adopting, .moving, .claimed, .handover, .group, .groupTrouble:
            break
        }
    }

    private mutating func checkTakeover(host: Int, world: World) {
        takeovers += 1
        let machine = world.hosts[host]
        let local = machine.localTime(world.now)
        let word = machine.heardPeerAt ?? machine.playedTo?.lowerBound
        let needed = word == nil ? configuration.initdead : configuration.deadtime
        let silence = local - (word ?? machine.bootedAt)
        if silence < needed, let objection = world.objection(toQuickDeathBy: host, after: silence) {
            report(
                "\(machine.name) takes over after \(silence.milliseconds) ms of silence, although \(objection)",
                at: world.now)
        }
        if hasJustStoodStill(host, world) {
            report("\(machine.name) takes over for its own standstill", at: world.now)
        }
    }

    // MARK: - Moves for the network's sake

    /// The groups go to a node that is better off, or was at some time since the giver last lost something, for news may be
    /// old; and only when something has changed since they last went.
    private mutating func checkMove(host: Int, world: World) {
        // What happens to a path is known when it is asked after.
        let lag = configuration.probes.isEmpty ? Duration.zero : .seconds(2)
        let own = world.losses(of: host, inTheLast: lag)
        let theirs = world.losses(of: 1 - host, inTheLast: world.now - (world.hosts[host].lostAt ?? .zero) + lag)
        let machine = world.hosts[host]
        // What happened meanwhile is read one by one.
        let hasJustStoodStill = machine.standstill?.ended == machine.localTime(world.now)
        // What another pair does is no loss of this world's.
        if world.partner == nil, own.upperBound <= theirs.lowerBound, !hasJustStoodStill {
            report("\(world.hosts[host].name) moves its groups to a node that is no better off", at: world.now)
        }
        if world.hosts[host].reasonsToMove <= 0 {
            report("\(world.hosts[host].name) moves its groups again although nothing has changed", at: world.now)
        }
    }

    /// A dead peer is found out in time: old statuses that were long under way do not keep it alive.
    private mutating func checkDeath(of node: NodeName, host: Int, world: World) {
        let machine = world.hosts[host]
        // Who has no carrier waits with its verdict, and hears what comes meanwhile.
        guard node == world.hosts[1 - host].name, !world.isWithoutCarrier(host) else { return }
        let patience = max(configuration.deadtime, machine.peersLease + LeaseTimes.margin)
        var due = machine.bootedAt + configuration.initdead
        for sign in [
            machine.heardPeerAt, machine.peerChangedAt, machine.playedTo?.upperBound, machine.promisedAt,
            machine.servedAt,
        ] {
            due = max(due, sign.map { $0 + patience } ?? due)
        }
        if let sighted = machine.sightedAt {
            due = max(due, (machine.standstill?.noticed(sighted) ?? sighted) + configuration.deadtime)
        }
        if let ended = machine.standstill?.ended { due = max(due, ended + configuration.keepalive * 2) }
        due = max(due, machine.mayBeAloneUntil ?? due)
        let late = machine.localTime(world.now) - due
        if late > .milliseconds(10) {
            report("\(machine.name) declares \(node) dead \(late.milliseconds) ms late", at: world.now)
        }
    }

    /// It did not run for long, and has not listened for long enough since to tell that the peer is silent.
    private func hasJustStoodStill(_ host: Int, _ world: World) -> Bool {
        let machine = world.hosts[host]
        let peer = world.hosts[1 - host]
        guard let standstill = machine.standstill, let ended = standstill.ended, let heard = standstill.heardPeerAt
        else { return false }
        // What died before the standstill, or in it, may be found dead at once.
        guard peer.isUp, peer.incarnation == standstill.peerIncarnation,
            standstill.began - heard < configuration.deadtime
        else { return false }
        let margin = Duration.milliseconds(10)
        return ended - standstill.began > configuration.keepalive * 2 + margin
            && machine.localTime(world.now) - ended < configuration.keepalive * 2 - margin
    }

    /// The daemon ended by itself; what it says is still up is no secret.
    mutating func stopped(host: Int, stillUp keys: [String], world: World) {
        if world.hosts[host].active.contains(where: { !keys.contains(configuration.groups[$0].key) }) {
            report("\(world.hosts[host].name) ends with resources active", at: world.now)
        }
    }
}
