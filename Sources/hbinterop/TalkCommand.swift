// Arguments of the client that the comparison of clients starts on its nodes.

import ArgumentParser
import Glibc
import HeartbeatInterop

struct TalkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "talk",
        abstract: "Is a client of the API: sends each line of its input as a message, and prints what it hears.",
        shouldDisplay: false)

    @Argument(help: "The client's name.")
    var name: String

    func run() throws {
        var client = TalkingClient(name: name)
        Glibc.exit(client.run())
    }
}
