// Arguments of the demonstration. What it does is in HeartbeatLab.

import ArgumentParser
import Glibc
import HeartbeatLab
import HeartbeatModel

@main
struct HBDemo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbdemo",
        abstract: "Plays failovers between two nodes in network namespaces and measures them from a client.",
        discussion: """
            Needs root, iproute2 and util-linux. Touches nothing but its own namespaces and /tmp/hbd<pid>.
            Exit code 0: every scene ended as it must; 1: one did not; 3: the laboratory cannot be built; 130: interrupted.
            """, version: Version.text)

    @Option(help: "Play only this scene, and those it needs before it. May be repeated.")
    var scene: [Scene] = []

    @Flag(help: "Play a gateway with two lines to the internet instead of two gateways.")
    var lines = false

    @Flag(help: "Play three hosts of a gateway service instead of two gateways.")
    var hosts = false

    @Flag(name: .shortAndLong, help: "Tell everything that the nodes log and the client sees, and each step of a move.")
    var verbose = false

    @Flag(help: "Print the result as one JSON object; the story goes to standard error.")
    var json = false

    @Flag(help: "Leave the laboratory up after the last scene, until ^C.")
    var keep = false

    @Flag(help: "Only remove what killed runs have left behind.")
    var clean = false

    @Option(help: "Directory of heartbeat and its tools. Default: where hbdemo lies.")
    var programs: String?

    @Option(help: "Directory of the resource scripts. Default: resource.d above the programs, or /etc/ha.d/resource.d.")
    var resourceScripts: String?

    func validate() throws {
        guard !lines || scene.isEmpty else { throw ValidationError("--scene is about two gateways, --lines about one") }
        guard !hosts || scene.isEmpty, !(hosts && lines) else {
            throw ValidationError(
                "--scene is about two gateways, --lines about one, --hosts about three; say one of them")
        }
    }

    func run() throws {
        guard !clean else { Glibc.exit(DemonstrationProgram.sweep()) }
        let program = DemonstrationProgram(
            lines ? .lines : hosts ? .hosts : .pair(scene.isEmpty ? Scene.allCases : scene), wantsJSON: json,
            keeps: keep,
            isVerbose: verbose,
            places: ProgramPlaces(programs: programs, resourceScripts: resourceScripts))
        Glibc.exit(program.run())
    }
}

extension Scene: ExpressibleByArgument {}
