// hb_announce: tells the neighbours of an interface that an address is here now, as IPaddr does after a takeover. Argument
// parsing only; the packets are made in HeartbeatLinux.

import ArgumentParser
import Glibc
import HeartbeatLinux

@main
struct HbAnnounce: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb_announce",
        abstract: "Announce an IPv4 or IPv6 address by gratuitous ARP or unsolicited neighbour advertisement.",
        discussion: "Exit status: 0 sent, 1 not sent, 2 wrong usage.")

    @Option(help: "How many times to announce.")
    var count = 5

    @Option(help: "Milliseconds between two announcements.")
    var interval = 200

    @Argument(help: "The interface to announce on.")
    var interface: String

    @Argument(help: "The IPv4 or IPv6 address.", transform: HbAnnounce.parse)
    var address: IPAddress

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("--count must be 1 to 1000.") }
        guard (0...60_000).contains(interval) else { throw ValidationError("--interval must be 0 to 60000.") }
    }

    func run() throws {
        let announcement = try Announcement(interface: interface, address: address)
        var failure: MediaError?
        for round in 0..<count {
            if round > 0 { usleep(UInt32(interval) * 1000) }
            // An interface that is still coming up may take the next one; the last one decides.
            do throws(MediaError) {
                try announcement.send()
                failure = nil
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    static func main() {
        do {
            let command = try parse()
            do {
                try command.run()
            } catch {
                fail("hb_announce: \(error)", status: 1)
            }
        } catch {
            guard exitCode(for: error) != .success else { exit(withError: error) }
            fail(fullMessage(for: error), status: 2)
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        let line = Array((message + "\n").utf8)
        write(STDERR_FILENO, line, line.count)
        _exit(status)
    }

    private static func parse(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw ValidationError("'\(text)' is not an IP address.") }
        return address
    }
}
