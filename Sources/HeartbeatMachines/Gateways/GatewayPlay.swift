// Plays scenes between gateways and measures them from the clients: by echoes through whoever serves to the hosts behind, and by
// asking each node of the pair whether it has the service's address.

import HeartbeatLab
import HeartbeatModel

/// A site whose gateways run one daemon.
final class GatewayPlay: SitePlay {
    private let daemon: GatewayDaemon
    private let booted: BootedSite
    private var random: SplitMix64
    let loadTime: Duration
    /// What crossed the internet before a scene; `nil` where nobody counts.
    var crossings: Crossings?
    /// What was not as it must be at the beginning; a result of the scene that follows.
    var problemsAtFirst: [String] = []

    /// - Parameters:
    ///   - seed: decides how long machines stand still.
    ///   - loadTime: how long there is load.
    init(_ booted: BootedSite, _ daemon: GatewayDaemon, seed: UInt64, loadTime: Duration) {
        self.booted = booted
        self.daemon = daemon
        self.loadTime = loadTime
        random = SplitMix64(seed: seed)
    }

    var laboratory: MachineLaboratory { booted.laboratory }
    var site: GatewaySite { booted.site }
    var pair: [Machine] { booted.gateways }

    /// Starts the daemon on all nodes and waits until every client reaches everything.
    func start() throws {
        for machine in laboratory.machines { try start(on: machine) }
        try settleAtFirst()
    }

    /// The original does not always: then both machines lose power, and it begins anew.
    private func settleAtFirst() throws {
        for _ in 1..<Self.beginnings where daemon == .heartbeat {
            guard try !isSettled() else { break }
            try powerCycle()
        }
        try settle()
        for machine in laboratory.machines {
            for line in site.checks { try machine.succeed(line) }
        }
        try proveAtFirst()
    }

    private func powerCycle() throws {
        for machine in laboratory.machines { try machine.powerOff() }
        try laboratory.powerOn(laboratory.machines)
        for machine in laboratory.machines { try start(on: machine) }
    }

    private func start(on machine: Machine) throws {
        try machine.succeed("/etc/init.d/heartbeat start </dev/null >/var/log/start 2>&1")
    }

    /// Plays one scene, and brings everything back to where it was, but for the service.
    func play(_ scene: GatewayScene) throws -> GatewayResult {
        if scene == .watchdog { try serveWithWatchdog() }
        let active = try owner()
        let deaths = try deathsFound()
        let taker = partner(of: active)
        let told = try lengthOfLog(of: taker)
        let start = Moment.now()
        let moves = try scene == .standstills ? standStillAgain() : nil
        if moves == nil { try inflict(scene, on: active) }
        let end = Moment.now()
        let falseDeaths = try scene == .powerLoss || scene == .watchdog ? nil : deathsFound() - deaths
        let earlier = problemsAtFirst + (try proveLoss(scene, of: active))
        problemsAtFirst = []
        try repair(scene, active)
        let twoOwners = try booted.doubleOwnership(from: start, to: end)
        var result = GatewayResult(
            scene: scene, daemon: daemon, outage: try booted.outage(from: start, to: end), twoOwners: twoOwners,
            moves: try moves ?? (owner() === active ? 0 : 1), falseDeaths: falseDeaths,
            detection: GatewayGoals.detection(inLog: try log(of: taker, after: told)), problems: try earlier + prove())
        if let must = scene.mustMove(daemon), must != (result.moves > 0) {
            result.problems.append(must ? "the service did not move" : "the service moved")
        }
        if twoOwners > .zero { result.problems.append("two owners") }
        if let falseDeaths, falseDeaths > 0, scene != .freeze, scene != .standstills {
            result.problems.append("a node was found dead that was not")
        }
        return result
    }

    /// Returns when it is over: the clients are served again, or will not be.
    private func inflict(_ scene: GatewayScene, on active: Machine) throws {
        switch scene {
        case .powerLoss: try active.powerOff()
        case .lanCut: try active.plug(0, false)
        case .wanCut: try active.plug(1, false)
        case .serialCut: laboratory.plugNullModem(0, false)
        case .freeze:
            active.freeze(true)
            try Interruption.pause(.seconds(5))
            active.freeze(false)
        case .nicBack:
            let idle = partner(of: active)
            try idle.plug(0, false)
            try Interruption.pause(.seconds(2))
            try idle.plug(0, true)
            try Interruption.pause(Self.untilTrusted)
            try active.plug(0, false)
        case .watchdog: try hangDaemon(on: active)
        case .hogs: try runHogs()
        case .standstills, .sessionRestart, .lineDead, .lineBack: break
        }
        try Interruption.pause(.seconds(2))
        // Where nothing may move, there is nothing to wait for.
        let limit = scene.mustMove(daemon) == false ? .seconds(10) : Self.patience
        _ = try Interruption.wait(atMost: limit) { isServed(for: .seconds(2)) }
    }

    /// Whoever serves stands still, again and again, each time when one node alone has served for a while. Returns how often
    /// the service was elsewhere afterwards. It ends when nobody serves any more.
    private func standStillAgain() throws -> Int {
        var moves = 0
        for _ in 0..<GatewayScene.standstillCount {
            guard try Interruption.wait(atMost: Self.patience, until: { isServed(for: .seconds(1)) }) else { break }
            let active = try owner()
            try Interruption.pause(.milliseconds(Int.random(in: 0..<250, using: &random)))
            active.freeze(true)
            try Interruption.pause(.milliseconds(Int.random(in: GatewayScene.standstill, using: &random)))
            active.freeze(false)
            try Interruption.pause(.seconds(1))
            if daemon == .ours { try settle() }
            if pair.contains(where: { $0 !== active && isServed(by: $0) }) { moves += 1 }
        }
        return moves
    }

    private func repair(_ scene: GatewayScene, _ active: Machine) throws {
        switch scene {
        case .powerLoss:
            try active.powerOn()
            try active.awaitBoot()
            try start(on: active)
        case .watchdog:
            try active.awaitBoot()
            try start(on: active)
        case .lanCut, .wanCut, .nicBack:
            try active.plug(scene == .wanCut ? 1 : 0, true)
            try Interruption.pause(Self.untilTrusted)
        case .hogs, .sessionRestart, .lineDead, .lineBack: break
        case .serialCut: laboratory.plugNullModem(0, true)
        // The original may begin anew on both nodes, some seconds after they have heard of each other again.
        case .freeze, .standstills: if daemon == .heartbeat { try Interruption.pause(.seconds(15)) }
        }
        do {
            try settle()
        } catch LabError.notReached where daemon == .heartbeat {
            // What becomes of the original is a result; the next scene needs a pair that works.
            try powerCycle()
            try settleAtFirst()
        }
    }

    /// Waits until one node alone serves everybody, and each holds its partner for alive.
    func settle() throws {
        guard try isSettled() else { throw LabError.notReached("the gateways do not settle\n\(diagnosis)") }
    }

    private func isSettled() throws -> Bool {
        try Interruption.wait(atMost: Self.patience) {
            guard isServed(for: .seconds(1)) else { return false }
            return try laboratory.machines.indices.allSatisfy { place in
                let partner = laboratory.machines[place ^ 1].name
                return try laboratory.machines[place].run("cl_status nodestatus \(partner)").output.contains("active")
            }
        }
    }

    private func isServed(for span: Duration) -> Bool { pair.contains { booted.isServed(by: $0, for: span) } }

    func isServed(by machine: Machine) -> Bool { booted.isServed(by: machine) }

    func owner() throws -> Machine {
        var owner: Machine?
        _ = try Interruption.wait(atMost: Self.patience) {
            owner = pair.first(where: isServed(by:))
            return owner != nil
        }
        guard let owner else { throw LabError.notReached("nobody serves\n\(diagnosis)") }
        return owner
    }

    var diagnosis: String {
        booted.words(
            of: """
                tail -n 25 /var/log/ha-log /var/log/start /var/log/tunnel; ip -br address; ip route; swanctl --list-sas; \
                vtysh -c 'show bgp summary'
                """)
    }

    func partner(of machine: Machine) -> Machine { pair[0] === machine ? pair[1] : pair[0] }

    static let patience = Duration.seconds(180)
    /// The original begins so often on machines that have lost power, if it does not settle before.
    private static let beginnings = 3
    /// Until then a cable that is back may go again, and its node is no better off than one that has lost another.
    private static let untilTrusted = InterfaceRule.defaultRecovery + .seconds(1)
}
