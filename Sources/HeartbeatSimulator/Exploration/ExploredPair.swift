// Two nodes and everything between them at one point of the exploration: the cores with their ownership, the machines, the
// letters under way. Time does not pass: a timer is due whenever the explorer says so, a status is heard when it says so, and
// whoever cannot be heard is silent for long enough. So nothing here is true only because something is quick.

import HeartbeatCore
import HeartbeatModel

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
        var now = ExploredPair.now
    }

    private static let medium = MediumName("eth0")
    /// The only instant there is, for whoever does not speak in vain.
    static let now = Instant(nanoseconds: 1_000_000_000)
    private static let never = now + .seconds(1_000_000)

    /// What may stand in the files of a node, and which of it does.
    private let files: [Configuration]
    private(set) var versions = [0, 1]
    let keys: [String]
    /// By node: groups whose starts, or stops, always fail.
    private(set) var broken: [[String]] = [[], []]
    private(set) var stuck: [[String]] = [[], []]
    /// Both nodes give sets only as a whole, as an earlier version did.
    let areOlder: Bool
    /// So many letters to the same node arrive in the order of the explorer's choice. With 1 operators ask for nothing while
    /// something is under way.
    let window: Int
    private(set) var sides: [Side?] = [nil, nil]
    private(set) var letters: [Letter] = []
    /// By node: the keys of what runs on the machine.
    private(set) var running: [[String]] = [[], []]
    /// By node: the keys of what a daemon that died has left up, and its successor has not stopped yet.
    private(set) var leftovers: [[String]] = [[], []]
    /// By key: the node that the network takes for the owner, because it was the last to start or to announce the group.
    private(set) var announced: [String: Int] = [:]
    private(set) var isCut = false
    /// The node that does not hear the other one, which hears it.
    private(set) var deaf: Int?
    /// The other one has had time to find it out.
    private(set) var hasSpokenInVain = false
    /// By key: who has run the group ever since both had agreed to it.
    private(set) var incumbents: [String: Int] = [:]
    /// A node took the other one for dead while that lived, and they are not of one mind yet.
    private(set) var areEstranged = false
    private(set) var budget: Budget
    private(set) var violation: String?
    private var generations: [UInt64] = [1, 1]
    private var requests: UInt64 = 0

    /// Both machines are off.
    init(_ files: [Configuration], areOlder: Bool, window: Int, budget: Budget) {
        self.files = files
        keys = files[0].groups.map(\.key)
        self.areOlder = areOlder
        self.window = window
        self.budget = budget
    }

    /// What may happen from here.
    mutating func allow(_ budget: Budget) { self.budget = budget }

    /// Whether starts of the first group fail on the first node from here on, and stops.
    mutating func spoilFirst(starts: Bool, stops: Bool = false) {
        broken[0] = starts ? [keys[0]] : []
        stuck[0] = stops ? [keys[0]] : []
    }

    // MARK: - What can happen

    var steps: [Step] {
        var steps: [Step] = []
        for place in letters.indices where isNext(place) {
            steps.append(.deliver(place, again: false))
            if budget.repeats > 0 { steps.append(.deliver(place, again: true)) }
            if budget.losses > 0, !letters[place].isMissed { steps.append(.miss(place)) }
        }
        for side in 0...1 { steps += self.steps(of: side) }
        if isParted {
            steps.append(.network(.heal))
        } else if sides.allSatisfy({ $0 != nil }) {
            if budget.cuts > 0 { steps.append(.network(.cut)) }
            if budget.deafness > 0 { steps.append(.network(.deafen(1))) }
        }
        return steps
    }

    /// One letter may overtake another, but not all: what is farther behind waits until its turn comes.
    private func isNext(_ place: Int) -> Bool {
        let letter = letters[place]
        // It must be asked for, and heard.
        guard !isParted || !letter.isMissed else { return false }
        return letters[..<place].count {
            $0.receiver == letter.receiver && $0.isMissed == letter.isMissed
        } < window
    }

    private func steps(of number: Int) -> [Step] {
        guard let side = sides[number] else { return budget.boots > 0 ? [.befall(number, .boot)] : [] }
        var steps: [Step] = []
        if let next = side.pending.first {
            let isSpoilt = isSpoilt(next.action, on: number)
            if !isSpoilt { steps.append(.finish(number, succeeds: true)) }
            if isSpoilt || budget.failures > 0 && next.action.verb == .start {
                steps.append(.finish(number, succeeds: false))
            }
        }
        if canHear(number) { steps.append(.hear(number)) }
        if side.core.timer != nil, isQuiet || budget.timeouts > 0 { steps.append(.timeOut(number)) }
        if mayDeclareDead(number) { steps.append(.declareDead(number)) }
        steps += mishaps(of: number, side)
        if maySpeakInVain(number) { steps.append(.speakInVain(number)) }
        if side.core.ownership.state == .stable, window > 1 || isQuiet {
            steps += budget.requests.map { .request(number, $0) }
        }
        return steps
    }

    private func mishaps(of number: Int, _ side: Side) -> [Step] {
        var steps: [Step] = []
        if budget.deaths > 0 { steps.append(.befall(number, .die)) }
        if budget.crashes > 0 {
            steps.append(.befall(number, .crash(isDone: false)))
            if !side.pending.isEmpty { steps.append(.befall(number, .crash(isDone: true))) }
        }
        if budget.lapses > 0, side.pending.isEmpty { steps += running[number].map { .befall(number, .lapse($0)) } }
        if budget.corrections > 0, versions[0] != versions[1], files[0] != files[1], window > 1 || isQuiet {
            steps.append(.correct(number))
        }
        return steps
    }

    private func isSpoilt(_ action: ResourceAction, on number: Int) -> Bool {
        switch action.verb {
        case .start: broken[number].contains(action.groupKey)
        case .stop: stuck[number].contains(action.groupKey)
        case .status: false
        }
    }

    /// The other one, which is deaf, goes on speaking, and both run the same.
    private func maySpeakInVain(_ number: Int) -> Bool {
        deaf == 1 - number && !hasSpokenInVain && isDouble && sides[1 - number] != nil && !canHear(number)
            && sides[number]?.core.node.peerIsAlive == true && !letters.contains { $0.receiver == number }
    }

    var isParted: Bool { isCut || deaf != nil }

    private func isDeaf(_ number: Int) -> Bool { isCut || deaf == number }

    /// Nothing is under way and nothing is to be heard.
    var isQuiet: Bool {
        letters.isEmpty && !isParted
            && (0...1).allSatisfy { sides[$0]?.pending.isEmpty ?? true }
            && (0...1).allSatisfy { !canHear($0) && !mayDeclareDead($0) }
    }

    /// The other node's status says what this one does not know.
    private func canHear(_ number: Int) -> Bool {
        guard !isDeaf(number), let side = sides[number], let other = sides[1 - number],
            let peer = side.core.node.membership.peer
        else { return false }
        return !peer.isAlive || peer.status != other.core.node.membership.status || !believesPresentLife(number)
    }

    /// The life that `number` takes for the other node's is the one it lives, as far as it has heard any.
    private func believesPresentLife(_ number: Int) -> Bool {
        sides[number]?.core.node.channel.lives?.believed == Generation(generations[1 - number])
    }

    private func mayDeclareDead(_ number: Int) -> Bool {
        guard let peer = sides[number]?.core.node.membership.peer, peer.standing != .dead else { return false }
        return isDeaf(number) || sides[1 - number] == nil || peer.isAlive && !believesPresentLife(number)
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
        case .befall(let number, let mishap): befall(number, mishap)
        case .network(let parting): part(parting)
        case .speakInVain(let number): speakInVain(number)
        case .correct(let number):
            budget.corrections -= 1
            versions[number] = versions[1 - number]
            incumbents = [:]
            feed(.reconfigured(configuration(number)), to: number)
        case .request(let number, let request):
            budget.requests.removeAll { $0 == request }
            requests += 1
            incumbents = [:]
            feed(.requested(request, RequestID(requests)), to: number)
        }
        reconcile()
        for number in 0...1 { problem(of: number).map { object($0) } }
    }

    private mutating func befall(_ number: Int, _ mishap: Mishap) {
        switch mishap {
        case .die:
            budget.deaths -= 1
            end(number)
            running[number] = []
            leftovers[number] = []
        case .crash(let isDone):
            budget.crashes -= 1
            if isDone { for call in sides[number]?.pending ?? [] { done(call.action, on: number) } }
            end(number)
        case .boot:
            budget.boots -= 1
            boot(number)
        case .lapse(let key):
            budget.lapses -= 1
            running[number].removeAll { $0 == key }
            let word = configuration(number).groups.first { $0.key == key }?.resources.last?.word ?? key
            feed(.resourceLost(groupKey: key, word: word), to: number)
        }
    }

    private mutating func part(_ parting: Parting) {
        switch parting {
        case .cut:
            budget.cuts -= 1
            isCut = true
            for place in letters.indices { letters[place].isMissed = true }
        case .deafen(let number):
            budget.deafness -= 1
            deaf = number
            // It is the one that is not heard who yields.
            incumbents = [:]
            for place in letters.indices where letters[place].receiver == number { letters[place].isMissed = true }
        case .heal:
            isCut = false
            deaf = nil
            hasSpokenInVain = false
        }
    }

    mutating func boot(_ number: Int) {
        generations[number] += 1
        let core = ClusterCore(
            configuration(number), local: name(number), uuid: .unknown,
            generation: Generation(generations[number]), host: HostSample(unixTime: 1, load: ""),
            randomSeed: UInt64(number), now: Self.now)
        sides[number] = Side(core: core)
        change(number) { $0.expireTimers(at: Self.now) }
    }

    private mutating func end(_ number: Int) {
        sides[number] = nil
        leftovers[number] = running[number]
        // Nobody is left who could send again what was missed.
        letters.removeAll { $0.receiver == number || $0.isMissed }
    }

    private mutating func feed(_ event: Event, to number: Int) {
        let now = sides[number]?.now ?? Self.now
        change(number) { $0.handle(event, at: now) }
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
        let now = sides[number]?.now ?? Self.now
        change(number) { core in
            guard let due = core.timer else { return [] }
            core.ownership.expireJoining(&core.node, at: due)
            core.ownership.expire(&core.node, at: due)
            core.ownership.decide(&core.node, at: now)
            return core.node.takeEffects()
        }
    }

    private mutating func declareDead(_ number: Int) {
        if isDeaf(number), sides[1 - number] != nil { areEstranged = true }
        let now = sides[number]?.now ?? Self.now
        change(number) { core in
            if let peer = core.node.membership.peer, peer.isAlive,
                let (rebirth, heard) = core.node.channel.followLaterLife(deadtime: .seconds(1), at: now)
            {
                core.peerRestarted(rebirth, at: heard)
            } else if let before = core.node.membership.peer?.expire(now: Self.never), before != .left {
                core.ownership.peerDied(&core.node, at: now)
            }
            core.ownership.decide(&core.node, at: now)
            return core.node.takeEffects()
        }
    }

    /// So many beats that the other one must have heard some of them, if it could, and that as many of its own have come.
    private mutating func speakInVain(_ number: Int) {
        hasSpokenInVain = true
        let configuration = configuration(number)
        for _ in 0..<Int(configuration.deadtime / configuration.keepalive + 1) {
            guard let now = sides[number].map({ $0.now + configuration.keepalive }) else { return }
            sides[number]?.now = now
            change(number) { $0.expireTimers(at: now) }
            hear(number)
        }
        objectionToDeaf(number).map { object($0) }
    }

    private mutating func finish(_ number: Int, succeeds: Bool) {
        guard let (action, id) = sides[number]?.pending.removeFirst() else { return }
        if succeeds {
            done(action, on: number)
        } else if !isSpoilt(action, on: number) {
            budget.failures -= 1
        }
        feed(.actionFinished(id, .exited(code: succeeds ? 0 : 1, output: "")), to: number)
    }

    private mutating func done(_ action: ResourceAction, on number: Int) {
        running[number].removeAll { $0 == action.groupKey }
        leftovers[number].removeAll { $0 == action.groupKey }
        guard action.verb == .start else { return }
        running[number].append(action.groupKey)
        announced[action.groupKey] = number
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
            case .handOn, .sign, .holdLease, .askKernels, .lookAtCarriers, .probe, .reply, .notify, .changed, .remember,
                .runHook, .bypass, .rememberPeer,
                .reboot:
                break
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
            if !isDeaf(1 - number) { feed(.received(message, over: Self.medium), to: 1 - number) }
            return
        // Asked for and repeated by the channel, whose letters arrive or are lost here.
        case .fencingReport, .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply, .unreadable: return
        }
        guard sides[1 - number] != nil else { return }
        let letter = areOlder ? message.asOfOlderVersion : message
        letters.append(Letter(receiver: 1 - number, message: letter, isMissed: isDeaf(1 - number)))
    }

    private mutating func perform(_ action: ResourceAction, _ id: ActionID, on number: Int) {
        objection(to: action, by: number).map { object($0) }
        guard action.verb == .status else {
            sides[number]?.pending.append((action, id))
            return
        }
        let isRunning = running[number].contains(action.groupKey)
        let result = ActionResult.exited(code: isRunning ? 0 : 3, output: isRunning ? "running" : "stopped")
        feed(.actionFinished(id, result), to: number)
    }

    func name(_ number: Int) -> NodeName { files[0].nodes[number] }

    func configuration(_ number: Int) -> Configuration { files[versions[number]] }

    /// The line is not the same in both files, apart from whose name it begins with.
    func isUnlike(_ key: String) -> Bool {
        let lines = (0...1).map { number in configuration(number).groups.first { $0.key == key }?.resources }
        return lines[0] != lines[1]
    }

    func isInFile(_ key: String) -> Bool { configuration(0).groups.contains { $0.key == key } }

    mutating func object(_ text: String) { violation = violation ?? text }

    // MARK: - What has become of the nodes' agreement

    private mutating func reconcile() {
        noteIncumbents()
        guard areEstranged else { return }
        let isDouble = isDouble
        if sides.contains(where: { $0 == nil }) && !isDouble || areOfOneMind && !isDouble { areEstranged = false }
    }

    private mutating func noteIncumbents() {
        let isMoving = sides.contains { side in
            guard let ownership = side?.core.ownership else { return false }
            if case .leaving = ownership.state { return true }
            return ownership.handover != .idle
        }
        if isMoving {
            incumbents = [:]
        } else if isQuiet, sides.allSatisfy({ $0?.core.timer == nil }) {
            incumbents = agreedServers
        }
        incumbents = incumbents.filter { sides[$1] != nil && running[$1].contains($0) }
    }
}

extension ClusterCore {
    /// When something is due that has to do with ownership, or with joining.
    var timer: Instant? {
        guard case .requesting(_, let retry?) = node.membership.joining else { return ownership.deadline }
        return ownership.deadline.map { min($0, retry) } ?? retry
    }
}
