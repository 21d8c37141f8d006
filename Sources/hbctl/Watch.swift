// hbctl watch: the pair as a live screen. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows the pair as a live screen.",
        discussion: """
            Both nodes side by side, the last keepalives over every medium, and what happens. It asks four times a second, the other node \
            once, and changes nothing. Where no screen can be drawn it prints the page of "hbctl status".

            KEYS
              q quit   p pause   e events only   w why groups moved last   ? help

            EXIT STATUS
              That of hbctl status, for the last state. 64: the command line is wrong.

            After kill -9 the terminal is not as it was: type "reset".
            """)

    @OptionGroup var colour: ColourOption

    @OptionGroup var place: PlaceOptions

    func run() { Self.perform(in: place.places, colour.choice, showsAll: false) }

    /// - Parameter showsAll: of the page that is told where no screen can be drawn.
    static func perform(in places: Places, _ colour: ColourChoice, showsAll: Bool) -> Never {
        let page = {
            Status.tell(in: places) { Status.page($0, width: nil, colour, showsAll: showsAll) }
        }
        if let obstacle = Terminal.obstacle { give(obstacle, page) }
        switch WatchRun(places, isColoured: Terminal.isColoured(colour)).run() {
        case .impossible: give("the terminal cannot be drawn on", page)
        case .gone(let verdict): Glibc.exit(verdict?.exitCode ?? unknown)
        case .quit(let verdict):
            if let verdict { Terminal.write("\(verdict.level.rawValue)  \(verdict.sentence)\n") }
            Glibc.exit(verdict?.exitCode ?? unknown)
        }
    }

    /// Before the first answer nobody knows.
    private static let unknown: Int32 = 3

    private static func give(_ obstacle: String, _ page: () -> Int32) -> Never {
        let code = page()
        Terminal.complain("hbctl: no live screen: \(obstacle)")
        Glibc.exit(code)
    }
}
