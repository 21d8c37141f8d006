// hbctl plan: what would come of something, before it happens. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatForecast
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Tells what would come of something, before it happens.",
        discussion: """
            Nothing is ordered: both nodes' decisions are played from where they are now, with the files of this node and with the times \
            that scripts have taken here. Several events happen at once. docs/plan.md says what is known and what is not.

            EVENTS
              lose eth1@NODE, lose all    an interface, path, line or medium there; all media
              return eth1@NODE | NODE     it is back; a node that is down starts, or all that it has lost is back
              power | kill | boot NODE    no power; the daemon dies; machine and daemon start
              stop [NODE]                 heartbeat -k
              standby | takeover [all|local|foreign][@NODE]
              move GROUP[@NODE]           to the other node
              maintenance on|off [@NODE]
              fail RESOURCE@NODE          it stops running

            EXIT STATUS
              0   everything is served again within the goal, and every figure is known
              1   later than that, or a script has never run here
              2   a group is served by nobody, or by both nodes (--matrix: of a single event)
              3   nobody can tell
              64  the command line is wrong

            EXAMPLES
              hbctl plan power gw-a
              hbctl plan lose eth1@gw-a lose eth1@gw-b
              hbctl plan --matrix --goal 15
            """)

    @Argument(help: "What happens.")
    var events: [String] = []

    @Flag(help: "Every loss and death that can happen now, alone and with one other.")
    var matrix = false

    @Option(help: ArgumentHelp("So long may nobody serve a group (default: deadtime and 10 s).", valueName: "time"))
    var goal: String?

    @Flag(help: "JSON, as schemas/hbctl-plan-1.json says it.")
    var json = false

    @OptionGroup var columns: WidthOption

    @OptionGroup var place: PlaceOptions

    @OptionGroup var share: ShareOption

    func validate() throws {
        if matrix != events.isEmpty { throw ValidationError("write what happens, or --matrix") }
        if let goal, GoalTime.parse(goal) == nil { throw ValidationError("--goal needs a time, as 20 or 500ms") }
    }

    func run() throws {
        let places = place.places
        let reading: PlanReading
        do throws(OperatorFailure) {
            reading = try PlanReading(places, share: share.directory, goal: goal.flatMap { GoalTime.parse($0) })
        } catch {
            fail(error)
        }
        try matrix ? tellMatrix(reading) : tellPlan(reading)
    }

    private func tellPlan(_ reading: PlanReading) throws -> Never {
        let happening: [PairEvent]
        do throws(PairEventError) {
            happening = try PairEvent.parse(events, reading.names)
        } catch {
            throw ValidationError("\(error)")
        }
        let prediction = reading.forecast.play(happening)
        let lines = PlanText(prediction, width: Terminal.width(columns.width)).lines
        end(json ? PlanJSON(prediction, of: reading.names.local).text : lines.textOfLines, prediction.exitCode)
    }

    private func tellMatrix(_ reading: PlanReading) -> Never {
        if let obstacle = reading.forecast.obstacle {
            fail(OperatorFailure(code: "cannot-tell", sentence: obstacle, remedy: ["hbctl status"]))
        }
        let matrix = PlanMatrix(reading.forecast)
        end(json ? PlanJSON(matrix, of: reading.names.local).text : matrix.lines.textOfLines, matrix.exitCode)
    }

    private func end(_ text: String, _ code: Int32) -> Never {
        Terminal.write(text)
        Glibc.exit(code)
    }

    private func fail(_ failure: OperatorFailure) -> Never {
        CommandFailure.end("plan", 3, failure, isForProgram: json)
    }
}
