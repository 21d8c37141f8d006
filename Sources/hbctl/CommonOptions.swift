// Options that several commands have, each described once.

import ArgumentParser
import HeartbeatOperator

/// Where a command looks for the node of this machine.
struct PlaceOptions: ParsableArguments {
    @Option(name: .customLong("run-dir"), help: "Directory below which the daemon listens.")
    var runDirectory = Places().run

    @Option(name: .customLong("state-dir"), help: "Directory of what outlives a restart.")
    var stateDirectory = Places().state

    @Option(name: .customLong("config-dir"), help: "Directory of ha.cf, haresources and authkeys.")
    var configurationDirectory = Places().configuration

    var places: Places {
        var places = Places()
        places.run = runDirectory
        places.state = stateDirectory
        places.configuration = configurationDirectory
        return places
    }
}

/// Where the scripts are that a daemon of this version runs.
struct ShareOption: ParsableArguments {
    @Option(name: .customLong("share-dir"), help: "Directory of what came with the program.")
    var directory: String?
}

/// Whether a text has colours.
struct ColourOption: ParsableArguments {
    @Option(name: .customLong("color"), help: ArgumentHelp("auto, always or never.", valueName: "when"))
    var choice = ColourChoice.auto
}

extension ColourChoice: ExpressibleByArgument {}

/// How wide a text may be.
struct WidthOption: ParsableArguments {
    @Option(help: ArgumentHelp("Columns (default: those of the terminal, else 80).", valueName: "columns"))
    var width: Int?

    func validate() throws {
        if let width, !(1...10_000).contains(width) { throw ValidationError("--width needs a number of columns") }
    }
}
