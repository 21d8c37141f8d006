// Plays the scenes that were asked for with each daemon in turn, and prints what came of them.

import Glibc
import HeartbeatLab

/// Which site is played.
package enum SiteName: String, Hashable, Sendable, CaseIterable {
    /// Two gateways, and nothing on them but addresses.
    case pair
    /// The same, with the null modem as the only medium.
    case serial
    /// The paper's two pairs, with IPsec, GRE and BGP between them.
    case paper
    /// The same, with haresources as it stands in the paper.
    case literal
    /// A pair that has two tunnels to the same network behind two gateways.
    case tunnels
    /// A gateway without a peer, whose two lines are sessions of PPPoE.
    case dsl

    /// What is played when nothing else is asked for.
    package var scenes: [GatewayScene] {
        switch self {
        case .pair: GatewayScene.allCases.filter { $0 != .hogs && has($0) }
        case .serial: [.hogs]
        case .paper: [.powerLoss, .lanCut, .wanCut, .freeze, .serialCut, .standstills]
        case .literal: [.powerLoss, .lanCut]
        case .tunnels: [.powerLoss, .lanCut, .wanCut]
        case .dsl: Self.ofLines
        }
    }

    /// Whether a scene can be played there.
    package func has(_ scene: GatewayScene) -> Bool { Self.ofLines.contains(scene) == (self == .dsl) }

    /// Scenes of a gateway that has lines and no peer.
    private static let ofLines: [GatewayScene] = [.sessionRestart, .lineDead, .lineBack]

    /// Debian's IPaddr refuses an address without an interface on any but eth0, so that the paper's own line starts nothing there,
    /// and heartbeat 3 knows nothing of lines.
    func isFor(_ daemon: GatewayDaemon) -> Bool { ![.literal, .dsl].contains(self) || daemon == .ours }

    /// How long after its last word a dead node is found, by what ha.cf says of keepalive and deadtime; a fifth of a second is for
    /// the daemon. `nil`: there is no other node.
    package var detection: ClosedRange<Duration>? {
        switch self {
        case .pair, .serial, .paper, .literal: .milliseconds(750) ... .milliseconds(1200)
        case .tunnels: .seconds(4) ... .milliseconds(5200)
        case .dsl: nil
        }
    }

    /// - Parameters:
    ///   - programs: where hb_site is.
    ///   - sources: the directory of the sources, whose example is used.
    ///   - work: a directory for what is made of it.
    func make(_ daemon: GatewayDaemon, programs: String, sources: String, work: String) throws -> GatewaySite {
        switch self {
        case .pair, .serial: return .pair(daemon, isSerialOnly: self == .serial)
        case .paper: return try .paper(daemon, tree: tree(of: "vpn-gateway", programs, sources, work))
        case .literal: return try .paper(daemon, tree: tree(of: "vpn-gateway", programs, sources, work)).literal()
        case .tunnels: return try .twoTunnels(daemon, tree: tree(of: "two-tunnels", programs, sources, work))
        case .dsl: return .dsl()
        }
    }

    /// The directory of the files that hb_site makes of an example.
    private func tree(of example: String, _ programs: String, _ sources: String, _ work: String) throws -> String {
        try Files.makeDirectory(work)
        try Files.write(Files.read("\(sources)/examples/\(example)/site.cf"), to: "\(work)/site.cf")
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max).hexadecimal }.joined()
        try Files.write(secret + "\n", to: "\(work)/site.key", mode: 0o600)
        try Command.succeed(["\(programs)/hb_site", "write", "\(work)/site.cf", "--tree", "\(work)/tree"])
        return "\(work)/tree"
    }
}

/// A run of scenes.
package struct GatewayProgram {
    package var site: SiteName
    package var daemons: [GatewayDaemon]
    package var scenes: [GatewayScene]
    package var runs: Int
    package var seed: UInt64
    /// How long there is load.
    package var loadTime: Duration
    /// Where the image is.
    package var image: String
    /// A directory that this daemon has been installed into.
    package var ours: String
    /// The directory of the sources: the scripts and the examples in it are used.
    package var sources: String
    /// The directory of hb_site.
    package var programs: String
    /// Also print the ends of the nodes' logs after each scene.
    package var isVerbose: Bool
    /// Is told of each result as it comes; runs count from 1.
    package var onResult: (GatewayResult, _ run: Int) throws -> Void = { _, _ in }

    package init(
        site: SiteName, daemons: [GatewayDaemon], scenes: [GatewayScene], runs: Int, seed: UInt64, loadTime: Duration,
        image: String, ours: String, sources: String, programs: String, isVerbose: Bool
    ) {
        self.site = site
        self.daemons = daemons
        self.scenes = scenes
        self.runs = runs
        self.seed = seed
        self.loadTime = loadTime
        self.image = image
        self.ours = ours
        self.sources = sources
        self.programs = programs
        self.isVerbose = isVerbose
    }

    /// Returns the exit code: 0 when every scene of ours ended as it must and goals were met, 1 when not, 3 when the machines cannot be
    /// had, 130 when it was interrupted.
    package func run() -> Int32 {
        do {
            try Interruption.takeOverSignals()
            for daemon in daemons where !site.isFor(daemon) {
                sayAtOnce("SKIPPED: \(daemon.rawValue) cannot play the site \(site.rawValue)")
            }
            let results = try daemons.filter(site.isFor).flatMap(play)
            sayAtOnce(GatewayTable.text(results))
            for remark in GatewayGoals.remarks(results, detection: site.detection) { sayAtOnce("NOTE: \(remark)") }
            let failures = GatewayGoals.failures(results)
            for failure in failures { sayAtOnce("FAILED: \(failure)") }
            return failures.isEmpty ? 0 : 1
        } catch LabError.interrupted {
            return 130
        } catch LabError.missing(let what) {
            sayAtOnce("hbvm: \(what)")
            return 3
        } catch {
            sayAtOnce("FAILED: \(error)")
            return 1
        }
    }

    private func play(_ daemon: GatewayDaemon) throws -> [GatewayResult] {
        let work = "/tmp/\(MachineLaboratory.prefix)\(getpid())-site"
        defer { Files.remove(work) }
        let site = try self.site.make(daemon, programs: programs, sources: sources, work: work)
        let booted = try BootedSite(
            site, image: try MachineImage(in: image), ours: ours, scripts: "\(sources)/resource.d")
        defer { booted.close() }
        let play: any SitePlay =
            self.site == .dsl ? DslPlay(booted) : GatewayPlay(booted, daemon, seed: seed, loadTime: loadTime)
        do {
            try play.start()
        } catch LabError.notReached(let what) where daemon == .heartbeat {
            // It is the measure, not what is tested; a night of scenes goes on without it.
            sayAtOnce("SKIPPED: \(daemon.rawValue) on the site \(self.site.rawValue): \(what)")
            return []
        }
        return try (0..<runs).flatMap { run in
            try scenes.map { scene in
                let result = try play.play(scene)
                sayAtOnce("hbvm: \(daemon.rawValue) \(scene.rawValue): \(GatewayTable.figures(result))")
                try onResult(result, run + 1)
                if isVerbose { sayAtOnce(play.diagnosis) }
                return result
            }
        }
    }
}
