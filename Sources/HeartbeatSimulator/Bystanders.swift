// What goes on beside the cluster on each machine: scripts that write into the FIFO, clients that come and go, an operator who
// changes the key, a daemon that remembers which paths its predecessor had lost. All of it is drawn beforehand, with random
// numbers of their own, so that a run without them is the same as ever.

import HeartbeatCore
import HeartbeatModel

/// One thing that somebody does on a machine.
enum Deed: Hashable {
    /// Somebody sends a message through the node.
    case inject(Message.Content, toPeer: Bool)
    /// The clients want to see other messages than before.
    case want(MessageInterest)
    /// Another key of authkeys is the current one, and the files are read again.
    case changeKey(to: Int)
    /// Somebody brings an address up, and the daemon finds it; or it believes to have found one.
    case leaveUp(number: Int, isThere: Bool)
    /// Somebody edits the file that must be the same on both machines.
    case editFile(UInt32)
    /// The daemon of this incarnation has read it for the first time.
    case readFile(Int)
    /// An operator takes the machine out of service, or puts it back.
    case maintain(Bool)
    /// An operator wants one group to run on the other node.
    case move(number: Int)
}

/// What is done beside the cluster in one run.
struct BystanderPlan {
    /// Of authkeys, the same on both nodes; which of them is current need not be.
    static let keys: Set<Int> = [1, 2]

    var deeds: [(time: Duration, host: Int, deed: Deed)] = []
    /// By node: the current key at the beginning.
    var currentKeys = [1, 1]
    /// A daemon learns which paths its predecessor had lost; otherwise the file cannot be written.
    var remembersPaths = false

    static let none = BystanderPlan()

    private init() {}

    init(trouble: Duration, using random: inout SplitMix64) {
        remembersPaths = random.chance(0.5)
        if random.chance(0.2) { draw(until: trouble, using: &random) { Self.drawMessage(using: &$0) } }
        if random.chance(0.2) { draw(until: trouble, using: &random) { .want(Self.drawInterest(using: &$0)) } }
        if random.chance(0.2) {
            currentKeys = currentKeys.map { _ in random.pick([1, 2]) }
            draw(until: trouble, using: &random) { .changeKey(to: $0.pick([1, 2])) }
        }
        guard random.chance(0.3) else { return }
        draw(until: trouble, using: &random) { random in
            .leaveUp(number: Int.random(in: 0...99, using: &random), isThere: random.chance(0.7))
        }
    }

    /// Orders to move single groups, with random numbers of their own.
    mutating func drawMoves(until end: Duration, using random: inout SplitMix64) {
        draw(until: end, using: &random) { .move(number: Int.random(in: 0...99, using: &$0)) }
    }

    private mutating func draw(
        until end: Duration, using random: inout SplitMix64, _ drawDeed: (inout SplitMix64) -> Deed
    ) {
        let pace = random.pick([Duration.seconds(2), .seconds(10), .seconds(40)])
        var time = random.duration(in: .zero...pace)
        while time < end {
            deeds.append((time, Int.random(in: 0...1, using: &random), drawDeed(&random)))
            time += random.duration(in: .milliseconds(10)...(pace * 2))
        }
    }

    /// What scripts of heartbeat 3 write for the node to do, and what clients say to each other.
    private static func drawMessage(using random: inout SplitMix64) -> Deed {
        let set = random.pick([HoldSet.all, .local, .foreign])
        let word = Message.Field(name: "word", value: .string("\(random.next())"))
        let content: Message.Content =
            switch Int.random(in: 0...5, using: &random) {
            case 0: .askResources(set, .me)
            case 1: .takeoverRequest(set)
            case 2: .other(type: "NS_word", fields: [word])
            default: .other(type: "word", fields: [word])
            }
        return .inject(content, toPeer: random.chance(0.3))
    }

    private static func drawInterest(using random: inout SplitMix64) -> MessageInterest {
        let kinds: [MessageInterest] = [.news, .unchanged, .aside, .repeated, .requests]
        return MessageInterest(kinds.filter { _ in random.chance(0.5) })
    }
}

extension World {
    func befall(_ host: Int, _ deed: Deed) {
        let machine = hosts[host]
        switch deed {
        case .inject(let content, let toPeer):
            guard machine.isUp else { return }
            note(host, "is given a message: \(content.summary)")
            let field = Message.Field(name: "from_id", value: .string("word"))
            feed(.injected(content, to: toPeer ? hosts[1 - host].name : nil, extraFields: [field]), to: host)
        case .want(let interest):
            guard machine.isUp else { return }
            note(host, "has clients that want \(interest.rawValue)")
            feed(.interestChanged(interest), to: host)
        case .changeKey(let key):
            guard key != machine.currentKey else { return }
            machine.currentKey = key
            note(host, "has key \(key) as the current one")
            if machine.isUp { feed(.reconfigured(configuration(of: host)), to: host) }
        case .leaveUp(let number, let isThere):
            leaveUp(number, isThere: isThere, on: host)
        case .editFile(let version): editFile(version, on: host)
        case .maintain(let isOn): maintain(isOn, host)
        case .move(let number):
            request(.move(configuration.groups[number % configuration.groups.count].key), of: host)
        case .readFile(let incarnation):
            if machine.isUp, machine.incarnation == incarnation { readFile(host) }
        }
    }

    /// An address of some group is up here; only where nothing of the group runs, and the daemon is not standing still.
    private func leaveUp(_ number: Int, isThere: Bool, on host: Int) {
        let machine = hosts[host]
        guard let core = machine.core, machine.stalledUntil == nil else { return }
        let places = configuration.groups.indices.flatMap { group in
            configuration.groups[group].steps.indices.map { ResourcePlace(group: group, position: $0) }
        }.filter { configuration.groups[$0.group].steps[$0.position].isAddresses }
        guard !places.isEmpty else { return }
        let place = places[number % places.count]
        let group = configuration.groups[place.group]
        let step = group.steps[place.position]
        let isAtRest = core.groupsAtRest.contains { $0.key == group.key && $0.steps == group.steps }
        let isShared = configuration.groups.indices.contains { other in
            other != place.group
                && !Set(configuration.groups[other].resources.map(\.word)).isDisjoint(with: group.resources.map(\.word))
        }
        if isThere, isAtRest, !isShared, core.ownership.state == .stable, !machine.active.contains(place.group) {
            note(host, "has \(step.word) from somebody else")
            machine.running.insert(place)
            machine.active.insert(place.group)
            machine.leftovers.insert(place.group)
            machine.foundLate.insert(place.group)
        }
        guard let word = step.resources.first?.word else { return }
        feed(.leftoverFound(groupKey: group.key, word: word), to: host)
    }

    /// The daemon of `host` has begun, and its predecessor has left word of what it had lost.
    func recallPaths(_ host: Int) {
        let names = hosts[host].lostPaths
        guard remembersPaths, !names.isEmpty else { return }
        note(host, "remembers that it has lost \(names.joined(separator: ", "))")
        feed(.pathsRecalled(names), to: host)
    }

    /// A message has come that was signed with `key`.
    func hear(_ message: Message, signedWith key: Int, over medium: MediumName, at host: Int) {
        let machine = hosts[host]
        // As many packets as a socket buffer holds; the kernel drops the rest. An exit status waits for ever.
        if machine.stalledUntil != nil, machine.backlog.count >= 300 { return }
        if key != machine.signingKey { feed(.keyUsed(key, by: message.source), to: host) }
        feed(.received(message, over: medium), to: host)
    }

    /// What the daemon itself, apart from its core, makes of an event.
    func noteShell(_ event: Event, _ host: Int) {
        fed[event.kind, default: 0] += 1
        switch event {
        case .reconfigured(let configuration): hosts[host].signingKey = configuration.authentication.current
        case .interestChanged(let interest): hosts[host].interest = interest
        case .kernel(.answered(let question, _)): noteAnswer(question, host)
        case .received, .keyUsed, .pingAnswered, .actionFinished, .requested, .injected, .resourceLost, .leftoverFound,
            .watched,
            .interfaceObserved, .pathProbed, .pathsRecalled, .peerRecalled, .linesObserved, .maintained, .filesRead,
            .hostSampled,
            .kernel:
            break
        }
    }

    // MARK: - What must be true

    /// What the daemon does that the other node does not see.
    func heed(_ effect: Effect, of host: Int) {
        if case .sign(let key) = effect { sign(withKey: key, on: host) }
        if case .remember(let names) = effect { hosts[host].lostPaths = names }
        if case .handOn(let message, let kind) = effect { handOn(message, kind, on: host) }
    }

    private func sign(withKey key: Int, on host: Int) {
        hosts[host].signingKey = key
        note(host, "signs with key \(key)")
        if !BystanderPlan.keys.contains(key) {
            checker.report("\(hosts[host].name) signs with key \(key), which nobody has", at: now)
        }
    }

    /// Nobody is given what nobody wants – only clients' own words are always looked at – and nothing twice as news.
    private func handOn(_ message: Message, _ kind: MessageInterest, on host: Int) {
        let machine = hosts[host]
        let isBetweenClients = if case .other = message.content { kind == .news } else { false }
        if !machine.interest.contains(kind), !isBetweenClients {
            checker.report("\(machine.name) hands on \(message.content.summary), which nobody wants", at: now)
        }
        guard kind == .news, let identity = message.identity else { return }
        if !machine.handedOn.insert(HandedOn(source: message.source, identity: identity)).inserted {
            checker.report("\(machine.name) hands on \(message.content.summary) twice as news", at: now)
        }
    }

    /// What is not for the node itself goes out once, as it was written.
    func checkInjected(_ event: Event, _ effects: [Effect], _ host: Int) {
        guard case .injected(let content, let destination, let fields) = event else { return }
        if case .askResources(_, .me) = content { return }
        let copies = effects.count {
            guard case .transmit(let message) = $0 else { return false }
            return message.content == content && message.destination == destination && message.extraFields == fields
        }
        if copies != 1 {
            checker.report("\(hosts[host].name) sends \(content.summary) \(copies) times, not once", at: now)
        }
    }
}

/// Names a message that clients were given.
struct HandedOn: Hashable {
    var source: NodeName
    var identity: MessageIdentity
}
