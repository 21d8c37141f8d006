// Arguments of the virtual machines. What they do is in HeartbeatMachines.

import ArgumentParser
import Glibc
import HeartbeatBench
import HeartbeatLab
import HeartbeatMachines
import HeartbeatModel

@main
struct HBVM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbvm",
        abstract: "Plays failovers between gateways that are virtual machines, beside Debian's heartbeat 3.",
        discussion: """
            Needs root, QEMU, iproute2, squashfs-tools and the image that Tests/machines.d/build-image makes; `make vm` sees to \
            all of it. Touches nothing but its own namespaces and /tmp/hbm<pid>.
            Exit code 0: every scene with this daemon ended as it must, and where the service moved with both daemons, ours took at \
            most half as long; 1: not so; 3: the machines cannot be had; 130: interrupted.
            """, version: Version.text)

    @Option(
        help:
            """
            pair: two gateways; serial: the same with nothing but a null modem between them; paper: two pairs, with IPsec, GRE \
            and BGP between them; literal: the same with haresources as it stands in the paper; tunnels: a pair with two \
            tunnels to the same network behind two gateways; dsl: a gateway without a peer that has two lines, sessions of PPPoE.
            """)
    var site = SiteName.pair

    @Option(help: "Play only this scene. May be repeated.")
    var scene: [GatewayScene] = []

    @Option(help: "Play it only with this daemon: ours or heartbeat. May be repeated.")
    var daemon: [GatewayDaemon] = []

    @Flag(
        help:
            "Only this daemon, and what shows that the machines, their cards and their kernels work: less than two minutes."
    )
    var brief = false

    @Option(help: "How often each scene is played.")
    var runs = 1

    @Option(help: "What decides how long machines stand still.")
    var seed: UInt64 = 1

    @Option(help: "For how many seconds the scene hogs lasts.")
    var seconds = 600

    @Option(help: "Directory of the image.")
    var image = ".build/machines/image"

    @Option(help: "Directory that this daemon has been installed into (DESTDIR).")
    var ours = ".build/machines/ours"

    @Option(help: "Directory of the sources: its examples and scripts are used.")
    var sources = "."

    @Option(help: "File for all results and what they were measured on (JSON).")
    var json: String?

    @Flag(name: .shortAndLong, help: "Also print the ends of the nodes' logs after each scene.")
    var verbose = false

    @Flag(help: "Only remove what killed runs have left behind.")
    var clean = false

    func validate() throws {
        for scene in scenes where !site.has(scene) {
            throw ValidationError("the site \(site.rawValue) has no scene \(scene.rawValue)")
        }
    }

    private var scenes: [GatewayScene] {
        scene.isEmpty ? (brief ? [.lanCut, .powerLoss] : site.scenes) : scene
    }

    func run() throws {
        guard !clean else {
            for name in RunName.sweep(prefix: MachineLaboratory.prefix) { print("removed \(name)") }
            return
        }
        let daemons = daemon.isEmpty ? (brief ? [.ours] : GatewayDaemon.allCases) : daemon
        var program = GatewayProgram(
            site: site, daemons: daemons, scenes: scenes, runs: runs, seed: seed,
            loadTime: .seconds(seconds), image: image, ours: ours, sources: sources, programs: ProgramPlaces().programs,
            isVerbose: verbose)
        if let json { program.onResult = try keeper(of: daemons, in: json) }
        Glibc.exit(program.run())
    }

    /// Writes each result into the file as it comes.
    private func keeper(of daemons: [GatewayDaemon], in file: String) throws -> (GatewayResult, Int) throws -> Void {
        let versions = daemons.map { ($0.rawValue, $0 == .ours ? Version.text : "Debian 12's") }
        var record = try MachineRecord(
            versions: Dictionary(uniqueKeysWithValues: versions), file: file, places: ProgramPlaces())
        let (name, pace) = (site.rawValue, MachineRecord.Pace(of: site))
        return { result, run in
            try record.add(
                scene: result.scene.rawValue, site: name, pace, daemon: result.daemon.rawValue, run: run,
                figures: result.figures,
                notes: result.problems)
        }
    }
}

extension MachineRecord.Pace {
    fileprivate init(of site: SiteName) {
        self =
            switch site {
            case .pair, .serial, .paper, .literal: .pair
            case .tunnels: .defaults
            case .dsl: .lines
            }
    }
}

extension GatewayResult {
    fileprivate var figures: [String: Double] {
        var figures = [Figure.outage: outage.inMilliseconds, Figure.moves: Double(moves)]
        figures[Figure.twoOwners] = twoOwners?.inMilliseconds
        figures[Figure.falseDeaths] = falseDeaths.map(Double.init)
        figures[Figure.detection] = detection?.inMilliseconds
        return figures
    }
}

extension GatewayScene: ExpressibleByArgument {}
extension SiteName: ExpressibleByArgument {}
extension GatewayDaemon: ExpressibleByArgument {}
