// hb_gateway: one of several hosts that can be the gateway between two networks. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatArguments
import HeartbeatModel
import HeartbeatSystem

@main
struct HbGateway: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_gateway",
        abstract: "Take part in a gateway service that one of two to sixteen hosts gives.",
        discussion: """
            Runs in the foreground on each of the hosts, with the same file. One of them serves: it has the roving addresses of \
            both sides. The others have their upstream link down, look whether the service is well, and take over unless it \
            says no. docs/gateway-of-n-hosts.md leads there.

            EXIT STATUS
              0   ended by SIGTERM or SIGINT, and nothing of the service is left here; or the file is good; or shown
              1   could not begin; or something of a service may be left; --show: it does not run
              2   the command line makes no sense
              6   the file, or authkeys, has mistakes, or a program in gateway.d cannot be run
            """, version: Version.text)

    @Argument(help: "The file with the services and their hosts.")
    var file = "/etc/ha.d/gateway.cf"

    @Flag(help: "Only say what is wrong with the file, how long things take, and which program each procedure is.")
    var check = false

    @Flag(help: "Only show how the services stand here.")
    var show = false

    @Flag(help: "Only give away what a run that was killed has left.")
    var release = false

    @Option(help: "Directory of programs that stand in place of procedures. (default: gateway.d beside the file)")
    var hooks: String?

    @Option(help: "File with the keys. (default: authkeys beside the file)")
    var authkeys: String?

    @Option(help: "Name of this host. (default: that of the machine)")
    var name: String?

    @Option(help: "Where it says how the services stand, and --show reads it.")
    var status = "/run/hb_gateway.status"

    @Option(help: "Where it remembers how often it was started.")
    var state = "/var/lib/heartbeat"

    @Flag(help: .private)
    var worker = false

    static func main() {
        let words = takeCommandLine { $0 }
        _exit(words.act())
    }

    func validate() throws {
        guard [check, show, release].count(where: { $0 }) < 2 else {
            throw ValidationError("--check, --show and --release are several wishes; give one")
        }
    }

    private func act() -> Int32 {
        let files = GatewayFiles(self)
        if show { return GatewayAnswers(files).show(StatusFile(path: status)) }
        if check { return GatewayAnswers(files).check() }
        if release || worker {
            return GatewayProgram(files, status: StatusFile(path: status), isRelease: release).run()
        }
        return GatewayParent().run()
    }
}
