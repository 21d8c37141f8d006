// hbctl record: what the node has kept around each movement, listed, shown, or saved for a replay elsewhere. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Lists, shows and saves what the node has kept around each movement.",
        discussion: """
            A record holds the state of the pair shortly before groups moved, and what befell it since then, as this node saw it, \
            with ha.cf and haresources and without keys. hbsim --replay plays it on any machine.

            EXIT STATUS
              0   done
              1   there is no such record
              3   a file cannot be read or written
              64  the command line is wrong

            EXAMPLES
              hbctl record list
              hbctl record show 412
              hbctl record save 412                412.hbr in this directory
            """, subcommands: [ListRecords.self, ShowRecord.self, SaveRecord.self])
}

/// - Parameter isForProgram: it asked for JSON.
private func find(_ number: UInt64, _ places: Places, isForProgram: Bool = false) -> MovementRecord {
    func fail(_ code: Int32, _ word: String, _ sentence: String, _ remedy: [String]) -> Never {
        CommandFailure.end("record", code, word, sentence, remedy, isForProgram: isForProgram)
    }
    switch RecordReading(places).find(number) {
    case .record(let record): return record
    case .none:
        fail(
            1, "no-such-record", "there is no record of movement \(number)",
            ["hbctl record list shows which there are"])
    case .unreadable(let reason): fail(3, "file-unreadable", reason, [])
    }
}

struct ListRecords: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the records that are kept.")

    @Flag(help: "JSON, as schemas/hbctl-records-1.json says it.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let (records, notes) = RecordReading(place.places).all()
        if json {
            Terminal.write(RecordJSON(time: Terminal.time).list(records, notes: notes))
        } else {
            for note in notes { Terminal.complain("hbctl: \(note)") }
            let lines = RecordText.list(records, width: Terminal.width(nil), time: Terminal.time)
            Terminal.write(lines.textOfLines)
        }
        Glibc.exit(records.isEmpty && !notes.isEmpty ? 3 : 0)
    }
}

struct ShowRecord: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows what is in a record.")

    @Argument(help: "A number of hbctl history.")
    var number: UInt64

    @Flag(help: "JSON, as schemas/hbctl-record-1.json says it.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let record = find(number, place.places, isForProgram: json)
        let text = RecordText(record, width: Terminal.width(nil), time: Terminal.time)
        Terminal.write(json ? RecordJSON(time: Terminal.time).text(record) : text.lines.textOfLines)
        Glibc.exit(0)
    }
}

struct SaveRecord: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Writes a record into a file for hbsim --replay.")

    @Argument(help: "A number of hbctl history.")
    var number: UInt64

    @Option(help: ArgumentHelp("Its name, which must be new (default: NUMBER.hbr).", valueName: "file"))
    var output: String?

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let record = find(number, place.places)
        let path = output ?? "\(record.chain).hbr"
        if let reason = RecordReading.save(record, to: path) { CommandFailure.end(3, reason) }
        Terminal.write("\(path)\n")
        Glibc.exit(0)
    }
}
