// What the commands that change something have in common: their options, and how they end.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct OrderOptions: ParsableArguments {
    static let exitStatus = """
        EXIT STATUS
          0   done, and both nodes have told so; or nothing was to be done
          1   refused, or it came to nothing; or the question was not answered with yes
          2   ordered, and both nodes have not told in time that it is done
          3   the daemon does not answer
          64  the command line is wrong, or there is no terminal and no --yes
        """

    @Flag(help: "Do it without a question.")
    var yes = false

    @Flag(help: "JSON, as schemas/hbctl-order-1.json says it; a drill's is another.")
    var json = false

    @Option(help: ArgumentHelp("How long both nodes are watched.", valueName: "seconds"))
    var timeout = 300

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard (1...1_000_000).contains(timeout) else { throw ValidationError("--timeout needs a number of seconds") }
    }

    func perform(_ order: PairOrder) -> Never {
        let run = OrderRun(
            order, in: place.places, confirm: yes ? .yes : .ask, patience: .seconds(timeout), isForProgram: json)
        let report = run.report()
        Terminal.write(json ? report.json : report.lines.textOfLines)
        Glibc.exit(report.exitCode)
    }

    func drill(_ set: HoldSet, holding hold: Duration) -> Never {
        let run = DrillRun(
            set, in: place.places, confirm: yes ? .yes : .ask, patience: .seconds(timeout), hold: hold,
            isForProgram: json)
        let report = run.report()
        Terminal.write(json ? report.json : report.lines.textOfLines)
        Glibc.exit(report.exitCode)
    }
}

/// Which groups, as the local node sees them.
enum GroupSet: String, ExpressibleByArgument, CaseIterable {
    case all
    case local
    case foreign

    var set: HoldSet {
        switch self {
        case .all: .all
        case .local: .local
        case .foreign: .foreign
        }
    }
}
