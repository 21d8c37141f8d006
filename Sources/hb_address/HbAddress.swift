// hb_address: brings a service address up or down, or announces one, as the daemon does; for hands and for scripts. Only
// argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel

@main
struct HbAddress: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_address",
        abstract: "Bring up, take down or look at a service address, as haresources has it.",
        discussion: """
            IPaddr, IPaddr2  ip[/bits[/interface[:label]][/broadcast]]; a netmask may stand for the bits
            IPv6addr         address[/bits[/interface]]
            SendArp          address/interface: only announces what is there already

            What is left out is that of the interface whose network contains the address. start announces the address at \
            once, and again in the background for some seconds. status, or monitor, writes running or stopped.

            Exit status: 0 done, or running; 1 failed; 2 wrong arguments; 3 status: stopped.
            Environment: HA_RSCTMP, the directory where SendArp keeps in mind that it was started.
            """, version: Version.text)

    @Argument(help: "IPaddr, IPaddr2, IPv6addr or SendArp.", transform: HbAddress.name)
    var name: AddressCommand.Name

    @Argument(help: "The address and its place.")
    var argument: String

    @Argument(
        help: "start, stop, status; or announce, to announce for some seconds what is there.",
        transform: HbAddress.verb)
    var verb: AddressCommand.Verb

    static func main() {
        do {
            let words = try parse()
            let notes = getenv("HA_RSCTMP").map { String(cString: $0) } ?? "/run/swift-heartbeat/rsctmp"
            let command = try AddressCommand(words.name, words.argument, notes: notes)
            let complain = { (text: String) in write("\(words.name.rawValue): \(text)\n", to: STDERR_FILENO) }
            _exit(command.run(words.verb, say: { write($0, to: STDOUT_FILENO) }, complain: complain))
        } catch let mistake as AddressWord.Mistake {
            write("hb_address: the argument \(mistake)\n", to: STDERR_FILENO)
            _exit(AddressCommand.Exit.wrongArguments)
        } catch {
            guard exitCode(for: error) != .success else { exit(withError: error) }
            write(fullMessage(for: error) + "\n", to: STDERR_FILENO)
            _exit(AddressCommand.Exit.wrongArguments)
        }
    }

    private static func name(_ text: String) throws -> AddressCommand.Name {
        if let name = AddressCommand.Name(rawValue: text) { return name }
        throw ValidationError("'\(text)' is none of IPaddr, IPaddr2, IPv6addr and SendArp.")
    }

    private static func verb(_ text: String) throws -> AddressCommand.Verb {
        if let verb = AddressCommand.Verb(rawValue: text) { return verb }
        // The scripts of heartbeat 3 know both words for it.
        if text == "monitor" { return .status }
        throw ValidationError("'\(text)' is none of start, stop and status.")
    }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        Glibc.write(descriptor, bytes, bytes.count)
    }
}
