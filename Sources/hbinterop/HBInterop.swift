// Arguments of the comparisons with the original. What they do is in HeartbeatInterop.

import ArgumentParser
import HeartbeatInterop
import HeartbeatModel

@main
struct HBInterop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hbinterop",
        abstract: "Compares this heartbeat with Debian's heartbeat 3.0.6, whose programs it runs in namespaces.",
        discussion: """
            Needs root, iproute2, util-linux and the original's packages. Exit code 0: no difference that is not declared; \
            1: there is one; 3: nothing can be compared here; 130: interrupted.
            """, version: Version.text,
        subcommands: [
            PairsCommand.self, ConfigurationCommand.self, ClientsCommand.self, ScriptsCommand.self, TalkCommand.self,
        ])
}

extension Sample: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(argument)
    }

    package var defaultValueDescription: String { "all" }
}
