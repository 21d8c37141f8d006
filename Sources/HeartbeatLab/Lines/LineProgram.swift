// hb_lines on the gateway of a laboratory: its file, its life, and what it says.

import Glibc
import HeartbeatModel

/// One run of hb_lines, or several, on one gateway.
package final class LineProgram {
    /// How fast a line is judged; the words of the file's lines.
    package struct Pace: Hashable, Sendable {
        package var probes: String
        package var lines: String

        package init(probes: String, lines: String) {
            self.probes = probes
            self.lines = lines
        }

        /// Probes ask four times a second, and a machine that is busy for a while is no dead line.
        package static let patient = Pace(
            probes: "interval=250ms timeout=250ms fall=4", lines: "hold=500ms rise=1s")
    }

    package let laboratory: TwoLines
    private let program: String
    private var child: ChildProcess?

    /// The file with the lines, and line.d beside it.
    package var file: String { "\(laboratory.directory)/lines.cf" }
    private var status: String { "\(laboratory.directory)/status" }

    /// Writes the file and the packet filter's rules that follow from it.
    /// - Parameter program: path of hb_lines.
    package init(_ program: String, in laboratory: TwoLines, pace: Pace = .patient) throws {
        self.program = program
        self.laboratory = laboratory
        try Files.write(configuration(pace), to: file)
        try laboratory.filter(.gateway, try Command.succeed([program, "--nft", file]))
    }

    private func configuration(_ pace: Pace) -> String {
        let lines = TwoLines.Line.allCases.map { line in
            "line \(line) \(line) via=\(line.gateway) alive=2 \(pace.lines) optional"
        }
        let probes = TwoLines.Line.allCases.flatMap { line in
            zip(["a", "b", "c"], TwoLines.targets).map { "probe \(line)\($0) line=\(line) \(pace.probes) icmp \($1)" }
        }
        let classes = [
            "class servers \(TwoLines.address(of: .server)) prefer dsl1 dsl2",
            "class workstations 10.0.0.0/24 prefer dsl2 dsl1",
        ]
        return (["logfile \(laboratory.directory)/log"] + lines + probes + classes).textOfLines
    }

    /// Starts it, and waits until each class is on a line.
    package func start(_ words: [String] = []) throws {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        child = try ChildProcess(
            laboratory.inside(.gateway) + [program, "--status", status, file] + words,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], standardInput: null, standardOutput: null)
        guard try Interruption.wait(atMost: .seconds(20), until: { show.contains("class servers on") }) else {
            throw LabError.notReached("hb_lines has not put its classes on lines: \(log)")
        }
    }

    /// Number of its process while it runs.
    package var pid: pid_t? { child?.pid }

    /// Ends it; returns how it ended.
    @discardableResult
    package func end(_ signal: Int32 = SIGTERM) -> Int32? {
        guard let child else { return nil }
        self.child = nil
        kill(child.pid, signal)
        return child.wait(atMost: .seconds(5))
    }

    /// What it says of a file, and the exit code.
    package func ask(_ words: [String]) throws -> Command {
        try Command.run(laboratory.inside(.gateway) + [program] + words + [file])
    }

    package var log: String { Files.read("\(laboratory.directory)/log") }
    package var rules: String { Command.attempt(["ip", "-n", gateway, "rule", "show"]) }
    package var show: String { Command.attempt([program, "--show", "--status", status]) }

    package func routes(_ table: Int) -> String {
        Command.attempt(["ip", "-n", gateway, "route", "show", "table", "\(table)"])
    }

    private var gateway: String { laboratory.namespace(.gateway).name }

    /// The lines that servers and workstations are on; empty when that is not known.
    package var chosen: [TwoLines.Line] {
        let report = show
        return ["servers", "workstations"].compactMap { name in
            Self.line(of: name, in: report).flatMap { TwoLines.Line(rawValue: $0) }
        }
    }

    /// The line that a class is on, by what `hb_lines --show` prints.
    package static func line(of name: String, in report: String) -> String? {
        let head = "class \(name) on "
        return report.split(separator: "\n").first { $0.hasPrefix(head) }
            .map { String($0.dropFirst(head.count).prefix { $0 != "," }) }
    }
}
