// faild: moves the routes to hosts with two interfaces from one LAN to the other when one fails. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatArguments
import HeartbeatModel
import HeartbeatSystem

@main
struct Faild: ParsableCommand {
    private static let standard = LanConfiguration()

    static let configuration = CommandConfiguration(
        commandName: "faild",
        abstract: "Keep hosts on two LANs reachable: when one LAN fails, the routes to them move to the other.",
        discussion: """
            Runs in the foreground on every host, on all its interfaces that can broadcast. A requestor asks on all of them; \
            everybody answers. Each host moves its own routes, host by host, and moves them back.

            With the defaults a LAN is invalid for a host after \(standard.invalidAfter.decimalSeconds) s at the latest, and valid \
            again after \(standard.validAfter.decimalSeconds) s: (f + 1/2) and (s + 1/2) times t.

            EXIT STATUS
              0   ended by SIGTERM or SIGINT; its routes are removed
              1   could not begin
              2   the command line makes no sense

            ENVIRONMENT
              FAILD_KEY_FILE    a file with a secret that signs packets (HMAC-SHA1); the same on all hosts
              FAILD_INTERFACES  names of the interfaces, blanks between, the preferred LAN first, instead of all
            """, version: Version.text)

    @Flag(name: .customShort("r"), help: "Be a requestor, too: ask the others, and do not only answer.")
    var isRequestor = false

    @Option(
        name: .customShort("t"),
        help: ArgumentHelp("Interval from question to question, 0.05 to 3600 (default: 1).", valueName: "seconds"),
        transform: Faild.interval)
    var interval: Duration = standard.interval

    @Option(
        name: .customShort("f"),
        help: ArgumentHelp("Packets missed in a row before a LAN is invalid for a host.", valueName: "n"))
    var fall = standard.fall

    @Option(
        name: .customShort("s"),
        help: ArgumentHelp("Good packets in a row before it is valid again.", valueName: "n"))
    var rise = standard.rise

    @Option(name: .customShort("p"), help: ArgumentHelp("UDP port, the same on all hosts.", valueName: "port"))
    var port: UInt16 = standard.port

    @Option(
        name: .customShort("l"),
        help: ArgumentHelp("Log file (default: standard error or the journal, and syslog).", valueName: "path"))
    var logFile: String?

    static func main() {
        let program = takeCommandLine { words in
            let keys = try key()
            let settings = LanConfiguration(
                interfaces: environment("FAILD_INTERFACES")?.split(separator: " ").map(String.init) ?? [],
                isRequestor: words.isRequestor, interval: words.interval, fall: words.fall, rise: words.rise,
                port: words.port)
            return LanProgram(settings, keys: keys, logFile: words.logFile)
        }
        _exit(program.run())
    }

    func validate() throws {
        guard (1...1000).contains(fall) else { throw ValidationError("-f needs a number of packets from 1 to 1000") }
        guard (1...1000).contains(rise) else { throw ValidationError("-s needs a number of packets from 1 to 1000") }
        guard port > 0 else { throw ValidationError("-p needs a port from 1 to 65535") }
        guard logFile != "" else { throw ValidationError("-l needs a file") }
    }

    private static func interval(_ text: String) throws -> Duration {
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        guard isDecimal, let seconds = Double(text), (0.05...3600).contains(seconds) else {
            throw ValidationError("-t needs seconds from 0.05 to 3600, such as 1 or 0.25")
        }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func key() throws -> AuthenticationKeys? {
        guard let path = environment("FAILD_KEY_FILE") else { return nil }
        switch SecretFile.read(path) {
        case .success(let secret):
            return AuthenticationKeys(
                current: 1, keys: [AuthenticationKey(id: 1, method: .sha1, secret: secret)])
        case .failure(let problem): throw ValidationError("FAILD_KEY_FILE: \(problem)")
        }
    }
}
