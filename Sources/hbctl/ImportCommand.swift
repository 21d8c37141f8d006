// hbctl import: the configuration of another program, carried over. Only argument parsing.

import ArgumentParser
import Glibc
import HeartbeatImport
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes ha.cf, haresources and authkeys of another program's configuration.",
        discussion: """
            It reads keepalived.conf; or what calls ucarp or vrrpd, a script, a unit or /etc/network/interfaces. It tells of every word \
            whether it was carried over, changed or lost, and changes nothing on this machine. Name the files of both hosts. With one \
            file, name the other node with --node. docs/import.md has every word.

            EXIT STATUS
              0   all is carried over
              1   something is changed or lost, as the findings say
              2   a file cannot be read, or the directory cannot be written
              64  the command line is wrong, or a name is missing

            EXAMPLES
              hbctl import keepalived gw-a.conf gw-b.conf --output new
              hbctl import keepalived /etc/keepalived/keepalived.conf --node gw-a --node gw-b=192.0.2.12
              hbctl import ucarp /etc/network/interfaces --node gw-a --node gw-b
            """)

    @Argument(help: "keepalived, ucarp or vrrpd.")
    var program: ImportSource

    @Argument(help: "Its file, one of each node.", completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp("A new or empty directory for the files (default: standard output).", valueName: "directory")
    )
    var output: String?

    @Option(
        help: ArgumentHelp("A node, as uname -n prints it, in the order of the files.", valueName: "name[=address]"))
    var node: [ImportNode] = []

    @Flag(help: "JSON, as schemas/hbctl-import-1.json says it.")
    var json = false

    func run() throws {
        do throws(ImportMistake) {
            try tell(ImportReading.make(from: program, files, nodes: node))
        } catch {
            switch error.kind {
            case .question: fail(64, "usage", error.text, error.remedy)
            case .file: fail(2, "file-unreadable", error.text, error.remedy)
            }
        }
    }

    private func tell(_ result: Import) -> Never {
        if let output {
            do throws(OperatorFailure) {
                try ImportReading.write(result.files.map { ($0.name, $0.mode, $0.text) }, into: output)
            } catch {
                CommandFailure.end("import", 2, error, isForProgram: json)
            }
        }
        let text = ImportText(result)
        let people = (output == nil ? text.files : "") + text.lines.textOfLines
        Terminal.write(json ? ImportJSON(result, writtenTo: output).text : people)
        Glibc.exit(result.isWhole ? 0 : 1)
    }

    private func fail(_ code: Int32, _ word: String, _ sentence: String, _ remedy: String) -> Never {
        CommandFailure.end("import", code, word, sentence, [remedy], isForProgram: json)
    }
}

extension ImportSource: ExpressibleByArgument {}

extension ImportNode: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
