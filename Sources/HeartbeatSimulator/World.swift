// A cluster of two machines in virtual time: pops the next happening, moves the clock, feeds the core that it concerns and
// executes its effects with the same exhaustive switch as the daemon's shell. What happens *to* the machines is decided
// elsewhere (`Faults`, `Scenario`); whether it was right, by the checkers.

import HeartbeatCore
import HeartbeatModel
import HeartbeatWire

/// The simulated world: an object, because those who judge it look at all of it after every step.
final class World {
    enum Happening {
        case arrival(host: Int, incarnation: Int, Message, over: MediumName, key: Int)
        case wakeup(host: Int, number: UInt64)
        case scriptEnd(host: Int, incarnation: Int, ActionID, ResourceAction, ActionResult)
        case stallEnd(host: Int)
        case boot(host: Int)
        case network(NetworkChange)
        case probe(host: Int, incarnation: Int, String)
        case lines(host: Int, incarnation: Int)
        case replay(Replay)
        case deed(host: Int, Deed)
        case kernelAnswer(host: Int, incarnation: Int, KernelQuestion)
        /// Something the driver of the world planned; it gets it back by number.
        case planned(Int)
    }

    private static let longestFlood = Duration.seconds(5)

    private(set) var now = Instant.zero
    let configuration: Configuration
    /// Keys of groups that a node has in its file under its own name, whoever is preferred.
    var ownNames: [NodeName: Set<String>] = [:]
    var hosts: [Host]
    var network: Network
    var neighbours = Neighbours()
    var scripts: ScriptWorld
    var random: SplitMix64
    var trace: Trace
    var checker: SafetyChecker
    /// Who plays messages again; nobody does in most runs.
    var recorder: Recorder?
    /// Is told what the nodes say and do, by host.
    var watcher: ((Int, PairSight) -> Void)?
    /// The nodes hear each other's reports as those of an older version, which gives sets only as a whole and does not know
    /// of lines that each node has under its own name.
    var areOfOlderVersion = false
    /// The kernels answer for service addresses only while they are told to.
    var hasLease = false
    /// A machine that stands still takes its kernel along.
    var pausesMachines = false
    /// On which both machines stand.
    var lans: [Lan] = []
    /// Cables between the nodes that are out.
    var pulled: Set<String> = []
    /// What comes of a question of a host to the node of another pair at the other end of its tunnel; `nil`: there is no other pair.
    var partner: ((_ host: Int) -> PathAnswer)?
    /// Daemons learn which paths their predecessors had lost.
    var remembersPaths = false
    /// How many events of each kind the nodes were fed.
    var fed: [EventKind: Int] = [:]
    /// `nil`: the programs stay as they are.
    var replacements: ProgramReplacements?
    var queue = HappeningQueue<Happening>()
    private let codec: MessageCodec
    private var lastRequest: UInt64 = 0
    private(set) var openRequests: Set<RequestID> = []
    private(set) var steps = 0
    /// When a script was last called.
    var lastScript = Instant.zero
    private var wakeupsAtThisInstant = 0
    private var quietAt = Instant.zero
    private var stepsThisSecond = (second: Int64(0), count: 0)

    init(
        configuration: Configuration, hosts: [Host], network: Network, scripts: ScriptWorld, seed: UInt64, trace: Trace
    ) {
        self.configuration = configuration
        self.hosts = hosts
        self.network = network
        self.scripts = scripts
        self.trace = trace
        random = SplitMix64(seed: seed)
        checker = SafetyChecker(configuration: configuration)
        let key = AuthenticationKey(id: 1, method: .sha1, secret: Array("simulated".utf8))
        codec = MessageCodec(keys: AuthenticationKeys(current: 1, keys: [key]), format: .classic)
    }

    /// A perfect one: 1 ms from node to node, the same for every script, clocks that agree, no accident that is not asked for.
    static func calm(_ configuration: Configuration, scripts duration: Duration, trace: Trace) -> World {
        var quality = LinkQuality()
        quality.delay = .milliseconds(1)...(.milliseconds(1))
        var scripts = ScriptWorld()
        scripts.duration = duration...duration
        let hosts = configuration.nodes.enumerated().map { index, name in
            Host(name: name, number: UInt8(index + 1), clockRate: 1, clockOffset: .zero, generation: 0)
        }
        return World(
            configuration: configuration, hosts: hosts,
            network: Network(media: configuration.media.map(\.name), quality: quality), scripts: scripts, seed: 1,
            trace: trace)
    }

    // MARK: - Running

    /// The next planned happening that comes due, after executing everything before it; `nil` at `end`.
    func run(until end: Instant) -> Int? {
        while let time = queue.nextTime, time <= end, checker.violations.isEmpty {
            guard let (time, happening) = queue.popFirst() else { break }
            if time > now { wakeupsAtThisInstant = 0 }
            now = max(now, time)
            steps += 1
            watchForFlood()
            if case .planned(let number) = happening { return number }
            execute(happening)
            // What is due now may still be in the queue for this very instant.
            if let next = queue.nextTime, next > now { checker.check(self) }
        }
        now = max(now, end)
        return nil
    }

    /// Answers that call for answers never end.
    private func watchForFlood() {
        let second = now.nanoseconds / 1_000_000_000
        if second != stepsThisSecond.second {
            if second > stepsThisSecond.second + 1 || stepsThisSecond.count < 1000 { quietAt = now }
            stepsThisSecond = (second, 0)
        }
        stepsThisSecond.count += 1
        if now - quietAt > Self.longestFlood { checker.report("the nodes flood each other", at: now) }
    }

    func plan(_ number: Int, at time: Instant) {
        queue.insert(.planned(number), at: time)
    }

    private func execute(_ happening: Happening) {
        switch happening {
        case .arrival(let host, let incarnation, let message, let medium, let key):
            guard lives(host, incarnation) else { return }
            trace.arrival(message, at: hosts[host].name, at: now)
            hear(message, signedWith: key, over: medium, at: host)
        case .wakeup(let host, let number):
            guard hosts[host].isUp, hosts[host].wakeup == number, hosts[host].stalledUntil == nil else { return }
            wakeupsAtThisInstant += 1
            if wakeupsAtThisInstant > 1000 { checker.report("\(hosts[host].name) spins", at: now) }
            expire(host)
        case .scriptEnd(let host, let incarnation, let id, let action, let result):
            if lives(host, incarnation) { scriptEnded(host, id, action, result) }
        case .stallEnd(let host):
            endStall(host)
        case .boot(let host):
            boot(host)
        case .network(let change):
            self.change(change)
        case .probe(let host, let incarnation, let name):
            if lives(host, incarnation) { ask(name, host) }
        case .lines(let host, let incarnation):
            if lives(host, incarnation) { lookAfterLines(host) }
        case .replay(let replay):
            play(replay)
        case .deed(let host, let deed):
            befall(host, deed)
        case .kernelAnswer(let host, let incarnation, let question):
            if lives(host, incarnation) {
                feed(.kernel(.answered(question, by: station(of: question, from: host))), to: host)
            }
        case .planned:
            preconditionFailure("planned happenings are the driver's")
        }
    }

    private func lives(_ host: Int, _ incarnation: Int) -> Bool {
        hosts[host].isUp && hosts[host].incarnation == incarnation
    }

    // MARK: - Machines

    /// Switches a machine on at once, with a daemon that has forgotten everything but its generation.
    func boot(_ host: Int, losingGeneration: Bool = false) {
        guard !hosts[host].isUp else { return }
        hosts[host].incarnation += 1
        // Without the file the daemon starts from the clock (observed); with it, one higher than before.
        let fromClock = unixTime + 1
        hosts[host].generation =
            losingGeneration ? max(fromClock, hosts[host].generation + 1) : hosts[host].generation + 1
        let local = hosts[host].localTime(now)
        hosts[host].bootedAt = local
        hosts[host].begunAt = now
        hosts[host].foundLate = []
        let sample = HostSample(unixTime: unixTime, load: "0.00 0.00 0.00 1/1 1")
        hosts[host].core = ClusterCore(
            configuration(of: host), local: hosts[host].name, uuid: hosts[host].uuid,
            generation: Generation(hosts[host].generation), host: sample, randomSeed: random.next(), now: local)
        hosts[host].signingKey = hosts[host].currentKey
        note(host, "boots with generation \(hosts[host].generation)")
        if hosts[host].isMaintained { tellMaintenance(host) }
        recallPaths(host)
        recallPeer(host)
        feed(.hostSampled(sample), to: host)
        setUpLease(host)
        watchNetwork(host)
        standOnLans(host)
        planReadingFile(host)
        power(host, isOn: true)
    }

    /// What stands in the files of a machine.
    func configuration(of host: Int) -> Configuration {
        let name = hosts[host].name
        var own = configuration
        own.authentication.current = hosts[host].currentKey
        own.groups = configuration.groups.map {
            ownNames[name]?.contains($0.key) == true ? $0.preferring(name) : $0
        }
        return own
    }

    /// Somebody mends the line in the file of a machine, and has it read again.
    func correct(_ key: String, on host: Int) {
        ownNames[hosts[host].name]?.remove(key)
        note(host, "has \(key) in haresources as the others")
        if hosts[host].isUp { feed(.reconfigured(configuration(of: host)), to: host) }
    }

    func planBoot(_ host: Int, after delay: Duration) {
        queue.insert(.boot(host: host), at: now + delay)
    }

    func losePower(_ host: Int) {
        note(host, "loses power")
        for place in hosts[host].running { network(hears: place, from: host) }
        hosts[host].losePower()
        power(host, isOn: false)
    }

    /// The daemon dies, and the scripts under way with it; what runs goes on running without it.
    func crash(_ host: Int) {
        guard hosts[host].isUp else { return }
        note(host, "loses its daemon")
        for (group, step) in hosts[host].busy.sorted(by: { $0.key < $1.key }) {
            guard let position = configuration.groups[group].steps.firstIndex(of: step) else { continue }
            // Nobody knows how far it came.
            guard random.chance(0.5), !hosts[host].asking.contains(group) else { continue }
            let place = ResourcePlace(group: group, position: position)
            hosts[host].running.insert(place)
            network(hears: place, from: host)
        }
        hosts[host].crashDaemon()
    }

    /// - Parameter isPaused: the whole machine stands still.
    func stall(_ host: Int, for duration: Duration, isPaused: Bool = false) {
        guard hosts[host].isUp, hosts[host].stalledUntil == nil else { return }
        hosts[host].isPaused = isPaused
        hosts[host].isSuspended = isPaused && random.chance(0.5)
        let what = hosts[host].isSuspended ? "is suspended" : isPaused ? "is paused" : "stands still"
        note(host, "\(what) for \(duration.milliseconds) ms")
        hosts[host].stalledUntil = now + duration
        hosts[host].standstill = Standstill(
            began: hosts[host].localTime(now), heardPeerAt: hosts[host].heardPeerAt,
            peerIncarnation: hosts[1 - host].isUp ? hosts[1 - host].incarnation : nil)
        queue.insert(.stallEnd(host: host), at: now + duration)
    }

    private func endStall(_ host: Int) {
        guard let end = hosts[host].stalledUntil, end <= now else { return }
        hosts[host].stalledUntil = nil
        hosts[host].isPaused = false
        let mayBeAlone = wakeUp(host)
        let local = hosts[host].localTime(now)
        hosts[host].standstill?.ended = local
        let backlog = hosts[host].backlog
        hosts[host].backlog = []
        // Drain, then expire.
        for event in backlog { feedNow(event, to: host) }
        if mayBeAlone { hosts[host].mayBeAloneUntil = local + configuration.initdead + LeaseTimes.margin }
        expire(host)
    }

    func request(_ request: OperatorRequest, of host: Int) {
        guard hosts[host].isUp, hosts[host].stalledUntil == nil else { return }
        lastRequest += 1
        let id = RequestID(lastRequest)
        openRequests.insert(id)
        note(host, "is asked for \(request)")
        feed(.requested(request, id), to: host)
    }

    private var unixTime: UInt64 { 1_700_000_000 + UInt64(max(0, now.nanoseconds / 1_000_000_000)) }

    // MARK: - Feeding the cores

    func feed(_ event: Event, to host: Int) {
        if hosts[host].stalledUntil != nil {
            hosts[host].backlog.append(event)
            return
        }
        feedNow(event, to: host)
    }

    private func feedNow(_ event: Event, to host: Int) {
        let local = hosts[host].localTime(now)
        noteShell(event, host)
        noteHearing(event, host, local)
        guard let effects = hosts[host].core?.handle(event, at: local) else { return }
        noteBelief(event, effects, host, local)
        checkInjected(event, effects, host)
        execute(effects, of: host)
        replaceProgram(host)
    }

    func expire(_ host: Int) {
        let local = hosts[host].localTime(now)
        guard let effects = hosts[host].core?.expireTimers(at: local) else { return }
        execute(effects, of: host)
        replaceProgram(host)
    }

    private func noteHearing(_ event: Event, _ host: Int, _ local: Instant) {
        guard case .received(let message, _) = event, message.source != hosts[host].name else { return }
        if let newest = hosts[host].newestGenerationHeard, message.generation < newest { return }
        if message.generation != hosts[host].newestGenerationHeard { hosts[host].peerChangedAt = local }
        if case .shutdownDone = message.content { hosts[host].peerChangedAt = local }
        hosts[host].newestGenerationHeard = message.generation
        guard let sequence = message.sequence else { return }
        let identity = MessageIdentity(generation: message.generation, sequence: sequence)
        if case .resource = message.content {
            hosts[host].newestReportHeard = max(hosts[host].newestReportHeard ?? identity, identity)
        }
        guard case .status(let report) = message.content else { return }
        if let newest = hosts[host].newestStatusHeard, identity <= newest { return }
        hosts[host].newestStatusHeard = identity
        hosts[host].heardPeerAt = local
        // It need not count.
        hosts[host].peersLease = max(hosts[host].peersLease, report.lease ?? .zero)
    }

    /// What the daemon was given it need not have been able to take: a life beside one that was still heard, before it had an
    /// echo; a message far ahead of all others, before another one came from there. The proof of such a life, and the first
    /// copy of such a status that counts, are news once more, and nothing else is that is heard again. While a later life is
    /// not believed, a status of the one before that has not been heard yet is news, too, by whoever's hand.
    func noteBelief(_ event: Event, _ effects: [Effect], _ host: Int, _ local: Instant) {
        guard case .received(let message, _) = event, hosts[host].isUp else { return }
        if message.generation == hosts[host].newestGenerationHeard,
            effects.contains(.notify(.peerRestarted(node: message.source)))
        {
            hosts[host].peerChangedAt = local
        }
        // Also one that is played: it may have been lost when it was said.
        if effects.contains(.notify(.peerShutDown(node: message.source))) { hosts[host].peerChangedAt = local }
        guard case .status(let report) = message.content, let identity = message.identity,
            identity == hosts[host].core?.acceptedMessage,
            hosts[host].newestStatusTaken.map({ $0 < identity }) ?? true
        else { return }
        hosts[host].newestStatusTaken = identity
        hosts[host].mayBeAloneUntil = nil
        hosts[host].heardPeerAt = local
        hosts[host].peersLease = report.lease ?? .zero
    }

    // MARK: - Executing effects

    private func changed(_ transition: Transition, _ host: Int) {
        checker.changed(transition, host: host, world: self)
        if case .groupTrouble(let key, let trouble, let step) = transition { happened(trouble, step, key, host) }
        if case .nodeDied(let name) = transition, hosts[1 - host].name == name { noteDeath(by: host) }
        guard case .takingOverAll = transition else { return }
        hosts[host].tookOverAt = now
        hosts[host].sentBeforeTakeover = hosts[host].lastSent
    }

    private func told(_ fact: Fact, _ host: Int) {
        note(host, fact.text)
        watcher?(host, .told(fact))
        countReasonsToMove(fact, host)
    }

    func execute(_ effects: [Effect], of host: Int) {
        for effect in effects {
            switch effect {
            case .transmit(let message), .transmitAtLeisure(let message): transmit(message, from: host)
            case .handOn, .sign, .remember: heed(effect, of: host)
            case .bypass(let ends, let isUsed): order(OrderedBypass(ends: ends, isUsed: isUsed), of: host)
            case .rememberPeer(let addresses): hosts[host].knownPeer = addresses
            case .runHook, .lookAtCarriers: break
            case .holdLease(let until, let ground): holdLease(until: until, ground, host)
            case .askKernels(let questions): ask(questions, from: host)
            case .probe(let name): if random.chance(0.95) { feed(.pingAnswered(name), to: host) }
            case .perform(let action, let id): perform(action, id, on: host)
            case .announce(let group): announce(group, from: host)
            case .reply(let id, let reply):
                if openRequests.remove(id) == nil { checker.report("request \(id.number) answered twice", at: now) }
                note(host, "answers \(reply)")
                watcher?(host, .replied(reply))
            case .notify(let fact): told(fact, host)
            case .changed(let transition): changed(transition, host)
            case .reboot:
                note(host, "reboots")
                losePower(host)
                planBoot(host, after: .seconds(20))
                return
            case .beginAnew(let known):
                hosts[host].generation = max(hosts[host].generation, known.number)
                hosts[host].crashDaemon()
                boot(host)
                return
            case .stop(let stillUp):
                note(host, "ends its daemon")
                checker.stopped(host: host, stillUp: stillUp, world: self)
                // The machine goes on, and what has not stopped with it.
                hosts[host].crashDaemon()
                return
            }
        }
        planWakeup(host)
    }

    private func planWakeup(_ host: Int) {
        hosts[host].wakeup += 1
        guard let deadline = hosts[host].core?.nextDeadline else { return }
        let time = max(now, hosts[host].worldTime(deadline))
        queue.insert(.wakeup(host: host, number: hosts[host].wakeup), at: time)
    }

    private func transmit(_ original: Message, from sender: Int) {
        let message = areOfOlderVersion ? original.asOfOlderVersion : original
        trace.message(message, at: now)
        recorder?.record(message, of: sender)
        if case .status(let report) = message.content { checker.said(report.status, host: sender, world: self) }
        let isRepeat = message.identity.flatMap { identity in hosts[sender].lastSent.map { identity <= $0 } } ?? false
        if case .status(let report) = message.content, !isRepeat { noteLease(report.lease, of: sender) }
        if case .resource(let report) = message.content, report.claim?.grantsLease == true, !isRepeat {
            hosts[sender].promisedAt = hosts[sender].localTime(now)
        }
        if let sequence = message.sequence {
            let identity = MessageIdentity(generation: message.generation, sequence: sequence)
            // Not the repeats of older ones.
            hosts[sender].lastSent = max(hosts[sender].lastSent ?? identity, identity)
        }
        transmitByBypass(message, from: sender)
        for medium in network.media.indices {
            for receiver in hosts.indices where receiver != sender {
                let quality = network[medium, from: sender]
                for delay in quality.arrivals(using: &random) {
                    if random.chance(quality.corruption), !survivesDamage(message) { continue }
                    queue.insert(
                        .arrival(
                            host: receiver, incarnation: hosts[receiver].incarnation, message,
                            over: network.media[medium], key: hosts[sender].signingKey),
                        at: now + delay)
                }
            }
        }
    }

    /// A damaged packet goes through the real decoder, which must not let it pass.
    private func survivesDamage(_ message: Message) -> Bool {
        var bytes = codec.encode(message, as: random.chance(0.5) ? .netstring : .classic)
        let index = Int.random(in: 0..<bytes.count, using: &random)
        bytes[index] ^= UInt8.random(in: 1...255, using: &random)
        do throws(WireError) {
            let received = try codec.decode(bytes)
            if received != message { checker.report("a damaged packet was accepted", at: now) }
            return true
        } catch {
            return false
        }
    }

    func note(_ host: Int, _ text: String) {
        trace.note("\(hosts[host].name)", text, at: now)
    }
}

extension Message {
    /// As a node of an older version sends it.
    var asOfOlderVersion: Message {
        guard case .resource(var report) = content else { return self }
        report.claim?.kept = nil
        report.claim?.awaited = []
        report.claim?.ownOnBoth = []
        report.claim?.files = nil
        var copy = self
        copy.content = .resource(report)
        return copy
    }
}
