// Two nodes and everything between them at one point of the exploration: the cores with their ownership, the machines, the
// letters under way. Time does not pass: a timer is due whenever the explorer says so, a status is heard when it says so, and
// whoever cannot be heard is silent for long enough. So nothing here is true only because something is quick.

import HeartbeatCore
import HeartbeatModel

/// What may still happen of each kind that is not the protocol's own.
package struct Budget: Hashable, Sendable {
    /// Machines that lose their power.
    package var deaths = 0
    /// Machines that are switched on.
    package var boots = 0
    /// Times that the nodes cannot hear each other.
    package var cuts = 0
    /// Messages that do not arrive before they are asked for again.
    package var losses = 0
    /// Messages that arrive once more.
    package var repeats = 0
    /// Starts that fail.
    package var failures = 0
    /// Timers that are due although something else is under way.
    package var timeouts = 0
    /// What operators ask for, each once, of either node.
    package var requests: [OperatorRequest] = []

    package init(
        deaths: Int = 0, boots: Int = 0, cuts: Int = 0, losses: Int = 0, repeats: Int = 0, failures: Int = 0,
        timeouts: Int = 0, requests: [OperatorRequest] = []
    ) {
        self.deaths = deaths
        self.boots = boots
        self.cuts = cuts
        self.losses = losses
        self.repeats = repeats
        self.failures = failures
        self.timeouts = timeouts
        self.requests = requests
    }
}

/// One thing that can happen next.
enum Step: Hashable {
    /// The letter at this place arrives; `again` if it stays under way.
    case deliver(Int, again: Bool)
    case miss(Int)
    /// The script call that has waited longest on a node ends.
    case finish(Int, succeeds: Bool)
    /// A node hears the other one's status.
    case hear(Int)
    /// A node's next timer is due.
    case timeOut(Int)
    /// The other node has been silent for its deadtime.
    case declareDead(Int)
    case die(Int)
    case boot(Int)
    case cut
    case heal
    case request(Int, OperatorRequest)
}

/// A state of the exploration.
struct ExploredPair {
    /// A message under way.
    struct Letter {
        var receiver: Int
        var message: Message
        /// It did not arrive. The receiver finds the gap and asks again, so it comes some time.
        var isMissed = false
    }

    /// A node whose daemon runs.
    struct Side {
        var core: ClusterCore
        /// Script calls under way.
        var pending: [(action: ResourceAction, id: ActionID)] = []
    }

    private static let medium = MediumName("eth0")
    /// The only instant there is.
    static let now = Instant(nanoseconds: 1_000_000_000)
    private static let never = now + .seconds(1_000_000)

    let configuration: Configuration
    /// Both nodes give sets only as a whole, as an earlier version did.
    let areOlder: Bool
    /// So many letters to the same node arrive in the order of the explorer's choice. With 1 operators ask for nothing while
    /// something is under way.
    let window: Int
    private(set) var sides: [Side?] = [nil, nil]
    private(set) var letters: [Letter] = []
    /// By node: the keys of what runs on the machine.
    private(set) var running: [[String]] = [[], []]
    /// By key: the node that the network takes for the owner, because it was the last to start or to announce the group.
    private(set) var announced: [String: Int] = [:]
    private(set) var isCut = false
    /// A node took the other one for dead while that lived, and they are not of one mind yet.
    private(set) var areEstranged = false
    private(set) var budget: Budget
    private(set) var violation: String?
    private var generations: [UInt64] = [1, 1]
    private var requests: UInt64 = 0

    /// Both machines are off.
    init(_ configuration: Configuration, areOlder: Bool, window: Int, budget: Budget) {
        self.configuration = configuration
        self.areOlder = areOlder
        self.window = window
        self.budget = budget
    }

    /// What may happen from here.
    mutating func allow(_ budget: Budget) { self.budget = budget }

    // MARK: - What can happen

    var steps: [Step] {
        var steps: [Step] = []
        for place in letters.indices where isNext(place) {
            steps.append(.deliver(place, again: false))
            if budget.repeats > 0 { steps.append(.deliver(place, again: true)) }
            if budget.losses > 0, !letters[place].isMissed { steps.append(.miss(place)) }
        }
        for side in 0...1 { steps += self.steps(of: side) }
        if isCut {
            steps.append(.heal)
        } else if budget.cuts > 0, sides.allSatisfy({ $0 != nil }) {
            steps.append(.cut)
        }
        return steps
    }

    /// One letter may overtake another, but not all: what is farther behind waits until its turn comes.
    private func isNext(_ place: Int) -> Bool {
        let letter = letters[place]
        guard !isCut || !letter.isMissed else { return false }
        return letters[..<place].count {
            $0.receiver == letter.receiver && $0.isMissed == letter.isMissed
        } < window
    }

    private func steps(of number: Int) -> [Step] {
        guard let side = sides[number] else { return budget.boots > 0 ? [.boot(number)] : [] }
        var steps: [Step] = []
        if let next = side.pending.first {
            steps.append(.finish(number, succeeds: true))
            if budget.failures > 0, next.action.verb == .start { steps.append(.finish(number, succeeds: false)) }
        }
        if canHear(number) { steps.append(.hear(number)) }
        if side.core.timer != nil, isQuiet || budget.timeouts > 0 { steps.append(.timeOut(number)) }
        if mayDeclareDead(number) { steps.append(.declareDead(number)) }
        if budget.deaths > 0 { steps.append(.die(number)) }
        if side.core.ownership.state == .stable, window > 1 || isQuiet {
            steps += budget.requests.map { .request(number, $0) }
        }
        return steps
    }

    /// Nothing is under way and nothing is to be heard.
    var isQuiet: Bool {
        letters.isEmpty && !isCut
            && (0...1).allSatisfy { sides[$0]?.pending.isEmpty ?? true }
            && (0...1).allSatisfy { !canHear($0) && !mayDeclareDead($0) }
    }

    /// The other node's status says what this one does not know.
    private func canHear(_ number: Int) -> Bool {
        guard !isCut, let side = sides[number], let other = sides[1 - number], let peer = side.core.node.membership.peer
        else { return false }
        return !peer.isAlive || peer.status != other.core.node.membership.status || !believesPresentLife(number)
    }

    /// The life that `number` takes for the other node's is the one it lives, as far as it has heard any.
    private func believesPresentLife(_ number: Int) -> Bool {
        sides[number]?.core.node.channel.lives?.believed == Generation(generations[1 - number])
    }

    private func mayDeclareDead(_ number: Int) -> Bool {
        guard let peer = sides[number]?.core.node.membership.peer, peer.standing != .dead else { return false }
        return isCut || sides[1 - number] == nil || peer.isAlive && !believesPresentLife(number)
    }

    /// Only the way to it is of interest any more.
    mutating func forget() {
        sides = [nil, nil]
        letters = []
    }

    // MARK: - What happens

    mutating func take(_ step: Step) {
        switch step {
        case .deliver(let place, let again):
            let letter = letters[place]
            if again { budget.repeats -= 1 } else { letters.remove(at: place) }
            feed(.received(letter.message, over: Self.medium), to: letter.receiver)
        case .miss(let place):
            budget.losses -= 1
            letters[place].isMissed = true
        case .finish(let number, let succeeds): finish(number, succeeds: succeeds)
        case .hear(let number): hear(number)
        case .timeOut(let number): timeOut(number)
        case .declareDead(let number): declareDead(number)
        case .die(let number):
            budget.deaths -= 1
            end(number)
            running[number] = []
        case .boot(let number):
            budget.boots -= 1
            boot(number)
        case .cut:
            budget.cuts -= 1
            isCut = true
            for place in letters.indices { letters[place].isMissed = true }
        case .heal: isCut = false
        case .request(let number, let request):
            budget.requests.removeAll { $0 == request }
            requests += 1
            feed(.requested(request, RequestID(requests)), to: number)
        }
        reconcile()
    }

    mutating func boot(_ number: Int) {
        generations[number] += 1
        let core = ClusterCore(
            configuration, local: configuration.nodes[number], uuid: .unknown,
            generation: Generation(generations[number]), host: HostSample(unixTime: 1, load: ""),
            randomSeed: UInt64(number), now: Self.now)
        sides[number] = Side(core: core)
        change(number) { $0.expireTimers(at: Self.now) }
    }

    private mutating func end(_ number: Int) {
        sides[number] = nil
        // Nobody is left who could send again what was missed.
        letters.removeAll { $0.receiver == number || $0.isMissed }
    }

    private mutating func feed(_ event: Event, to number: Int) {
        change(number) { $0.handle(event, at: Self.now) }
    }

    /// The status is newer than what was heard before, whatever is still under way.
    private mutating func hear(_ number: Int) {
        let sender = 1 - number
        sides[sender]?.core.node.sendStatus()
        guard let effects = sides[sender]?.core.node.takeEffects() else { return }
        for case .transmit(let message) in effects { feed(.received(message, over: Self.medium), to: number) }
    }

    private mutating func timeOut(_ number: Int) {
        if !isQuiet { budget.timeouts -= 1 }
        change(number) { core in
            guard let due = core.timer else { return [] }
            core.ownership.expireJoining(&core.node, at: due)
            core.ownership.expire(&core.node, at: due)
            core.ownership.decide(&core.node, at: Self.now)
            return core.node.takeEffects()
        }
    }

    private mutating func declareDead(_ number: Int) {
        if isCut, sides[1 - number] != nil { areEstranged = true }
        change(number) { core in
            if let peer = core.node.membership.peer, peer.isAlive,
                let (rebirth, heard) = core.node.channel.followLaterLife(deadtime: .seconds(1), at: Self.now)
            {
                core.peerRestarted(rebirth, at: heard)
            } else if let before = core.node.membership.peer?.expire(now: Self.never), before != .left {
                core.ownership.peerDied(&core.node, at: Self.now)
            }
            core.ownership.decide(&core.node, at: Self.now)
            return core.node.takeEffects()
        }
    }

    private mutating func finish(_ number: Int, succeeds: Bool) {
        guard let (action, id) = sides[number]?.pending.removeFirst() else { return }
        if succeeds {
            running[number].removeAll { $0 == action.groupKey }
            if action.verb == .start {
                running[number].append(action.groupKey)
                announced[action.groupKey] = number
            }
        } else {
            budget.failures -= 1
        }
        feed(.actionFinished(id, .exited(code: succeeds ? 0 : 1, output: "")), to: number)
    }

    // MARK: - What a node wants done

    private mutating func change(_ number: Int, _ work: (inout ClusterCore) -> [Effect]) {
        guard var side = sides[number] else { return }
        // Its own place is the only owner, so that nothing is copied.
        sides[number] = nil
        let effects = work(&side.core)
        sides[number] = side
        execute(effects, of: number)
    }

    private mutating func execute(_ effects: [Effect], of number: Int) {
        for effect in effects {
            switch effect {
            case .transmit(let message), .transmitAtLeisure(let message): post(message, of: number)
            case .perform(let action, let id): perform(action, id, on: number)
            case .stop(let stillUp):
                if stillUp.isEmpty, !running[number].isEmpty { object("\(name(number)) ends with \(running[number])") }
                end(number)
            case .beginAnew(let known):
                generations[number] = max(generations[number], known.number)
                end(number)
                boot(number)
            case .announce(let group): announced[group.key] = number
            case .handOn, .sign, .holdLease, .probe, .reply, .notify, .changed, .remember, .runHook, .reboot: break
            }
        }
    }

    private mutating func post(_ message: Message, of number: Int) {
        switch message.content {
        // Heard when the explorer says so.
        case .status: return
        case .starting, .resource, .askResources, .takeoverRequest, .shutdownDone: break
        // Nothing about ownership is in them, so when they arrive does not matter.
        case .requestNodes, .nodes, .other:
            if !isCut { feed(.received(message, over: Self.medium), to: 1 - number) }
            return
        // Asked for and repeated by the channel, whose letters arrive or are lost here.
        case .fencingReport, .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply, .unreadable: return
        }
        guard sides[1 - number] != nil else { return }
        let letter = areOlder ? message.asOfOlderVersion : message
        letters.append(Letter(receiver: 1 - number, message: letter, isMissed: isCut))
    }

    private mutating func perform(_ action: ResourceAction, _ id: ActionID, on number: Int) {
        let key = action.groupKey
        switch action.verb {
        case .status:
            let isRunning = running[number].contains(key)
            feed(
                .actionFinished(id, .exited(code: isRunning ? 0 : 3, output: isRunning ? "running" : "stopped")),
                to: number)
        case .start:
            if isActive(key, on: 1 - number), !areEstranged {
                object("\(name(number)) starts \(key), which is active on \(name(1 - number))")
            }
            if knowsOfClaim(to: key, number) {
                object("\(name(number)) starts \(key), which the other node has told that it claims")
            }
            sides[number]?.pending.append((action, id))
        case .stop:
            sides[number]?.pending.append((action, id))
        }
    }

    /// The other node is heard, claims the group's set by its last word, and has not told that the group failed there.
    private func knowsOfClaim(to key: String, _ number: Int) -> Bool {
        guard let core = sides[number]?.core, core.node.peerIsAlive, let peer = core.ownership.peer,
            let group = configuration.groups.first(where: { $0.key == key })
        else { return false }
        let set = group.preferredNode == name(number) ? HoldSet.local : .foreign
        return peer.claimed.contains(set) && peer.claim?.failed.contains(key) != true
    }

    private func name(_ number: Int) -> NodeName { configuration.nodes[number] }

    private mutating func object(_ text: String) { violation = violation ?? text }

    // MARK: - What must be true

    private func isActive(_ key: String, on number: Int) -> Bool {
        running[number].contains(key)
            || sides[number]?.pending.contains { $0.action.groupKey == key && $0.action.verb == .start } ?? false
    }

    /// Both are of one mind about every set.
    private var areOfOneMind: Bool {
        guard let one = sides[0]?.core, let other = sides[1]?.core, one.node.peerIsAlive, other.node.peerIsAlive else {
            return false
        }
        return [one, other].allSatisfy { $0.ownership.state == .stable && $0.ownership.dispute == .none }
            && one.ownership.own.held.seenByPeer == HoldSet.all.subtracting(other.ownership.own.held)
    }

    private mutating func reconcile() {
        guard areEstranged else { return }
        let isDouble = configuration.groups.contains { isActive($0.key, on: 0) && isActive($0.key, on: 1) }
        if sides.contains(where: { $0 == nil }) && !isDouble || areOfOneMind && !isDouble { areEstranged = false }
    }

    /// What is wrong with a state in which nothing more happens by itself.
    var problemAtRest: String? {
        guard isQuiet, sides.allSatisfy({ $0?.core.timer == nil }) else { return nil }
        let cores = sides.compactMap { $0?.core }
        guard !cores.isEmpty else { return nil }
        if let odd = cores.first(where: { $0.ownership.state != .stable }) {
            return "\(odd.node.name) is \(odd.ownership.state)"
        }
        for group in configuration.groups {
            let owners = (0...1).filter { running[$0].contains(group.key) }
            // What could not be started anywhere waits for an operator.
            let hasFailed = cores.contains { $0.snapshot.state(of: group.key) == .failed }
            guard owners.count == 1 || owners.isEmpty && hasFailed else {
                return "\(group.key) is active on \(owners.isEmpty ? "no node" : "both nodes")"
            }
            if let owner = owners.first, announced[group.key] != owner {
                return "\(group.key) runs on \(name(owner)), and the other node was the last to announce it"
            }
        }
        if cores.count == 2, let doubtful = cores.first(where: { !$0.ownership.own.isAgreed }) {
            return "\(doubtful.node.name) does not know whether the other node agrees"
        }
        return cores.count == 2 && !areOfOneMind ? "the nodes are not of one mind" : nil
    }
}

extension ClusterCore {
    /// When something is due that has to do with ownership, or with joining.
    fileprivate var timer: Instant? {
        guard case .requesting(_, let retry?) = node.membership.joining else { return ownership.deadline }
        return ownership.deadline.map { min($0, retry) } ?? retry
    }
}
