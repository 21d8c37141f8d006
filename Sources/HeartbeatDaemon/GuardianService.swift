// The guardian of one running node: started with it, told which addresses may be up, shown each turn of the daemon, started again
// when it has ended, dismissed before the node ends. When it acts is its own judgement.

import HeartbeatAddresses
import HeartbeatCheck
import HeartbeatGuard
import HeartbeatHost
import HeartbeatLease
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Keeps a guardian for this daemon.
final class GuardianService {
    /// Where a guardian says that it has acted.
    private static let file = "guardian_acted"
    private static let shortestPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    private let paths: DaemonPaths
    private let facts: FactTeller
    private let reactor: Reactor
    private var configuration: Configuration
    private var times: LeaseTimes
    private var memory: GuardMemory?
    private var heirs: [String] = []
    private var listed: [ServiceAddress] = []
    private var running: (process: GuardianProcess, since: Instant)?
    private var timer: ReactorTimer?
    private var pause = shortestPause
    private var isMissed = false

    init(_ configuration: Configuration, paths: DaemonPaths, facts: FactTeller, reactor: Reactor) {
        self.configuration = configuration
        self.paths = paths
        self.facts = facts
        self.reactor = reactor
        times = configuration.standstillTimes
    }

    // MARK: - Life

    /// From now on somebody takes this node's addresses away when the daemon dies or hangs.
    ///
    /// - Parameters:
    ///   - memory: the lease's; without one, memory of its own is made.
    ///   - heirs: the command line that stops the rest after a death, if nobody else does.
    func open(_ memory: GuardMemory?, heirs: [String]) {
        recall()
        self.heirs = heirs
        guard configuration.hasGuardian else { return }
        do throws(SystemError) {
            if let known = memory ?? self.memory { self.memory = known } else { self.memory = try GuardMemory() }
        } catch {
            return miss("\(error)")
        }
        list()
        turn(isAlone: true)
        self.memory?.page.orders = .armed
        start()
    }

    /// Goes on with the guardian that the program before this one has started, and starts one if there is none.
    func resume(_ kept: KeptGuardian, _ memory: GuardMemory?, heirs: [String]) {
        self.heirs = heirs
        guard configuration.hasGuardian else { return }
        do throws(SystemError) {
            if let memory {
                self.memory = memory
            } else if let number = kept.memory {
                self.memory = try GuardMemory(map: OwnedDescriptor(takingOwnershipOf: number))
            }
        } catch {
            return miss("\(error)")
        }
        listed = kept.listed
        running = kept.pid.map { (GuardianProcess(pid: $0), kept.since) }
        if running == nil { open(memory, heirs: heirs) }
    }

    /// - Parameter ownsMemory: it is not that of the lease.
    func handOver(to next: HandOver, ownsMemory: Bool) throws(SystemError) -> KeptGuardian {
        let own = ownsMemory ? memory?.descriptor.number : nil
        return KeptGuardian(
            pid: running?.process.pid, since: running?.since ?? .zero,
            memory: try own.map { number throws(SystemError) in try next.keep(number) }, listed: listed)
    }

    /// For whoever asks.
    var fact: NodeFacts.GuardianFact {
        NodeFacts.GuardianFact(isWanted: configuration.hasGuardian, isRunning: running != nil)
    }

    /// What an earlier guardian has left to read.
    private func recall() {
        guard let bytes = paths.own.contents(of: Self.file, atMost: 1024) else { return }
        paths.own.remove(Self.file)
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        facts.tell(.guardianActed, "A guardian has acted before this daemon was started (\(line))")
    }

    /// The daemon has sent a status, which announced this lease.
    func turn(_ lease: Duration? = nil, isAlone: Bool) {
        guard let page = memory?.page else { return }
        let held = lease.flatMap { $0 > .zero ? $0 : nil }
        page.patience = UInt64((held ?? (isAlone ? times.alone : times.length)).nanoseconds)
        page.turn = UInt64(Instant.sinceBoot.nanoseconds)
    }

    /// The files were read again.
    func adopt(_ new: Configuration, memory: GuardMemory?) {
        let had = configuration.hasGuardian
        configuration = new
        times = new.standstillTimes
        switch (had, new.hasGuardian) {
        case (true, true): list()
        case (false, true): open(memory, heirs: heirs)
        case (true, false): close(.dismissed)
        case (false, false): break
        }
    }

    /// The node ends. One that is not dismissed takes away what is still up.
    func close(_ orders: GuardPage.Orders) {
        timer?.cancel()
        timer = nil
        memory?.page.orders = orders
        if orders == .dismissed { running?.process.kill() }
        running = nil
    }

    // MARK: - The list

    /// What the machine itself has brought up is none of ours; what the files name no more stays listed while it is up.
    private func list() {
        guard let page = memory?.page else { return }
        let survey = AddressSurvey.now()
        let named = configuration.groups.flatMap(\.resources).compactMap(\.address)
        let ours = named.filter { address in
            if case .machine = survey.holder(of: address) { false } else { true }
        }
        listed = ours + listed.filter { !named.contains($0) && survey.isHere($0) }
        let missed = page.list(listed.map(\.ip.bytes))
        guard missed > 0 else { return }
        facts.tell(
            .guardianUnavailable,
            "The guardian has no room for \(missed) more addresses; when the daemon dies or hangs they stay up")
    }

    // MARK: - The process

    private func start() {
        guard running == nil, let memory else { return }
        let scripts = paths.scripts
        let realtime = configuration.realtime
        do throws(SystemError) {
            let process = try GuardianProcess(
                scripts.programs + "/hb_guardian", memory: memory.descriptor,
                priority: realtime.isEnabled ? realtime.priority : 0, file: paths.own.path + "/" + Self.file,
                heirs: heirs)
            running = (process, reactor.now)
            isMissed = false
        } catch {
            miss("\(error)")
            startAgain()
        }
    }

    private func miss(_ reason: String) {
        defer { isMissed = true }
        guard !isMissed else { return }
        facts.tell(
            .guardianUnavailable,
            "\(reason); there is no guardian: addresses of a daemon that dies or hangs here stay up until systemd, the next "
                + "daemon or a person removes them")
    }

    private func startAgain() {
        timer?.cancel()
        timer = reactor.after(pause) { [weak self] in
            self?.timer = nil
            self?.start()
        }
        pause = min(pause * 2, Self.longestPause)
    }

    func childMayHaveExited() {
        guard let (process, since) = running, let end = process.end() else { return }
        running = nil
        if reactor.now - since > Self.longestPause { pause = Self.shortestPause }
        switch end {
        case .acted(let isComplete):
            paths.own.remove(Self.file)
            let rest = isComplete ? "" : "; some it could not remove"
            facts.tell(
                .guardianActed,
                "This daemon stood still for longer than its kernel may answer, and its guardian has removed the service "
                    + "addresses\(rest)")
        case .failed:
            miss("The guardian ended at once")
        case .lost(let how):
            facts.tell(.guardianLost, "The guardian [pid \(process.pid)] has ended (\(how)); another one is started")
        }
        startAgain()
    }
}

/// A guardian, for the program after this one.
struct KeptGuardian: Codable {
    var pid: Int32?
    var since: Instant
    var memory: Int32?
    var listed: [ServiceAddress]
}
